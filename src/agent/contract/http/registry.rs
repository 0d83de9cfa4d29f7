//! The registry through the API: as MLflow has it, and production guarded as policy has it.

use super::{Answer, Site};
use crate::contract::{releases, until};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use trimtab_core::{
    registry::{NewVersion, Version},
    release::RequestState,
};
use trimtab_wire::{Act, Event, Reply, Request, Snapshot, Topic};

const API: &str = "/api/2.0/mlflow";

impl Site {
    pub(super) async fn post(&self, call: &str, body: Value) -> Answer {
        self.call("POST", &format!("{API}/{call}"), &body.to_string())
            .await
    }
    pub(super) async fn delete(&self, call: &str, body: Value) -> Answer {
        self.call("DELETE", &format!("{API}/{call}"), &body.to_string())
            .await
    }
    pub(super) async fn look(&self, call: &str) -> Answer {
        self.get(&format!("{API}/{call}")).await
    }
    async fn alias(&self, model: &str, alias: &str, version: u32) -> Answer {
        let body = json!({"name": model, "alias": alias, "version": version.to_string()});
        self.post("registered-models/alias", body).await
    }
    async fn stage(&self, model: &str, version: u32, stage: &str) -> Answer {
        let body = json!({"name": model, "version": version.to_string(), "stage": stage});
        self.post("model-versions/transition-stage", body).await
    }
}

