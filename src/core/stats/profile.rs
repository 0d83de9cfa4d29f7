//! Profiles: what is kept of a column so that a reference is read once and every window compared with it.
//!
//! Definitions are those of `psi_q10`, `psi_q10_null`, `psi_cat` and `psi_cat_null` in the reference
//! values under `tests/data`:
//! - numbers: the reference's deciles (linear interpolation, duplicates dropped) cut the axis into
//!   `(-inf, e1) [e1, e2) … [ek, +inf)`: a value equal to an edge goes up;
//! - categories: one bucket for each that either side has, compared as text; a category that the
//!   reference never had therefore has its own;
//! - NULL, NaN and infinities are missing: left out of every share except where said, counted in a
//!   bucket of their own in `psi`;
//! - PSI = Σ (c - r)·ln(c / r), where a share that is exactly 0 becomes 1e-4 on its side, without
//!   renormalising.

use super::{
    bins::{bin_labels, bins_of_sorted},
    chi_square,
    column::union,
    distance::{self, Distances, psi},
    grid::{Grid, Placed},
    ks,
    summary::{moments, quantile},
};

pub use super::{
    bins::bin_counts,
    column::{Categories, Numbers, WindowProfile},
};

/// One column of the reference, with its bins frozen.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceProfile {
    column: WindowProfile,
    /// The decile edges, strictly ascending; empty for categories.
    edges: Vec<f64>,
    /// The reference's count in each bin; empty for categories.
    bins: Vec<u64>,
    /// The standard deviation of its numbers; NaN for categories.
    spread: f64,
    /// Where its numbers lie, so that windows need not be sorted; where that is worth it.
    grid: Option<Grid>,
}

/// A window's column on its way to a comparison.
struct Against {
    pairs: Vec<(u64, u64)>,
    /// Of numbers.
    distances: Option<ks::Distances>,
    valid: u64,
    missing: u64,
}

/// Why a column of a window cannot be compared with the reference's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Incomparable {
    /// The reference's column has no usable value.
    #[error("no valid values in reference")]
    EmptyReference,
    /// The window's column has no usable value.
    #[error("no valid values in window")]
    EmptyWindow,
    /// One side has numbers, the other categories.
    #[error("type changed from {reference} to {window}")]
    TypeChanged {
        /// What the reference has.
        reference: &'static str,
        /// What the window has.
        window: &'static str,
    },
}

/// How one column of a window differs from the reference's.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Rows of the window.
    pub rows: u64,
    /// Rows of the window without a usable value.
    pub missing: u64,
    /// Rows with a usable value, of the reference and of the window.
    pub valid: (u64, u64),
    /// The bins or categories of both sides, and one more when anything is missing on either.
    pub buckets: u64,
    /// PSI with a bucket for what is missing: `psi_q10_null`, `psi_cat_null`. The one verdicts use.
    pub psi: f64,
    /// PSI of the usable values alone: `psi_q10`, `psi_cat`.
    pub psi_valid: f64,
    /// PSI of having a usable value or not, whatever the value.
    pub psi_missing: f64,
    /// Kolmogorov–Smirnov D for numbers, total variation for categories; 0 to 1, usable values only.
    pub distance: f64,
    /// The Wasserstein distance, in the column's unit; NaN for categories.
    pub wasserstein: f64,
    /// p of Kolmogorov–Smirnov for numbers, of chi-square for categories; usable values only.
    pub p: f64,
    /// p of a 2×2 chi-square on how much is missing; `None` when nothing is on either side.
    pub p_missing: Option<f64>,
    /// Change in the share of rows without a usable value, 0 to 1, either way.
    pub missing_shift: f64,
    /// The Wasserstein distance over the reference's standard deviation (at least 0.001); NaN for
    /// categories.
    pub wasserstein_norm: f64,
    /// Distances over the decile bins or the categories, usable values only.
    pub shares: Distances,
    /// Cramér's V of the same counts: √(χ² / rows), 0 to 1 (Cramér 1946), usable values only.
    pub cramers_v: f64,
    /// Window's share of the last of two categories less the reference's; NaN with any other number.
    pub last_of_two: f64,
}

