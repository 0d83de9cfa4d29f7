//! Columns in memory: what readers of Parquet, CSV and JSON lines hand to the rest of Trimtab.
//!
//! Nobody but this crate knows DuckDB, yet trainers, monitors and the demonstration all need
//! rows. A [`Frame`] is the narrow thing they share: five kinds of column, each value possibly
//! null. NaN and infinity are values, not nulls.

mod read;
mod write;

pub use read::{Format, Select, TimeRange, read, read_csv, read_ndjson, read_parquet};
pub use write::write_parquet;

use std::path::PathBuf;
use trimtab_core::time::Millis;

/// Why a frame could not be made, read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// No file matches.
    #[error("no file matches {pattern:?}")]
    NoFiles {
        /// The pattern.
        pattern: String,
    },
    /// A column was asked for that is not there.
    #[error("there is no column {column:?}; there are {}", present.join(", "))]
    NoColumn {
        /// The column.
        column: String,
        /// The columns there are.
        present: Vec<String>,
    },
    /// A column is of another kind than asked for.
    #[error("column {column:?} holds {found}, not {expected}")]
    Kind {
        /// The column.
        column: String,
        /// What it holds.
        found: &'static str,
        /// What was asked for.
        expected: &'static str,
    },
    /// Columns differ in length, or share a name.
    #[error("column {column:?} does not fit: {why}")]
    Shape {
        /// The column.
        column: String,
        /// In what way.
        why: String,
    },
    /// DuckDB could not do it.
    #[error("{operation} {subject}: {source}")]
    Db {
        /// What was being done: `reading`, `writing`.
        operation: &'static str,
        /// On what: pattern or file.
        subject: String,
        /// Why not.
        source: duckdb::Error,
    },
    /// The file system could not do it.
    #[error("writing {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// The values of one column, null where `None`.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Floating point; NaN and infinities are values.
    Number(Vec<Option<f64>>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Text and every type without a column kind of its own.
    Text(Vec<Option<String>>),
    /// Instants and dates; finer parts of a millisecond are cut off.
    Time(Vec<Option<Millis>>),
    /// True or false.
    Bool(Vec<Option<bool>>),
}

impl Column {
    /// How many values, nulls included.
    pub fn len(&self) -> usize {
        match self {
            Self::Number(v) => v.len(),
            Self::Integer(v) => v.len(),
            Self::Text(v) => v.len(),
            Self::Time(v) => v.len(),
            Self::Bool(v) => v.len(),
        }
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the column holds, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "numbers",
            Self::Integer(_) => "integers",
            Self::Text(_) => "text",
            Self::Time(_) => "times",
            Self::Bool(_) => "booleans",
        }
    }

    /// A value as a number: integers converted, true as 1; `None` for null, text, time and rows past the end.
    pub fn number(&self, row: usize) -> Option<f64> {
        match self {
            Self::Number(v) => v.get(row).copied().flatten(),
            #[expect(clippy::cast_precision_loss, reason = "features are far below 2^53")]
            Self::Integer(v) => v.get(row).copied().flatten().map(|i| i as f64),
            Self::Bool(v) => v.get(row).copied().flatten().map(f64::from),
            Self::Text(_) | Self::Time(_) => None,
        }
    }

    /// A value as text; `None` for null and for every other kind.
    pub fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Text(v) => v.get(row)?.as_deref(),
            _ => None,
        }
    }

    /// The named rows, in the order given.
    ///
    /// # Panics
    /// On a row past the end.
    pub fn take(&self, rows: &[usize]) -> Self {
        fn pick<T: Clone>(v: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().map(|r| v[*r].clone()).collect()
        }
        match self {
            Self::Number(v) => Self::Number(pick(v, rows)),
            Self::Integer(v) => Self::Integer(pick(v, rows)),
            Self::Text(v) => Self::Text(pick(v, rows)),
            Self::Time(v) => Self::Time(pick(v, rows)),
            Self::Bool(v) => Self::Bool(pick(v, rows)),
        }
    }

    /// The rows of a range, which is cut to what there is.
    pub fn slice(&self, rows: std::ops::Range<usize>) -> Self {
        fn cut<T: Clone>(v: &[T], r: &std::ops::Range<usize>) -> Vec<T> {
            let end = r.end.min(v.len());
            v[r.start.min(end)..end].to_vec()
        }
        match self {
            Self::Number(v) => Self::Number(cut(v, &rows)),
            Self::Integer(v) => Self::Integer(cut(v, &rows)),
            Self::Text(v) => Self::Text(cut(v, &rows)),
            Self::Time(v) => Self::Time(cut(v, &rows)),
            Self::Bool(v) => Self::Bool(cut(v, &rows)),
        }
    }
}

