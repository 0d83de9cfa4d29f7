//! Two shares: the pooled Z-test, and the normal distribution's tail.

use statrs::function::erf::erfc;
use std::f64::consts::SQRT_2;

/// What the test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZTest {
    /// Reference's share less the window's, in standard errors of the difference under equality.
    pub z: f64,
    /// The window's share less the reference's.
    pub difference: f64,
    /// The probability of a difference at least as large either way when nothing changed.
    pub p: f64,
}

/// The two-proportion Z-test with pooled variance (Fleiss, Levin & Paik, "Statistical Methods for Rates and
/// Proportions", ch. 3): `part` of `of` in the reference, then in the window. `None` when a side is
/// empty. Where both shares are 0, or both 1, there is nothing to differ: p is 1.
pub fn z_test(reference: (u64, u64), window: (u64, u64)) -> Option<ZTest> {
    if reference.1 == 0 || window.1 == 0 {
        return None;
    }
    let (n, m) = (reference.1 as f64, window.1 as f64);
    let (r, c) = (reference.0 as f64 / n, window.0 as f64 / m);
    let pooled = (reference.0 as f64 + window.0 as f64) / (n + m);
    let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    let z = if error > 0.0 { (r - c) / error } else { 0.0 };
    Some(ZTest {
        z,
        difference: c - r,
        p: two_sided(z),
    })
}

/// P(|Z| >= |z|) of the standard normal distribution; precise far into the tail.
pub fn two_sided(z: f64) -> f64 {
    erfc(z.abs() / SQRT_2).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_of_z_is_chi_square() {
        let z = z_test((30, 100), (45, 90)).unwrap();
        let c = super::super::chi_square::contingency([(30, 45), (70, 45)].into_iter()).unwrap();
        assert!((z.z * z.z - c.statistic).abs() < 1e-12 && (z.p - c.p).abs() < 1e-10);
        assert!(z.z < 0.0 && (z.difference - 0.2).abs() < 1e-15);
    }

    #[test]
    fn tails_and_edges() {
        assert!((two_sided(1.959_963_984_540_054) - 0.05).abs() < 1e-11);
        // scipy.stats.norm.sf(18) * 2
        assert!((two_sided(-18.0) / 1.948_189_783_787_375e-72 - 1.0).abs() < 1e-9);
        assert_eq!(z_test((0, 0), (1, 2)), None);
        let same = z_test((5, 5), (7, 7)).unwrap();
        assert_eq!((same.z, same.p), (0.0, 1.0));
    }
}