/// The shares of one column in the reference and in a window, bucket by bucket, missing included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Buckets {
    /// What each bucket is: `< 1.5`, `[1.5, 2)`, `>= 2`, a category, `(other)`, `(null)`.
    pub labels: Vec<String>,
    /// The reference's share in each; of all its rows.
    pub reference: Vec<f64>,
    /// The window's share in each; of all its rows.
    pub window: Vec<f64>,
}

impl ReferenceProfile {
    /// Profiles a numeric column: the values that were not NULL, and how many were.
    pub fn numeric(values: Vec<f64>, nulls: u64) -> Self {
        Self::of(WindowProfile::numeric(values, nulls))
    }

    /// Profiles a column of categories: each with its count, and how many were NULL.
    pub fn categorical(counts: Vec<(String, u64)>, nulls: u64) -> Self {
        Self::of(WindowProfile::categorical(counts, nulls))
    }

    /// Makes a column the reference: freezes its bins.
    pub fn of(column: WindowProfile) -> Self {
        let sorted = match &column {
            WindowProfile::Numeric(numbers) => numbers.sorted(),
            WindowProfile::Categorical(_) => {
                return Self {
                    column,
                    edges: Vec::new(),
                    bins: Vec::new(),
                    spread: f64::NAN,
                    grid: None,
                };
            }
        };
        let mut edges: Vec<f64> = if sorted.is_empty() {
            Vec::new()
        } else {
            (1..10)
                .map(|decile| quantile(sorted, f64::from(decile) / 10.0))
                .collect()
        };
        edges.dedup();
        let (bins, spread) = (bins_of_sorted(&edges, sorted), moments(sorted).std);
        let grid = Grid::of(sorted);
        Self {
            column,
            edges,
            bins,
            spread,
            grid,
        }
    }

    /// The decile edges, strictly ascending; empty for categories.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// The column as if it were a window.
    pub fn column(&self) -> &WindowProfile {
        &self.column
    }

    /// Both sides' counts bucket by bucket, usable values only: decile bins, or the categories of either
    /// side in order. `None` when the kinds differ.
    pub fn pairs(&self, window: &WindowProfile) -> Option<Vec<(u64, u64)>> {
        match (&self.column, window) {
            (WindowProfile::Numeric(_), WindowProfile::Numeric(c)) => {
                let bins = bins_of_sorted(&self.edges, c.sorted());
                Some(self.bins.iter().copied().zip(bins).collect())
            }
            (WindowProfile::Categorical(r), WindowProfile::Categorical(c)) => {
                Some(union(r, c).map(|(_, a, b)| (a, b)).collect())
            }
            _ => None,
        }
    }

    /// Compares a window's column with this one.
    ///
    /// # Errors
    /// When a side has no usable value, or the type changed.
    pub fn compare(&self, window: &WindowProfile) -> Result<Comparison, Incomparable> {
        self.both_have_values(window.valid())?;
        let changed = || Incomparable::TypeChanged {
            reference: self.column.kind(),
            window: window.kind(),
        };
        let pairs = self.pairs(window).ok_or_else(changed)?;
        let distances = match (&self.column, window) {
            (WindowProfile::Numeric(r), WindowProfile::Numeric(c)) => {
                Some(ks::distances(r.sorted(), c.sorted()).ok_or(Incomparable::EmptyWindow)?)
            }
            _ => None,
        };
        self.compared(&Against {
            pairs,
            distances,
            valid: window.valid(),
            missing: window.missing(),
        })
    }

