//! The exact distribution of the two-sample Kolmogorov–Smirnov statistic, without ties.

/// Samples above this size are given the asymptotic p-value by scipy's `method="auto"`.
const LARGEST: usize = 10_000;

/// The p-value of D as `scipy.stats.ks_2samp(method="auto")` gives it: exact up to 10,000 rows on either
/// side, else [`super::ks::p_value`]. Exact means the share of all orders of the two samples whose D is
/// at least this one: Hodges, "The Significance Probability of the Smirnov Two-Sample Test" (1958).
/// Up to n·m steps. NaN when a sample is empty.
pub fn p_value_auto(d: f64, n: usize, m: usize) -> f64 {
    if n == 0 || m == 0 || d.is_nan() {
        return f64::NAN;
    }
    let exact = if n.max(m) <= LARGEST {
        exact(d, n as u64, m as u64)
    } else {
        f64::NAN
    };
    if (0.0..=1.0).contains(&exact) {
        exact
    } else {
        super::ks::p_value(d, n, m)
    }
}

fn exact(d: f64, n: u64, m: u64) -> f64 {
    let (m, n) = (n.max(m), n.min(m));
    let common = divisor(m, n);
    // D is a multiple of 1 / lcm; h says which.
    let h = (d * (m / common * n) as f64).round_ties_even() as u64;
    if h == 0 {
        1.0
    } else if m == n {
        outside_square(n, h)
    } else {
        outside(m, n, m / common, n / common, h)
    }
}

fn divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// Samples of one size: 2·(C(2n, n-h) - C(2n, n-2h) + …) / C(2n, n), factored as Horner does, since the
/// plain sum cancels.
fn outside_square(n: u64, h: u64) -> f64 {
    let size = n as f64;
    (0..=n / h).rev().fold(0.0, |p, k| {
        let shift = (k * h) as f64;
        let ratio = (0..h).fold(1.0, |ratio, j| {
            (size - shift - j as f64) * ratio / (size + shift + j as f64 + 1.0)
        });
        ratio * (1.0 - p)
    }) * 2.0
}

/// The share of lattice paths from (0, 0) to (m, n) that leave the band |n·x - m·y| < h·gcd. A path to
/// (x, y) came from the left with probability x / (x + y), from below otherwise; only the band's part
/// of each column is kept, all beyond it being 1.
fn outside(m: u64, n: u64, m_step: u64, n_step: u64, h: u64) -> f64 {
    // In column x, rows `first..end` lie inside.
    let band = |x: u64| {
        let first = (n_step * x).checked_sub(h).map_or(0, |v| v / m_step + 1);
        let end = (n_step * x + h).div_ceil(m_step).min(n + 1);
        (first.min(n), end)
    };
    let (mut first, mut end) = band(0);
    let mut column = vec![0.0; end as usize];
    for x in 1..=m {
        let (next, next_end) = band(x);
        if next_end <= next {
            return 1.0;
        }
        let mut below = if next == 0 { 0.0 } else { 1.0 };
        let mut inside = Vec::with_capacity((next_end - next) as usize);
        for y in next..next_end {
            let left = if (first..end).contains(&y) {
                column[(y - first) as usize]
            } else {
                1.0
            };
            below = (left * x as f64 + below * y as f64) / (x + y) as f64;
            inside.push(below);
        }
        (first, end, column) = (next, next_end, inside);
    }
    column.last().copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_samples_can_be_counted_by_hand() {
        // Two against one: D = 1 in the two orders with the single value at an end, of three.
        assert!((p_value_auto(1.0, 2, 1) - 2.0 / 3.0).abs() < 1e-15);
        assert!((p_value_auto(1.0, 1, 2) - 2.0 / 3.0).abs() < 1e-15);
        // Three against three: D = 1 in 2 of 20 orders.
        assert!((p_value_auto(1.0, 3, 3) - 0.1).abs() < 1e-15);
        assert_eq!(p_value_auto(0.0, 5, 7), 1.0);
        assert!(p_value_auto(0.5, 0, 7).is_nan());
    }

    #[test]
    fn large_samples_come_near_the_limit() {
        let (exact, limit) = (
            p_value_auto(0.03, 5_000, 4_999),
            super::super::ks::p_value(0.03, 5_000, 4_999),
        );
        assert!((exact / limit - 1.0).abs() < 0.02, "{exact} {limit}");
    }
}