/// Named columns of equal length, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    columns: Vec<(String, Column)>,
}

impl Frame {
    /// A frame without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column; refused when its length differs from the others' or its name is taken.
    pub fn push(&mut self, name: impl Into<String>, column: Column) -> Result<(), FrameError> {
        let name = name.into();
        let shape = |why: String| FrameError::Shape {
            column: name.clone(),
            why,
        };
        if self.columns.iter().any(|(n, _)| *n == name) {
            return Err(shape("the name is taken".into()));
        }
        if !self.columns.is_empty() && column.len() != self.rows() {
            return Err(shape(format!(
                "{} rows beside {}",
                column.len(),
                self.rows()
            )));
        }
        self.columns.push((name, column));
        Ok(())
    }

    /// Adds a column, builder style.
    pub fn with(mut self, name: impl Into<String>, column: Column) -> Result<Self, FrameError> {
        self.push(name, column)?;
        Ok(self)
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, c)| c.len())
    }

    /// The columns' names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(n, _)| n.as_str())
    }

    /// The columns with their names, in order.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().map(|(n, c)| (n.as_str(), c))
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Result<&Column, FrameError> {
        self.columns
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, c)| c)
            .ok_or_else(|| FrameError::NoColumn {
                column: name.to_owned(),
                present: self.names().map(str::to_owned).collect(),
            })
    }

    /// A column of text by name.
    pub fn texts(&self, name: &str) -> Result<&[Option<String>], FrameError> {
        match self.column(name)? {
            Column::Text(v) => Ok(v),
            other => Err(kind(name, other, "text")),
        }
    }

    /// A column of times by name.
    pub fn times(&self, name: &str) -> Result<&[Option<Millis>], FrameError> {
        match self.column(name)? {
            Column::Time(v) => Ok(v),
            other => Err(kind(name, other, "times")),
        }
    }

    /// The named rows, in the order given.
    ///
    /// # Panics
    /// On a row past the end.
    pub fn take(&self, rows: &[usize]) -> Self {
        Self {
            columns: self
                .columns
                .iter()
                .map(|(n, c)| (n.clone(), c.take(rows)))
                .collect(),
        }
    }

    /// Without a column, if it is there.
    pub fn without(mut self, name: &str) -> Self {
        self.columns.retain(|(n, _)| n != name);
        self
    }

    /// The rows of a range, which is cut to what there is.
    pub fn slice(&self, rows: std::ops::Range<usize>) -> Self {
        Self {
            columns: self
                .columns
                .iter()
                .map(|(n, c)| (n.clone(), c.slice(rows.clone())))
                .collect(),
        }
    }
}

fn kind(name: &str, found: &Column, expected: &'static str) -> FrameError {
    FrameError::Kind {
        column: name.to_owned(),
        found: found.kind(),
        expected,
    }
}

/// An identifier as SQL wants it: the one place where a name enters a statement.
pub(crate) fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

/// A private in-memory database: frames never touch the store, and leave it its cores.
fn scratch() -> Result<duckdb::Connection, duckdb::Error> {
    duckdb::Connection::open_in_memory_with_flags(duckdb::Config::default().threads(2)?)
}

#[cfg(test)]
mod tests;
