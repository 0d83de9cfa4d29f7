//! How well a binary classifier did, against labels. Definitions are scikit-learn's.

use super::{
    bootstrap,
    curve::{auc_95, average_precision, calibration_error},
    multiclass::Classes,
    regression::errors,
};
use crate::monitor::Quality;

/// The standard normal distribution's 97.5 % quantile.
pub(super) const Z_95: f64 = 1.959_963_984_540_054;

/// Scores are kept this far from 0 and 1 in log loss: the spacing of doubles at 1, as scikit-learn does.
const CLIP: f64 = f64::EPSILON;

/// The four counts of a binary confusion matrix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// Predicted positive, was positive.
    pub true_positive: u64,
    /// Predicted positive, was negative.
    pub false_positive: u64,
    /// Predicted negative, was positive.
    pub false_negative: u64,
    /// Predicted negative, was negative.
    pub true_negative: u64,
}

impl Confusion {
    /// Counts pairs of label and prediction; what one slice has over the other is ignored.
    pub fn count(labels: &[bool], predictions: &[bool]) -> Self {
        let mut c = Self::default();
        for (label, predicted) in labels.iter().zip(predictions) {
            *match (label, predicted) {
                (true, true) => &mut c.true_positive,
                (false, true) => &mut c.false_positive,
                (true, false) => &mut c.false_negative,
                (false, false) => &mut c.true_negative,
            } += 1;
        }
        c
    }
    /// Pairs counted.
    pub fn total(&self) -> u64 {
        self.true_positive + self.false_positive + self.false_negative + self.true_negative
    }
    /// Share of right predictions; NaN without pairs.
    pub fn accuracy(&self) -> f64 {
        (self.true_positive + self.true_negative) as f64 / self.total() as f64
    }
    /// Share of predicted positives that were; 0 when none was predicted, NaN without pairs.
    pub fn precision(&self) -> f64 {
        self.share(self.true_positive, self.true_positive + self.false_positive)
    }
    /// Share of positives that were predicted; 0 when there was none, NaN without pairs.
    pub fn recall(&self) -> f64 {
        self.share(self.true_positive, self.true_positive + self.false_negative)
    }
    /// Harmonic mean of precision and recall; 0 when both are, NaN without pairs.
    pub fn f1(&self) -> f64 {
        self.share(
            2 * self.true_positive,
            2 * self.true_positive + self.false_positive + self.false_negative,
        )
    }
    fn share(&self, part: u64, of: u64) -> f64 {
        match (self.total(), of) {
            (0, _) => f64::NAN,
            (_, 0) => 0.0,
            _ => part as f64 / of as f64,
        }
    }
}

/// Area under the ROC curve: the probability that a positive scores above a negative, ties half
/// (Mann–Whitney). Exact, by counting in whole numbers. NaN when a class is absent or a score is NaN.
pub fn auc(labels: &[bool], scores: &[f64]) -> f64 {
    let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(labels.iter().copied()).collect();
    if rows.iter().any(|(score, _)| score.is_nan()) {
        return f64::NAN;
    }
    // Adding zero makes -0 and 0 the same bits, hence one tie.
    rows.iter_mut().for_each(|(score, _)| *score += 0.0);
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut positives) = (0u128, 0u128);
    // Twice the number of ordered pairs, so that a tie's half is whole.
    let mut twice = 0u128;
    for tied in rows.chunk_by(|a, b| a.0 == b.0) {
        let positive = tied.iter().filter(|(_, label)| *label).count() as u128;
        let negative = tied.len() as u128 - positive;
        twice += positive * (2 * below + negative);
        below += negative;
        positives += positive;
    }
    twice as f64 / (2 * positives * below) as f64
}

/// Mean natural-log loss of the positive class's score; NaN without rows or with a NaN score.
pub fn log_loss(labels: &[bool], scores: &[f64]) -> f64 {
    mean(labels, scores, |label, score| {
        let p = score.clamp(CLIP, 1.0 - CLIP);
        -(if label { p.ln() } else { (1.0 - p).ln() })
    })
}

/// Mean squared difference of score and label (Brier 1950); NaN without rows or with a NaN score.
pub fn brier(labels: &[bool], scores: &[f64]) -> f64 {
    mean(labels, scores, |label, score| {
        (score - f64::from(u8::from(label))).powi(2)
    })
}

fn mean(labels: &[bool], scores: &[f64], each: impl Fn(bool, f64) -> f64) -> f64 {
    let n = labels.len().min(scores.len());
    labels
        .iter()
        .zip(scores)
        .map(|(l, s)| each(*l, *s))
        .sum::<f64>()
        / n as f64
}

