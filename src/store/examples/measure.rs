//! Prints what the store can do on this machine: commits, rows, and reads over many runs.
//! `cargo run --release -p trimtab-store --example measure -- [runs]`

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss)]

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use trimtab_core::{
    metric::{MetricEntry, Point, SeriesQuery, Span},
    run::{NewRun, RunId, RunKey, RunOrder, RunQuery},
    time::Millis,
};
use trimtab_store::{Change, Store};

fn id(n: u64) -> RunId {
    let mut bytes = [7; 16];
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    RunId::from_bytes(bytes)
}

fn create(n: u64) -> Change {
    Change::CreateRun {
        id: id(n),
        new: NewRun {
            experiment: format!("exp{}", n % 5),
            name: String::new(),
            user: "ana".into(),
            job: None,
            tags: BTreeMap::from([("code_version".into(), format!("{:07x}", n % 997))]),
        },
        within: None,
        name: format!("run-{n}"),
        at: Millis(i64::try_from(n).unwrap()),
    }
}

fn batch(run: u64, from: i64, points: i64, keys: i64) -> Change {
    Change::LogBatch {
        run: id(run),
        metrics: (from..from + points)
            .map(|i| MetricEntry {
                key: format!("metric{}", i % keys),
                point: Point {
                    step: i / keys,
                    time: Millis(i),
                    value: (i as f64).sin(),
                },
            })
            .collect(),
        params: vec![],
        tags: vec![],
    }
}

fn params(n: u64) -> Change {
    Change::LogBatch {
        run: id(n),
        metrics: (0..10)
            .map(|k| MetricEntry {
                key: format!("metric{k}"),
                point: Point {
                    step: 0,
                    time: Millis(0),
                    value: ((n * 31 + k) % 1013) as f64,
                },
            })
            .collect(),
        params: (0..10)
            .map(|k| (format!("param{k}"), format!("{}", (n * 7 + k) % 101)))
            .collect(),
        tags: vec![],
    }
}

fn percentile(mut times: Vec<Duration>, p: f64) -> Duration {
    times.sort();
    times[((times.len() - 1) as f64 * p) as usize]
}

async fn writes(store: &Store, clients: u64, points: i64, keys: i64, secs: f64) {
    let end = Instant::now() + Duration::from_secs_f64(secs);
    let before = store.counts().await.unwrap();
    let start = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|c| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                let mut step = 1_000_000 * i64::from(points == 1);
                while Instant::now() < end {
                    let t = Instant::now();
                    store
                        .apply(vec![batch(c, step, points, keys)])
                        .await
                        .unwrap();
                    step += points;
                    times.push(t.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for t in tasks {
        times.extend(t.await.unwrap());
    }
    let took = start.elapsed().as_secs_f64();
    let after = store.counts().await.unwrap();
    println!(
        "{clients:>2} clients × {points:>4} values over {keys} keys: {:>6.0} calls/s  {:>5.0} commits/s  {:>8.0} values/s  p50 {:?}  p99 {:?}",
        times.len() as f64 / took,
        (after.commits - before.commits) as f64 / took,
        (after.points - before.points) as f64 / took,
        percentile(times.clone(), 0.5),
        percentile(times, 0.99),
    );
}

async fn reads(store: &Store, what: &str, query: RunQuery) {
    let mut times = Vec::new();
    let mut total = 0;
    for _ in 0..60 {
        let t = Instant::now();
        total = store.runs(query.clone(), Millis(0)).await.unwrap().total;
        times.push(t.elapsed());
    }
    println!(
        "runs, {what}: {total} match  p50 {:?}  p95 {:?}",
        percentile(times.clone(), 0.5),
        percentile(times, 0.95)
    );
}

fn main() {
    let runs: u64 = std::env::args()
        .nth(1)
        .map_or(100_000, |n| n.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.duckdb");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = runtime.block_on(async {
        let (store, _) = Store::open(&path).unwrap();
        let t = Instant::now();
        for from in (0..runs).step_by(1000) {
            let changes = (from..(from + 1000).min(runs)).flat_map(|n| [create(n), params(n)]);
            store.apply(changes.collect()).await.unwrap();
        }
        println!(
            "{runs} runs with 10 params and 10 metrics each, in {:?}",
            t.elapsed()
        );
        store.close().await.unwrap();
        let t = Instant::now();
        let (store, _) = Store::open(&path).unwrap();
        println!("open: {:?}", t.elapsed());
        store
    });
    runtime.block_on(async {
        let q = RunQuery::default();
        let order = |key| {
            vec![RunOrder {
                key,
                descending: true,
            }]
        };
        reads(&store, "newest", q.clone()).await;
        let words = vec!["param3=42".into(), "run-1".into()];
        reads(
            &store,
            "two words",
            RunQuery {
                words: words.clone(),
                ..q.clone()
            },
        )
        .await;
        let by = order(RunKey::Metric("metric3".into()));
        reads(
            &store,
            "by metric",
            RunQuery {
                order: by.clone(),
                ..q.clone()
            },
        )
        .await;
        let e = RunQuery {
            words: vec!["42".into()],
            order: by,
            ..q.clone()
        };
        reads(&store, "word, by metric", e).await;
        let by = order(RunKey::Param("param3".into()));
        reads(&store, "by parameter", RunQuery { order: by, ..q }).await;

        for (clients, points, keys) in [
            (1, 1, 1),
            (16, 1, 1),
            (1, 1000, 1),
            (1, 1000, 10),
            (4, 1000, 10),
            (16, 1000, 10),
        ] {
            writes(&store, clients, points, keys, 4.0).await;
        }
        let t = Instant::now();
        for from in (0..10_000_000).step_by(50_000) {
            let Change::LogBatch {
                run,
                mut metrics,
                params,
                tags,
            } = batch(99, from, 50_000, 1)
            else {
                unreachable!()
            };
            metrics.iter_mut().for_each(|m| m.key = "long".into());
            store
                .apply(vec![Change::LogBatch {
                    run,
                    metrics,
                    params,
                    tags,
                }])
                .await
                .unwrap();
        }
        println!("10M points of one metric written in {:?}", t.elapsed());
        for _ in 0..4 {
            let t = Instant::now();
            let query = SeriesQuery {
                run: id(99),
                key: "long".into(),
                span: Span::All,
                smoothing: 0.0,
                columns: 200,
            };
            let s = store.series(query).await.unwrap();
            println!(
                "series of {} points as {}: {:?}",
                s.total,
                s.points.len(),
                t.elapsed()
            );
        }
        println!("{:?}", store.counts().await.unwrap());
        store.close().await.unwrap();
    });
    println!(
        "file: {} MB",
        std::fs::metadata(&path).unwrap().len() / 1_000_000
    );
}
