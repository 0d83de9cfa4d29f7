//! Changes of models and versions as MLflow's clients make them: what memory shows is what a restart reads.

use crate::support::{Place, place};
use proptest::prelude::*;
use std::collections::BTreeMap;
use trimtab_core::{
    registry::{
        Model, ModelVersion, Stage, Version,
        webhook::{Action, Entity, Event, Status, Webhook},
    },
    search::{Filter, MODELS, Order, VERSIONS},
    time::Millis,
};
use trimtab_store::{Applied, Change, ModelEdit, RegistrySearch, StoreError, VersionEdit};

fn model(name: &str) -> Change {
    Change::CreateModel {
        name: name.into(),
        description: "d".into(),
        tags: BTreeMap::from([("k".into(), name.into())]),
        at: Millis(1),
    }
}

fn edit(name: &str, edit: ModelEdit) -> Change {
    Change::EditModel {
        model: name.into(),
        edit,
        at: Millis(9),
    }
}

fn add(name: &str) -> Change {
    let version = ModelVersion {
        tags: BTreeMap::from([("t".into(), "1".into())]),
        run_text: Some("elsewhere".into()),
        model_id: Some("m-1".into()),
        run_link: Some("http://x".into()),
        location: Some("s3://y".into()),
        ..ModelVersion::new(name, Version(0), "s3://x", Millis(5))
    };
    Change::AddVersion(Box::new(version))
}

fn version(name: &str, version: u32, edit: VersionEdit) -> Change {
    Change::EditVersion {
        model: name.into(),
        version: Version(version),
        edit,
        at: Millis(7),
    }
}

fn alias(name: &str, alias: &str, version: u32) -> Change {
    Change::SetAlias {
        model: name.into(),
        alias: alias.into(),
        version: Version(version),
    }
}

fn all(place: &Place) -> Vec<Model> {
    let names = ["a", "b", "c"];
    let known = names.iter().filter_map(|n| place.store.registered(n));
    known.map(|m| (*m).clone()).collect()
}

#[tokio::test]
async fn numbers_are_given_once_until_the_model_goes() {
    let place = place();
    let changes = vec![
        model("a"),
        add("a"),
        add("a"),
        alias("a", "best", 2),
        alias("a", "best2", 1),
    ];
    place.store.apply(changes).await.unwrap();
    place
        .one(version("a", 2, VersionEdit::Delete))
        .await
        .unwrap();
    let now = place.store.registered("a").unwrap();
    assert_eq!(now.aliases, BTreeMap::from([("best2".into(), Version(1))]));
    let place = place.reopen().await;
    for gone in [
        version("a", 2, VersionEdit::Delete),
        alias("a", "x", 2),
        version("b", 1, VersionEdit::Delete),
    ] {
        let refused = place.one(gone).await.unwrap_err();
        assert!(matches!(refused, StoreError::NotFound { .. }), "{refused}");
    }
    let Applied::Version(next) = place.one(add("a")).await.unwrap() else {
        panic!()
    };
    assert_eq!(next.version, Version(3));
    place.one(edit("a", ModelEdit::Delete)).await.unwrap();
    assert_eq!(place.store.registered("a"), None);
    let applied = place.store.apply(vec![model("a"), add("a")]).await.unwrap();
    let Applied::Version(first) = &applied[1] else {
        panic!()
    };
    assert_eq!(first.version, Version(1));
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let place = place();
    place
        .store
        .apply(vec![model("a"), model("b"), add("a")])
        .await
        .unwrap();
    for taken in [model("a"), edit("b", ModelEdit::Rename("a".into()))] {
        let refused = place.one(taken).await.unwrap_err();
        assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
    }
    // A refused call leaves nothing of itself.
    let half = vec![edit("a", ModelEdit::Rename("c".into())), model("b")];
    place.store.apply(half).await.unwrap_err();
    assert!(place.store.registered("c").is_none());
    let same = edit("a", ModelEdit::Rename("a".into()));
    place
        .store
        .apply(vec![
            same,
            edit("a", ModelEdit::Rename("c".into())),
            model("a"),
        ])
        .await
        .unwrap();
    let place = place.reopen().await;
    let moved = place.store.registered("c").unwrap();
    assert_eq!(
        (moved.versions[0].model.as_str(), moved.updated),
        ("c", Millis(9))
    );
    assert!(place.store.registered("a").unwrap().versions.is_empty());
}

