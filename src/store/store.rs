//! The handle: what the agent holds, clones and calls.

use crate::{
    catalogue::{Catalogue, registry::Shelf},
    change::{Applied, Change},
    error::StoreError,
    migrate::MIGRATIONS,
    open::{self, Opened, Recovery},
    read::Pool,
    sql::Desk,
    writer::{Call, Gauges, Order, QUEUE, Writer},
};
use duckdb::Connection;
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering, mpsc},
};
use tokio::sync::{Semaphore, oneshot};

/// The store of a workspace. Clones share it; the last one to go closes it.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    orders: mpsc::Sender<Order>,
    queue: Arc<Semaphore>,
    readers: Arc<Pool>,
    desk: Arc<Desk>,
    catalogue: Arc<Catalogue>,
    shelf: Arc<Shelf>,
    gauges: Arc<Gauges>,
}

/// How much the store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Runs.
    pub runs: u64,
    /// Metric values.
    pub points: u64,
    /// Commits since the store was opened.
    pub commits: u64,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.shared.path.display())
    }
}

impl Store {
    /// Opens or makes the store at `path` (`….duckdb`), and its folder. Blocks: call it before the runtime
    /// has other work. Fails when another process has it, when it is newer, damaged, or cannot be written.
    pub fn open(path: &Path) -> Result<(Self, Recovery), StoreError> {
        let Opened {
            db,
            claim,
            path,
            recovery,
        } = open::open(path, MIGRATIONS)?;
        let readers = Arc::new(Pool::new(&db, path.clone())?);
        let desk = Arc::new(Desk::new(&db, path.clone())?);
        let gauges = Arc::new(Gauges::default());
        let queue = Arc::new(Semaphore::new(QUEUE));
        let writer = Writer::new(
            db,
            claim,
            path.clone(),
            Arc::clone(&gauges),
            Arc::clone(&queue),
        )?;
        let (catalogue, shelf) = (writer.catalogue(), writer.shelf());
        let (orders, inbox) = mpsc::channel();
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run(&inbox))
            .map_err(|e| StoreError::Db {
                operation: "starting the store's writer",
                detail: e.to_string(),
            })?;
        let shared = Shared {
            path,
            orders,
            queue,
            readers,
            desk,
            catalogue,
            shelf,
            gauges,
        };
        let store = Self {
            shared: Arc::new(shared),
        };
        Ok((store, recovery))
    }

    /// The store's file, from the root.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Stores changes: all of them or, on an error, none. Answered when they are on disk (`fsync`), one
    /// [`Applied`] for each change, in order. Cancelling the call does not take it back.
    pub async fn apply(&self, changes: Vec<Change>) -> Result<Vec<Applied>, StoreError> {
        let queue = Arc::clone(&self.shared.queue);
        let place = queue.acquire_owned().await.map_err(|_| gone())?;
        let (answer, answered) = oneshot::channel();
        self.send(Order::Apply(Call {
            changes,
            answer,
            _place: place,
        }))?;
        answered.await.map_err(|_| gone())?
    }

    /// Writes what waits, waits for reads under way, folds the log into the file and lets go of it.
    /// Calls after that get [`StoreError::Closed`].
    pub async fn close(&self) -> Result<(), StoreError> {
        self.shared.queue.close();
        self.shared.desk.close().await;
        self.shared.readers.close().await;
        let (done, closed) = oneshot::channel();
        self.send(Order::Close(done))?;
        closed.await.map_err(|_| gone())?
    }

    /// How much the store holds. Costs nothing.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        let gauges = &self.shared.gauges;
        Ok(Counts {
            runs: gauges.runs.load(Ordering::Relaxed),
            points: gauges.points.load(Ordering::Relaxed),
            commits: gauges.commits.load(Ordering::Relaxed),
        })
    }

    /// Refuses what comes after [`Store::close`].
    pub(crate) fn still_open(&self) -> Result<(), StoreError> {
        if self.shared.queue.is_closed() {
            return Err(StoreError::Closed {
                why: "it was told to".into(),
            });
        }
        Ok(())
    }

    pub(crate) fn catalogue(&self) -> &Arc<Catalogue> {
        &self.shared.catalogue
    }

    pub(crate) fn desk(&self) -> &Arc<Desk> {
        &self.shared.desk
    }

    pub(crate) fn shelf(&self) -> &Arc<Shelf> {
        &self.shared.shelf
    }

    pub(crate) async fn read<T, F>(&self, operation: &'static str, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> duckdb::Result<T> + Send + 'static,
    {
        self.shared.readers.read(operation, read).await
    }

    fn send(&self, order: Order) -> Result<(), StoreError> {
        self.shared.orders.send(order).map_err(|_| gone())
    }
}

/// The writer's end of a channel is gone: it was closed, or it died of a bug.
fn gone() -> StoreError {
    StoreError::Closed {
        why: "its writer has ended".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_writer_that_dies_hangs_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(&dir.path().join("store.duckdb")).unwrap();
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.apply(Vec::new()).await })
            })
            .collect();
        store.send(Order::Panic).unwrap();
        for call in waiting {
            // Answered before the writer died, or told that it did.
            if let Err(e) = call.await.unwrap() {
                assert!(matches!(e, StoreError::Closed { .. }), "{e}");
            }
        }
        let e = store.apply(Vec::new()).await.unwrap_err();
        assert!(matches!(e, StoreError::Closed { .. }), "{e}");
        // Reading goes on.
        assert_eq!(store.jobs().await.unwrap(), []);
        assert!(store.close().await.is_err());
    }
}
