//! How well a classifier of several classes did. Definitions are scikit-learn's.

use super::quality::Confusion;

/// Counts of label and prediction, class by class. With two classes, both count alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes {
    /// Of each class: how it did against all others.
    each: Vec<Confusion>,
    right: u64,
    total: u64,
}

/// Precision, recall and F1 over all classes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Averages {
    /// Mean of precision over classes.
    pub precision: f64,
    /// Mean of recall.
    pub recall: f64,
    /// Mean of F1.
    pub f1: f64,
}

impl Classes {
    /// From counts by label (outer) and prediction (inner), in one order of classes.
    pub fn from_matrix(matrix: &[Vec<u64>]) -> Self {
        let at = |label: usize, prediction: usize| {
            matrix
                .get(label)
                .and_then(|row| row.get(prediction))
                .copied()
                .unwrap_or(0)
        };
        let all = 0..matrix.len();
        let total = matrix.iter().flatten().sum();
        let each = all
            .clone()
            .map(|class| {
                let true_positive = at(class, class);
                let predicted: u64 = all.clone().map(|label| at(label, class)).sum();
                let labelled: u64 = all.clone().map(|prediction| at(class, prediction)).sum();
                Confusion {
                    true_positive,
                    false_positive: predicted - true_positive,
                    false_negative: labelled - true_positive,
                    true_negative: total + true_positive - predicted - labelled,
                }
            })
            .collect();
        Self {
            each,
            right: all.map(|class| at(class, class)).sum(),
            total,
        }
    }

    /// Of a binary classifier, both classes counting alike.
    pub fn binary(c: &Confusion) -> Self {
        Self::from_matrix(&[
            vec![c.true_negative, c.false_positive],
            vec![c.false_negative, c.true_positive],
        ])
    }

    /// Share of right predictions, which is also the micro average of precision, recall and F1; NaN
    /// without rows.
    pub fn accuracy(&self) -> f64 {
        self.right as f64 / self.total as f64
    }

    /// Every class counts alike.
    pub fn macro_average(&self) -> Averages {
        self.average(|_| 1.0)
    }

    /// Every class counts by its labels.
    pub fn weighted(&self) -> Averages {
        self.average(|c| (c.true_positive + c.false_negative) as f64)
    }

    fn average(&self, weight: impl Fn(&Confusion) -> f64) -> Averages {
        // A class that was neither labelled nor predicted is none.
        let seen = || {
            let occurs = |c: &&Confusion| c.true_negative < c.total();
            self.each.iter().filter(occurs)
        };
        let all: f64 = seen().map(&weight).sum();
        let mean = |of: fn(&Confusion) -> f64| seen().map(|c| of(c) * weight(c)).sum::<f64>() / all;
        Averages {
            precision: mean(Confusion::precision),
            recall: mean(Confusion::recall),
            f1: mean(Confusion::f1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scikit_learns_example() {
        // f1_score([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1]): macro and weighted 0.2666…, micro 0.3333…
        let c = Classes::from_matrix(&[vec![2, 0, 0], vec![1, 0, 1], vec![0, 2, 0]]);
        assert!((c.macro_average().f1 - 0.8 / 3.0).abs() < 1e-15);
        assert!((c.weighted().f1 - 0.8 / 3.0).abs() < 1e-15);
        assert!((c.accuracy() - 1.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn edges() {
        let none = Classes::from_matrix(&[]);
        assert!(none.accuracy().is_nan() && none.macro_average().f1.is_nan());
        let absent = Classes::from_matrix(&[vec![3, 0, 0], vec![0, 2, 0], vec![0, 0, 0]]);
        assert_eq!(absent.macro_average().f1, 1.0);
        // A row that is too short counts as 0.
        assert_eq!(Classes::from_matrix(&[vec![1], vec![]]).accuracy(), 1.0);
    }
}