#[tokio::test]
async fn stages_move_and_archive() {
    let place = place();
    place
        .store
        .apply(vec![model("a"), add("a"), add("a"), add("a")])
        .await
        .unwrap();
    for (number, archive) in [(1, false), (2, false), (3, true)] {
        let stage = VersionEdit::Stage {
            stage: Stage::Production,
            archive,
        };
        place.one(version("a", number, stage)).await.unwrap();
    }
    let place = place.reopen().await;
    let stages: Vec<_> = place
        .store
        .registered("a")
        .unwrap()
        .versions
        .iter()
        .map(|v| v.stage)
        .collect();
    assert_eq!(
        stages,
        [Stage::Production, Stage::Archived, Stage::Archived]
    );
}

#[tokio::test]
async fn webhooks_are_kept_and_go() {
    let place = place();
    let mut hook = Webhook {
        id: "1".into(),
        name: "n".into(),
        description: String::new(),
        url: "http://x".into(),
        events: vec![
            Event::new(Entity::ModelVersion, Action::Created).unwrap(),
            Event::new(Entity::PromptTag, Action::Set).unwrap(),
        ],
        status: Status::Disabled,
        created: Millis(1),
        updated: Millis(2),
    };
    place.one(Change::PutWebhook(hook.clone())).await.unwrap();
    hook.status = Status::Active;
    place.one(Change::PutWebhook(hook.clone())).await.unwrap();
    let place = place.reopen().await;
    assert_eq!(*place.store.webhook("1").unwrap(), hook);
    place.one(Change::DeleteWebhook("1".into())).await.unwrap();
    assert!(place.reopen().await.store.webhooks().is_empty());
}

#[tokio::test]
async fn searches_find_and_page() {
    let place = place();
    for name in ["a", "b", "c"] {
        place
            .store
            .apply(vec![model(name), add(name), add(name)])
            .await
            .unwrap();
    }
    let prompt = ModelEdit::SetTag("mlflow.prompt.is_prompt".into(), "true".into());
    place.one(edit("c", prompt)).await.unwrap();
    let search = |filter: &str, grammar, limit, after| RegistrySearch {
        filter: Filter::parse(filter, grammar).unwrap().hiding_prompts(),
        order: Order::parse::<&str>(&[], grammar).unwrap(),
        after,
        skip: 0,
        limit,
    };
    let found = place
        .store
        .search_models(search("", &MODELS, 1, None))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.rows.len(), found.rows[0].name.as_str()), (1, "a"));
    let rest = search("tags.k LIKE '%'", &MODELS, 9, found.next);
    let found = place.store.search_models(rest).await.unwrap().unwrap();
    assert_eq!((found.rows.len(), found.rows[0].name.as_str()), (1, "b"));
    assert!(found.next.is_none());
    let wanted = "name = 'b' AND run_id = 'elsewhere' AND version_number > 1";
    let found = place
        .store
        .search_versions(search(wanted, &VERSIONS, 9, None))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.rows.len(), found.rows[0].version), (1, Version(2)));
    assert_eq!(place.store.models().await.unwrap().len(), 2);
}

/// Any act, on few names, so that they meet.
fn act() -> impl Strategy<Value = Change> {
    let name = prop::sample::select(vec!["a", "b", "c"]);
    (0..14u8, name.clone(), name, 1..4u32).prop_map(|(act, name, other, n)| match act {
        0 | 1 => model(name),
        2..=4 => add(name),
        5 => edit(name, ModelEdit::Rename(other.into())),
        6 => edit(name, ModelEdit::Delete),
        7 => edit(name, ModelEdit::SetTag(other.into(), n.to_string())),
        8 => edit(name, ModelEdit::DeleteTag(other.into())),
        9 => alias(name, other, n),
        10 => edit(name, ModelEdit::DeleteAlias(other.into())),
        11 => version(name, n, VersionEdit::Delete),
        12 => version(name, n, VersionEdit::SetTag(other.into(), "x".into())),
        _ => {
            let stage = Stage::ALL[n as usize];
            version(
                name,
                n,
                VersionEdit::Stage {
                    stage,
                    archive: true,
                },
            )
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn memory_is_what_a_restart_reads(calls in prop::collection::vec(prop::collection::vec(act(), 1..4), 1..40)) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let place = place();
            for call in calls {
                let _ = place.store.apply(call).await;
            }
            let before = all(&place);
            let place = place.reopen().await;
            assert_eq!(all(&place), before);
        });
    }
}
