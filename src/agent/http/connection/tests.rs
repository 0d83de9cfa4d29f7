//! Clients that are slow, silent, greedy or rude, on real sockets. The clock is paused: it jumps
//! whenever nothing else can happen.

use super::*;
use crate::http::{
    guard::Guard,
    mlflow::{ApiError, Args, Reply},
};
use axum::{
    Router,
    routing::{get, post},
};
use std::net::Ipv4Addr;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    task::JoinHandle,
};

struct Served {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// A server with three calls: one answers, one echoes JSON, one has a bug, one takes its time.
async fn served(limits: Limits, tls: Option<TlsAcceptor>) -> Served {
    let router = Router::new()
        .route("/health", get(async || "OK"))
        .route(
            "/echo",
            post(async |Args(value): Args<serde_json::Value>| Reply(value)),
        )
        .route("/bug", get(async || -> String { panic!("a bug") }))
        .route("/refuse", post(async || ApiError::invalid("No.")))
        .route(
            "/slow",
            get(async || {
                tokio::time::sleep(Duration::from_secs(5)).await;
                "at last"
            }),
        );
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let guard = Guard::new(None, address.ip(), &[]);
    let api = Arc::new(Api::new(guard, router, TaskTracker::new()));
    let stop = CancellationToken::new();
    let task = tokio::spawn(serve(listener, tls, api, limits, stop.clone()));
    Served {
        address,
        stop,
        task,
    }
}

impl Served {
    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    async fn get(&self, path: &str) -> String {
        rest(self.send(&head("GET", path, "Connection: close\r\n")).await).await
    }
}

fn head(method: &str, path: &str, headers: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}\r\n"
    )
}

/// All that a connection brings until its end.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    // A reset is an end, too.
    let _ = stream.read_to_end(&mut text).await;
    String::from_utf8(text).unwrap()
}

#[tokio::test(start_paused = true)]
async fn who_sends_nothing_or_little_is_left() {
    let served = served(Limits::default(), None).await;
    for text in ["", "GET /health HTTP/1.1\r\nHost: local"] {
        assert_eq!(rest(served.send(text).await).await, "", "{text}");
    }
    // The same between two requests.
    let kept = rest(served.send(&head("GET", "/health", "")).await).await;
    assert!(kept.ends_with("OK"), "{kept}");
    let half = rest(
        served
            .send(&head("POST", "/echo", "Content-Length: 9\r\n"))
            .await,
    )
    .await;
    assert!(
        half.starts_with("HTTP/1.1 408") && half.contains("did not arrive in time"),
        "{half}"
    );
}

#[tokio::test(start_paused = true)]
async fn slow_clients_keep_nobody_out() {
    let limits = Limits {
        seats: 4,
        ..Limits::default()
    };
    let served = served(limits, None).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        slow.push(served.send("GET /health HTTP/1.1\r\nHost: local").await);
        slow.push(
            served
                .send(&head("POST", "/echo", "Content-Length: 9\r\n"))
                .await,
        );
    }
    for _ in 0..20 {
        let answer = served.get("/health").await;
        assert!(answer.ends_with("OK"), "{answer}");
    }
    assert_eq!(rest(slow.swap_remove(0)).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_bug_costs_one_answer() {
    let served = served(Limits::default(), None).await;
    let answer = served.get("/bug").await;
    assert!(
        answer.starts_with("HTTP/1.1 500") && answer.contains("INTERNAL_ERROR"),
        "{answer}"
    );
    assert!(!answer.contains("a bug"), "what panicked is for the log");
    assert!(served.get("/health").await.ends_with("OK"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_read_however_much_was_sent() {
    const SENT: usize = 8 << 20;
    let served = served(Limits::default(), None).await;
    for path in ["/refuse", "/nothing"] {
        let mut stream = served
            .send(&head("POST", path, &format!("Content-Length: {SENT}\r\n")))
            .await;
        // All of it before anything is read, as Python's client does.
        stream.write_all(&vec![b'x'; SENT]).await.unwrap();
        let answer = rest(stream).await;
        assert!(answer.starts_with("HTTP/1.1 40"), "{answer}");
    }
    let long = head("POST", "/echo", "Content-Length: 99999999\r\n") + &"x".repeat(17 << 20);
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(long.as_bytes()).await.unwrap();
    assert!(rest(stream).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_for_answers_and_not_for_ever() {
    let first = served(Limits::default(), None).await;
    let idle = first.send(&head("GET", "/health", "")).await;
    let slow = first.send(&head("GET", "/slow", "")).await;
    // The slow one is under way once the idle one, which came before, was answered.
    let mut idle = idle;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\nOK") {
        answer.push(idle.read_u8().await.unwrap());
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    first.stop.cancel();
    assert_eq!(rest(idle).await, "");
    assert!(rest(slow).await.ends_with("at last"));
    first.task.await.unwrap();
    let limits = Limits {
        farewell: Duration::from_secs(1),
        ..Limits::default()
    };
    let second = served(limits, None).await;
    let slow = second.send(&head("GET", "/slow", "")).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    second.stop.cancel();
    assert_eq!(rest(slow).await, "");
    second.task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_stands_still_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let tls = crate::http::tls::acceptor(&cert, &key).unwrap();
    let served = served(Limits::default(), Some(tls)).await;
    assert_eq!(rest(served.send("").await).await, "");
    assert_eq!(rest(served.send("\u{16}\u{3}\u{1}").await).await, "");
    // Who speaks plain HTTP is told in TLS' own way, and left.
    let mut plain = served.send(&head("GET", "/health", "")).await;
    let mut alert = Vec::new();
    let _ = plain.read_to_end(&mut alert).await;
    assert!(!alert.starts_with(b"HTTP"));
}
