//! The readers' connections: who has one, and how a read that nobody waits for is ended.

use crate::error::{StoreError, classify};
use duckdb::{Connection, InterruptHandle};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many reads run at once. DuckDB spreads each over the store's threads anyway.
const READERS: u32 = 4;

/// The connections that wait for a read.
pub(crate) struct Pool {
    idle: Mutex<Vec<Connection>>,
    /// One permit for each connection: whoever holds one finds a connection.
    places: Arc<Semaphore>,
    path: PathBuf,
}

impl Pool {
    /// Clones the connections.
    pub fn new(db: &Connection, path: PathBuf) -> Result<Self, StoreError> {
        let idle = (0..READERS)
            .map(|_| db.try_clone())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| classify(&path, "opening a reader", &e))?;
        Ok(Self {
            idle: Mutex::new(idle),
            places: Arc::new(Semaphore::new(READERS as usize)),
            path,
        })
    }

    /// Runs a read on a blocking thread, in one transaction, so that all its statements see the
    /// same commit. When the caller goes away, the read is interrupted.
    pub async fn read<T, F>(
        self: &Arc<Self>,
        operation: &'static str,
        read: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> duckdb::Result<T> + Send + 'static,
    {
        let lease = self.lease().await?;
        let wish = Arc::new(Wish {
            stage: Mutex::new(Stage::Waiting),
            interrupt: lease.db.as_ref().map(Connection::interrupt_handle),
        });
        let _waiting = Waiting(Arc::clone(&wish));
        let done = tokio::task::spawn_blocking(move || {
            let db = lease.db.as_ref().filter(|_| wish.begin())?;
            let result = db
                .execute_batch("BEGIN TRANSACTION READ ONLY")
                .and_then(|()| read(db));
            wish.end();
            Some(result)
        });
        match done.await {
            Ok(Some(result)) => result.map_err(|e| classify(&self.path, operation, &e)),
            Ok(None) => Err(closed()),
            Err(e) => Err(StoreError::Db {
                operation,
                detail: format!("its thread ended: {e}"),
            }),
        }
    }

    /// Waits for the reads under way, then lets go of every connection.
    pub async fn close(&self) {
        if let Ok(places) = self.places.acquire_many(READERS).await {
            self.places.close();
            places.forget();
        }
        lock(&self.idle).clear();
    }

    async fn lease(self: &Arc<Self>) -> Result<Lease, StoreError> {
        let place = Arc::clone(&self.places);
        let place = place.acquire_owned().await.map_err(|_| closed())?;
        let db = lock(&self.idle).pop();
        Ok(Lease {
            db,
            pool: Arc::clone(self),
            _place: place,
        })
    }
}

fn closed() -> StoreError {
    StoreError::Closed {
        why: "it was told to".into(),
    }
}

/// What is behind these locks cannot be left half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection on loan: it goes back however the read ends, a panic included.
struct Lease {
    db: Option<Connection>,
    pool: Arc<Pool>,
    /// Let go of after the connection is back: fields are dropped after [`Drop::drop`] has run.
    _place: OwnedSemaphorePermit,
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(db) = self.db.take() {
            // Reading wrote nothing: however it ended, its transaction is let go of.
            let _ = db.execute_batch("ROLLBACK");
            lock(&self.pool.idle).push(db);
        }
    }
}

/// A read, as its caller and its thread see it.
struct Wish {
    stage: Mutex<Stage>,
    interrupt: Option<Arc<InterruptHandle>>,
}

#[derive(PartialEq)]
enum Stage {
    Waiting,
    Running,
    Over,
}

impl Wish {
    /// Whether somebody still waits for it; then it runs.
    fn begin(&self) -> bool {
        let mut stage = lock(&self.stage);
        let wanted = *stage == Stage::Waiting;
        if wanted {
            *stage = Stage::Running;
        }
        wanted
    }

    /// It ran. From here on the connection may do another's work and must not be interrupted.
    fn end(&self) {
        *lock(&self.stage) = Stage::Over;
    }
}

/// The caller's side: dropped when the caller has its answer, or goes away without.
struct Waiting(Arc<Wish>);

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut stage = lock(&self.0.stage);
        if *stage == Stage::Running
            && let Some(interrupt) = &self.0.interrupt
        {
            interrupt.interrupt();
        }
        if *stage == Stage::Waiting {
            *stage = Stage::Over;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn pool() -> Arc<Pool> {
        let db = Connection::open_in_memory().unwrap();
        Arc::new(Pool::new(&db, "memory".into()).unwrap())
    }

    /// Takes hours, unless it is interrupted.
    const FOREVER: &str = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b";

    #[tokio::test]
    async fn a_read_that_nobody_waits_for_is_interrupted() {
        let pool = pool();
        for _ in 0..READERS {
            let forever = pool.read("waiting", |db| db.execute_batch(FOREVER));
            let gone = tokio::time::timeout(Duration::from_millis(20), forever).await;
            assert!(gone.is_err());
        }
        // Every connection comes back, and works.
        for _ in 0..2 * READERS {
            let read = pool.read("reading", |db| db.query_row("SELECT 42", [], |r| r.get(0)));
            let answer: i32 = tokio::time::timeout(Duration::from_secs(10), read)
                .await
                .expect("a connection was lost")
                .unwrap();
            assert_eq!(answer, 42);
        }
        pool.close().await;
        assert!(lock(&pool.idle).is_empty());
    }

    #[tokio::test]
    async fn a_read_that_panics_gives_its_connection_back() {
        let pool = pool();
        for _ in 0..2 * READERS {
            let result = pool
                .read::<(), _>("reading", |_| panic!("told to"))
                .await
                .unwrap_err();
            assert!(matches!(result, StoreError::Db { .. }), "{result}");
        }
        assert_eq!(lock(&pool.idle).len(), READERS as usize);
    }
}
