//! What a command ends with: an exit code and, when it failed, three lines for the person.

use trimtab_wire::{Failure, FailureKind, LinkError, WireError};

/// How a command ends; the number is the exit code (DESIGN.md §10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Refused, or failed by judgement.
    Refused = 1,
    /// The command line or the policy makes no sense.
    Usage = 2,
    /// The agent or a peer cannot be reached.
    Unreachable = 3,
}

/// Why a command failed: what failed on what, why, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CliError {
    /// The exit code.
    pub exit: Exit,
    /// What failed, on what.
    pub message: String,
    /// Why, outermost cause first.
    pub causes: Vec<String>,
    /// What to do; empty when nothing can be said.
    pub hint: String,
}

/// What every command returns.
pub type CliResult<T = Exit> = Result<T, CliError>;

impl CliError {
    /// A usage error.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            message: message.into(),
            causes: Vec::new(),
            hint: hint.into(),
        }
    }
    /// A judgement against going on.
    pub fn refused(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            exit: Exit::Refused,
            ..Self::usage(message, hint)
        }
    }
    /// A peer that does not answer.
    pub fn unreachable(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            exit: Exit::Unreachable,
            ..Self::usage(message, hint)
        }
    }
    /// Adds an error and its sources as causes.
    pub fn caused_by(mut self, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(e) = next {
            let text = e.to_string();
            // Many errors say their source in their own sentence; once is enough.
            if !self.causes.iter().any(|c| c.ends_with(&text)) {
                self.causes.push(text);
            }
            next = e.source();
        }
        self
    }
    /// Prints `Error:`, `Caused by:` and `Hint:` to standard error.
    pub fn print(&self) {
        use std::io::Write as _;
        let mut err = std::io::stderr().lock();
        // Standard error may be closed; there is nobody left to tell.
        let _ = writeln!(err, "Error: {}", self.message);
        for cause in &self.causes {
            let _ = writeln!(err, "Caused by: {cause}");
        }
        if !self.hint.is_empty() {
            let _ = writeln!(err, "Hint: {}", self.hint);
        }
    }
}

impl From<Failure> for CliError {
    fn from(failure: Failure) -> Self {
        let exit = match failure.kind {
            FailureKind::NotFound | FailureKind::Invalid => Exit::Usage,
            FailureKind::Refused | FailureKind::Store | FailureKind::Internal => Exit::Refused,
            FailureKind::Incompatible | FailureKind::Peer => Exit::Unreachable,
        };
        Self {
            exit,
            message: failure.message,
            causes: Vec::new(),
            hint: failure.hint,
        }
    }
}

impl From<LinkError> for CliError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Failure(failure) => failure.into(),
            LinkError::Lost(reason) => Self::unreachable(
                format!("The agent's answer did not arrive: {reason}."),
                "See `trimtab agent status` and .trimtab/agent.log.",
            ),
            LinkError::Unexpected => Self::unreachable(
                "The agent answered something else than was asked.",
                "Restart it with this version: `trimtab agent stop`, then try again.",
            ),
        }
    }
}

impl From<WireError> for CliError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Refused(failure) => failure.into(),
            other => Self::unreachable(
                "The agent cannot be reached.",
                "See `trimtab agent status`.",
            )
            .caused_by(&other),
        }
    }
}
