mod inputs;
mod segments;
mod windows;

use super::{golden::repository, *};
use std::{fs, path::Path, time::Instant};
use trimtab_core::{
    alert::Persistence,
    policy::{Columns, DriftPolicy, Policy, Task, Window},
    registry::Version,
    stats::drift::Verdict,
};
use trimtab_store::frame::{Column, Frame, write_parquet};

const WEEKS: [&str; 3] = ["2013-02-04", "2013-02-11", "2013-02-18"];

/// A workspace with a reference, a log of weeks, and a monitor of them.
struct World {
    dir: tempfile::TempDir,
    store: Store,
    runner: MonitorRunner,
    policy: MonitorPolicy,
}

fn policy() -> MonitorPolicy {
    MonitorPolicy {
        model: "m".into(),
        log: "log/*.parquet".into(),
        labels: Some("labels/*.parquet".into()),
        reference: "reference.parquet".into(),
        reference_from: None,
        reference_to: None,
        window: Window::Week,
        every: None,
        segments: Vec::new(),
        segment_values: 10,
        columns: Columns {
            timestamp: "ts".into(),
            request_id: "id".into(),
            version: Some("version".into()),
            prediction: Some("answer".into()),
            score: Some("score".into()),
            label_timestamp: Some("label_ts".into()),
            latency: Some("ms".into()),
            status: Some("status".into()),
            ..Columns::default()
        },
        drift: DriftPolicy::default(),
        quality: None,
        task: Task::default(),
        alert: Persistence::default(),
    }
}

/// A repeatable value in 0..1 for a row.
fn noise(row: usize, salt: usize) -> f64 {
    let mixed = (row * 7919 + salt * 104_729 + 12_345) % 10_007;
    mixed as f64 / 10_007.0
}

fn numbers(values: impl Iterator<Item = f64>) -> Column {
    Column::Number(values.map(Some).collect())
}

/// Rows of one week from Monday on, their ids starting with `prefix`; `shift` moves feature x.
fn week(monday: &str, prefix: &str, rows: usize, shift: f64) -> Frame {
    let start = Millis::parse(monday).unwrap();
    let step = Millis::WEEK / rows as i64;
    let at = (0..rows)
        .map(|i| Some(Millis(start.0 + step * i as i64)))
        .collect();
    let ids = (0..rows).map(|i| Some(format!("{prefix}{i}"))).collect();
    let colour = |i: usize| Some(if noise(i, 2) < 0.6 { "red" } else { "blue" }.to_owned());
    let score = |i: usize| noise(i, 3);
    Frame::new()
        .with("ts", Column::Time(at))
        .and_then(|f| f.with("id", Column::Text(ids)))
        .and_then(|f| f.with("x", numbers((0..rows).map(|i| noise(i, 1) + shift))))
        .and_then(|f| f.with("colour", Column::Text((0..rows).map(colour).collect())))
        .and_then(|f| f.with("score", numbers((0..rows).map(score))))
        .and_then(|f| {
            let answers = (0..rows).map(|i| Some(i64::from(score(i) > 0.5)));
            f.with("answer", Column::Integer(answers.collect()))
        })
        .and_then(|f| {
            let version =
                |i: usize| Some(if i.is_multiple_of(4) { "m-v2" } else { "m-v1" }.to_owned());
            f.with("version", Column::Text((0..rows).map(version).collect()))
        })
        .and_then(|f| f.with("ms", numbers((0..rows).map(|i| (i % 100) as f64))))
        .and_then(|f| {
            let status = (0..rows).map(|i| Some(if i.is_multiple_of(50) { 503 } else { 200 }));
            f.with("status", Column::Integer(status.collect()))
        })
        .unwrap()
}

/// Labels for rows of a week: positive where the score is high, and for every third row.
fn labels(prefix: &str, rows: usize) -> Frame {
    let ids = (0..rows).map(|i| Some(format!("{prefix}{i}"))).collect();
    let label = |i: usize| Some(i64::from(noise(i, 3) > 0.7 || i.is_multiple_of(3)));
    let at = Millis::parse("2013-04-01");
    Frame::new()
        .with("id", Column::Text(ids))
        .and_then(|f| f.with("label", Column::Integer((0..rows).map(label).collect())))
        .and_then(|f| f.with("label_ts", Column::Time(vec![at; rows])))
        .unwrap()
}

