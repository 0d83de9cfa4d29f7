//! Ranks, and Spearman's correlation of them.

/// The rank of each value, 1 for the least; equal values share the mean of their ranks.
/// Values must be comparable: NaN has no rank, and none comes back for any value when there is one.
pub fn midranks(values: &[f64]) -> Option<Vec<f64>> {
    if values.iter().any(|v| v.is_nan()) {
        return None;
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    // By `==`, so that 0 and -0 are equals, as they are everywhere else.
    for equals in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let rank = before as f64 + (equals.len() as f64 + 1.0) / 2.0;
        for at in equals {
            ranks[*at] = rank;
        }
        before += equals.len();
    }
    Some(ranks)
}

/// Spearman's ρ: Pearson's correlation of midranks, which is the definition that holds with ties, too
/// (Kendall, *Rank Correlation Methods*, 1948). `None` when it is not defined: unequal lengths, fewer than two
/// pairs, NaN, or one side all the same.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() || x.len() < 2 {
        return None;
    }
    let (x, y) = (midranks(x)?, midranks(y)?);
    // Midranks always sum to n (n + 1) / 2.
    let mean = (x.len() as f64 + 1.0) / 2.0;
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (a, b) in x.iter().zip(&y) {
        let (a, b) = (a - mean, b - mean);
        xy += a * b;
        xx += a * a;
        yy += b * b;
    }
    (xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}

/// The |ρ| that chance alone exceeds about once in twenty times with `n` pairs: without any relation ρ has mean 0
/// and variance 1 / (n − 1) exactly, and is near enough to normal. Above 1 when so few pairs can tell nothing.
pub fn noise(n: usize) -> f64 {
    match n {
        0 | 1 => f64::INFINITY,
        n => 1.959_964 / ((n - 1) as f64).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(found: Option<f64>, expected: f64) {
        assert!(
            (found.unwrap() - expected).abs() < 1e-12,
            "{found:?}, not {expected}"
        );
    }

    #[test]
    fn equals_share_their_ranks() {
        assert_eq!(
            midranks(&[3.0, 1.0, 3.0, 2.0]),
            Some(vec![3.5, 1.0, 3.5, 2.0])
        );
        assert_eq!(midranks(&[0.0, -0.0]), Some(vec![1.5, 1.5]));
        assert_eq!(midranks(&[1.0, f64::NAN]), None);
    }

    /// Computed by hand: Σd² is 4, so ρ = 1 − 6·4 / (5·24).
    #[test]
    fn without_ties() {
        near(
            spearman(&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 1.0, 4.0, 3.0, 5.0]),
            0.8,
        );
    }

    /// The textbook's ten people, hours before the television against a test's points: Σd² is 194, ρ = −29/165.
    #[test]
    fn ten_people() {
        let points = [
            106.0, 100.0, 86.0, 101.0, 99.0, 103.0, 97.0, 113.0, 112.0, 110.0,
        ];
        let hours = [7.0, 27.0, 2.0, 50.0, 28.0, 29.0, 20.0, 12.0, 6.0, 17.0];
        near(spearman(&points, &hours), -29.0 / 165.0);
    }

    /// By hand: ranks 1 2½ 2½ 4 against 1 3 2 4 give 4.5 / √(4.5·5) = 3/√10.
    #[test]
    fn with_ties() {
        near(
            spearman(&[1.0, 2.0, 2.0, 3.0], &[1.0, 3.0, 2.0, 4.0]),
            3.0 / 10f64.sqrt(),
        );
        // Two groups: ranks 1½ 1½ 3½ 3½ against 1 2 3 4 give 4 / √(4·5).
        near(
            spearman(&[0.0, 0.0, 1.0, 1.0], &[0.1, 0.2, 0.3, 0.4]),
            2.0 / 5f64.sqrt(),
        );
    }

    #[test]
    fn what_is_not_defined() {
        assert_eq!(spearman(&[], &[]), None);
        assert_eq!(spearman(&[1.0], &[1.0]), None);
        assert_eq!(spearman(&[1.0, 2.0], &[1.0]), None);
        assert_eq!(spearman(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(spearman(&[1.0, f64::NAN], &[1.0, 2.0]), None);
        near(
            spearman(&[f64::NEG_INFINITY, 0.0, f64::INFINITY], &[1.0, 2.0, 3.0]),
            1.0,
        );
    }

    #[test]
    fn few_pairs_tell_nothing() {
        assert!(noise(1) > 1.0 && noise(4) > 1.0 && noise(5) < 1.0);
        assert!((noise(101) - 0.195_996_4).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn it_knows_only_the_order(pairs in prop::collection::vec((-9i32..9, -9i32..9), 2..40)) {
            let x: Vec<f64> = pairs.iter().map(|p| f64::from(p.0)).collect();
            let y: Vec<f64> = pairs.iter().map(|p| f64::from(p.1)).collect();
            let rho = spearman(&x, &y);
            if let Some(rho) = rho {
                prop_assert!((-1.0..=1.0).contains(&rho));
                let bent: Vec<f64> = x.iter().map(|v| v.exp()).collect();
                prop_assert!((spearman(&bent, &y).unwrap() - rho).abs() < 1e-12);
                let turned: Vec<f64> = y.iter().map(|v| -v).collect();
                prop_assert!((spearman(&x, &turned).unwrap() + rho).abs() < 1e-12);
                prop_assert!((spearman(&y, &x).unwrap() - rho).abs() < 1e-12);
            } else {
                let flat = |v: &[f64]| v.iter().all(|a| *a == v[0]);
                prop_assert!(flat(&x) || flat(&y));
            }
        }

        #[test]
        fn ranks_always_sum_to_the_same(values in prop::collection::vec(-5i32..5, 0..60)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let n = values.len() as f64;
            let sum: f64 = midranks(&values).unwrap().iter().sum();
            prop_assert!((sum - n * (n + 1.0) / 2.0).abs() < 1e-9);
        }
    }
}
