//! What keeps an agent from starting, and how refusals of the store are told to clients.

use std::{io, path::PathBuf};
use trimtab_core::policy::PolicyError;
use trimtab_store::StoreError;
use trimtab_wire::{Failure, FailureKind};

/// Why the agent did not start, or could not be started. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// A file or folder of the workspace cannot be used.
    #[error("{operation} {} failed: {source}", path.display())]
    Io {
        /// What was being done: `reading`, `creating`, …
        operation: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The workspace lies on a file system that nobody may write to.
    #[error("{} lies on a read-only file system, and the agent keeps its store there: make it writable, or work on a copy elsewhere", path.display())]
    ReadOnlyDisk {
        /// What could not be written.
        path: PathBuf,
    },
    /// No space is left for the agent's own files.
    #[error("the disk that holds {} is full: free some space and try again; nothing acknowledged is lost", path.display())]
    DiskFull {
        /// What could not be written.
        path: PathBuf,
    },
    /// The policy file is wrong.
    #[error("{0}")]
    Policy(#[from] PolicyError),
    /// A recipe's schedule is no cron expression.
    #[error(
        "trimtab.toml: the schedule {cron:?} of the recipe {recipe} cannot be read: {reason}; expected minute, hour, day of month, month and day of week, such as \"0 6 * * 1\""
    )]
    Schedule {
        /// The recipe.
        recipe: String,
        /// What stands there.
        cron: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another agent holds the workspace.
    #[error("an agent already runs for {} ({}): connect to it, or stop it with `trimtab agent stop`", root.display(), holder(*pid))]
    AlreadyRunning {
        /// The workspace.
        root: PathBuf,
        /// The process that holds the lock, as it wrote itself down.
        pid: Option<u32>,
    },
    /// The socket's place is taken by something that is not a dead agent's socket.
    #[error("the socket {} cannot be used: {reason}", path.display())]
    Socket {
        /// The socket.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The HTTP API cannot be served as the policy says.
    #[error("the HTTP API cannot be served at {address}: {reason}")]
    Http {
        /// The address of the policy.
        address: std::net::SocketAddr,
        /// Why not, and what to do.
        reason: String,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What a killed agent left could not be put right.
    #[error("what the last agent left unfinished could not be put right: {0}")]
    Recovery(String),
    /// The agent does not answer as it should, or was started and did not come up in time.
    #[error("the agent does not answer as it should: {reason}{}", said(log))]
    NotReady {
        /// What was seen last.
        reason: String,
        /// The end of its log.
        log: String,
    },
}

impl AgentError {
    pub(crate) fn io(
        operation: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnlyDisk { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io {
                operation,
                path,
                source,
            },
        }
    }
}

/// The end of a log, on lines of its own.
fn said(log: &str) -> String {
    match log.trim_end() {
        "" => String::new(),
        text => format!("\nIts log ends with:\n{text}"),
    }
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "process unknown".into(), |pid| format!("process {pid}"))
}

/// Tells a client what the store said.
pub(crate) fn failure(error: StoreError) -> Failure {
    let text = sentence(&error.to_string());
    match error {
        StoreError::DiskFull { path } => disk_full(&path.display().to_string()),
        StoreError::ReadOnly { path, detail } => Failure::new(
            FailureKind::Store,
            format!("The store {} cannot be written: {detail}.", path.display()),
            "Make its folder and file system writable; what is stored already can still be read.",
        ),
        StoreError::NotFound { .. } => Failure::new(FailureKind::NotFound, text, ""),
        StoreError::Filter(_) => Failure::new(
            FailureKind::Invalid,
            text,
            "Write conditions such as `metrics.auc > 0.9 and status = running`; docs/filters.md has them all.",
        ),
        StoreError::Conflict { .. } | StoreError::Deleted { .. } => {
            Failure::new(FailureKind::Refused, text, "")
        }
        _ => Failure::new(
            FailureKind::Store,
            text,
            "See `trimtab doctor` and .trimtab/agent.log.",
        ),
    }
}

/// Upper-case first letter, full stop at the end: errors are phrases, failures are sentences.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let mut out: String = chars
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    out.push_str(chars.as_str());
    if !out.ends_with(['.', '?', '!']) {
        out.push('.');
    }
    out
}

/// Turns other errors into a failure on the way to a client.
pub(crate) trait OrFail<T> {
    /// The value, or the failure a client sees.
    fn or_fail(self) -> Result<T, Failure>;
}

impl<T> OrFail<T> for Result<T, StoreError> {
    fn or_fail(self) -> Result<T, Failure> {
        self.map_err(failure)
    }
}

/// A "no" by policy, a gate or a state.
pub(crate) fn refused(message: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Refused, message, hint)
}

/// A request that makes no sense.
pub(crate) fn invalid(message: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Invalid, message, hint)
}

/// Something that does not exist.
pub(crate) fn missing(what: &str, name: impl std::fmt::Display, hint: &str) -> Failure {
    Failure::new(
        FailureKind::NotFound,
        format!("There is no {what} {name}."),
        hint,
    )
}

/// The one thing to know about a full disk, whoever found it.
fn disk_full(what: &str) -> Failure {
    Failure::new(
        FailureKind::Store,
        format!("The disk that holds {what} is full."),
        "Free some space and try again: nothing acknowledged is lost, and the agent goes on.",
    )
}

/// A bug, or a disk that fails under us.
pub(crate) fn broken(what: &str, error: &(dyn std::error::Error + 'static)) -> Failure {
    let mut next = Some(error);
    while let Some(e) = next {
        let kind = e.downcast_ref::<io::Error>().map(io::Error::kind);
        if let Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) = kind {
            let full = disk_full("the workspace");
            return Failure {
                message: format!("{what}. {}", full.message),
                ..full
            };
        }
        next = e.source();
    }
    Failure::new(
        FailureKind::Internal,
        format!("{what}: {error}."),
        "See .trimtab/agent.log.",
    )
}
