//! Releases against a server that really answers from a symlink.

use super::{
    bench::{Bench, Client, POLICY, workspace},
    server::Server,
    until,
};
use std::{path::Path, sync::Arc};
use trimtab_core::{registry::Version, release::RequestState};
use trimtab_wire::{Act, Acted, Event, FailureKind, Health, Reply, Request, Snapshot, Topic};

/// A policy that releases to this server.
pub(super) fn policy(server: &Server, timeout: &str) -> String {
    let at = server.address;
    POLICY.replace(
        "[recipes.hello]",
        &format!(
            "[models.m.target]\nkind = \"symlink\"\npath = \"serving/m\"\nreload = \"http://{at}/reload\"\n\
             verify = \"http://{at}/health\"\ntimeout = \"{timeout}\"\n[recipes.hello]"
        ),
    )
}

/// A bench whose model is served from `serving/m`.
pub(super) fn served(timeout: &str) -> (Arc<tempfile::TempDir>, Server) {
    let dir = workspace("");
    let server = Server::start(&dir.path().join("serving/m"));
    std::fs::write(dir.path().join("trimtab.toml"), policy(&server, timeout)).unwrap();
    (Arc::new(dir), server)
}

pub(super) fn link(root: &Path) -> Option<String> {
    let aim = std::fs::read_link(root.join("serving/m")).ok()?;
    Some(aim.display().to_string())
}

