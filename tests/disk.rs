//! A disk that is full, and one that cannot be written: one clear sentence, nothing lost, the agent goes on.
//!
//! Each test runs itself again in a mount namespace of its own (`unshare -rm`, which needs no root where user
//! namespaces are allowed), on a small memory disk. Where that is not possible it says so and proves nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;
use trimtab_core::{
    metric::{MetricEntry, Point},
    run::{NewRun, RunId},
    time::Millis,
};
use trimtab_testkit::Workspace;
use trimtab_wire::{Dial, FailureKind, Link, LinkError, Reply, Request};

const BINARY: &str = env!("CARGO_BIN_EXE_trimtab");
/// Where the small disk is mounted; only the inner process has it.
const DISK: &str = "TRIMTAB_TEST_DISK";
const POLICY: &str = "[workspace]\nname = \"small\"\n\n[models.m]\nmetric = \"auc\"\n\n\
    [models.m.target]\nkind = \"alias\"\n\n[recipes.r]\nmodel = \"m\"\ncommand = [\"true\"]\n";

/// The small disk, in the inner process; `None` outside, after the inner process has passed the test.
fn on_a_small_disk(test: &str, options: &str) -> Option<PathBuf> {
    if let Some(disk) = std::env::var_os(DISK) {
        return Some(disk.into());
    }
    let disk = tempfile::Builder::new().prefix("tt-").tempdir().unwrap();
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command
            .args(["-rm", "--", "sh", "-c", script, "sh", options])
            .arg(disk.path())
            .arg(std::env::current_exe().unwrap())
            .arg(test);
        command
    };
    let mount = "mount -t tmpfs -o \"$1\" none \"$2\"";
    let possible = unshare(mount).stderr(Stdio::null()).status();
    if !possible.is_ok_and(|s| s.success()) {
        println!("SKIPPED: this system gives no mount namespace to {test}");
        return None;
    }
    let output = unshare(&format!(
        "{mount} && exec \"$3\" --exact \"$4\" --nocapture"
    ))
    .env(DISK, disk.path())
    // The workspace is a temporary folder.
    .env("TMPDIR", disk.path())
    .output()
    .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    None
}

fn dial(workspace: &Workspace) -> Dial {
    Dial::Unix(trimtab_wire::socket::path(
        &workspace.path(),
        Some(workspace.home().join("run").into()),
    ))
}

fn agent_pid(workspace: &Workspace) -> String {
    fs::read_to_string(workspace.file(".trimtab/agent.lock")).unwrap()
}

async fn create(link: &Link) -> RunId {
    let run = NewRun {
        experiment: "m".into(),
        name: "survivor".into(),
        user: "ana".into(),
        job: None,
        tags: Default::default(),
    };
    match link.request(Request::CreateRun(run)).await.unwrap() {
        Reply::RunCreated { run, .. } => run,
        other => panic!("{other:?}"),
    }
}

/// Values in one batch.
const BATCH: i64 = 5_000;

/// Values that do not compress, from a step on.
fn batch(run: &RunId, from: i64) -> Request {
    let value = |i: i64| {
        let mixed = u64::try_from(i)
            .unwrap()
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        f64::from_bits(0x3ff0 << 48 | mixed >> 12)
    };
    let metrics = (from..from + BATCH).map(|i| MetricEntry {
        key: "auc".into(),
        point: Point {
            step: i,
            time: Millis(i),
            value: value(i),
        },
    });
    Request::LogBatch {
        run: run.clone(),
        metrics: metrics.collect(),
        params: vec![],
        tags: vec![],
    }
}

