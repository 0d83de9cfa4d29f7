//! What one query reads from, and how it is stopped.

use super::desk::{Desk, lock};
use crate::{StoreError, catalogue::Catalogue};
use duckdb::{Connection, InterruptHandle};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::OwnedSemaphorePermit;
use trimtab_core::{sql::SqlTable, time::Millis};

/// How often a query that was stopped is told so again.
const AGAIN: Duration = Duration::from_millis(20);
/// Views that one query may have open at the same moment: each keeps a connection and a thread.
const SCANS: usize = 32;

/// The queries under way, by number. A table function is handed values only, so it finds its query here.
static READINGS: Mutex<Option<HashMap<u64, Weak<Reading>>>> = Mutex::new(None);
static NEXT: AtomicU64 = AtomicU64::new(1);

/// One query's sources.
pub(crate) struct Reading {
    number: u64,
    pub desk: Arc<Desk>,
    pub catalogue: Arc<Catalogue>,
    /// Rows that are not in the store, by view.
    pub given: Vec<(&'static str, SqlTable)>,
    pub now: Millis,
    turn: Arc<OwnedSemaphorePermit>,
    stopped: AtomicBool,
    scans: AtomicUsize,
    interrupts: Mutex<Vec<Arc<InterruptHandle>>>,
}

/// A connection that is interrupted when its query is stopped.
pub(super) struct Held {
    pub db: Connection,
    handle: Arc<InterruptHandle>,
    reading: Arc<Reading>,
}

impl Drop for Held {
    fn drop(&mut self) {
        // Before the connection goes, which is after this: a handle must not be used while it does.
        let handle = &self.handle;
        lock(&self.reading.interrupts).retain(|h| !Arc::ptr_eq(h, handle));
    }
}

/// A connection of a scan, with the turn of its query.
pub(super) struct Leased {
    pub held: Held,
    _turn: Arc<OwnedSemaphorePermit>,
}

impl Drop for Leased {
    fn drop(&mut self) {
        self.held.reading.scans.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Reading {
    pub fn new(
        desk: Arc<Desk>,
        catalogue: Arc<Catalogue>,
        given: Vec<(&'static str, SqlTable)>,
        now: Millis,
        turn: Arc<OwnedSemaphorePermit>,
    ) -> Arc<Self> {
        let reading = Arc::new(Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            desk,
            catalogue,
            given,
            now,
            turn,
            stopped: AtomicBool::new(false),
            scans: AtomicUsize::new(0),
            interrupts: Mutex::default(),
        });
        lock(&READINGS)
            .get_or_insert_default()
            .insert(reading.number, Arc::downgrade(&reading));
        reading.desk.note(&reading);
        reading
    }

    /// The query of a number, while it runs.
    pub fn find(number: u64) -> Option<Arc<Self>> {
        lock(&READINGS).as_ref()?.get(&number)?.upgrade()
    }

    pub fn number(&self) -> u64 {
        self.number
    }

    /// A connection for one more scan.
    pub(super) fn lease(self: &Arc<Self>) -> Result<Leased, StoreError> {
        let scans = self.scans.fetch_add(1, Ordering::Relaxed) + 1;
        let refused = |detail: String| {
            self.scans.fetch_sub(1, Ordering::Relaxed);
            StoreError::Db {
                operation: "reading a view",
                detail,
            }
        };
        if scans > SCANS {
            return Err(refused(format!(
                "a query may read {SCANS} views at once; read fewer in one query"
            )));
        }
        let db = self.desk.connect().map_err(|e| refused(e.to_string()))?;
        Ok(Leased {
            held: self.hold(db),
            _turn: Arc::clone(&self.turn),
        })
    }

    /// Has a connection interrupted when the query is stopped.
    pub(super) fn hold(self: &Arc<Self>, db: Connection) -> Held {
        let handle = db.interrupt_handle();
        lock(&self.interrupts).push(Arc::clone(&handle));
        Held {
            db,
            handle,
            reading: Arc::clone(self),
        }
    }

    /// Ends a query and what it reads, if it has not ended.
    ///
    /// DuckDB forgets an interrupt that comes between two statements of a connection, so it is told again until the
    /// query has let go.
    pub(super) fn stop(query: &Weak<Self>) {
        let Some(reading) = query.upgrade() else {
            return;
        };
        let was_stopped = reading.stopped.swap(true, Ordering::SeqCst);
        reading.interrupt();
        if was_stopped {
            return;
        }
        drop(reading);
        let query = Weak::clone(query);
        let told = std::thread::Builder::new().name("store-sql-stop".into());
        // Without a thread to spare, it was told once, which nearly always does.
        let _ = told.spawn(move || {
            while let Some(reading) = query.upgrade() {
                reading.interrupt();
                drop(reading);
                std::thread::park_timeout(AGAIN);
            }
        });
    }

    fn interrupt(&self) {
        for handle in lock(&self.interrupts).iter() {
            handle.interrupt();
        }
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Some(readings) = lock(&READINGS).as_mut() {
            readings.remove(&self.number);
        }
    }
}
