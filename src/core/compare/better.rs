//! Which way a metric gets better, told from its name.

use crate::health;

/// Which of two values of a metric is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The higher one.
    Higher,
    /// The lower one.
    Lower,
    /// Neither: a counter or a setting.
    Neither,
}

/// Words of metrics that should be small, besides the losses of [`health::is_loss`].
const LOWER: &[&str] = &[
    "brier", "cer", "eer", "fid", "fnr", "fpr", "latency", "logloss", "mape", "memory", "ms",
    "ppl", "psi", "regret", "seconds", "smape", "ter", "wer",
];
/// Words of metrics that should be large.
const HIGHER: &[&str] = &[
    "acc",
    "accuracy",
    "ap",
    "auc",
    "auprc",
    "auroc",
    "bleu",
    "coverage",
    "dice",
    "elo",
    "f1",
    "gain",
    "gini",
    "hit",
    "iou",
    "kappa",
    "map",
    "mcc",
    "meteor",
    "mrr",
    "ndcg",
    "pearson",
    "precision",
    "psnr",
    "r2",
    "recall",
    "return",
    "reward",
    "rouge",
    "score",
    "spearman",
    "ssim",
    "success",
    "throughput",
    "top1",
    "top5",
    "win",
];

impl Better {
    /// The usual direction of a metric of this name; `Neither` when the name tells nothing.
    pub fn of(key: &str) -> Self {
        // What the machine does is neither good nor bad.
        if key.starts_with("system/") {
            return Self::Neither;
        }
        if health::is_loss(key) {
            return Self::Lower;
        }
        let words = words(key);
        let has = |known: &[&str]| words.iter().any(|w| known.contains(&w.as_str()));
        match (has(LOWER), has(HIGHER)) {
            (true, _) => Self::Lower,
            (false, true) => Self::Higher,
            (false, false) => Self::Neither,
        }
    }

    /// The next direction, for whoever knows better.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Higher => Self::Lower,
            Self::Lower => Self::Neither,
            Self::Neither => Self::Higher,
        }
    }

    /// Whether `a` is better than `b`. What is no number is never better, and worse than any number.
    pub fn beats(self, a: f64, b: f64) -> bool {
        match self {
            Self::Neither => false,
            _ if a.is_nan() => false,
            _ if b.is_nan() => true,
            Self::Higher => a > b,
            Self::Lower => a < b,
        }
    }

    /// The best of some values.
    pub fn best(self, values: impl Iterator<Item = f64>) -> Option<f64> {
        if self == Self::Neither {
            return None;
        }
        values
            .filter(|v| v.is_finite())
            .reduce(|best, v| if self.beats(v, best) { v } else { best })
    }
}

/// The words of a key: `val/RMSLE`, `trainAUC` and `top_1.acc` are cut at signs and at humps.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in key.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && small) {
            words.push(String::new());
        }
        small = c.is_lowercase();
        if c.is_alphanumeric()
            && let Some(last) = words.last_mut()
        {
            last.extend(c.to_lowercase());
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_tell_the_direction() {
        use Better::{Higher, Lower, Neither};
        let told = [
            ("heldout_auc", Higher),
            ("valAccuracy", Higher),
            ("eval/f1", Higher),
            ("r2", Higher),
            ("train_loss", Lower),
            ("val/RMSE", Lower),
            ("fit_seconds", Lower),
            ("p99_ms", Lower),
            ("test.WER", Lower),
            ("epoch", Neither),
            ("learning_rate", Neither),
            ("mapping_size", Neither),
            ("system/gpu_0_memory", Neither),
        ];
        for (key, better) in told {
            assert_eq!(Better::of(key), better, "{key}");
        }
    }

    #[test]
    fn nothing_is_best_where_nothing_is_better() {
        assert_eq!(Better::Neither.best([1.0, 2.0].into_iter()), None);
        assert_eq!(
            Better::Lower.best([f64::NAN, 2.0, 1.5, f64::NEG_INFINITY].into_iter()),
            Some(1.5)
        );
        assert_eq!(Better::Higher.best(std::iter::empty()), None);
    }

    proptest! {
        #[test]
        fn only_one_of_two_is_better(a in any::<f64>(), b in any::<f64>()) {
            for better in [Better::Higher, Better::Lower, Better::Neither] {
                prop_assert!(!(better.beats(a, b) && better.beats(b, a)));
            }
        }

        #[test]
        fn any_name_has_words(key in "\\PC{0,20}") {
            let _ = Better::of(&key);
            prop_assert!(words(&key).iter().all(|w| !w.is_empty()));
        }
    }
}
