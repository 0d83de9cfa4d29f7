//! The real flights, read from Parquet and compared by month, against scipy's numbers.
//!
//! The scores of the reference values were another program's; quality against them is checked by
//! `tests::measure` where the project's shared data lies beside the repository.

use super::watch::Watch;
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf};
use trimtab_core::{
    alert::Persistence,
    policy::{Columns, DriftPolicy, MonitorPolicy, Task, Window},
    time::Millis,
};
use trimtab_store::frame::{Select, read_parquet, write_parquet};

pub(super) fn repository() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.join("../..").canonicalize().unwrap()
}

pub(super) fn expected() -> Value {
    let path = repository().join("tests/data/flights_expected.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn close(what: &str, ours: f64, theirs: f64) {
    let within = (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1e-300);
    assert!(ours == theirs || within, "{what}: {ours} is not {theirs}");
}

#[test]
fn flights_by_month_agree_with_scipy() {
    let year = repository().join("assets/demo/flights-2013.parquet");
    let year = year.to_str().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let january = Select::all(year).between("timestamp", None, Millis::parse("2013-02-01"));
    let january = read_parquet(&january).unwrap();
    write_parquet(&dir.path().join("reference.parquet"), &january).unwrap();

    let policy = MonitorPolicy {
        model: "late15".into(),
        log: year.into(),
        labels: None,
        reference: "reference.parquet".into(),
        reference_from: None,
        reference_to: None,
        window: Window::Month,
        every: None,
        segments: Vec::new(),
        segment_values: 10,
        columns: Columns {
            // The demonstration's file has labels and no answers; both are no features.
            label_timestamp: Some("label_ts".into()),
            ..Columns::default()
        },
        drift: DriftPolicy::default(),
        quality: None,
        task: Task::default(),
        alert: Persistence::default(),
    };
    let mut watch = Watch::open("late15".into(), dir.path().into(), policy).unwrap();
    let expected = expected();
    let found = watch.pass(&BTreeMap::new(), Millis(0));
    assert_eq!(found.problems, []);
    assert_eq!(found.reference_rows, 26_398);
    assert_eq!(found.windows.len(), 12);
    assert_eq!(found.newest.unwrap().date(), "2013-12-31");

    let (mut numeric, mut categorical) = (0, 0);
    for (window, _) in found.windows.iter().skip(1) {
        let month = &window.start.date()[..7];
        let expected = &expected["windows"][month];
        assert_eq!(window.rows, expected["n"].as_u64().unwrap(), "{month}");
        assert_eq!(window.cells.len(), 21);
        let compared = watch.compare((window.start, window.end)).unwrap();
        for (name, cell) in watch.watched().into_iter().zip(compared) {
            let (rows, comparison) = (cell.cell.rows, cell.cell.outcome.unwrap());
            let column = &expected["columns"][name];
            let number = |path: &str| column.pointer(path).and_then(Value::as_f64).unwrap();
            let check = |what: &str, ours: f64, path: &str| {
                close(&format!("{month} {name} {what}"), ours, number(path));
            };
            assert_eq!(rows as f64, number("/n"));
            assert_eq!(
                comparison.missing as f64,
                number("/n_null"),
                "{month} {name}"
            );
            if column.get("ks_stat").is_some() {
                numeric += 1;
                check("PSI", comparison.psi_valid, "/psi_q10");
                check("PSI with nulls", comparison.psi, "/psi_q10_null");
                check("KS", comparison.distance, "/ks_stat");
                check("KS p", comparison.p, "/ks_p_asymp");
                check("Wasserstein", comparison.wasserstein, "/wasserstein");
            } else {
                categorical += 1;
                check("PSI", comparison.psi_valid, "/psi_cat");
                check("PSI with nulls", comparison.psi, "/psi_cat_null");
                check("variation", comparison.distance, "/tvd_cat");
                check("chi-square p", comparison.p, "/chi2_cont/p");
            }
        }
    }
    assert_eq!((numeric, categorical), (11 * 15, 11 * 6));
}
