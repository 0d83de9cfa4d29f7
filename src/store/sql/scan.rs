//! Rows of one source, a batch at a time, read only as fast as they are asked for.

use super::{
    cells,
    memory::{self, Walk},
    reading::{Leased, Reading},
    sources::{From, Source},
};
use duckdb::arrow::record_batch::RecordBatch;
use std::{
    error::Error,
    sync::{Arc, mpsc},
};
use trimtab_core::sql::SqlTable;

/// Batches that wait between the store and the query.
const AHEAD: usize = 4;
/// Rows of a batch: as many as DuckDB hands on at once.
pub(super) const BATCH: usize = 2_048;

/// A source that is being read.
pub(super) enum Scan {
    /// From the store's file, on a thread of its own: two results of one connection would end each other.
    Stored(mpsc::Receiver<Result<RecordBatch, String>>),
    /// From the catalogue.
    Remembered(Walk),
    /// From rows that came with the query.
    Given {
        reading: Arc<Reading>,
        which: usize,
        columns: Vec<usize>,
        at: usize,
    },
}

impl Scan {
    /// Begins to read some columns of a source.
    pub fn begin(
        reading: &Arc<Reading>,
        source: &'static Source,
        columns: Vec<usize>,
    ) -> Result<Self, Box<dyn Error>> {
        Ok(match source.from {
            From::Memory(pages) => Self::Remembered(Walk::new(Arc::clone(reading), pages, columns)),
            From::Given => Self::Given {
                which: memory::given(reading, source.name)?,
                reading: Arc::clone(reading),
                columns,
                at: 0,
            },
            From::Store(sql) => {
                let names: Vec<String> = columns
                    .iter()
                    .map(|c| crate::frame::quoted(source.columns[*c].name))
                    .collect();
                // Without columns, rows are only counted.
                let list = match names.is_empty() {
                    true => "false".to_owned(),
                    false => names.join(", "),
                };
                let sql = format!("SELECT {list} FROM ({sql})");
                let (to, rows) = mpsc::sync_channel(AHEAD);
                let lease = reading.lease()?;
                std::thread::Builder::new()
                    .name("store-sql-scan".into())
                    .spawn(move || stream(&lease, &sql, &to))?;
                Self::Stored(rows)
            }
        })
    }

    /// The next batch of at most [`BATCH`] rows; `None` when there are no more.
    pub fn next(&mut self) -> Result<Option<RecordBatch>, Box<dyn Error>> {
        match self {
            Self::Stored(rows) => match rows.recv() {
                Ok(Ok(batch)) => Ok(Some(batch)),
                Ok(Err(why)) => Err(why.into()),
                // It sent all it had.
                Err(mpsc::RecvError) => Ok(None),
            },
            Self::Remembered(walk) => walk.next(),
            Self::Given {
                reading,
                which,
                columns,
                at,
            } => {
                let table: &SqlTable = &reading.given[*which].1;
                let end = (*at + BATCH).min(table.rows());
                if *at >= end {
                    return Ok(None);
                }
                let rows = *at..end;
                *at = end;
                Ok(Some(cells::batch(table, columns, rows)?))
            }
        }
    }
}

/// Reads on the store's side until the query has enough, or is stopped.
fn stream(lease: &Leased, sql: &str, to: &mpsc::SyncSender<Result<RecordBatch, String>>) {
    let db = &lease.held.db;
    let read = || -> duckdb::Result<()> {
        db.execute_batch("BEGIN TRANSACTION READ ONLY")?;
        let mut statement = db.prepare(sql)?;
        drop(statement.stream_arrow([])?);
        while let Some(rows) = statement.step()? {
            if to.send(Ok(RecordBatch::from(&rows))).is_err() {
                break;
            }
        }
        Ok(())
    };
    if let Err(e) = read() {
        // Who went away does not ask why.
        let _ = to.send(Err(e.to_string()));
    }
}
