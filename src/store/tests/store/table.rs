//! The console's table: filtered, ordered by several columns, grouped, folded, and searched for what is not well.

use crate::support::{create, log, place, run_id, tagged};
use trimtab_core::{
    metric::{MetricEntry, Point},
    run::{RunKey, RunOrder, RunPage, RunQuery, RunStatus},
    time::Millis,
};
use trimtab_store::{Change, Store, StoreError};

/// A moment soon after the runs of [`create`] began.
const NOW: Millis = Millis(60_000);

fn child(n: u64, name: &str, of: u64) -> Change {
    tagged(n, name, &[("mlflow.parentRunId", run_id(of).as_str())])
}

fn query(filter: &str, sort: &str) -> RunQuery {
    RunQuery {
        filter: filter.into(),
        order: RunOrder::parse_list(sort).unwrap(),
        ..RunQuery::default()
    }
}

async fn page(store: &Store, query: RunQuery) -> RunPage {
    store.runs(query, NOW).await.unwrap()
}

fn names(page: &RunPage) -> Vec<&str> {
    page.rows.iter().map(|r| r.name.as_str()).collect()
}

/// Each line as `depth name (under)`, a group's name in front.
fn lines(page: &RunPage) -> Vec<String> {
    page.rows
        .iter()
        .enumerate()
        .map(|(i, row)| {
            let line = page.line(i);
            let group = line.group.map_or_else(String::new, |g| format!("[{g}] "));
            format!(
                "{}{group}{} ({})",
                ".".repeat(line.depth.into()),
                row.name,
                line.under
            )
        })
        .collect()
}

#[tokio::test]
async fn filters_and_orders_of_several_columns() {
    let place = place();
    let mut changes: Vec<_> = ["deep", "shallow", "wide", "deep-slow"]
        .iter()
        .zip(1..)
        .map(|(name, n)| create(n, name))
        .collect();
    changes.push(log(
        1,
        &[("auc", 1, 0.7), ("auc", 2, 0.6)],
        &[("depth", "10"), ("opt", "adam")],
    ));
    changes.push(log(2, &[("auc", 1, 0.8)], &[("depth", "6")]));
    changes.push(log(3, &[("auc", 1, 0.8)], &[("depth", "six")]));
    place.store.apply(changes).await.unwrap();
    let store = &place.store;
    for (filter, sort, expected) in [
        ("", "", &["deep-slow", "wide", "shallow", "deep"][..]),
        ("metrics.auc > 0.65", "", &["wide", "shallow"]),
        (
            "max(metrics.auc) >= 0.7",
            "metrics.auc:desc,name",
            &["shallow", "wide", "deep"],
        ),
        (
            "",
            "metrics.auc:desc,name:desc",
            &["wide", "shallow", "deep", "deep-slow"],
        ),
        // Numbers by value and before words, runs without a value last whichever way.
        (
            "",
            "params.depth",
            &["shallow", "deep", "wide", "deep-slow"],
        ),
        (
            "",
            "params.depth:desc",
            &["wide", "deep", "shallow", "deep-slow"],
        ),
        ("params.depth < 11 and has(params.opt)", "", &["deep"]),
        (
            "not has(metrics.auc) or name = wide",
            "name",
            &["deep-slow", "wide"],
        ),
        ("DEEP -", "", &["deep-slow"]),
        (
            "experiment = late15 status = running user = ana",
            "name",
            &["deep", "deep-slow", "shallow", "wide"],
        ),
        (
            "age > 55s and started < 2026-11-21 duration > 1s",
            "started",
            &["deep", "shallow", "wide", "deep-slow"],
        ),
        ("dpslw", "", &[]),
    ] {
        let found = page(store, query(filter, sort)).await;
        assert_eq!(names(&found), expected, "{filter} by {sort}");
        assert_eq!(
            (found.total, found.matching, found.fuzzy),
            (expected.len() as u64, expected.len() as u64, false)
        );
    }
    // Words in pieces: only when asked, and only when nothing has them whole.
    let loose = |filter| RunQuery {
        fuzzy: true,
        ..query(filter, "")
    };
    let found = page(store, loose("dpslw")).await;
    assert_eq!((names(&found), found.fuzzy), (vec!["deep-slow"], true));
    let found = page(store, loose("deep")).await;
    assert_eq!(
        (names(&found), found.fuzzy),
        (vec!["deep-slow", "deep"], false)
    );
    let error = store
        .runs(query("metrics.auc >", ""), NOW)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, StoreError::Filter(e) if e.column == 14),
        "{error}"
    );
}

