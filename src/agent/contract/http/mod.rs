//! The HTTP API over real sockets: well-meant requests, odd ones and hostile ones.

mod artifacts;
mod frame;
mod fuzz;
mod logged_models;
mod parts;
mod registry;
mod tls;
pub(super) mod webhooks;

use super::bench::{Bench, POLICY, workspace};
use std::{fmt::Write as _, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use trimtab_wire::{Reply, Request};

/// An agent that serves HTTP on a free port.
pub(super) struct Site {
    pub(super) bench: Bench,
    /// `127.0.0.1:PORT`.
    pub(super) address: String,
}

/// An answer, as it came.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Site {
    pub(super) async fn start() -> Self {
        Self::with("").await
    }

    /// With further lines in the table `[agent]`.
    pub(super) async fn with(agent: &str) -> Self {
        let policy = format!("{POLICY}\n[agent]\nhttp = \"127.0.0.1:0\"\n{agent}");
        Self::on(Arc::new(workspace(&policy))).await
    }

    pub(super) async fn on(dir: Arc<tempfile::TempDir>) -> Self {
        let bench = Bench::with(dir, |o| o).await;
        let Reply::Status(status) = bench.client().await.ask(Request::Status).await.unwrap() else {
            panic!()
        };
        let url = status.http.expect("the agent says where it serves");
        let (_, address) = url.split_once("://").unwrap();
        Self {
            address: address.to_owned(),
            bench,
        }
    }

    pub(super) async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }

    /// Sends bytes over a connection of their own and reads the first answer.
    pub(super) async fn raw(&self, request: impl AsRef<[u8]>) -> Answer {
        let mut stream = self.connect().await;
        // A server that has seen enough closes before it has read everything.
        let _ = stream.write_all(request.as_ref()).await;
        Answer::read(&mut stream).await.expect("an answer")
    }

    pub(super) async fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send(
            method,
            path,
            &[("Content-Type", "application/json")],
            body.as_bytes(),
        )
        .await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        self.raw(request(method, path, headers, body)).await
    }
}

/// A request's bytes. `Host` is ours unless the headers have one.
pub(super) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        head.push_str("Host: localhost\r\n");
    }
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

impl Answer {
    /// The next answer of a connection; `None` when it ends instead.
    pub(super) async fn read(stream: &mut TcpStream) -> Option<Self> {
        tokio::time::timeout(Duration::from_secs(60), Self::read_on(stream))
            .await
            .expect("an answer or an end within a minute")
    }

    async fn read_on(stream: &mut TcpStream) -> Option<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|l| l.split_once(": "))
            .map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned()))
            .collect();
        let mut answer = Self {
            status,
            headers,
            body: Vec::new(),
        };
        if let Some(length) = answer.header("content-length") {
            answer.body = vec![0; length.parse().unwrap()];
            stream.read_exact(&mut answer.body).await.ok()?;
        }
        Some(answer)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `STATUS CODE` of an error.
    pub(super) fn error(&self) -> String {
        format!(
            "{} {}",
            self.status,
            self.json()["error_code"].as_str().unwrap()
        )
    }
}
