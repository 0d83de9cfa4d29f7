//! The figures of DESIGN.md §11, measured on the real binary and held against their budgets.
//!
//! `cargo bench --bench budgets`. `TRIMTAB_BENCH_RUNS` and `TRIMTAB_BENCH_POINTS` (points for each run) set the size of
//! the store; the budgets are meant for 100,000 runs and 500 points each. `TRIMTAB_BENCH_LONG` (points) sets the length of the
//! metric that is charted after a start of the agent; its budget is meant for 10 million.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{
    collections::BTreeMap,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    runtime::Runtime,
    task::JoinSet,
};
use trimtab_core::{
    metric::{MetricEntry, Point, SeriesQuery, Span},
    run::{NewRun, RunId, RunKey, RunOrder, RunQuery},
    time::Millis,
};
use trimtab_testkit::{Pty, Workspace};
use trimtab_wire::{Dial, Link, Reply, Request};

const BINARY: &str = env!("CARGO_BIN_EXE_trimtab");

/// One line of the report.
struct Figure {
    what: &'static str,
    measured: f64,
    budget: f64,
    unit: &'static str,
    /// More is better (a rate) or less is (a time).
    more: bool,
}

impl Figure {
    fn print(&self) {
        let ratio = if self.more {
            self.measured / self.budget
        } else {
            self.budget / self.measured.max(1e-9)
        };
        let verdict = if ratio >= 1.0 { "met" } else { "MISSED" };
        println!(
            "{:<44} {:>12.1} {:<4} budget {:>9.1}   {ratio:>7.2} ×  {verdict}",
            self.what, self.measured, self.unit, self.budget
        );
    }
}

fn time(what: &'static str, millis: f64, budget: f64) -> Figure {
    Figure {
        what,
        measured: millis,
        budget,
        unit: "ms",
        more: false,
    }
}

fn main() {
    // `cargo bench` hands every bench its own options; there is nothing to choose here.
    let size = |name: &str, default: u64| {
        std::env::var(name)
            .ok()
            .and_then(|v| v.parse().ok())
            .unwrap_or(default)
    };
    let (runs, points) = (
        size("TRIMTAB_BENCH_RUNS", 100_000),
        size("TRIMTAB_BENCH_POINTS", 20),
    );
    let workspace = Workspace::new(
        BINARY,
        "[workspace]\nname = \"bench\"\n[agent]\nhttp = \"127.0.0.1:0\"\n",
    );
    workspace.run(&["agent", "start"]).ok();
    let runtime = Runtime::new().unwrap();
    let dial = Dial::Unix(trimtab_wire::socket::path(
        &workspace.path(),
        Some(workspace.home().join("run").into()),
    ));

    let link = runtime.block_on(Link::connect(&dial, "bench")).unwrap();
    let started = Instant::now();
    let ids = runtime.block_on(seed(&dial, runs, points));
    println!(
        "store: {runs} runs, {} points, filled in {:.0} s",
        runs * points,
        started.elapsed().as_secs_f64()
    );

    writes(&runtime, &dial, &ids).print();
    for figure in searches(&runtime, &link) {
        figure.print();
    }
    console(&workspace, &runtime, &dial, &ids);
    memory(&workspace).print();
    drop(link);
    let points = size("TRIMTAB_BENCH_LONG", 10_000_000);
    long_metric(&workspace, &runtime, &dial, points);
    story();
}

/// Makes the runs and their history, many at a time so that commits are shared.
async fn seed(dial: &Dial, runs: u64, points: u64) -> Vec<RunId> {
    let mut tasks = JoinSet::new();
    const LANES: u64 = 64;
    for lane in 0..LANES {
        let link = Link::connect(dial, "bench").await.unwrap();
        tasks.spawn(async move {
            let mut ids = Vec::new();
            for i in (lane..runs).step_by(LANES as usize) {
                let run = create(&link, i).await;
                let metrics = (0..points).map(|s| entry(i, s)).collect();
                let params = vec![
                    ("depth".into(), (i % 9).to_string()),
                    ("seed".into(), i.to_string()),
                ];
                let request = Request::LogBatch {
                    run: run.clone(),
                    metrics,
                    params,
                    tags: Vec::new(),
                };
                link.request(request).await.unwrap();
                ids.push(run);
            }
            ids
        });
    }
    tasks.join_all().await.into_iter().flatten().collect()
}