#[test]
fn a_full_disk_is_told_and_survived() {
    let Some(disk) = on_a_small_disk("a_full_disk_is_told_and_survived", "size=32m") else {
        return;
    };
    // Thrown out when the disk is full.
    let ballast = disk.join("ballast");
    fs::write(&ballast, vec![0; 8 << 20]).unwrap();
    let workspace = Workspace::new(BINARY, POLICY);
    workspace.run(&["agent", "start"]).ok();
    let agent = agent_pid(&workspace);
    let mut console = workspace.pty(&[]).size(24, 100).spawn();
    console.wait_text("● connected");
    console.keys("2");

    let runtime = Runtime::new().unwrap();
    let link = runtime
        .block_on(Link::connect(&dial(&workspace), "test"))
        .unwrap();
    let run = runtime.block_on(create(&link));
    console.wait_text("survivor");
    let mut acknowledged = 0;
    let refused = loop {
        match runtime.block_on(link.request(batch(&run, acknowledged))) {
            Ok(_) => acknowledged += BATCH,
            Err(LinkError::Failure(failure)) => break failure,
            Err(other) => panic!("{other}"),
        }
        assert!(
            acknowledged < 10_000_000,
            "the disk is too large for this test"
        );
    };
    println!("{acknowledged} values, then: {refused:?}");
    assert_eq!(refused.kind, FailureKind::Store);
    assert!(
        refused.message.starts_with("The disk that holds ")
            && refused.message.ends_with(" is full."),
        "{refused:?}"
    );
    assert!(
        refused.hint.contains("nothing acknowledged is lost"),
        "{refused:?}"
    );
    // What is left of the last page, too.
    let filler = disk.join("filler");
    let _ = fs::write(&filler, vec![1; 32 << 20]);

    // Reading goes on, for commands and in the console, and an act is refused in one sentence.
    assert!(workspace.run(&["runs", "list"]).ok().contains("survivor"));
    let act = workspace
        .run(&["retrain", "start", "r", "--yes", "--reason", "to see"])
        .exited(1);
    println!("{}", act.stderr);
    assert!(act.stderr.contains("is full."), "{}", act.stderr);
    assert!(act.stderr.lines().count() <= 3, "{}", act.stderr);
    let doctor = workspace.run(&["doctor"]).exited(1);
    assert!(doctor.stdout.contains("0 MB free"), "{}", doctor.stdout);
    console.keys("<f5>");
    console.wait_text("survivor");

    // With space again the same agent takes what it refused.
    fs::remove_file(&filler).unwrap();
    fs::remove_file(&ballast).unwrap();
    runtime
        .block_on(link.request(batch(&run, acknowledged)))
        .expect("the agent goes on by itself");
    acknowledged += BATCH;
    assert_eq!(agent_pid(&workspace), agent);
    console.keys("<ctrl-c>");
    assert_eq!(console.exit_status().code, 0);

    // Nothing acknowledged is lost, now and in the next agent's eyes.
    for _ in 0..2 {
        let status: serde_json::Value =
            serde_json::from_str(&workspace.run(&["agent", "status", "--json"]).ok()).unwrap();
        assert_eq!(status["points"].as_i64(), Some(acknowledged));
        workspace.run(&["agent", "stop"]).ok();
        workspace.run(&["agent", "start"]).ok();
    }
}

#[test]
fn a_read_only_disk_is_told() {
    let Some(disk) = on_a_small_disk("a_read_only_disk_is_told", "size=32m") else {
        return;
    };
    let workspace = Workspace::new(BINARY, POLICY);
    workspace.run(&["agent", "start"]).ok();
    workspace.run(&["agent", "stop"]).ok();
    let before = fs::read(workspace.file(".trimtab/store.duckdb")).unwrap();
    let remount = |how: &str| {
        let status = Command::new("mount").args(["-o", how]).arg(&disk).status();
        status.unwrap().success()
    };
    // Refused while the agent, which has answered and closed its store, still holds its log.
    let deadline = Instant::now() + Duration::from_secs(10);
    while !remount("remount,ro") {
        assert!(Instant::now() < deadline, "the disk stays busy");
    }
    for args in [
        &["runs", "list"][..],
        &["agent", "run"],
        &["runs", "list", "--standalone"],
    ] {
        let told = workspace.run(args).exited(3).stderr;
        println!("{told}");
        assert_eq!(
            told.matches("read-only file system").count(),
            1,
            "{args:?}: {told}"
        );
        assert!(
            told.lines().count() <= 3 && !told.contains("os error"),
            "{told}"
        );
    }
    let doctor = workspace.run(&["doctor"]).exited(1);
    assert!(doctor.stdout.contains("read-only"), "{}", doctor.stdout);
    let console = workspace.pty(&[]).size(24, 100).spawn();
    assert_eq!(console.exit_status().code, 3);
    console.wait_for(
        |s| s.contents().contains("read-only file system"),
        "the reason",
    );
    assert!(!console.alternate_screen());

    assert!(remount("remount,rw"));
    assert_eq!(
        fs::read(workspace.file(".trimtab/store.duckdb")).unwrap(),
        before
    );
    workspace.run(&["runs", "list"]).ok();
}
