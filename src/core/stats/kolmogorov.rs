//! The distribution of the Kolmogorov–Smirnov statistic.
//!
//! [`survival`] follows Simard & L'Ecuyer, "Computing the Two-Sided Kolmogorov–Smirnov Distribution",
//! Journal of Statistical Software 39 (2011), with the switch points that scipy's `kstwo.sf` uses, so
//! that both give the same number wherever they are compared:
//!
//! | where | method |
//! |---|---|
//! | D <= 1/n, D >= 1 - 1/n | Ruben & Gambino: closed forms |
//! | small n and D in the body | Durbin's matrix, as Marsaglia, Tsang & Wang (2003) compute it |
//! | the tail | twice the one-sided probability (Birnbaum & Tingey; Miller) |
//! | large n, body | Pelz & Good's expansion (1976) |

use super::durbin::durbin;
use std::f64::consts::PI;

/// P(D_n >= d) for the one-sample two-sided statistic with `n` observations. NaN for `n` = 0 or NaN d.
pub fn survival(d: f64, n: u64) -> f64 {
    if n == 0 || d.is_nan() {
        return f64::NAN;
    }
    let size = n as f64;
    let t = size * d;
    let probability = if d >= 1.0 {
        0.0
    } else if t <= 0.5 {
        1.0
    } else if t <= 1.0 {
        1.0 - lowest_body(size, t)
    } else if t >= size - 1.0 {
        2.0 * (1.0 - d).powf(size)
    } else if d >= 0.5 {
        2.0 * one_sided(n, d)
    } else {
        interior(n, d)
    };
    probability.clamp(0.0, 1.0)
}

/// The body and tails where no closed form holds.
fn interior(n: u64, d: f64) -> f64 {
    let size = n as f64;
    let nd2 = size * d * d;
    if n <= 140 {
        return if nd2 <= 4.0 {
            1.0 - durbin(n, d)
        } else {
            2.0 * one_sided(n, d)
        };
    }
    if nd2 >= 370.0 {
        return 0.0;
    }
    if nd2 >= 2.2 {
        return 2.0 * one_sided(n, d);
    }
    // Below sqrt(n)·D = 0.2 the probability is 1 to within 1e-12, whatever the method; Durbin's
    // matrix would be largest there.
    if n <= 100_000 && size * d.powf(1.5) <= 1.4 && nd2 > 0.04 {
        1.0 - durbin(n, d)
    } else {
        1.0 - pelz_good(size, d)
    }
}

/// P(D_n <= d) for 1/2 < t = nd <= 1: n!/n^n · (2t-1)^n.
fn lowest_body(n: f64, t: f64) -> f64 {
    let stirling = n.ln() / 2.0 - n + (2.0 * PI).ln() / 2.0 + stirling_error(n);
    (stirling + n * (2.0 * t - 1.0).ln()).exp()
}

/// P(D+_n >= d), one-sided: Birnbaum & Tingey's sum, d·Σ C(n,j) (d+j/n)^(j-1) (1-d-j/n)^(n-j). Each
/// term is a binomial probability over its own p, which Loader's expansion gives without cancellation.
fn one_sided(n: u64, d: f64) -> f64 {
    let size = n as f64;
    let last = (size * (1.0 - d)).floor() as u64;
    // All terms are positive and, seen as a function of j/n, smooth and vanishing at both ends when n
    // is large: every stride-th term times the stride (the trapezoid rule) is then exact to rounding.
    let stride = (n / 8_192).max(1);
    let mut sum = 0.0;
    let mut j = 0;
    while j <= last {
        let np = size * d + j as f64;
        sum += binomial(j, n, np, size - np) * size / np;
        j += stride;
    }
    d * sum * stride as f64
}

