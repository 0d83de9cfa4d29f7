//! Jobs: processes that Trimtab launches and follows, retraining first of all.

use crate::{run::RunId, time::Millis};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// A job's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub u64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Recorded, not yet launched. A restart launches it.
    Queued,
    /// Its process runs.
    Running,
    /// Exit code 0.
    Succeeded,
    /// Another exit code, a signal, a timeout, or lost.
    Failed,
    /// Ended by an operator.
    Cancelled,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The word stored and shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }

    /// Whether nothing more happens to it.
    pub fn ended(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// Whether a job may go from this state to `next`.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Queued => matches!(next, Self::Running | Self::Failed | Self::Cancelled),
            Self::Running => next.ended(),
            Self::Succeeded | Self::Failed | Self::Cancelled => false,
        }
    }
}

/// What an operator or a trigger asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RetrainSpec {
    /// The recipe's name in policy.
    pub recipe: String,
    /// Train on data from this day (inclusive), `YYYY-MM-DD`; the recipe's window when absent.
    pub from: Option<String>,
    /// Train on data up to this day (exclusive); the newest data when absent.
    pub to: Option<String>,
    /// Parameters over the recipe's own.
    pub params: BTreeMap<String, String>,
    /// Why.
    pub reason: String,
}

/// One launched process and how it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// The recipe's name.
    pub recipe: String,
    /// The model it trains.
    pub model: String,
    /// Where it stands.
    pub state: JobState,
    /// Who asked: a person's name, or `trigger:NAME`.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// The window it trains on: from (inclusive) and to (exclusive), `YYYY-MM-DD`.
    pub window: Option<(String, String)>,
    /// The parameters it was given.
    pub params: BTreeMap<String, String>,
    /// When it was asked for.
    pub created: Millis,
    /// When its process started.
    pub started: Option<Millis>,
    /// When it ended.
    pub ended: Option<Millis>,
    /// The process id, while it runs here.
    pub pid: Option<u32>,
    /// Its exit code, when it had one.
    pub exit_code: Option<i32>,
    /// Why it failed, in a sentence.
    pub error: Option<String>,
    /// The run it logs to, once it has made one.
    pub run: Option<RunId>,
}

/// A piece of a job's log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogChunk {
    /// Byte offset of the first byte of `text` in the log.
    pub offset: u64,
    /// The text; invalid UTF-8 replaced.
    pub text: String,
    /// The log's length in bytes when it was read.
    pub end: u64,
    /// When its parts arrived, in order: from each offset on, bytes came at this moment. The first one may lie
    /// before the piece. None for logs of agents that noted no times.
    #[serde(default)]
    pub stamps: Vec<(u64, Millis)>,
}

impl LogChunk {
    /// When the byte at an offset arrived; `None` when nobody noted it.
    #[must_use]
    pub fn time_of(&self, offset: u64) -> Option<Millis> {
        let after = self.stamps.partition_point(|(at, _)| *at <= offset);
        let (_, time) = self.stamps.get(after.checked_sub(1)?)?;
        Some(*time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_has_the_time_of_the_stamp_before_it() {
        let chunk = LogChunk {
            stamps: vec![(10, Millis(1)), (20, Millis(5))],
            ..LogChunk::default()
        };
        assert_eq!(chunk.time_of(9), None);
        assert_eq!(chunk.time_of(10), Some(Millis(1)));
        assert_eq!(chunk.time_of(19), Some(Millis(1)));
        assert_eq!(chunk.time_of(99), Some(Millis(5)));
    }

    #[test]
    fn jobs_end_once() {
        for s in JobState::ALL {
            assert_eq!(JobState::from_word(s.word()), Some(s));
            if s.ended() {
                assert!(JobState::ALL.iter().all(|n| !s.may_become(*n)));
            }
        }
    }
}
