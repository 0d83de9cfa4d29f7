//! Notices of alerts: each turn told once, to whom policy names, also over restarts.

use super::{
    bench::{Bench, POLICY, workspace},
    http::webhooks::{Delivery, receiver},
    until,
};
use serde_json::Value;
use std::{fmt::Write as _, fs, path::Path, sync::Arc};
use tokio::sync::mpsc::Receiver;
use trimtab_core::{
    alarm::Subject,
    alert::{Handling, State},
    notice::Recipient,
};
use trimtab_wire::{FailureKind, Reply, Request};

const MONITOR: &str = r#"
[monitors.late]
model = "m"
log = "log/*.csv"
reference = "reference.csv"
window = "day"
columns = { timestamp = "ts", request_id = "id" }
alert = { bad = 1, of = 1, calm = 1, silent = 9, escalate = 9 }
"#;

/// Rows of a day in which the only feature lies around `centre`.
fn day(date: &str, rows: usize, centre: f64) -> String {
    let mut text = "ts,id,x\n".to_owned();
    for i in 0..rows {
        let at = i * 86_000 / rows.max(1);
        let (h, m, s) = (at / 3600, at / 60 % 60, at % 60);
        let x = centre + (i * 7919 % 1009) as f64 / 1009.0;
        writeln!(text, "{date} {h:02}:{m:02}:{s:02},{date}-{i},{x}").unwrap();
    }
    text
}

fn put(root: &Path, date: &str, rows: usize, centre: f64) {
    fs::write(
        root.join(format!("log/{date}.csv")),
        day(date, rows, centre),
    )
    .unwrap();
}

/// A workspace whose monitor has two days, the first of them drifted.
fn drifted(notify: &str) -> Arc<tempfile::TempDir> {
    let dir = Arc::new(workspace(&format!("{POLICY}\n{MONITOR}\n{notify}")));
    fs::create_dir(dir.path().join("log")).unwrap();
    let reference = day("2023-12-01", 500, 0.0);
    fs::write(dir.path().join("reference.csv"), reference).unwrap();
    put(dir.path(), "2024-01-01", 500, 3.0);
    put(dir.path(), "2024-01-02", 1, 0.0);
    dir
}

async fn recipients(bench: &Bench, trial: Option<&str>) -> Vec<Recipient> {
    let trial = trial.map(str::to_owned);
    match bench.client().await.ask(Request::Notify { trial }).await {
        Ok(Reply::Recipients(recipients)) => recipients,
        other => panic!("{other:?}"),
    }
}

async fn look(bench: &Bench) -> State {
    let monitor = "late".to_owned();
    let asked = bench
        .client()
        .await
        .ask(Request::RunMonitor { monitor })
        .await;
    let Ok(Reply::Monitors(states)) = asked else {
        panic!("{asked:?}")
    };
    states[0].alarms()[0].alert.state
}

