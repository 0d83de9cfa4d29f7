//! One connection: handshake, requests answered as they finish, subscriptions served side by side.
//!
//! Everything a client is sent goes through two bounded queues, replies before deltas. A client
//! that does not read fills its own queues and nobody else's.

use crate::{
    Context,
    hub::{Subscriber, follow},
    service::{Actor, Queries, handle},
};
use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _, stream::SplitSink};
use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};
use trimtab_wire::{
    AgentFrame, ClientFrame, Failure, FailureKind, Framed, Reply, Request, Stream, Topic,
    codec::{decode, encode},
    framed, welcome,
};

/// Requests of one client that run at once; it waits with further ones.
const AT_ONCE: usize = 32;
/// Replies that wait for one client.
const REPLIES: usize = 64;
/// Snapshots and deltas that wait for one client.
const DELTAS: usize = 256;
/// Subscriptions of one client.
const TOPICS: usize = 64;
/// How long a client has to take what is left for it when the agent stops.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves a client until it goes or `closed` says that the agent is gone.
pub(crate) async fn serve(
    ctx: Arc<Context>,
    stream: Box<dyn Stream>,
    actor: Actor,
    closed: CancellationToken,
) {
    let mut stream = framed(stream);
    match welcome(&mut stream, ctx.welcome(&actor.0)).await {
        Ok(hello) => tracing::debug!(
            client = hello.client,
            version = hello.version,
            actor = actor.0,
            "connected"
        ),
        Err(error) => return tracing::debug!(%error, "a connection without a handshake"),
    }
    ctx.clients.fetch_add(1, Ordering::Relaxed);
    converse(&ctx, stream, actor, closed).await;
    ctx.clients.fetch_sub(1, Ordering::Relaxed);
}

async fn converse(ctx: &Arc<Context>, stream: Framed, actor: Actor, closed: CancellationToken) {
    let (sink, mut source) = stream.split();
    let (replies, replies_out) = mpsc::channel(REPLIES);
    let (deltas, deltas_out) = mpsc::channel(DELTAS);
    let mut writer = tokio::spawn(write(sink, replies_out, deltas_out));
    let mut session = Session {
        ctx,
        actor,
        replies,
        deltas,
        slots: Arc::new(Semaphore::new(AT_ONCE)),
        topics: HashMap::new(),
        requests: TaskTracker::new(),
        queries: Queries::new(&ctx.stop),
    };
    let goodbye = loop {
        tokio::select! {
            biased;
            () = ctx.stop.cancelled() => break "the agent stopped".to_owned(),
            _ = &mut writer => return,
            frame = source.next() => match frame.map(|bytes| bytes.map(|b| decode::<ClientFrame>(&b))) {
                None | Some(Err(_)) => return,
                Some(Ok(Err(error))) => break error.to_string(),
                Some(Ok(Ok(frame))) => if let Err(reason) = session.take(frame).await { break reason },
            },
        }
    };
    session.topics.clear();
    session.queries.close();
    session.requests.close();
    session.requests.wait().await;
    if ctx.stop.is_cancelled() {
        // The last word comes when everything is stored and closed.
        closed.cancelled().await;
    }
    if let Ok(bye) = encode(&AgentFrame::Bye { reason: goodbye }) {
        let _ = tokio::time::timeout(FAREWELL, session.replies.send(bye)).await;
    }
    drop(session);
    if tokio::time::timeout(FAREWELL, &mut writer).await.is_err() {
        writer.abort();
    }
}

struct Session<'a> {
    ctx: &'a Arc<Context>,
    actor: Actor,
    replies: mpsc::Sender<Bytes>,
    deltas: mpsc::Sender<Bytes>,
    slots: Arc<Semaphore>,
    /// Dropping a guard ends its subscription.
    topics: HashMap<u64, DropGuard>,
    requests: TaskTracker,
    /// Queries that people wrote: the only requests that end with their client.
    queries: Queries,
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        self.queries.close();
    }
}

