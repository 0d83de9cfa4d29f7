//! What runs read and made: each link once, kept over restarts, found by searches.

use crate::support::{create, place, run_id};
use std::sync::Arc;
use trimtab_core::{
    links::Dataset,
    record::RunRecord,
    run::ExperimentId,
    search::{Filter, Order, RUNS},
    time::Millis,
};
use trimtab_store::{Change, ExperimentEdit, NewDatasetUse, RunSearch, Store, StoreError, View};

fn data(name: &str, source: &str, tags: &[(&str, &str)]) -> NewDatasetUse {
    NewDatasetUse {
        dataset: Dataset {
            name: name.into(),
            digest: "d1".into(),
            source_type: "local".into(),
            source: source.into(),
            schema: (name == "full").then(|| "{\"s\": 1}".into()),
            profile: None,
        },
        tags: tags
            .iter()
            .map(|(k, v)| ((*k).into(), (*v).into()))
            .collect(),
    }
}

fn inputs(run: u64, datasets: Vec<NewDatasetUse>, models: &[&str]) -> Change {
    Change::LogInputs {
        run: run_id(run),
        datasets,
        models: models.iter().map(|m| (*m).into()).collect(),
    }
}

fn outputs(run: u64, models: &[(&str, i64)]) -> Change {
    Change::LogOutputs {
        run: run_id(run),
        models: models.iter().map(|(m, s)| ((*m).into(), *s)).collect(),
    }
}

fn record(store: &Store, run: u64) -> Arc<RunRecord> {
    store.record(&run_id(run)).unwrap()
}

/// Name, source and tags of each data set that a run read.
fn read(store: &Store, run: u64) -> Vec<(String, String, String)> {
    let record = record(store, run);
    let uses = record.links().datasets.iter();
    uses.map(|d| {
        let tags: Vec<String> = d.tags.iter().map(|(k, v)| format!("{k}={v}")).collect();
        (
            d.dataset.name.clone(),
            d.dataset.source.clone(),
            tags.join(","),
        )
    })
    .collect()
}

fn row(name: &str, source: &str, tags: &str) -> (String, String, String) {
    (name.into(), source.into(), tags.into())
}

async fn found(store: &Store, filter: &str) -> Vec<String> {
    let search = RunSearch {
        experiments: vec![ExperimentId(1)],
        view: View::Active,
        filter: Filter::parse(filter, &RUNS).unwrap(),
        order: Order::parse(&["run_name"], &RUNS).unwrap(),
        after: None,
        skip: 0,
        limit: 10,
    };
    let page = store.search(search).await.unwrap().unwrap();
    page.runs.iter().map(|r| r.name.clone()).collect()
}

#[tokio::test]
async fn the_first_word_about_a_data_set_counts() {
    let place = place();
    let setup = vec![create(1, "one"), create(2, "two"), create(3, "three")];
    place.store.apply(setup).await.unwrap();
    let train = [("mlflow.data.context", "train")];
    place
        .one(inputs(
            1,
            vec![data("b", "x", &train), data("full", "x", &[])],
            &[],
        ))
        .await
        .unwrap();
    // Another source of the same name and digest; another tag of the same use; the same twice at once.
    let again = vec![
        data("b", "other", &[("mlflow.data.context", "test")]),
        data("a", "x", &[]),
        data("a", "y", &[("k", "v")]),
    ];
    place.one(inputs(1, again.clone(), &[])).await.unwrap();
    place.one(inputs(2, again, &[])).await.unwrap();
    let expected = [
        row("b", "x", "mlflow.data.context=train"),
        row("full", "x", ""),
        row("a", "x", ""),
    ];
    assert_eq!(read(&place.store, 1), expected);
    let (one, two) = (record(&place.store, 1), record(&place.store, 2));
    assert_eq!(
        read(&place.store, 2),
        [row("b", "x", "mlflow.data.context=test"), row("a", "x", ""),]
    );
    let shared = &two.links().datasets[0].dataset;
    assert!(Arc::ptr_eq(shared, &one.links().datasets[0].dataset));

    let place = place.reopen().await;
    assert_eq!(record(&place.store, 1), one);
    assert_eq!(record(&place.store, 2), two);
    // Known data sets are known again.
    place
        .one(inputs(3, vec![data("b", "third", &[])], &[]))
        .await
        .unwrap();
    assert_eq!(read(&place.store, 3), [row("b", "x", "")]);
    assert!(Arc::ptr_eq(
        &record(&place.store, 3).links().datasets[0].dataset,
        &record(&place.store, 1).links().datasets[0].dataset
    ));
    assert_eq!(
        found(&place.store, "dataset.name = 'b'").await,
        ["one", "three", "two"]
    );
    assert_eq!(
        found(&place.store, "dataset.context = 'train'").await,
        ["one"]
    );
    assert_eq!(
        found(&place.store, "dataset.name IN ('full')").await,
        ["one"]
    );
}

