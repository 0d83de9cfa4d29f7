//! Malformed requests by the thousand: each is refused or harmless, none is a bug, nobody hangs.
//!
//! `TRIMTAB_FUZZ=100000 cargo test --lib contract::http::fuzz` sends so many.

use super::{Answer, Site, request};
use std::fmt::Write as _;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

/// Requests where the environment does not say.
const REQUESTS: usize = 4000;
/// Clients at once.
const CLIENTS: usize = 4;

/// Every call, under `/api/2.0/`. `*` is replaced by something.
const CALLS: [&str; 75] = [
    "GET mlflow/experiments/get",
    "GET mlflow/experiments/get-by-name",
    "GET mlflow/experiments/search",
    "POST mlflow/experiments/create",
    "POST mlflow/experiments/delete",
    "POST mlflow/experiments/delete-experiment-tag",
    "POST mlflow/experiments/restore",
    "POST mlflow/experiments/search",
    "POST mlflow/experiments/set-experiment-tag",
    "POST mlflow/experiments/update",
    "GET mlflow/runs/get",
    "POST mlflow/runs/create",
    "POST mlflow/runs/delete",
    "POST mlflow/runs/delete-tag",
    "POST mlflow/runs/log-batch",
    "POST mlflow/runs/log-inputs",
    "POST mlflow/runs/log-metric",
    "POST mlflow/runs/log-model",
    "POST mlflow/runs/log-parameter",
    "POST mlflow/runs/outputs",
    "POST mlflow/runs/restore",
    "POST mlflow/runs/search",
    "POST mlflow/runs/set-tag",
    "POST mlflow/runs/update",
    "GET mlflow/metrics/get-history",
    "GET mlflow/metrics/get-history-bulk-interval",
    "GET mlflow/artifacts/list",
    "POST mlflow/artifacts/presigned-download-url",
    "POST mlflow/artifacts/presigned-upload-url",
    "POST mlflow/logged-models",
    "POST mlflow/logged-models/search",
    "GET mlflow/logged-models/*",
    "PATCH mlflow/logged-models/*",
    "DELETE mlflow/logged-models/*",
    "PATCH mlflow/logged-models/*/tags",
    "DELETE mlflow/logged-models/*/tags/*",
    "POST mlflow/logged-models/*/params",
    "GET mlflow/logged-models/*/artifacts/directories",
    "POST mlflow/model-versions/create",
    "DELETE mlflow/model-versions/delete",
    "DELETE mlflow/model-versions/delete-tag",
    "GET mlflow/model-versions/get",
    "GET mlflow/model-versions/get-download-uri",
    "GET mlflow/model-versions/search",
    "POST mlflow/model-versions/set-tag",
    "POST mlflow/model-versions/transition-stage",
    "PATCH mlflow/model-versions/update",
    "GET mlflow/registered-models/alias",
    "POST mlflow/registered-models/alias",
    "DELETE mlflow/registered-models/alias",
    "POST mlflow/registered-models/create",
    "DELETE mlflow/registered-models/delete",
    "DELETE mlflow/registered-models/delete-tag",
    "GET mlflow/registered-models/get",
    "GET mlflow/registered-models/get-latest-versions",
    "POST mlflow/registered-models/rename",
    "GET mlflow/registered-models/search",
    "POST mlflow/registered-models/set-tag",
    "PATCH mlflow/registered-models/update",
    "GET mlflow/webhooks",
    "POST mlflow/webhooks",
    "GET mlflow/webhooks/*",
    "PATCH mlflow/webhooks/*",
    "POST mlflow/traces",
    "GET mlflow-artifacts/artifacts",
    "GET mlflow-artifacts/artifacts/*",
    "PUT mlflow-artifacts/artifacts/*",
    "DELETE mlflow-artifacts/artifacts/*",
    "POST mlflow-artifacts/mpu/create/*",
    "POST mlflow-artifacts/mpu/complete/*",
    "POST mlflow-artifacts/mpu/abort/*",
    "PUT mlflow-artifacts/mpu/part/*/1",
    "GET mlflow-artifacts/presigned/*",
    "OPTIONS mlflow/runs/get",
    "POST /graphql",
];

const FIELDS: [&str; 34] = [
    "run_id",
    "run_uuid",
    "experiment_id",
    "experiment_ids",
    "experiment_name",
    "name",
    "new_name",
    "key",
    "value",
    "timestamp",
    "step",
    "metrics",
    "params",
    "tags",
    "metric_key",
    "run_ids",
    "start_step",
    "max_results",
    "page_token",
    "filter",
    "order_by",
    "view_type",
    "run_view_type",
    "status",
    "end_time",
    "version",
    "alias",
    "stage",
    "source",
    "archive_existing_versions",
    "datasets",
    "models",
    "url",
    "path",
];

