//! Inference logs, read in place: Parquet, CSV and JSON lines in folders that grow.
//!
//! Nothing is imported. A private in-memory DuckDB reads the files where they lie; what is wrong
//! with one of them is a [`Problem`] with its name, and the rest goes on. The steps, in order:
//! [`list`] finds files, [`Logs::inspect`] says what a new file holds and which of its columns can
//! be used, [`Logs::samples`] and its siblings read one window's columns, typed.

mod files;
mod glob;
mod holds;
mod inspect;
mod labels;
mod pairs;
mod parallel;
mod read;
mod schema;
mod span;
mod sql;
mod told;
mod window;

pub use files::{Listing, LogFile, list, one};
pub use inspect::{Fitted, Inspection, Wanted};
pub use labels::{LabelColumns, LabelFile, Matches, OutcomeColumns, Scored};
pub use pairs::Pairs;
pub use parallel::in_parallel;
pub use read::{Part, Sample, Split, Within};
pub use schema::{Class, Inferred, Kind, Want};
pub use told::counting;

use std::path::Path;

/// Something wrong with an input file: which, what, and how many rows it concerns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, relative to the workspace.
    pub file: String,
    /// What is wrong, in a sentence.
    pub reason: String,
    /// Rows that cannot be used; 0 when not even that is known.
    pub rows: u64,
}

/// Why a log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The pattern makes no sense.
    #[error("the file pattern {pattern:?} cannot be used: {why}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why not.
        why: String,
    },
    /// One file cannot be read; without it the rest can.
    #[error("{}: {}", .0.file, .0.reason)]
    File(Problem),
    /// DuckDB could not do it, and no single file is to blame.
    #[error("{operation}: {source}")]
    Db {
        /// What was being done.
        operation: &'static str,
        /// Why not.
        source: duckdb::Error,
    },
}

/// A private in-memory DuckDB that reads log files. One at a time: it is not shared by threads.
pub struct Logs {
    db: duckdb::Connection,
}

impl Logs {
    /// Opens it. It holds nothing: what it knows is in the files.
    ///
    /// # Errors
    /// [`LogError::Db`] when DuckDB does not start.
    pub fn open() -> Result<Self, LogError> {
        let failed = |source| LogError::Db {
            operation: "opening a reader of logs",
            source,
        };
        let config = duckdb::Config::default()
            .enable_autoload_extension(false)
            .map_err(failed)?;
        let db = duckdb::Connection::open_in_memory_with_flags(config).map_err(failed)?;
        // Text instants without a zone are UTC. A DuckDB without ICU knows no other zone anyway,
        // and refuses the setting: then there is nothing to set.
        let _ = db.execute_batch("SET TimeZone = 'UTC'");
        Ok(Self { db })
    }

    /// Another reader for another thread: the same DuckDB with the same memory and threads.
    ///
    /// # Errors
    /// [`LogError::Db`] when DuckDB takes no further connection.
    pub fn again(&self) -> Result<Self, LogError> {
        let db = self.db.try_clone().map_err(|source| LogError::Db {
            operation: "opening a further reader of logs",
            source,
        })?;
        Ok(Self { db })
    }
}

/// How people see a path: below the workspace when it lies there.
fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod speed;
#[cfg(test)]
mod tests;
