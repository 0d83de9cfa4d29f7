//! Seats: a fixed number of connections, and who must go when one more comes.
//!
//! Whoever makes us wait, for a head, for a body, or for taking an answer, can be displaced: the
//! longest wait first. Who waits for us cannot. So a client that opens every connection it can and
//! sends nothing keeps nobody out.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

/// The mark of a connection that waits for us.
const WORKING: u64 = u64::MAX;

/// All seats.
pub(super) struct Seats(Arc<Room>);

struct Room {
    size: usize,
    taken: Mutex<(u64, HashMap<u64, Arc<State>>)>,
    freed: Notify,
    opened: Instant,
}

struct State {
    /// When we began to wait for the client, in microseconds since the room opened, or [`WORKING`].
    waiting: AtomicU64,
    leave: CancellationToken,
}

/// One connection's seat; free again when dropped.
pub(in crate::http) struct Seat {
    id: u64,
    state: Arc<State>,
    room: Arc<Room>,
}

impl Seats {
    pub(super) fn new(size: usize) -> Self {
        Self(Arc::new(Room {
            size,
            taken: Mutex::default(),
            freed: Notify::new(),
            opened: Instant::now(),
        }))
    }

    /// A seat: a free one, that of the client we have waited for longest, or the next that is free.
    pub(super) async fn take(&self) -> Arc<Seat> {
        loop {
            let freed = self.0.freed.notified();
            if let Some(seat) = self.try_take() {
                return seat;
            }
            freed.await;
        }
    }

    fn try_take(&self) -> Option<Arc<Seat>> {
        let mut taken = self.0.lock();
        if taken.1.len() >= self.0.size {
            let (id, longest) = taken
                .1
                .iter()
                .map(|(id, state)| (*id, state.waiting.load(Ordering::Relaxed)))
                .min_by_key(|(_, since)| *since)?;
            if longest == WORKING {
                return None;
            }
            if let Some(state) = taken.1.remove(&id) {
                state.leave.cancel();
            }
        }
        taken.0 += 1;
        let id = taken.0;
        let state = Arc::new(State {
            waiting: AtomicU64::new(self.0.now()),
            leave: CancellationToken::new(),
        });
        taken.1.insert(id, Arc::clone(&state));
        Some(Arc::new(Seat {
            id,
            state,
            room: Arc::clone(&self.0),
        }))
    }

    /// Sends everybody away.
    pub(super) fn clear(&self) {
        for state in self.0.lock().1.values() {
            state.leave.cancel();
        }
    }
}

impl Room {
    fn lock(&self) -> MutexGuard<'_, (u64, HashMap<u64, Arc<State>>)> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        let since: Duration = self.opened.elapsed();
        u64::try_from(since.as_micros()).unwrap_or(WORKING - 1)
    }
}

#[cfg(test)]
impl Seat {
    /// The seat of a room with one.
    pub(in crate::http) async fn only() -> Arc<Self> {
        Seats::new(1).take().await
    }
}

impl Seat {
    /// From now on the client waits for us.
    pub(in crate::http) fn working(&self) {
        self.state.waiting.store(WORKING, Ordering::Relaxed);
    }

    /// From now on we wait for the client.
    pub(in crate::http) fn waiting(&self) {
        self.state.waiting.store(self.room.now(), Ordering::Relaxed);
        self.room.freed.notify_waiters();
    }

    /// Runs a connection until it ends; `None` when it was displaced.
    pub(super) async fn taken_away<T>(&self, talk: impl Future<Output = T>) -> Option<T> {
        self.state.leave.run_until_cancelled(talk).await
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.lock().1.remove(&self.id);
        self.room.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    fn gone(seat: &Seat) -> bool {
        seat.state.leave.is_cancelled()
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_wait_is_displaced_and_work_is_not() {
        let seats = Seats::new(3);
        let mut taken = Vec::new();
        for _ in 0..3 {
            taken.push(seats.take().await);
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        taken[0].working();
        let fourth = seats.take().await;
        assert_eq!(
            taken.iter().map(|s| gone(s)).collect::<Vec<_>>(),
            [false, true, false]
        );
        // The first waits for us no longer, but we have waited for the third one longer.
        tokio::time::advance(Duration::from_millis(1)).await;
        taken[0].waiting();
        let fifth = seats.take().await;
        assert!(gone(&taken[2]) && !gone(&taken[0]) && !gone(&fourth));
        // All work: a newcomer waits until one is done.
        for seat in [&taken[0], &fourth, &fifth] {
            seat.working();
        }
        let mut sixth = Box::pin(seats.take());
        assert!((&mut sixth).now_or_never().is_none());
        drop(fourth);
        assert!((&mut sixth).now_or_never().is_some());
        seats.clear();
        assert!(gone(&taken[0]) && gone(&fifth));
    }
}