#[tokio::test]
async fn groups_stand_under_their_first_run() {
    let place = place();
    let mut changes: Vec<_> = (1..=5).map(|n| create(n, &format!("r{n}"))).collect();
    for (n, auc, depth) in [(1, 0.9, "6"), (2, 0.7, "8"), (3, 0.95, "8"), (4, 0.5, "6")] {
        changes.push(log(n, &[("auc", 1, auc)], &[("depth", depth)]));
    }
    place.store.apply(changes).await.unwrap();
    let grouped = RunQuery {
        group: Some(RunKey::Param("depth".into())),
        ..query("", "metrics.auc:desc")
    };
    let found = page(&place.store, grouped.clone()).await;
    assert_eq!(lines(&found), ["[8] r3 (2)", "[6] r1 (2)", "[] r5 (1)"]);
    assert_eq!((found.total, found.matching), (3, 5));
    let open = RunQuery {
        open: ["6".to_owned(), String::new()].into(),
        ..grouped.clone()
    };
    let found = page(&place.store, open.clone()).await;
    let all = [
        "[8] r3 (2)",
        "[6] r1 (2)",
        ".r1 (0)",
        ".r4 (0)",
        "[] r5 (1)",
        ".r5 (0)",
    ];
    assert_eq!(lines(&found), all);
    // A slice of the lines.
    let slice = page(
        &place.store,
        RunQuery {
            offset: 2,
            limit: 2,
            ..open
        },
    )
    .await;
    assert_eq!(
        (lines(&slice), slice.total),
        (all[2..4].iter().map(ToString::to_string).collect(), 6)
    );
    let least = RunQuery {
        order: RunOrder::parse_list("metrics.auc").unwrap(),
        ..grouped
    };
    assert_eq!(
        lines(&page(&place.store, least).await),
        ["[6] r4 (2)", "[8] r2 (2)", "[] r5 (1)"]
    );
}

#[tokio::test]
async fn children_are_folded_under_their_parents() {
    let place = place();
    let changes = vec![
        create(1, "parent"),
        child(2, "child-a", 1),
        child(3, "child-b", 1),
        child(4, "grandchild", 2),
        child(5, "orphan", 99),
        // Two that call each other their parent, and one its own.
        child(6, "circle-a", 7),
        child(7, "circle-b", 6),
        child(8, "narcissus", 8),
    ];
    place.store.apply(changes).await.unwrap();
    let nested = |filter, open: &[u64]| RunQuery {
        nest: true,
        open: open.iter().map(|n| run_id(*n).to_string()).collect(),
        ..query(filter, "name")
    };
    let store = &place.store;
    let alone = [
        "circle-a (0)",
        "circle-b (0)",
        "narcissus (0)",
        "orphan (0)",
    ];
    let found = page(store, nested("", &[])).await;
    assert_eq!(lines(&found), [&alone[..], &["parent (3)"]].concat());
    assert_eq!((found.total, found.matching), (5, 8));
    let found = page(store, nested("", &[1])).await;
    assert_eq!(
        lines(&found)[4..],
        ["parent (3)", ".child-a (1)", ".child-b (0)"]
    );
    let found = page(store, nested("", &[1, 2])).await;
    assert_eq!(
        lines(&found)[5..],
        [".child-a (1)", "..grandchild (0)", ".child-b (0)"]
    );
    // A child whose parent does not match stands on its own.
    let found = page(store, nested("child", &[])).await;
    assert_eq!(lines(&found), ["child-a (1)", "child-b (0)"]);
    let flat = page(store, query("", "name")).await;
    assert_eq!((flat.total, flat.lines.len()), (8, 0));
}

#[tokio::test]
async fn groups_hold_children_and_fold_them_again() {
    let place = place();
    let mut changes = vec![
        create(1, "sweep"),
        child(2, "trial-a", 1),
        child(3, "trial-b", 1),
        child(4, "step", 3),
    ];
    for (n, auc) in [(2, 0.7), (3, 0.9), (4, 0.8)] {
        changes.push(log(n, &[("auc", 1, auc)], &[("depth", "6")]));
    }
    place.store.apply(changes).await.unwrap();
    let grouped = |open: &[&str]| RunQuery {
        group: Some(RunKey::Param("depth".into())),
        nest: true,
        open: open.iter().map(|o| (*o).to_owned()).collect(),
        ..query("", "metrics.auc:desc")
    };
    // The best of a group is one of its own runs, whoever their parent is.
    let found = page(&place.store, grouped(&[])).await;
    assert_eq!(lines(&found), ["[6] trial-b (3)", "[] sweep (1)"]);
    let found = page(&place.store, grouped(&["6", run_id(3).as_str()])).await;
    let all = [
        "[6] trial-b (3)",
        ".trial-b (1)",
        "..step (0)",
        ".trial-a (0)",
        "[] sweep (1)",
    ];
    assert_eq!(
        (lines(&found), found.total),
        (all.map(str::to_owned).into(), 5)
    );
    let slice = RunQuery {
        offset: 1,
        limit: 2,
        ..grouped(&["6", run_id(3).as_str()])
    };
    let found = page(&place.store, slice).await;
    assert_eq!(
        (lines(&found), found.total),
        (all[1..3].iter().map(ToString::to_string).collect(), 5)
    );
}

