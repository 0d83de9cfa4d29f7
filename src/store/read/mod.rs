//! Readers: connections of their own, on threads of their own. Under MVCC they see the last
//! commit and never wait for the writer.

mod audit;
mod jobs;
mod monitors;
mod registry;
mod releases;
mod runs;
mod series;

use crate::error::{StoreError, classify};
use duckdb::{Connection, Row, types::Type};
use std::{
    path::PathBuf,
    str::FromStr,
    sync::{Arc, Mutex},
};
use tokio::sync::Semaphore;

/// How many reads run at once. DuckDB spreads each over the store's threads anyway.
const READERS: u32 = 4;

/// The connections that wait for a read.
pub(crate) struct Pool {
    idle: Mutex<Vec<Connection>>,
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
    /// same commit.
    pub async fn read<T, F>(
        self: &Arc<Self>,
        operation: &'static str,
        read: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> duckdb::Result<T> + Send + 'static,
    {
        let closed = || StoreError::Closed {
            why: "it was told to".into(),
        };
        // Goes with the connection, even when the caller does not stay to see the end: whoever
        // holds a place finds a connection.
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(|_| closed())?;
        let db = self.take().ok_or_else(closed)?;
        let pool = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let result = db
                .execute_batch("BEGIN TRANSACTION READ ONLY")
                .and_then(|()| read(&db));
            // Reading wrote nothing: however it ended, its transaction is let go of.
            let _ = db.execute_batch("ROLLBACK");
            pool.give(db);
            drop(place);
            result
        });
        match done.await {
            Ok(result) => result.map_err(|e| classify(&self.path, operation, &e)),
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
        self.lock().clear();
    }

    fn take(&self) -> Option<Connection> {
        self.lock().pop()
    }

    fn give(&self, db: Connection) {
        if !self.places.is_closed() {
            self.lock().push(db);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // A vector of connections cannot be left half-changed.
        self.idle
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Every row of a query, mapped.
pub(crate) fn rows<T, P: duckdb::Params>(
    db: &Connection,
    sql: &str,
    params: P,
    map: impl FnMut(&Row<'_>) -> duckdb::Result<T>,
) -> duckdb::Result<Vec<T>> {
    db.prepare_cached(sql)?.query_map(params, map)?.collect()
}

/// A column of text as a domain type; a text that is none says which column it was.
pub(crate) fn parsed<T>(r: &Row<'_>, column: usize) -> duckdb::Result<T>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = r.get(column)?;
    text.parse().map_err(|e: T::Err| {
        duckdb::Error::FromSqlConversionFailure(column, Type::Text, Box::new(e))
    })
}

/// A column of text that may be null as a domain type.
pub(crate) fn parsed_option<T>(r: &Row<'_>, column: usize) -> duckdb::Result<Option<T>>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    match r.get::<_, Option<String>>(column)? {
        Some(_) => parsed(r, column).map(Some),
        None => Ok(None),
    }
}

/// A column with one of the domain's words.
pub(crate) fn word<T>(
    r: &Row<'_>,
    column: usize,
    from: impl Fn(&str) -> Option<T>,
) -> duckdb::Result<T> {
    let text: String = r.get(column)?;
    from(&text).ok_or_else(|| {
        let why = format!("{text:?} is not a word this Trimtab knows");
        duckdb::Error::FromSqlConversionFailure(column, Type::Text, why.into())
    })
}