/// Everything a window's quality says. `scores` or `predictions` may be absent; what needs them is
/// then NaN. One entry for each row whose label has arrived.
pub fn assess(labels: &[bool], scores: Option<&[f64]>, predictions: Option<&[bool]>) -> Quality {
    if labels.is_empty() {
        return Quality::unknown();
    }
    let confusion = predictions
        .map(|p| Confusion::count(labels, p))
        .unwrap_or_default();
    let positives = labels.iter().filter(|l| **l).count();
    let of = |number: fn(&[bool], &[f64]) -> f64| scores.map_or(f64::NAN, |s| number(labels, s));
    let classes = Classes::binary(&confusion);
    let right = confusion.true_positive + confusion.true_negative;
    Quality {
        labelled: labels.len() as u64,
        auc: of(auc),
        log_loss: of(log_loss),
        accuracy: confusion.accuracy(),
        f1: confusion.f1(),
        positive_rate: positives as f64 / labels.len() as f64,
        precision: confusion.precision(),
        recall: confusion.recall(),
        f1_macro: classes.macro_average().f1,
        f1_weighted: classes.weighted().f1,
        average_precision: of(average_precision),
        brier: of(brier),
        calibration_error: of(calibration_error),
        auc_95: scores.map_or((f64::NAN, f64::NAN), |s| auc_95(labels, s)),
        accuracy_95: wilson_95(right, confusion.total()),
        f1_95: f1_95(&confusion),
        ..Quality::unknown()
    }
}

/// A 95 % interval of F1 by bootstrap over rows; the counts are the seed of what they give.
fn f1_95(c: &Confusion) -> (f64, f64) {
    let counts = [
        c.true_positive,
        c.false_positive,
        c.false_negative,
        c.true_negative,
    ];
    bootstrap::interval_95(&counts, ROUNDS, c.total(), |drawn| {
        Confusion {
            true_positive: drawn[0],
            false_positive: drawn[1],
            false_negative: drawn[2],
            true_negative: drawn[3],
        }
        .f1()
    })
}

/// Rounds of the bootstrap: the ends of the interval then rest on five rounds either side.
const ROUNDS: u32 = 200;

/// Everything a window's quality says of a regression: one label and one prediction for each row whose
/// label has arrived.
pub fn assess_regression(labels: &[f64], predictions: &[f64]) -> Quality {
    if labels.is_empty() {
        return Quality::unknown();
    }
    let e = errors(labels, predictions);
    Quality {
        labelled: labels.len() as u64,
        mae: e.mae,
        rmse: e.rmse,
        mape: e.mape_nonzero,
        r2: e.r2,
        bias: e.bias,
        ..Quality::unknown()
    }
}

/// A share's 95 % interval by Wilson's score method (1927): for label coverage, error rates and
/// accuracies. NaN twice when `of` is 0.
pub fn wilson_95(part: u64, of: u64) -> (f64, f64) {
    const Z: f64 = Z_95;
    let (n, p) = (of as f64, part as f64 / of as f64);
    let centre = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    // Not f64::max: it would turn an unknown bound into a certain one.
    (
        (centre - half).clamp(0.0, 1.0),
        (centre + half).clamp(0.0, 1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_count_half() {
        assert_eq!(auc(&[true, false], &[0.5, 0.5]), 0.5);
        assert_eq!(
            auc(&[true, false, true, false], &[0.9, 0.1, 0.5, 0.5]),
            0.875
        );
        assert_eq!(auc(&[true, false], &[-0.0, 0.0]), 0.5);
        assert_eq!(auc(&[true, false], &[f64::INFINITY, 0.0]), 1.0);
    }

    #[test]
    fn what_is_unknown_is_nan() {
        assert!(auc(&[true, true], &[0.1, 0.2]).is_nan());
        assert!(auc(&[], &[]).is_nan() && log_loss(&[], &[]).is_nan() && brier(&[], &[]).is_nan());
        assert!(auc(&[true, false], &[f64::NAN, 0.1]).is_nan());
        let q = assess(&[true, false], None, Some(&[true, true]));
        assert!(q.auc.is_nan() && q.log_loss.is_nan() && q.accuracy == 0.5);
        assert!(assess(&[], Some(&[]), None).f1.is_nan());
        assert!(Confusion::default().f1().is_nan());
    }

    #[test]
    fn certainty_that_is_wrong_costs_much_but_not_infinity() {
        let loss = log_loss(&[true], &[0.0]);
        assert!((loss - 36.043_653_389_117_15).abs() < 1e-9, "{loss}");
    }

    #[test]
    fn wilson_stays_within_bounds() {
        let (low, high) = wilson_95(8, 10);
        assert!(
            (low - 0.490_162_5).abs() < 1e-6 && (high - 0.943_317_8).abs() < 1e-6,
            "{low} {high}"
        );
        assert_eq!((wilson_95(0, 5).0, wilson_95(5, 5).1), (0.0, 1.0));
        assert!(wilson_95(0, 0).0.is_nan());
    }
}
