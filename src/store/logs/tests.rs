use super::*;
use crate::frame::Format;
use std::{collections::BTreeMap, fs, path::PathBuf};
use trimtab_core::{
    policy::{Cut, Window},
    time::Millis,
};

const DAYS: Cut = Cut {
    window: Window::Day,
    every: None,
};

/// A folder of log files written by DuckDB, and a reader of them.
pub(super) struct World {
    dir: tempfile::TempDir,
    pub(super) logs: Logs,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            logs: Logs::open().unwrap(),
        }
    }

    /// Writes a query's rows, by the name's format.
    pub(super) fn write(&self, name: &str, query: &str) -> LogFile {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let options = match path.extension().unwrap().to_str().unwrap() {
            "parquet" => "FORMAT parquet",
            "csv" => "FORMAT csv, HEADER",
            _ => "FORMAT json",
        };
        self.logs
            .db
            .execute_batch(&format!(
                "COPY ({query}) TO '{}' ({options})",
                path.display().to_string().replace('\'', "''")
            ))
            .unwrap();
        self.file(name)
    }

    fn bytes(&self, name: &str, bytes: &[u8]) -> LogFile {
        fs::write(self.dir.path().join(name), bytes).unwrap();
        self.file(name)
    }

    fn file(&self, name: &str) -> LogFile {
        let listing = list(self.dir.path(), name).unwrap();
        assert_eq!(listing.problems, []);
        listing.files.into_iter().next().unwrap()
    }

    fn inspect(&self, file: &LogFile) -> Result<Inspection, LogError> {
        self.logs
            .inspect(file, Cut::default(), "ts", Some("id"), &wanted())
    }

    fn everything(&self, inspected: &[&Inspection]) -> Vec<Sample> {
        let parts: Vec<Part<'_>> = inspected.iter().map(|i| (*i).into()).collect();
        let columns = [
            ("x".to_owned(), Kind::Number),
            ("c".to_owned(), Kind::Category),
        ];
        self.logs.samples(&parts, None, &columns).unwrap()
    }
}

fn wanted() -> Wanted {
    BTreeMap::from([
        ("ts".into(), Want::Time),
        ("id".into(), Want::Text),
        ("x".into(), Want::Number),
        ("c".into(), Want::Text),
    ])
}

/// Two weeks of hourly rows: 168 in each, from Monday 2013-02-04.
const TWO_WEEKS: &str = "SELECT TIMESTAMP '2013-02-04' + to_hours(i) AS ts, 'r' || i AS id, \
     CASE WHEN i % 7 = 0 THEN NULL WHEN i % 11 = 0 THEN 'nan'::DOUBLE ELSE i / 3.0 END AS x, \
     CASE WHEN i % 5 = 0 THEN NULL ELSE 'k' || i % 3 END AS c FROM range(336) t(i)";

fn reasons(problems: &[Problem]) -> Vec<(&str, u64)> {
    problems
        .iter()
        .map(|p| (p.reason.as_str(), p.rows))
        .collect()
}

fn fault(result: Result<Inspection, LogError>) -> Problem {
    match result {
        Err(LogError::File(problem)) => problem,
        other => panic!("expected a file's problem, got {other:?}"),
    }
}

fn numbers(sample: &Sample) -> (Vec<f64>, u64) {
    let Sample::Numbers {
        values, missing, ..
    } = sample
    else {
        panic!("numbers expected: {sample:?}")
    };
    let mut values = values.clone();
    values.sort_by(f64::total_cmp);
    (values, *missing)
}

