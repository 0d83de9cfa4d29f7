//! Logged models: refusals, searches, and what restarts keep, against a model in memory.

use crate::support::{Place, create, log, place, run_id};
use proptest::prelude::*;
use std::collections::BTreeMap;
use trimtab_core::{
    logged_model::{
        DatasetName, LoggedModel, LoggedModelId, LoggedModelStatus as Status, ModelMetric,
    },
    metric::Point,
    record::{Shared, Sorted},
    run::ExperimentId,
    search::{Direction, Filter, LOGGED_MODELS, Order, OrderKey},
    time::Millis,
};
use trimtab_store::{
    Change, ExperimentEdit, LoggedModelEdit as Edit, ModelSearch, Store, StoreError,
};

fn model_id(n: u8) -> LoggedModelId {
    LoggedModelId::from_bytes([n; 16])
}

fn facts(said: &[(&str, &str)]) -> Sorted<Shared> {
    let mut facts = Sorted::default();
    for (key, value) in said {
        facts.insert((*key).into(), (*value).into());
    }
    facts
}

fn made(n: u8, name: &str) -> LoggedModel {
    LoggedModel {
        id: model_id(n),
        experiment: ExperimentId(1),
        name: name.into(),
        status: Status::Pending,
        kind: "tree".into(),
        source_run: run_id(1).to_string(),
        created: Millis(i64::from(n)),
        updated: Millis(i64::from(n)),
        deleted: false,
        params: facts(&[("depth", "3")]),
        tags: facts(&[("a", "b")]),
    }
}

fn make(n: u8, name: &str) -> Change {
    Change::CreateLoggedModel(Box::new(made(n, name)))
}

fn edit(n: u8, edit: Edit) -> Change {
    Change::EditLoggedModel {
        id: model_id(n),
        edit,
        at: Millis(99),
    }
}

fn measure(n: u8, key: &str, step: i64, value: f64, dataset: Option<&str>) -> Change {
    let metric = ModelMetric {
        model: model_id(n),
        key: key.into(),
        point: Point {
            step,
            time: Millis(step),
            value,
        },
        dataset: dataset.map(|name| DatasetName {
            name: name.into(),
            digest: "g".into(),
        }),
    };
    Change::LogModelMetrics {
        run: run_id(1),
        metrics: vec![metric],
    }
}

/// A store with a run.
async fn begun() -> Place {
    let place = place();
    place.one(create(1, "one")).await.unwrap();
    place
}

/// All that is known of some models, printed.
fn seen(store: &Store, models: std::ops::Range<u8>) -> Vec<String> {
    let known = models.map(|n| store.logged_model(&model_id(n)));
    known.map(|m| format!("{m:?}")).collect()
}

#[tokio::test]
async fn a_model_is_kept_over_restarts_and_kills() {
    let place = begun().await;
    let changes = vec![
        make(1, "forest"),
        edit(1, Edit::Status(Status::Ready)),
        edit(
            1,
            Edit::SetTags(vec![("a".into(), "c".into()), ("d".into(), "e".into())]),
        ),
        edit(1, Edit::AddParams(vec![("rate".into(), "0.1".into())])),
        log(1, &[("auc", 2, 0.75)], &[]),
        measure(1, "auc", 2, 0.75, Some("test")),
        make(2, "forest"),
    ];
    place.store.apply(changes).await.unwrap();
    for later in [
        measure(1, "auc", 3, f64::NAN, None),
        measure(1, "auc", 3, f64::NAN, None),
        edit(1, Edit::DeleteTag("d".into())),
        edit(2, Edit::Delete),
    ] {
        place.one(later).await.unwrap();
    }
    let before = seen(&place.store, 0..4);
    let found = place.store.logged_model(&model_id(1)).unwrap();
    assert_eq!(
        *found.model,
        LoggedModel {
            status: Status::Ready,
            updated: Millis(99),
            params: facts(&[("depth", "3"), ("rate", "0.1")]),
            tags: facts(&[("a", "c")]),
            ..made(1, "forest")
        }
    );
    assert_eq!(
        found.artifact_uri,
        format!("mlflow-artifacts:/1/models/{}/artifacts", model_id(1))
    );
    assert_eq!(found.metrics.rows().len(), 2, "said again is no change");
    // What a killed agent leaves: the file and its log as they are now.
    let left = place.dir.path().join("left");
    std::fs::create_dir(&left).unwrap();
    for name in ["store.duckdb", "store.duckdb.wal"] {
        std::fs::copy(place.dir.path().join(name), left.join(name)).unwrap();
    }
    let (killed, _) = Store::open(&left.join("store.duckdb")).unwrap();
    assert_eq!(seen(&killed, 0..4), before);
    killed.close().await.unwrap();

    let place = place.reopen().await;
    assert_eq!(seen(&place.store, 0..4), before);
    place.one(make(3, "next")).await.unwrap();
    let e = place.one(make(1, "taken")).await.unwrap_err();
    assert!(matches!(e, StoreError::Conflict { .. }), "{e}");
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let place = begun().await;
    place.one(make(1, "forest")).await.unwrap();
    let before = seen(&place.store, 0..3);
    let again = vec![("new".into(), "1".into()), ("depth".into(), "3".into())];
    for calls in [
        vec![make(2, "x"), make(1, "taken")],
        vec![edit(1, Edit::AddParams(again))],
        vec![edit(1, Edit::DeleteTag("none".into()))],
        vec![edit(2, Edit::Delete)],
        vec![
            log(1, &[("auc", 1, 0.5)], &[]),
            measure(2, "auc", 1, 0.5, None),
        ],
        vec![Change::CreateLoggedModel(Box::new(LoggedModel {
            experiment: ExperimentId(9),
            ..made(2, "x")
        }))],
    ] {
        let e = place.store.apply(calls).await.unwrap_err();
        assert!(e.is_refusal(), "{e}");
        assert_eq!(seen(&place.store, 0..3), before);
    }
    let record = place.store.record(&run_id(1)).unwrap();
    assert!(record.metrics.is_empty());
    let delete = Change::EditExperiment {
        id: ExperimentId(1),
        edit: ExperimentEdit::Delete,
        at: Millis(5),
    };
    place.one(delete).await.unwrap();
    for calls in [make(2, "x"), measure(1, "auc", 1, 0.5, None)] {
        let e = place.one(calls).await.unwrap_err();
        assert!(matches!(e, StoreError::Deleted { .. }), "{e}");
    }
    // A deleted model, and one of a deleted experiment, can still be finished.
    place.one(edit(1, Edit::Delete)).await.unwrap();
    place
        .one(edit(1, Edit::Status(Status::Ready)))
        .await
        .unwrap();
}