/// The same file with pages in its middle gone; footer, instants and ids are whole.
fn broken(whole: &[u8]) -> Vec<u8> {
    let mut broken = whole.to_vec();
    broken[whole.len() / 3..whole.len() * 2 / 3].fill(0);
    broken
}

fn without(frame: &Frame, dropped: &str) -> Frame {
    let mut kept = Frame::new();
    for (name, column) in frame.columns().filter(|(name, _)| *name != dropped) {
        kept.push(name, column.clone()).unwrap();
    }
    kept
}

impl World {
    fn new() -> Self {
        Self::with(policy())
    }

    fn with(policy: MonitorPolicy) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(&dir.path().join("store.duckdb")).unwrap();
        let runner = runner(&store, dir.path(), &policy);
        let world = Self {
            dir,
            store,
            runner,
            policy,
        };
        world.write("reference.parquet", &week("2013-01-07", "r", 1000, 0.0));
        for (i, monday) in WEEKS.iter().enumerate() {
            // The third week's x is another one.
            let shift = if i == 2 { 0.5 } else { 0.0 };
            let frame = week(monday, &format!("w{i}-"), 400, shift);
            world.write(&format!("log/{monday}.parquet"), &frame);
        }
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, frame: &Frame) {
        write_parquet(&self.path(name), frame).unwrap();
    }

    async fn pass(&self) -> PassOutcome {
        self.runner.pass("m", Millis(7)).await.unwrap()
    }

    async fn window(&self, week: usize) -> WindowResult {
        let windows = self.store.windows("m").await.unwrap();
        let start = Millis::parse(WEEKS[week]).unwrap();
        windows.into_iter().find(|w| w.start == start).unwrap()
    }
}

fn runner(store: &Store, root: &Path, policy: &MonitorPolicy) -> MonitorRunner {
    let policies = BTreeMap::from([("m".to_owned(), policy.clone())]);
    MonitorRunner::new(store.clone(), root.to_owned(), &policies)
}

fn weeks(outcome: &PassOutcome) -> Vec<String> {
    outcome
        .windows
        .iter()
        .map(|(w, _)| w.start.date())
        .collect()
}

fn problems(outcome: &PassOutcome) -> Vec<(&str, &str, u64)> {
    let problems = outcome.problems.iter();
    problems
        .map(|p| (p.file.as_str(), p.reason.as_str(), p.rows))
        .collect()
}

#[tokio::test]
async fn each_window_is_computed_once_and_never_again_after_a_restart() {
    let world = World::new();
    let first = world.pass().await;
    assert_eq!(weeks(&first), WEEKS);
    assert_eq!(problems(&first), []);
    assert_eq!(weeks(&world.pass().await), Vec::<String>::new());
    let restarted = runner(&world.store, world.dir.path(), &world.policy);
    let again = restarted.pass("m", Millis(8)).await.unwrap();
    assert_eq!(weeks(&again), Vec::<String>::new());
    assert!(!again.problems_changed);
    assert_eq!(
        restarted.newest_data_time("m").unwrap().date(),
        "2013-02-24",
        "the last row of the third week"
    );
}

#[tokio::test]
async fn a_window_says_what_its_rows_are() {
    let world = World::new();
    world.pass().await;
    let (calm, moved) = (world.window(0).await, world.window(2).await);
    assert_eq!((calm.rows, calm.end.date().as_str()), (400, "2013-02-11"));
    assert_eq!(calm.versions, [(Version(1), 300), (Version(2), 100)]);
    let names: Vec<&str> = calm.cells.iter().map(|c| c.feature.as_str()).collect();
    assert_eq!(names, ["x", "colour", "score", "answer"]);
    let kinds: Vec<bool> = calm.cells.iter().map(|c| c.categorical).collect();
    assert_eq!(kinds, [false, true, false, true]);
    assert!(
        calm.cells.iter().all(|c| c.verdict == Verdict::Stable),
        "{:?}",
        calm.cells
    );
    assert_eq!(moved.cells[0].verdict, Verdict::Drifted);
    assert_eq!(moved.drifted(), 1);
    assert!(moved.cells[0].psi > 1.0 && moved.cells[0].distance > 0.4);
    assert_eq!((calm.service.p50_ms, calm.service.error_rate), (49.5, 0.02));
    assert_eq!(calm.quality.labelled, 0);
    assert_eq!(calm.computed, Millis(7));
}

