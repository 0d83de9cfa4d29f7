//! Uploads in parts: several at once, put together, given up, and by nobody else.

use super::{Answer, Site};
use serde_json::{Value, json};
use std::fs;

const MPU: &str = "/api/2.0/mlflow-artifacts/mpu";

impl Site {
    async fn mpu(&self, call: &str, body: Value) -> Answer {
        let path = format!("{MPU}/{call}/1/r/artifacts");
        self.call("POST", &path, &body.to_string()).await
    }

    /// The id of a new upload of `/home/me/a.bin`, and the paths that its parts go to.
    async fn begin(&self, parts: i64) -> (String, Vec<String>) {
        let ask = json!({"path": "/home/me/a.bin", "num_parts": parts});
        let made = self.mpu("create", ask).await;
        assert_eq!(made.status, 200, "{made:?}");
        let made = made.json();
        let path = |credential: &Value| {
            let url = credential["url"].as_str().unwrap();
            url.strip_prefix("http://localhost").unwrap().to_owned()
        };
        let credentials = made["credentials"].as_array().unwrap();
        let numbers: Vec<&Value> = credentials.iter().map(|c| &c["part_number"]).collect();
        assert_eq!(json!(numbers), json!((1..=parts).collect::<Vec<_>>()));
        (
            made["upload_id"].as_str().unwrap().into(),
            credentials.iter().map(path).collect(),
        )
    }

    /// Sends a part as clients do, without any header of theirs; answers its `ETag`.
    async fn part(&self, path: &str, body: &[u8]) -> String {
        let kept = self.send("PUT", path, &[], body).await;
        assert_eq!(kept.status, 200, "{kept:?}");
        kept.header("etag").unwrap().to_owned()
    }

    async fn whole(&self) -> Answer {
        self.get("/api/2.0/mlflow-artifacts/artifacts/1/r/artifacts/a.bin")
            .await
    }

    fn drafts(&self) -> usize {
        let drafts = self.bench.root().join(".trimtab/drafts");
        fs::read_dir(drafts).map_or(0, Iterator::count)
    }
}

