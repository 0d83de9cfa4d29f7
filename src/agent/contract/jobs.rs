//! Jobs: launched, followed, linked to their runs, cancelled.

use super::{
    bench::{Bench, POLICY},
    until,
};
use std::collections::BTreeMap;
use trimtab_core::{
    job::{JobState, RetrainSpec},
    run::RunStatus,
};
use trimtab_wire::{Act, Acted, Delta, Event, FailureKind, Reply, Request, Snapshot, Topic};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_with_its_environment_and_its_log_is_followed() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let job = client.retrain("hello").await.unwrap();
    assert_eq!(job.actor, crate::peer::own());
    let mut events = client
        .0
        .subscribe(Topic::JobLog {
            job: job.id,
            tail: 1000,
        })
        .await
        .unwrap();
    let expected = format!("job {} depth 6 from 2013-01-01\n", job.id);
    let mut text = String::new();
    while text != expected {
        match events.next().await.unwrap() {
            Event::Snapshot(Snapshot::JobLog(chunk)) | Event::Delta(Delta::Log { chunk, .. }) => {
                assert_eq!(chunk.offset, text.len() as u64);
                text.push_str(&chunk.text);
            }
            other => panic!("{other:?}"),
        }
    }
    let ended = client.job_ended(job.id).await;
    assert_eq!(
        (ended.state, ended.exit_code, ended.pid),
        (JobState::Succeeded, Some(0), None)
    );
    let Reply::Log(chunk) = client
        .ask(Request::JobLog {
            job: job.id,
            offset: 4,
            max: 5,
        })
        .await
        .unwrap()
    else {
        panic!()
    };
    assert_eq!(
        (chunk.text.as_str(), chunk.end),
        (&expected[4..9], expected.len() as u64)
    );
    assert_eq!(
        client.deeds().await,
        [
            "agent.start done",
            "retrain.start began",
            "retrain.start done"
        ]
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_says_why_and_takes_its_run_with_it() {
    let slow = POLICY.replace("exit 3", "while [ ! -e go ]; do sleep 0.01; done; exit 3");
    let bench = Bench::start(&slow).await;
    let client = bench.client().await;
    let job = client.retrain("fail").await.unwrap();
    let run = client.new_run("of the job", Some(job.id)).await;
    assert_eq!(client.job(job.id).await.run, Some(run.clone()));
    std::fs::write(bench.root().join("go"), "").unwrap();
    let ended = client.job_ended(job.id).await;
    assert_eq!(ended.state, JobState::Failed);
    assert_eq!(ended.error.as_deref(), Some("Exit code 3: no data"));
    // Jobs are read from the store, runs from the catalogue, which follows each commit.
    let row = super::until("the run's end", async || {
        let reply = client.ask(Request::Run(run.to_string())).await.unwrap();
        let Reply::Run(row) = reply else { panic!() };
        row.status.ended().then_some(row)
    })
    .await;
    assert_eq!((row.status, row.job), (RunStatus::Failed, Some(job.id)));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_job_ends_with_its_processes_and_its_run() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let job = client.retrain("sleep").await.unwrap();
    let run = client.new_run("of the job", Some(job.id)).await;
    let pid = job.pid.unwrap();
    let Acted::Job(ended) = client.act(Act::CancelJob(job.id)).await.unwrap() else {
        panic!()
    };
    assert_eq!(ended.state, JobState::Cancelled);
    until("the process's end", async || {
        (!crate::jobs::alive(pid)).then_some(())
    })
    .await;
    let Reply::Run(row) = client.ask(Request::Run(run.to_string())).await.unwrap() else {
        panic!()
    };
    assert_eq!(row.status, RunStatus::Killed);
    let again = client.act(Act::CancelJob(job.id)).await.unwrap_err();
    assert_eq!(again.kind, FailureKind::Refused);
    assert_eq!(
        client.deeds().await[3..],
        [
            "job.cancel began",
            "job.cancel done",
            "job.cancel began",
            "job.cancel refused"
        ]
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_launched_is_refused_before_anything_runs() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let failure = client.retrain("nothing").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
    let spec = RetrainSpec {
        recipe: "hello".into(),
        from: Some("2013-03-01".into()),
        to: Some("2013-02-01".into()),
        params: BTreeMap::new(),
        reason: String::new(),
    };
    let Reply::Preview(preview) = client
        .ask(Request::Preview(Act::Retrain(spec)))
        .await
        .unwrap()
    else {
        panic!()
    };
    assert!(preview.refusal.unwrap().contains("is empty"));
    let Reply::Jobs(jobs) = client.ask(Request::Jobs).await.unwrap() else {
        panic!()
    };
    assert_eq!(jobs, []);
    assert_eq!(
        client.deeds().await[1..],
        ["retrain.start began", "retrain.start refused"]
    );
    bench.stop().await;
}