async fn names(store: &Store, filter: &str, datasets: &[&str], order: &str) -> Vec<String> {
    let key = OrderKey::logged_model(order, Direction::Descending, None, None).unwrap();
    let mut search = ModelSearch {
        experiments: vec![ExperimentId(1)],
        filter: Filter::parse(filter, &LOGGED_MODELS).unwrap(),
        datasets: datasets
            .iter()
            .map(|name| DatasetName {
                name: (*name).into(),
                digest: "g".into(),
            })
            .collect(),
        order: Order::with_ties(vec![key], &LOGGED_MODELS),
        after: None,
        limit: 2,
    };
    // Page by page, so that cursors are looked at too.
    let mut found = Vec::new();
    loop {
        let page = store.search_logged_models(search.clone()).await;
        let page = page.unwrap().unwrap();
        found.extend(page.models.iter().map(|m| m.model.name.clone()));
        match page.next {
            Some(next) => search.after = Some(next),
            None => return found,
        }
    }
}

#[tokio::test]
async fn searches_look_at_all_that_was_measured() {
    let place = begun().await;
    for n in 0..5u8 {
        let low = f64::from(n) / 10.0;
        let changes = vec![
            make(n, &format!("m{n}")),
            measure(n, "acc", 0, low, None),
            measure(n, "acc", 1, 1.0 - low, Some("d")),
        ];
        place.store.apply(changes).await.unwrap();
    }
    let changes = vec![
        make(5, "bare"),
        make(6, "gone"),
        edit(6, Edit::Delete),
        edit(3, Edit::Status(Status::Ready)),
    ];
    place.store.apply(changes).await.unwrap();
    let place = place.reopen().await;
    let store = &place.store;
    for (filter, datasets, expected) in [
        ("", &[][..], "m0 m1 m2 m3 m4 bare"),
        ("metrics.acc > 0.7", &[], "m0 m1 m2"),
        ("metrics.acc < 0.2", &[], "m0 m1"),
        ("metrics.acc < 0.2", &["d"], ""),
        ("metrics.acc > 0.7", &["d", "x"], "m0 m1 m2"),
        ("metrics.acc > 0.7", &["x"], ""),
        ("", &["d"], "m0 m1 m2 m3 m4"),
        ("name != 'm1'", &["d"], "m0 m2 m3 m4"),
        ("status = '2'", &[], "m3"),
        ("status = 'READY'", &[], ""),
        (
            "tags.a = 'b' AND params.depth = '3' AND name LIKE 'b%'",
            &[],
            "bare",
        ),
        (
            "experiment_id = '1' AND artifact_location LIKE '%/models/%'",
            &[],
            "m0 m1 m2 m3 m4 bare",
        ),
        (
            "creation_timestamp >= 3 AND model_type = 'tree'",
            &[],
            "m3 m4 bare",
        ),
    ] {
        let found = names(store, filter, datasets, "metrics.acc").await;
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(found, expected, "{filter} on {datasets:?}");
    }
    assert_eq!(
        names(store, "", &[], "name").await,
        ["m4", "m3", "m2", "m1", "m0", "bare"]
    );
}

