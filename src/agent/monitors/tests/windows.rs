//! Windows that overlap, and windows of a number of rows.

use super::*;

/// The stored windows: starts as days, and rows.
async fn stored(world: &World) -> Vec<(String, u64)> {
    let windows = world.store.windows("m").await.unwrap();
    windows.iter().map(|w| (w.start.date(), w.rows)).collect()
}

fn cut(world: &World, window: &str, every: Option<&str>) {
    let policy = MonitorPolicy {
        window: serde_json::from_str(window).unwrap(),
        every: every.map(|every| every.parse().unwrap()),
        ..world.policy.clone()
    };
    let policies = BTreeMap::from([("m".to_owned(), policy)]);
    world.runner.set_policies(&policies);
}

#[tokio::test]
async fn windows_may_overlap() {
    let world = World::new();
    world.pass().await;
    let weeks = [0, 1, 2].map(|week| world.window(week));
    let weeks = futures::future::join_all(weeks).await;
    cut(&world, "\"week\"", Some("1d"));
    let outcome = world.pass().await;
    assert_eq!((outcome.windows.len(), outcome.gone.len()), (15, 0));
    for (week, before) in weeks.into_iter().enumerate() {
        // The same rows, whatever the windows between them.
        let now = world.window(week).await;
        assert_eq!(format!("{now:?}"), format!("{before:?}"));
    }
    let drifted = |outcome: &PassOutcome| -> Vec<usize> {
        outcome.windows.iter().map(|(w, _)| w.drifted()).collect()
    };
    // The third week's rows come one day after another.
    assert_eq!(
        drifted(&outcome),
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
    );
    // Another day brings another window, and changes no other.
    let mut day = week("2013-02-25", "n", 50, 0.0);
    day = day_of(&day);
    world.write("log/next.parquet", &day);
    let outcome = world.pass().await;
    assert_eq!(super::weeks(&outcome), ["2013-02-19"]);
    cut(&world, "\"week\"", None);
    assert_eq!(world.pass().await.gone.len(), 13);
    assert_eq!(stored(&world).await.len(), 4);
}

/// The frame with all of its rows within its first day.
fn day_of(frame: &Frame) -> Frame {
    let mut day = Frame::new();
    for (name, column) in frame.columns() {
        let column = match column {
            Column::Time(at) => {
                let first = at[0].unwrap();
                let within = |i: usize| Some(Millis(first.0 + i as i64));
                Column::Time((0..at.len()).map(within).collect())
            }
            other => other.clone(),
        };
        day.push(name, column).unwrap();
    }
    day
}

#[tokio::test]
async fn a_number_of_rows_stands_when_late_rows_come() {
    let world = World::new();
    cut(&world, r#"{"rows":500}"#, None);
    world.pass().await;
    let rows = |windows: &[(String, u64)]| windows.iter().map(|w| w.1).collect::<Vec<u64>>();
    let first = stored(&world).await;
    assert_eq!(rows(&first), [500, 500, 200]);
    let state = world.runner.state("m").await.unwrap();
    let complete = |w: &WindowResult| state.clock().complete(state.rules.cut, w);
    let complete: Vec<bool> = state.windows.iter().map(complete).collect();
    assert_eq!(complete, [true, true, false]);

    // Late rows are counted where they belong, and move nothing.
    world.write("log/late.parquet", &week(WEEKS[0], "late", 50, 0.0));
    let outcome = world.pass().await;
    assert_eq!((outcome.windows.len(), outcome.gone.len()), (1, 0));
    assert_eq!(rows(&stored(&world).await), [550, 500, 200]);

    // As after a restart; the window that was being filled goes on from where it began.
    let policy = MonitorPolicy {
        window: serde_json::from_str(r#"{"rows":500}"#).unwrap(),
        ..world.policy.clone()
    };
    let again = runner(&world.store, world.dir.path(), &policy);
    assert_eq!(again.pass("m", Millis(8)).await.unwrap().windows, []);
    world.write("log/next.parquet", &week("2013-02-25", "n", 400, 0.0));
    let outcome = again.pass("m", Millis(8)).await.unwrap();
    assert_eq!((outcome.windows.len(), outcome.gone.len()), (2, 0));
    let now = stored(&world).await;
    assert_eq!(rows(&now), [550, 500, 500, 100]);
    assert_eq!(
        now[..3].iter().map(|w| &w.0).collect::<Vec<_>>(),
        first.iter().map(|w| &w.0).collect::<Vec<_>>()
    );

    // Rows before all others are windows of their own.
    world.write("log/early.parquet", &week("2013-01-28", "e", 70, 0.0));
    assert_eq!(again.pass("m", Millis(8)).await.unwrap().windows.len(), 1);
    assert_eq!(rows(&stored(&world).await), [70, 550, 500, 500, 100]);

    cut(&world, r#"{"rows":1000}"#, None);
    world.pass().await;
    assert_eq!(rows(&stored(&world).await), [1000, 720]);
    cut(&world, "\"week\"", None);
    world.pass().await;
    assert_eq!(rows(&stored(&world).await), [70, 450, 400, 400, 400]);
}
