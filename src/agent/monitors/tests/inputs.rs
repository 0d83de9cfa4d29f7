//! Inputs that policy names and does not find, numbers that are none, windows that are no more.

use super::*;
use trimtab_core::policy::FeatureRule;

fn with(frame: &Frame, name: &str, column: Column) -> Frame {
    let mut frame = without(frame, name);
    frame.push(name, column).unwrap();
    frame
}

/// The reference with labels as whole numbers, which look like categories.
fn labelled_reference() -> Frame {
    let rows = 1000;
    let label = |i: usize| Some(i64::from(noise(i, 3) > 0.7));
    let labels = Column::Integer((0..rows).map(label).collect());
    with(&week("2013-01-07", "r", rows, 0.0), "label", labels)
}

fn says(outcome: &PassOutcome, text: &str) -> bool {
    outcome.problems.iter().any(|p| p.reason.contains(text))
}

#[tokio::test]
async fn whole_numbers_calibrate_the_estimate() {
    let world = World::new();
    world.write("reference.parquet", &labelled_reference());
    assert_eq!(problems(&world.pass().await), []);
    let estimate = world.window(0).await.estimate.unwrap();
    assert!(estimate.rows == 400 && estimate.auc > 0.9, "{estimate:?}");
}

#[tokio::test]
async fn a_label_that_the_reference_lacks_or_cannot_give_is_a_problem() {
    let mut policy = policy();
    policy.columns.reference_label = Some("late".into());
    let world = World::with(policy);
    let no_estimate = "quality cannot be estimated before labels arrive";
    let absent = world.pass().await;
    assert!(says(&absent, "There is no column \"late\"") && says(&absent, no_estimate));
    let words = Column::Text(vec![Some("yes".into()); 1000]);
    let reference = with(&week("2013-01-07", "r", 1000, 0.0), "late", words);
    world.write("reference.parquet", &reference);
    let refused = world.pass().await;
    assert!(says(&refused, "Column \"late\" holds text") && says(&refused, no_estimate));
    assert!(world.window(0).await.estimate.is_none());
}

#[tokio::test]
async fn one_score_that_is_no_number_costs_the_reference_one_row() {
    let world = World::new();
    let scores = (0..1000).map(|i| if i == 5 { f64::NAN } else { noise(i, 3) });
    let reference = with(&labelled_reference(), "score", numbers(scores));
    world.write("reference.parquet", &reference);
    let outcome = world.pass().await;
    let left_out = |p: &&InputProblem| p.rows == 1 && p.reason.contains("calibration leaves");
    assert_eq!(outcome.problems.iter().filter(left_out).count(), 1);
    assert!(world.window(0).await.estimate.is_some());
}

#[tokio::test]
async fn answers_that_are_no_number_are_left_out_and_counted() {
    let world = World::new();
    world.write("reference.parquet", &labelled_reference());
    let frame = week(WEEKS[0], "w0-", 400, 0.0);
    let answer = |i: usize| match i {
        3 => f64::NAN,
        4 => f64::INFINITY,
        _ => f64::from(noise(i, 3) > 0.5),
    };
    let frame = with(&frame, "answer", numbers((0..400).map(answer)));
    world.write("log/2013-02-04.parquet", &frame);
    world.write("labels/a.parquet", &labels("w0-", 400));
    let outcome = world.pass().await;
    let expected = "Column \"answer\" holds NaN or infinite values; quality leaves their rows out.";
    assert_eq!(
        problems(&outcome),
        [("log/2013-02-04.parquet", expected, 2)]
    );
    let window = world.window(0).await;
    assert_eq!(window.estimate.unwrap().rows, 398);
    assert_eq!(window.quality.labelled, 398);
}

#[tokio::test]
async fn one_label_that_is_no_number_leaves_the_errors_of_the_others() {
    let mut policy = policy();
    policy.task = Task::Regression;
    let world = World::with(policy);
    let ids = (0..100).map(|i| Some(format!("w0-{i}"))).collect();
    let label = |i: usize| if i == 7 { f64::NAN } else { 2.0 };
    let frame = Frame::new()
        .with("id", Column::Text(ids))
        .and_then(|f| f.with("label", numbers((0..100).map(label))))
        .and_then(|f| f.with("label_ts", Column::Time(vec![Some(Millis(0)); 100])))
        .unwrap();
    world.write("labels/a.parquet", &frame);
    let outcome = world.pass().await;
    let expected = "Rows without a request id in \"id\" or a finite number in \"label\".";
    assert_eq!(problems(&outcome), [("labels/a.parquet", expected, 1)]);
    let quality = world.window(0).await.quality;
    assert_eq!(quality.labelled, 99);
    assert!(
        quality.mae.is_finite() && quality.rmse.is_finite(),
        "{quality:?}"
    );
}

