//! Logged models, inputs and outputs through the API: a model's whole life, and what is refused.

use super::Site;
use serde_json::{Value, json};

const API: &str = "/api/2.0/mlflow";

impl Site {
    async fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self
            .call(method, &format!("{API}/{path}"), &body.to_string())
            .await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    async fn refused(&self, method: &str, path: &str, body: Value) -> String {
        let answer = self
            .call(method, &format!("{API}/{path}"), &body.to_string())
            .await;
        answer.error()
    }

    async fn read(&self, path: &str) -> Value {
        let answer = self.get(&format!("{API}/{path}")).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    /// A run of an experiment of its own: the experiment's id and the run's.
    async fn run(&self) -> (String, String) {
        let made = self
            .ask("POST", "experiments/create", json!({"name": "e"}))
            .await;
        let experiment = made["experiment_id"].as_str().unwrap().to_owned();
        let ask = json!({"experiment_id": experiment, "start_time": 1});
        let made = self.ask("POST", "runs/create", ask).await;
        let run = made["run"]["info"]["run_id"].as_str().unwrap().to_owned();
        (experiment, run)
    }

    async fn model(&self, experiment: &str, name: &str) -> String {
        let ask = json!({"experiment_id": experiment, "name": name, "params": [{"key": "p", "value": "1"}]});
        let made = self.ask("POST", "logged-models", ask).await;
        made["model"]["info"]["model_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_models_life() {
    let site = Site::start().await;
    let (experiment, run) = site.run().await;
    let id = site.model(&experiment, "forest").await;
    let at = format!("logged-models/{id}");
    let ready = json!({"model_id": id, "status": "LOGGED_MODEL_READY"});
    let done = site.ask("PATCH", &at, ready).await;
    assert_eq!(done["model"]["info"]["status"], "LOGGED_MODEL_READY");
    let tags = json!({"tags": [{"key": "t", "value": "1"}, {"key": "u", "value": "2"}]});
    site.ask("PATCH", &format!("{at}/tags"), tags).await;
    site.ask("DELETE", &format!("{at}/tags/u"), json!({})).await;
    let params = json!({"model_id": id, "params": [{"key": "q", "value": "2"}]});
    site.ask("POST", &format!("{at}/params"), params.clone())
        .await;
    let metric = json!({"run_id": run, "key": "auc", "value": 0.5, "timestamp": 9, "step": 2,
        "model_id": id, "dataset_name": "d", "dataset_digest": "g"});
    site.ask("POST", "runs/log-metric", metric).await;
    let batch = json!({"run_id": run, "metrics": [
        {"key": "auc", "value": "NaN", "timestamp": 10, "step": 3, "model_id": id},
        {"key": "own", "value": 1, "timestamp": 10, "model_id": ""}]});
    site.ask("POST", "runs/log-batch", batch).await;

    let model = &site.read(&at).await["model"];
    assert_eq!(
        model["info"]["artifact_uri"],
        format!("mlflow-artifacts:/{experiment}/models/{id}/artifacts")
    );
    assert_eq!(model["info"]["tags"], json!([{"key": "t", "value": "1"}]));
    assert_eq!(
        model["data"],
        json!({
            "params": [{"key": "p", "value": "1"}, {"key": "q", "value": "2"}],
            "metrics": [
                {"key": "auc", "value": 0.5, "timestamp": 9, "step": 2, "dataset_name": "d",
                 "dataset_digest": "g", "model_id": id, "run_id": run},
                {"key": "auc", "value": "NaN", "timestamp": 10, "step": 3, "model_id": id, "run_id": run},
            ],
        })
    );
    let own = &site.read(&format!("runs/get?run_id={run}")).await["run"]["data"]["metrics"];
    assert_eq!(own.as_array().unwrap().len(), 2, "{own}");

    let file =
        format!("/api/2.0/mlflow-artifacts/artifacts/{experiment}/models/{id}/artifacts/a/b");
    assert_eq!(site.send("PUT", &file, &[], b"xyz").await.status, 200);
    let list = format!("{at}/artifacts/directories");
    let listed = site.read(&list).await;
    assert_eq!(listed["files"], json!([{"path": "a", "is_dir": true}]));
    let listed = site
        .read(&format!("{list}?artifact_directory_path=a"))
        .await;
    let inner = json!([{"path": "a/b", "is_dir": false, "file_size": 3}]);
    assert_eq!(listed["files"], inner);
    for (path, error) in [
        ("../..", "400 INVALID_PARAMETER_VALUE"),
        ("%252e%252e", "400 INVALID_PARAMETER_VALUE"),
    ] {
        let path = format!("{API}/{list}?artifact_directory_path={path}");
        assert_eq!(site.get(&path).await.error(), error);
    }

    site.ask("DELETE", &at, json!({})).await;
    site.ask("DELETE", &at, json!({})).await;
    let gone = "404 RESOURCE_DOES_NOT_EXIST";
    assert_eq!(site.refused("GET", &at, json!({})).await, gone);
    site.read(&format!("{at}?allow_deleted=true")).await;
    let deeds = site.bench.client().await.deeds().await;
    assert!(
        deeds.contains(&"logged_model.delete done".to_owned()),
        "{deeds:?}"
    );
    let wrong = "400 INVALID_PARAMETER_VALUE";
    let bad = "400 BAD_REQUEST";
    let none = format!("m-{}", "0".repeat(32));
    for (method, path, body, error) in [
        ("PATCH", at.as_str(), json!({"status": "READY"}), wrong),
        ("PATCH", &at, json!({"model_id": none, "status": 2}), gone),
        (
            "POST",
            &format!("{at}/params"),
            json!({"params": []}),
            wrong,
        ),
        ("POST", &format!("{at}/params"), params, bad),
        ("DELETE", &format!("{at}/tags/x"), json!({}), gone),
        (
            "POST",
            "logged-models",
            json!({"experiment_id": "x"}),
            wrong,
        ),
        (
            "POST",
            "logged-models",
            json!({"experiment_id": "99"}),
            gone,
        ),
        (
            "POST",
            "logged-models",
            json!({"experiment_id": experiment, "name": "a/b"}),
            wrong,
        ),
        (
            "POST",
            "logged-models",
            json!({"experiment_id": experiment,
            "tags": [{"key": "k"}, {"key": "k"}]}),
            bad,
        ),
        (
            "POST",
            "runs/log-metric",
            json!({"run_id": run, "key": "k", "value": 1, "timestamp": 1,
            "model_id": none}),
            bad,
        ),
        (
            "POST",
            "runs/log-metric",
            json!({"run_id": run, "key": "k", "value": 1, "timestamp": 1,
            "dataset_name": "d"}),
            wrong,
        ),
        ("POST", "logged-models/search", json!({}), wrong),
        (
            "POST",
            "logged-models/search",
            json!({"experiment_ids": ["1"], "page_token": "?"}),
            wrong,
        ),
        (
            "POST",
            "logged-models/search",
            json!({"experiment_ids": ["1"], "datasets": [{}]}),
            wrong,
        ),
        (
            "POST",
            "logged-models/search",
            json!({"experiment_ids": ["1"], "order_by": [{}]}),
            wrong,
        ),
        (
            "POST",
            "logged-models/search",
            json!({"experiment_ids": ["1"], "filter": "colour = 'x'"}),
            wrong,
        ),
    ] {
        let said = site.refused(method, path, body.clone()).await;
        assert_eq!(said, error, "{method} {path} {body}");
    }
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_search_follow_each_other() {
    let site = Site::start().await;
    let (experiment, _) = site.run().await;
    for name in ["b", "d", "a", "c", "e"] {
        site.model(&experiment, name).await;
    }
    let mut ask = json!({"experiment_ids": [experiment], "filter": "name != 'd'", "max_results": 2,
        "order_by": [{"field_name": "name", "ascending": false}]});
    let mut names = Vec::new();
    loop {
        let page = site.ask("POST", "logged-models/search", ask.clone()).await;
        let models = page["models"].as_array().unwrap();
        names.push(
            models
                .iter()
                .map(|m| m["info"]["name"].clone())
                .collect::<Vec<_>>(),
        );
        // One more, which the pages that are left have no place for.
        site.model(&experiment, "z").await;
        match page.get("next_page_token") {
            Some(token) => ask["page_token"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(names, [["e", "c"], ["b", "a"]]);
    ask["filter"] = json!("name != 'e'");
    let said = site.refused("POST", "logged-models/search", ask).await;
    assert_eq!(said, "400 INVALID_PARAMETER_VALUE");
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_say_what_they_read_and_made() {
    let site = Site::start().await;
    let (experiment, run) = site.run().await;
    let model = site.model(&experiment, "m").await;
    let dataset =
        json!({"name": "d", "digest": "g", "source_type": "local", "source": "{}", "profile": "p"});
    let tags = json!([{"key": "mlflow.data.context", "value": "train"}]);
    let inputs = json!({"run_id": run, "datasets": [{"dataset": dataset, "tags": tags}],
        "models": [{"model_id": model}]});
    for _ in 0..2 {
        site.ask("POST", "runs/log-inputs", inputs.clone()).await;
    }
    let outputs = json!({"run_id": run, "models": [{"model_id": model, "step": 3}]});
    site.ask("POST", "runs/outputs", outputs.clone()).await;
    let expected = json!({
        "inputs": {
            "dataset_inputs": [{"tags": tags, "dataset": dataset}],
            "model_inputs": [{"model_id": model}],
        },
        "outputs": {"model_outputs": [{"model_id": model, "step": 3}]},
    });
    let search = json!({"experiment_ids": [experiment], "filter": "dataset.context = 'train'"});
    let read = &site.read(&format!("runs/get?run_id={run}")).await["run"];
    let found = &site.ask("POST", "runs/search", search).await["runs"][0];
    for seen in [read, found] {
        assert_eq!(seen["inputs"], expected["inputs"]);
        assert_eq!(seen["outputs"], expected["outputs"]);
    }
    let summed = json!({"experiment_ids": [experiment]});
    assert_eq!(
        site.ask("POST", "experiments/search-datasets", summed)
            .await,
        json!({"dataset_summaries": [
            {"experiment_id": experiment, "name": "d", "digest": "g", "context": "train"}]})
    );
    for path in ["p", "q"] {
        let described = json!({"run_id": run, "artifact_path": path, "utc_time_created": "t",
            "flavors": {"f": {"config": 1, "x": 2}}});
        let ask = json!({"run_id": run, "model_json": described.to_string()});
        site.ask("POST", "runs/log-model", ask).await;
    }
    let read = site.read(&format!("runs/get?run_id={run}")).await;
    let tags = read["run"]["data"]["tags"].as_array().unwrap();
    let history = tags.iter().find(|t| t["key"] == "mlflow.log-model.history");
    let history = history.unwrap()["value"].as_str().unwrap();
    let history: Value = serde_json::from_str(history).unwrap();
    assert_eq!(history[0]["artifact_path"], "p");
    assert_eq!(history[1]["flavors"], json!({"f": {"x": 2}}));

    let long = json!([{"dataset": {"digest": "d".repeat(37)}}]);
    for (path, body, error) in [
        ("runs/outputs", outputs, "400 BAD_REQUEST"),
        (
            "runs/outputs",
            json!({"run_id": run}),
            "400 INVALID_PARAMETER_VALUE",
        ),
        (
            "runs/log-inputs",
            json!({"run_id": run, "datasets": long}),
            "400 INVALID_PARAMETER_VALUE",
        ),
        (
            "runs/log-inputs",
            json!({"run_id": "f"}),
            "404 RESOURCE_DOES_NOT_EXIST",
        ),
        (
            "runs/log-model",
            json!({"run_id": run, "model_json": "{}"}),
            "400 INVALID_PARAMETER_VALUE",
        ),
        (
            "experiments/search-datasets",
            json!({}),
            "400 INVALID_PARAMETER_VALUE",
        ),
    ] {
        assert_eq!(site.refused("POST", path, body).await, error, "{path}");
    }
    site.bench.stop().await;
}

/// What `mlflow.sklearn.log_model(registered_model_name=...)` ends with.
#[tokio::test(flavor = "multi_thread")]
async fn a_logged_model_is_registered() {
    let site = Site::start().await;
    let (experiment, run) = site.run().await;
    let ask = json!({"experiment_id": experiment, "name": "forest", "source_run_id": run});
    let made = site.ask("POST", "logged-models", ask).await;
    let id = made["model"]["info"]["model_id"].as_str().unwrap();
    let name = json!({"name": "churn"});
    site.ask("POST", "registered-models/create", name).await;
    let source = format!("models:/{id}");
    let ask = json!({"name": "churn", "source": source, "model_id": id});
    let version = site.ask("POST", "model-versions/create", ask).await;
    let version = &version["model_version"];
    assert_eq!(
        (&version["source"], &version["run_id"]),
        (&json!(source), &json!(run))
    );
    let there = site.read("model-versions/get-download-uri?name=churn&version=1");
    let place = format!("mlflow-artifacts:/{experiment}/models/{id}/artifacts");
    assert_eq!(there.await["artifact_uri"], json!(place));
    let model = site.read(&format!("logged-models/{id}")).await;
    let told =
        json!({"key": "mlflow.modelVersions", "value": r#"[{"name": "churn", "version": 1}]"#});
    let tags = model["model"]["info"]["tags"].as_array().unwrap();
    assert!(tags.contains(&told), "{tags:?}");

    let file =
        format!("/api/2.0/mlflow-artifacts/artifacts/{experiment}/models/{id}/artifacts/MLmodel");
    assert_eq!(
        site.send("PUT", &file, &[], b"flavors: {}").await.status,
        200
    );
    let ask = "model-versions/get-artifact?name=churn&version=1&path=MLmodel";
    // From an address of the server that ends with a slash; and as MLflow's pages read a model's files.
    let own = format!(
        "ajax-api/2.0/mlflow/logged-models/{id}/artifacts/files?artifact_file_path=MLmodel"
    );
    for call in [format!("//{ask}"), format!("///{ask}"), format!("/{own}")] {
        let got = site.get(&call).await;
        assert_eq!((got.status, got.text()), (200, "flavors: {}"), "{call}");
    }
    // Within the path, as MLflow's server: to the address without the slash too many.
    let got = site.get(&format!("/{}", ask.replace('/', "//"))).await;
    let to = got.header("location").unwrap();
    assert_eq!((got.status, to), (308, &*format!("/{ask}")));
    let missing = site.get(&format!("/{}", own.replace(id, "m-none"))).await;
    assert_eq!(missing.error(), "404 RESOURCE_DOES_NOT_EXIST");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_and_go_by_their_run() {
    let site = Site::start().await;
    let (_, run) = site.run().await;
    let add = format!("/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=up/t.txt");
    assert_eq!(site.send("POST", &add, &[], b"hello").await.status, 200);
    let at = format!("/get-artifact?run_id={run}&path=");
    let got = site.get(&format!("{at}up/t.txt")).await;
    assert_eq!((got.status, got.text()), (200, "hello"));
    for (path, error) in [
        ("../t.txt", "400 INVALID_PARAMETER_VALUE"),
        ("up", "400 INVALID_PARAMETER_VALUE"),
        ("nothing", "404 RESOURCE_DOES_NOT_EXIST"),
    ] {
        assert_eq!(
            site.get(&format!("{at}{path}")).await.error(),
            error,
            "{path}"
        );
    }
    assert_eq!(
        site.send("POST", &add, &[], b"").await.error(),
        "400 INVALID_PARAMETER_VALUE"
    );
}