/// What GraphQL is made of.
const GRAPHQL: [&str; 22] = [
    "{",
    "{",
    "}",
    "}",
    "(",
    ")",
    "query",
    "mutation m",
    "fragment a on MlflowRunExtension",
    "...a",
    "... on MlflowGetRunResponse",
    "mlflowGetRun(input: {runId: $a}) { run { info { runId } modelVersions { name } } }",
    "mlflowSearchRuns(input: {experimentIds: [0], filter: \"metrics.a > 1\"}) { runs { info { status } } }",
    "mlflowGetMetricHistoryBulkInterval(input: $a) { metrics { value } }",
    "mlflowListArtifacts(input: {runId: \"../x\", path: \"..\"}) { files { path } }",
    "($a: String = {b: [1e999]})",
    "__typename",
    "test(inputString: \"\"\" x",
    "\"\"\"",
    "@component(name: 5)",
    "[[[[[[[[",
    "# ",
];

/// Bytes that parsers stumble over, as they stand in a request.
const STONES: [&[u8]; 16] = [
    b"\xff",
    b"\xc3\x28",
    b"\0",
    b"\x01",
    b"\\",
    b"\"",
    b"{",
    b"]",
    b",",
    b":",
    b"\\u12",
    b"\\ud800",
    b"%",
    b"%00",
    b"\xe6\x97\xa5",
    b"1e999",
];

/// A generator that needs no more than a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
    fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    /// A JSON value, or nearly.
    fn value(&mut self, depth: usize) -> String {
        const ODD: [&str; 30] = [
            "null",
            "true",
            "0",
            "-1",
            "1",
            "1.5",
            "-0.0",
            "1e308",
            "1e999",
            "NaN",
            "-Infinity",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775809",
            "1e30",
            "\"\"",
            "\"a\"",
            "\"0\"",
            "\"NaN\"",
            "\"None\"",
            "\"ACTIVE_ONLY\"",
            "\"metrics.a > 1\"",
            "\"tags.`\\\"` ILIKE '%\"",
            "\"params.a IN (\"",
            "\"eyJvZmZzZXQiOiAtMX0=\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"../../x\"",
            "\"日本 \\n\"",
            "\"latest\"",
        ];
        match self.below(if depth > 3 { 6 } else { 10 }) {
            0..=5 => self.one(&ODD).to_owned(),
            6 => format!("\"{}\"", "x".repeat(self.below(9000))),
            7 => {
                let most = if self.chance(20) { 20_000 } else { 8 };
                let deep = 1 + self.below(most);
                format!("{}{}", "[".repeat(deep), "]".repeat(deep))
            }
            8 => {
                let items: Vec<String> =
                    (0..self.below(4)).map(|_| self.value(depth + 1)).collect();
                format!("[{}]", items.join(","))
            }
            _ => self.object(depth + 1),
        }
    }

    fn object(&mut self, depth: usize) -> String {
        let mut text = String::from("{");
        for i in 0..self.below(7) {
            let key = self.one(&FIELDS);
            let comma = if i > 0 { "," } else { "" };
            let _ = write!(text, "{comma}\"{key}\":{}", self.value(depth));
        }
        text + "}"
    }

    /// A GraphQL request, or nearly.
    fn graphql(&mut self) -> String {
        let words: Vec<&str> = (0..self.below(12)).map(|_| self.one(&GRAPHQL)).collect();
        let around = if self.chance(2) {
            ("{ ", " }")
        } else {
            ("", "")
        };
        let query = format!("{}{}{}", around.0, words.join(" "), around.1);
        let query = query.replace('\\', "\\\\").replace('"', "\\\"");
        format!("{{\"query\":\"{query}\",\"variables\":{}}}", self.object(1))
    }

    /// Breaks some bytes.
    fn mangle(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..self.below(4) {
            let at = self.below(bytes.len() + 1);
            match self.below(4) {
                0 => bytes.truncate(at),
                1 => drop(bytes.splice(at..at, self.one(&STONES).iter().copied())),
                2 if at < bytes.len() => bytes[at] = self.next() as u8,
                _ => {
                    let copy = bytes[at.saturating_sub(9)..at].to_vec();
                    drop(bytes.splice(at..at, copy));
                }
            }
        }
    }

    /// Text for an address: percent-encoded where it must be, and sometimes where not.
    fn encoded(&mut self, bytes: &[u8]) -> String {
        let mut out = String::new();
        for b in bytes {
            if b.is_ascii_alphanumeric() || (b"%./_-~".contains(b) && self.chance(2)) {
                out.push(char::from(*b));
            } else {
                let _ = write!(out, "%{b:02x}");
            }
        }
        out
    }

    fn call(&mut self) -> Vec<u8> {
        let (method, path) = self.one(&CALLS).split_once(' ').unwrap();
        let mut path = path.to_owned();
        while let Some(star) = path.find('*') {
            let mut part = self.value(9).into_bytes();
            part.truncate(300);
            self.mangle(&mut part);
            let part = self.encoded(&part);
            path.replace_range(star..=star, if part.is_empty() { "x" } else { &part });
        }
        let version = if self.chance(5) { "3.0" } else { "2.0" };
        let mut path = match path.starts_with('/') {
            true => path,
            false => format!("/api/{version}/{path}"),
        };
        if method == "GET" {
            for i in 0..self.below(6) {
                let mut value = self.value(9).into_bytes();
                value.truncate(2000);
                self.mangle(&mut value);
                let joint = if i == 0 { '?' } else { '&' };
                let (key, value) = (self.one(&FIELDS), self.encoded(&value));
                let _ = write!(path, "{joint}{key}={value}");
            }
        }
        let mut body = match path.as_str() {
            "/graphql" => self.graphql(),
            _ => self.object(0),
        }
        .into_bytes();
        if self.chance(2) {
            self.mangle(&mut body);
        }
        let kinds = [
            "application/json",
            "application/json; charset=utf-8",
            "text/plain",
            "",
        ];
        let kind = if self.chance(20) {
            self.one(&kinds)
        } else {
            kinds[0]
        };
        request(method, &path, &[("Content-Type", kind)], &body)
    }
}

