//! What scores say beyond one threshold: average precision, the interval of the AUC, calibration.

use super::quality::auc;

/// Average precision: Σ (Rₙ - Rₙ₋₁)·Pₙ over the distinct scores from the highest down, without interpolation
/// (scikit-learn's `average_precision_score`); what is called PR AUC. NaN without positives or with a NaN
/// score.
pub fn average_precision(labels: &[bool], scores: &[f64]) -> f64 {
    let rows = descending(labels, scores);
    let positives = rows.iter().filter(|(_, label)| *label).count() as f64;
    if rows.iter().any(|(score, _)| score.is_nan()) {
        return f64::NAN;
    }
    let (mut hits, mut seen, mut area) = (0.0, 0.0, 0.0);
    for tied in rows.chunk_by(|a, b| a.0 == b.0) {
        let here = tied.iter().filter(|(_, label)| *label).count() as f64;
        hits += here;
        seen += tied.len() as f64;
        area += here * (hits / seen);
    }
    area / positives
}

fn descending(labels: &[bool], scores: &[f64]) -> Vec<(f64, bool)> {
    let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(labels.iter().copied()).collect();
    // Adding zero makes -0 and 0 the same bits, hence one tie.
    rows.iter_mut().for_each(|(score, _)| *score += 0.0);
    rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    rows
}

/// A 95 % interval of the AUC: DeLong, DeLong & Clarke-Pearson, "Comparing the Areas under Two or More
/// Correlated ROC Curves" (1988), by the midranks of Sun & Xu (2014), cut to 0..1. NaN twice where the AUC
/// is unknown or a class has a single row.
pub fn auc_95(labels: &[bool], scores: &[f64]) -> (f64, f64) {
    let area = auc(labels, scores);
    let of = |class: bool| -> Vec<f64> {
        let rows = labels.iter().zip(scores);
        let mut all: Vec<f64> = rows
            .filter(|(l, _)| **l == class)
            .map(|(_, s)| s + 0.0)
            .collect();
        all.sort_unstable_by(f64::total_cmp);
        all
    };
    let (positive, negative) = (of(true), of(false));
    let variance = spread(&positive, &negative, area) + spread(&negative, &positive, 1.0 - area);
    let half = super::quality::Z_95 * variance.sqrt();
    // Not f64::max: it would turn an unknown bound into a certain one.
    ((area - half).clamp(0.0, 1.0), (area + half).clamp(0.0, 1.0))
}

/// The variance of the mean share of `others` below each of `these`, whose mean is known.
fn spread(these: &[f64], others: &[f64], mean: f64) -> f64 {
    let n = these.len() as f64;
    let squares: f64 = these
        .iter()
        .map(|v| {
            let below = others.partition_point(|o| o < v);
            let tied = others.partition_point(|o| o <= v) - below;
            let share = (below as f64 + tied as f64 / 2.0) / others.len() as f64;
            (share - mean).powi(2)
        })
        .sum();
    squares / (n - 1.0) / n
}

/// Bins of the calibration error.
const BINS: usize = 10;

/// Expected calibration error over ten equal bins of the score, `[0, 0.1) … [0.9, 1]`: Σ rows in the bin / rows ·
/// |mean score - share of positives|. Guo et al., "On Calibration of Modern Neural Networks" (2017), for
/// the positive class. NaN without rows or with a NaN score; scores beyond 0..1 go to the outer bins.
pub fn calibration_error(labels: &[bool], scores: &[f64]) -> f64 {
    let mut bins = [(0.0f64, 0.0f64); BINS];
    let mut n = 0.0;
    for (label, score) in labels.iter().zip(scores) {
        if score.is_nan() {
            return f64::NAN;
        }
        let at = ((score * BINS as f64).max(0.0) as usize).min(BINS - 1);
        bins[at].0 += score;
        bins[at].1 += f64::from(u8::from(*label));
        n += 1.0;
    }
    bins.iter()
        .map(|(scores, hits)| (scores - hits).abs())
        .sum::<f64>()
        / n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scikit_learns_example() {
        // From the documentation of average_precision_score.
        let ap = average_precision(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8]);
        assert!((ap - 0.833_333_333_333_333_3).abs() < 1e-15);
        assert_eq!(average_precision(&[true, false], &[0.5, 0.5]), 0.5);
        assert!(average_precision(&[false], &[0.5]).is_nan());
        assert!(average_precision(&[true], &[f64::NAN]).is_nan());
    }

    #[test]
    fn delong_by_hand() {
        // Placements 1, 2/3 of the positives and 0, 0, 1/2 of the negatives; AUC 5/6.
        let (low, high) = auc_95(
            &[true, true, false, false, false],
            &[0.9, 0.5, 0.1, 0.2, 0.7],
        );
        let variance: f64 = (1.0 / 18.0) / 2.0 + (1.0 / 12.0) / 3.0;
        let half = 1.959_963_984_540_054 * variance.sqrt();
        assert!((low - (5.0 / 6.0 - half)).abs() < 1e-12, "{low}");
        assert_eq!(high, 1.0);
        assert!(auc_95(&[true, false], &[0.9, 0.1]).0.is_nan());
    }

    #[test]
    fn calibration() {
        assert!((calibration_error(&[true, false], &[0.95, 0.05]) - 0.05).abs() < 1e-15);
        assert_eq!(calibration_error(&[true, false], &[0.5, 0.5]), 0.0);
        assert!(calibration_error(&[], &[]).is_nan());
        assert!(calibration_error(&[true], &[f64::NAN]).is_nan());
        assert_eq!(calibration_error(&[true], &[1.5]), 0.5);
    }
}
