//! Where queries come in: how many run at once, and how all of them end when the store is closed.

use super::reading::Reading;
use crate::{StoreError, error::classify};
use duckdb::Connection;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many queries run at once; others wait for their turn.
const AT_ONCE: u32 = 2;

/// The queries' end of the store.
pub(crate) struct Desk {
    /// What every scan's connection is cloned from; gone when the store is closed.
    base: Mutex<Option<Connection>>,
    places: Arc<Semaphore>,
    running: Mutex<Vec<Weak<Reading>>>,
    path: PathBuf,
}

impl Desk {
    /// A desk on an open store.
    pub fn new(db: &Connection, path: PathBuf) -> Result<Self, StoreError> {
        let base = db
            .try_clone()
            .map_err(|e| classify(&path, "opening a reader", &e))?;
        Ok(Self {
            base: Mutex::new(Some(base)),
            places: Arc::new(Semaphore::new(AT_ONCE as usize)),
            running: Mutex::default(),
            path,
        })
    }

    /// Waits for a turn. It ends when every thread of the query has let go of it.
    pub async fn turn(&self) -> Result<Arc<OwnedSemaphorePermit>, StoreError> {
        let places = Arc::clone(&self.places);
        let turn = places.acquire_owned().await.map_err(|_| closed())?;
        Ok(Arc::new(turn))
    }

    /// A connection to the store, for one scan.
    pub fn connect(&self) -> Result<Connection, StoreError> {
        let base = lock(&self.base);
        let base = base.as_ref().ok_or_else(closed)?;
        base.try_clone()
            .map_err(|e| classify(&self.path, "opening a reader", &e))
    }

    /// Remembers a query, to be stopped when the store is closed.
    pub fn note(&self, reading: &Arc<Reading>) {
        let mut running = lock(&self.running);
        running.retain(|r| r.strong_count() > 0);
        running.push(Arc::downgrade(reading));
    }

    /// Stops every query, and lets go of the store when the last has ended.
    pub async fn close(&self) {
        drop(lock(&self.base).take());
        let running: Vec<_> = lock(&self.running).drain(..).collect();
        for query in &running {
            Reading::stop(query);
        }
        if let Ok(places) = self.places.acquire_many(AT_ONCE).await {
            self.places.close();
            places.forget();
        }
    }
}

pub(super) fn closed() -> StoreError {
    StoreError::Closed {
        why: "it was told to".into(),
    }
}

/// What is behind these locks cannot be left half-changed.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
