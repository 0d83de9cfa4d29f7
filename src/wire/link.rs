//! The client's side of a connection, in a task of its own.
//!
//! A slow or dead agent never holds up whoever owns the [`Link`]: requests are answered through
//! channels, and a link that reconnects keeps its subscriptions and sends each a fresh snapshot.

use crate::{
    AgentFrame, ClientFrame, Delta, Dial, Failure, Framed, Hello, Reply, Request, Snapshot, Topic,
    Welcome, WireError,
    codec::{decode, encode},
    framed, greet,
};
use futures::{SinkExt as _, StreamExt as _};
use std::{collections::HashMap, time::Duration};
use tokio::sync::{mpsc, oneshot, watch};

/// The first pause before dialling again; doubled up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why a request has no reply.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The agent said no.
    #[error("{0}")]
    Failure(#[from] Failure),
    /// The connection was lost before the answer came; whether it was done is not known.
    #[error("the agent's answer did not arrive: {0}")]
    Lost(String),
    /// The agent answered with something else than what was asked for.
    #[error("the agent answered out of turn")]
    Unexpected,
}

/// How the link is.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkState {
    /// Dialling for the first time or again.
    Connecting {
        /// Tries so far.
        tries: u32,
        /// Why the last one failed or the connection was lost; empty at first.
        reason: String,
    },
    /// Connected.
    Up(Box<Welcome>),
    /// Given up: the agent refused, or the link does not reconnect.
    Down {
        /// Why.
        reason: String,
    },
}

/// What a subscription brings.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The topic as it stands: replaces everything.
    Snapshot(Snapshot),
    /// One change.
    Delta(Delta),
    /// The agent dropped this many deltas; a snapshot follows.
    Resync(u64),
    /// The agent cannot serve the topic.
    Failed(Failure),
}

/// A followed topic. Dropping it ends the subscription.
#[derive(Debug)]
pub struct Subscription {
    id: u64,
    events: mpsc::Receiver<Event>,
    link: mpsc::Sender<Order>,
}

impl Subscription {
    /// The next event; `None` when the link is down for good.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // A full queue only delays the end: deltas for unknown ids are dropped by the task.
        let _ = self.link.try_send(Order::Unsubscribe(self.id));
    }
}

enum Order {
    Request(Box<Request>, oneshot::Sender<Result<Reply, LinkError>>),
    Subscribe(u64, Topic, mpsc::Sender<Event>),
    Unsubscribe(u64),
}

/// A handle on a connection; cheap to clone.
#[derive(Clone, Debug)]
pub struct Link {
    orders: mpsc::Sender<Order>,
    state: watch::Receiver<LinkState>,
    next_subscription: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

impl Link {
    /// Connects once; the link is down for good when the connection ends.
    pub async fn connect(dial: &Dial, client: &str) -> Result<Self, WireError> {
        let mut stream = framed(dial.open().await?);
        let welcome = greet(&mut stream, &Hello::new(client)).await?;
        Ok(Self::start(
            dial.clone(),
            Hello::new(client),
            Some((stream, welcome)),
            false,
        ))
    }

    /// Connects now and whenever the connection is lost. Returns at once.
    pub fn persistent(dial: &Dial, client: &str) -> Self {
        Self::start(dial.clone(), Hello::new(client), None, true)
    }

    fn start(dial: Dial, hello: Hello, first: Option<(Framed, Welcome)>, reconnect: bool) -> Self {
        let (orders, inbox) = mpsc::channel(256);
        let initial = match &first {
            Some((_, w)) => LinkState::Up(Box::new(w.clone())),
            None => LinkState::Connecting {
                tries: 0,
                reason: String::new(),
            },
        };
        let (state_tx, state) = watch::channel(initial);
        let task = Task {
            inbox,
            state: state_tx,
            next_id: 0,
            pending: HashMap::new(),
            topics: HashMap::new(),
        };
        tokio::spawn(task.run(dial, hello, first.map(|f| f.0), reconnect));
        Self {
            orders,
            state,
            next_subscription: std::sync::Arc::default(),
        }
    }

    /// Asks and waits for the answer.
    pub async fn request(&self, request: Request) -> Result<Reply, LinkError> {
        let (tx, rx) = oneshot::channel();
        let lost = || LinkError::Lost("the link is down".into());
        self.orders
            .send(Order::Request(Box::new(request), tx))
            .await
            .map_err(|_| lost())?;
        rx.await.map_err(|_| lost())?
    }

    /// Follows a topic; events wait in a bounded queue, and a full one slows the stream down,
    /// upon which the agent drops deltas and resyncs.
    pub async fn subscribe(&self, topic: Topic) -> Result<Subscription, LinkError> {
        let id = self
            .next_subscription
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (tx, events) = mpsc::channel(256);
        self.orders
            .send(Order::Subscribe(id, topic, tx))
            .await
            .map_err(|_| LinkError::Lost("the link is down".into()))?;
        Ok(Subscription {
            id,
            events,
            link: self.orders.clone(),
        })
    }