#[tokio::test]
async fn late_rows_change_their_window_only() {
    let world = World::new();
    world.pass().await;
    world.write("log/late.parquet", &week(WEEKS[1], "late", 50, 0.0));
    let outcome = world.pass().await;
    assert_eq!(weeks(&outcome), [WEEKS[1]]);
    assert_eq!(world.window(1).await.rows, 450);
}

#[tokio::test]
async fn labels_change_the_windows_they_name() {
    let world = World::new();
    world.pass().await;
    world.write("labels/a.parquet", &labels("w0-", 300));
    assert_eq!(weeks(&world.pass().await), [WEEKS[0]]);
    let quality = world.window(0).await.quality;
    assert_eq!(quality.labelled, 300);
    assert!(quality.auc > 0.6 && quality.auc < 1.0, "{quality:?}");
    assert!(quality.accuracy > 0.5 && quality.f1 > 0.0 && quality.log_loss > 0.0);

    // Labels before their rows: unknown first, at home once the rows come.
    world.write("labels/b.parquet", &labels("early", 20));
    let early = world.pass().await;
    assert_eq!(weeks(&early), Vec::<String>::new());
    let unknown = (
        "labels/b.parquet",
        "Labels for requests that are in no log file.",
        20,
    );
    assert_eq!(problems(&early), [unknown]);
    world.write("log/late.parquet", &week(WEEKS[1], "early", 50, 0.0));
    let late = world.pass().await;
    assert_eq!(weeks(&late), [WEEKS[1]]);
    assert_eq!(problems(&late), []);
    assert_eq!(world.window(1).await.quality.labelled, 20);
    assert_eq!(world.window(0).await.quality.labelled, 300);
}

#[tokio::test]
async fn bad_files_are_named_and_the_rest_goes_on() {
    let world = World::new();
    let whole = fs::read(world.path("log/2013-02-04.parquet")).unwrap();
    fs::write(world.path("log/cut.parquet"), &whole[..whole.len() / 2]).unwrap();
    fs::write(world.path("log/broken.parquet"), broken(&whole)).unwrap();
    fs::write(world.path("log/empty.parquet"), "").unwrap();
    let lacking = without(&week(WEEKS[1], "lacking", 30, 0.0), "x");
    world.write("log/lacking.parquet", &lacking);
    let mut mistyped = without(&week(WEEKS[2], "mistyped", 40, 0.0), "ms");
    mistyped
        .push("ms", Column::Text(vec![Some("fast".into()); 40]))
        .unwrap();
    world.write("log/mistyped.parquet", &mistyped);
    world.write("labels/strangers.parquet", &labels("nobody", 5));

    let outcome = world.pass().await;
    let found = problems(&outcome);
    let named = |file: &str| -> Vec<(&str, u64)> {
        let of_file = found.iter().filter(|(f, _, _)| *f == file);
        of_file.map(|(_, reason, rows)| (*reason, *rows)).collect()
    };
    assert!(
        named("log/cut.parquet")[0]
            .0
            .starts_with("The file cannot be read: "),
        "{found:?}"
    );
    let broken = named("log/broken.parquet");
    assert!(
        broken[0].0.starts_with("The file cannot be read: "),
        "{found:?}"
    );
    assert_eq!(named("log/empty.parquet"), [("The file is empty.", 0)]);
    assert_eq!(
        named("log/lacking.parquet"),
        [("There is no column \"x\".", 30)]
    );
    let mistyped = [("Column \"ms\" holds text where numbers are expected.", 40)];
    assert_eq!(named("log/mistyped.parquet"), mistyped);
    let strangers = [("Labels for requests that are in no log file.", 5)];
    assert_eq!(named("labels/strangers.parquet"), strangers);
    assert_eq!(found.len(), 6);

    // All that could be read was.
    assert_eq!(weeks(&outcome), WEEKS);
    assert_eq!(
        world.window(0).await.rows,
        400,
        "neither the cut nor the broken file counts"
    );
    let second = world.window(1).await;
    assert_eq!(
        (second.rows, second.cells[0].rows, second.cells[1].rows),
        (430, 400, 430)
    );
    assert_eq!(world.window(2).await.rows, 440);

    // The same again is no news; a repaired file is.
    let again = world.runner.pass("m", Millis(9)).await.unwrap();
    assert!(
        again.windows.is_empty() && !again.problems_changed,
        "{again:?}"
    );
    assert!(again.problems.iter().all(|p| p.first_seen == Millis(7)));
    fs::remove_file(world.path("log/cut.parquet")).unwrap();
    fs::remove_file(world.path("log/broken.parquet")).unwrap();
    let repaired = world.pass().await;
    assert_eq!(repaired.problems.len(), 4);
    assert!(repaired.problems_changed && repaired.windows.is_empty());
}

