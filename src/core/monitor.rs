//! Monitors: what one window of production data said about inputs, quality and service.

use crate::{
    alarm::{Handled, WindowRules},
    registry::Version,
    segment::SegmentResult,
    stats::{cell::Statistic, drift::Verdict, effect::Rule, estimate::Estimate},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// One window of one monitor, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowResult {
    /// The monitor's name.
    pub monitor: String,
    /// The window's first instant (inclusive).
    pub start: Millis,
    /// The window's end (exclusive).
    pub end: Millis,
    /// Rows in the log.
    pub rows: u64,
    /// The versions that scored it, with their rows.
    pub versions: Vec<(Version, u64)>,
    /// One cell for each feature, then score and prediction.
    pub cells: Vec<FeatureCell>,
    /// Quality against the labels that have arrived.
    pub quality: Quality,
    /// Quality as estimated from the scores alone; `None` where the reference has no labels.
    pub estimate: Option<Estimate>,
    /// Latency and errors.
    pub service: Service,
    /// The same by the values of policy's columns.
    pub segments: Vec<SegmentResult>,
    /// When it was computed, by the clock.
    pub computed: Millis,
}

impl WindowResult {
    /// How many feature cells drifted.
    pub fn drifted(&self) -> usize {
        self.cells
            .iter()
            .filter(|c| c.verdict == Verdict::Drifted)
            .count()
    }

    /// How many columns have nothing left that could be compared.
    pub fn lost(&self) -> usize {
        self.cells.iter().filter(|c| c.is_lost()).count()
    }

    /// The share of the judged features that drifted or are lost, by weight, 0 to 1; `None` when none could
    /// be judged.
    pub fn drifted_share(&self) -> Option<f64> {
        drifted_share(&self.cells)
    }
}

/// The share of the judged cells that drifted or are lost, by weight, 0 to 1; `None` when none could be judged.
pub(crate) fn drifted_share(cells: &[FeatureCell]) -> Option<f64> {
    let (drifted, judged) = cells.iter().fold((0.0, 0.0), |(d, j), c| {
        let weight = c.rule.weight;
        match c.verdict {
            Verdict::Drifted => (d + weight, j + weight),
            Verdict::Stable => (d, j + weight),
            // A column that vanishes is worse than one that drifts.
            Verdict::Error(_) if c.is_lost() => (d + weight, j + weight),
            Verdict::NotEnoughData | Verdict::Error(_) => (d, j),
        }
    });
    (judged > 0.0).then(|| drifted / judged)
}

/// One feature in one window, against the reference. Effect, significance and rows are all kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureCell {
    /// The column.
    pub feature: String,
    /// Whether it was taken as categories.
    pub categorical: bool,
    /// Rows in the window.
    pub rows: u64,
    /// Rows without a value (null, NaN, infinite).
    pub nulls: u64,
    /// PSI with the null bucket (`psi_q10_null`); NaN when it cannot be computed.
    pub psi: f64,
    /// Kolmogorov–Smirnov D for numbers; total variation for categories; NaN when it cannot be computed.
    pub distance: f64,
    /// The p-value of what the effect is of: of KS (numbers) or chi-square (categories) for values, of how many
    /// are missing else.
    pub p: f64,
    /// The p-value after Benjamini–Hochberg over the window's features.
    pub p_adjusted: f64,
    /// By what it was judged.
    pub rule: Rule,
    /// The distance that the rule names; NaN when it cannot be computed, infinite when nothing is left of the
    /// column.
    pub effect: f64,
    /// What effect, significance and rows amount to.
    pub verdict: Verdict,
}

impl FeatureCell {
    /// Whether nothing is left of a column that the reference has: it is missing, of another type, or without
    /// any value.
    pub fn is_lost(&self) -> bool {
        matches!(self.verdict, Verdict::Error(_)) && self.effect == f64::INFINITY
    }
}