fn complete(upload: &str, parts: &[(i64, &str)]) -> Value {
    let parts: Vec<Value> = parts
        .iter()
        .map(|(number, etag)| json!({"part_number": number, "etag": etag, "url": "http://x"}))
        .collect();
    json!({"path": "/home/me/a.bin", "upload_id": upload, "parts": parts})
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_in_any_order_make_one_file_at_the_end() {
    let site = Site::start().await;
    let (upload, places) = site.begin(3).await;
    let third = site.part(&places[2], b"!").await;
    let stale = site.part(&places[0], b"good bye ").await;
    let second = site.part(&places[1], b"world").await;
    // A client that saw no answer sends a part again.
    let first = site.part(&places[0], b"hello ").await;
    assert_eq!(site.whole().await.status, 404);
    assert_eq!(site.drafts(), 3);
    for (wrong, at) in [
        (complete(&upload, &[(1, &stale), (2, &second)]), 1),
        (complete(&upload, &[(2, &second), (1, &first)]), 1),
        (complete(&upload, &[(1, &first), (4, &third)]), 4),
        (complete(&upload, &[(1, &first), (1, &first)]), 1),
    ] {
        let refused = site.mpu("complete", wrong).await;
        assert_eq!(refused.error(), "400 INVALID_PARAMETER_VALUE");
        let said = refused.json()["message"].to_string();
        assert!(said.contains(&format!("Part {at} ")), "{said}");
    }
    let all = [(1, &*first), (2, &*second), (3, &*third)];
    let made = site.mpu("complete", complete(&upload, &all)).await;
    assert_eq!((made.status, made.json()), (200, json!({})));
    assert_eq!(site.whole().await.text(), "hello world!");
    assert_eq!(site.drafts(), 0);
    let again = site.mpu("complete", complete(&upload, &all)).await;
    assert_eq!(again.error(), "404 RESOURCE_DOES_NOT_EXIST");
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_given_up_leaves_nothing() {
    let site = Site::start().await;
    let (upload, places) = site.begin(1).await;
    let etag = site.part(&places[0], b"x").await;
    let abort = json!({"path": "a.bin", "upload_id": upload});
    let elsewhere = json!({"path": "b.bin", "upload_id": upload});
    assert_eq!(
        site.mpu("abort", elsewhere).await.error(),
        "404 RESOURCE_DOES_NOT_EXIST"
    );
    assert_eq!(site.mpu("abort", abort).await.status, 200);
    assert_eq!(site.drafts(), 0);
    let late = site.send("PUT", &places[0], &[], b"late").await;
    assert_eq!(late.error(), "404 RESOURCE_DOES_NOT_EXIST");
    let late = site.mpu("complete", complete(&upload, &[(1, &etag)])).await;
    assert_eq!(late.error(), "404 RESOURCE_DOES_NOT_EXIST");
    assert_eq!((site.drafts(), site.whole().await.status), (0, 404));
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_asks_are_refused() {
    let site = Site::start().await;
    for (call, body) in [
        ("create", json!({"num_parts": 2})),
        ("create", json!({"path": "a", "num_parts": 10_001})),
        ("create", json!({"path": "a", "num_parts": -1})),
        ("create", json!({"path": "a", "num_parts": "many"})),
        ("create", json!({"path": "..", "num_parts": 1})),
        ("create", json!({"path": "a/", "num_parts": 1})),
        (
            "complete",
            json!({"path": "a", "upload_id": "x", "parts": []}),
        ),
        ("complete", json!({"upload_id": "x", "parts": [{}]})),
        ("abort", json!({"upload_id": "x"})),
    ] {
        let refused = site.mpu(call, body.clone()).await;
        assert_eq!(
            refused.error(),
            "400 INVALID_PARAMETER_VALUE",
            "{call} {body}"
        );
    }
    let (_, places) = site.begin(1).await;
    for number in ["0", "-1", "10001", "one", "99999999999999999999"] {
        let path = places[0].strip_suffix("/1").unwrap();
        let refused = site
            .send("PUT", &format!("{path}/{number}"), &[], b"x")
            .await;
        assert_eq!(refused.error(), "400 INVALID_PARAMETER_VALUE", "{number}");
    }
    assert_eq!(site.drafts(), 0);
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_needs_no_token_and_all_else_does() {
    let dir = std::sync::Arc::new(crate::contract::bench::workspace(&format!(
        "{}\n[agent]\nhttp = \"127.0.0.1:0\"\nhttp_token_file = \"token\"\n",
        crate::contract::bench::POLICY
    )));
    fs::write(dir.path().join("token"), "0123456789abcdef\n").unwrap();
    let site = Site::on(dir).await;
    let kind = ("Content-Type", "application/json");
    let token = ("Authorization", "Bearer 0123456789abcdef");
    let forwarded = ("X-Forwarded-Proto", "https");
    let ask = json!({"path": "a.bin", "num_parts": 1}).to_string();
    let path = format!("{MPU}/create/1/r/artifacts");
    let nobody = site.send("POST", &path, &[kind], ask.as_bytes()).await;
    assert_eq!(nobody.error(), "401 UNAUTHENTICATED");
    let made = site
        .send("POST", &path, &[kind, token, forwarded], ask.as_bytes())
        .await;
    let made = made.json();
    let place = made["credentials"][0]["url"].as_str().unwrap();
    let place = place.strip_prefix("https://localhost").unwrap();
    let etag = site.part(place, b"x").await;
    let body = complete(made["upload_id"].as_str().unwrap(), &[(1, &etag)]).to_string();
    let path = format!("{MPU}/complete/1/r/artifacts");
    let nobody = site.send("POST", &path, &[kind], body.as_bytes()).await;
    assert_eq!(nobody.error(), "401 UNAUTHENTICATED");
    let done = site
        .send("POST", &path, &[kind, token], body.as_bytes())
        .await;
    assert_eq!(done.status, 200, "{done:?}");
    for other in [
        format!("{place}/../../artifacts/x"),
        "/api/2.0/mlflow-artifacts/artifacts/mlflow-artifacts/mpu/part/x/1".to_owned(),
    ] {
        let refused = site.send("PUT", &other, &[], b"x").await;
        assert_ne!(refused.status, 200, "{other}");
    }
    let read = site.send("GET", place, &[], b"").await;
    assert_eq!(read.error(), "401 UNAUTHENTICATED");
    site.bench.stop().await;
}