async fn serving(client: &Client) -> Option<Version> {
    let Reply::Fleet(rows) = client.ask(Request::Fleet).await.unwrap() else {
        panic!()
    };
    rows.into_iter()
        .find(|r| r.model == "m")
        .unwrap()
        .serving
        .unwrap()
        .version
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_there_and_back() {
    let (dir, _server) = served("5s");
    let bench = Bench::with(dir, |o| o).await;
    let client = bench.client().await;
    let (v1, v2) = (
        client.version(bench.root(), 0.7).await,
        client.version(bench.root(), 0.8).await,
    );

    let live = client.release(v1.version).await.unwrap();
    assert_eq!((live.state, live.champion), (RequestState::Live, None));
    assert_eq!(
        link(bench.root()).unwrap(),
        "../.trimtab/models/m/1",
        "relative, so that the workspace can move"
    );

    let asked = client
        .request(Act::Promote {
            model: "m".into(),
            version: v2.version,
        })
        .await
        .unwrap();
    assert_eq!(asked.state, RequestState::AwaitingApproval);
    assert!(asked.gates.iter().all(|g| g.passed) && asked.gates.len() == 2);
    let twice = client
        .request(Act::Promote {
            model: "m".into(),
            version: v2.version,
        })
        .await
        .unwrap_err();
    assert_eq!(twice.kind, FailureKind::Refused);
    let second = client.request(Act::Approve(asked.id)).await.unwrap();
    assert_eq!(second.state, RequestState::Live);
    assert_eq!(
        client.get_request(live.id).await.state,
        RequestState::Superseded
    );
    assert_eq!(serving(&client).await, Some(v2.version));

    let Reply::Preview(preview) = client
        .ask(Request::Preview(Act::Rollback { model: "m".into() }))
        .await
        .unwrap()
    else {
        panic!()
    };
    assert_eq!(preview.title, "Roll m back from v2 to v1");
    let Acted::RolledBack {
        from,
        to,
        switched_ms,
        answered,
        ..
    } = client
        .act(Act::Rollback { model: "m".into() })
        .await
        .unwrap()
    else {
        panic!()
    };
    println!("rollback: switched in {switched_ms:.1} ms; production answered {answered}");
    assert_eq!((from, to), (v2.version, v1.version));
    assert!(switched_ms < 1000.0, "{switched_ms} ms");
    assert!(answered.contains("\"version\":1"), "{answered}");
    assert_eq!(
        client.get_request(second.id).await.state,
        RequestState::RolledBack
    );
    assert_eq!(client.model().await.champion(), Some(v1.version));
    let none = client
        .act(Act::Rollback { model: "m".into() })
        .await
        .unwrap_err();
    assert_eq!(none.kind, FailureKind::Refused);

    let mut registry = client.0.subscribe(Topic::Registry).await.unwrap();
    let Some(Event::Snapshot(Snapshot::Registry { deployments, .. })) = registry.next().await
    else {
        panic!()
    };
    let moves: Vec<_> = deployments
        .iter()
        .map(|d| (d.kind.word(), d.previous.map(|v| v.0), d.version.0))
        .collect();
    assert_eq!(
        moves,
        [
            ("promotion", None, 1),
            ("promotion", Some(1), 2),
            ("rollback", Some(2), 1)
        ]
    );
    assert_eq!(
        client.deeds().await,
        [
            "agent.start done",
            "version.register began",
            "version.register done",
            "version.register began",
            "version.register done",
            "promotion.request began",
            "promotion.request done",
            "promotion.approve began",
            "promotion.approve done",
            "promotion.request began",
            "promotion.request done",
            "promotion.request began",
            "promotion.request refused",
            "promotion.approve began",
            "promotion.approve done",
            "rollback began",
            "rollback done",
            "rollback began",
            "rollback refused",
        ]
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_worse_never_gets_to_production() {
    let (dir, _server) = served("5s");
    let bench = Bench::with(dir, |o| o).await;
    let client = bench.client().await;
    let v1 = client.version(bench.root(), 0.8).await;
    client.release(v1.version).await.unwrap();
    let v2 = client.version(bench.root(), 0.7).await;
    let asked = client
        .request(Act::Promote {
            model: "m".into(),
            version: v2.version,
        })
        .await
        .unwrap();
    assert_eq!(asked.state, RequestState::GateFailed);
    assert_eq!(
        asked.gates.iter().map(|g| g.passed).collect::<Vec<_>>(),
        [true, false]
    );
    let failure = client.request(Act::Approve(asked.id)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused);
    assert_eq!(serving(&client).await, Some(v1.version));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_follow_has_everything_put_back() {
    let (dir, server) = served("200ms");
    let bench = Bench::with(dir, |o| o).await;
    let client = bench.client().await;
    let (v1, v2) = (
        client.version(bench.root(), 0.7).await,
        client.version(bench.root(), 0.8).await,
    );
    client.release(v1.version).await.unwrap();
    let before = link(bench.root());
    server.deaf(true);
    let failure = client.release(v2.version).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Peer);
    assert!(
        failure
            .message
            .contains("still answers v1; production was put back"),
        "{failure}"
    );
    assert_eq!(link(bench.root()), before);
    assert_eq!(client.model().await.champion(), Some(v1.version));
    assert_eq!(client.requests().await[0].state, RequestState::Failed);
    let Reply::Fleet(rows) = client.ask(Request::Fleet).await.unwrap() else {
        panic!()
    };
    assert_ne!(rows[0].health, Health::Bad, "{}", rows[0].why);
    assert!(client.deeds().await.ends_with(&[
        "promotion.approve began".into(),
        "promotion.approve failed".into()
    ]));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_may_not_approve_unless_policy_says_so() {
    let strict = POLICY.replace("author_may_approve = true", "author_may_approve = false");
    let bench = Bench::start(&strict).await;
    let client = bench.client().await;
    let v1 = client.version(bench.root(), 0.7).await;
    let asked = client
        .request(Act::Promote {
            model: "m".into(),
            version: v1.version,
        })
        .await
        .unwrap();
    let failure = client.request(Act::Approve(asked.id)).await.unwrap_err();
    assert!(failure.message.contains("may not approve"), "{failure}");
    let rejected = client.request(Act::Reject(asked.id)).await.unwrap();
    assert_eq!(rejected.state, RequestState::Rejected);
    let act = Act::Promote {
        model: "m".into(),
        version: v1.version,
    };
    let silent = client
        .ask(Request::Act {
            act,
            reason: " ".into(),
        })
        .await
        .unwrap_err();
    assert_eq!(silent.kind, FailureKind::Invalid);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_judged_again_when_the_champion_has_changed() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let v1 = client.version(bench.root(), 0.70).await;
    let v2 = client.version(bench.root(), 0.75).await;
    let v3 = client.version(bench.root(), 0.80).await;
    client.release(v1.version).await.unwrap();
    let waits = client
        .request(Act::Promote {
            model: "m".into(),
            version: v2.version,
        })
        .await
        .unwrap();
    assert_eq!(waits.state, RequestState::AwaitingApproval);
    client.release(v3.version).await.unwrap();
    let failure = client.request(Act::Approve(waits.id)).await.unwrap_err();
    assert!(
        failure.message.contains("champion has changed"),
        "{failure}"
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rollbacks_at_once_go_back_one_version() {
    let (dir, server) = served("5s");
    let bench = Bench::with(dir, |o| o).await;
    let (ana, ben) = (bench.client().await, bench.client().await);
    for auc in [0.7, 0.8, 0.9] {
        let version = ana.version(bench.root(), auc).await;
        ana.release(version.version).await.unwrap();
    }
    // The first one waits for the server, so that the second arrives while it is under way.
    server.deaf(true);
    let back = || Act::Rollback { model: "m".into() };
    let (first, second, ()) = tokio::join!(ana.act(back()), ben.act(back()), async {
        until("both to begin", async || {
            let begun = ana.deeds().await;
            (begun.iter().filter(|d| *d == "rollback began").count() == 2).then_some(())
        })
        .await;
        server.deaf(false);
    });
    let (done, refused): (Vec<_>, Vec<_>) = [first, second].into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), refused.len()), (1, 1), "{done:?} {refused:?}");
    assert_eq!(ana.model().await.champion(), Some(Version(2)));
    bench.stop().await;
}
