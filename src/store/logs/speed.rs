//! How long a window's drift takes beside the time DuckDB needs merely to scan the same columns.
//! `cargo test -p trimtab-store --release speed -- --ignored --nocapture`

use super::{tests::World, *};
use std::time::Instant;
use trimtab_core::stats::profile::ReferenceProfile;

const ROWS: u64 = 1_000_000;
const NUMBERS: usize = 40;
const CATEGORIES: usize = 10;

fn millis(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

fn reference(sample: Sample) -> ReferenceProfile {
    match sample {
        Sample::Numbers {
            values, missing, ..
        } => ReferenceProfile::numeric(values, missing),
        Sample::Categories { counts, missing } => {
            ReferenceProfile::categorical(counts.into_iter().collect(), missing)
        }
    }
}

#[test]
#[ignore = "measures; takes a minute"]
fn drift_of_fifty_columns_of_a_million_rows() {
    let world = World::new();
    let columns: Vec<(String, Kind)> = (0..NUMBERS)
        .map(|i| (format!("n{i}"), Kind::Number))
        .chain((0..CATEGORIES).map(|i| (format!("c{i}"), Kind::Category)))
        .collect();
    let expressions: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(i, (name, kind))| match kind {
            Kind::Number => format!("hash(i, {i}) / 1.8446744073709552e19 AS {name}"),
            Kind::Category => format!("'k' || hash(i, {i}) % 20 AS {name}"),
        })
        .collect();
    let files = [0, ROWS].map(|from| {
        let to = from + ROWS;
        let rows = format!(
            "SELECT {} FROM range({from}, {to}) t(i)",
            expressions.join(", ")
        );
        world.write(&format!("from{from}.parquet"), &rows)
    });
    let wanted: Wanted = columns
        .iter()
        .map(|(name, kind)| {
            let want = match kind {
                Kind::Number => Want::Number,
                Kind::Category => Want::Text,
            };
            (name.clone(), want)
        })
        .collect();
    let fits = files
        .each_ref()
        .map(|f| world.logs.fit(f, &wanted).unwrap());
    let read = |i: usize, columns: &[(String, Kind)]| {
        let part = Part {
            file: &files[i],
            columns: &fits[i].columns,
            rows: fits[i].rows,
        };
        world.logs.samples(&[part], None, columns).unwrap()
    };

    let sums: Vec<String> = columns
        .iter()
        .map(|(name, kind)| match kind {
            Kind::Number => format!("sum({name})"),
            Kind::Category => format!("count({name})"),
        })
        .collect();
    let mut scan = f64::INFINITY;
    for _ in 0..3 {
        let began = Instant::now();
        let query = format!("SELECT {} FROM read_parquet(?)", sums.join(", "));
        let path = [sql::path(&files[1])];
        world.logs.db.query_row(&query, path, |_| Ok(())).unwrap();
        scan = scan.min(millis(began));
    }
    let began = Instant::now();
    let mut profiles = Vec::new();
    for chunk in columns.chunks(8) {
        profiles.extend(read(0, chunk).into_iter().map(reference));
    }
    let profiling = millis(began);
    let mut drift = f64::INFINITY;
    let mut reading = f64::INFINITY;
    // As `agent::monitors::compute` does it.
    for judged in [false, true, true, true] {
        let began = Instant::now();
        let lots = columns.chunks(4).zip(profiles.chunks(4));
        let lots: Vec<_> = lots.map(|lot| (world.logs.again().unwrap(), lot)).collect();
        in_parallel(lots, |(logs, (columns, profiles))| {
            let part = Part {
                file: &files[1],
                columns: &fits[1].columns,
                rows: fits[1].rows,
            };
            let samples = logs.samples(&[part], None, columns).unwrap();
            for (sample, profile) in samples.into_iter().zip(profiles).filter(|_| judged) {
                let compared = match sample {
                    Sample::Numbers {
                        values, missing, ..
                    } => profile.compare_values(values, missing),
                    categories @ Sample::Categories { .. } => profile.compare(&categories.into()),
                };
                assert!(compared.unwrap().psi < 0.01, "the same distribution");
            }
        });
        let taken = if judged { &mut drift } else { &mut reading };
        *taken = taken.min(millis(began));
    }
    println!(
        "scan {scan:.0} ms; reference profiled once {profiling:.0} ms; a window's drift {drift:.0} ms \
         (reading alone {reading:.0} ms): {:.1} times the scan",
        drift / scan
    );
}