/// Quality of one window's predictions as far as labels have arrived. NaN: not computable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Rows whose label has arrived.
    pub labelled: u64,
    /// Area under the ROC curve.
    pub auc: f64,
    /// Log loss (natural log).
    pub log_loss: f64,
    /// Share of right predictions.
    pub accuracy: f64,
    /// F1 of the positive class.
    pub f1: f64,
    /// Share of positive labels.
    pub positive_rate: f64,
    /// Share of predicted positives that were.
    pub precision: f64,
    /// Share of positives that were predicted.
    pub recall: f64,
    /// Mean of both classes' F1.
    pub f1_macro: f64,
    /// The same, weighted by labels.
    pub f1_weighted: f64,
    /// Average precision (PR AUC).
    pub average_precision: f64,
    /// Mean squared difference of score and label.
    pub brier: f64,
    /// Expected calibration error, ten equal bins.
    pub calibration_error: f64,
    /// 95 % interval of `auc` (DeLong).
    pub auc_95: (f64, f64),
    /// 95 % interval of `accuracy` (Wilson).
    pub accuracy_95: (f64, f64),
    /// 95 % interval of `f1` (bootstrap, 200 rounds).
    pub f1_95: (f64, f64),
    /// Mean absolute error of a regression, in the label's unit.
    pub mae: f64,
    /// Root of the mean squared error, in the label's unit.
    pub rmse: f64,
    /// Mean of |error| / |label| over labels other than 0.
    pub mape: f64,
    /// Share of the labels' variance that predictions explain.
    pub r2: f64,
    /// Mean of prediction less label, in the label's unit.
    pub bias: f64,
}

impl Quality {
    /// The quality of a window without labels.
    pub fn unknown() -> Self {
        Self {
            labelled: 0,
            auc: f64::NAN,
            log_loss: f64::NAN,
            accuracy: f64::NAN,
            f1: f64::NAN,
            positive_rate: f64::NAN,
            precision: f64::NAN,
            recall: f64::NAN,
            f1_macro: f64::NAN,
            f1_weighted: f64::NAN,
            average_precision: f64::NAN,
            brier: f64::NAN,
            calibration_error: f64::NAN,
            auc_95: (f64::NAN, f64::NAN),
            accuracy_95: (f64::NAN, f64::NAN),
            f1_95: (f64::NAN, f64::NAN),
            mae: f64::NAN,
            rmse: f64::NAN,
            mape: f64::NAN,
            r2: f64::NAN,
            bias: f64::NAN,
        }
    }
    /// Every number but that of the labels, in the order of [`Quality::COLUMNS`].
    pub fn numbers(&self) -> [f64; 23] {
        [
            self.auc,
            self.log_loss,
            self.accuracy,
            self.f1,
            self.positive_rate,
            self.precision,
            self.recall,
            self.f1_macro,
            self.f1_weighted,
            self.average_precision,
            self.brier,
            self.calibration_error,
            self.auc_95.0,
            self.auc_95.1,
            self.accuracy_95.0,
            self.accuracy_95.1,
            self.f1_95.0,
            self.f1_95.1,
            self.mae,
            self.rmse,
            self.mape,
            self.r2,
            self.bias,
        ]
    }

    /// The columns in which [`Quality::numbers`] are stored.
    pub const COLUMNS: [&str; 23] = [
        "auc",
        "log_loss",
        "accuracy",
        "f1",
        "positive_rate",
        "precision",
        "recall",
        "f1_macro",
        "f1_weighted",
        "average_precision",
        "brier",
        "calibration_error",
        "auc_low",
        "auc_high",
        "accuracy_low",
        "accuracy_high",
        "f1_low",
        "f1_high",
        "mae",
        "rmse",
        "mape",
        "r2",
        "bias",
    ];

    /// The quality with these numbers, in the order of [`Quality::COLUMNS`].
    pub fn of_numbers(labelled: u64, n: [f64; 23]) -> Self {
        Self {
            labelled,
            auc: n[0],
            log_loss: n[1],
            accuracy: n[2],
            f1: n[3],
            positive_rate: n[4],
            precision: n[5],
            recall: n[6],
            f1_macro: n[7],
            f1_weighted: n[8],
            average_precision: n[9],
            brier: n[10],
            calibration_error: n[11],
            auc_95: (n[12], n[13]),
            accuracy_95: (n[14], n[15]),
            f1_95: (n[16], n[17]),
            mae: n[18],
            rmse: n[19],
            mape: n[20],
            r2: n[21],
            bias: n[22],
        }
    }

