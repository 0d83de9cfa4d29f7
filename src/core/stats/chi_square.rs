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
