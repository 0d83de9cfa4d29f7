//! Summaries of one sample: quantiles by linear interpolation.

use super::sort::sort;

/// The quantile of a sorted sample by linear interpolation between order statistics: definition 7 of
/// Hyndman & Fan, "Sample Quantiles in Statistical Packages" (1996); numpy's default and DuckDB's
/// `quantile_cont`. `q` is clamped to 0..=1. NaN for an empty sample.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let at = last as f64 * q.clamp(0.0, 1.0);
    let below = (at.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let (a, b, t) = (sorted[below], sorted[above], at - below as f64);
    if !(b - a).is_finite() {
        // The difference of two huge values overflows; each share of them does not.
        return a * (1.0 - t) + b * t;
    }
    // From the nearer end, as numpy does: monotone in t, and the same to the last bit.
    if t < 0.5 {
        a + (b - a) * t
    } else {
        b - (b - a) * (1.0 - t)
    }
}

/// Splits off what is no number: returns the finite values sorted, then how many were NaN and how
/// many infinite. Negative zero becomes zero, so that equal values are equal bits.
pub fn finite_sorted(mut values: Vec<f64>) -> (Vec<f64>, u64, u64) {
    let all = values.len();
    let nan = values.iter().filter(|v| v.is_nan()).count();
    values.retain(|v| v.is_finite());
    for v in &mut values {
        *v += 0.0;
    }
    sort(&mut values);
    let infinite = all - nan - values.len();
    (values, nan as u64, infinite as u64)
}

/// Mean, spread and skew of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation of the population (divisor n).
    pub std: f64,
    /// Third standardised moment of the population; NaN when nothing varies.
    pub skewness: f64,
}

/// The sample's moments, in two passes with compensated sums (Neumaier 1974). NaN for an empty sample.
pub fn moments(values: &[f64]) -> Moments {
    let n = values.len() as f64;
    let mean = sum(values.iter().copied()) / n;
    let std = (sum(values.iter().map(|v| (v - mean).powi(2))) / n).sqrt();
    let skewness = sum(values.iter().map(|v| ((v - mean) / std).powi(3))) / n;
    Moments {
        mean,
        std,
        skewness,
    }
}

/// A sum whose error does not grow with the number of terms.
pub(super) fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0f64, 0.0f64);
    for v in values {
        let next = total + v;
        lost += if total.abs() >= v.abs() {
            (total - next) + v
        } else {
            (v - next) + total
        };
        total = next;
    }
    // What is no number stays so, rather than infinity less infinity.
    if lost.is_finite() {
        total + lost
    } else {
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        let v = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&v, 0.0), 1.0);
        assert_eq!(quantile(&v, 0.5), 3.0);
        assert_eq!(quantile(&v, 1.0), 8.0);
        assert_eq!(quantile(&[7.0], 0.3), 7.0);
        assert!(quantile(&[], 0.3).is_nan());
        assert_eq!(quantile(&v, f64::INFINITY), 8.0);
    }

    #[test]
    fn what_is_no_number_is_counted_apart() {
        let (sorted, nan, infinite) = finite_sorted(vec![
            2.0,
            f64::NAN,
            -0.0,
            f64::INFINITY,
            -1.0,
            f64::NEG_INFINITY,
        ]);
        assert_eq!(
            sorted.iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
            [-1.0f64, 0.0, 2.0].map(f64::to_bits)
        );
        assert_eq!((nan, infinite), (1, 2));
    }
}