#[tokio::test]
async fn a_broken_file_is_left_out_without_computing_stored_windows_again() {
    let world = World::new();
    world.pass().await;
    let whole = fs::read(world.path("log/2013-02-11.parquet")).unwrap();
    fs::write(world.path("log/more.parquet"), broken(&whole)).unwrap();
    let outcome = world.pass().await;
    assert_eq!(weeks(&outcome), Vec::<String>::new());
    assert_eq!(outcome.problems.len(), 1);
    assert_eq!(outcome.problems[0].file, "log/more.parquet");
}

#[tokio::test]
async fn without_a_reference_quality_and_service_are_still_known() {
    let world = World::new();
    fs::remove_file(world.path("reference.parquet")).unwrap();
    world.write("labels/a.parquet", &labels("w0-", 300));
    let outcome = world.pass().await;
    let expected = [(
        "reference.parquet",
        "The reference has no file; nothing can be compared.",
        0,
    )];
    assert_eq!(problems(&outcome), expected);
    let window = world.window(0).await;
    assert_eq!((window.cells.len(), window.quality.labelled), (0, 300));
    world.write("reference.parquet", &week("2013-01-07", "r", 1000, 0.0));
    let outcome = world.pass().await;
    assert_eq!(
        weeks(&outcome),
        WEEKS,
        "a new reference changes every window"
    );
    assert_eq!(world.window(0).await.cells.len(), 4);
}

#[tokio::test]
async fn a_feature_that_the_reference_lacks_is_an_error_in_its_cell() {
    let mut policy = policy();
    policy.columns.features = Some(vec!["x".into(), "height".into()]);
    let world = World::with(policy);
    let outcome = world.pass().await;
    let window = world.window(0).await;
    assert_eq!(window.cells[0].verdict, Verdict::Stable);
    let error = Verdict::Error("column missing in reference".into());
    assert_eq!(window.cells[1].verdict, error);
    assert!(problems(&outcome).contains(&(
        "reference.parquet",
        "There is no column \"height\".",
        1000
    )));
}

#[tokio::test]
async fn another_policy_computes_again_and_the_same_one_does_not() {
    let world = World::new();
    world.pass().await;
    let mut policies = BTreeMap::from([("m".to_owned(), world.policy.clone())]);
    world.runner.set_policies(&policies);
    assert_eq!(weeks(&world.pass().await), Vec::<String>::new());
    if let Some(policy) = policies.get_mut("m") {
        // So few rows are judged by another distance than PSI.
        policy.drift.threshold = 10.0;
    }
    world.runner.set_policies(&policies);
    assert_eq!(weeks(&world.pass().await), WEEKS);
    assert_eq!(world.window(2).await.drifted(), 0);
}