async fn create(link: &Link, i: u64) -> RunId {
    let run = NewRun {
        experiment: "bench".into(),
        name: format!("run-{i}"),
        user: "bench".into(),
        job: None,
        tags: BTreeMap::new(),
    };
    match link.request(Request::CreateRun(run)).await.unwrap() {
        Reply::RunCreated { run, .. } => run,
        other => panic!("{other:?}"),
    }
}

fn entry(run: u64, step: u64) -> MetricEntry {
    // Scattered enough that an order by it means something.
    let value = ((run * 7919 + step * 104_729) % 100_003) as f64 / 100_003.0;
    let step = i64::try_from(step).unwrap();
    MetricEntry {
        key: "auc".into(),
        point: Point {
            step,
            time: Millis(step),
            value,
        },
    }
}

/// Durable metric values a second: batches of 1,000, four clients.
fn writes(runtime: &Runtime, dial: &Dial, ids: &[RunId]) -> Figure {
    const CLIENTS: usize = 4;
    const BATCHES: u64 = 250;
    let started = Instant::now();
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for run in &ids[..CLIENTS.min(ids.len())] {
            let run = run.clone();
            let link = Link::connect(dial, "bench").await.unwrap();
            tasks.spawn(async move {
                for batch in 0..BATCHES {
                    let metrics = (0..1000)
                        .map(|s| entry(7, 1_000_000 + batch * 1000 + s))
                        .collect();
                    let request = Request::LogBatch {
                        run: run.clone(),
                        metrics,
                        params: Vec::new(),
                        tags: Vec::new(),
                    };
                    link.request(request).await.unwrap();
                }
            });
        }
        tasks.join_all().await;
    });
    let values = CLIENTS as f64 * BATCHES as f64 * 1000.0;
    Figure {
        what: "metric values written, durable, a second",
        measured: values / started.elapsed().as_secs_f64() / 1000.0,
        budget: 200.0,
        unit: "k/s",
        more: true,
    }
}

/// Run search and a chart, from request to reply.
fn searches(runtime: &Runtime, link: &Link) -> Vec<Figure> {
    let by = |key| {
        vec![RunOrder {
            key,
            descending: true,
        }]
    };
    let query = |words: &[&str], order| {
        Request::Runs(RunQuery {
            words: words.iter().map(|w| (*w).into()).collect(),
            order,
            limit: 50,
            ..RunQuery::default()
        })
    };
    let page = |request: Request| {
        let mut took: Vec<f64> = (0..40)
            .map(|_| {
                let started = Instant::now();
                runtime.block_on(link.request(request.clone())).unwrap();
                started.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        percentile(&mut took, 0.95)
    };
    let Reply::Runs(first) = runtime
        .block_on(link.request(query(&["run-1"], vec![])))
        .unwrap()
    else {
        panic!()
    };
    let series = SeriesQuery {
        run: first.rows[0].id.clone(),
        key: "auc".into(),
        span: Span::All,
        smoothing: 0.0,
        columns: 200,
    };
    vec![
        time("runs, newest first, p95", page(query(&[], vec![])), 20.0),
        time(
            "runs, ordered by a metric, p95",
            page(query(&[], by(RunKey::Metric("auc".into())))),
            20.0,
        ),
        time(
            "runs, two words and ordered, p95",
            page(query(&["run-9", "7"], by(RunKey::Metric("auc".into())))),
            20.0,
        ),
        time(
            "chart of one run, p95",
            page(Request::Series(series)),
            100.0,
        ),
    ]
}

/// Charts of a metric of millions of points: the first after a start of the agent, a hundredth of it, and smoothed.
fn long_metric(workspace: &Workspace, runtime: &Runtime, dial: &Dial, points: u64) {
    const BATCH: u64 = 10_000;
    let run = runtime.block_on(async {
        let link = Link::connect(dial, "bench").await.unwrap();
        let run = create(&link, 0).await;
        for from in (0..points).step_by(BATCH as usize) {
            let request = Request::LogBatch {
                run: run.clone(),
                metrics: (from..points.min(from + BATCH))
                    .map(|s| entry(1, s))
                    .collect(),
                params: Vec::new(),
                tags: Vec::new(),
            };
            link.request(request).await.unwrap();
        }
        run
    });
    // Bins are made when nobody asks for anything: some milliseconds for each 131,072 points.
    let rest = Duration::from_secs(2 + points / 2_000_000);
    runtime.block_on(async { tokio::time::sleep(rest).await });
    workspace.run(&["agent", "stop"]).ok();
    workspace.run(&["agent", "start"]).ok();
    let link = runtime.block_on(Link::connect(dial, "bench")).unwrap();
    let chart = |span, smoothing| {
        let query = SeriesQuery {
            run: run.clone(),
            key: "auc".into(),
            span,
            smoothing,
            columns: 200,
        };
        let started = Instant::now();
        let reply = runtime
            .block_on(link.request(Request::Series(query)))
            .unwrap();
        let Reply::Series(series) = reply else {
            panic!("{reply:?}")
        };
        assert!(series.total > 0 && series.points.len() > 200);
        started.elapsed().as_secs_f64() * 1000.0
    };
    time(
        "chart of a 10M-point metric, first",
        chart(Span::All, 0.0),
        100.0,
    )
    .print();
    let middle = i64::try_from(points / 2).unwrap();
    let part = Span::Steps {
        from: middle,
        to: middle + i64::try_from(points / 100).unwrap(),
    };
    println!("{:<44} {:>12.1} ms", "a hundredth of it", chart(part, 0.0));
    println!(
        "{:<44} {:>12.1} ms",
        "that, smoothed over all points",
        chart(part, 0.97)
    );
    println!(
        "{:<44} {:>12.1} ms",
        "all of it, smoothed over all points",
        chart(Span::All, 0.97)
    );
}

fn percentile(values: &mut [f64], p: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * p).round() as usize]
}