/// The binomial probability of j in n with p = np/n, q = nq/n: Loader, "Fast and Accurate Computation
/// of Binomial Probabilities" (2000).
fn binomial(j: u64, n: u64, np: f64, nq: f64) -> f64 {
    let (x, size) = (j as f64, n as f64);
    if nq <= 0.0 {
        return if j == n { 1.0 } else { 0.0 };
    }
    if j == 0 {
        return (size * (-np / size).ln_1p()).exp();
    }
    if j == n {
        return (size * (np / size).ln()).exp();
    }
    let y = size - x;
    let log = stirling_error(size)
        - stirling_error(x)
        - stirling_error(y)
        - deviance(x, np)
        - deviance(y, nq);
    (size / (2.0 * PI * x * y)).sqrt() * log.exp()
}

/// ln(n!) less Stirling's formula.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        let factorial: f64 = (1..=n as u32).map(f64::from).product();
        return factorial.ln() - (n + 0.5) * n.ln() + n - (2.0 * PI).ln() / 2.0;
    }
    let n2 = n * n;
    (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / n2) / n2) / n2) / n2)
        / n
}

/// x·ln(x/m) + m - x, without cancellation where x is near m.
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() + m - x;
    }
    let v = (x - m) / (x + m);
    let mut sum = (x - m) * v;
    let mut term = 2.0 * x * v;
    for j in 1..100 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// P(D_n <= d) by Pelz & Good, "Approximating the Lower Tail-Areas of the Kolmogorov–Smirnov
/// One-Sample Statistic", JRSS B 38 (1976): four terms in powers of 1/sqrt(n), each a theta series
/// that converges fast for small z = sqrt(n)·d.
fn pelz_good(n: f64, d: f64) -> f64 {
    let z = n.sqrt() * d;
    let (z2, pi2) = (z * z, PI * PI);
    let (z4, z6) = (z2 * z2, z2 * z2 * z2);
    let log_q = -pi2 / 8.0 / z2;
    if log_q < -708.0 {
        return 0.0;
    }
    let terms = (16.0 * z / PI).ceil() as i32;
    let mut k = [0.0; 4];
    for i in (1..=terms).rev() {
        let odd = f64::from(2 * i - 1);
        let m2 = odd * odd;
        let (m4, m6) = (m2 * m2, m2 * m2 * m2);
        let weight = (log_q * m2).exp();
        k[0] += weight;
        k[1] += weight * (pi2 / 4.0 * m2 - z2);
        k[2] += weight
            * (6.0 * z6
                + 2.0 * z4
                + (2.0 * z4 - 5.0 * z2) * pi2 / 4.0 * m2
                + pi2 * pi2 * (1.0 - 2.0 * z2) / 16.0 * m4);
        k[3] += weight
            * (-30.0 * z6 - 90.0 * z4 * z4
                + pi2 * (135.0 * z4 - 96.0 * z6) / 4.0 * m2
                + pi2 * pi2 * (212.0 * z4 - 60.0 * z2) / 16.0 * m4
                + pi2 * pi2 * pi2 * (5.0 - 30.0 * z2) / 64.0 * m6);
    }
    let root = (2.0 * PI).sqrt();
    let divisors = [z, 6.0 * z4, 72.0 * z6 * z, 6480.0 * z4 * z6];
    k.iter_mut()
        .zip(divisors)
        .for_each(|(k, by)| *k *= root / by);
    for i in (1..=terms).rev() {
        let i2 = f64::from(i * i);
        let weight = (-pi2 / 2.0 / z2 * i2).exp();
        k[2] -= weight * i2 * pi2 * root / (36.0 * z2 * z);
        k[3] += weight * i2 * (3.0 * z2 - pi2 * i2) * pi2 * root / (216.0 * z6);
    }
    k[0] + k[1] / n.sqrt() + k[2] / n + k[3] / (n * n.sqrt())
}