    /// A measure by its policy name (`auc`, `log_loss`, `accuracy`, `f1`).
    pub fn measure(&self, name: &str) -> Option<f64> {
        match name {
            "auc" => Some(self.auc),
            "log_loss" => Some(self.log_loss),
            "accuracy" => Some(self.accuracy),
            "f1" => Some(self.f1),
            "precision" => Some(self.precision),
            "recall" => Some(self.recall),
            "brier" => Some(self.brier),
            "mae" => Some(self.mae),
            "rmse" => Some(self.rmse),
            "r2" => Some(self.r2),
            _ => None,
        }
    }
}

/// How the service answered in one window. Milliseconds; NaN: the log has no such column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Median latency.
    pub p50_ms: f64,
    /// 95th percentile of latency.
    pub p95_ms: f64,
    /// 99th percentile of latency.
    pub p99_ms: f64,
    /// Share of answers with status 500 or above.
    pub error_rate: f64,
}

/// Something wrong with a monitor's input. It is named and counted; the rest goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputProblem {
    /// The monitor's name.
    pub monitor: String,
    /// The file, relative to the workspace.
    pub file: String,
    /// What is wrong, in a sentence.
    pub reason: String,
    /// Rows that could not be used; 0 when the whole file could not be read.
    pub rows: u64,
    /// When it was first seen.
    pub first_seen: Millis,
}

/// The distribution of one feature in one window, beside the reference's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// The column.
    pub feature: String,
    /// The window's start.
    pub start: Millis,
    /// One label for each bucket: `[1.5, 2.0)`, `JFK`, `(null)`.
    pub buckets: Vec<String>,
    /// The reference's share in each bucket.
    pub reference: Vec<f64>,
    /// The window's share in each bucket.
    pub current: Vec<f64>,
    /// The cell it belongs to.
    pub cell: FeatureCell,
    /// Every number about the cell, other tools' too.
    pub numbers: Vec<Number>,
    /// The bins' edges, ascending, each the least value of the bin above it; empty for categories.
    pub edges: Vec<f64>,
    /// Rows in each bin, of the reference and of the window; empty for categories.
    pub bins: Vec<(u64, u64)>,
    /// SQL that counts the window's rows again.
    pub sql: String,
}

/// One number about a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Number {
    /// Its name: `psi_q10_null`, `ks_p_asymp`, `ev_default`.
    pub key: String,
    /// Its value; NaN where it cannot be computed.
    pub value: f64,
    /// Its definition in one sentence.
    pub about: String,
}

impl Distribution {
    /// A number by its name; `None` where the kind of column has none such.
    pub fn number(&self, key: &str) -> Option<f64> {
        Some(self.numbers.iter().find(|n| n.key == key)?.value)
    }
}

impl From<Statistic> for Number {
    fn from(s: Statistic) -> Self {
        Self {
            key: s.key.to_owned(),
            value: s.value,
            about: s.about.to_owned(),
        }
    }
}

/// A monitor as the console lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonitorState {
    /// Its name.
    pub name: String,
    /// The model it watches.
    pub model: String,
    /// PSI at which a feature counts as drifted.
    pub psi_threshold: f64,
    /// The quality measure policy names, with its bound.
    pub quality_metric: String,
    /// The bound; NaN when policy gives none.
    pub quality_min: f64,
    /// Rows of the reference.
    pub reference_rows: u64,
    /// What its windows are judged by, as a whole.
    pub rules: WindowRules,
    /// The last instant in its log; unknown before the first look at its files.
    pub newest: Option<Millis>,
    /// Now, by the agent's clock.
    pub now: Millis,
    /// What people did about its alerts, in the order done.
    pub handled: Vec<Handled>,
    /// Its windows, oldest first.
    pub windows: Vec<WindowResult>,
    /// What is wrong with its input.
    pub problems: Vec<InputProblem>,
}
