//! Smoothing of curves.

/// Exponential smoothing that starts unbiased and leaves gaps alone.
#[must_use]
pub fn ema(points: &[(f64, f64)], weight: f64) -> Vec<(f64, f64)> {
    let mut sum = 0.0;
    let mut norm = 0.0;
    points
        .iter()
        .map(|&(x, y)| {
            if !y.is_finite() {
                return (x, y);
            }
            sum = sum * weight + (1.0 - weight) * y;
            norm = norm * weight + (1.0 - weight);
            (x, sum / norm)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn smoothing_starts_at_the_first_value() {
        let smooth = ema(&[(0.0, 2.0), (1.0, f64::NAN), (2.0, 4.0)], 0.5);
        assert!((smooth[0].1 - 2.0).abs() < 1e-12);
        assert!(smooth[1].1.is_nan());
        // By hand: (½·½·2 + ½·4) / (½·½ + ½) = 10/3.
        assert!((smooth[2].1 - 10.0 / 3.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn a_smooth_curve_stays_within_the_raw_one(values in prop::collection::vec(-1e6f64..1e6, 1..50), weight in 0.0f64..0.999) {
            let raw: Vec<(f64, f64)> = values.iter().enumerate().map(|(i, v)| (i as f64, *v)).collect();
            let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
            for (_, y) in ema(&raw, weight) {
                prop_assert!(y >= low - 1e-3 && y <= high + 1e-3);
            }
        }
    }
}