/// P(K >= x) for Kolmogorov's limit distribution: 2·Σ (-1)^(k-1) exp(-2k²x²), or, where that
/// converges slowly, one minus its Jacobi transform.
pub fn limit_survival(x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    let p = if x < 1.0 {
        let sum: f64 = (1..=10)
            .map(|k| (-f64::from(2 * k - 1).powi(2) * PI * PI / (8.0 * x * x)).exp())
            .sum();
        1.0 - (2.0 * PI).sqrt() / x * sum
    } else {
        2.0 * (1..=10)
            .map(|k| f64::from(1 - 2 * ((k + 1) % 2)) * (-2.0 * f64::from(k * k) * x * x).exp())
            .sum::<f64>()
    };
    p.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// Values of `scipy.stats.kstwo.sf`, as published with Simard & L'Ecuyer's tables and scipy's tests.
    #[rstest]
    #[case::table_10(10, 0.368_66, 0.10)]
    #[case::table_20(20, 0.294_08, 0.05)]
    #[case::table_100(100, 0.160_81, 0.01)]
    fn tabled_critical_values(#[case] n: u64, #[case] d: f64, #[case] p: f64) {
        assert!((survival(d, n) - p).abs() < 2e-4, "{}", survival(d, n));
    }

    #[test]
    fn the_methods_meet_where_they_change_over() {
        for n in [141, 500, 2_000, 20_000, 90_000, 2_000_000] {
            let size = n as f64;
            for nd2 in [0.3, 0.7, 1.5, 2.199_999] {
                let d = (nd2 / size).sqrt();
                let exact = if n <= 2_000 {
                    1.0 - durbin(n, d)
                } else {
                    survival(d, n)
                };
                assert!(
                    (survival(d, n) - exact).abs() < 5e-6,
                    "n={n} nd2={nd2} {} {exact}",
                    survival(d, n)
                );
                assert!(
                    (1.0 - pelz_good(size, d) - exact).abs() < 5e-6,
                    "pg n={n} nd2={nd2} {} {exact}",
                    1.0 - pelz_good(size, d)
                );
            }
            // Across 2.2: the neglected second crossing (2e-6) and Pelz & Good at their smallest n.
            let (below, above) = ((2.199_999_99 / size).sqrt(), (2.200_000_01 / size).sqrt());
            assert!(
                (survival(below, n) / survival(above, n) - 1.0).abs() < 5e-5,
                "n={n}"
            );
        }
    }

    #[test]
    fn a_stride_changes_nothing() {
        // 16 384 is the first size that skips terms.
        for nd2 in [2.3, 10.0, 80.0, 300.0] {
            let of = |n: u64| one_sided(n, (nd2 / n as f64).sqrt()) / (-2.0 * nd2).exp();
            let (all, skipped) = (of(16_383), of(16_384));
            assert!(
                (all / skipped - 1.0).abs() < 2e-3 * nd2 / 100.0 + 1e-5,
                "{nd2}: {all} {skipped}"
            );
        }
    }

    #[test]
    fn large_samples_tend_to_the_limit() {
        for x in [0.5, 0.9, 1.2, 2.0] {
            let n = 100_000_000u64;
            let p = survival(x / (n as f64).sqrt(), n);
            assert!(
                (p / limit_survival(x) - 1.0).abs() < 1e-3,
                "{x}: {p} {}",
                limit_survival(x)
            );
        }
        assert!((limit_survival(1.358_1) - 0.05).abs() < 1e-5);
    }

    #[test]
    fn it_falls_from_one_to_nought_without_a_panic() {
        for n in [
            1, 2, 3, 7, 50, 139, 140, 141, 142, 1_000, 8_191, 8_192, 99_999, 100_001, 10_000_000,
        ] {
            let mut last = 1.0;
            for i in 0..=400 {
                let p = survival(f64::from(i) / 400.0, n);
                assert!(
                    (0.0..=1.0).contains(&p) && p <= last + 1e-5,
                    "n={n} i={i} p={p} last={last}"
                );
                last = p;
            }
            assert_eq!(last, 0.0);
        }
        assert!(survival(0.1, 0).is_nan() && survival(f64::NAN, 5).is_nan());
        assert_eq!((survival(-1.0, 5), survival(f64::INFINITY, 5)), (1.0, 0.0));
    }
}