/// First frame, key to frame, bytes: at 200×50, on the runs table.
fn console(workspace: &Workspace, runtime: &Runtime, dial: &Dial, ids: &[RunId]) {
    let mut first: Vec<f64> = Vec::new();
    for _ in 0..10 {
        let started = Instant::now();
        let mut pty = workspace.pty(&[]).size(50, 200).spawn();
        pty.wait_text("● connected");
        first.push(started.elapsed().as_secs_f64() * 1000.0);
        pty.keys("q");
        pty.exit_status();
    }
    time(
        "first frame, agent running, median",
        percentile(&mut first, 0.5),
        100.0,
    )
    .print();

    let mut pty = workspace.pty(&[]).size(50, 200).spawn();
    pty.wait_text("● connected");
    pty.keys("2");
    pty.wait_text("run-");
    pty.listen(Duration::from_millis(300));
    let mut bytes: Vec<f64> = Vec::new();
    for _ in 0..30 {
        pty.take_bytes();
        step(&mut pty);
        pty.listen(Duration::from_millis(40));
        bytes.push(pty.take_bytes() as f64);
    }
    let figure = |what, measured, budget| Figure {
        what,
        measured,
        budget,
        unit: "B",
        more: false,
    };
    figure(
        "bytes for one j, median",
        percentile(&mut bytes, 0.5),
        1000.0,
    )
    .print();
    pty.listen(Duration::from_millis(500));
    let idle = pty.listen(Duration::from_millis(1500));
    println!(
        "{:<44} {:>12} B    budget         0",
        "bytes at idle, 1.5 s", idle
    );

    // Ten runs log while somebody scrolls.
    let stop = Arc::new(AtomicBool::new(false));
    for run in &ids[..10.min(ids.len())] {
        let run = run.clone();
        let (stop, dial) = (stop.clone(), dial.clone());
        runtime.spawn(async move {
            let link = Link::connect(&dial, "bench").await.unwrap();
            let mut s = 5_000_000;
            while !stop.load(Ordering::Relaxed) {
                s += 1;
                let request = Request::LogBatch {
                    run: run.clone(),
                    metrics: vec![entry(3, s)],
                    params: vec![],
                    tags: vec![],
                };
                link.request(request).await.unwrap();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
    }
    let mut keys: Vec<f64> = (0..300)
        .map(|_| step(&mut pty).as_secs_f64() * 1000.0)
        .collect();
    stop.store(true, Ordering::Relaxed);
    println!(
        "{:<44} {:>12.1} ms",
        "key to frame, ten live runs, median",
        percentile(&mut keys, 0.5)
    );
    time(
        "key to frame, ten live runs, p99",
        percentile(&mut keys, 0.99),
        16.0,
    )
    .print();
    under_storm(workspace, runtime, ids, &mut pty);
    pty.keys("q");
}

/// Sixteen clients write over HTTP, each its next value as soon as the last is durable, while somebody scrolls.
fn under_storm(workspace: &Workspace, runtime: &Runtime, ids: &[RunId], pty: &mut Pty) {
    const CLIENTS: usize = 16;
    let status: serde_json::Value =
        serde_json::from_str(&workspace.run(&["agent", "status", "--json"]).ok()).unwrap();
    let url = status["http"].as_str().unwrap();
    let address = url.strip_prefix("http://").unwrap().to_owned();
    let stop = Arc::new(AtomicBool::new(false));
    let written = Arc::new(AtomicU64::new(0));
    let mut clients = JoinSet::new();
    for run in ids.iter().cycle().take(CLIENTS) {
        let (run, address) = (run.as_str().to_owned(), address.clone());
        let (stop, written) = (Arc::clone(&stop), Arc::clone(&written));
        clients.spawn_on(
            async move {
                let mut stream = TcpStream::connect(&address).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let mut answer = [0; 1024];
                let mut step = 9_000_000_u64;
                while !stop.load(Ordering::Relaxed) {
                    step += 1;
                    let body = format!(
                        r#"{{"run_id":"{run}","key":"auc","value":0.5,"timestamp":{step},"step":{step}}}"#
                    );
                    let request = format!(
                        "POST /api/2.0/mlflow/runs/log-metric HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    stream.write_all(request.as_bytes()).await.unwrap();
                    // An answer without content comes in one piece.
                    let read = stream.read(&mut answer).await.unwrap();
                    assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
                    written.fetch_add(1, Ordering::Relaxed);
                }
            },
            runtime.handle(),
        );
    }
    let (from, started) = (written.load(Ordering::Relaxed), Instant::now());
    let mut keys: Vec<f64> = (0..300).map(|_| step(pty).as_secs_f64() * 1000.0).collect();
    let took = started.elapsed().as_secs_f64();
    let values = (written.load(Ordering::Relaxed) - from) as f64;
    stop.store(true, Ordering::Relaxed);
    runtime.block_on(clients.join_all());
    println!(
        "{:<44} {:>12.1} /s",
        "log-metric over HTTP, 16 clients meanwhile",
        values / took
    );
    time(
        "key to frame, 16 clients writing, p99",
        percentile(&mut keys, 0.99),
        16.0,
    )
    .print();
}

/// One `j`, or `k` at the end: until the selected row's mark has moved.
fn step(pty: &mut Pty) -> Duration {
    let marked = |screen: &vt100::Screen| -> Vec<usize> {
        let text = screen.contents();
        text.lines()
            .enumerate()
            .filter(|(_, l)| l.starts_with('▌'))
            .map(|(y, _)| y)
            .collect()
    };
    let before = pty.screen(marked);
    let last = before.iter().any(|y| *y > 20);
    let started = Instant::now();
    pty.keys(if last { "gg" } else { "j" });
    pty.wait_for(|screen| marked(screen) != before, "the selection moves");
    started.elapsed()
}

/// The agent's resident memory.
fn memory(workspace: &Workspace) -> Figure {
    let status: serde_json::Value =
        serde_json::from_str(&workspace.run(&["agent", "status", "--json"]).ok()).unwrap();
    Figure {
        what: "agent's memory",
        measured: status["memory"].as_f64().unwrap() / 1e6,
        budget: 400.0,
        unit: "MB",
        more: false,
    }
}

/// The demonstration's own figures: rollback and the whole story.
fn story() {
    let home = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let output = Command::new(BINARY)
        .args(["demo", "--headless", "--json", "--dir", "w"])
        .env("HOME", home.path())
        .current_dir(home.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let seconds = started.elapsed().as_secs_f64();
    let text = String::from_utf8(output.stdout).unwrap();
    let steps: Vec<serde_json::Value> = text
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let rolled = steps.iter().find(|s| s["title"] == "Rolled back").unwrap();
    let millis = rolled["measured"]["command_ms"].as_f64().unwrap();
    time("rollback, command to server switched", millis, 1000.0).print();
    Figure {
        what: "demo --headless",
        measured: seconds,
        budget: 180.0,
        unit: "s",
        more: false,
    }
    .print();
}
