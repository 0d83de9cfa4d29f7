//! Distances between two sets of counts over the same buckets.
//!
//! Everything here is arithmetic on counts, so that a month is compared by the sum of its days.
//! Shares are counts over the side's own total; r is the reference's share, c the window's.

use std::f64::consts::LN_2;

/// What stands for a share of nothing in PSI.
pub(super) const NOTHING: f64 = 1e-4;

/// How far two sets of counts are apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distances {
    /// Population stability index Σ (c - r)·ln(c / r); a share of exactly 0 is taken as 1e-4, without
    /// renormalising. From 0, unbounded.
    pub psi: f64,
    /// Jensen–Shannon divergence in bits, 0 to 1: Lin, "Divergence Measures Based on the Shannon
    /// Entropy" (1991). Nothing is smoothed.
    pub divergence: f64,
    /// Its square root, the Jensen–Shannon distance to base 2: a metric, 0 to 1 (Endres & Schindelin 2003).
    pub jensen_shannon: f64,
    /// Hellinger distance √(1 - Σ √(r·c)), 0 to 1.
    pub hellinger: f64,
    /// Total variation ½·Σ |r - c|, 0 to 1.
    pub total_variation: f64,
    /// The largest difference of one bucket's shares (L∞), 0 to 1.
    pub largest: f64,
}

/// Compares paired counts. `None` when a side has none.
pub fn of(pairs: impl Iterator<Item = (u64, u64)> + Clone) -> Option<Distances> {
    let (n, m) = totals(pairs.clone());
    if n == 0 || m == 0 {
        return None;
    }
    let mut d = Distances {
        psi: psi(pairs.clone(), n, m),
        divergence: 0.0,
        jensen_shannon: 0.0,
        hellinger: 0.0,
        total_variation: 0.0,
        largest: 0.0,
    };
    let mut apart = 0.0;
    for (r, c) in shares(pairs, n, m) {
        let middle = (r + c) / 2.0;
        d.divergence += relative_entropy(r, middle) + relative_entropy(c, middle);
        // Equals 2·(1 - Σ √(r·c)), without the difference of two numbers near 1.
        apart += (r.sqrt() - c.sqrt()).powi(2);
        d.total_variation += (r - c).abs();
        d.largest = d.largest.max((r - c).abs());
    }
    d.divergence = (d.divergence / (2.0 * LN_2)).clamp(0.0, 1.0);
    d.jensen_shannon = d.divergence.sqrt();
    d.hellinger = (apart / 2.0).min(1.0).sqrt();
    d.total_variation = (d.total_variation / 2.0).min(1.0);
    Some(d)
}

/// The population stability index of paired counts, as shares of `n` and `m`.
pub(super) fn psi(pairs: impl Iterator<Item = (u64, u64)>, n: u64, m: u64) -> f64 {
    filled(pairs, n, m, (NOTHING, NOTHING))
        .map(|(r, c)| (c - r) * (c / r).ln())
        .sum()
}

/// Shares, with what stands for a share of nothing on either side.
pub(super) fn filled(
    pairs: impl Iterator<Item = (u64, u64)>,
    n: u64,
    m: u64,
    nothing: (f64, f64),
) -> impl Iterator<Item = (f64, f64)> {
    let or = |share: f64, nothing: f64| if share == 0.0 { nothing } else { share };
    shares(pairs, n, m).map(move |(r, c)| (or(r, nothing.0), or(c, nothing.1)))
}

pub(super) fn shares(
    pairs: impl Iterator<Item = (u64, u64)>,
    n: u64,
    m: u64,
) -> impl Iterator<Item = (f64, f64)> {
    let (n, m) = (n as f64, m as f64);
    pairs.map(move |(a, b)| (a as f64 / n, b as f64 / m))
}

pub(super) fn totals(pairs: impl Iterator<Item = (u64, u64)>) -> (u64, u64) {
    pairs.fold((0, 0), |(n, m), (a, b)| {
        (n.saturating_add(a), m.saturating_add(b))
    })
}

/// p·ln(p / q), with 0 for p = 0.
fn relative_entropy(p: f64, q: f64) -> f64 {
    if p > 0.0 { p * (p / q).ln() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_common_is_the_greatest_distance() {
        let d = of([(10, 0), (0, 3)].into_iter()).unwrap();
        assert_eq!(
            (d.divergence, d.jensen_shannon, d.hellinger),
            (1.0, 1.0, 1.0)
        );
        assert_eq!((d.total_variation, d.largest), (1.0, 1.0));
        assert!((d.psi - 2.0 * (1.0 - 1e-4) * 1e4f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn the_same_shares_are_no_distance() {
        let d = of([(10, 20), (30, 60), (0, 0)].into_iter()).unwrap();
        assert_eq!((d.psi, d.jensen_shannon, d.hellinger), (0.0, 0.0, 0.0));
        assert_eq!((d.total_variation, d.largest), (0.0, 0.0));
        assert_eq!(of([(1, 0)].into_iter()), None);
        assert_eq!(of(std::iter::empty()), None);
    }
}
