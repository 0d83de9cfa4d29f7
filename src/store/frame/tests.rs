use super::*;
use std::path::Path;

fn sample() -> Frame {
    Frame::new()
        .with(
            "x",
            Column::Number(vec![Some(1.5), None, Some(f64::INFINITY), Some(0.1 + 0.2)]),
        )
        .and_then(|f| {
            f.with(
                "n",
                Column::Integer(vec![Some(i64::MIN), Some(0), None, Some(i64::MAX)]),
            )
        })
        .and_then(|f| {
            let words = ["a", "", "ž \"quoted\" 'x'"].map(|t| Some(t.to_owned()));
            f.with(
                "text",
                Column::Text(words.into_iter().chain([None]).collect()),
            )
        })
        .and_then(|f| {
            let days = ["2013-01-01", "2013-02-01", "2013-03-01"].map(Millis::parse);
            f.with("at", Column::Time(days.into_iter().chain([None]).collect()))
        })
        .and_then(|f| {
            f.with(
                "odd \"name\"",
                Column::Bool(vec![Some(true), Some(false), None, None]),
            )
        })
        .unwrap()
}

fn pattern(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn what_is_written_is_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("it's/part-0.parquet");
    write_parquet(&file, &sample()).unwrap();
    write_parquet(&file, &sample()).unwrap();
    assert_eq!(
        read_parquet(&Select::all(pattern(&file))).unwrap(),
        sample()
    );
    let left: Vec<_> = std::fs::read_dir(file.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "no draft is left behind: {left:?}");
}

#[test]
fn columns_rows_and_order_are_chosen() {
    let dir = tempfile::tempdir().unwrap();
    for (week, rows) in [("week=1", 2..4), ("week=0", 0..2)] {
        write_parquet(
            &dir.path().join(week).join("part-0.parquet"),
            &sample().slice(rows),
        )
        .unwrap();
    }
    let glob = pattern(&dir.path().join("**/*.parquet"));
    let select = Select::all(glob)
        .columns(["at", "n"])
        .between(
            "at",
            Millis::parse("2013-01-01"),
            Millis::parse("2013-03-01"),
        )
        .order(["at"]);
    let frame = read_parquet(&select).unwrap();
    assert_eq!(frame.names().collect::<Vec<_>>(), ["at", "n"]);
    assert_eq!(
        frame.column("n").unwrap(),
        &Column::Integer(vec![Some(i64::MIN), Some(0)])
    );
}

#[test]
fn a_column_that_some_files_lack_is_null_there() {
    let dir = tempfile::tempdir().unwrap();
    let one = |name: &str, v| {
        Frame::new()
            .with(name, Column::Integer(vec![Some(v)]))
            .unwrap()
    };
    write_parquet(&dir.path().join("a.parquet"), &one("old", 1)).unwrap();
    write_parquet(&dir.path().join("b.parquet"), &one("new", 2)).unwrap();
    let frame = read_parquet(&Select::all(pattern(&dir.path().join("*.parquet")))).unwrap();
    assert_eq!(
        frame.column("old").unwrap(),
        &Column::Integer(vec![Some(1), None])
    );
    assert_eq!(
        frame.column("new").unwrap(),
        &Column::Integer(vec![None, Some(2)])
    );
}

#[test]
fn csv_and_json_lines_read_as_parquet_does() {
    let dir = tempfile::tempdir().unwrap();
    let (csv, json) = (dir.path().join("a.csv"), dir.path().join("a.ndjson"));
    std::fs::write(
        &csv,
        "at,x,who\n2013-01-01 05:15:00,1.5,a\n2013-01-02 00:00:00,,\n",
    )
    .unwrap();
    std::fs::write(
        &json,
        "{\"at\":\"2013-01-01 05:15:00\",\"x\":1.5,\"who\":\"a\"}\n{\"at\":\"2013-01-02 00:00:00\",\"x\":null}\n",
    )
    .unwrap();
    let from_csv = read_csv(&Select::all(pattern(&csv))).unwrap();
    assert_eq!(from_csv, read_ndjson(&Select::all(pattern(&json))).unwrap());
    assert_eq!(
        from_csv.times("at").unwrap()[0],
        Millis::parse("2013-01-01T05:15:00Z")
    );
    assert_eq!(
        from_csv.column("x").unwrap(),
        &Column::Number(vec![Some(1.5), None])
    );
    assert_eq!(from_csv.texts("who").unwrap()[1], None);
}

#[test]
fn failures_name_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let missing = Select::all(pattern(&dir.path().join("none-*.parquet")));
    assert!(matches!(
        read_parquet(&missing),
        Err(FrameError::NoFiles { .. })
    ));

    let broken = dir.path().join("broken.parquet");
    std::fs::write(&broken, "PAR1 and nothing else").unwrap();
    let error = read_parquet(&Select::all(pattern(&broken)))
        .unwrap_err()
        .to_string();
    assert!(error.contains("broken.parquet"), "{error}");

    let good = dir.path().join("good.parquet");
    write_parquet(&good, &sample()).unwrap();
    let error = read_parquet(&Select::all(pattern(&good)).columns(["nope"])).unwrap_err();
    assert!(
        error.to_string().starts_with("there is no column \"nope\""),
        "{error}"
    );
    let error = read_parquet(&Select::all(pattern(&good)).between("x", None, None)).unwrap_err();
    assert_eq!(error.to_string(), "column \"x\" holds numbers, not times");
}

#[test]
fn a_frame_keeps_its_shape() {
    let mut frame = sample();
    assert!(frame.push("x", Column::Bool(vec![None; 4])).is_err());
    assert!(frame.push("y", Column::Bool(vec![None; 3])).is_err());
    assert_eq!(frame.slice(3..99).rows(), 1);
    assert_eq!(frame.slice(9..99).rows(), 0);
    assert_eq!(frame.column("x").unwrap().number(1), None);
    assert_eq!(frame.column("odd \"name\"").unwrap().number(0), Some(1.0));
}