#[tokio::test]
async fn a_pattern_that_leaves_the_workspace_is_a_problem() {
    let mut policy = policy();
    policy.log = "../elsewhere/*.parquet".into();
    let world = World::with(policy);
    let outcome = world.pass().await;
    assert!(outcome.windows.is_empty());
    assert_eq!(outcome.problems.len(), 1);
    assert!(outcome.problems[0].reason.contains("leaves the workspace"));
}

#[tokio::test]
async fn a_distribution_lies_beside_the_reference_s() {
    let world = World::new();
    world.pass().await;
    // As after a restart: nothing is known but what the store holds.
    let runner = runner(&world.store, world.dir.path(), &world.policy);
    let start = Millis::parse(WEEKS[2]).unwrap();
    let x = runner.distribution("m", start, ("x", None)).await.unwrap();
    assert_eq!(
        (x.buckets.len(), x.reference.len(), x.current.len()),
        (10, 10, 10)
    );
    let total = |shares: &[f64]| shares.iter().sum::<f64>();
    assert!((total(&x.reference) - 1.0).abs() < 1e-9 && (total(&x.current) - 1.0).abs() < 1e-9);
    assert!(
        x.current[9] > 0.5,
        "half of x lies above all that was: {:?}",
        x.current
    );
    assert_eq!(x.cell.verdict, Verdict::Drifted);
    let colour = runner
        .distribution("m", start, ("colour", None))
        .await
        .unwrap();
    assert_eq!(colour.buckets, ["red", "blue"]);
    // Every number is told, and the stored cell's are the same ones.
    assert_eq!(x.number("psi_q10_null"), Some(x.cell.psi));
    assert_eq!(x.number("ks_stat"), Some(x.cell.distance));
    assert!(x.number("ev_wasserstein").is_some_and(|v| v > 0.0) && x.number("nml_chi2").is_none());
    assert_eq!(colour.number("tvd_cat"), Some(colour.cell.distance));
    assert!(x.numbers.iter().all(|n| !n.about.is_empty()));

    let nothing = runner
        .distribution("m", start, ("height", None))
        .await
        .unwrap_err();
    assert!(matches!(nothing, MonitorError::NoDistribution { .. }));
    let nowhere = runner
        .distribution("m", Millis(0), ("x", None))
        .await
        .unwrap_err();
    assert!(matches!(nowhere, MonitorError::NoWindow { .. }));
    let nobody = runner
        .distribution("n", start, ("x", None))
        .await
        .unwrap_err();
    assert_eq!(
        nobody.to_string(),
        "there is no monitor \"n\" in trimtab.toml"
    );
}

#[tokio::test]
async fn the_state_is_what_the_console_lists() {
    let world = World::new();
    world.pass().await;
    let states = world.runner.states().await.unwrap();
    assert_eq!(states.len(), 1);
    let state = &states[0];
    assert_eq!((state.name.as_str(), state.model.as_str()), ("m", "m"));
    assert_eq!((state.reference_rows, state.windows.len()), (1000, 3));
    assert_eq!(state.psi_threshold, 0.1);
    assert!(state.quality_min.is_nan());
}

#[tokio::test]
async fn csv_and_json_lines_are_judged_like_parquet() {
    let data = repository().join("tests/data/logs");
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&dir.path().join("store.duckdb")).unwrap();
    let policy = |file: &str| MonitorPolicy {
        log: data.join(file).to_str().unwrap().into(),
        labels: None,
        reference: repository()
            .join("assets/demo/flights-2013.parquet")
            .to_str()
            .unwrap()
            .into(),
        window: Window::Day,
        every: None,
        segments: Vec::new(),
        segment_values: 10,
        columns: Columns {
            version: Some("model_version".into()),
            latency: Some("latency_ms".into()),
            status: Some("status_code".into()),
            features: Some(
                [
                    "distance",
                    "temp",
                    "wind_gust",
                    "pressure",
                    "carrier",
                    "origin",
                    "engine",
                    "dow",
                ]
                .map(str::to_owned)
                .into(),
            ),
            ..Columns::default()
        },
        drift: DriftPolicy {
            min_rows: 20,
            ..DriftPolicy::default()
        },
        ..self::policy()
    };
    let names = ["week.parquet", "week.csv.gz", "week.ndjson.gz"];
    let policies = names
        .map(|n| (n.to_owned(), policy(n)))
        .into_iter()
        .collect();
    let runner = MonitorRunner::new(store.clone(), dir.path().to_owned(), &policies);
    let mut shown = Vec::new();
    for name in names {
        let outcome = runner.pass(name, Millis(7)).await.unwrap();
        assert_eq!(problems(&outcome), [], "{name}");
        let mut windows = store.windows(name).await.unwrap();
        assert_eq!(windows.len(), 7);
        for window in &mut windows {
            window.monitor = "any".into();
            let known = window.cells.iter().filter(|c| c.psi.is_finite()).count();
            assert!(
                known >= 7,
                "a still day has no gusts, but the rest is known: {window:?}"
            );
        }
        // NaN is not equal to itself; its text is.
        shown.push(format!("{windows:?}"));
    }
    assert_eq!(shown[1], shown[0]);
    assert_eq!(shown[2], shown[0]);
}

