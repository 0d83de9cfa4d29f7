//! Evidently 0.7.23's numbers (`legacy/calculations/stattests`, Apache-2.0): read there, written anew.
//!
//! NULL, NaN and infinities are dropped before everything. Numbers with more than 20 distinct values in the
//! reference are cut into equal bins over both sides (Sturges' rule; its documented `n_bins` is
//! ignored), others into one bin per value.

use super::histogram::Histogram;
use crate::stats::{
    chi_square,
    column::{Categories, Numbers, WindowProfile, union},
    distance::{self, NOTHING},
    ks, ks_exact, proportion,
    summary::moments,
};
use std::f64::consts::LN_2;

/// Every number Evidently has for one column. NaN: it has none for such a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidently {
    /// `psi`; a share of nothing becomes 1e-4, or a millionth of the side's least share where that
    /// is at most 1e-4.
    pub psi: f64,
    /// `jensenshannon`: the distance, natural logarithm, at most √ln 2.
    pub jensen_shannon: f64,
    /// `kl_div`, after the fill of `psi`, both sides made to sum to 1.
    pub kl: f64,
    /// `hellinger`: for numbers, Sturges bins over the set of distinct values.
    pub hellinger: f64,
    /// `wasserstein`, over the reference's standard deviation (at least 0.001).
    pub wasserstein: f64,
    /// `ks`: its p.
    pub ks_p: f64,
    /// `chisquare`: p of a goodness of fit to the reference's counts.
    pub chi_square_p: f64,
    /// `z`: p, as one less the distribution, hence exactly 0 in the far tail.
    pub z_p: f64,
    /// What it would choose by itself.
    pub chosen: Chosen,
}

/// The test that Evidently chooses by itself, and its outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen {
    /// The test's name, as Evidently prints it.
    pub method: &'static str,
    /// A p-value where the name says so, else a distance.
    pub score: f64,
    /// Its threshold: p below, distance at or above.
    pub threshold: f64,
    /// Whether it says "drift".
    pub drifted: bool,
}

/// Compares a window with the reference. `None` when a side has no usable value or the kinds differ:
/// Evidently then raises.
pub fn compare(reference: &WindowProfile, window: &WindowProfile) -> Option<Evidently> {
    if reference.valid() == 0 || window.valid() == 0 {
        return None;
    }
    match (reference, window) {
        (WindowProfile::Numeric(r), WindowProfile::Numeric(c)) => {
            let (low, high) = range(r.sorted(), c.sorted());
            // numpy refuses a range that overflows.
            (high - low).is_finite().then(|| numbers(r, c))
        }
        (WindowProfile::Categorical(r), WindowProfile::Categorical(c)) => Some(categories(r, c)),
        _ => None,
    }
}

fn numbers(r: &Numbers, c: &Numbers) -> Evidently {
    let (a, b) = (r.sorted(), c.sorted());
    let values = values(a, b);
    let in_reference = values.iter().filter(|(_, n, _)| *n > 0).count();
    let pairs: Vec<(u64, u64)> = if in_reference > 20 {
        let (low, high) = range(a, b);
        let integers = r.integral() && c.integral();
        let h = Histogram::sturges(low, high, a.len() + b.len(), integers);
        h.count(a).into_iter().zip(h.count(b)).collect()
    } else {
        values.iter().map(|(_, n, m)| (*n, *m)).collect()
    };
    let by_value: Vec<(u64, u64)> = values.iter().map(|(_, n, m)| (*n, *m)).collect();
    let d = ks::distances(a, b);
    let p = d.map_or(f64::NAN, |d| ks_exact::p_value_auto(d.ks, a.len(), b.len()));
    let wasserstein = d.map_or(f64::NAN, |d| d.wasserstein / moments(a).std.max(0.001));
    let hellinger = {
        let (low, high) = range(a, b);
        let integers = r.integral() && c.integral();
        let h = Histogram::sturges(low, high, values.len(), integers);
        hellinger(h.count(a).into_iter().zip(h.count(b)))
    };
    let mut e = binned(&pairs, hellinger);
    (e.wasserstein, e.ks_p) = (wasserstein, p);
    e.chi_square_p =
        chi_square::goodness_of_fit(by_value.iter().copied()).map_or(f64::NAN, |c| c.p);
    e.z_p = z(&by_value);
    e.chosen = match (a.len() <= 1_000, values.len()) {
        (true, 6..) => by_p("K-S p_value", p, p <= 0.05),
        (true, 3..) => by_p("chi-square p_value", e.chi_square_p, e.chi_square_p < 0.05),
        (true, _) => by_p("Z-test p_value", e.z_p, e.z_p < 0.05),
        (false, 6..) => by_distance("Wasserstein distance (normed)", wasserstein),
        (false, _) => by_distance("Jensen-Shannon distance", e.jensen_shannon),
    };
    e
}

fn categories(r: &Categories, c: &Categories) -> Evidently {
    let pairs: Vec<(u64, u64)> = union(r, c).map(|(_, a, b)| (a, b)).collect();
    let mut e = binned(&pairs, hellinger(pairs.iter().copied()));
    e.chi_square_p = chi_square::goodness_of_fit(pairs.iter().copied()).map_or(f64::NAN, |c| c.p);
    e.z_p = z(&in_pythons_order(r, c));
    e.chosen = match (r.valid() <= 1_000, pairs.len()) {
        (true, 3..) => by_p("chi-square p_value", e.chi_square_p, e.chi_square_p < 0.05),
        (true, _) => by_p("Z-test p_value", e.z_p, e.z_p < 0.05),
        (false, _) => by_distance("Jensen-Shannon distance", e.jensen_shannon),
    };
    e
}

