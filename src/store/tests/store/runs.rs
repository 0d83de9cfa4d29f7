//! Runs: filter, order and pages against a model in memory; refusals; what restarts keep.

use crate::support::{create, log, place, run_id};
use proptest::prelude::*;
use std::{cmp::Ordering, collections::BTreeMap};
use trimtab_core::{
    metric::{MetricSummary, Point},
    run::{RunKey, RunOrder, RunQuery, RunRow, RunStatus},
    time::Millis,
};
use trimtab_store::{Change, StoreError};

#[tokio::test]
async fn a_parameter_never_changes_and_its_neighbours_are_committed() {
    let place = place();
    place.one(create(1, "a")).await.unwrap();
    place.one(log(1, &[], &[("depth", "6")])).await.unwrap();
    // Sent at once, they share a group.
    let (same, other, bystander) = tokio::join!(
        place.one(log(1, &[("auc", 1, 0.5)], &[("depth", "6")])),
        place.one(log(1, &[("auc", 2, 0.6)], &[("depth", "7"), ("new", "x")])),
        place.one(log(1, &[("auc", 3, 0.7)], &[("eta", "0.1")])),
    );
    same.unwrap();
    bystander.unwrap();
    let refused = other.unwrap_err();
    assert!(refused.is_refusal());
    assert_eq!(
        refused.to_string(),
        format!(
            "parameter \"depth\" of run {}: it is \"6\" and never changes, not even to \"7\"",
            run_id(1).short()
        )
    );
    let row = place.store.run(&run_id(1)).await.unwrap().unwrap();
    assert_eq!(
        row.params,
        BTreeMap::from([("depth".into(), "6".into()), ("eta".into(), "0.1".into())])
    );
    assert_eq!(
        (row.metric("auc"), row.metrics["auc"].count),
        (Some(0.7), 2)
    );
}

#[tokio::test]
async fn a_call_is_all_or_nothing() {
    let place = place();
    place.one(create(1, "a")).await.unwrap();
    let mixed = vec![
        create(2, "b"),
        log(1, &[("auc", 1, 0.5)], &[("depth", "6")]),
        Change::SetRunStatus {
            run: run_id(1),
            status: RunStatus::Finished,
            at: Millis(9),
        },
        log(3, &[], &[]),
    ];
    let refused = place.store.apply(mixed).await.unwrap_err();
    assert!(
        matches!(refused, StoreError::NotFound { what: "run", .. }),
        "{refused}"
    );
    let page = place
        .store
        .runs(RunQuery::default(), Millis(0))
        .await
        .unwrap();
    assert_eq!(page.total, 1);
    assert_eq!(page.rows[0].status, RunStatus::Running);
    assert!(page.rows[0].metrics.is_empty() && page.rows[0].params.is_empty());
    // What was taken back can be said anew.
    place
        .store
        .apply(vec![
            create(2, "b"),
            log(1, &[("auc", 1, 0.1)], &[("depth", "7")]),
        ])
        .await
        .unwrap();
    assert_eq!(place.store.counts().await.unwrap().points, 1);
}

