//! Quality before labels have come: what it should be if calibrated scores are right.

use super::isotonic::Isotonic;
use serde::{Deserialize, Serialize};

/// Estimated quality of a window. Never realised quality: it assumes that a score means what it meant on the
/// reference, hence sees no change of the share of positives and no concept drift.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Rows it is made from.
    pub rows: u64,
    /// Area under the ROC curve.
    pub auc: f64,
    /// Share of right predictions.
    pub accuracy: f64,
    /// Precision.
    pub precision: f64,
    /// Recall.
    pub recall: f64,
    /// F1 of the positive class.
    pub f1: f64,
}

/// Confidence-based performance estimation (CBPE, NannyML 0.13.1): each row counts as a hit with its calibrated
/// probability. `calibration` as [`Isotonic::fit_where_better`] found it on the reference. NaN where
/// the denominator is 0, 0 for precision and F1 as there.
pub fn estimate(
    calibration: Option<&Isotonic>,
    scores: &[f64],
    predictions: &[bool],
) -> Option<Estimate> {
    let mut rows: Vec<(f64, f64, bool)> = scores
        .iter()
        .zip(predictions)
        .filter(|(score, _)| !score.is_nan())
        .map(|(score, hit)| (*score, calibration.map_or(*score, |c| c.at(*score)), *hit))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let (mut tp, mut fp, mut missed, mut tn) = (0.0, 0.0, 0.0, 0.0);
    for (_, p, predicted) in &rows {
        if *predicted {
            tp += p;
            fp += 1.0 - p;
        } else {
            missed += p;
            tn += 1.0 - p;
        }
    }
    let share = |part: f64, of: f64| if of == 0.0 { 0.0 } else { part / of };
    rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    Some(Estimate {
        rows: rows.len() as u64,
        auc: auc(rows.iter().map(|r| r.1)),
        accuracy: (tp + tn) / rows.len() as f64,
        precision: share(tp, tp + fp),
        recall: share(tp, tp + missed),
        f1: share(tp, tp + 0.5 * (fp + missed)),
    })
}

/// The area under the expected ROC curve of probabilities in the order of falling scores. Counts are
/// rounded to five places, as there.
fn auc(probabilities: impl Iterator<Item = f64>) -> f64 {
    let round = |v: f64| (v * 1e5).round_ties_even() / 1e5;
    let (mut hits, mut seen) = (0.0, 0.0);
    let mut curve = vec![(0.0, 0.0)];
    for p in probabilities {
        hits += p;
        seen += 1.0;
        curve.push((round(hits), round(seen - hits)));
    }
    let (all_hits, all_misses) = curve[curve.len() - 1];
    curve
        .windows(2)
        .map(|c| {
            let height = (c[0].0 / all_hits + c[1].0 / all_hits) / 2.0;
            (c[1].1 / all_misses - c[0].1 / all_misses) * height
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_scores_are_what_they_estimate() {
        let e = estimate(None, &[1.0, 1.0, 0.0, 0.0], &[true, false, false, true]).unwrap();
        assert_eq!(
            (e.auc, e.accuracy, e.precision, e.recall, e.f1),
            (1.0, 0.5, 0.5, 0.5, 0.5)
        );
        assert_eq!(estimate(None, &[f64::NAN], &[true]), None);
        let none = estimate(None, &[0.2, 0.4], &[false, false]).unwrap();
        assert_eq!((none.precision, none.f1, none.rows), (0.0, 0.0, 2));
    }

    #[test]
    fn scores_that_say_nothing_are_worth_a_half() {
        let e = estimate(None, &[0.3; 10], &[false; 10]).unwrap();
        assert!((e.auc - 0.5).abs() < 1e-12 && (e.accuracy - 0.7).abs() < 1e-12);
    }
}