    /// Compares a window's numbers, in any order, with this one: [`ReferenceProfile::compare`] without sorting
    /// them, where the reference is large. Takes the values that were not NULL, and how many were.
    ///
    /// # Errors
    /// As for `compare`.
    pub fn compare_values(
        &self,
        values: Vec<f64>,
        missing: u64,
    ) -> Result<Comparison, Incomparable> {
        let (Some(grid), WindowProfile::Numeric(r)) = (&self.grid, &self.column) else {
            return self.compare(&WindowProfile::numeric(values, missing));
        };
        // Not `any`, which stops at the first and so looks at one at a time.
        if !values.iter().fold(true, |all, v| all & v.is_finite()) {
            return self.compare(&WindowProfile::numeric(values, missing));
        }
        self.both_have_values(values.len() as u64)?;
        let Some(Placed { below, distances }) = grid.compare(r.sorted(), &self.edges, &values)
        else {
            return self.compare(&WindowProfile::numeric(values, missing));
        };
        let valid = values.len() as u64;
        let ends = below.into_iter().chain([valid]);
        let mut before = 0;
        let bins = ends.map(|end| end - std::mem::replace(&mut before, end));
        self.compared(&Against {
            pairs: self.bins.iter().copied().zip(bins).collect(),
            distances: Some(distances),
            valid,
            missing,
        })
    }

    fn both_have_values(&self, window: u64) -> Result<(), Incomparable> {
        match (self.column.valid(), window) {
            (0, _) => Err(Incomparable::EmptyReference),
            (_, 0) => Err(Incomparable::EmptyWindow),
            _ => Ok(()),
        }
    }

    fn compared(&self, window: &Against) -> Result<Comparison, Incomparable> {
        let pairs = &window.pairs;
        let missing = (self.column.missing(), window.missing);
        let shares = distance::of(pairs.iter().copied()).ok_or(Incomparable::EmptyWindow)?;
        let test = chi_square::contingency(pairs.iter().copied());
        let (n, m) = (self.column.valid(), window.valid);
        let ks = window.distances;
        let p = match ks {
            Some(d) => ks::p_value(d.ks, n as usize, m as usize),
            None => test.map_or(f64::NAN, |t| t.p),
        };
        let wasserstein = ks.map_or(f64::NAN, |d| d.wasserstein);
        let last_of_two = match (ks, pairs.as_slice()) {
            (None, [_, (r, c)]) => *c as f64 / m as f64 - *r as f64 / n as f64,
            _ => f64::NAN,
        };
        let p_missing = (missing != (0, 0))
            .then(|| chi_square::contingency([(n, m), missing].into_iter()))
            .flatten()
            .map(|c| c.p);
        let (all, rows) = (self.column.rows(), m + missing.1);
        Ok(Comparison {
            rows,
            missing: missing.1,
            valid: (n, m),
            buckets: pairs.len() as u64 + u64::from(missing != (0, 0)),
            psi: psi(pairs.iter().copied().chain([missing]), all, rows),
            psi_valid: shares.psi,
            psi_missing: psi([(n, m), missing].into_iter(), all, rows),
            distance: ks.map_or(shares.total_variation, |d| d.ks),
            wasserstein,
            p,
            p_missing,
            missing_shift: (missing.1 as f64 / rows as f64 - missing.0 as f64 / all as f64).abs(),
            wasserstein_norm: wasserstein / self.spread.max(0.001),
            shares,
            cramers_v: test.map_or(f64::NAN, |t| (t.statistic / (n + m) as f64).sqrt().min(1.0)),
            last_of_two,
        })
    }

