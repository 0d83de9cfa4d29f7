//! Which distance a cell is judged by, and from where it counts.

use super::profile::Comparison;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The distance by which drift is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// PSI where its sampling noise, (buckets - 1) * (1/n + 1/m), is at most a fifth of its threshold: for ten
    /// bins and a threshold of 0.1 from 900 usable rows on either side. Else `ks` for numbers and
    /// `total_variation` for categories.
    #[default]
    Auto,
    /// Population stability index with a bucket for what is missing.
    Psi,
    /// Kolmogorov-Smirnov D. Categories are judged by `total_variation` instead.
    Ks,
    /// Wasserstein distance over the reference's standard deviation. Categories are judged by
    /// `total_variation` instead.
    Wasserstein,
    /// Jensen-Shannon distance, base 2.
    JensenShannon,
    /// Hellinger distance.
    Hellinger,
    /// Total variation.
    TotalVariation,
    /// Cramér's V: chi-square as a share of the most it could be.
    ChiSquare,
    /// Difference of the shares of the last of two categories. With any other number of them
    /// `total_variation`, and `ks` for numbers.
    ZTest,
}

/// The share of PSI's threshold that its sampling noise may make up where `auto` chooses it.
const NOISE: f64 = 0.2;

/// Of what kind and size the two sides of a cell are: what a method is chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Categories rather than numbers.
    pub categorical: bool,
    /// Buckets that PSI compares, the one of missing values among them; 0 where nothing was compared.
    pub buckets: u64,
    /// Whether there are exactly two categories.
    pub two: bool,
    /// Usable rows of the reference.
    pub reference_rows: u64,
    /// Usable rows of the window.
    pub rows: u64,
}

impl Shape {
    /// The shape of a column; `comparison` where it could be compared.
    pub fn of(categorical: bool, comparison: Option<&Comparison>) -> Self {
        let (reference_rows, rows) = comparison.map_or((0, 0), |c| c.valid);
        Self {
            categorical,
            buckets: comparison.map_or(0, |c| c.buckets),
            two: comparison.is_some_and(|c| !c.last_of_two.is_nan()),
            reference_rows,
            rows,
        }
    }

    /// What PSI amounts to, about, with nothing changed: with B buckets (B - 1)(1/n + 1/m) (Yurdakul 2018).
    /// Infinite without rows.
    fn psi_noise(&self) -> f64 {
        let each = 1.0 / self.reference_rows as f64 + 1.0 / self.rows as f64;
        self.buckets.saturating_sub(1).max(1) as f64 * each
    }
}

