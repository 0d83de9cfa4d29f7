//! Why the store said no: refusals of the domain, and failures of the disk told apart.
//!
//! DuckDB reports failures as prose; [`classify`] is the one place that reads it, so that a full
//! disk or a second process is one clear sentence and not a stack of engine messages.

use std::path::{Path, PathBuf};

/// Why something was not stored or read. Refusals affect only their own call.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// What a call names does not exist.
    #[error("there is no {what} {id:?}")]
    NotFound {
        /// `run`, `model`, `version`, `request`, `job`.
        what: &'static str,
        /// The name it was looked for by.
        id: String,
    },
    /// A call contradicts what is stored: a parameter's other value, an illegal transition, a taken id.
    #[error("{what} {id}: {why}")]
    Conflict {
        /// What sort of thing.
        what: &'static str,
        /// Which.
        id: String,
        /// What contradicts what.
        why: String,
    },
    /// A filter of runs that cannot be read.
    #[error("the filter of runs, {0}")]
    Filter(trimtab_core::expr::ExprError),
    /// What a call would change is deleted, and has to be restored first.
    #[error("{what} {id} is deleted: restore it first")]
    Deleted {
        /// `run` or `experiment`.
        what: &'static str,
        /// Which.
        id: String,
    },
    /// The file or its folder cannot be written.
    #[error("the store {} cannot be written ({detail}): make its folder writable, or name another workspace", path.display())]
    ReadOnly {
        /// The store's file.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// No space is left; nothing acknowledged is lost.
    #[error("the disk that holds {} is full: free some space and try again; nothing acknowledged is lost", path.display())]
    DiskFull {
        /// The store's file.
        path: PathBuf,
    },
    /// The store was written by a newer Trimtab.
    #[error("the store {} has schema {found}, and this Trimtab knows schemas up to {known}: use a newer Trimtab", path.display())]
    Newer {
        /// The store's file.
        path: PathBuf,
        /// The schema in the file.
        found: u32,
        /// The newest schema this build knows.
        known: u32,
    },
    /// Another process, or another handle of this one, has the store open.
    #[error("the store {} is open in {holder}: connect to that one, or stop it first", path.display())]
    Locked {
        /// The store's file.
        path: PathBuf,
        /// Who holds it, as far as the system says.
        holder: String,
    },
    /// The file is no store, or is damaged. It was not touched.
    #[error("the store {} is damaged or no Trimtab store ({detail}): it was left as it is; restore a backup beside it", path.display())]
    Corrupt {
        /// The store's file.
        path: PathBuf,
        /// What was found wrong.
        detail: String,
    },
    /// The store was closed, or its writer ended; this call was not acknowledged.
    #[error("the store is closed ({why}): start the agent again")]
    Closed {
        /// Why.
        why: String,
    },
    /// Any other failure of the engine.
    #[error("{operation} failed: {detail}")]
    Db {
        /// What was being done.
        operation: &'static str,
        /// What the engine said.
        detail: String,
    },
}

impl StoreError {
    /// A thing that does not exist.
    pub(crate) fn missing(what: &'static str, id: impl ToString) -> Self {
        Self::NotFound {
            what,
            id: id.to_string(),
        }
    }

    /// A thing that is deleted.
    pub(crate) fn deleted(what: &'static str, id: impl ToString) -> Self {
        Self::Deleted {
            what,
            id: id.to_string(),
        }
    }

    /// A contradiction.
    pub(crate) fn conflict(what: &'static str, id: impl ToString, why: impl Into<String>) -> Self {
        Self::Conflict {
            what,
            id: id.to_string(),
            why: why.into(),
        }
    }

    /// Whether the call itself was at fault, and not the engine or the disk.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::NotFound { .. } | Self::Conflict { .. })
    }
}

/// Reads the engine's prose: which of our failures is this?
pub(crate) fn classify(path: &Path, operation: &'static str, error: &duckdb::Error) -> StoreError {
    let detail = match error {
        duckdb::Error::DuckDBFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    classify_text(path, operation, &detail)
}

/// [`classify`] for text.
pub(crate) fn classify_text(path: &Path, operation: &'static str, detail: &str) -> StoreError {
    let has = |needles: &[&str]| needles.iter().any(|n| detail.contains(n));
    let path = path.to_path_buf();
    let first_line = detail.lines().next().unwrap_or_default().to_owned();
    if has(&[
        "No space left on device",
        "Disk quota exceeded",
        "File too large",
    ]) {
        StoreError::DiskFull { path }
    } else if has(&["Could not set lock on file", "Unique file handle conflict"]) {
        let holder = detail
            .split_once("held in ")
            .and_then(|(_, rest)| rest.split_once(')'))
            .map_or_else(
                || "another process".to_owned(),
                |(who, _)| format!("{who})"),
            );
        StoreError::Locked { path, holder }
    } else if has(&[
        "Permission denied",
        "Read-only file system",
        "Operation not permitted",
        "read-only mode",
    ]) {
        StoreError::ReadOnly {
            path,
            detail: first_line,
        }
    } else if has(&[
        "not a valid DuckDB database file",
        "Corrupt database file",
        "replaying WAL",
        "checksum",
        "Serialization Error",
    ]) {
        StoreError::Corrupt {
            path,
            detail: first_line,
        }
    } else {
        StoreError::Db {
            operation,
            detail: first_line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(detail: &str) -> StoreError {
        classify_text(Path::new("/w/store.duckdb"), "opening the store", detail)
    }

    #[test]
    fn the_holder_of_the_lock_is_named() {
        let e = kind(
            "IO Error: Could not set lock on file \"/w/store.duckdb\": Conflicting lock is held in \
             /usr/bin/trimtab (PID 42). See also https://duckdb.org/docs/stable/connect/concurrency",
        );
        assert!(
            matches!(&e, StoreError::Locked { holder, .. } if holder == "/usr/bin/trimtab (PID 42)"),
            "{e}"
        );
    }

    #[test]
    fn disk_troubles_are_told_apart() {
        assert!(matches!(
            kind("IO Error: Could not write file \"x\": No space left on device"),
            StoreError::DiskFull { .. }
        ));
        assert!(matches!(
            kind("IO Error: Cannot open file \"x\": Read-only file system"),
            StoreError::ReadOnly { .. }
        ));
        assert!(matches!(
            kind("Catalog Error: no such table"),
            StoreError::Db { .. }
        ));
    }
}
