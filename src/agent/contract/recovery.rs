//! Agents that are killed in the middle, and the next one that puts things right.

use super::{
    bench::{Client, POLICY, workspace},
    releases::{link, served},
    server::Server,
    until,
};
use crate::{Probe, Workspace, ensure_running, probe};
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;
use trimtab_core::{job::JobState, registry::Version, release::RequestState, run::RunStatus};
use trimtab_wire::{Act, Dial, Link, Reply, Request, Welcome};

/// An agent in a process of its own, killed when the test ends.
struct Victim {
    welcome: Welcome,
}

impl Victim {
    async fn start(root: &Path) -> Self {
        Self {
            welcome: ensure_running(root, &root.join("trimtab")).await.unwrap(),
        }
    }

    /// Kills it as the kernel does, and waits until it is gone.
    async fn kill(self, root: &Path) {
        let pid = self.welcome.pid;
        signal(pid, Signal::KILL);
        until("the agent's death", async || {
            (!crate::jobs::alive(pid)).then_some(())
        })
        .await;
        // Its threads go one after the other; the last one takes the listening socket along.
        until("silence", async || {
            matches!(probe(root).await, Probe::NotRunning).then_some(())
        })
        .await;
        assert!(
            Workspace::new(root).socket().exists(),
            "a killed agent leaves its socket"
        );
    }

    fn recovered(&self) -> String {
        self.welcome.recovered.join("\n")
    }

    async fn stop(self, client: Client) {
        client.ask(Request::Stop).await.unwrap();
        let pid = self.welcome.pid;
        until("the agent's end", async || {
            (!crate::jobs::alive(pid)).then_some(())
        })
        .await;
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        signal(self.welcome.pid, Signal::KILL);
    }
}

fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid as i32) {
        let _ = kill_process(pid, signal);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn starting_twice_finds_the_same_agent_and_a_failed_start_shows_the_log() {
    let dir = workspace(POLICY);
    let first = Victim::start(dir.path()).await;
    let second = ensure_running(dir.path(), Path::new("/no/such/program"))
        .await
        .unwrap();
    assert_eq!(first.welcome.pid, second.pid);
    first.stop(Client::connect(dir.path()).await).await;

    std::fs::write(dir.path().join("trimtab.toml"), "[workspace]\nnam = 'x'\n").unwrap();
    let error = ensure_running(dir.path(), &dir.path().join("trimtab"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("trimtab.toml:2:1"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_outlives_its_agent_and_is_found_again() {
    let dir = workspace(&POLICY.replace(
        "sleep 600",
        "while [ ! -e go ]; do sleep 0.01; done; echo ended",
    ));
    let first = Victim::start(dir.path()).await;
    let client = Client::connect(dir.path()).await;
    let job = client.retrain("sleep").await.unwrap();
    let run = client.new_run("of the job", Some(job.id)).await;
    first.kill(dir.path()).await;

    let second = Victim::start(dir.path()).await;
    assert!(
        second.recovered().contains("is followed again"),
        "{}",
        second.recovered()
    );
    let client = Client::connect(dir.path()).await;
    assert_eq!(client.job(job.id).await.state, JobState::Running);
    second.kill(dir.path()).await;

    // It ends while nobody looks.
    std::fs::write(dir.path().join("go"), "").unwrap();
    let exit = Workspace::new(dir.path()).job(job.id).join("exit.json");
    until("the job's end", async || exit.exists().then_some(())).await;
    let third = Victim::start(dir.path()).await;
    assert!(
        third
            .recovered()
            .contains("ended while no agent ran: it succeeded"),
        "{}",
        third.recovered()
    );
    let client = Client::connect(dir.path()).await;
    assert_eq!(client.job(job.id).await.run, Some(run));
    third.stop(client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_vanished_is_recorded_as_lost_with_its_run() {
    let dir = workspace(POLICY);
    let first = Victim::start(dir.path()).await;
    let client = Client::connect(dir.path()).await;
    let job = client.retrain("sleep").await.unwrap();
    let run = client.new_run("of the job", Some(job.id)).await;
    let child = Workspace::new(dir.path()).job(job.id).join("child.json");
    until("the job's process", async || child.exists().then_some(())).await;
    first.kill(dir.path()).await;
    let supervisor = job.pid.unwrap();
    signal(supervisor, Signal::KILL);
    until("the supervisor's death", async || {
        (!crate::jobs::alive(supervisor)).then_some(())
    })
    .await;

    let second = Victim::start(dir.path()).await;
    assert!(
        second.recovered().contains("It was lost"),
        "{}",
        second.recovered()
    );
    let client = Client::connect(dir.path()).await;
    assert_eq!(client.job(job.id).await.state, JobState::Failed);
    let Reply::Run(row) = client.ask(Request::Run(run.to_string())).await.unwrap() else {
        panic!()
    };
    assert_eq!(row.status, RunStatus::Failed);
    second.stop(client).await;
}

/// A workspace whose production serves v1, with v2 registered; its agent is killed while it waits
/// for the deaf server to answer after `act`.
async fn killed_during(
    act: impl FnOnce(u64) -> Act,
) -> (std::sync::Arc<tempfile::TempDir>, Server) {
    let (dir, server) = served("20s");
    let agent = Victim::start(dir.path()).await;
    let client = Client::connect(dir.path()).await;
    let v1 = client.version(dir.path(), 0.7).await;
    let v2 = client.version(dir.path(), 0.8).await;
    client.release(v1.version).await.unwrap();
    let asked = client
        .request(Act::Promote {
            model: "m".into(),
            version: v2.version,
        })
        .await
        .unwrap();
    let act = act(asked.id.0);
    let back = matches!(act, Act::Rollback { .. });
    if back {
        client.request(Act::Approve(asked.id)).await.unwrap();
    }
    server.deaf(true);
    let dial = Dial::Unix(Workspace::new(dir.path()).socket());
    let other = Link::connect(&dial, "operator").await.unwrap();
    let waiting = tokio::spawn(async move {
        other
            .request(Request::Act {
                act,
                reason: "now".into(),
            })
            .await
    });
    let aim = if back { "models/m/1" } else { "models/m/2" };
    until("the link to move", async || {
        link(dir.path())?.ends_with(aim).then_some(())
    })
    .await;
    agent.kill(dir.path()).await;
    waiting.await.unwrap().unwrap_err();
    (dir, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_cut_short_is_finished_when_production_answers() {
    let (dir, server) =
        killed_during(|id| Act::Approve(trimtab_core::release::RequestId(id))).await;
    server.deaf(false);
    let agent = Victim::start(dir.path()).await;
    assert!(
        agent.recovered().contains("so it is live"),
        "{}",
        agent.recovered()
    );
    let client = Client::connect(dir.path()).await;
    let states: Vec<_> = client.requests().await.iter().map(|r| r.state).collect();
    assert_eq!(states, [RequestState::Live, RequestState::Superseded]);
    assert_eq!(client.model().await.champion(), Some(Version(2)));
    let deeds = client.deeds().await;
    assert_eq!(
        deeds[deeds.len() - 2..],
        ["promotion.approve done", "agent.start done"]
    );
    agent.stop(client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_cut_short_is_undone_when_production_does_not_answer() {
    let (dir, server) =
        killed_during(|id| Act::Approve(trimtab_core::release::RequestId(id))).await;
    let policy = std::fs::read_to_string(dir.path().join("trimtab.toml")).unwrap();
    std::fs::write(
        dir.path().join("trimtab.toml"),
        policy.replace("\"20s\"", "\"200ms\""),
    )
    .unwrap();
    let agent = Victim::start(dir.path()).await;
    assert!(
        agent.recovered().contains("production was put back"),
        "{}",
        agent.recovered()
    );
    assert!(link(dir.path()).unwrap().ends_with("models/m/1"));
    let client = Client::connect(dir.path()).await;
    assert_eq!(client.requests().await[0].state, RequestState::Failed);
    assert_eq!(client.model().await.champion(), Some(Version(1)));
    drop(server);
    agent.stop(client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_cut_short_is_recorded_when_production_answers() {
    let (dir, server) = killed_during(|_| Act::Rollback { model: "m".into() }).await;
    server.deaf(false);
    let agent = Victim::start(dir.path()).await;
    assert!(
        agent.recovered().contains("had switched production to v1"),
        "{}",
        agent.recovered()
    );
    let client = Client::connect(dir.path()).await;
    assert_eq!(client.model().await.champion(), Some(Version(1)));
    assert_eq!(client.requests().await[0].state, RequestState::RolledBack);
    agent.stop(client).await;
}
