//! Who is let in, what unknown calls are answered, what a broken or hostile client gets.

use super::{Answer, Site, request};
use crate::{
    AgentError,
    contract::bench::{POLICY, options, workspace},
    run,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

#[tokio::test(flavor = "multi_thread")]
async fn probes_and_unknown_calls_are_answered_as_mlflow_does() {
    let site = Site::start().await;
    let health = site.get("/health").await;
    assert_eq!((health.status, health.text()), (200, "OK"));
    assert_eq!(health.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(site.get("/version").await.text(), "3.17.2");
    let info = site.get("/api/3.0/mlflow/server-info").await.json();
    assert_eq!(info["multipart_uploads_enabled"], false);
    for (method, path, error) in [
        ("GET", "/", "404 ENDPOINT_NOT_FOUND"),
        ("GET", "/api/2.0/mlflow/nothing", "404 ENDPOINT_NOT_FOUND"),
        ("POST", "/health", "405 BAD_REQUEST"),
        ("POST", "/api/3.0/mlflow/traces", "501 NOT_IMPLEMENTED"),
        (
            "DELETE",
            "/api/2.0/mlflow/traces/a/tags",
            "501 NOT_IMPLEMENTED",
        ),
        ("POST", "/v1/traces", "501 NOT_IMPLEMENTED"),
        ("GET", "/api/3.0/mlflow/workspaces", "501 NOT_IMPLEMENTED"),
    ] {
        let answer = site.call(method, path, "{}").await;
        assert_eq!(answer.error(), error, "{method} {path}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_hosts_and_pages_are_turned_away() {
    let site = Site::with("http_hosts = [\"mlflow.example.org\"]").await;
    let path = "/api/2.0/mlflow/nothing";
    let status = async |method: &str, headers: &[(&str, &str)]| {
        site.send(method, path, headers, b"").await.status
    };
    assert_eq!(status("GET", &[("Host", "evil.example")]).await, 403);
    assert_eq!(
        status("GET", &[("Host", "mlflow.example.org:8443")]).await,
        404
    );
    assert_eq!(
        status("POST", &[("Origin", "https://evil.example")]).await,
        403
    );
    assert_eq!(
        status("POST", &[("Origin", "http://localhost:3000")]).await,
        404
    );
    let rebound = site
        .send("GET", path, &[("Host", "evil.example:5000")], b"")
        .await;
    assert_eq!(
        rebound.text(),
        "Invalid Host header - possible DNS rebinding attack detected"
    );
    assert_eq!(site.raw("GET /x HTTP/1.1\r\n\r\n").await.status, 403);
    assert_eq!(site.raw("GET /x HTTP/1.0\r\n\r\n").await.status, 403);
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_asked_for() {
    let token = "0123456789abcdef0123456789abcdef";
    let policy =
        format!("{POLICY}\n[agent]\nhttp = \"127.0.0.1:0\"\nhttp_token_file = \"token\"\n");
    let dir = std::sync::Arc::new(workspace(&policy));
    std::fs::write(dir.path().join("token"), token).unwrap();
    let site = Site::on(dir).await;
    let path = "/api/2.0/mlflow/nothing";
    let with = async |value: &str| {
        site.send("GET", path, &[("Authorization", value)], b"")
            .await
    };
    let refused = site.get(path).await;
    assert_eq!(refused.error(), "401 UNAUTHENTICATED");
    assert_eq!(
        refused.header("www-authenticate"),
        Some("Basic realm=\"mlflow\"")
    );
    let basic = |text: String| format!("Basic {}", STANDARD.encode(text));
    assert_eq!(with(&format!("Bearer {token}")).await.status, 404);
    assert_eq!(with(&basic(format!("ana:{token}"))).await.status, 404);
    assert_eq!(with("Bearer wrong").await.status, 401);
    assert_eq!(with(&basic(format!("{token}:ana"))).await.status, 401);
    for open in ["/health", "/version", "/api/3.0/mlflow/server-info"] {
        assert_eq!(site.get(open).await.status, 200, "{open}");
    }
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_served_keeps_the_agent_from_starting() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let dir = workspace(&format!("{POLICY}\n[agent]\nhttp = \"{address}\"\n"));
    let error = run(options(dir.path()), std::future::pending())
        .await
        .unwrap_err();
    assert!(matches!(error, AgentError::Http { .. }));
    let text = error.to_string();
    assert!(
        text.contains(&address.to_string()) && text.contains("another port"),
        "{text}"
    );
    let keys = "http_token_file = \"no-such-file\"";
    let dir = workspace(&format!(
        "{POLICY}\n[agent]\nhttp = \"127.0.0.1:0\"\n{keys}\n"
    ));
    let error = run(options(dir.path()), std::future::pending())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no-such-file"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_order() {
    let site = Site::start().await;
    let mut stream = site.connect().await;
    let three = ["/version", "/health", "/nothing"].map(|path| request("GET", path, &[], b""));
    stream.write_all(&three.concat()).await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(Answer::read(&mut stream).await.unwrap().status);
    }
    assert_eq!(seen, [200, 200, 404]);
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_refused_and_the_connection_closed() {
    let site = Site::start().await;
    let long = "x".repeat(300_000);
    for (bytes, statuses) in [
        ("nonsense\r\n\r\n".to_owned(), &[400][..]),
        ("GET / HTTP/9.9\r\n\r\n".into(), &[400, 505]),
        (
            "GET /\u{0} HTTP/1.1\r\nHost: localhost\r\n\r\n".into(),
            &[400],
        ),
        (
            format!("GET /{long} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            &[414, 431, 400],
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: localhost\r\nA: {long}\r\n\r\n"),
            &[431],
        ),
        (
            format!(
                "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
                "A: b\r\n".repeat(5000)
            ),
            &[431],
        ),
        (
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1x\r\n\r\n".into(),
            &[400],
        ),
        (
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"
                .into(),
            &[400],
        ),
        (
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: what\r\n\r\n".into(),
            &[400, 501],
        ),
    ] {
        let mut stream = site.connect().await;
        let _ = stream.write_all(bytes.as_bytes()).await;
        let shown: String = bytes.chars().take(60).collect();
        let answer = Answer::read(&mut stream).await;
        // A server may also just hang up on what is no HTTP, when it sees it before all is sent.
        if let Some(answer) = answer {
            assert!(
                statuses.contains(&answer.status),
                "{shown}: {}",
                answer.status
            );
        }
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    }
    assert_eq!(site.get("/health").await.status, 200);
    site.bench.stop().await;
}