#[tokio::test]
async fn the_worst_health_comes_first() {
    let place = place();
    let changes = vec![
        create(1, "well"),
        create(2, "nan"),
        create(3, "diverged"),
        log(1, &[("loss", 1, 0.5)], &[]),
        log(2, &[("loss", 1, f64::NAN)], &[]),
    ];
    place.store.apply(changes).await.unwrap();
    let mut losses: Vec<_> = (0..30).map(|i| ("loss", i, 0.1)).collect();
    losses.push(("loss", 30, 9.0));
    place.store.apply(vec![log(3, &losses, &[])]).await.unwrap();
    let found = page(&place.store, query("", "health")).await;
    assert_eq!(names(&found), ["nan", "diverged", "well"]);
    let grouped = RunQuery {
        group: Some(RunKey::Health),
        ..query("", "health")
    };
    let found = page(&place.store, grouped).await;
    assert_eq!(
        lines(&found),
        ["[nan] nan (1)", "[diverged] diverged (1)", "[ok] well (1)"]
    );
}

#[tokio::test]
async fn what_is_not_well_is_found_wherever_it_is() {
    let place = place();
    let mut changes: Vec<_> = (1..=6).map(|n| create(n, &format!("r{n}"))).collect();
    changes.push(child(7, "ill-child", 1));
    for n in [2, 7] {
        changes.push(Change::LogBatch {
            run: run_id(n),
            metrics: vec![MetricEntry {
                key: "train_loss".into(),
                point: Point {
                    step: 3,
                    time: Millis(2_000),
                    value: f64::NAN,
                },
            }],
            params: vec![],
            tags: vec![],
        });
    }
    changes.push(Change::SetRunStatus {
        run: run_id(2),
        status: RunStatus::Finished,
        at: Millis(3_000),
    });
    place.store.apply(changes).await.unwrap();
    let next = async |query: &RunQuery, from, forward| {
        place
            .store
            .next_unwell(query.clone(), from, forward, NOW)
            .await
            .unwrap()
    };
    // By name: ill-child, r1, r2, …
    let flat = query("", "name");
    assert_eq!(next(&flat, 0, true).await, Some(2));
    assert_eq!(next(&flat, 2, true).await, Some(0), "round the end");
    assert_eq!(next(&flat, 2, false).await, Some(0));
    assert_eq!(next(&flat, 0, false).await, Some(2));
    assert_eq!(next(&query("name = r3", ""), 0, true).await, None);
    assert_eq!(next(&query("nothing", ""), 7, true).await, None);
    // Folded away, its parent is where to look.
    let nested = RunQuery {
        nest: true,
        ..query("", "name")
    };
    assert_eq!(next(&nested, 5, true).await, Some(0));
    let ill = page(&place.store, nested).await;
    assert_eq!((ill.rows[0].name.as_str(), ill.line(0).unwell), ("r1", 1));
    let found = page(&place.store, query("health = nan", "name")).await;
    assert_eq!(names(&found), ["ill-child", "r2"]);
    let later = Millis(NOW.0 + 25 * 3_600_000);
    let gone = place
        .store
        .runs(query("health = crashed", "name"), later)
        .await
        .unwrap();
    assert_eq!(
        names(&gone),
        ["r1", "r3", "r4", "r5", "r6"],
        "what has ended is not missed"
    );
}

#[tokio::test]
async fn deleted_runs_are_a_table_of_their_own() {
    let place = place();
    let delete = Change::SetRunDeleted {
        run: run_id(2),
        deleted: Some(Millis(9)),
    };
    let changes = vec![
        create(1, "kept"),
        create(2, "gone"),
        log(1, &[("auc", 1, 1.0)], &[("p", "1")]),
        delete,
    ];
    place.store.apply(changes).await.unwrap();
    assert_eq!(names(&page(&place.store, query("", "")).await), ["kept"]);
    let deleted = RunQuery {
        deleted: true,
        ..query("", "")
    };
    assert_eq!(names(&page(&place.store, deleted).await), ["gone"]);
    let ids = place
        .store
        .matching(query("name ~ k", ""), 5, NOW)
        .await
        .unwrap();
    assert_eq!(ids, [run_id(1)]);
    let told = place.store.run_names().await.unwrap();
    assert_eq!(
        (told.metrics, told.params, told.users),
        (vec!["auc".into()], vec!["p".into()], vec!["ana".into()])
    );
    assert!(told.experiments.contains(&"late15".to_owned()));
}
