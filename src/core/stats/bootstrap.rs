//! Intervals by drawing again: the same seed, the same interval.

use super::summary::quantile;

/// A 95 % percentile interval (Efron & Tibshirani, "An Introduction to the Bootstrap", ch. 13) of a number made
/// from counts of kinds of rows: each round draws as many rows as there are, with replacement. Rounds
/// whose number is NaN are left out. Of more than 100,000 rows each round draws so many, and the interval is
/// narrowed by the root of the ratio (m out of n: Politis & Romano 1994). NaN twice without rows or
/// rounds.
pub fn interval_95(
    counts: &[u64],
    rounds: u32,
    seed: u64,
    number: impl Fn(&[u64]) -> f64,
) -> (f64, f64) {
    let n: u64 = counts.iter().sum();
    if n == 0 {
        return (f64::NAN, f64::NAN);
    }
    let drawn_rows = n.min(MOST_ROWS);
    let narrow = (drawn_rows as f64 / n as f64).sqrt();
    let point = number(counts);
    let mut draws = SplitMix(seed);
    let mut found: Vec<f64> = (0..rounds)
        .map(|_| {
            let mut drawn = vec![0u64; counts.len()];
            for _ in 0..drawn_rows {
                let mut row = draws.below(n);
                for (count, into) in counts.iter().zip(&mut drawn) {
                    if row < *count {
                        *into += 1;
                        break;
                    }
                    row -= count;
                }
            }
            number(&drawn)
        })
        .filter(|v| !v.is_nan())
        .collect();
    found.sort_unstable_by(f64::total_cmp);
    let end = |q: f64| {
        let drawn = quantile(&found, q);
        // Exactly what was drawn where nothing was narrowed.
        if narrow < 1.0 {
            point + (drawn - point) * narrow
        } else {
            drawn
        }
    };
    (end(0.025), end(0.975))
}

/// Rows drawn in a round at most.
const MOST_ROWS: u64 = 100_000;

/// SplitMix64: Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators" (2014). Eight lines, and
/// the same numbers on every machine and in every version, which generators of crates do not promise.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`, by Lemire's multiplication; its bias, n / 2^64, is far below sampling error.
    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_share_is_near_the_binomials() {
        let share = |c: &[u64]| c[0] as f64 / (c[0] + c[1]) as f64;
        let (low, high) = interval_95(&[200, 800], 2_000, 7, share);
        // 0.2 ± 1.96·√(0.2·0.8/1000)
        assert!(
            (low - 0.1752).abs() < 0.004 && (high - 0.2248).abs() < 0.004,
            "{low} {high}"
        );
        assert_eq!((low, high), interval_95(&[200, 800], 2_000, 7, share));
        assert_ne!((low, high), interval_95(&[200, 800], 2_000, 8, share));
    }

    #[test]
    fn many_rows_are_narrowed() {
        let share = |c: &[u64]| c[0] as f64 / (c[0] + c[1]) as f64;
        let (low, high) = interval_95(&[2_000_000, 8_000_000], 400, 7, share);
        let half = 1.96 * (0.16f64 / 1e7).sqrt();
        assert!(
            ((high - low) / (2.0 * half) - 1.0).abs() < 0.2,
            "{low} {high}"
        );
    }

    #[test]
    fn edges() {
        assert!(interval_95(&[0, 0], 10, 1, |_| 1.0).0.is_nan());
        assert!(interval_95(&[1], 0, 1, |_| 1.0).0.is_nan());
        assert_eq!(interval_95(&[3], 5, 1, |c| c[0] as f64), (3.0, 3.0));
        assert_eq!(SplitMix(0).next(), 0xE220_A839_7B1D_CDAF);
    }
}
