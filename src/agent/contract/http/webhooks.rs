//! Webhooks: delivered, signed, tried again, and never a secret shown.

use super::Site;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{collections::BTreeMap, os::unix::fs::MetadataExt as _};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
};

const SECRET: &str = "not-for-anybody";

/// What came with one delivery: headers in lower case, and the body.
pub(in crate::contract) type Delivery = (BTreeMap<String, String>, String);

/// Takes deliveries; the first `busy` are answered 503.
pub(in crate::contract) async fn receiver(mut busy: u32) -> (String, mpsc::Receiver<Delivery>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?a=b", listener.local_addr().unwrap());
    let (tell, told) = mpsc::channel(16);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            assert!(head.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{head}");
            let headers: BTreeMap<String, String> = head
                .lines()
                .filter_map(|l| l.split_once(": "))
                .map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned()))
                .collect();
            let mut body = vec![0; headers["content-length"].parse().unwrap()];
            stream.read_exact(&mut body).await.unwrap();
            let status = if busy > 0 { "503 Busy" } else { "200 OK" };
            let answer =
                format!("HTTP/1.1 {status}\r\nRetry-After: 0\r\nContent-Length: 6\r\n\r\nthanks");
            stream.write_all(answer.as_bytes()).await.unwrap();
            if busy > 0 {
                busy -= 1;
                continue;
            }
            tell.send((headers, String::from_utf8(body).unwrap()))
                .await
                .unwrap();
        }
    });
    (url, told)
}

fn event(entity: &str, action: &str) -> Value {
    json!({"entity": entity, "action": action})
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_is_told_signed_and_once_more() {
    let site = Site::start().await;
    let (url, mut told) = receiver(2).await;
    let hook = json!({"name": "h", "url": url, "events": [event("REGISTERED_MODEL", "CREATED")], "secret": SECRET});
    let made = site.post("webhooks", hook).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let hook = made.json()["webhook"].clone();
    let id = hook["webhook_id"].as_str().unwrap().to_owned();
    assert_eq!(hook["status"], json!("ACTIVE"));

    let model = json!({"name": "a", "tags": [{"key": "k", "value": "v"}]});
    assert_eq!(
        site.post("registered-models/create", model).await.status,
        200
    );
    let (headers, body) = told.recv().await.unwrap();
    let payload: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&payload["entity"], &payload["action"]),
        (&json!("registered_model"), &json!("created"))
    );
    assert_eq!(
        payload["data"],
        json!({"name": "a", "tags": {"k": "v"}, "description": ""})
    );
    let signed = format!(
        "{}.{}.{body}",
        headers["x-mlflow-delivery-id"], headers["x-mlflow-timestamp"]
    );
    let signature = headers["x-mlflow-signature"].strip_prefix("v1,").unwrap();
    assert_eq!(STANDARD.decode(signature).unwrap(), hmac(SECRET, &signed));

    let tested = site.post(&format!("webhooks/{id}/test"), json!({})).await;
    let result = &tested.json()["result"];
    assert_eq!(
        result,
        &json!({"success": true, "response_status": 200, "response_body": "thanks"})
    );
    let (_, body) = told.recv().await.unwrap();
    assert!(body.contains("example_model"), "{body}");

    // Nowhere but in its own file, which is the owner's.
    let own = site.bench.root().join(".trimtab");
    let file = own.join("webhook-secrets.json");
    assert!(std::fs::read_to_string(&file).unwrap().contains(SECRET));
    assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    let shown = [
        site.look("webhooks").await,
        site.look(&format!("webhooks/{id}")).await,
    ];
    assert!(
        shown
            .iter()
            .all(|a| a.status == 200 && !a.text().contains(SECRET))
    );
    let audit = format!("{:?}", site.bench.client().await.audit().await);
    assert!(audit.contains("webhook.create") && !audit.contains(SECRET));
    assert_eq!(
        site.delete(&format!("webhooks/{id}"), json!({}))
            .await
            .status,
        200
    );
    assert!(!std::fs::read_to_string(&file).unwrap().contains(SECRET));
    let dir = site.bench.stop().await;
    let store = std::fs::read(dir.path().join(".trimtab/store.duckdb")).unwrap();
    assert!(!store.windows(SECRET.len()).any(|w| w == SECRET.as_bytes()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_webhook_is_refused() {
    let site = Site::start().await;
    let made = event("REGISTERED_MODEL", "CREATED");
    for (change, why) in [
        (json!({"url": "ftp://x"}), "scheme"),
        (json!({"url": "https:///x"}), "hostname"),
        (json!({"url": " "}), "whitespace"),
        (json!({"name": "a b"}), "is invalid"),
        (json!({"events": []}), "non-empty list"),
        (
            json!({"events": [event("REGISTERED_MODEL", "DELETED")]}),
            "Valid actions are: ['created']",
        ),
        (
            json!({"events": [event("BOGUS", "CREATED")]}),
            "no webhook event",
        ),
        (json!({"events": [{}]}), "no webhook event"),
        (json!({"events": [made, made]}), "named twice"),
    ] {
        let mut hook = json!({"name": "h", "url": "http://127.0.0.1:9/x", "events": [made]});
        for (key, value) in change.as_object().unwrap() {
            hook[key] = value.clone();
        }
        let answer = site.post("webhooks", hook).await;
        assert_eq!(answer.status, 400, "{change}");
        assert!(answer.text().contains(why), "{change}: {}", answer.text());
    }
    assert_eq!(site.look("webhooks").await.text(), "{}");
    assert_eq!(
        site.look("webhooks/none").await.error(),
        "404 RESOURCE_DOES_NOT_EXIST"
    );
}

/// HMAC-SHA-256, by its definition.
fn hmac(key: &str, message: &str) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};
    let mut block = [0u8; 64];
    block[..key.len()].copy_from_slice(key.as_bytes());
    let pad = |with: u8| block.map(|b| b ^ with).to_vec();
    let inner = Sha256::digest([pad(0x36), message.as_bytes().to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}
