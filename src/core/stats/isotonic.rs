//! Calibration: from scores to probabilities, by isotonic regression on what came of them.

/// A never-falling step of straight lines through what was seen: Barlow et al., "Statistical Inference under
/// Order Restrictions" (1972), by pooling adjacent violators; between two scores linear, outside constant
/// (scikit-learn's `IsotonicRegression(out_of_bounds="clip")`).
#[derive(Clone, Debug, PartialEq)]
pub struct Isotonic {
    /// Scores, ascending, and the probability at each.
    points: Vec<(f64, f64)>,
}

/// Equal bins by rows in which calibration is judged, and the folds it is judged on.
const PARTS: usize = 10;

impl Isotonic {
    /// Fits to labels and scores. `None` without rows or with a NaN score.
    pub fn fit(labels: &[bool], scores: &[f64]) -> Option<Self> {
        let rows = sorted(labels, scores)?;
        Self::of_sorted(rows.iter().copied())
    }

    fn of_sorted(rows: impl Iterator<Item = (f64, bool)>) -> Option<Self> {
        // Rows with one score are one point of their mean.
        let mut ties: Vec<(f64, f64, f64)> = Vec::new();
        for (score, label) in rows {
            let hit = f64::from(u8::from(label));
            match ties.last_mut() {
                Some((last, hits, n)) if *last == score => {
                    *hits += hit;
                    *n += 1.0;
                }
                _ => ties.push((score, hit, 1.0)),
            }
        }
        if ties.is_empty() {
            return None;
        }
        // Blocks of (hits, rows, points) whose means rise.
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        for (_, hits, n) in &ties {
            let mut block = (*hits, *n, 1);
            while let Some(before) = blocks.pop_if(|b| b.0 * block.1 >= block.0 * b.1) {
                block = (before.0 + block.0, before.1 + block.1, before.2 + block.2);
            }
            blocks.push(block);
        }
        let levels = blocks
            .into_iter()
            .flat_map(|(hits, n, points)| std::iter::repeat_n(hits / n, points));
        let points = ties.iter().map(|t| t.0).zip(levels).collect();
        Some(Self { points })
    }

    /// The probability at a score; NaN for NaN.
    pub fn at(&self, score: f64) -> f64 {
        if score.is_nan() {
            return f64::NAN;
        }
        let above = self.points.partition_point(|(x, _)| *x <= score);
        match (
            above.checked_sub(1).and_then(|i| self.points.get(i)),
            self.points.get(above),
        ) {
            (Some((x, y)), Some((to_x, to_y))) => (to_y - y) / (to_x - x) * (score - x) + y,
            (Some((_, y)), None) | (None, Some((_, y))) => *y,
            (None, None) => f64::NAN,
        }
    }

    /// Fits only where calibrated scores are nearer to the truth on rows that they were not fitted to: ten
    /// folds, the calibration error over ten bins of equal rows. `None`: leave the scores as they are.
    ///
    /// NannyML decides likewise, but on random splits; here every tenth row in the order of scores
    /// makes a fold, so that the order of rows says nothing.
    pub fn fit_where_better(labels: &[bool], scores: &[f64]) -> Option<Self> {
        let rows = sorted(labels, scores)?;
        if rows.len() < 2 * PARTS || rows.iter().all(|r| r.1 == rows[0].1) {
            return None;
        }
        let mut calibrated = Vec::with_capacity(rows.len());
        for fold in 0..PARTS {
            let others = rows.iter().enumerate().filter(|(i, _)| i % PARTS != fold);
            let fit = Self::of_sorted(others.map(|(_, row)| *row))?;
            let held = rows.iter().skip(fold).step_by(PARTS);
            calibrated.extend(held.map(|(score, label)| (fit.at(*score), *label)));
        }
        calibrated.sort_by(|a, b| a.0.total_cmp(&b.0));
        (error(&rows) > error(&calibrated))
            .then(|| Self::of_sorted(rows.iter().copied()))
            .flatten()
    }
}

/// Rows by score, hits after misses among ties; `None` without rows or with a NaN score.
fn sorted(labels: &[bool], scores: &[f64]) -> Option<Vec<(f64, bool)>> {
    let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(labels.iter().copied()).collect();
    if rows.is_empty() || rows.iter().any(|(score, _)| score.is_nan()) {
        return None;
    }
    rows.iter_mut().for_each(|(score, _)| *score += 0.0);
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    Some(rows)
}

/// Σ rows of the bin / rows · |mean score - share of hits| over bins of equal rows; sorted rows.
fn error(rows: &[(f64, bool)]) -> f64 {
    let size = rows.len().div_ceil(PARTS).max(1);
    let gap = |bin: &[(f64, bool)]| {
        let scores: f64 = bin.iter().map(|r| r.0).sum();
        let hits = bin.iter().filter(|r| r.1).count() as f64;
        (scores - hits).abs()
    };
    rows.chunks(size).map(gap).sum::<f64>() / rows.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violators_are_pooled_and_gaps_bridged() {
        let fit = Isotonic::fit(&[false, true, false, true], &[0.1, 0.2, 0.3, 0.5]).unwrap();
        assert_eq!(fit.at(0.0), 0.0);
        assert_eq!((fit.at(0.2), fit.at(0.25), fit.at(0.3)), (0.5, 0.5, 0.5));
        assert!((fit.at(0.4) - 0.75).abs() < 1e-15 && (fit.at(0.15) - 0.25).abs() < 1e-15);
        assert_eq!(fit.at(9.0), 1.0);
        assert!(fit.at(f64::NAN).is_nan());
        let tied = Isotonic::fit(&[false, true, true], &[0.5, 0.5, 0.5]).unwrap();
        assert_eq!(tied.at(0.1), 2.0 / 3.0);
        assert_eq!(Isotonic::fit(&[], &[]), None);
        assert_eq!(Isotonic::fit(&[true], &[f64::NAN]), None);
    }

    #[test]
    fn only_where_it_helps() {
        // Scores that are right as they are, and the same pressed together.
        let rows: Vec<(bool, f64)> = (0..1_000)
            .map(|i| (i % 10 < i / 100, f64::from(i / 100) / 10.0))
            .collect();
        let (labels, scores): (Vec<bool>, Vec<f64>) = rows.into_iter().unzip();
        assert_eq!(Isotonic::fit_where_better(&labels, &scores), None);
        let pressed: Vec<f64> = scores.iter().map(|s| s / 3.0).collect();
        let fit = Isotonic::fit_where_better(&labels, &pressed).unwrap();
        assert!((fit.at(0.3) - 0.9).abs() < 0.01);
        assert_eq!(Isotonic::fit_where_better(&[true; 50], &[0.5; 50]), None);
    }
}