/// How far a column moved, and how sure that is: both of the same part of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// The distance; NaN where the kind of column has none such.
    pub effect: f64,
    /// Its p-value.
    pub p: f64,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 9] = [
        Self::Auto,
        Self::Psi,
        Self::Ks,
        Self::Wasserstein,
        Self::JensenShannon,
        Self::Hellinger,
        Self::TotalVariation,
        Self::ChiSquare,
        Self::ZTest,
    ];

    /// The word in the policy file and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Psi => "psi",
            Self::Ks => "ks",
            Self::Wasserstein => "wasserstein",
            Self::JensenShannon => "jensen_shannon",
            Self::Hellinger => "hellinger",
            Self::TotalVariation => "total_variation",
            Self::ChiSquare => "chi_square",
            Self::ZTest => "z_test",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.word() == word)
    }

    /// What a column of this kind and size is judged by, where PSI counts from `psi_threshold` on. A distance
    /// that such a column has not gives way to the usual one of its kind.
    pub fn for_column(self, shape: &Shape, psi_threshold: f64) -> Self {
        let usual = if shape.categorical {
            Self::TotalVariation
        } else {
            Self::Ks
        };
        match self {
            Self::Auto if shape.psi_noise() <= NOISE * psi_threshold => Self::Psi,
            Self::Auto => usual,
            Self::Ks | Self::Wasserstein if shape.categorical => usual,
            Self::ZTest if !shape.categorical || !shape.two => usual,
            chosen => chosen,
        }
    }

    /// The distance; NaN where the kind of column has none such. All but PSI, which has a bucket for it, are
    /// at least the change in the share of rows without a value: a sensor that falls silent has drifted.
    pub fn of(self, c: &Comparison) -> f64 {
        self.evidence(c, f64::INFINITY, 0)
            .map_or(f64::NAN, |e| e.effect)
    }

    /// What the comparison says by this method; `None` when too few rows say anything.
    ///
    /// A column has two parts: its values, which need `min_rows` of them on either side, and whether it has
    /// values at all, which every row says. PSI measures both at once; of the other distances that part counts
    /// which reaches the threshold more surely, else the larger one. Of two chances p is doubled (Bonferroni).
    pub fn evidence(self, c: &Comparison, threshold: f64, min_rows: u64) -> Option<Evidence> {
        let values = (c.valid.0.min(c.valid.1) >= min_rows).then(|| Evidence {
            effect: self.of_values(c),
            p: c.p,
        });
        let psi = matches!(self, Self::Auto | Self::Psi);
        let missing = c.p_missing.map(|p| Evidence {
            effect: if psi { c.psi_missing } else { c.missing_shift },
            p,
        });
        let (Some(v), Some(m)) = (values, missing) else {
            return values.or(missing);
        };
        let doubled = |e: Evidence| Evidence {
            p: (2.0 * e.p).min(1.0),
            ..e
        };
        // f64::min takes the known one of two.
        let surer = Evidence {
            p: v.p.min(m.p),
            ..v
        };
        if psi {
            return Some(doubled(surer));
        }
        let of_missing = if v.effect >= threshold && m.effect >= threshold {
            v.p.is_nan() || m.p < v.p
        } else {
            // Never when the other is unknown: that would turn an unknown distance into a known one.
            m.effect > v.effect
        };
        Some(doubled(if of_missing { m } else { v }))
    }

    fn of_values(self, c: &Comparison) -> f64 {
        match self {
            Self::Auto | Self::Psi => c.psi,
            Self::Ks if c.wasserstein.is_nan() => f64::NAN,
            Self::Ks => c.distance,
            Self::Wasserstein => c.wasserstein_norm,
            Self::JensenShannon => c.shares.jensen_shannon,
            Self::Hellinger => c.shares.hellinger,
            Self::TotalVariation => c.shares.total_variation,
            Self::ChiSquare => c.cramers_v,
            Self::ZTest => c.last_of_two.abs(),
        }
    }
}

