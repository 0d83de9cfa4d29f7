//! The link against a small agent: replies, subscriptions, reconnects, refusals.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use futures::{SinkExt as _, StreamExt as _};
use std::collections::BTreeMap;
use tokio::{io::DuplexStream, sync::mpsc};
use trimtab_core::{
    run::{RunPage, RunQuery},
    time::Millis,
};
use trimtab_wire::{
    AgentFrame, ClientFrame, Delta, DemoState, Dial, Event, Failure, FailureKind, Framed, Hello,
    Link, LinkError, LinkState, PROTOCOL, Reply, Request, Snapshot, Topic, Welcome, WireError,
    codec::{decode, encode},
    framed, greet, welcome,
};

fn answer() -> Welcome {
    Welcome {
        protocol: PROTOCOL,
        version: "test".into(),
        pid: 1,
        workspace: "w".into(),
        root: "/w".into(),
        actor: "ana".into(),
        read_only: false,
        started: Millis(0),
        recovered: Vec::new(),
    }
}

async fn accept(inbox: &mut mpsc::Receiver<DuplexStream>) -> Framed {
    let mut stream = framed(Box::new(inbox.recv().await.unwrap()));
    welcome(&mut stream, answer()).await.unwrap();
    stream
}

async fn next(stream: &mut Framed) -> ClientFrame {
    decode(&stream.next().await.unwrap().unwrap()).unwrap()
}

async fn say(stream: &mut Framed, frame: AgentFrame) {
    stream.send(encode(&frame).unwrap()).await.unwrap();
}

#[tokio::test]
async fn replies_find_their_requests_in_any_order() {
    let (queue, mut inbox) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut stream = accept(&mut inbox).await;
        let mut ids = BTreeMap::new();
        for _ in 0..2 {
            let ClientFrame::Request { id, request } = next(&mut stream).await else {
                panic!()
            };
            ids.insert(format!("{request:?}"), id);
        }
        // Answered in the other order than asked.
        say(
            &mut stream,
            AgentFrame::Reply {
                id: ids[&format!("{:?}", Request::Runs(RunQuery::default()))],
                result: Ok(Reply::Runs(RunPage::default())),
            },
        )
        .await;
        let failure = Failure::new(FailureKind::Refused, "No.", "");
        say(
            &mut stream,
            AgentFrame::Reply {
                id: ids["Stop"],
                result: Err(failure),
            },
        )
        .await;
        stream.next().await;
    });
    let link = Link::connect(&Dial::Memory(queue), "test").await.unwrap();
    let (stop, runs) = tokio::join!(
        link.request(Request::Stop),
        link.request(Request::Runs(Default::default()))
    );
    assert!(matches!(stop, Err(LinkError::Failure(f)) if f.message == "No."));
    assert_eq!(runs.unwrap(), Reply::Runs(RunPage::default()));
}

#[tokio::test]
async fn a_persistent_link_subscribes_again_after_a_loss() {
    let (queue, mut inbox) = mpsc::channel(1);
    tokio::spawn(async move {
        for total_weeks in 1..=2 {
            let mut stream = accept(&mut inbox).await;
            let ClientFrame::Subscribe {
                id,
                topic: Topic::Fleet,
            } = next(&mut stream).await
            else {
                panic!()
            };
            let demo = DemoState {
                total_weeks,
                ..DemoState::default()
            };
            say(
                &mut stream,
                AgentFrame::Snapshot {
                    id,
                    result: Ok(Snapshot::Fleet {
                        rows: vec![],
                        demo: None,
                    }),
                },
            )
            .await;
            say(
                &mut stream,
                AgentFrame::Delta {
                    id,
                    delta: Delta::Demo(demo),
                },
            )
            .await;
            // Dropping the stream is the loss.
        }
        inbox.recv().await;
    });
    let link = Link::persistent(&Dial::Memory(queue), "test");
    let mut fleet = link.subscribe(Topic::Fleet).await.unwrap();
    for expected in 1..=2 {
        assert!(matches!(
            fleet.next().await,
            Some(Event::Snapshot(Snapshot::Fleet { .. }))
        ));
        let Some(Event::Delta(Delta::Demo(demo))) = fleet.next().await else {
            panic!()
        };
        assert_eq!(demo.total_weeks, expected);
    }
}

#[tokio::test]
async fn a_lost_link_answers_what_was_asked() {
    let (queue, mut inbox) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut stream = accept(&mut inbox).await;
        next(&mut stream).await;
    });
    let link = Link::connect(&Dial::Memory(queue), "test").await.unwrap();
    assert!(matches!(
        link.request(Request::Status).await,
        Err(LinkError::Lost(_))
    ));
    let mut state = link.state();
    state
        .wait_for(|s| matches!(s, LinkState::Down { .. }))
        .await
        .unwrap();
}

#[tokio::test]
async fn another_protocol_is_refused_with_a_way_out() {
    let (ours, theirs) = tokio::io::duplex(4096);
    let agent = tokio::spawn(async move { welcome(&mut framed(Box::new(theirs)), answer()).await });
    let hello = Hello {
        protocol: PROTOCOL + 1,
        ..Hello::new("test")
    };
    let refused = greet(&mut framed(Box::new(ours)), &hello).await;
    let Err(WireError::Refused(failure)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(failure.kind, FailureKind::Incompatible);
    assert!(failure.hint.contains("trimtab agent stop"));
    assert!(matches!(agent.await.unwrap(), Err(WireError::Refused(_))));
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_given_up() {
    let (ours, _theirs) = tokio::io::duplex(4096);
    let result = greet(&mut framed(Box::new(ours)), &Hello::new("test")).await;
    assert!(matches!(result, Err(WireError::Deadline(_))));
}

#[tokio::test]
async fn rubbish_ends_the_connection_only() {
    use tokio::io::AsyncWriteExt as _;
    let (mut ours, theirs) = tokio::io::duplex(4096);
    ours.write_all(&[0, 0, 0, 3, 0xc1, 0xc1, 0xc1])
        .await
        .unwrap();
    let result = welcome(&mut framed(Box::new(theirs)), answer()).await;
    assert!(matches!(result, Err(WireError::Decode(_))));
    let (mut ours, theirs) = tokio::io::duplex(4096);
    ours.write_all(&[0xff; 8]).await.unwrap();
    assert!(matches!(
        welcome(&mut framed(Box::new(theirs)), answer()).await,
        Err(WireError::Io(_))
    ));
}
