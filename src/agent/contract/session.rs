//! Connections: handshake, snapshots and deltas, slow clients, stopping.

use super::{
    bench::{Bench, Client, POLICY, options, workspace},
    until,
};
use crate::{AgentError, Probe, Workspace, probe, run};
use futures::{SinkExt as _, StreamExt as _};
use std::{collections::BTreeMap, sync::Arc};
use trimtab_core::{
    metric::Point,
    registry::Version,
    run::{NewRun, RunQuery},
};
use trimtab_wire::{
    Act, AgentFrame, ClientFrame, Delta, Dial, Event, FailureKind, Framed, Hello, LinkState, Reply,
    Request, Snapshot, Topic,
    codec::{decode, encode},
    framed, greet,
};

async fn raw(bench: &Bench) -> Framed {
    framed(
        Dial::Unix(Workspace::new(bench.root()).socket())
            .open()
            .await
            .unwrap(),
    )
}

async fn receive(stream: &mut Framed) -> AgentFrame {
    decode(&stream.next().await.unwrap().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_another_protocol_is_told_so() {
    let bench = Bench::start(POLICY).await;
    let mut stream = raw(&bench).await;
    let hello = Hello {
        protocol: 999,
        ..Hello::new("test")
    };
    stream
        .send(encode(&ClientFrame::Hello(hello)).unwrap())
        .await
        .unwrap();
    let AgentFrame::Refused(failure) = receive(&mut stream).await else {
        panic!()
    };
    assert_eq!(failure.kind, FailureKind::Incompatible);
    assert!(failure.message.contains("999"), "{failure}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clients_see_the_same_snapshot_then_deltas() {
    let bench = Bench::start(POLICY).await;
    let (ana, ben) = (bench.client().await, bench.client().await);
    let first = ana.new_run("first", None).await;
    let topic = Topic::Runs(RunQuery::default());
    let mut seen = Vec::new();
    for client in [&ana, &ben] {
        let mut events = client.0.subscribe(topic.clone()).await.unwrap();
        let Some(Event::Snapshot(Snapshot::Runs(page))) = events.next().await else {
            panic!()
        };
        assert_eq!(
            page.rows.iter().map(|r| &r.id).collect::<Vec<_>>(),
            [&first]
        );
        seen.push(events);
    }
    let second = ben.new_run("second", None).await;
    for events in &mut seen {
        let Some(Event::Delta(Delta::Run(row))) = events.next().await else {
            panic!()
        };
        assert_eq!((&row.id, row.name.as_str()), (&second, "second"));
    }
    ana.log(&second, "loss", [(1, 0.5)]).await;
    for events in &mut seen {
        let Some(Event::Delta(Delta::Run(row))) = events.next().await else {
            panic!()
        };
        assert_eq!(row.metric("loss"), Some(0.5));
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_curve_has_no_gap_and_no_point_twice() {
    const POINTS: i64 = 300;
    let bench = Bench::start(POLICY).await;
    let (trainer, console) = (bench.client().await, bench.client().await);
    let run = trainer.new_run("live", None).await;
    let writes = run.clone();
    let writer = tokio::spawn(async move {
        for step in (0..POINTS).step_by(3) {
            trainer
                .log(&writes, "loss", (step..step + 3).map(|s| (s, s as f64)))
                .await;
        }
    });
    // Joins in the middle: the writer has begun and has not ended.
    until("some points", async || {
        let Reply::Run(row) = console.ask(Request::Run(run.to_string())).await.unwrap() else {
            panic!()
        };
        (row.metrics.get("loss")?.count > 30).then_some(())
    })
    .await;
    let topic = Topic::Series {
        runs: vec![run],
        key: "loss".into(),
        spans: Vec::new(),
        smoothing: 0.0,
        columns: 4000,
    };
    let mut events = console.0.subscribe(topic).await.unwrap();
    let Some(Event::Snapshot(Snapshot::Series(series))) = events.next().await else {
        panic!()
    };
    let mut points: Vec<Point> = series[0].points.clone();
    assert!(!points.is_empty());
    while (points.len() as i64) < POINTS {
        let Some(Event::Delta(Delta::Points { points: new, .. })) = events.next().await else {
            panic!()
        };
        points.extend(new);
    }
    writer.await.unwrap();
    let steps: Vec<i64> = points.iter().map(|p| p.step).collect();
    assert_eq!(steps, (0..POINTS).collect::<Vec<_>>());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_client_is_resynced_and_delays_nobody() {
    const RUNS: usize = 700;
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    let mut slow = raw(&bench).await;
    greet(&mut slow, &Hello::new("slow")).await.unwrap();
    let topic = Topic::Runs(RunQuery {
        limit: 1,
        ..RunQuery::default()
    });
    slow.send(encode(&ClientFrame::Subscribe { id: 7, topic }).unwrap())
        .await
        .unwrap();
    let AgentFrame::Snapshot {
        id: 7,
        result: Ok(_),
    } = receive(&mut slow).await
    else {
        panic!()
    };
    // From here on it does not read: the socket's buffer fills, then its queue.
    let new = NewRun {
        experiment: "e".into(),
        name: "n".into(),
        user: "u".into(),
        job: None,
        tags: BTreeMap::from([("note".into(), "x".repeat(4000))]),
    };
    let creates = (0..RUNS).map(|_| client.ask(Request::CreateRun(new.clone())));
    futures::future::try_join_all(creates).await.unwrap();
    let mut deltas = 0;
    let dropped = loop {
        match receive(&mut slow).await {
            AgentFrame::Delta { .. } => deltas += 1,
            AgentFrame::Resync { id: 7, dropped } => break dropped,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        deltas + dropped,
        RUNS as u64,
        "what did not come was counted"
    );
    let AgentFrame::Snapshot {
        id: 7,
        result: Ok(Snapshot::Runs(page)),
    } = receive(&mut slow).await
    else {
        panic!()
    };
    assert_eq!(page.total, RUNS as u64);
    let Reply::Status(status) = client.ask(Request::Status).await.unwrap() else {
        panic!()
    };
    assert_eq!(status.dropped, dropped);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_says_goodbye_and_leaves_nothing_behind() {
    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    client.ask(Request::Stop).await.unwrap();
    let mut state = client.0.state();
    let down = state
        .wait_for(|s| matches!(s, LinkState::Down { .. }))
        .await
        .unwrap()
        .clone();
    assert_eq!(
        down,
        LinkState::Down {
            reason: "the agent stopped".into()
        }
    );
    let dir = bench.stop().await;
    assert!(matches!(probe(dir.path()).await, Probe::NotRunning));
    assert!(!Workspace::new(dir.path()).socket().exists());
    // The store was closed: the next agent opens it and finds nothing to recover.
    let again = Bench::with(dir, |o| o).await;
    let Reply::Status(status) = again.client().await.ask(Request::Status).await.unwrap() else {
        panic!()
    };
    assert_eq!(status.welcome.recovered, Vec::<String>::new());
    again.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_agent_is_refused_by_name() {
    let bench = Bench::start(POLICY).await;
    let error = run(options(bench.root()), std::future::pending())
        .await
        .unwrap_err();
    assert!(
        matches!(error, AgentError::AlreadyRunning { pid: Some(pid), .. } if pid == std::process::id()),
        "{error}"
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_only_looks_refuses_acts_and_says_so_in_the_audit() {
    let dir = Arc::new(workspace(POLICY));
    let bench = Bench::with(dir, |o| crate::AgentOptions {
        read_only: true,
        ..o
    })
    .await;
    let client = bench.client().await;
    let act = Act::Promote {
        model: "m".into(),
        version: Version(1),
    };
    let Err(failure) = client.act(act.clone()).await else {
        panic!()
    };
    assert_eq!(failure.kind, FailureKind::Refused);
    let preview = client.ask(Request::Preview(act)).await.unwrap();
    assert!(matches!(preview, Reply::Preview(p) if p.refusal.is_some()));
    client.new_run("logging is no act", None).await;
    assert_eq!(
        client.deeds().await,
        ["agent.start done", "promotion.request refused"]
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_policy_stops_a_start_and_not_a_running_agent() {
    let dir = workspace("[workspace]\nnam = 'x'\n");
    let error = run(options(dir.path()), std::future::pending())
        .await
        .unwrap_err();
    assert!(error.to_string().starts_with("trimtab.toml:2:1"), "{error}");
    assert!(!dir.path().join(".trimtab").exists(), "nothing was touched");

    let bench = Bench::start(POLICY).await;
    let client = bench.client().await;
    std::fs::write(
        bench.root().join("trimtab.toml"),
        "[workspace]\nnam = 'x'\n",
    )
    .unwrap();
    let failure = client.ask(Request::ReloadPolicy).await.unwrap_err();
    assert!(failure.message.contains("2:1"), "{failure}");
    let Reply::Status(status) = client.ask(Request::Status).await.unwrap() else {
        panic!()
    };
    assert!(status.policy_error.is_some());
    client.retrain("hello").await.unwrap();
    std::fs::write(bench.root().join("trimtab.toml"), POLICY).unwrap();
    client.ask(Request::ReloadPolicy).await.unwrap();
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_inside_a_process_takes_both_kinds_of_clients_and_ends_with_it() {
    let dir = workspace(POLICY);
    let (queue, inbox) = tokio::sync::mpsc::channel(1);
    let options = crate::AgentOptions {
        listener: crate::Listener::Memory(inbox),
        ..options(dir.path())
    };
    let agent = tokio::spawn(run(options, std::future::pending()));
    let dial = Dial::Memory(queue);
    let inside = Client(trimtab_wire::Link::connect(&dial, "inside").await.unwrap());
    let outside = Client::connect(dir.path()).await;
    let run = inside.new_run("shared", None).await;
    assert!(matches!(
        outside.ask(Request::Run(run.to_string())).await.unwrap(),
        Reply::Run(_)
    ));
    drop((inside, dial));
    agent.await.unwrap().unwrap();
}
