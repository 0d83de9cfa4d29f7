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
    let (&a_first, &b_first) = (a.first()?, b.first()?);
    let (n, m) = (a.len() as f64, b.len() as f64);
    let (mut i, mut j) = (0, 0);
    let mut found = Distances {
        ks: 0.0,
        ks_at: a_first.min(b_first),
        wasserstein: 0.0,
    };
    loop {
        let value = match (a.get(i), b.get(j)) {
            (Some(&x), Some(&y)) => x.min(y),
            (Some(&x), None) => x,
            (None, Some(&y)) => y,
            (None, None) => break,
        };
        // `<=` rather than `==`: an unsorted sample then gives a wrong number, not an endless loop.
        while i < a.len() && a[i] <= value {
            i += 1;
        }
        while j < b.len() && b[j] <= value {
            j += 1;
        }
        let gap = (i as f64 / n - j as f64 / m).abs();
        if gap > found.ks {
            (found.ks, found.ks_at) = (gap, value);
        }
        let next = match (a.get(i), b.get(j)) {
            (Some(&x), Some(&y)) => x.min(y),
            (Some(&x), None) => x,
            (None, Some(&y)) => y,
            (None, None) => break,
        };
        // The width overflows between huge values; times no gap, that is still nothing.
        found.wasserstein += if gap > 0.0 { gap * (next - value) } else { 0.0 };
    }
    Some(found)
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