impl Session<'_> {
    /// Acts on a frame; an error ends the connection.
    async fn take(&mut self, frame: ClientFrame) -> Result<(), String> {
        match frame {
            ClientFrame::Hello(_) => Err("a second hello".into()),
            ClientFrame::Request { id, request } => self.answer(id, request).await,
            ClientFrame::Subscribe { id, topic } => self.subscribe(id, topic).await,
            ClientFrame::Unsubscribe { id } => {
                self.topics.remove(&id);
                Ok(())
            }
        }
    }

    async fn answer(&self, id: u64, request: Request) -> Result<(), String> {
        let slot = Arc::clone(&self.slots)
            .acquire_owned()
            .await
            .map_err(|e| e.to_string())?;
        let (ctx, actor, replies) = (
            Arc::clone(self.ctx),
            self.actor.clone(),
            self.replies.clone(),
        );
        let queries = self.queries.clone();
        // Tracked twice: the client is said goodbye, and the store closed, only after the answer.
        // A request outlives its client: what was asked for is done even if nobody waits.
        let work = self.ctx.work.track_future(async move {
            // In a task of its own: should it panic, its client hears of it and the others hear nothing.
            let handled =
                tokio::spawn(async move { handle(&ctx, &actor, &queries, request).await });
            let result = handled.await.unwrap_or_else(|error| Err(bug(&error)));
            reply(&replies, id, result).await;
            drop(slot);
        });
        self.requests.spawn(work);
        Ok(())
    }

    async fn subscribe(&mut self, id: u64, topic: Topic) -> Result<(), String> {
        self.topics.remove(&id);
        if self.topics.len() >= TOPICS {
            let failure = Failure::new(
                FailureKind::Refused,
                format!("A client may follow {TOPICS} topics at once."),
                "End a subscription first.",
            );
            let frame = encode(&AgentFrame::Snapshot {
                id,
                result: Err(failure),
            })
            .map_err(|e| e.to_string())?;
            return self.deltas.send(frame).await.map_err(|e| e.to_string());
        }
        let cancel = self.ctx.stop.child_token();
        let ended = cancel.clone();
        let to = Subscriber {
            id,
            queue: self.deltas.clone(),
        };
        let feed = follow(Arc::clone(self.ctx), to, topic);
        self.ctx
            .work
            .spawn(async move { ended.run_until_cancelled(feed).await });
        self.topics.insert(id, cancel.drop_guard());
        Ok(())
    }
}

/// What a client is told when its request met a bug.
fn bug(error: &tokio::task::JoinError) -> Failure {
    tracing::error!(%error, "a request was not answered");
    Failure::new(
        FailureKind::Internal,
        "The agent failed on this request.",
        "This is a bug; see .trimtab/agent.log.",
    )
}

/// Sends a reply; one that cannot be written is answered with why.
async fn reply(replies: &mpsc::Sender<Bytes>, id: u64, result: Result<Reply, Failure>) {
    let frame = encode(&AgentFrame::Reply { id, result }).or_else(|error| {
        let failure = Failure::new(
            FailureKind::Internal,
            format!("The answer cannot be written: {error}."),
            "",
        );
        encode(&AgentFrame::Reply {
            id,
            result: Err(failure),
        })
    });
    match frame {
        // A client that is gone does not wait for it.
        Ok(frame) => drop(replies.send(frame).await),
        Err(error) => tracing::error!(%error, "an answer cannot be written"),
    }
}

/// Writes what waits, replies first, and flushes when nothing does.
async fn write(
    mut sink: SplitSink<Framed, Bytes>,
    mut replies: mpsc::Receiver<Bytes>,
    mut deltas: mpsc::Receiver<Bytes>,
) {
    loop {
        let frame = tokio::select! {
            biased;
            Some(frame) = replies.recv() => frame,
            Some(frame) = deltas.recv() => frame,
            else => break,
        };
        let mut next = Some(frame);
        while let Some(frame) = next {
            if sink.feed(frame).await.is_err() {
                return;
            }
            next = replies.try_recv().or_else(|_| deltas.try_recv()).ok();
        }
        if sink.flush().await.is_err() {
            return;
        }
    }
    // The client may have gone first.
    let _ = sink.close().await;
}