#[test]
fn a_good_file_has_windows_and_samples() {
    let world = World::new();
    let file = world.write("a.parquet", TWO_WEEKS);
    let seen = world.inspect(&file).unwrap();
    assert_eq!(seen.problems, []);
    assert_eq!(seen.rows, 336);
    let weeks: Vec<_> = seen.steps.iter().map(|(w, n)| (w.date(), *n)).collect();
    assert_eq!(
        weeks,
        [
            ("2013-02-04".to_owned(), 168),
            ("2013-02-11".to_owned(), 168)
        ]
    );
    assert_eq!(seen.newest.unwrap().stamp(), "2013-02-17 23:00:00");

    let second = Within {
        timestamp: "ts",
        start: Millis::parse("2013-02-11").unwrap(),
        end: Millis::parse("2013-02-18").unwrap(),
    };
    let columns = [("x".into(), Kind::Number), ("c".into(), Kind::Category)];
    let samples = world
        .logs
        .samples(&[(&seen).into()], Some(second), &columns)
        .unwrap();
    let (values, missing) = numbers(&samples[0]);
    let expected: Vec<f64> = (168..336)
        .filter(|i| i % 7 != 0 && i % 11 != 0)
        .map(|i| f64::from(i) / 3.0)
        .collect();
    assert_eq!(values, expected);
    assert_eq!(
        missing,
        168 - expected.len() as u64,
        "null and NaN are missing"
    );
    assert_eq!(samples[1].rows(), 168);
    assert_eq!(
        samples[1].missing(),
        (168..336).filter(|i| i % 5 == 0).count() as u64
    );
}

#[test]
fn a_truncated_file_is_named() {
    let world = World::new();
    let whole = world.write("a.parquet", TWO_WEEKS);
    let bytes = fs::read(&whole.path).unwrap();
    let file = world.bytes("cut.parquet", &bytes[..bytes.len() / 2]);
    let problem = fault(world.inspect(&file));
    assert_eq!(problem.file, "cut.parquet");
    assert!(
        problem.reason.starts_with("The file cannot be read: "),
        "{problem:?}"
    );
    let root = world.dir.path().to_str().unwrap();
    assert!(
        !problem.reason.contains(root),
        "no machine's path: {problem:?}"
    );
}

