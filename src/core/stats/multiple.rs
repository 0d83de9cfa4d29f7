//! Many tests at once: the false discovery rate.

/// p-values adjusted by Benjamini & Hochberg, "Controlling the False Discovery Rate" (1995): those
/// below alpha are, in expectation, false in at most a share alpha. In the order given. NaN stays
/// NaN and does not count as a test.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|i| !p[*i].is_nan()).collect();
    order.sort_unstable_by(|a, b| p[*a].total_cmp(&p[*b]));
    let tests = order.len() as f64;
    let mut adjusted = vec![f64::NAN; p.len()];
    // From the largest down, so that the adjusted values keep the order of the raw ones.
    let mut least = 1.0_f64;
    for (rank, i) in order.into_iter().enumerate().rev() {
        // The ratio first: it is at least 1, so rounding cannot take the product below p.
        least = least.min(p[i] * (tests / (rank + 1) as f64));
        adjusted[i] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_textbook_example() {
        let got = benjamini_hochberg(&[0.01, f64::NAN, 0.04, 0.03, 0.005]);
        for (got, want) in got.iter().zip([0.02, f64::NAN, 0.04, 0.04, 0.02]) {
            assert!(
                (got - want).abs() < 1e-15 || (got.is_nan() && want.is_nan()),
                "{got} {want}"
            );
        }
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
