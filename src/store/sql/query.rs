//! One query, from its text to its pages.

use super::{
    cage, cells, check,
    error::{SqlError, read},
    reading::Reading,
};
use crate::{Store, StoreError};
use duckdb::arrow::{datatypes::Schema, record_batch::RecordBatch};
use std::{
    sync::{Arc, Weak},
    time::Instant,
};
use tokio::sync::mpsc;
use trimtab_core::{
    sql::{SqlCells, SqlColumn, SqlPage, SqlTable},
    time::Millis,
};

/// Batches that wait for whoever takes pages.
const AHEAD: usize = 2;
/// Bytes of a page, about; a page of more rows is cut.
const PAGE: usize = 8 << 20;
/// Bytes of one row at most: a page must fit into a frame.
pub(super) const LARGEST_ROW: usize = 24 << 20;

/// What the query's thread sends.
enum Sent {
    /// First, once.
    Columns(Vec<SqlColumn>),
    /// Rows, by column.
    Rows(Vec<SqlCells>),
}

/// A query that runs. Dropping it stops it.
pub struct SqlQuery {
    /// Weak: whoever forgets to drop an ended query keeps nobody from its turn.
    reading: Weak<Reading>,
    sent: mpsc::Receiver<Result<Sent, SqlError>>,
    /// Rows that came and were not taken.
    ready: SqlTable,
    known: bool,
    ended: bool,
    began: Instant,
}

impl Drop for SqlQuery {
    fn drop(&mut self) {
        Reading::stop(&self.reading);
    }
}

impl Store {
    /// Begins a query that people wrote, once it is its turn. `given` are rows of the views that are not in the store;
    /// `now` is what spans that go on are measured to.
    ///
    /// # Errors
    /// A store that is closed; what is wrong with the query is told by the first page.
    pub async fn sql(
        &self,
        sql: String,
        given: Vec<(&'static str, SqlTable)>,
        now: Millis,
    ) -> Result<SqlQuery, StoreError> {
        self.still_open()?;
        let desk = self.desk();
        let turn = desk.turn().await?;
        let catalogue = Arc::clone(self.catalogue());
        let reading = Reading::new(Arc::clone(desk), catalogue, given, now, turn);
        let (to, sent) = mpsc::channel(AHEAD);
        let running = Arc::downgrade(&reading);
        std::thread::Builder::new()
            .name("store-sql".into())
            .spawn(move || {
                // Whoever shares the machine comes first; a thread that may not be nicer runs as it is.
                let _ = rustix::process::nice(NICER);
                if let Err(e) = run(&reading, &sql, &to) {
                    let _ = to.blocking_send(Err(e));
                }
            })
            .map_err(|e| StoreError::Db {
                operation: "starting a query",
                detail: e.to_string(),
            })?;
        Ok(SqlQuery {
            reading: running,
            sent,
            ready: SqlTable::default(),
            known: false,
            ended: false,
            began: Instant::now(),
        })
    }
}

/// How much a query's thread stands back.
const NICER: i32 = 10;

fn run(
    reading: &Arc<Reading>,
    sql: &str,
    to: &mpsc::Sender<Result<Sent, SqlError>>,
) -> Result<(), SqlError> {
    let failed = |e: duckdb::Error| read(sql, &e);
    let held = reading.hold(cage::open(reading.number()).map_err(failed)?);
    let db = &held.db;
    check::check(db, sql)?;
    let mut statement = db.prepare(sql).map_err(failed)?;
    let schema = {
        let rows = statement.stream_arrow([]).map_err(failed)?;
        rows.get_schema()
    };
    let columns = columns(&schema);
    let kinds: Vec<_> = columns.iter().map(|c| c.kind).collect();
    if to.blocking_send(Ok(Sent::Columns(columns))).is_err() {
        return Ok(());
    }
    while let Some(rows) = statement.step().map_err(failed)? {
        let rows = RecordBatch::from(&rows);
        let cells = rows
            .columns()
            .iter()
            .zip(&kinds)
            .map(|(array, kind)| cells::cells(array, *kind))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| SqlError::Wrong {
                message: e.to_string(),
                place: None,
            })?;
        if to.blocking_send(Ok(Sent::Rows(cells))).is_err() {
            return Ok(());
        }
    }
    match reading.is_stopped() {
        // An interrupted scan looks like one that ended.
        true => Err(SqlError::Stopped),
        false => Ok(()),
    }
}

fn columns(schema: &Schema) -> Vec<SqlColumn> {
    schema.fields().iter().map(|f| cells::column(f)).collect()
}

impl SqlQuery {
    /// The next rows, `most` at most. Cancelling the call loses nothing.
    ///
    /// # Errors
    /// What is wrong with the query; after that there is nothing more to be had.
    pub async fn page(&mut self, most: usize) -> Result<SqlPage, SqlError> {
        // One row more than asked for tells whether there are more.
        while !self.ended && (!self.known || self.ready.rows() <= most) {
            match self.sent.recv().await {
                Some(Ok(Sent::Columns(columns))) => {
                    self.ready = SqlTable::new(columns);
                    self.known = true;
                }
                Some(Ok(Sent::Rows(cells))) => self.ready.append(cells),
                Some(Err(e)) => {
                    self.ended = true;
                    return Err(e);
                }
                None if self.known => self.ended = true,
                None => {
                    self.ended = true;
                    return Err(SqlError::Stopped);
                }
            }
            if self.fits() < self.ready.rows() {
                break;
            }
        }
        let take = most.min(self.fits());
        if take == 0 && self.ready.rows() > 0 && most > 0 {
            return Err(SqlError::Wide);
        }
        let rest: Vec<SqlCells> = self
            .ready
            .cells
            .iter_mut()
            .map(|c| c.split_off(take))
            .collect();
        let mut table = SqlTable::new(self.ready.columns.clone());
        std::mem::swap(&mut table, &mut self.ready);
        self.ready.append(rest);
        Ok(SqlPage {
            table,
            more: !self.ended || self.ready.rows() > 0,
            elapsed_ms: self.began.elapsed().as_secs_f64() * 1_000.0,
        })
    }

    /// How many of the rows that came fit into a page: one always does, unless it is too large to be sent at all.
    fn fits(&self) -> usize {
        let mut bytes = 0;
        for row in 0..self.ready.rows() {
            bytes += self.ready.cells.iter().map(|c| c.bytes(row)).sum::<usize>();
            if bytes > PAGE && (row > 0 || bytes > LARGEST_ROW) {
                return row;
            }
        }
        self.ready.rows()
    }
}
