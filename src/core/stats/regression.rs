//! How well a regression did, against what came. Definitions are scikit-learn's.

use super::summary::sum;

/// The errors of a regression. NaN where there are no rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Errors {
    /// Mean absolute error, in the label's unit.
    pub mae: f64,
    /// Root of the mean squared error, in the label's unit.
    pub rmse: f64,
    /// Mean of |error| / max(|label|, 2.2e-16): huge as soon as one label is 0.
    pub mape: f64,
    /// Mean of |error| / |label| over labels other than 0; NaN when all are.
    pub mape_nonzero: f64,
    /// 1 - Σ error² / Σ (label - mean)²; NaN below two rows, 0 where labels do not vary but errors occur, 1 where neither does.
    pub r2: f64,
    /// Mean of prediction less label, in the label's unit.
    pub bias: f64,
}

/// Compares predictions with labels; what one slice has over the other is ignored.
pub fn errors(labels: &[f64], predictions: &[f64]) -> Errors {
    let pairs = || labels.iter().copied().zip(predictions.iter().copied());
    let n = pairs().count() as f64;
    let mean = |each: fn((f64, f64)) -> f64| sum(pairs().map(each)) / n;
    let nonzero = pairs().filter(|(y, _)| *y != 0.0);
    let squares = sum(pairs().map(|(y, p)| (p - y).powi(2)));
    let level = mean(|(y, _)| y);
    let spread = sum(pairs().map(|(y, _)| (y - level).powi(2)));
    let r2 = if n >= 2.0 && spread > 0.0 {
        1.0 - squares / spread
    } else if n < 2.0 || squares.is_nan() {
        f64::NAN
    } else {
        f64::from(u8::from(squares == 0.0))
    };
    Errors {
        mae: mean(|(y, p)| (p - y).abs()),
        rmse: (squares / n).sqrt(),
        mape: mean(|(y, p)| (p - y).abs() / y.abs().max(f64::EPSILON)),
        mape_nonzero: sum(nonzero.clone().map(|(y, p)| (p - y).abs() / y.abs()))
            / nonzero.count() as f64,
        r2,
        bias: mean(|(y, p)| p - y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scikit_learns_examples() {
        let e = errors(&[3.0, -0.5, 2.0, 7.0], &[2.5, 0.0, 2.0, 8.0]);
        assert!(e.mae == 0.5 && (e.rmse * e.rmse - 0.375).abs() < 1e-15);
        assert!((e.r2 - 0.948_608_137_044_967).abs() < 1e-14);
        assert!((e.mape - 0.327_380_952_380_952_4).abs() < 1e-15);
        assert_eq!((e.mape_nonzero, e.bias), (e.mape, 0.25));
    }

    #[test]
    fn edges() {
        let none = errors(&[], &[]);
        assert!(none.mae.is_nan() && none.rmse.is_nan() && none.r2.is_nan());
        assert_eq!(errors(&[2.0, 2.0], &[2.0, 2.0]).r2, 1.0);
        assert_eq!(errors(&[2.0, 2.0], &[2.0, 3.0]).r2, 0.0);
        // One label has no variance that could be explained.
        assert!(errors(&[2.0], &[2.0]).r2.is_nan() && errors(&[2.0], &[3.0]).r2.is_nan());
        let zero = errors(&[0.0], &[1.0]);
        assert!(zero.mape > 1e15 && zero.mape_nonzero.is_nan());
    }
}