/// How many requests the environment asks for.
fn requests() -> usize {
    std::env::var("TRIMTAB_FUZZ")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(REQUESTS)
}

/// Whether an answer is one that a wrong request may get.
fn fair(answer: &Answer) -> bool {
    match answer.status {
        200..=299 | 501 => true,
        // A slash too many: the same path with one of them, on this host.
        308 => answer
            .header("location")
            .is_some_and(|to| to.starts_with('/') && !to.starts_with("//")),
        // Of the HTTP layer itself, or of MLflow's shape.
        400..=499 => answer.body.is_empty() || answer.text().contains("error_code"),
        _ => false,
    }
}

async fn send_many(address: String, seed: u64, count: usize) {
    let mut dice = Dice(seed);
    let mut stream: Option<TcpStream> = None;
    for i in 0..count {
        let bytes = dice.call();
        let mut open = match stream.take() {
            Some(open) => open,
            None => TcpStream::connect(&address).await.unwrap(),
        };
        let _ = open.write_all(&bytes).await;
        if let Some(answer) = Answer::read(&mut open).await {
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]);
            assert!(
                fair(&answer),
                "seed {seed}, request {i}: {shown}\n{answer:?}"
            );
            if answer.header("connection") != Some("close") {
                stream = Some(open);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_calls_are_refused() {
    let site = Site::start().await;
    let clients = (1..=CLIENTS as u64)
        .map(|seed| tokio::spawn(send_many(site.address.clone(), seed, requests() / CLIENTS)));
    for client in futures::future::join_all(clients).await {
        client.unwrap();
    }
    assert_eq!(site.get("/health").await.text(), "OK");
    // What is kept is still in order.
    site.bench.client().await.deeds().await;
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_http_is_refused() {
    let site = Site::start().await;
    let mut dice = Dice(7);
    for i in 0..requests() / 10 {
        let mut bytes = dice.call();
        let head = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
        let body = bytes.split_off(head);
        dice.mangle(&mut bytes);
        bytes.extend_from_slice(&body);
        let mut stream = site.connect().await;
        let _ = stream.write_all(&bytes).await;
        // What is no end of a head for the server would leave both waiting.
        let _ = stream.shutdown().await;
        if let Some(answer) = Answer::read(&mut stream).await {
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(500)]);
            let refused = matches!(answer.status, 403 | 505) || fair(&answer);
            assert!(refused, "request {i}: {shown}\n{answer:?}");
        }
    }
    assert_eq!(site.get("/health").await.text(), "OK");
    site.bench.stop().await;
}
