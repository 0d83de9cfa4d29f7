//! Killed at any moment, the store keeps what it acknowledged: each value exactly once.
//!
//! The test binary starts itself again as the victim ([`victim`], which does nothing unless told
//! to), reads the acknowledgements from its output, kills it after a seeded number of them, and
//! opens what is left.

use crate::support::{create, log, run_id};
use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};
use trimtab_core::{
    audit::{self, Outcome},
    metric::{SeriesQuery, Span},
    run::RunQuery,
    time::Millis,
};
use trimtab_store::{Change, Store, StoreError};

const STORE: &str = "TRIMTAB_TEST_VICTIM_STORE";
const LIFE: &str = "TRIMTAB_TEST_VICTIM_LIFE";
/// Writers in the victim; each has a run of its own in each life.
const WRITERS: u64 = 4;
/// Values in one call.
const BATCH: i64 = 20;

/// The victim: writes until it is killed, and prints `ack <run> <batch>` after each answer.
#[test]
fn victim() {
    let (Ok(path), Ok(life)) = (std::env::var(STORE), std::env::var(LIFE)) else {
        return;
    };
    let life: u64 = life.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(async {
        let (store, _) = Store::open(Path::new(&path)).unwrap();
        let writers: Vec<_> = (0..WRITERS)
            .map(|w| {
                let (store, run) = (store.clone(), life * WRITERS + w);
                tokio::spawn(async move {
                    store.apply(vec![create(run, "victim")]).await.unwrap();
                    for batch in 0.. {
                        let points: Vec<_> = (0..BATCH)
                            .map(|i| ("loss", batch * BATCH + i, 0.5))
                            .collect();
                        let call = vec![log(run, &points, &[]), audited(batch)];
                        store.apply(call).await.unwrap();
                        let mut out = std::io::stdout().lock();
                        writeln!(out, "ack {run} {batch}").unwrap();
                        out.flush().unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
    });
}

fn audited(batch: i64) -> Change {
    Change::Audit {
        at: Millis(batch),
        actor: "victim".into(),
        action: "log".into(),
        subject: String::new(),
        outcome: Outcome::Done,
        reason: String::new(),
        detail: String::new(),
    }
}

fn start(path: &Path, life: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::victim", "--nocapture"])
        .env(STORE, path)
        .env(LIFE, life.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The acknowledgements in the victim's output, up to the first `enough`.
fn acknowledged(child: &mut Child, enough: usize, acks: &mut BTreeSet<(u64, i64)>) {
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut seen = 0;
    for line in out.lines() {
        let line = line.unwrap();
        // The test harness prints its own words before the first acknowledgement.
        let Some((_, ack)) = line.split_once("ack ") else {
            continue;
        };
        let (run, batch) = ack.split_once(' ').unwrap();
        acks.insert((run.parse().unwrap(), batch.parse().unwrap()));
        seen += 1;
        if seen == enough {
            child.kill().unwrap();
            // What was printed before the kill was acknowledged as well: read on to the end.
        }
    }
    child.wait().unwrap();
}

async fn check(path: &Path, acks: &BTreeSet<(u64, i64)>) -> bool {
    let (store, recovery) = Store::open(path).unwrap();
    let all = RunQuery {
        limit: 1000,
        ..RunQuery::default()
    };
    let rows = store.runs(all, Millis(0)).await.unwrap().rows;
    let mut points = 0;
    for row in &rows {
        let run = (0..).find(|n| run_id(*n) == row.id).unwrap();
        let query = SeriesQuery {
            run: row.id.clone(),
            key: "loss".into(),
            span: Span::All,
            smoothing: 0.0,
            columns: 1_000_000,
        };
        let series = store.series(query).await.unwrap();
        let steps: Vec<i64> = series.points.iter().map(|p| p.step).collect();
        let expected: Vec<i64> = (0..i64::try_from(steps.len()).unwrap()).collect();
        assert_eq!(steps, expected, "every value once, none in between missing");
        let last = acks
            .iter()
            .filter(|(r, _)| *r == run)
            .map(|(_, b)| b + 1)
            .max();
        let acknowledged = usize::try_from(last.unwrap_or(0) * BATCH).unwrap();
        assert!(
            steps.len() >= acknowledged,
            "{} of {acknowledged}",
            steps.len()
        );
        assert_eq!(
            steps.len() % usize::try_from(BATCH).unwrap(),
            0,
            "calls are whole"
        );
        assert_eq!(row.metrics.get("loss").map_or(0, |m| m.count), series.total);
        points += series.total;
    }
    let runs: BTreeSet<u64> = acks.iter().map(|(run, _)| *run).collect();
    assert!(rows.len() >= runs.len());
    assert_eq!(store.counts().await.unwrap().points, points);
    let entries = store.audit(0, 0).await.unwrap();
    assert_eq!(entries.len() as u64 * u64::try_from(BATCH).unwrap(), points);
    assert_eq!(audit::verify(&entries), Ok(()));
    store.close().await.unwrap();
    let replayed = recovery.messages.iter().any(|m| m.starts_with("replayed "));
    assert_eq!(recovery.messages.len(), usize::from(replayed));
    replayed
}

#[tokio::test]
async fn kill_nine_loses_nothing_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.duckdb");
    let mut acks = BTreeSet::new();
    let mut seed = 0x5eed_u64;
    let mut replays = 0;
    for life in 0..10 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let enough = usize::try_from(1 + (seed >> 33) % 120).unwrap();
        let mut child = start(&path, life);
        acknowledged(&mut child, enough, &mut acks);
        replays += u32::from(check(&path, &acks).await);
    }
    assert!(acks.len() > 100);
    assert!(
        replays > 5,
        "a killed agent leaves a log, and the next says so"
    );
}

#[tokio::test]
async fn a_second_process_is_told_who_has_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.duckdb");
    let mut child = start(&path, 0);
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    while !line.contains("ack ") {
        line.clear();
        assert_ne!(out.read_line(&mut line).unwrap(), 0, "the victim died");
    }
    let refused = Store::open(&path).err().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let StoreError::Locked { holder, .. } = &refused else {
        panic!("{refused}")
    };
    assert!(holder.contains(&format!("PID {}", child.id())), "{refused}");
}
