//! What changed, told to whoever follows it.
//!
//! Facts go out on a bounded broadcast that is a hint, never a record: a subscriber that lags is told
//! how much it missed and gets a fresh snapshot from the store. What changes in storms (points,
//! rows of running runs, fleet rows) is gathered for [`GATHER`] before it is told.

mod feed;
mod filter;
mod gather;
mod log;
mod snapshot;

pub(crate) use feed::{Subscriber, follow};
pub(crate) use gather::run;

use gather::Pending;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Notify, broadcast};
use trimtab_core::{metric::Point, run::RunId};
use trimtab_wire::{Delta, Topic};

/// How long storms are gathered before they are told.
const GATHER: Duration = Duration::from_millis(100);
/// Facts kept for subscribers that are behind.
const KEPT: usize = 4096;

/// One thing that changed.
#[derive(Debug)]
pub(crate) enum Fact {
    /// As subscribers of its topic see it.
    Delta(Delta),
    /// Points of one series; `end` is the series' length with them.
    Points {
        run: RunId,
        key: String,
        points: Vec<Point>,
        end: u64,
    },
}

/// Tells subscribers what changed.
#[derive(Debug)]
pub(crate) struct Hub {
    facts: broadcast::Sender<Arc<Fact>>,
    pending: Mutex<Pending>,
    wake: Notify,
    interest: Mutex<Interest>,
    dropped: AtomicU64,
}

/// What is followed: nothing else needs gathering.
#[derive(Debug, Default)]
struct Interest {
    runs: usize,
    fleet: usize,
    series: HashMap<(RunId, String), usize>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            facts: broadcast::Sender::new(KEPT),
            pending: Mutex::default(),
            wake: Notify::new(),
            interest: Mutex::default(),
            dropped: AtomicU64::new(0),
        }
    }
}

impl Hub {
    /// Tells a change now.
    pub(crate) fn publish(&self, delta: Delta) {
        self.send(Fact::Delta(delta));
    }

    /// A run's row is no longer what it was.
    pub(crate) fn run_changed(&self, run: RunId) {
        if self.interest().runs > 0 {
            self.pending().runs.insert(run);
            self.wake.notify_one();
        }
    }

    /// Some fleet row may no longer be what it was.
    pub(crate) fn fleet_changed(&self) {
        if self.interest().fleet > 0 {
            self.pending().fleet = true;
            self.wake.notify_one();
        }
    }

    /// Points were committed; `end` is the series' length with them.
    pub(crate) fn points(&self, run: &RunId, key: String, points: Vec<Point>, end: u64) {
        let series = (run.clone(), key);
        if self.interest().series.contains_key(&series) {
            self.pending().add_points(series, points, end);
            self.wake.notify_one();
        }
    }

    /// Whether somebody looks at the fleet: then production is asked how it is.
    pub(crate) fn fleet_watched(&self) -> bool {
        self.interest().fleet > 0
    }

    /// Deltas dropped for slow subscribers since the start.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn send(&self, fact: Fact) {
        // Without subscribers there is nobody to tell.
        let _ = self.facts.send(Arc::new(fact));
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn interest(&self) -> MutexGuard<'_, Interest> {
        self.interest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a topic as followed. Undone by [`Hub::unfollow`].
    fn follow(&self, topic: &Topic) {
        let mut interest = self.interest();
        match topic {
            Topic::Runs(_) => interest.runs += 1,
            Topic::Fleet => interest.fleet += 1,
            Topic::Series { runs, key, .. } => {
                for run in runs {
                    *interest
                        .series
                        .entry((run.clone(), key.clone()))
                        .or_default() += 1;
                }
            }
            _ => {}
        }
    }

    fn unfollow(&self, topic: &Topic) {
        let mut interest = self.interest();
        match topic {
            Topic::Runs(_) => interest.runs = interest.runs.saturating_sub(1),
            Topic::Fleet => interest.fleet = interest.fleet.saturating_sub(1),
            Topic::Series { runs, key, .. } => {
                for run in runs {
                    let series = (run.clone(), key.clone());
                    if let Some(count) = interest.series.get_mut(&series) {
                        *count -= 1;
                        if *count == 0 {
                            interest.series.remove(&series);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