    /// Watches the link's state.
    pub fn state(&self) -> watch::Receiver<LinkState> {
        self.state.clone()
    }
}

struct Task {
    inbox: mpsc::Receiver<Order>,
    state: watch::Sender<LinkState>,
    next_id: u64,
    pending: HashMap<u64, oneshot::Sender<Result<Reply, LinkError>>>,
    topics: HashMap<u64, (Topic, mpsc::Sender<Event>)>,
}

/// Why one connection ended.
enum End {
    /// Nobody holds the link any more.
    Released,
    /// The connection is gone.
    Lost(String),
}

impl Task {
    async fn run(mut self, dial: Dial, hello: Hello, first: Option<Framed>, reconnect: bool) {
        let mut ready = first;
        let mut tries = 0;
        let mut pause = FIRST_PAUSE;
        loop {
            let stream = match ready.take() {
                Some(stream) => Ok(stream),
                None => self.dial(&dial, &hello).await,
            };
            let reason = match stream {
                Ok(stream) => {
                    (tries, pause) = (0, FIRST_PAUSE);
                    match self.converse(stream).await {
                        End::Released => return,
                        End::Lost(reason) => reason,
                    }
                }
                Err(WireError::Refused(failure)) => {
                    return self.give_up(&format!("{failure} {}", failure.hint));
                }
                Err(error) => error.to_string(),
            };
            for (_, waiting) in self.pending.drain() {
                let _ = waiting.send(Err(LinkError::Lost(reason.clone())));
            }
            if !reconnect {
                return self.give_up(&reason);
            }
            tries += 1;
            self.state
                .send_replace(LinkState::Connecting { tries, reason });
            if !self.wait(pause).await {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn give_up(&mut self, reason: &str) {
        self.state.send_replace(LinkState::Down {
            reason: reason.to_owned(),
        });
        for (_, waiting) in self.pending.drain() {
            let _ = waiting.send(Err(LinkError::Lost(reason.to_owned())));
        }
    }

    async fn dial(&mut self, dial: &Dial, hello: &Hello) -> Result<Framed, WireError> {
        let mut stream = framed(dial.open().await?);
        let welcome = greet(&mut stream, hello).await?;
        self.state.send_replace(LinkState::Up(Box::new(welcome)));
        Ok(stream)
    }

    /// Waits out a pause; requests made meanwhile fail at once, subscriptions are kept.
    /// False when nobody holds the link any more.
    async fn wait(&mut self, pause: Duration) -> bool {
        let sleep = tokio::time::sleep(pause);
        tokio::pin!(sleep);
        loop {
            tokio::select! {
                () = &mut sleep => return true,
                order = self.inbox.recv() => match order {
                    None => return false,
                    Some(Order::Request(_, waiting)) => {
                        let _ = waiting.send(Err(LinkError::Lost("not connected".into())));
                    }
                    Some(Order::Subscribe(id, topic, events)) => {
                        self.topics.insert(id, (topic, events));
                    }
                    Some(Order::Unsubscribe(id)) => {
                        self.topics.remove(&id);
                    }
                },
            }
        }
    }

    async fn converse(&mut self, mut stream: Framed) -> End {
        let kept: Vec<_> = self
            .topics
            .iter()
            .map(|(id, (topic, _))| (*id, topic.clone()))
            .collect();
        for (id, topic) in kept {
            if let Err(e) = send(&mut stream, &ClientFrame::Subscribe { id, topic }).await {
                return End::Lost(e.to_string());
            }
        }
        loop {
            tokio::select! {
                order = self.inbox.recv() => {
                    let Some(order) = order else { return End::Released };
                    if let Err(e) = self.carry(&mut stream, order).await {
                        return End::Lost(e.to_string());
                    }
                }
                frame = stream.next() => {
                    let frame = match frame {
                        None => return End::Lost(WireError::Closed.to_string()),
                        Some(Err(e)) => return End::Lost(e.to_string()),
                        Some(Ok(bytes)) => decode::<AgentFrame>(&bytes),
                    };
                    match frame {
                        Ok(AgentFrame::Bye { reason }) => return End::Lost(reason),
                        Ok(frame) => self.deliver(frame).await,
                        Err(e) => return End::Lost(e.to_string()),
                    }
                }
            }
        }
    }

    async fn carry(&mut self, stream: &mut Framed, order: Order) -> Result<(), WireError> {
        match order {
            Order::Request(request, waiting) => {
                self.next_id += 1;
                let id = self.next_id;
                self.pending.insert(id, waiting);
                send(
                    stream,
                    &ClientFrame::Request {
                        id,
                        request: *request,
                    },
                )
                .await
            }
            Order::Subscribe(id, topic, events) => {
                self.topics.insert(id, (topic.clone(), events));
                send(stream, &ClientFrame::Subscribe { id, topic }).await
            }
            Order::Unsubscribe(id) => {
                self.topics.remove(&id);
                send(stream, &ClientFrame::Unsubscribe { id }).await
            }
        }
    }

    async fn deliver(&mut self, frame: AgentFrame) {
        let (id, event) = match frame {
            AgentFrame::Reply { id, result } => {
                if let Some(waiting) = self.pending.remove(&id) {
                    let _ = waiting.send(result.map_err(LinkError::from));
                }
                return;
            }
            AgentFrame::Snapshot {
                id,
                result: Ok(snapshot),
            } => (id, Event::Snapshot(snapshot)),
            AgentFrame::Snapshot {
                id,
                result: Err(failure),
            } => (id, Event::Failed(failure)),
            AgentFrame::Delta { id, delta } => (id, Event::Delta(delta)),
            AgentFrame::Resync { id, dropped } => (id, Event::Resync(dropped)),
            AgentFrame::Welcome(_) | AgentFrame::Refused(_) | AgentFrame::Bye { .. } => return,
        };
        if let Some((_, events)) = self.topics.get(&id)
            && events.send(event).await.is_err()
        {
            self.topics.remove(&id);
        }
    }
}

async fn send(stream: &mut Framed, frame: &ClientFrame) -> Result<(), WireError> {
    stream.send(encode(frame)?).await?;
    Ok(())
}