async fn next(told: &mut Receiver<Delivery>) -> Value {
    let (_, body) = told.recv().await.unwrap();
    serde_json::from_str(&body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_told_of_each_turn_once() {
    let (url, mut told) = receiver(0).await;
    let dir = drifted("[notify.ops]\nurl_file = \"ops.url\"\nbody = \"json\"\n");
    fs::write(dir.path().join("ops.url"), format!("{url}\n")).unwrap();
    let bench = Bench::with(Arc::clone(&dir), |o| o).await;
    assert_eq!(look(&bench).await, State::Firing);
    let first = next(&mut told).await;
    assert_eq!(first["workspace"], "test");
    assert_eq!(first["alerts"].as_array().unwrap().len(), 1);
    assert_eq!(first["alerts"][0]["monitor"], "late");
    assert_eq!(first["alerts"][0]["occasion"], "firing");
    let text = first["text"].as_str().unwrap();
    assert!(
        text.starts_with("test: drift of late firing\nlate: drift firing since 2024-01-01"),
        "{text}"
    );
    assert!(text.contains("most of all x"), "{text}");
    until("the notice to be written down", async || {
        recipients(&bench, None).await[0].last
    })
    .await;
    bench.stop().await;

    // Another life, and calm data: the end is the next thing told.
    let bench = Bench::with(Arc::clone(&dir), |o| o).await;
    assert_eq!(look(&bench).await, State::Firing);
    put(dir.path(), "2024-01-02", 500, 0.0);
    put(dir.path(), "2024-01-03", 1, 0.0);
    assert_eq!(look(&bench).await, State::Ok);
    let second = next(&mut told).await;
    assert_eq!(second["alerts"][0]["occasion"], "closed");
    assert!(told.try_recv().is_err());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_gets_the_text_and_acts_are_told_at_once() {
    let dir = drifted(
        "[notify.mail]\ncommand = [\"sh\", \"-c\", \"printf '%s|' \\\"$1\\\" >> told; cat >> told\", \"sh\", \"{title}\"]\n\
         [notify.deaf]\ncommand = [\"true\"]\non = [\"no_data\"]\n",
    );
    let bench = Bench::with(Arc::clone(&dir), |o| o).await;
    assert_eq!(look(&bench).await, State::Firing);
    let file = dir.path().join("told");
    let read = || fs::read_to_string(&file).unwrap_or_default();
    until("the command", async || read().ends_with('\n').then_some(())).await;
    assert!(
        read().starts_with(
            "test: drift of late firing|test: drift of late firing\nlate: drift firing"
        ),
        "{}",
        read()
    );
    let close = Request::HandleAlert {
        monitor: "late".into(),
        subject: Subject::Drift,
        handling: Handling::Close,
    };
    until("the command to be over", async || {
        recipients(&bench, None).await[1].last
    })
    .await;
    bench.client().await.ask(close).await.unwrap();
    until("the end", async || {
        read().contains("test: drift of late closed|").then_some(())
    })
    .await;
    let deaf = &recipients(&bench, None).await[0];
    assert_eq!((deaf.last, &deaf.failing), (None, &None));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_says_what_came_of_it_and_shows_no_address() {
    let (url, mut told) = receiver(1).await;
    let dir = drifted(
        "[notify.ops]\nurl_file = \"ops.url\"\non = [\"no_data\"]\n\
         [notify.fails]\ncommand = [\"sh\", \"-c\", \"echo no such user >&2; exit 67\"]\non = [\"no_data\"]\n\
         [notify.none]\ncommand = [\"no-such-program\"]\non = [\"no_data\"]\n",
    );
    let bench = Bench::with(Arc::clone(&dir), |o| o).await;
    let fails = async |name: &str| {
        let trial = Some(name.to_owned());
        let asked = bench.client().await.ask(Request::Notify { trial }).await;
        let failure = asked.unwrap_err();
        assert!(!failure.message.contains("/hook"), "{failure:?}");
        (failure.kind, failure.message)
    };
    let (kind, why) = fails("ops").await;
    assert_eq!(kind, FailureKind::Peer);
    assert!(why.contains("ops.url: No such file"), "{why}");
    fs::write(dir.path().join("ops.url"), "ftp://x/secret").unwrap();
    let (_, why) = fails("ops").await;
    assert!(
        why.contains("neither http nor https") && !why.contains("secret"),
        "{why}"
    );
    fs::write(dir.path().join("ops.url"), &url).unwrap();
    let (_, why) = fails("ops").await;
    assert!(
        why.contains("status 503") && why.contains("It said: thanks"),
        "{why}"
    );
    let (_, why) = fails("fails").await;
    assert!(
        why.contains("exit status: 67") && why.contains("It said: no such user"),
        "{why}"
    );
    let (_, why) = fails("none").await;
    assert!(why.contains("No such file"), "{why}");
    let (kind, _) = fails("nobody").await;
    assert_eq!(kind, FailureKind::Invalid);
    recipients(&bench, Some("ops")).await;
    let body = next(&mut told).await;
    assert_eq!(body.as_object().unwrap().len(), 1);
    assert_eq!(body["text"], "test: this is a trial, nothing fires");
    let deeds = bench.client().await.deeds().await;
    assert!(deeds.contains(&"notify.trial done".to_owned()), "{deeds:?}");
    bench.stop().await;
}