#[tokio::test]
async fn statuses_follow_the_domain() {
    let place = place();
    let status = |status, at| Change::SetRunStatus {
        run: run_id(1),
        status,
        at: Millis(at),
    };
    place.one(create(1, "a")).await.unwrap();
    place.one(status(RunStatus::Finished, 50)).await.unwrap();
    // Said again, it ended when it was first said to.
    place.one(status(RunStatus::Finished, 60)).await.unwrap();
    let refused = place
        .one(status(RunStatus::Scheduled, 70))
        .await
        .unwrap_err();
    assert!(matches!(refused, StoreError::Conflict { what: "run", .. }));
    let row = place.store.run(&run_id(1)).await.unwrap().unwrap();
    assert_eq!(
        (row.status, row.ended),
        (RunStatus::Finished, Some(Millis(50)))
    );
    place.one(status(RunStatus::Running, 80)).await.unwrap();
    let row = place
        .reopen()
        .await
        .store
        .run(&run_id(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((row.status, row.ended), (RunStatus::Running, None));
}

#[tokio::test]
async fn an_id_is_taken_once() {
    let place = place().reopen().await;
    place.one(create(1, "a")).await.unwrap();
    let place = place.reopen().await;
    let refused = place.one(create(1, "b")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
}

#[tokio::test]
async fn a_text_stands_for_runs() {
    let place = place();
    let changes = (1..=3).map(|n| create(n, ["", "x", "y", "x"][usize::try_from(n).unwrap()]));
    place.store.apply(changes.collect()).await.unwrap();
    let among = async |text: &str, deleted: bool| {
        let rows = place.store.find_runs(text, deleted).await.unwrap();
        rows.into_iter().map(|r| r.id).collect::<Vec<_>>()
    };
    let found = async |text: &str| among(text, false).await;
    assert_eq!(found(run_id(2).as_str()).await, [run_id(2)]);
    assert_eq!(found(run_id(2).short()).await, [run_id(2)]);
    assert_eq!(found("x").await, [run_id(3), run_id(1)]);
    assert_eq!(found("nothing").await, []);
    assert_eq!(found("").await, []);

    // A deleted run does not stand in a live one's way, nor the other way round.
    let delete = Change::SetRunDeleted {
        run: run_id(3),
        deleted: Some(Millis(9)),
    };
    place.one(delete).await.unwrap();
    let (all, start) = (run_id(3), run_id(3).short().to_owned());
    assert_eq!(found("x").await, [run_id(1)]);
    assert_eq!(found(&start).await, []);
    assert_eq!(found(all.as_str()).await, [run_id(3)]);
    for text in ["x", &start, all.as_str()] {
        assert_eq!(among(text, true).await, [run_id(3)]);
    }
    for text in ["y", "", run_id(1).as_str(), run_id(1).short()] {
        assert_eq!(among(text, true).await, []);
    }
}

#[tokio::test]
async fn nan_counts_as_latest_and_sorts_with_the_missing() {
    let place = place();
    let mut changes: Vec<_> = (1..=4).map(|n| create(n, "r")).collect();
    changes.push(log(1, &[("auc", 1, 0.5)], &[]));
    changes.push(log(2, &[("auc", 1, 0.9), ("auc", 2, f64::NAN)], &[]));
    changes.push(log(3, &[("auc", 1, f64::INFINITY)], &[]));
    place.store.apply(changes).await.unwrap();
    let order = RunOrder {
        key: RunKey::Metric("auc".into()),
        descending: true,
    };
    let query = RunQuery {
        order: vec![order],
        ..RunQuery::default()
    };
    let rows = place.store.runs(query, Millis(0)).await.unwrap().rows;
    let ids: Vec<_> = rows.iter().map(|r| r.id.clone()).collect();
    assert_eq!(ids, [run_id(3), run_id(1), run_id(4), run_id(2)]);
    let nan = &rows[3].metrics["auc"];
    assert!(nan.latest.value.is_nan());
    assert_eq!((nan.min, nan.max, nan.count), (0.9, 0.9, 2));
}

/// What a client may say in the model-based test.
#[derive(Clone, Debug)]
enum Say {
    Create(u64, &'static str),
    Log {
        run: u64,
        metrics: Vec<(&'static str, i64, f64)>,
        param: Option<(&'static str, &'static str)>,
        tag: Option<(&'static str, &'static str)>,
    },
    Status(u64, RunStatus),
}

fn say() -> impl Strategy<Value = Say> {
    let key = prop::sample::select(vec!["auc", "loss"]);
    let value = prop_oneof![8 => -9.0..9.0f64, 1 => Just(f64::NAN), 1 => Just(f64::NEG_INFINITY)];
    let fact = (
        prop::sample::select(vec!["depth", "eta"]),
        prop::sample::select(vec!["6", "10", "-3", "ÄUTO", "x=1"]),
    );
    prop_oneof![
        3 => (0..6u64, prop::sample::select(vec!["alpha", "Beta", "γάμμα"]))
            .prop_map(|(n, name)| Say::Create(n, name)),
        5 => (
            0..6u64,
            prop::collection::vec((key, 0..5i64, value), 0..5),
            prop::option::of(fact.clone()),
            prop::option::of(fact),
        )
            .prop_map(|(run, metrics, param, tag)| Say::Log { run, metrics, param, tag }),
        1 => (0..6u64, prop::sample::select(RunStatus::ALL.to_vec()))
            .prop_map(|(n, status)| Say::Status(n, status)),
    ]
}

impl Say {
    fn change(&self) -> Change {
        match self {
            Self::Create(n, name) => create(*n, name),
            Self::Log {
                run,
                metrics,
                param,
                tag,
            } => {
                let mut change = log(*run, metrics, param.as_slice());
                if let (Change::LogBatch { tags, .. }, Some((k, v))) = (&mut change, tag) {
                    tags.push(((*k).into(), (*v).into()));
                }
                change
            }
            Self::Status(n, status) => Change::SetRunStatus {
                run: run_id(*n),
                status: *status,
                at: Millis(7),
            },
        }
    }

    /// The same on a map of rows; whether it is allowed.
    fn apply(&self, model: &mut BTreeMap<u64, RunRow>, order: &mut Vec<u64>) -> bool {
        match self {
            Self::Create(n, name) => {
                if model.contains_key(n) {
                    return false;
                }
                order.push(*n);
                let row = RunRow {
                    id: run_id(*n),
                    experiment: trimtab_core::run::ExperimentId(1),
                    experiment_name: "late15".into(),
                    name: (*name).into(),
                    status: RunStatus::Running,
                    user: "ana".into(),
                    started: Millis(1_000 + i64::try_from(*n).unwrap()),
                    ended: None,
                    job: None,
                    deleted: false,
                    params: BTreeMap::new(),
                    tags: BTreeMap::new(),
                    metrics: BTreeMap::new(),
                };
                model.insert(*n, row);
            }
            Self::Log {
                run,
                metrics,
                param,
                tag,
            } => {
                let Some(row) = model.get_mut(run) else {
                    return false;
                };
                if let Some((k, v)) = param {
                    if row.params.get(*k).is_some_and(|old| old != v) {
                        return false;
                    }
                    row.params.insert((*k).into(), (*v).into());
                }
                if let Some((k, v)) = tag {
                    row.tags.insert((*k).into(), (*v).into());
                }
                for (key, step, value) in metrics {
                    let point = Point {
                        step: *step,
                        time: Millis(*step),
                        value: *value,
                    };
                    row.metrics
                        .entry((*key).into())
                        .and_modify(|s| s.add(point))
                        .or_insert_with(|| MetricSummary::of(point));
                }
            }
            Self::Status(n, status) => {
                let Some(row) = model.get_mut(n) else {
                    return false;
                };
                if !row.status.may_become(*status) {
                    return false;
                }
                if row.status != *status {
                    row.status = *status;
                    row.ended = status.ended().then_some(Millis(7));
                }
            }
        }
        true
    }
}

fn matches(row: &RunRow, word: &str) -> bool {
    let word = word.to_lowercase();
    let fact = |(k, v): (&String, &String)| format!("{k}={v}").to_lowercase().contains(&word);
    row.name.to_lowercase().contains(&word)
        || row.id.as_str().contains(&word)
        || row.params.iter().any(fact)
        || row.tags.iter().any(fact)
}

/// The order a query asks for, as the domain words it.
fn compare(order: &RunOrder, a: &RunRow, b: &RunRow) -> Ordering {
    let way = |o: Ordering| if order.descending { o.reverse() } else { o };
    fn keyed<T>(a: Option<T>, b: Option<T>, cmp: impl Fn(&T, &T) -> Ordering) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) => cmp(&a, &b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }
    let number = |a: &f64, b: &f64| way(a.partial_cmp(b).unwrap());
    match &order.key {
        RunKey::Name => way(a.name.cmp(&b.name)),
        RunKey::Status => way(a.status.word().cmp(b.status.word())),
        RunKey::Started => way(a.started.cmp(&b.started)),
        RunKey::Metric(key) => {
            let of = |r: &RunRow| r.metric(key).filter(|v| !v.is_nan());
            keyed(of(a), of(b), number)
        }
        // Numbers by value, before words.
        RunKey::Param(key) => keyed(a.params.get(key), b.params.get(key), |a, b| {
            match (a.parse::<f64>(), b.parse::<f64>()) {
                (Ok(a), Ok(b)) => number(&a, &b),
                (Err(_), Err(_)) => way(a.cmp(b)),
                (a, b) => way(a.is_err().cmp(&b.is_err())),
            }
        }),
        other => panic!("{other:?} is not asked for"),
    }
}

/// Equal, with NaN equal to itself.
fn same(a: &[RunRow], b: &[RunRow]) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

fn expected(model: &BTreeMap<u64, RunRow>, query: &RunQuery) -> (u64, Vec<RunRow>) {
    let mut rows: Vec<RunRow> = model
        .values()
        .filter(|r| query.words.iter().all(|w| matches(r, w)))
        .cloned()
        .collect();
    rows.sort_by_key(|r| std::cmp::Reverse(r.started));
    if let Some(order) = query.order.first() {
        rows.sort_by(|a, b| compare(order, a, b));
    }
    let total = rows.len() as u64;
    let rows = rows
        .into_iter()
        .skip(usize::try_from(query.offset).unwrap())
        .take(query.limit as usize)
        .collect();
    (total, rows)
}

fn query() -> impl Strategy<Value = RunQuery> {
    let words = vec!["a", "BETA", "depth=", "=6", "äuto", "ΓΆΜ", "1", "nothing"];
    let key = prop_oneof![
        Just(RunKey::Name),
        Just(RunKey::Status),
        Just(RunKey::Started),
        Just(RunKey::Metric("auc".into())),
        Just(RunKey::Param("depth".into())),
    ];
    (
        prop::collection::vec(prop::sample::select(words), 0..2),
        prop::option::of((key, any::<bool>())),
        0..4u64,
        1..5u32,
    )
        .prop_map(|(words, order, offset, limit)| RunQuery {
            experiment: Some("late15".into()),
            words: words.into_iter().map(str::to_owned).collect(),
            order: order
                .map(|(key, descending)| RunOrder { key, descending })
                .into_iter()
                .collect(),
            offset,
            limit,
            ..RunQuery::default()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is said, in whatever groups, the store answers like a map in memory, also after a restart.
    #[test]
    fn the_store_answers_like_a_map(
        says in prop::collection::vec(prop::collection::vec(say(), 1..4), 1..12),
        queries in prop::collection::vec(query(), 4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let place = place();
            let (mut model, mut order) = (BTreeMap::new(), Vec::new());
            let mut sent = Vec::new();
            for call in &says {
                let store = place.store.clone();
                let changes = call.iter().map(Say::change).collect();
                // Joined in order below: the queue keeps the order in which calls were first polled.
                sent.push(async move { store.apply(changes).await });
            }
            let answers = futures_in_order(sent).await;
            for (call, answer) in says.iter().zip(answers) {
                let (mut tried, mut tried_order) = (model.clone(), order.clone());
                let allowed = call.iter().all(|s| s.apply(&mut tried, &mut tried_order));
                prop_assert_eq!(answer.is_ok(), allowed, "{:?}: {:?}", call, answer);
                if allowed {
                    (model, order) = (tried, tried_order);
                }
            }
            let place = place.reopen().await;
            for query in &queries {
                let page = place.store.runs(query.clone(), Millis(0)).await.unwrap();
                let (total, rows) = expected(&model, query);
                prop_assert_eq!(page.total, total);
                prop_assert!(same(&page.rows, &rows), "{:?}\n{:#?}\n{:#?}", query, page.rows, rows);
            }
            place.store.close().await.unwrap();
            Ok(())
        })?;
    }
}

/// Runs futures at once, each first polled in order.
async fn futures_in_order<T: 'static>(futures: Vec<impl Future<Output = T> + 'static>) -> Vec<T> {
    let local = tokio::task::LocalSet::new();
    let tasks: Vec<_> = futures.into_iter().map(|f| local.spawn_local(f)).collect();
    local
        .run_until(async move {
            let mut done = Vec::new();
            for task in tasks {
                done.push(task.await.unwrap());
            }
            done
        })
        .await
}