/// The numbers that both kinds make from the same bins.
fn binned(pairs: &[(u64, u64)], hellinger: f64) -> Evidently {
    let (n, m) = distance::totals(pairs.iter().copied());
    let nothing = (
        fill(pairs.iter().map(|p| p.0), n),
        fill(pairs.iter().map(|p| p.1), m),
    );
    let filled = || distance::filled(pairs.iter().copied(), n, m, nothing);
    let psi = filled().map(|(r, c)| (r - c) * (r / c).ln()).sum();
    let (sum_r, sum_c) = filled().fold((0.0, 0.0), |(x, y), (r, c)| (x + r, y + c));
    let kl = filled()
        .map(|(r, c)| {
            let (p, q) = (r / sum_r, c / sum_c);
            p * (p / q).ln()
        })
        .sum();
    let bits = distance::of(pairs.iter().copied()).map_or(f64::NAN, |d| d.divergence);
    Evidently {
        psi,
        jensen_shannon: (bits * LN_2).sqrt(),
        kl,
        hellinger,
        wasserstein: f64::NAN,
        ks_p: f64::NAN,
        chi_square_p: f64::NAN,
        z_p: f64::NAN,
        chosen: by_distance("none", f64::NAN),
    }
}

/// What a share of nothing becomes on one side.
fn fill(counts: impl Iterator<Item = u64>, of: u64) -> f64 {
    let least = counts.filter(|n| *n > 0).min().unwrap_or(0) as f64 / of as f64;
    if least <= NOTHING {
        least / 1e6
    } else {
        NOTHING
    }
}

fn hellinger(pairs: impl Iterator<Item = (u64, u64)> + Clone) -> f64 {
    distance::of(pairs).map_or(f64::NAN, |d| d.hellinger)
}

/// Both counts of each category as Python sorts them: whole numbers by size, which text would not, where every
/// category is one.
fn in_pythons_order(r: &Categories, c: &Categories) -> Vec<(u64, u64)> {
    let mut all: Vec<(&str, u64, u64)> = union(r, c).collect();
    let whole = |name: &str| name.parse::<i64>().ok().filter(|n| n.to_string() == name);
    if all.iter().all(|(name, _, _)| whole(name).is_some()) {
        all.sort_by_key(|(name, _, _)| whole(name));
    }
    all.into_iter().map(|(_, a, b)| (a, b)).collect()
}

/// The Z-test between the first value in order and all others.
fn z(pairs: &[(u64, u64)]) -> f64 {
    let (n, m) = distance::totals(pairs.iter().copied());
    let Some((first, _)) = pairs.split_first() else {
        return f64::NAN;
    };
    if pairs.len() == 1 {
        return 1.0;
    }
    proportion::z_test((n - first.0, n), (m - first.1, m)).map_or(f64::NAN, |t| {
        // Its own way: what is left of 1 keeps no digits of small p.
        2.0 * (1.0 - (1.0 - proportion::two_sided(t.z) / 2.0))
    })
}

fn by_p(method: &'static str, score: f64, drifted: bool) -> Chosen {
    Chosen {
        method,
        score,
        threshold: 0.05,
        drifted,
    }
}

fn by_distance(method: &'static str, score: f64) -> Chosen {
    Chosen {
        method,
        score,
        threshold: 0.1,
        drifted: score >= 0.1,
    }
}

fn range(a: &[f64], b: &[f64]) -> (f64, f64) {
    let all = || {
        [a.first(), b.first(), a.last(), b.last()]
            .into_iter()
            .flatten()
    };
    (
        all().copied().fold(f64::INFINITY, f64::min),
        all().copied().fold(f64::NEG_INFINITY, f64::max),
    )
}

/// Each distinct value of two sorted samples, ascending, with its count in both.
fn values(a: &[f64], b: &[f64]) -> Vec<(f64, u64, u64)> {
    let mut found: Vec<(f64, u64, u64)> = Vec::new();
    let (mut i, mut j) = (0, 0);
    loop {
        let value = match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) => x.min(*y),
            (Some(x), None) => *x,
            (None, Some(y)) => *y,
            (None, None) => return found,
        };
        let (from_a, from_b) = (i, j);
        while i < a.len() && a[i] <= value {
            i += 1;
        }
        while j < b.len() && b[j] <= value {
            j += 1;
        }
        found.push((value, (i - from_a) as u64, (j - from_b) as u64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_come_in_their_order() {
        let column = |counts: &[(&str, u64)]| {
            let counts = counts.iter().map(|(n, c)| ((*n).to_owned(), *c));
            Categories::new(counts.collect(), 0)
        };
        let r = column(&[("10", 7), ("9", 5), ("-1", 3)]);
        let c = column(&[("9", 1), ("10", 2)]);
        assert_eq!(in_pythons_order(&r, &c), [(3, 0), (5, 1), (7, 2)]);
        // As text: 10, 9, x; and 010 is no number that could be one of integers.
        for odd in ["x", "010"] {
            let c = column(&[(odd, 1)]);
            let r = column(&[("10", 7), ("9", 5)]);
            let mut text = vec![("10", (7, 0)), ("9", (5, 0)), (odd, (0, 1))];
            text.sort_unstable();
            let text: Vec<(u64, u64)> = text.into_iter().map(|t| t.1).collect();
            assert_eq!(in_pythons_order(&r, &c), text);
        }
    }
}
