//! Experiments and runs: what was tried, with what, and how it went.

use crate::{
    job::JobId, location, logged_model::LoggedModelId, metric::MetricSummary, time::Millis,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

pub use crate::table::{RunKey, RunLine, RunNames, RunOrder, RunPage, RunQuery, RunsEdit};

/// An experiment's number; 0 is `Default`, as in MLflow.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ExperimentId(pub u32);

/// A run's name in the world: 32 lower-case hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId([u8; 32]);

/// What is wrong with a run id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a run id: expected 32 hexadecimal digits")]
pub struct BadRunId(pub String);

impl RunId {
    /// Makes the id from 16 bytes (random ones, from whoever has randomness).
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |i: usize| DIGITS[usize::from(bytes[i / 2] >> (4 - 4 * (i % 2)) & 15)];
        Self(std::array::from_fn(digit))
    }
    /// The 32 digits.
    pub fn as_str(&self) -> &str {
        // Nothing else is ever kept than ASCII digits.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
    /// The first 8 digits, for narrow columns.
    pub fn short(&self) -> &str {
        self.as_str().get(..8).unwrap_or_default()
    }
}

impl FromStr for RunId {
    type Err = BadRunId;
    fn from_str(text: &str) -> Result<Self, BadRunId> {
        let digits = text.as_bytes().try_into().ok();
        let is_digit = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        match digits.filter(|all: &[u8; 32]| all.iter().all(is_digit)) {
            Some(digits) => Ok(Self(digits)),
            None => Err(BadRunId(text.to_owned())),
        }
    }
}

impl TryFrom<String> for RunId {
    type Error = BadRunId;
    fn try_from(text: String) -> Result<Self, BadRunId> {
        text.parse()
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RunId({:?})", self.as_str())
    }
}

/// An experiment: a named collection of runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// Its number.
    pub id: ExperimentId,
    /// Its unique name; a deleted one keeps it.
    pub name: String,
    /// Where its runs' artifacts go: each run's under `LOCATION/RUN/artifacts`.
    pub artifact_location: String,
    /// When it was made.
    pub created: Millis,
    /// When it, a tag of it or a run in it was last changed by name.
    pub updated: Millis,
    /// Whether it is deleted; it can be restored.
    pub deleted: bool,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

impl Experiment {
    /// Where a run's artifacts are.
    pub fn artifact_uri(&self, run: &RunId) -> String {
        location::append(&self.artifact_location, &format!("{run}/artifacts"))
    }

    /// Where a logged model's artifacts are.
    pub fn model_uri(&self, model: &LoggedModelId) -> String {
        let below = format!("models/{model}/artifacts");
        location::append(&self.artifact_location, &below)
    }
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Logging.
    Running,
    /// Queued by a launcher; nothing logged yet.
    Scheduled,
    /// Ended well.
    Finished,
    /// Ended badly.
    Failed,
    /// Ended by somebody.
    Killed,
}

impl RunStatus {
    /// Every status, in the order people list them.
    pub const ALL: [Self; 5] = [
        Self::Running,
        Self::Scheduled,
        Self::Finished,
        Self::Failed,
        Self::Killed,
    ];

    /// The word shown and stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Scheduled => "scheduled",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Killed => "killed",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }

    /// The word in MLflow's API.
    pub fn mlflow(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Scheduled => "SCHEDULED",
            Self::Finished => "FINISHED",
            Self::Failed => "FAILED",
            Self::Killed => "KILLED",
        }
    }

    /// Reads [`Self::mlflow`] back.
    pub fn from_mlflow(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.mlflow() == word)
    }

    /// Whether nothing more is expected from the run.
    pub fn ended(self) -> bool {
        !matches!(self, Self::Running | Self::Scheduled)
    }

    /// Whether the run may go from this status to `next`. An ended run may be
    /// resumed (MLflow clients do), never re-queued.
    pub fn may_become(self, next: Self) -> bool {
        self == next || next != Self::Scheduled
    }
}

/// A run in a list: everything a table shows, without history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// The experiment's number.
    pub experiment: ExperimentId,
    /// The experiment's name.
    pub experiment_name: String,
    /// Its name, not unique.
    pub name: String,
    /// Where it stands.
    pub status: RunStatus,
    /// Who started it.
    pub user: String,
    /// When it started.
    pub started: Millis,
    /// When it ended.
    pub ended: Option<Millis>,
    /// The job that launched it.
    pub job: Option<JobId>,
    /// Whether it is deleted; lists leave it out.
    #[serde(default)]
    pub deleted: bool,
    /// Parameters.
    pub params: BTreeMap<String, String>,
    /// Tags (`code_version`, `data_version`, …).
    pub tags: BTreeMap<String, String>,
    /// Latest, minimum and maximum of each metric.
    pub metrics: BTreeMap<String, MetricSummary>,
}

impl RunRow {
    /// The latest value of a metric.
    pub fn metric(&self, key: &str) -> Option<f64> {
        self.metrics.get(key).map(|m| m.latest.value)
    }
}

/// What a client says to open a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewRun {
    /// The experiment's name; made when it does not exist.
    pub experiment: String,
    /// The run's name; empty lets the agent choose one.
    pub name: String,
    /// Who starts it.
    pub user: String,
    /// The job that launched it.
    pub job: Option<JobId>,
    /// Tags at birth.
    pub tags: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_ids_are_checked() {
        let id = RunId::from_bytes([0xab; 16]);
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
        assert_eq!(id.short(), "abababab");
        let counted = RunId::from_bytes(std::array::from_fn(|i| 17 * i as u8));
        assert_eq!(counted.as_str(), "00112233445566778899aabbccddeeff");
        assert!("xyz".parse::<RunId>().is_err());
        assert!("AB".repeat(16).parse::<RunId>().is_err());
    }

    #[test]
    fn statuses_round_trip() {
        for s in RunStatus::ALL {
            assert_eq!(RunStatus::from_word(s.word()), Some(s));
        }
        assert!(RunStatus::Finished.may_become(RunStatus::Running));
        assert!(!RunStatus::Finished.may_become(RunStatus::Scheduled));
    }
}