#[test]
fn a_broken_row_group_is_found_when_its_column_is_read() {
    let world = World::new();
    let whole = world.write("a.parquet", TWO_WEEKS);
    let mut bytes = fs::read(&whole.path).unwrap();
    // Columns lie one after the other; x is the third, so its pages are in the middle.
    let offsets: (u64, u64) = world
        .logs
        .db
        .query_row(
            "SELECT min(coalesce(dictionary_page_offset, data_page_offset)), sum(total_compressed_size)::UBIGINT \
             FROM parquet_metadata(?) WHERE path_in_schema = 'x'",
            [sql::path(&whole)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    for byte in &mut bytes[offsets.0 as usize..(offsets.0 + offsets.1) as usize] {
        *byte ^= 0x5a;
    }
    let file = world.bytes("broken.parquet", &bytes);
    let seen = world.inspect(&file).unwrap();
    let columns = [("x".to_owned(), Kind::Number)];
    let Err(LogError::File(problem)) = world.logs.samples(&[(&seen).into()], None, &columns) else {
        panic!("a broken page was read")
    };
    assert_eq!(
        (problem.file.as_str(), problem.rows),
        ("broken.parquet", 336)
    );
}

#[test]
fn a_missing_column_is_left_out_and_counted() {
    let world = World::new();
    let file = world.write(
        "a.parquet",
        &format!("SELECT * EXCLUDE (x) FROM ({TWO_WEEKS})"),
    );
    let seen = world.inspect(&file).unwrap();
    assert_eq!(
        reasons(&seen.problems),
        [("There is no column \"x\".", 336)]
    );
    let samples = world.everything(&[&seen]);
    assert_eq!(samples[0].rows(), 0);
    assert_eq!(samples[1].rows(), 336);
}

#[test]
fn text_where_numbers_are_expected_is_left_out_of_a_typed_file() {
    let world = World::new();
    let file = world.write(
        "a.parquet",
        &format!("SELECT * REPLACE (x::VARCHAR AS x) FROM ({TWO_WEEKS})"),
    );
    let seen = world.inspect(&file).unwrap();
    let expected = [("Column \"x\" holds text where numbers are expected.", 336)];
    assert_eq!(reasons(&seen.problems), expected);
    assert_eq!(world.everything(&[&seen])[0].rows(), 0);
}

#[test]
fn a_few_bad_numbers_in_an_untyped_file_are_counted_and_missing() {
    let world = World::new();
    for name in ["a.csv", "a.ndjson"] {
        let file = world.write(
            name,
            &format!(
                "SELECT * REPLACE (CASE WHEN id IN ('r1', 'r2') THEN 'n/a' ELSE x::VARCHAR END AS x) \
                 FROM ({TWO_WEEKS})"
            ),
        );
        let seen = world.inspect(&file).unwrap();
        let expected = [("Column \"x\" holds text where numbers are expected.", 2)];
        assert_eq!(reasons(&seen.problems), expected, "{name}");
        let (values, missing) = numbers(&world.everything(&[&seen])[0]);
        assert_eq!(values.len() as u64 + missing, 336);
        assert_eq!(values[0], 1.0, "row 3 is the first number");
    }
}

#[test]
fn a_column_without_one_number_is_left_out_of_an_untyped_file() {
    let world = World::new();
    let file = world.write(
        "a.csv",
        &format!("SELECT * REPLACE ('?' AS x) FROM ({TWO_WEEKS})"),
    );
    let seen = world.inspect(&file).unwrap();
    assert_eq!(seen.problems.len(), 1);
    assert_eq!(world.everything(&[&seen])[0].rows(), 0);
}

#[test]
fn without_instants_nothing_can_be_used() {
    let world = World::new();
    let none = world.write(
        "a.parquet",
        &format!("SELECT * EXCLUDE (ts) FROM ({TWO_WEEKS})"),
    );
    let number = world.write(
        "b.parquet",
        &format!("SELECT * REPLACE (1 AS ts) FROM ({TWO_WEEKS})"),
    );
    let missing = fault(world.inspect(&none));
    assert_eq!(
        (missing.reason.as_str(), missing.rows),
        (
            "There is no column \"ts\". Without instants no row has a window.",
            336
        )
    );
    let wrong = fault(world.inspect(&number));
    assert!(
        wrong
            .reason
            .contains("holds numbers where instants are expected"),
        "{wrong:?}"
    );
}

#[test]
fn rows_without_instants_and_repeated_ids_are_counted() {
    let world = World::new();
    let file = world.write(
        "a.parquet",
        &format!(
            "SELECT * REPLACE (CASE WHEN id IN ('r1', 'r2', 'r9', 'r20', 'r99') THEN NULL ELSE ts END AS ts, \
             CASE WHEN id = 'r300' THEN 'r301' ELSE id END AS id) FROM ({TWO_WEEKS})"
        ),
    );
    let seen = world.inspect(&file).unwrap();
    let expected = [
        ("Rows without an instant in \"ts\".", 5),
        (
            "Rows repeat a request id of the same file in \"id\"; quality counts the first.",
            1,
        ),
    ];
    assert_eq!(reasons(&seen.problems), expected);
    assert_eq!(seen.steps.values().sum::<u64>(), 331);
}

#[test]
fn a_file_without_rows_is_named_and_harmless() {
    let world = World::new();
    for name in ["a.parquet", "a.csv"] {
        let file = world.write(name, &format!("{TWO_WEEKS} LIMIT 0"));
        let seen = world.inspect(&file).unwrap();
        assert!(
            reasons(&seen.problems).contains(&("The file has no rows.", 0)),
            "{name}"
        );
        assert!(seen.steps.is_empty());
    }
}

#[test]
fn lines_that_are_no_json_are_counted() {
    let world = World::new();
    let text = "{\"ts\":\"2013-02-04 05:00:00\",\"id\":\"a\",\"x\":1.5,\"c\":\"k\"}\n\
                this is no JSON\n\
                {\"ts\":\"2013-02-04T07:00:00+02:00\",\"id\":\"b\",\"x\":2,\"c\":\"k\"}\n\
                {\"ts\":\"2013-02-04T07:0";
    let file = world.bytes("a.jsonl", text.as_bytes());
    let seen = world.inspect(&file).unwrap();
    assert_eq!(
        reasons(&seen.problems),
        [("Rows without an instant in \"ts\".", 2)]
    );
    assert_eq!(
        seen.newest.unwrap().stamp(),
        "2013-02-04 05:00:00",
        "an offset is applied"
    );
}

#[test]
fn csv_lines_that_do_not_fit_are_counted() {
    let world = World::new();
    let text = "ts,id,x,c\n2013-02-04 05:00:00,a,1,k\n2013-02-04 06:00:00,b\n\
                2013-02-04 07:00:00,c,5,\"k,\n1\"\n2013-02-04 08:00:00,d,5,k,zz\n2013-02-04 09:0";
    for _ in 0..2 {
        let seen = world
            .inspect(&world.bytes("a.csv", text.as_bytes()))
            .unwrap();
        let expected = [("Lines do not fit the header, the first of them line 3.", 3)];
        assert_eq!(reasons(&seen.problems), expected);
        assert_eq!(seen.rows, 2);
    }
    let semicolons = world.bytes("b.csv", b"ts;id;x;c\n2013-02-04 05:00:00;a;1;k\n");
    let problem = fault(world.inspect(&semicolons));
    assert!(problem.reason.contains("no column \"ts\""), "{problem:?}");
    let binary = world.bytes("c.csv", &(0..=255).collect::<Vec<u8>>().repeat(20));
    assert_eq!(fault(world.inspect(&binary)).file, "c.csv");
}

#[test]
fn kinds_follow_types_and_the_number_of_values() {
    let world = World::new();
    let query = "SELECT TIMESTAMP '2013-02-04' AS ts, i % 7 AS dow, i % 11 AS hour, i / 2.0 AS x, \
                 'k' || i AS c, i % 2 = 0 AS flag, [i] AS list FROM range(40) t(i)";
    let file = world.write("r.parquet", query);
    let kinds = |file: &LogFile| -> BTreeMap<String, Option<Kind>> {
        let inferred = world.logs.infer(file).unwrap();
        inferred.into_iter().map(|i| (i.name, i.kind)).collect()
    };
    let (number, category) = (Some(Kind::Number), Some(Kind::Category));
    let typed = kinds(&file);
    let expected = [
        ("ts", None),
        ("dow", category),
        ("hour", number),
        ("x", number),
        ("c", category),
        ("flag", category),
        ("list", None),
    ];
    for (name, kind) in expected {
        assert_eq!(typed[name], kind, "{name}");
    }
    let loose = kinds(&world.write("r.csv", query));
    for (name, kind) in [
        ("dow", category),
        ("hour", number),
        ("x", number),
        ("c", category),
    ] {
        assert_eq!(loose[name], kind, "{name}");
    }
}

#[test]
fn whole_numbers_written_as_floats_are_the_same_categories() {
    let world = World::new();
    let columns = [("c".to_owned(), Kind::Category)];
    let query = |cast: &str| {
        format!(
            "SELECT TIMESTAMP '2013-02-04' AS ts, i AS id, 0.5 AS x, (i % 3)::{cast} AS c FROM range(9) t(i)"
        )
    };
    let whole = world.write("whole.parquet", &query("SMALLINT"));
    let float = world.write("float.parquet", &query("DOUBLE"));
    let samples = [whole, float].map(|file| {
        let seen = world.inspect(&file).unwrap();
        world
            .logs
            .samples(&[(&seen).into()], None, &columns)
            .unwrap()
    });
    assert_eq!(samples[0], samples[1]);
}

#[test]
fn odd_names_are_only_names() {
    let world = World::new();
    let plain = world.write("plain.parquet", TWO_WEEKS);
    let odd = world.dir.path().join("it's [1] *?/we\"ek=2013");
    fs::create_dir_all(&odd).unwrap();
    fs::rename(&plain.path, odd.join("a.parquet")).unwrap();
    let listing = list(world.dir.path(), "**/*.parquet").unwrap();
    let seen = world.inspect(&listing.files[0]).unwrap();
    assert_eq!(seen.rows, 336);

    let column = "a\"; DROP TABLE x; --";
    let quoted = crate::frame::quoted(column);
    let file = world.write(
        "b.parquet",
        &format!("SELECT ts, id, x AS {quoted} FROM ({TWO_WEEKS})"),
    );
    let wanted = BTreeMap::from([("ts".into(), Want::Time), (column.into(), Want::Number)]);
    let seen = world
        .logs
        .inspect(&file, DAYS, "ts", None, &wanted)
        .unwrap();
    assert_eq!(seen.problems, []);
    assert_eq!(seen.steps.len(), 14);
}

// Labels.

const LABELS: &str = "SELECT 'r' || i AS id, i % 2 AS y, \
     TIMESTAMP '2013-03-01' + to_hours(i) AS at FROM range(336) t(i)";

fn label_columns() -> LabelColumns {
    LabelColumns {
        request_id: "id".into(),
        label: "y".into(),
        label_timestamp: Some("at".into()),
    }
}

#[test]
fn labels_find_their_windows_and_strangers_are_counted() {
    let world = World::new();
    let first = world.write("log/a.parquet", &format!("{TWO_WEEKS} WHERE i < 200"));
    let second = world.write("log/b.ndjson", &format!("{TWO_WEEKS} WHERE i >= 200"));
    let log = [first, second].map(|f| world.inspect(&f).unwrap());
    let files = [
        world.write("labels/a.parquet", &format!("{LABELS} WHERE i < 10")),
        world.write(
            "labels/b.csv",
            &format!("{LABELS} WHERE i BETWEEN 160 AND 170"),
        ),
        world.write(
            "labels/c.parquet",
            "SELECT 'stranger' || i AS id, 1 AS y, now()::TIMESTAMP AS at FROM range(3) t(i)",
        ),
    ];
    let labels = files.map(|f| world.logs.inspect_labels(&f, &label_columns()).unwrap());
    let matches = world
        .logs
        .matches(
            &labels.iter().collect::<Vec<_>>(),
            &label_columns(),
            &log.iter().collect::<Vec<_>>(),
            ("id", "ts"),
            Cut::default(),
        )
        .unwrap();
    let weeks = |m: &Matches| m.steps.iter().map(|w| w.date()).collect::<Vec<_>>();
    assert_eq!(weeks(&matches[0]), ["2013-02-04"]);
    assert_eq!(weeks(&matches[1]), ["2013-02-04", "2013-02-11"]);
    assert_eq!(matches[2], Matches::default());
    let unknown: Vec<u64> = labels
        .iter()
        .zip(&matches)
        .map(|(l, m)| l.requests - m.known)
        .collect();
    assert_eq!(unknown, [0, 0, 3]);
}

#[test]
fn the_last_label_and_the_first_row_count() {
    let world = World::new();
    let log = world.write(
        "log.parquet",
        "SELECT TIMESTAMP '2013-02-04' + to_hours(i) AS ts, id, score, (score > 0.5)::INT AS c, 0.0 AS x \
         FROM (VALUES (0, 'a', 0.9), (1, 'a', 0.1), (2, 'b', 0.2), (3, 'c', NULL)) t(i, id, score)",
    );
    let seen = world.inspect(&log).unwrap();
    // The id's second row is a problem by itself; `score` is read although nobody declared it.
    let mut seen = seen;
    seen.columns.insert("score".into(), Class::Float);
    let labels = world.write(
        "labels.parquet",
        "SELECT id, y, TIMESTAMP '2013-03-01' + to_hours(h) AS at FROM \
         (VALUES ('a', 0, 5), ('a', 1, 9), ('a', 0, 7), ('b', 1, NULL), ('c', 0, 1), ('z', 1, 1), ('b', NULL, 3)) t(id, y, h)",
    );
    let labels = world
        .logs
        .inspect_labels(&labels, &label_columns())
        .unwrap();
    assert_eq!(labels.requests, 4);
    assert_eq!(
        labels.problems.iter().map(|p| p.rows).collect::<Vec<_>>(),
        [1]
    );
    let within = Within {
        timestamp: "ts",
        start: Millis::parse("2013-02-04").unwrap(),
        end: Millis::parse("2013-02-11").unwrap(),
    };
    let columns = OutcomeColumns {
        request_id: "id",
        prediction: Some("c"),
        score: Some("score"),
        segments: &[],
    };
    let mut outcomes = world
        .logs
        .outcomes(
            &[(&seen).into()],
            within,
            columns,
            &[(&labels).into()],
            &label_columns(),
        )
        .unwrap();
    outcomes.sort_by(|a, b| a.score.total_cmp(&b.score));
    let shown: Vec<_> = outcomes
        .iter()
        .map(|o| (o.label, o.score.to_string()))
        .collect();
    let expected = [(1.0, "0.2"), (1.0, "0.9"), (0.0, "NaN")].map(|(l, s)| (l, s.to_owned()));
    assert_eq!(shown, expected);
}

#[test]
fn label_files_without_labels_are_named() {
    let world = World::new();
    let file = world.write(
        "labels.parquet",
        &format!("SELECT * EXCLUDE (y) FROM ({LABELS})"),
    );
    let error = world
        .logs
        .inspect_labels(&file, &label_columns())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "labels.parquet: There is no column \"y\"."
    );
}

#[test]
fn one_broken_file_among_several_is_found() {
    let world = World::new();
    let good = world.write("log/a.parquet", TWO_WEEKS);
    let bad = world.write("log/b.parquet", TWO_WEEKS);
    let seen = [&good, &bad].map(|f| world.inspect(f).unwrap());
    let bytes = fs::read(&bad.path).unwrap();
    fs::write(&bad.path, &bytes[..100]).unwrap();
    let labels = world.write("labels.parquet", LABELS);
    let labels = world
        .logs
        .inspect_labels(&labels, &label_columns())
        .unwrap();
    let result = world.logs.matches(
        &[&labels],
        &label_columns(),
        &seen.iter().collect::<Vec<_>>(),
        ("id", "ts"),
        Cut::default(),
    );
    let Err(LogError::File(problem)) = result else {
        panic!("a broken file was read: {result:?}")
    };
    assert_eq!(problem.file, "log/b.parquet");
}

// The same rows in three formats, written by other programs than DuckDB (see tests/data).

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/logs")
}