/// By what a cell is judged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The distance.
    pub method: Method,
    /// From here on it is large enough.
    pub threshold: f64,
    /// How much the feature counts among the others; 0 or more.
    pub weight: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::profile::{ReferenceProfile, WindowProfile};

    #[test]
    fn words_are_read_back_and_are_serdes() {
        for method in Method::ALL {
            assert_eq!(Method::from_word(method.word()), Some(method));
            let written = serde_json::to_string(&method).unwrap();
            assert_eq!(written, format!("{:?}", method.word()));
        }
        assert_eq!(Method::from_word("kl"), None);
    }

    #[test]
    fn size_and_kind_choose() {
        let shape = |categorical, buckets, rows| Shape {
            categorical,
            buckets,
            two: buckets == 2,
            reference_rows: rows,
            rows,
        };
        let auto = |s: Shape| Method::Auto.for_column(&s, 0.1);
        // Ten bins: 9 * 2 / 900 = 0.02.
        assert_eq!(auto(shape(false, 10, 900)), Method::Psi);
        assert_eq!(auto(shape(false, 10, 899)), Method::Ks);
        assert_eq!(auto(shape(false, 11, 900)), Method::Ks);
        // Few categories need fewer rows, many more.
        assert_eq!(auto(shape(true, 2, 100)), Method::Psi);
        assert_eq!(auto(shape(true, 101, 9_999)), Method::TotalVariation);
        assert_eq!(auto(shape(true, 101, 10_000)), Method::Psi);
        assert_eq!(auto(Shape::of(false, None)), Method::Ks);
        let strict = Method::Auto.for_column(&shape(false, 10, 900), 0.05);
        assert_eq!(strict, Method::Ks);
    }

    #[test]
    fn a_distance_that_a_column_has_not_gives_way() {
        let shape = |categorical, two| Shape {
            categorical,
            buckets: if two { 2 } else { 10 },
            two,
            reference_rows: 500,
            rows: 500,
        };
        for (chosen, of, by) in [
            (Method::Ks, shape(true, false), Method::TotalVariation),
            (
                Method::Wasserstein,
                shape(true, true),
                Method::TotalVariation,
            ),
            (
                Method::Wasserstein,
                shape(false, false),
                Method::Wasserstein,
            ),
            (Method::ZTest, shape(true, true), Method::ZTest),
            (Method::ZTest, shape(true, false), Method::TotalVariation),
            (Method::ZTest, shape(false, false), Method::Ks),
            (Method::Hellinger, shape(false, false), Method::Hellinger),
        ] {
            assert_eq!(chosen.for_column(&of, 0.1), by, "{chosen:?} of {of:?}");
        }
    }

    #[test]
    fn effect_and_significance_are_of_the_same_part() {
        let spread = |from: u32, n: u32| -> Vec<f64> { (from..from + n).map(f64::from).collect() };
        // Twelve values moved by much but few of them; two rows of a hundred without a value, surely not more.
        let r = ReferenceProfile::numeric(spread(0, 10_000), 0);
        let few = WindowProfile::numeric(spread(2_000, 12), 0);
        let c = r.compare(&few).unwrap();
        let alone = Method::Ks.evidence(&c, 0.1, 0).unwrap();
        assert_eq!((alone.effect, alone.p), (c.distance, c.p));
        // A shift of values that is no accident and small, and one of missing values that is large but may be one.
        let r = ReferenceProfile::numeric(spread(0, 10_000), 10);
        let c = Comparison {
            distance: 0.05,
            p: 1e-30,
            missing_shift: 0.3,
            p_missing: Some(0.2),
            ..r.compare(&WindowProfile::numeric(spread(0, 9_000), 0))
                .unwrap()
        };
        let e = Method::Ks.evidence(&c, 0.1, 100).unwrap();
        assert_eq!((e.effect, e.p), (0.3, 0.4));
        // Where both reach the threshold, the surer one.
        let both = Comparison {
            distance: 0.15,
            ..c.clone()
        };
        let e = Method::Ks.evidence(&both, 0.1, 100).unwrap();
        assert_eq!((e.effect, e.p), (0.15, 2e-30));
        // PSI measures both at once.
        let e = Method::Psi.evidence(&c, 0.1, 100).unwrap();
        assert_eq!((e.effect, e.p), (c.psi, 2e-30));
    }

    #[test]
    fn few_values_say_only_that_they_are_few() {
        let values = |n: u32| -> Vec<f64> { (0..n).map(f64::from).collect() };
        let r = ReferenceProfile::numeric(values(1_000), 0);
        let c = r.compare(&WindowProfile::numeric(values(20), 480)).unwrap();
        let e = Method::Ks.evidence(&c, 0.1, 100).unwrap();
        assert_eq!((e.effect, Some(e.p)), (0.96, c.p_missing));
        let e = Method::Psi.evidence(&c, 0.1, 100).unwrap();
        assert_eq!((e.effect, Some(e.p)), (c.psi_missing, c.p_missing));
        let all = r.compare(&WindowProfile::numeric(values(20), 0)).unwrap();
        assert_eq!(Method::Psi.evidence(&all, 0.1, 100), None);
    }

    #[test]
    fn silence_is_drift_by_every_distance() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let r = ReferenceProfile::numeric(values.clone(), 0);
        let silent = WindowProfile::numeric(values.into_iter().step_by(2).collect(), 50);
        let c = r.compare(&silent).unwrap();
        for method in [
            Method::Ks,
            Method::Wasserstein,
            Method::JensenShannon,
            Method::ChiSquare,
        ] {
            assert_eq!(method.of(&c), 0.5, "{method:?}");
        }
        assert!(Method::Psi.of(&c) > 1.0 && Method::ZTest.of(&c).is_nan());
    }
}
