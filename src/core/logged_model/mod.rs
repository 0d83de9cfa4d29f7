//! Logged models: what runs saved as a model, whether or not it is ever registered.

mod metrics;

pub use metrics::{DatasetName, ModelMetric, ModelMetrics, ModelSeries};

use crate::{
    record::{Shared, Sorted},
    run::{ExperimentId, RunId},
    time::Millis,
};
use std::{fmt, str::FromStr};

/// A logged model's name in the world: `m-` and 32 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoggedModelId(String);

/// What is wrong with a logged model's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a logged model's id: expected m- and 32 hexadecimal digits")]
pub struct BadLoggedModelId(pub String);

impl LoggedModelId {
    /// Makes the id from 16 bytes (random ones, from whoever has randomness).
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let digits: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        Self(format!("m-{digits}"))
    }
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<RunId> for LoggedModelId {
    /// The id with the digits of a run's, which nobody has used yet.
    fn from(digits: RunId) -> Self {
        Self(format!("m-{digits}"))
    }
}

impl FromStr for LoggedModelId {
    type Err = BadLoggedModelId;
    fn from_str(text: &str) -> Result<Self, BadLoggedModelId> {
        let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        match text.strip_prefix("m-") {
            Some(digits) if digits.len() == 32 && digits.bytes().all(hex) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(BadLoggedModelId(text.to_owned())),
        }
    }
}

impl fmt::Display for LoggedModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a logged model stands. Any may follow any: MLflow's clients finish a model again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoggedModelStatus {
    /// A client said something unknown.
    Unspecified,
    /// Its files are being written.
    #[default]
    Pending,
    /// Its files are there.
    Ready,
    /// Its files could not be written.
    Failed,
}

impl LoggedModelStatus {
    /// Every status, by its number in MLflow's protobuf.
    pub const ALL: [Self; 4] = [Self::Unspecified, Self::Pending, Self::Ready, Self::Failed];

    /// The word stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Pending => "pending",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }

    /// The word in MLflow's API (`LoggedModelStatus` of its protobuf).
    pub fn mlflow(self) -> &'static str {
        match self {
            Self::Unspecified => "LOGGED_MODEL_STATUS_UNSPECIFIED",
            Self::Pending => "LOGGED_MODEL_PENDING",
            Self::Ready => "LOGGED_MODEL_READY",
            Self::Failed => "LOGGED_MODEL_UPLOAD_FAILED",
        }
    }

    /// Reads [`Self::mlflow`] back.
    pub fn from_mlflow(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.mlflow() == word)
    }

    /// The number in MLflow's protobuf, which its searches compare, as text.
    pub fn number(self) -> &'static str {
        match self {
            Self::Unspecified => "0",
            Self::Pending => "1",
            Self::Ready => "2",
            Self::Failed => "3",
        }
    }
}

/// What is known of a logged model, but for its metrics.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedModel {
    /// Its id.
    pub id: LoggedModelId,
    /// The experiment it belongs to.
    pub experiment: ExperimentId,
    /// Its name, not unique.
    pub name: String,
    /// Where it stands.
    pub status: LoggedModelStatus,
    /// Its type, in the client's words; may be empty.
    pub kind: String,
    /// The id of the run that made it, as the client gave it; may be empty or unknown.
    pub source_run: String,
    /// When it was made.
    pub created: Millis,
    /// When it was finished or deleted last.
    pub updated: Millis,
    /// Whether it is deleted.
    pub deleted: bool,
    /// Parameters.
    pub params: Sorted<Shared>,
    /// Tags.
    pub tags: Sorted<Shared>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_checked() {
        let id = LoggedModelId::from_bytes([0xab; 16]);
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
        for wrong in ["", "m-", "abababababababababababababababab", "m-AB"] {
            assert!(wrong.parse::<LoggedModelId>().is_err());
        }
    }

    #[test]
    fn statuses_round_trip() {
        for (number, s) in LoggedModelStatus::ALL.into_iter().enumerate() {
            assert_eq!(LoggedModelStatus::from_word(s.word()), Some(s));
            assert_eq!(LoggedModelStatus::from_mlflow(s.mlflow()), Some(s));
            assert_eq!(s.number(), number.to_string());
        }
        assert_eq!(LoggedModelStatus::from_mlflow("READY"), None);
    }
}