#[tokio::test]
async fn a_rule_for_a_column_that_is_not_there_is_a_problem() {
    let mut policy = policy();
    let rule = FeatureRule::default();
    policy.drift.features.insert("colr".into(), rule);
    let world = World::with(policy);
    let expected = "Policy has a drift rule for \"colr\", which is no watched column.";
    let outcome = world.pass().await;
    assert_eq!(problems(&outcome), [("reference.parquet", expected, 0)]);
}

/// The stored windows: starts, and lengths in days.
async fn stored(world: &World) -> Vec<(String, i64)> {
    let windows = world.store.windows("m").await.unwrap();
    let days = |w: &WindowResult| (w.end.0 - w.start.0) / Millis::DAY;
    windows.iter().map(|w| (w.start.date(), days(w))).collect()
}

#[tokio::test]
async fn windows_cut_by_an_older_policy_go() {
    let world = World::new();
    let cut = |window| {
        let policy = MonitorPolicy {
            window,
            ..world.policy.clone()
        };
        let policies = BTreeMap::from([("m".to_owned(), policy)]);
        world.runner.set_policies(&policies);
    };
    cut(Window::Day);
    world.pass().await;
    assert_eq!(stored(&world).await.len(), 21);
    cut(Window::Week);
    let outcome = world.pass().await;
    assert_eq!(outcome.gone.len(), 18, "Mondays are replaced");
    assert_eq!(stored(&world).await, WEEKS.map(|w| (w.to_owned(), 7)));
    assert_eq!(world.pass().await.gone, []);
}

#[tokio::test]
async fn a_file_with_other_rows_takes_its_old_window_along() {
    let world = World::new();
    world.pass().await;
    // As after a restart: nothing is known but what the store holds.
    let runner = runner(&world.store, world.dir.path(), &world.policy);
    world.write(
        "log/2013-02-18.parquet",
        &week("2013-02-25", "w3-", 400, 0.0),
    );
    let outcome = runner.pass("m", Millis(8)).await.unwrap();
    assert_eq!(outcome.gone, [Millis::parse(WEEKS[2]).unwrap()]);
    let expected = [WEEKS[0], WEEKS[1], "2013-02-25"].map(|w| (w.to_owned(), 7));
    assert_eq!(stored(&world).await, expected);
}

#[tokio::test]
async fn what_was_computed_of_files_that_are_gone_or_broken_stays() {
    let world = World::new();
    world.pass().await;
    let whole = fs::read(world.path("log/2013-02-04.parquet")).unwrap();
    fs::write(world.path("log/2013-02-04.parquet"), &whole[..100]).unwrap();
    fs::remove_file(world.path("log/2013-02-11.parquet")).unwrap();
    assert_eq!(world.pass().await.gone, []);
    fs::remove_dir_all(world.path("log")).unwrap();
    assert_eq!(world.pass().await.gone, []);
    assert_eq!(stored(&world).await.len(), 3);
}

#[tokio::test]
async fn a_part_of_the_log_is_a_reference() {
    let mut policy = policy();
    policy.reference = "log/*.parquet".into();
    policy.reference_from = Some("2013-02-04".parse().unwrap());
    policy.reference_to = Some("2013-02-11".parse().unwrap());
    let world = World::with(policy);
    assert_eq!(problems(&world.pass().await), []);
    let state = world.runner.state("m").await.unwrap();
    assert_eq!(state.reference_rows, 400);
    let (own, moved) = (world.window(0).await, world.window(2).await);
    assert_eq!(own.cells[0].psi, 0.0);
    assert_eq!(moved.cells[0].verdict, Verdict::Drifted);
    // Roles are no features, though the log has them.
    let names: Vec<&str> = own.cells.iter().map(|c| c.feature.as_str()).collect();
    assert_eq!(names, ["x", "colour", "score", "answer"]);

    // Later rows are other windows, whatever else is in their file; rows of the span are another reference.
    world.write("log/next.parquet", &week("2013-02-25", "n", 50, 0.0));
    assert_eq!(weeks(&world.pass().await), ["2013-02-25"]);
    fs::write(world.path("log/broken.parquet"), "no Parquet").unwrap();
    let broken = world.pass().await;
    assert_eq!(weeks(&broken), Vec::<String>::new());
    assert_eq!(broken.problems.len(), 1, "{:?}", broken.problems);
    fs::remove_file(world.path("log/broken.parquet")).unwrap();
    world.write("log/late.parquet", &week("2013-02-04", "late", 50, 0.0));
    assert_eq!(weeks(&world.pass().await).len(), 4);
    let state = world.runner.state("m").await.unwrap();
    assert_eq!(state.reference_rows, 450);
}

#[tokio::test]
async fn a_span_without_rows_is_no_reference() {
    let mut policy = policy();
    policy.reference_to = Some("2000-01-01".parse().unwrap());
    let world = World::with(policy);
    assert!(says(
        &world.pass().await,
        "The reference has no file with rows"
    ));
}
