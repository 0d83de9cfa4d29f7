//! Two samples, one pass: the Kolmogorov–Smirnov distance and the Wasserstein distance.

use super::kolmogorov;

/// What one walk over two sorted samples gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distances {
    /// Kolmogorov–Smirnov D: the greatest difference of the two distribution functions, 0 to 1. Exact:
    /// both functions are stepped at each distinct value, so ties are handled.
    pub ks: f64,
    /// The least value at which that difference is reached.
    pub ks_at: f64,
    /// The integral of that difference over the axis, in the column's own unit (Wasserstein-1, or the
    /// earth mover's distance).
    pub wasserstein: f64,
}

/// Compares two sorted samples of finite values. `None` when either is empty.
pub fn distances(a: &[f64], b: &[f64]) -> Option<Distances> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let mut walk = Walk::new((a.len() as f64, b.len() as f64));
    walk.through(a, b);
    Some(walk.done())
}

/// A walk along the axis through two samples of known size, from the least value to the greatest.
pub(super) struct Walk {
    sides: (f64, f64),
    /// Values of either side passed so far.
    passed: (usize, usize),
    /// Where distances along the axis are measured from: what is near is told apart better.
    origin: f64,
    /// How far from there; nowhere before the first value.
    at: Option<f64>,
    gap: f64,
    found: Distances,
}

impl Walk {
    pub(super) fn new(sides: (f64, f64)) -> Self {
        Self {
            sides,
            passed: (0, 0),
            origin: 0.0,
            at: None,
            gap: 0.0,
            found: Distances {
                ks: 0.0,
                ks_at: f64::NAN,
                wasserstein: 0.0,
            },
        }
    }

    /// Steps through the next values of both sides, each sorted.
    pub(super) fn through(&mut self, a: &[f64], b: &[f64]) {
        let (mut i, mut j) = (0, 0);
        loop {
            let value = match (a.get(i), b.get(j)) {
                (Some(&x), Some(&y)) => x.min(y),
                (Some(&x), None) => x,
                (None, Some(&y)) => y,
                (None, None) => break,
            };
            self.to(value - self.origin);
            let before = (i, j);
            // `<=` rather than `==`: an unsorted sample then gives a wrong number, not an endless loop.
            while i < a.len() && a[i] <= value {
                i += 1;
            }
            while j < b.len() && b[j] <= value {
                j += 1;
            }
            self.pass((i - before.0, j - before.1), value);
        }
    }

    /// Measures distances from here on, which must be where it is, if it is anywhere.
    pub(super) fn from(&mut self, origin: f64) {
        (self.origin, self.at) = (origin, Some(0.0));
    }

    /// Goes on to a place, as its distance from the origin, before which no further value lies.
    pub(super) fn to(&mut self, place: f64) {
        if let Some(at) = self.at
            && self.gap > 0.0
        {
            // The width overflows between huge values; times no gap, that is still nothing.
            self.found.wasserstein += self.gap * (place - at);
        }
        self.at = Some(place);
    }

    /// Goes on to a place, as its distance from the origin, with so many values of either side on the way and this
    /// area between the functions.
    pub(super) fn over(&mut self, values: (usize, usize), area: f64, place: f64) {
        self.found.wasserstein += area;
        self.at = Some(place);
        self.pass(values, self.origin + place);
    }

    /// The first side's distribution function less the second's.
    pub(super) fn gap_here(&self) -> f64 {
        self.passed.0 as f64 / self.sides.0 - self.passed.1 as f64 / self.sides.1
    }

    fn pass(&mut self, values: (usize, usize), place: f64) {
        self.passed.0 += values.0;
        self.passed.1 += values.1;
        self.gap = self.gap_here().abs();
        if self.gap > self.found.ks || self.found.ks_at.is_nan() {
            (self.found.ks, self.found.ks_at) = (self.gap, place);
        }
    }

    pub(super) fn done(self) -> Distances {
        self.found
    }
}

/// The p-value of a two-sample D: the one-sample distribution at the effective size nm/(n+m), rounded.
/// This is `scipy.stats.ks_2samp(method="asymp")`, but for one value against one, where the size
/// rounds to 0 and scipy answers NaN: it is then taken as 1.
pub fn p_value(d: f64, n: usize, m: usize) -> f64 {
    kolmogorov::survival(d, (effective_size(n, m).round_ties_even() as u64).max(1))
}

/// The classic limit: Kolmogorov's series at sqrt(nm/(n+m))·D.
pub fn p_value_limit(d: f64, n: usize, m: usize) -> f64 {
    kolmogorov::limit_survival(effective_size(n, m).sqrt() * d)
}

fn effective_size(n: usize, m: usize) -> f64 {
    let (n, m) = (n as f64, m as f64);
    n * m / (n + m)
}
