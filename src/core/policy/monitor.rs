//! A monitor's policy: where the inference log is, what its columns mean, when to worry.

use super::{Cut, Direction, Moment, Span, Window};
use crate::{
    alert::Persistence,
    stats::effect::{Method, Rule, Shape},
    time::Millis,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

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
    /// The instant from which on the reference's rows count, by the column `timestamp`: with the log's own
    /// files as reference, a part of the log. Default: the first.
    #[serde(default)]
    pub reference_from: Option<Moment>,
    /// The instant up to which they count, itself not included. Default: the last.
    #[serde(default)]
    pub reference_to: Option<Moment>,
    /// How the log is cut into windows, in UTC. Default `week`.
    #[serde(default)]
    pub window: Window,
    /// How far apart windows begin, of which their length is a whole multiple: then they overlap. Default: as long
    /// as they are.
    #[serde(default)]
    pub every: Option<Span>,
    /// Columns by whose values every window is looked at once more: each value by itself.
    #[serde(default)]
    pub segments: Vec<String>,
    /// How many values of such a column are told apart, the reference's commonest; the others are taken together.
    /// Default 10.
    #[serde(default = "default_segment_values")]
    pub segment_values: u32,
    /// What the model answers with. Default `classification`.
    #[serde(default)]
    pub task: Task,
    /// What the columns mean.
    #[serde(default)]
    pub columns: Columns,
    /// When a feature counts as drifted.
    #[serde(default)]
    pub drift: DriftPolicy,
    /// When quality counts as bad; not judged when left out.
    #[serde(default)]
    pub quality: Option<QualityPolicy>,
    /// How windows become an alert.
    #[serde(default)]
    pub alert: Persistence,
}

fn default_segment_values() -> u32 {
    10
}

impl MonitorPolicy {
    /// How the log is cut.
    pub fn cut(&self) -> Cut {
        Cut {
            window: self.window,
            every: self.every,
        }
    }

    /// The span of time that the reference's rows are of; `None` when all of them count.
    pub fn reference_span(&self) -> Option<(Millis, Millis)> {
        let (from, to) = (self.reference_from, self.reference_to);
        (from.is_some() || to.is_some()).then(|| {
            let from = from.map_or(Millis(i64::MIN), |m| m.0);
            (from, to.map_or(Millis(i64::MAX), |m| m.0))
        })
    }
}

/// What a model answers with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of two classes.
    #[default]
    Classification,
    /// A number.
    Regression,
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
    /// The label's column in the reference: what scores came to there calibrates the quality estimated before
    /// labels arrive. Default: as `label`; no estimate without such a column.
    pub reference_label: Option<String>,
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
            reference_label: None,
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
    /// Whether a column is compared with the reference where policy lists the features: it is one of them,
    /// or what the model answered with.
    pub fn compares(&self, column: &str) -> bool {
        let listed = self.features.iter().flatten();
        let answers = [&self.score, &self.prediction];
        listed
            .chain(answers.into_iter().flatten())
            .any(|c| c == column)
    }

    /// Whether a column has a meaning of its own, so that it is no feature by default.
    pub fn has_role(&self, column: &str) -> bool {
        let optional = [
            &self.version,
            &self.prediction,
            &self.score,
            &self.reference_label,
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
    /// The distance that features are judged by. Default `auto`.
    pub method: Method,
    /// From where on any distance other than PSI is large enough. Default 0.1.
    pub threshold: f64,
    /// The share of features, by weight, from which on a window counts as drifted. Default 0.5.
    pub share: f64,
    /// Features with rules of their own, by name.
    pub features: BTreeMap<String, FeatureRule>,
}

/// How one feature is judged, where it differs from the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FeatureRule {
    /// The distance. Default: the monitor's.
    pub method: Option<Method>,
    /// From where on it is large enough. Default: the monitor's.
    pub threshold: Option<f64>,
    /// How much the feature counts in `share`: its importance to the model, say. Default 1.
    pub weight: Option<f64>,
}

impl DriftPolicy {
    /// By what a column is judged, given its kind and size.
    pub fn rule(&self, feature: &str, shape: &Shape) -> Rule {
        let own = self.features.get(feature).cloned().unwrap_or_default();
        let method = own.method.unwrap_or(self.method);
        let method = method.for_column(shape, own.threshold.unwrap_or(self.psi));
        let usual = match method {
            Method::Psi => self.psi,
            _ => self.threshold,
        };
        Rule {
            method,
            threshold: own.threshold.unwrap_or(usual),
            weight: own.weight.unwrap_or(1.0),
        }
    }
}

impl Default for DriftPolicy {
    fn default() -> Self {
        Self {
            psi: 0.1,
            alpha: 0.05,
            min_rows: 100,
            method: Method::Auto,
            threshold: 0.1,
            share: 0.5,
            features: BTreeMap::new(),
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
    /// Bad above this. For `log_loss`, `brier`, `mae` and `rmse`.
    #[serde(default)]
    pub max: Option<f64>,
    /// The labels a window needs to be judged. Default 500.
    #[serde(default = "default_min_labels")]
    pub min_labels: u64,
    /// How long after a window's end its labels may come: without them, it then counts as one that cannot be
    /// judged. Default `90d`.
    #[serde(default)]
    pub label_delay: Option<Span>,
}

fn default_min_labels() -> u64 {
    500
}

/// The measures of a model's quality.
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
    /// Share of predicted positives that were.
    Precision,
    /// Share of positives that were predicted.
    Recall,
    /// Mean squared difference of score and label.
    Brier,
    /// Mean absolute error of a regression.
    Mae,
    /// Root of a regression's mean squared error.
    Rmse,
    /// Share of the labels' variance that a regression explains.
    R2,
}

impl QualityMetric {
    /// Every measure.
    pub const ALL: [Self; 10] = [
        Self::Auc,
        Self::LogLoss,
        Self::Accuracy,
        Self::F1,
        Self::Precision,
        Self::Recall,
        Self::Brier,
        Self::Mae,
        Self::Rmse,
        Self::R2,
    ];

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.word() == word)
    }

    /// The task whose answers it measures.
    pub fn task(self) -> Task {
        match self {
            Self::Mae | Self::Rmse | Self::R2 => Task::Regression,
            _ => Task::Classification,
        }
    }

    /// The word in the policy file; also the name that [`crate::monitor::Quality::measure`] takes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auc => "auc",
            Self::LogLoss => "log_loss",
            Self::Accuracy => "accuracy",
            Self::F1 => "f1",
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::Brier => "brier",
            Self::Mae => "mae",
            Self::Rmse => "rmse",
            Self::R2 => "r2",
        }
    }

    /// Which way it is better.
    pub fn direction(self) -> Direction {
        match self {
            Self::LogLoss | Self::Brier | Self::Mae | Self::Rmse => Direction::Min,
            _ => Direction::Max,
        }
    }

    /// Whether it is made from scores rather than classes.
    pub fn needs_score(self) -> bool {
        matches!(self, Self::Auc | Self::LogLoss | Self::Brier)
    }
}

impl fmt::Display for QualityMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