/// One thing said, by small numbers.
#[derive(Clone, Debug)]
enum Said {
    Make(u8),
    Status(u8, usize),
    Param(u8, String, String),
    Tag(u8, String, String),
    Untag(u8, String),
    Delete(u8),
    Measure(u8, i64, u8),
}

fn said() -> impl Strategy<Value = Said> {
    let (model, key, value) = (0..3u8, "[ab]", "[xyz]");
    prop_oneof![
        model.clone().prop_map(Said::Make),
        (model.clone(), 0..4usize).prop_map(|(m, s)| Said::Status(m, s)),
        (model.clone(), key, value).prop_map(|(m, k, v)| Said::Param(m, k, v)),
        (model.clone(), key, value).prop_map(|(m, k, v)| Said::Tag(m, k, v)),
        (model.clone(), key).prop_map(|(m, k)| Said::Untag(m, k)),
        model.clone().prop_map(Said::Delete),
        (model, 0..4i64, 0..3u8).prop_map(|(m, s, v)| Said::Measure(m, s, v)),
    ]
}

/// What should be known: each model, and the steps and values measured of it.
type Expected = BTreeMap<u8, (LoggedModel, BTreeMap<(i64, u8), ()>)>;

impl Said {
    fn change(&self) -> Change {
        match self.clone() {
            Self::Make(n) => make(n, "m"),
            Self::Status(n, s) => edit(n, Edit::Status(Status::ALL[s])),
            Self::Param(n, k, v) => edit(n, Edit::AddParams(vec![(k, v)])),
            Self::Tag(n, k, v) => edit(n, Edit::SetTags(vec![(k, v)])),
            Self::Untag(n, k) => edit(n, Edit::DeleteTag(k)),
            Self::Delete(n) => edit(n, Edit::Delete),
            Self::Measure(n, s, v) => measure(n, "acc", s, f64::from(v), None),
        }
    }

    /// Does the same to what should be known; `None` when it must be refused.
    fn expect(&self, all: &mut Expected) -> Option<()> {
        if let Self::Make(n) = self {
            let new = !all.contains_key(n);
            return new.then(|| drop(all.insert(*n, (made(*n, "m"), BTreeMap::new()))));
        }
        let (Self::Make(n)
        | Self::Status(n, _)
        | Self::Param(n, ..)
        | Self::Tag(n, ..)
        | Self::Untag(n, _)
        | Self::Delete(n)
        | Self::Measure(n, ..)) = self;
        let (model, measured) = all.get_mut(n)?;
        match self {
            Self::Make(_) => {}
            Self::Status(_, s) => {
                (model.status, model.updated) = (Status::ALL[*s], Millis(99));
            }
            Self::Delete(_) => (model.deleted, model.updated) = (true, Millis(99)),
            Self::Param(_, k, v) => {
                if model.params.get(k).is_some() {
                    return None;
                }
                model.params.insert(k.as_str().into(), v.as_str().into());
            }
            Self::Tag(_, k, v) => drop(model.tags.insert(k.as_str().into(), v.as_str().into())),
            Self::Untag(_, k) => drop(model.tags.remove(k)?),
            Self::Measure(_, s, v) => drop(measured.insert((*s, *v), ())),
        }
        Some(())
    }
}

fn agree(store: &Store, expected: &Expected) {
    for n in 0..3 {
        let found = store.logged_model(&model_id(n));
        let Some((model, measured)) = expected.get(&n) else {
            assert!(found.is_none());
            continue;
        };
        let found = found.unwrap();
        assert_eq!(*found.model, *model);
        let rows = found.metrics.rows();
        let rows: Vec<_> = rows.iter().map(|(_, p)| (p.step, p.value as u8)).collect();
        assert_eq!(rows, measured.keys().copied().collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn models_are_a_map(says in prop::collection::vec(prop::collection::vec(said(), 1..4), 1..20)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let place = begun().await;
            let mut expected = Expected::new();
            for call in &says {
                // A call is all or nothing.
                let mut then = expected.clone();
                let fine = call.iter().all(|s| s.expect(&mut then).is_some());
                let applied = place.store.apply(call.iter().map(Said::change).collect()).await;
                assert_eq!(applied.is_ok(), fine, "{call:?}: {applied:?}");
                if fine {
                    expected = then;
                }
            }
            agree(&place.store, &expected);
            let place = place.reopen().await;
            agree(&place.store, &expected);
        });
    }
}