    /// The distributions side by side, for a chart: decile bins, or the `most` commonest categories (of
    /// both sides together) and the rest; then what is missing, when anything is. Empty when the type
    /// changed.
    pub fn buckets(&self, window: &WindowProfile, most: usize) -> Buckets {
        let mut rows: Vec<(String, u64, u64)> = match (&self.column, window) {
            (WindowProfile::Numeric(_), WindowProfile::Numeric(c)) => {
                let bins = bins_of_sorted(&self.edges, c.sorted());
                let labels = bin_labels(&self.edges);
                labels
                    .into_iter()
                    .zip(self.bins.iter().zip(bins))
                    .map(|(l, (r, c))| (l, *r, c))
                    .collect()
            }
            (WindowProfile::Categorical(r), WindowProfile::Categorical(c)) => {
                let (n, m) = (r.valid().max(1) as f64, c.valid().max(1) as f64);
                let mut all: Vec<(String, u64, u64)> = union(r, c)
                    .map(|(name, a, b)| (name.to_owned(), a, b))
                    .collect();
                let weight = |(_, a, b): &(String, u64, u64)| *a as f64 / n + *b as f64 / m;
                // Stable: equals stay in the order of their names.
                all.sort_by(|x, y| weight(y).total_cmp(&weight(x)));
                let rest = all.split_off(most.min(all.len()));
                if !rest.is_empty() {
                    let sum = |side: fn(&(String, u64, u64)) -> u64| rest.iter().map(side).sum();
                    all.push(("(other)".into(), sum(|x| x.1), sum(|x| x.2)));
                }
                all
            }
            _ => return Buckets::default(),
        };
        let missing = (self.column.missing(), window.missing());
        if missing != (0, 0) {
            rows.push(("(null)".into(), missing.0, missing.1));
        }
        let (n, m) = (
            self.column.rows().max(1) as f64,
            window.rows().max(1) as f64,
        );
        let mut buckets = Buckets::default();
        for (label, r, c) in rows {
            buckets.labels.push(label);
            buckets.reference.push(r as f64 / n);
            buckets.window.push(c as f64 / m);
        }
        buckets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_reference_has_two_bins() {
        let r = ReferenceProfile::numeric(vec![3.0; 50], 0);
        assert_eq!(r.edges(), [3.0]);
        let same = r.compare(&WindowProfile::numeric(vec![3.0; 7], 0)).unwrap();
        assert_eq!(
            (same.psi, same.distance, same.wasserstein, same.p),
            (0.0, 0.0, 0.0, 1.0)
        );
        let moved = r
            .compare(&WindowProfile::numeric(vec![2.0; 50], 0))
            .unwrap();
        assert!(
            moved.psi > 10.0
                && moved.distance == 1.0
                && moved.wasserstein == 1.0
                && moved.p < 1e-12
        );
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        let r = ReferenceProfile::numeric(vec![1.0], 0);
        assert_eq!(
            r.compare(&WindowProfile::numeric(vec![f64::NAN], 3)),
            Err(Incomparable::EmptyWindow)
        );
        assert_eq!(
            ReferenceProfile::numeric(vec![], 3).compare(&WindowProfile::numeric(vec![1.0], 0)),
            Err(Incomparable::EmptyReference)
        );
        let text = r
            .compare(&WindowProfile::categorical(vec![("a".into(), 1)], 0))
            .unwrap_err()
            .to_string();
        assert_eq!(text, "type changed from numbers to categories");
    }

    #[test]
    fn a_column_that_falls_silent_is_significant() {
        let values: Vec<f64> = (0..1_000).map(f64::from).collect();
        let r = ReferenceProfile::numeric(values.clone(), 0);
        // The same distribution, but every second row has no value.
        let c = r
            .compare(&WindowProfile::numeric(
                values.into_iter().step_by(2).collect(),
                500,
            ))
            .unwrap();
        assert!(c.p > 0.9 && c.psi_valid < 1e-3, "{c:?}");
        let missing = c.p_missing.unwrap();
        assert!(
            missing < 1e-50 && c.psi > 1.0 && c.psi_missing > 1.0,
            "{c:?}"
        );
        assert_eq!((c.valid, c.buckets), ((1_000, 500), 11));
    }

    #[test]
    fn buckets_keep_the_commonest_and_sum_to_one() {
        let counts = |of: &[(&str, u64)]| {
            of.iter()
                .map(|(n, c)| ((*n).to_owned(), *c))
                .collect::<Vec<_>>()
        };
        let r =
            ReferenceProfile::categorical(counts(&[("a", 50), ("b", 30), ("c", 10), ("d", 8)]), 2);
        let b = r.buckets(
            &WindowProfile::categorical(counts(&[("a", 1), ("new", 9)]), 0),
            2,
        );
        assert_eq!(b.labels, ["new", "a", "(other)", "(null)"]);
        assert_eq!(b.window, [0.9, 0.1, 0.0, 0.0]);
        assert!((b.reference.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(
            r.buckets(&WindowProfile::numeric(vec![1.0], 0), 5),
            Buckets::default()
        );
    }
}
