//! Artifacts through the API: both ways, whole, and never outside.

use super::{Answer, Site, request};
use crate::contract::until;
use serde_json::json;
use std::path::PathBuf;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const AT: &str = "/api/2.0/mlflow-artifacts/artifacts";

impl Site {
    async fn put(&self, path: &str, body: &[u8]) -> Answer {
        self.send("PUT", &format!("{AT}/{path}"), &[], body).await
    }

    async fn fetch(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", &format!("{AT}/{path}"), headers, b"")
            .await
    }

    async fn list(&self, path: &str) -> serde_json::Value {
        let answer = self.get(&format!("{AT}?path={path}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.bench.root().join(".trimtab").join(name)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_there_and_back() {
    let site = Site::start().await;
    let stored = site.put("1/r/artifacts/a.txt", b"hello world").await;
    assert_eq!((stored.status, stored.text()), (200, ""));
    let file = site.fetch("1/r/artifacts/a.txt", &[]).await;
    assert_eq!((file.status, file.text()), (200, "hello world"));
    for (name, value) in [
        ("content-type", "text/plain"),
        ("content-disposition", "attachment; filename=a.txt"),
        ("x-content-type-options", "nosniff"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(file.header(name), Some(value));
    }
    let date = file.header("last-modified").unwrap();
    assert!(date.ends_with(" GMT") && date.len() == 29, "{date}");
    let part = site
        .fetch("1/r/artifacts/a.txt", &[("Range", "bytes=2-4")])
        .await;
    assert_eq!((part.status, part.text()), (206, "llo"));
    assert_eq!(part.header("content-range"), Some("bytes 2-4/11"));
    let beyond = site
        .fetch("1/r/artifacts/a.txt", &[("Range", "bytes=11-")])
        .await;
    assert_eq!(
        (beyond.status, beyond.header("content-range")),
        (416, Some("bytes */11"))
    );
    let tag = file.header("etag").unwrap();
    for (tag, status) in [(tag, 206), ("\"other\"", 200)] {
        let headers = [("Range", "bytes=0-0"), ("If-Range", tag)];
        assert_eq!(
            site.fetch("1/r/artifacts/a.txt", &headers).await.status,
            status
        );
    }
    assert_eq!(
        site.list("1/r/artifacts").await,
        json!({"files": [{"path": "a.txt", "is_dir": false, "file_size": 11}]})
    );
    assert_eq!(
        site.list("1").await,
        json!({"files": [{"path": "r", "is_dir": true}]})
    );
    for nothing in ["nope", "1/r/artifacts/a.txt"] {
        assert_eq!(site.list(nothing).await, json!({}));
    }
    assert_eq!(
        site.fetch("1/r", &[]).await.error(),
        "400 INVALID_PARAMETER_VALUE"
    );
    assert_eq!(
        site.fetch("1/x", &[]).await.error(),
        "404 RESOURCE_DOES_NOT_EXIST"
    );
    for gone in ["1/r", "1/r"] {
        let answer = site.send("DELETE", &format!("{AT}/{gone}"), &[], b"").await;
        assert_eq!((answer.status, answer.json()), (200, json!({})));
    }
    assert_eq!(site.list("1").await, json!({}));
    let deeds = site.bench.client().await.deeds().await;
    assert!(
        deeds.contains(&"artifact.delete done".to_owned()),
        "{deeds:?}"
    );
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_sizes_of_all_sorts() {
    let site = Site::start().await;
    let deep = "d/".repeat(200);
    for (sent, name, body) in [
        ("1/%e6%97%a5%e6%9c%ac.txt", "日本.txt", &b"x"[..]),
        ("2/na%20me%22.parquet", "na me\".parquet", b"x"),
        ("3/empty", "empty", b""),
        ("4/100%25", "100%", b"x"),
        ("5/a%5cb", "a\\b", b"x"),
        ("6//x/./y", "x", b"x"),
        (&format!("7/{deep}f"), "d", b"x"),
    ] {
        assert_eq!(site.put(sent, body).await.status, 200, "{sent}");
        let file = site.fetch(sent, &[]).await;
        assert_eq!((file.status, &file.body[..]), (200, body), "{sent}");
        assert_eq!(site.list(&sent[..1]).await["files"][0]["path"], name);
    }
    let large: Vec<u8> = (0..3_000_001_u32).map(|i| ((i * 31) >> 3) as u8).collect();
    assert_eq!(site.put("l/large.bin", &large).await.status, 200);
    assert!(site.fetch("l/large.bin", &[]).await.body == large);
    let tail = site
        .fetch("l/large.bin", &[("Range", "bytes=2500000-")])
        .await;
    assert!(tail.body == large[2_500_000..]);
    // Without a length: in chunks.
    let mut stream = site.connect().await;
    let head = format!(
        "PUT {AT}/chunks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
        .write_all(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(Answer::read(&mut stream).await.unwrap().status, 200);
    assert_eq!(site.fetch("chunks", &[]).await.text(), "abcde");
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_path_leads_out() {
    let site = Site::start().await;
    let secret = site.bench.root().join("secret");
    std::fs::write(&secret, "secret").unwrap();
    std::fs::create_dir_all(site.folder("artifacts")).unwrap();
    std::os::unix::fs::symlink(site.bench.root(), site.folder("artifacts").join("out")).unwrap();
    for path in [
        "../../secret",
        "1/../../../secret",
        "%2e%2e/%2e%2e/secret",
        "%2e%2e%2f%2e%2e%2fsecret",
        "%252e%252e/%252e%252e/secret",
        "..%5c..%5csecret",
        "/etc/passwd",
        "%2fetc/passwd",
        "file:///etc/passwd",
        "C:/secret",
        "a%00",
        "a%0a",
        "a%23b",
        "out/secret",
    ] {
        for method in ["PUT", "GET", "DELETE"] {
            let answer = site.send(method, &format!("{AT}/{path}"), &[], b"").await;
            assert_eq!(
                answer.error(),
                "400 INVALID_PARAMETER_VALUE",
                "{method} {path}"
            );
        }
        let listed = site.get(&format!("{AT}?path={path}")).await;
        // A folder that a file is below lists nothing.
        assert!(listed.status == 400 || listed.json() == json!({}), "{path}");
    }
    assert_eq!(
        site.put("a/", b"x").await.error(),
        "400 INVALID_PARAMETER_VALUE"
    );
    assert_eq!(
        site.put("", b"x").await.error(),
        "400 INVALID_PARAMETER_VALUE"
    );
    assert_eq!(std::fs::read_to_string(secret).unwrap(), "secret");
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_upload_leaves_nothing() {
    let site = Site::start().await;
    let drafts = || std::fs::read_dir(site.folder("drafts")).map_or(0, Iterator::count);
    for half in [
        format!("PUT {AT}/a/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf"),
        format!(
            "PUT {AT}/a/b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
        ),
        format!(
            "PUT {AT}/a/b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfour\r\nhalf\r\n"
        ),
    ] {
        let mut stream = site.connect().await;
        stream.write_all(half.as_bytes()).await.unwrap();
        until("the draft, or its end", async || {
            (drafts() > 0 || half.contains("four")).then_some(())
        })
        .await;
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        until("the end of the draft", async || {
            (drafts() == 0).then_some(())
        })
        .await;
    }
    assert_eq!(site.list("").await, json!({}));
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_says_where_artifacts_go() {
    for (root, below) in [
        (
            "s3://bucket/mlflow?x=y",
            "s3://bucket/mlflow/N?x=y".to_owned(),
        ),
        ("file:///shared/", "file:///shared/N".into()),
        ("depot", "ROOT/depot/N".into()),
    ] {
        let site = Site::with(&format!("artifact_root = \"{root}\"\n")).await;
        let at = async |id: &str| {
            let path = format!("/api/2.0/mlflow/experiments/get?experiment_id={id}");
            let answer = site.get(&path).await.json();
            answer["experiment"]["artifact_location"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let own = site.bench.root().to_str().unwrap().to_owned();
        let below = |id: &str| below.replace('N', id).replace("ROOT", &own);
        assert_eq!(at("0").await, below("0"));
        let made = site
            .call(
                "POST",
                "/api/2.0/mlflow/experiments/create",
                r#"{"name":"a"}"#,
            )
            .await;
        let id = made.json()["experiment_id"].as_str().unwrap().to_owned();
        assert_eq!(at(&id).await, below(&id));
        site.bench.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_local_disk_does_not_do_is_said_as_mlflow_says_it() {
    let site = Site::start().await;
    let presigned = site.get("/api/2.0/mlflow-artifacts/presigned/1/a").await;
    assert_eq!(presigned.error(), "501 NOT_IMPLEMENTED");
    assert_eq!(
        site.call("POST", &format!("{AT}/a"), "{}").await.status,
        405
    );
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_under_way_ends_before_the_agent_does() {
    let site = Site::start().await;
    let mut stream = site.connect().await;
    let whole = request("PUT", &format!("{AT}/late"), &[], b"0123456789");
    let (begun, rest) = whole.split_at(whole.len() - 4);
    stream.write_all(begun).await.unwrap();
    let drafts = site.folder("drafts");
    until("the draft", async || {
        std::fs::read_dir(&drafts)
            .is_ok_and(|d| d.count() == 1)
            .then_some(())
    })
    .await;
    let file = site.folder("artifacts").join("late");
    let address = site.address.clone();
    let stopping = tokio::spawn(site.bench.stop());
    until("the listener's end", async || {
        tokio::net::TcpStream::connect(&address)
            .await
            .is_err()
            .then_some(())
    })
    .await;
    stream.write_all(rest).await.unwrap();
    assert_eq!(Answer::read(&mut stream).await.unwrap().status, 200);
    let _dir = stopping.await.unwrap();
    assert_eq!(std::fs::read_to_string(file).unwrap(), "0123456789");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runs_artifacts_are_listed_wherever_they_are_ours() {
    let site = Site::start().await;
    let call = async |path: &str, body: serde_json::Value| {
        site.call(
            "POST",
            &format!("/api/2.0/mlflow/{path}"),
            &body.to_string(),
        )
        .await
    };
    let list = async |run: &str, path: &str| {
        site.get(&format!(
            "/api/2.0/mlflow/artifacts/list?run_id={run}&path={path}"
        ))
        .await
    };
    let run_in = async |location: &str| {
        let experiment = call(
            "experiments/create",
            json!({"name": location, "artifact_location": location}),
        )
        .await;
        let id = experiment.json()["experiment_id"].clone();
        let run = call("runs/create", json!({"experiment_id": id}))
            .await
            .json();
        run["run"]["info"]["run_id"].as_str().unwrap().to_owned()
    };
    // A run that a trainer opened through the socket: its folder is where MLflow's clients look.
    let client = site.bench.client().await;
    let own = client.new_run("own", None).await;
    let uri = list(own.as_str(), "").await.json()["root_uri"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = uri.strip_prefix("mlflow-artifacts:/").unwrap();
    std::fs::write(site.folder("artifacts").join(path).join("by-hand"), "x").unwrap();
    assert_eq!(
        site.put(&format!("{path}/model/MLmodel"), b"abc")
            .await
            .status,
        200
    );
    assert_eq!(
        list(own.as_str(), "").await.json()["files"],
        json!([
            {"path": "by-hand", "is_dir": false, "file_size": 1},
            {"path": "model", "is_dir": true},
        ])
    );
    assert_eq!(
        list(own.as_str(), "model/").await.json()["files"],
        json!([{"path": "model/MLmodel", "is_dir": false, "file_size": 3}])
    );
    assert_eq!(
        list(own.as_str(), "../x").await.error(),
        "400 INVALID_PARAMETER_VALUE"
    );
    assert_eq!(
        list(&"0".repeat(32), "").await.error(),
        "404 RESOURCE_DOES_NOT_EXIST"
    );
    let data = site.bench.root().join("data");
    let near = run_in(&format!("file://{}", data.display())).await;
    std::fs::create_dir_all(data.join(&near).join("artifacts")).unwrap();
    std::fs::write(data.join(&near).join("artifacts/a"), "").unwrap();
    assert_eq!(
        list(&near, "").await.json()["files"],
        json!([{"path": "a", "is_dir": false}])
    );
    for far in ["file:///etc", "gs://bucket/x"] {
        let run = run_in(far).await;
        let answer = list(&run, "").await;
        assert_eq!(answer.error(), "400 INVALID_PARAMETER_VALUE", "{far}");
        assert!(
            answer.text().contains("does not reach"),
            "{}",
            answer.text()
        );
    }
    for way in ["upload", "download"] {
        let path = format!("artifacts/presigned-{way}-url");
        let answer = call(&path, json!({"run_id": own.as_str(), "path": "a"})).await;
        assert_eq!(answer.error(), "400 INVALID_PARAMETER_VALUE");
        assert!(
            answer
                .text()
                .contains("(artifact URI scheme: mlflow-artifacts)")
        );
        let answer = call(&path, json!({"run_id": own.as_str()})).await;
        assert!(
            answer
                .text()
                .contains("Missing value for required parameter 'path'")
        );
    }
    site.bench.stop().await;
}
