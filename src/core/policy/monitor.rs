//! A monitor's policy: where the inference log is, what its columns mean, when to worry.

use super::Direction;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What one monitor watches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MonitorPolicy {
    /// The model whose answers the log holds.
    pub model: String,
    /// The inference log: a glob of Parquet, CSV or NDJSON files (gzip too), relative to the workspace.
    pub log: String,
    /// Labels, which arrive later: a glob of files with the request's id and its label. Quality is
    /// unknown when left out.
    #[serde(default)]
    pub labels: Option<String>,
    /// What the log is compared with: a glob of files of the same columns.
    pub reference: String,
    /// How the log is cut in time, in UTC. Default `week`.
    #[serde(default)]
    pub window: Window,
    /// What the columns mean.
    #[serde(default)]
    pub columns: Columns,
    /// When a feature counts as drifted.
    #[serde(default)]
    pub drift: DriftPolicy,
    /// When quality counts as bad; not judged when left out.
    #[serde(default)]
    pub quality: Option<QualityPolicy>,
}

/// How a log is cut in time, in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weeks, from Monday (ISO 8601).
    #[default]
    Week,
    /// Calendar months.
    Month,
}

impl Window {
    /// The word in the policy file, which is also DuckDB's name for it in `date_trunc`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// What the columns of a log mean. A column set to a name that the log lacks is an input problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// When the request was answered. Default `timestamp`.
    pub timestamp: String,
    /// The request's id, on which labels are joined. Default `request_id`.
    pub request_id: String,
    /// The model version that answered. Not known when left out.
    pub version: Option<String>,
    /// The class that was answered. Not watched when left out.
    pub prediction: Option<String>,
    /// The score of the positive class, 0 to 1. AUC and log loss need it.
    pub score: Option<String>,
    /// The label's column, in the label files. Default `label`.
    pub label: String,
    /// When the label became known, in the label files. Not known when left out.
    pub label_timestamp: Option<String>,
    /// How long the answer took, in milliseconds.
    pub latency: Option<String>,
    /// The HTTP status of the answer.
    pub status: Option<String>,
    /// The features to watch. Default: every column of the reference without another meaning.
    pub features: Option<Vec<String>>,
    /// Numeric columns to take as categories (codes). Text always is.
    pub categorical: Vec<String>,
    /// Columns of the reference that are no features, when `features` is left out.
    pub ignore: Vec<String>,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            timestamp: "timestamp".into(),
            request_id: "request_id".into(),
            version: None,
            prediction: None,
            score: None,
            label: "label".into(),
            label_timestamp: None,
            latency: None,
            status: None,
            features: None,
            categorical: Vec::new(),
            ignore: Vec::new(),
        }
    }
}

impl Columns {
    /// Whether a column has a meaning of its own, so that it is no feature by default.
    pub fn has_role(&self, column: &str) -> bool {
        let optional = [
            &self.version,
            &self.prediction,
            &self.score,
            &self.label_timestamp,
            &self.latency,
            &self.status,
        ];
        [&self.timestamp, &self.request_id, &self.label]
            .into_iter()
            .any(|c| c == column)
            || optional.into_iter().flatten().any(|c| c == column)
    }
}

/// When a feature counts as drifted: effect and significance and rows, all three.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DriftPolicy {
    /// The PSI (with the null bucket) from which the effect is large enough. Default 0.1.
    pub psi: f64,
    /// The p-value, corrected over the window's features, below which it is no accident. Default 0.05.
    pub alpha: f64,
    /// The rows a window needs to be judged. Default 100.
    pub min_rows: u64,
}

impl Default for DriftPolicy {
    fn default() -> Self {
        Self {
            psi: 0.1,
            alpha: 0.05,
            min_rows: 100,
        }
    }
}

/// When quality counts as bad.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QualityPolicy {
    /// Which measure.
    pub metric: QualityMetric,
    /// Bad below this. For measures where more is better.
    #[serde(default)]
    pub min: Option<f64>,
    /// Bad above this. For `log_loss`.
    #[serde(default)]
    pub max: Option<f64>,
    /// The labels a window needs to be judged. Default 500.
    #[serde(default = "default_min_labels")]
    pub min_labels: u64,
}

fn default_min_labels() -> u64 {
    500
}

/// The measures of a classifier's quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QualityMetric {
    /// Area under the ROC curve.
    Auc,
    /// Natural-log loss.
    LogLoss,
    /// Share of right predictions.
    Accuracy,
    /// F1 of the positive class.
    F1,
}

impl QualityMetric {
    /// The word in the policy file; also the name that [`crate::monitor::Quality::measure`] takes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auc => "auc",
            Self::LogLoss => "log_loss",
            Self::Accuracy => "accuracy",
            Self::F1 => "f1",
        }
    }

    /// Which way it is better.
    pub fn direction(self) -> Direction {
        match self {
            Self::LogLoss => Direction::Min,
            Self::Auc | Self::Accuracy | Self::F1 => Direction::Max,
        }
    }

    /// Whether it is made from scores rather than classes.
    pub fn needs_score(self) -> bool {
        matches!(self, Self::Auc | Self::LogLoss)
    }
}

impl fmt::Display for QualityMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
