//! Pearson's chi-square test that two sets of counts come from the same shares.

use statrs::function::gamma::checked_gamma_ur;

/// What the test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// Pearson's statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub dof: u64,
    /// The probability of a statistic at least as large when nothing changed.
    pub p: f64,
}

/// The 2×K contingency test of two rows of counts, without Yates' correction; categories that
/// neither row has are dropped (scipy's `chi2_contingency(correction=False)`). `None` when a row
/// is empty. With a single category there is nothing to differ: p is 1.
pub fn contingency(pairs: impl Iterator<Item = (u64, u64)> + Clone) -> Option<ChiSquare> {
    let (n, m, k) = pairs
        .clone()
        .filter(|pair| *pair != (0, 0))
        .fold((0u64, 0u64, 0u64), |(n, m, k), (a, b)| {
            (n.saturating_add(a), m.saturating_add(b), k + 1)
        });
    if n == 0 || m == 0 {
        return None;
    }
    let (n, m) = (n as f64, m as f64);
    let share = n / (n + m);
    let statistic: f64 = pairs
        .filter(|pair| *pair != (0, 0))
        .map(|(a, b)| {
            let (a, b) = (a as f64, b as f64);
            let (ea, eb) = ((a + b) * share, (a + b) * (1.0 - share));
            (a - ea).powi(2) / ea + (b - eb).powi(2) / eb
        })
        .sum();
    let dof = k - 1;
    Some(ChiSquare {
        statistic,
        dof,
        p: survival(statistic, dof),
    })
}

/// The 2×K contingency test with Yates' correction where there is one degree of freedom: each observed
/// count moves towards the expected one by a half at most (scipy's default; NannyML's and
/// alibi-detect's number). Else [`contingency`].
pub fn contingency_yates(pairs: impl Iterator<Item = (u64, u64)> + Clone) -> Option<ChiSquare> {
    let plain = contingency(pairs.clone())?;
    if plain.dof != 1 {
        return Some(plain);
    }
    let (n, m) = super::distance::totals(pairs.clone());
    let share = n as f64 / (n as f64 + m as f64);
    let part = |observed: f64, expected: f64| {
        let gap = (observed - expected).abs();
        (gap - gap.min(0.5)).powi(2) / expected
    };
    let statistic = pairs
        .filter(|pair| *pair != (0, 0))
        .map(|(a, b)| {
            let (a, b) = (a as f64, b as f64);
            part(a, (a + b) * share) + part(b, (a + b) * (1.0 - share))
        })
        .sum();
    Some(ChiSquare {
        statistic,
        dof: 1,
        p: survival(statistic, 1),
    })
}

/// Goodness of fit of the window's counts to the reference's shares, taken as the truth (Evidently's
/// chi-square; scipy's `chisquare`). A category that the reference lacks makes the statistic infinite
/// and p 0. `None` when a side is empty.
pub fn goodness_of_fit(pairs: impl Iterator<Item = (u64, u64)> + Clone) -> Option<ChiSquare> {
    let (n, m) = super::distance::totals(pairs.clone());
    if n == 0 || m == 0 {
        return None;
    }
    let scale = m as f64 / n as f64;
    let (statistic, categories) = pairs
        .filter(|pair| *pair != (0, 0))
        .map(|(r, c)| (r as f64 * scale, c as f64))
        .fold((0.0, 0u64), |(sum, k), (expected, observed)| {
            (sum + (observed - expected).powi(2) / expected, k + 1)
        });
    let dof = categories - 1;
    Some(ChiSquare {
        statistic,
        dof,
        p: survival(statistic, dof),
    })
}

/// P(X >= x) of the chi-square distribution: the regularised upper incomplete gamma function
/// Q(dof/2, x/2).
pub fn survival(x: f64, dof: u64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if dof == 0 || x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    checked_gamma_ur(dof as f64 / 2.0, x / 2.0).map_or(f64::NAN, |p| p.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabled_values() {
        for (x, dof, p) in [
            (3.841_458_820_694_124, 1, 0.05),
            (18.307_038_053_275_146, 10, 0.05),
        ] {
            assert!((survival(x, dof) - p).abs() < 1e-12);
        }
        // exp(-x/2) for two degrees of freedom, far into the tail.
        assert!((survival(1_000.0, 2) / (-500.0f64).exp() - 1.0).abs() < 1e-11);
        assert_eq!(survival(1e6, 3), 0.0);
    }

    #[test]
    fn the_same_shares_do_not_differ() {
        let same = contingency([(10, 20), (30, 60), (0, 0)].into_iter()).unwrap();
        assert!((same.statistic, same.dof) < (1e-12, 2) && (same.p - 1.0).abs() < 1e-12);
        assert_eq!(contingency([(5, 0)].into_iter()), None);
        assert_eq!(
            contingency([(5, 7)].into_iter()).map(|c| (c.dof, c.p)),
            Some((0, 1.0))
        );
    }
}