/// Times a year of weekly files and one new week, and checks weekly quality against scikit-learn's.
/// Needs the project's shared data beside the repository:
/// `cargo test -p trimtab-agent --release measure -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "needs the shared data; measures"]
async fn measure() {
    let data = repository().join("../shared/data/flights_clf");
    let dir = tempfile::tempdir().unwrap();
    let copy = |from: &Path, to: &Path| {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, fs::read(from).unwrap()).unwrap();
    };
    copy(
        &data.join("reference.parquet"),
        &dir.path().join("reference.parquet"),
    );
    let mut files = Vec::new();
    for folder in ["log", "labels"] {
        for entry in fs::read_dir(data.join(folder)).unwrap() {
            let below = Path::new(folder)
                .join(entry.unwrap().file_name())
                .join("part-0.parquet");
            files.push(below);
        }
    }
    files.sort();
    let last = files.iter().rposition(|f| f.starts_with("log")).unwrap();
    let last = files.remove(last);
    for file in &files {
        copy(&data.join(file), &dir.path().join(file));
    }
    let text = fs::read_to_string(repository().join("assets/demo/trimtab.toml")).unwrap();
    let policy = Policy::parse(&text.replace("{server}", "127.0.0.1:1"), "trimtab.toml").unwrap();
    let (store, _) = Store::open(&dir.path().join("store.duckdb")).unwrap();
    let runner = MonitorRunner::new(store.clone(), dir.path().to_owned(), &policy.monitors);
    let timed = async |what: &str, runner: &MonitorRunner| {
        let began = Instant::now();
        let outcome = runner.pass("late15", Millis(7)).await.unwrap();
        let millis = began.elapsed().as_secs_f64() * 1e3;
        println!(
            "{what}: {millis:.0} ms, {} windows, {} problems",
            outcome.windows.len(),
            outcome.problems.len()
        );
        for problem in &outcome.problems {
            println!("  {}: {} ({})", problem.file, problem.reason, problem.rows);
        }
        outcome.windows.len()
    };
    assert_eq!(timed("a year but its last week", &runner).await, 48);
    timed("nothing new", &runner).await;
    copy(&data.join(&last), &dir.path().join(&last));
    assert_eq!(timed("one new week", &runner).await, 1);
    let fresh = MonitorRunner::new(store.clone(), dir.path().to_owned(), &policy.monitors);
    assert_eq!(timed("after a restart", &fresh).await, 0);

    let expected = &golden::expected()["weekly_performance"];
    for window in store.windows("late15").await.unwrap() {
        let week = &expected[window.start.date()];
        let number = |key: &str| week[key].as_f64().unwrap();
        assert_eq!(window.quality.labelled as f64, number("n_labeled"));
        for (ours, theirs) in [
            (window.quality.auc, number("roc_auc")),
            (window.quality.log_loss, number("log_loss")),
            (window.quality.accuracy, number("accuracy")),
            (window.quality.f1, number("f1")),
            (window.quality.positive_rate, number("positive_rate")),
        ] {
            assert!(
                (ours - theirs).abs() <= 1e-9 * theirs,
                "{}: {ours} {theirs}",
                window.start
            );
        }
    }
}
