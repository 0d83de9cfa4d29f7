//! What `trimtab_core::parquet` writes is what DuckDB reads.

use duckdb::Connection;
use proptest::prelude::*;
use trimtab_core::parquet::{Column, Values, file};

fn columns() -> impl Strategy<Value = Vec<Column>> {
    let texts = || prop::option::of("[a-zä\"\\n ]{0,9}");
    let numbers = || prop::option::of(prop_oneof![any::<f64>(), Just(f64::NAN)]);
    (0usize..40).prop_flat_map(move |rows| {
        let text = prop::collection::vec(texts(), rows).prop_map(Values::Text);
        let double = prop::collection::vec(numbers(), rows).prop_map(Values::Double);
        let integer = prop::collection::vec(prop::option::of(any::<i64>()), rows);
        (text, double, integer.prop_map(Values::Integer)).prop_map(|(a, b, c)| {
            let column = |(name, values): (&str, Values)| Column {
                name: name.into(),
                values,
            };
            [("run, \"name\"", a), ("auc", b), ("n", c)]
                .map(column)
                .into()
        })
    })
}

/// The columns as DuckDB reads them: text, number and whole number.
fn read(bytes: &[u8]) -> Vec<Column> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.parquet");
    std::fs::write(&path, bytes).unwrap();
    let db = Connection::open_in_memory().unwrap();
    let mut query = db.prepare("FROM read_parquet(?)").unwrap();
    let mut rows = query.query([path.to_str().unwrap()]).unwrap();
    let (mut a, mut b, mut c) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(r) = rows.next().unwrap() {
        a.push(r.get(0).unwrap());
        b.push(r.get(1).unwrap());
        c.push(r.get(2).unwrap());
    }
    drop(rows);
    let names = query.column_names();
    let values = [Values::Text(a), Values::Double(b), Values::Integer(c)];
    names
        .into_iter()
        .zip(values)
        .map(|(name, values)| Column { name, values })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn duckdb_reads_what_was_written(columns in columns()) {
        // NaN is not equal to itself; as text it is.
        prop_assert_eq!(format!("{:?}", read(&file(&columns))), format!("{columns:?}"));
    }
}

#[test]
fn a_long_table_has_several_pages() {
    let rows = 25_001i64;
    let columns = vec![
        Column {
            name: "t".into(),
            values: Values::Text(
                (0..rows)
                    .map(|i| (i % 3 > 0).then(|| i.to_string()))
                    .collect(),
            ),
        },
        Column {
            name: "x".into(),
            values: Values::Double((0..rows).map(|i| Some(i as f64 / 7.0)).collect()),
        },
        Column {
            name: "n".into(),
            values: Values::Integer((0..rows).map(Some).collect()),
        },
    ];
    assert_eq!(read(&file(&columns)), columns);
}