#[tokio::test]
async fn a_data_set_belongs_to_an_experiment() {
    let place = place();
    let make = Change::CreateExperiment {
        name: "other".into(),
        artifact_location: trimtab_store::Place::At("x/{id}".into()),
        tags: std::collections::BTreeMap::new(),
        at: Millis(1),
    };
    place
        .store
        .apply(vec![create(1, "one"), make])
        .await
        .unwrap();
    let Change::CreateRun {
        id, new, name, at, ..
    } = create(2, "two")
    else {
        panic!()
    };
    let elsewhere = Change::CreateRun {
        id,
        new,
        within: Some(ExperimentId(2)),
        name,
        at,
    };
    place.one(elsewhere).await.unwrap();
    for (run, source) in [(1, "here"), (2, "there")] {
        place
            .one(inputs(run, vec![data("d", source, &[])], &[]))
            .await
            .unwrap();
    }
    let place = place.reopen().await;
    assert_eq!(read(&place.store, 1), [row("d", "here", "")]);
    assert_eq!(read(&place.store, 2), [row("d", "there", "")]);
    let readers = place
        .store
        .readers_of_datasets(|r| r.experiment == ExperimentId(2));
    assert_eq!(readers.len(), 1);
}

#[tokio::test]
async fn models_are_read_once_and_made_once() {
    let place = place();
    place.one(create(1, "one")).await.unwrap();
    for _ in 0..2 {
        place.one(inputs(1, vec![], &["m-2", "m-1"])).await.unwrap();
    }
    place.one(outputs(1, &[("m-2", 3), ("", 1)])).await.unwrap();
    let commits = place.store.counts().await.unwrap().commits;
    for refused in [
        outputs(1, &[("m-3", 1), ("m-2", 3)]),
        outputs(1, &[("m-3", 1), ("m-3", 1)]),
    ] {
        let e = place.one(refused).await.unwrap_err();
        assert!(matches!(e, StoreError::Conflict { .. }), "{e}");
    }
    place.one(outputs(1, &[])).await.unwrap();
    assert_eq!(place.store.counts().await.unwrap().commits, commits);
    let kept = record(&place.store, 1);
    assert_eq!(kept.links().inputs, ["m-1".into(), "m-2".into()]);
    assert_eq!(kept.links().outputs, [("".into(), 1), ("m-2".into(), 3)]);
    let place = place.reopen().await;
    assert_eq!(record(&place.store, 1), kept);
    let e = place.one(outputs(1, &[("m-2", 9)])).await.unwrap_err();
    assert!(e.is_refusal(), "{e}");
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let place = place();
    place.one(create(1, "one")).await.unwrap();
    let twice = vec![
        data("new", "x", &[]),
        data("tagged", "x", &[("k", "1"), ("k", "2")]),
    ];
    let e = place.one(inputs(1, twice, &["m-1"])).await.unwrap_err();
    assert!(e.to_string().contains("\"k\""), "{e}");
    assert_eq!(record(&place.store, 1).links, None);
    // The data set that was taken back is new again.
    place
        .one(inputs(1, vec![data("new", "y", &[])], &[]))
        .await
        .unwrap();
    assert_eq!(read(&place.store, 1), [row("new", "y", "")]);
    let e = place.one(inputs(9, vec![], &[])).await.unwrap_err();
    assert!(matches!(e, StoreError::NotFound { .. }), "{e}");
    let delete = Change::EditExperiment {
        id: ExperimentId(1),
        edit: ExperimentEdit::Delete,
        at: Millis(5),
    };
    place.one(delete).await.unwrap();
    for refused in [inputs(1, vec![], &["m"]), outputs(1, &[("m", 1)])] {
        let e = place.one(refused).await.unwrap_err();
        assert!(matches!(e, StoreError::Deleted { .. }), "{e}");
    }
}
