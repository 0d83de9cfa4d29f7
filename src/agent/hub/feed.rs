//! One subscription: a snapshot, then deltas, into its client's bounded queue.
//!
//! A full queue never holds anybody up: what does not fit is dropped and counted, and when the
//! client has caught up it is told how much it missed and gets a fresh snapshot.

use super::{Fact, Hub, filter::Filter, log, snapshot};
use crate::Context;
use bytes::Bytes;
use std::sync::{Arc, atomic::Ordering};
use tokio::sync::{
    broadcast::{
        self,
        error::{RecvError, TryRecvError},
    },
    mpsc::{self, error::TrySendError},
};
use trimtab_wire::{AgentFrame, Topic, WireError, codec::encode};

/// Where a subscription's frames go.
#[derive(Clone, Debug)]
pub(crate) struct Subscriber {
    /// Chosen by the client.
    pub(crate) id: u64,
    /// The client's queue, shared by its subscriptions.
    pub(crate) queue: mpsc::Sender<Bytes>,
}

/// Why a subscription ends.
pub(super) enum Ended {
    /// The client is gone, or the agent stops.
    Gone,
    /// A frame could not be written; the subscription cannot go on.
    Unwritable,
}

impl From<WireError> for Ended {
    fn from(error: WireError) -> Self {
        tracing::error!(%error, "a frame could not be written");
        Self::Unwritable
    }
}

impl Subscriber {
    /// Sends a frame, waiting for room.
    pub(super) async fn send(&self, frame: &AgentFrame) -> Result<(), Ended> {
        self.queue
            .send(encode(frame)?)
            .await
            .map_err(|_| Ended::Gone)
    }
}

/// Serves a subscription until the client or the agent ends it.
pub(crate) async fn follow(ctx: Arc<Context>, to: Subscriber, topic: Topic) {
    ctx.hub.follow(&topic);
    let _following = Following {
        hub: &ctx.hub,
        topic: &topic,
    };
    let _ended = match &topic {
        Topic::JobLog { job, tail } => log::follow(&ctx, &to, *job, *tail).await,
        _ => feed(&ctx, &to, &topic).await,
    };
}

struct Following<'a> {
    hub: &'a Hub,
    topic: &'a Topic,
}

impl Drop for Following<'_> {
    fn drop(&mut self) {
        self.hub.unfollow(self.topic);
    }
}

async fn feed(ctx: &Context, to: &Subscriber, topic: &Topic) -> Result<(), Ended> {
    // Listening starts before the snapshot is taken: nothing falls between the two.
    let mut facts = ctx.hub.facts.subscribe();
    loop {
        let result = snapshot::take(ctx, topic).await;
        let filter = result.as_ref().ok().and_then(|s| Filter::after(topic, s));
        to.send(&AgentFrame::Snapshot { id: to.id, result }).await?;
        let Some(mut filter) = filter else {
            return Ok(());
        };
        let mut dropped = tell(to, &mut facts, &mut filter).await?;
        dropped += wait_for_room(to, &mut facts, &mut filter).await?;
        ctx.hub.dropped.fetch_add(dropped, Ordering::Relaxed);
        to.send(&AgentFrame::Resync { id: to.id, dropped }).await?;
    }
}

/// Tells facts until one does not fit; returns how many were lost.
async fn tell(
    to: &Subscriber,
    facts: &mut broadcast::Receiver<Arc<Fact>>,
    filter: &mut Filter,
) -> Result<u64, Ended> {
    loop {
        let fact = match facts.recv().await {
            Ok(fact) => fact,
            Err(RecvError::Lagged(missed)) => return Ok(missed),
            Err(RecvError::Closed) => return Err(Ended::Gone),
        };
        let Some(delta) = filter.pass(&fact) else {
            continue;
        };
        match to
            .queue
            .try_send(encode(&AgentFrame::Delta { id: to.id, delta })?)
        {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Ok(1),
            Err(TrySendError::Closed(_)) => return Err(Ended::Gone),
        }
    }
}

/// Drops facts until half the queue is free, so that a client that stays slow is not resynced for
/// every frame it takes; returns how many were dropped.
async fn wait_for_room(
    to: &Subscriber,
    facts: &mut broadcast::Receiver<Arc<Fact>>,
    filter: &mut Filter,
) -> Result<u64, Ended> {
    let mut dropped = 0;
    let room = to.queue.reserve_many(to.queue.max_capacity() / 2);
    tokio::pin!(room);
    loop {
        tokio::select! {
            room = &mut room => {
                room.map_err(|_| Ended::Gone)?;
                break;
            }
            fact = facts.recv() => match fact {
                Ok(fact) => dropped += u64::from(filter.pass(&fact).is_some()),
                Err(RecvError::Lagged(missed)) => dropped += missed,
                Err(RecvError::Closed) => return Err(Ended::Gone),
            },
        }
    }
    // What is still queued here is older than the snapshot that follows.
    loop {
        match facts.try_recv() {
            Ok(fact) => dropped += u64::from(filter.pass(&fact).is_some()),
            Err(TryRecvError::Lagged(missed)) => dropped += missed,
            Err(TryRecvError::Empty | TryRecvError::Closed) => return Ok(dropped),
        }
    }
}