#[test]
fn csv_and_json_lines_give_the_numbers_of_parquet() {
    let logs = Logs::open().unwrap();
    let listing = list(&fixtures(), "week.*").unwrap();
    let formats: Vec<Format> = listing.files.iter().map(|f| f.format).collect();
    assert_eq!(formats, [Format::Csv, Format::NdJson, Format::Parquet]);
    let typed = logs.infer(&listing.files[2]).unwrap();
    let columns: Vec<(String, Kind)> = typed
        .into_iter()
        .filter_map(|c| Some((c.name, c.kind?)))
        .collect();
    assert_eq!(columns.len(), 14);
    let mut wanted: Wanted = columns
        .iter()
        .map(|(name, kind)| {
            let want = match kind {
                Kind::Number => Want::Number,
                Kind::Category => Want::Text,
            };
            (name.clone(), want)
        })
        .collect();
    wanted.insert("timestamp".into(), Want::Time);
    let read = |file: &LogFile| {
        let seen = logs
            .inspect(file, DAYS, "timestamp", Some("request_id"), &wanted)
            .unwrap();
        assert_eq!(seen.problems, []);
        let mut samples = logs.samples(&[(&seen).into()], None, &columns).unwrap();
        for sample in &mut samples {
            if let Sample::Numbers { values, .. } = sample {
                values.sort_by(f64::total_cmp);
            }
        }
        (seen.rows, seen.steps, seen.newest, samples)
    };
    let [csv, json, parquet] = [0, 1, 2].map(|i| read(&listing.files[i]));
    assert_eq!(parquet.0, 763);
    assert_eq!(csv, parquet);
    assert_eq!(json, parquet);
}
