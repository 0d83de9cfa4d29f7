//! Which distance a cell is judged by, and from where it counts.

use super::profile::Comparison;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The distance by which drift is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// PSI from 1,000 usable rows on either side; below, `ks` for numbers and `total_variation` for
    /// categories, since the PSI of few rows is mostly sampling noise.
    #[default]
    Auto,
    /// Population stability index with a bucket for what is missing.
    Psi,
    /// Kolmogorov-Smirnov D. Numbers only.
    Ks,
    /// Wasserstein distance over the reference's standard deviation. Numbers only.
    Wasserstein,
    /// Jensen-Shannon distance, base 2.
    JensenShannon,
    /// Hellinger distance.
    Hellinger,
    /// Total variation.
    TotalVariation,
    /// Cramér's V: chi-square as a share of the most it could be.
    ChiSquare,
    /// Difference of the shares of the last of two categories.
    ZTest,
}

/// Rows on either side from which PSI says more than sampling noise: over ten bins and with nothing
/// changed it is about 9·(1/n + 1/m), 0.02 there.
const ROWS_FOR_PSI: u64 = 1_000;

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

    /// What a column of this kind and size is judged by.
    pub fn for_column(self, categorical: bool, reference_rows: u64, rows: u64) -> Self {
        match self {
            Self::Auto if reference_rows.min(rows) >= ROWS_FOR_PSI => Self::Psi,
            Self::Auto if categorical => Self::TotalVariation,
            Self::Auto => Self::Ks,
            chosen => chosen,
        }
    }

    /// The distance; NaN where the kind of column has none such. All but PSI, which has a bucket for it, are
    /// at least the change in the share of rows without a value: a sensor that falls silent has drifted.
    pub fn of(self, c: &Comparison) -> f64 {
        let values = match self {
            Self::Auto | Self::Psi => return c.psi,
            Self::Ks if c.wasserstein.is_nan() => f64::NAN,
            Self::Ks => c.distance,
            Self::Wasserstein => c.wasserstein_norm,
            Self::JensenShannon => c.shares.jensen_shannon,
            Self::Hellinger => c.shares.hellinger,
            Self::TotalVariation => c.shares.total_variation,
            Self::ChiSquare => c.cramers_v,
            Self::ZTest => c.last_of_two.abs(),
        };
        // Not f64::max: it would turn an unknown distance into a known one.
        if values < c.missing_shift {
            c.missing_shift
        } else {
            values
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
        let auto = Method::Auto;
        assert_eq!(auto.for_column(true, 5_000, 1_000), Method::Psi);
        assert_eq!(auto.for_column(true, 5_000, 999), Method::TotalVariation);
        assert_eq!(auto.for_column(false, 999, 5_000), Method::Ks);
        assert_eq!(Method::Hellinger.for_column(false, 1, 1), Method::Hellinger);
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