fn ok(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn no(answer: &Answer) -> (String, String) {
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    (answer.error(), message)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_lives_as_in_mlflow() {
    let site = Site::start().await;
    let made = site
        .post(
            "registered-models/create",
            json!({"name": "a", "tags": [{"key": "k", "value": "v"}]}),
        )
        .await;
    let model = &ok(&made)["registered_model"];
    assert_eq!(
        (&model["name"], &model["tags"]),
        (&json!("a"), &json!([{"key": "k", "value": "v"}]))
    );
    assert!(model.get("latest_versions").is_none());
    let again = site
        .post("registered-models/create", json!({"name": "a"}))
        .await;
    assert_eq!(
        no(&again),
        (
            "400 RESOURCE_ALREADY_EXISTS".into(),
            "Registered Model (name=a) already exists.".into()
        )
    );
    for number in 1..=2 {
        let made = site
            .post(
                "model-versions/create",
                json!({"name": "a", "source": "s3://b/x", "run_id": "not-ours"}),
            )
            .await;
        let version = &ok(&made)["model_version"];
        assert_eq!(version["version"], json!(number.to_string()));
        assert_eq!(
            (&version["run_id"], &version["status"]),
            (&json!("not-ours"), &json!("READY"))
        );
    }
    ok(&site.alias("a", "champion", 2).await);
    let found = ok(&site
        .look("registered-models/alias?name=a&alias=champion")
        .await);
    assert_eq!(found["model_version"]["aliases"], json!(["champion"]));
    ok(&site
        .delete(
            "model-versions/delete",
            json!({"name": "a", "version": "2"}),
        )
        .await);
    let made = site
        .post(
            "model-versions/create",
            json!({"name": "a", "source": "s3://b/x"}),
        )
        .await;
    assert_eq!(ok(&made)["model_version"]["version"], json!("3"));
    let gone = site
        .look("registered-models/alias?name=a&alias=champion")
        .await;
    assert_eq!(no(&gone).0, "400 INVALID_PARAMETER_VALUE");
    ok(&site
        .post(
            "registered-models/rename",
            json!({"name": "a", "new_name": "b"}),
        )
        .await);
    let found = ok(&site
        .look("model-versions/search?filter=name%3D'b'&max_results=1")
        .await);
    assert_eq!(found["model_versions"][0]["version"], json!("3"));
    let token = found["next_page_token"].as_str().unwrap();
    let rest = ok(&site
        .look(&format!(
            "model-versions/search?filter=name%3D'b'&page_token={token}"
        ))
        .await);
    assert_eq!(rest["model_versions"][0]["version"], json!("1"));
    assert!(rest.get("next_page_token").is_none());
    ok(&site
        .delete("registered-models/delete", json!({"name": "b"}))
        .await);
    assert_eq!(
        no(&site.look("registered-models/get?name=b").await).0,
        "404 RESOURCE_DOES_NOT_EXIST"
    );
    // Each act is one entry of the audit, and one commit.
    let deeds = site.bench.client().await.deeds().await;
    assert_eq!(
        deeds,
        [
            "agent.start done",
            "model.create done",
            "version.add done",
            "version.add done",
            "alias.set done",
            "version.delete done",
            "version.add done",
            "model.rename done",
            "model.delete done"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn production_waits_for_approval() {
    let site = Site::start().await;
    let client = site.bench.client().await;
    for auc in [0.7, 0.5] {
        client.version(site.bench.root(), auc).await;
    }
    let (code, message) = no(&site.alias("m", "champion", 1).await);
    assert_eq!(code, "403 PERMISSION_DENIED");
    assert!(
        message.contains("request #1") && message.contains("`trimtab models approve 1`"),
        "{message}"
    );
    // Asked again, another way: the same request is named, and none is added.
    let (code, message) = no(&site.stage("m", 1, "Production").await);
    assert_eq!(code, "403 PERMISSION_DENIED");
    assert!(
        message.contains("#1") && message.contains("`trimtab models approve 1`"),
        "{message}"
    );
    let requests = client.requests().await;
    assert_eq!(
        (requests.len(), requests[0].state),
        (1, RequestState::AwaitingApproval)
    );
    assert_eq!(requests[0].author, "http");
    assert_eq!(client.model().await.champion(), None);
    let asking = json!({"name": "m", "version": "1"});
    assert_eq!(
        no(&site.delete("model-versions/delete", asking.clone()).await).0,
        "403 PERMISSION_DENIED"
    );

    client.request(Act::Approve(requests[0].id)).await.unwrap();
    // Now that it is in production, saying so is no act.
    ok(&site.alias("m", "champion", 1).await);
    let staged = ok(&site.stage("m", 1, "production").await);
    assert_eq!(
        staged["model_version"]["current_stage"],
        json!("Production")
    );
    assert_eq!(client.requests().await.len(), 1);

    let (code, message) = no(&site.alias("m", "champion", 2).await);
    assert_eq!(code, "403 PERMISSION_DENIED");
    assert!(
        message.contains("gate refused") && message.contains("absolute"),
        "{message}"
    );
    for (call, body) in [
        (
            "registered-models/alias",
            json!({"name": "m", "alias": "champion"}),
        ),
        ("model-versions/delete", asking),
        ("registered-models/delete", json!({"name": "m"})),
    ] {
        assert_eq!(
            no(&site.delete(call, body).await).0,
            "403 PERMISSION_DENIED",
            "{call}"
        );
    }
    let rename = json!({"name": "m", "new_name": "n"});
    assert_eq!(
        no(&site.post("registered-models/rename", rename).await).0,
        "403 PERMISSION_DENIED"
    );
    // What is not production stays free.
    ok(&site.alias("m", "shadow", 2).await);
    ok(&site.stage("m", 2, "Staging").await);
    ok(&site
        .delete(
            "model-versions/delete",
            json!({"name": "m", "version": "2"}),
        )
        .await);
    assert_eq!(client.model().await.champion(), Some(Version(1)));
    let deeds = client.deeds().await;
    for said in [
        "alias.delete refused",
        "model.delete refused",
        "model.rename refused",
        "version.delete refused",
    ] {
        assert!(deeds.iter().any(|d| d == said), "{said}: {deeds:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_policy_lets_through_is_switched() {
    let (dir, server) = releases::served("5s");
    let policy = releases::policy(&server, "5s").replace("required = 1", "required = 0");
    let agent = "[agent]\nhttp = \"127.0.0.1:0\"\n";
    std::fs::write(
        dir.path().join("trimtab.toml"),
        format!("{policy}\n{agent}"),
    )
    .unwrap();
    let site = Site::on(Arc::clone(&dir)).await;
    let client = site.bench.client().await;
    let run = client.new_run("train", None).await;
    client.log(&run, "auc", [(0, 0.9)]).await;
    ok(&site
        .post("registered-models/create", json!({"name": "m"}))
        .await);
    // The test's server tells its version by the folder's name.
    let experiment = "1";
    let file =
        format!("/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/1/model.json");
    for (source, run) in [
        (format!("runs:/{run}/1"), run.to_string()),
        ("s3://b/x".into(), run.to_string()),
    ] {
        let body = json!({"name": "m", "source": source, "run_id": run});
        ok(&site.post("model-versions/create", body).await);
    }
    // Nothing was uploaded yet: no request is made that could never go live.
    let (code, message) = no(&site.alias("m", "champion", 1).await);
    assert_eq!(code, "403 PERMISSION_DENIED");
    assert!(
        message.contains("cannot be deployed") && message.contains("nothing was uploaded"),
        "{message}"
    );
    assert_eq!(site.send("PUT", &file, &[], b"{}").await.status, 200);
    ok(&site.alias("m", "champion", 1).await);
    let aim = releases::link(dir.path()).unwrap();
    assert_eq!(
        aim,
        format!("../.trimtab/artifacts/{experiment}/{run}/artifacts/1")
    );
    let request = client.requests().await.remove(0);
    assert_eq!(
        (request.state, request.version),
        (RequestState::Live, Version(1))
    );
    let deeds = client.deeds().await;
    assert!(
        deeds.ends_with(&[
            "promotion.request began".into(),
            "promotion.request done".into()
        ]),
        "{deeds:?}"
    );
    let (_, message) = no(&site.stage("m", 2, "Production").await);
    assert!(
        message.contains("s3://b/x") && message.contains("not on this host"),
        "{message}"
    );
    let preview = Act::Promote {
        model: "m".into(),
        version: Version(2),
    };
    let Reply::Preview(preview) = client.ask(Request::Preview(preview)).await.unwrap() else {
        panic!()
    };
    assert!(preview.refusal.unwrap().contains("s3://b/x"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_way_around_the_gates() {
    let site = Site::start().await;
    ok(&site
        .post("registered-models/create", json!({"name": "other"}))
        .await);
    ok(&site
        .post(
            "model-versions/create",
            json!({"name": "other", "source": "s3://b/x"}),
        )
        .await);
    ok(&site.alias("other", "champion", 1).await);
    // A champion that no gate has seen does not become a guarded model's by another name.
    let rename = json!({"name": "other", "new_name": "m"});
    let (code, message) = no(&site.post("registered-models/rename", rename.clone()).await);
    assert_eq!(code, "403 PERMISSION_DENIED");
    assert!(message.contains("no gate has judged"), "{message}");
    ok(&site
        .delete(
            "registered-models/alias",
            json!({"name": "other", "alias": "champion"}),
        )
        .await);
    ok(&site.post("registered-models/rename", rename).await);
    assert_eq!(
        no(&site.alias("m", "champion", 1).await).0,
        "403 PERMISSION_DENIED"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_sees_models_come_and_go_and_no_prompts() {
    let site = Site::start().await;
    let client = site.bench.client().await;
    let mut feed = client.0.subscribe(Topic::Registry).await.unwrap();
    let mut names: Vec<String> = Vec::new();
    let mut next = async || {
        loop {
            match feed.next().await.unwrap() {
                Event::Snapshot(Snapshot::Registry { models, .. }) => {
                    return models
                        .iter()
                        .map(|m| m.name.clone())
                        .collect::<Vec<_>>()
                        .join(",");
                }
                Event::Delta(trimtab_wire::Delta::Model(m)) => {
                    return format!("{} {}", m.name, m.versions.len());
                }
                Event::Delta(trimtab_wire::Delta::ModelGone(name)) => return format!("-{name}"),
                _ => {}
            }
        }
    };
    assert_eq!(next().await, "");
    let prompt =
        json!({"name": "p", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]});
    ok(&site.post("registered-models/create", prompt).await);
    ok(&site
        .post("registered-models/create", json!({"name": "a"}))
        .await);
    ok(&site
        .post(
            "model-versions/create",
            json!({"name": "a", "source": "s3://b/x"}),
        )
        .await);
    ok(&site
        .delete(
            "model-versions/delete",
            json!({"name": "a", "version": "1"}),
        )
        .await);
    ok(&site
        .post(
            "registered-models/rename",
            json!({"name": "a", "new_name": "b"}),
        )
        .await);
    ok(&site
        .delete("registered-models/delete", json!({"name": "b"}))
        .await);
    for _ in 0..6 {
        names.push(next().await);
    }
    assert_eq!(names, ["a 0", "a 1", "a 0", "-a", "b 0", "-b"]);
    let found = ok(&site.look("registered-models/search").await);
    assert_eq!(found, json!({}));
    until("the prompt", async || {
        let asked = "registered-models/search?filter=tags.%60mlflow.prompt.is_prompt%60%3D'true'";
        let found = site.look(asked).await.json();
        (found["registered_models"][0]["name"] == json!("p")).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_models_files_stay() {
    let site = Site::start().await;
    let client = site.bench.client().await;
    let made = site.bench.root().join("made");
    std::fs::create_dir_all(&made).unwrap();
    let mut places = Vec::new();
    for text in ["one", "two"] {
        std::fs::write(made.join("model.json"), text).unwrap();
        let new = NewVersion {
            model: "n".into(),
            run: None,
            source: made.display().to_string(),
            tags: BTreeMap::new(),
        };
        let Reply::Version(version) = client.ask(Request::RegisterVersion(new)).await.unwrap()
        else {
            panic!()
        };
        assert_eq!(version.version, Version(1));
        places.push(site.bench.root().join(version.source).join("model.json"));
        let rename = json!({"name": "n", "new_name": text});
        ok(&site.post("registered-models/rename", rename).await);
    }
    let texts: Vec<String> = places
        .iter()
        .map(|p| std::fs::read_to_string(p).unwrap())
        .collect();
    assert_eq!(texts, ["one", "two"]);
    let uri = ok(&site
        .look("model-versions/get-download-uri?name=one&version=1")
        .await);
    let uri = uri["artifact_uri"].as_str().unwrap().to_owned();
    assert_eq!(
        uri.strip_prefix("file://"),
        places[0].parent().unwrap().to_str()
    );
}
