//! Where a probability becomes a prediction.

/// The threshold with the best F1 (a score at or above it counts as positive), and that F1.
/// `(0.5, 0.0)` when no row is positive.
pub fn best_f1(labels: &[bool], scores: &[f64]) -> (f64, f64) {
    let mut order: Vec<usize> = (0..labels.len().min(scores.len())).collect();
    order.sort_unstable_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let positives = labels.iter().filter(|y| **y).count() as f64;
    let (mut best, mut taken, mut hits) = ((0.5, 0.0), 0.0, 0.0);
    for tied in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        taken += tied.len() as f64;
        hits += tied.iter().filter(|i| labels[**i]).count() as f64;
        let f1 = 2.0 * hits / (taken + positives);
        if f1 > best.1 {
            best = (scores[tied[0]], f1);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        assert_eq!(
            best_f1(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8]),
            (0.35, 0.8)
        );
        assert_eq!(best_f1(&[false], &[0.3]), (0.5, 0.0));
    }

    proptest! {
        #[test]
        fn no_threshold_is_better(rows in prop::collection::vec((any::<bool>(), 0u8..8), 1..60)) {
            let (y, s): (Vec<bool>, Vec<f64>) = rows.iter().map(|r| (r.0, f64::from(r.1) / 8.0)).unzip();
            let f1 = |threshold: f64| {
                let taken = s.iter().filter(|s| **s >= threshold).count();
                let hits = s.iter().zip(&y).filter(|(s, y)| **s >= threshold && **y).count();
                2.0 * hits as f64 / (taken + y.iter().filter(|y| **y).count()) as f64
            };
            let (threshold, best) = best_f1(&y, &s);
            prop_assert!(best == 0.0 || (f1(threshold) - best).abs() < 1e-12);
            for s in &s {
                prop_assert!(f1(*s) <= best + 1e-12);
            }
        }
    }
}
