//! Axes: from values to cells and back, and the numbers worth writing beside them.

/// Round ticks that cover `[low, high]` in at most `max` steps of 1, 2 or 5 times a power of ten.
#[must_use]
pub fn ticks(low: f64, high: f64, max: usize) -> Vec<f64> {
    if !(low.is_finite() && high.is_finite()) || high <= low || max == 0 {
        return if low.is_finite() {
            vec![low]
        } else {
            Vec::new()
        };
    }
    let raw = (high - low) / max as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|s| *s >= raw * 0.999_999)
        .unwrap_or(power * 10.0);
    if !step.is_finite() || step <= 0.0 {
        return vec![low];
    }
    let first = (low / step - 1e-9).ceil();
    (0..=max + 1)
        .map(|i| (first + i as f64) * step)
        .take_while(|v| *v <= high + step * 1e-6)
        // -0 would print its sign.
        .map(|v| if v.abs() < step * 1e-9 { 0.0 } else { v })
        .collect()
}

/// Powers of ten within `[low, high]`; falls back to [`ticks`] when fewer than two fit.
#[must_use]
pub fn log_ticks(low: f64, high: f64, max: usize) -> Vec<f64> {
    if !(low > 0.0 && high > low) {
        return ticks(low, high, max);
    }
    let (first, last) = (
        low.log10().ceil().clamp(-400.0, 400.0) as i32,
        high.log10().floor().clamp(-400.0, 400.0) as i32,
    );
    if last - first < 1 {
        return ticks(low, high, max);
    }
    let every = (last - first) / max.clamp(1, 100) as i32 + 1;
    (first..=last)
        .filter(|p| (p - first) % every == 0)
        .map(|p| 10f64.powi(p))
        .collect()
}

/// Writes ticks with just the decimals that tell them apart.
#[must_use]
pub fn labels(ticks: &[f64]) -> Vec<String> {
    let step = ticks
        .windows(2)
        .map(|w| (w[1] - w[0]).abs())
        .fold(f64::INFINITY, f64::min);
    let top = ticks.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    if top >= 1e6 || (top > 0.0 && top < 1e-4) {
        return ticks.iter().map(|v| format!("{v:.0e}")).collect();
    }
    if !step.is_finite() {
        return ticks.iter().map(|v| crate::format::metric(*v)).collect();
    }
    let decimals = if step >= 1.0 {
        0
    } else {
        (-step.log10() - 1e-9).ceil().clamp(0.0, 6.0) as usize
    };
    ticks.iter().map(|v| format!("{v:.decimals$}")).collect()
}

/// A straight or logarithmic map from values to 0..1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The value at 0.
    pub low: f64,
    /// The value at 1.
    pub high: f64,
    /// Logarithmic; values at or below 0 have no place.
    pub log: bool,
}

impl Scale {
    /// Covers the finite values given; a little room when they are all the same.
    #[must_use]
    pub fn cover(values: impl Iterator<Item = f64>, log: bool) -> Option<Self> {
        let (low, high) = values
            .filter(|v| v.is_finite() && (!log || *v > 0.0))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
                (l.min(v), h.max(v))
            });
        if low > high {
            return None;
        }
        if low == high {
            let pad = if low == 0.0 { 1.0 } else { low.abs() * 0.05 };
            return Some(Self {
                low: low - if log { low * 0.05 } else { pad },
                high: high + pad,
                log,
            });
        }
        Some(Self { low, high, log })
    }

    /// Gives the top and bottom some air, so that curves do not lie on the frame.
    #[must_use]
    pub fn padded(self, share: f64) -> Self {
        if self.log {
            let f = (self.high / self.low).powf(share);
            return Self {
                low: self.low / f,
                high: self.high * f,
                log: true,
            };
        }
        let pad = (self.high - self.low) * share;
        if pad.is_finite() {
            Self {
                low: self.low - pad,
                high: self.high + pad,
                log: false,
            }
        } else {
            self
        }
    }

    /// Where a value lies, 0 to 1 inside; `None` when it has no place.
    #[must_use]
    pub fn place(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || (self.log && value <= 0.0) {
            return None;
        }
        let (v, low, high) = if self.log {
            (value.ln(), self.low.ln(), self.high.ln())
        } else {
            (value, self.low, self.high)
        };
        let at = (v - low) / (high - low);
        at.is_finite().then_some(at)
    }

    /// The value at a place.
    #[must_use]
    pub fn value(&self, place: f64) -> f64 {
        if self.log {
            (self.low.ln() + (self.high.ln() - self.low.ln()) * place).exp()
        } else {
            self.low + (self.high - self.low) * place
        }
    }

    /// Ticks for this scale.
    #[must_use]
    pub fn ticks(&self, max: usize) -> Vec<f64> {
        if self.log {
            log_ticks(self.low, self.high, max)
        } else {
            ticks(self.low, self.high, max)
        }
    }
}

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
    fn ticks_are_round() {
        assert_eq!(
            ticks(0.0, 1.0, 5),
            [0.0, 0.2, 0.4, 0.600_000_000_000_000_1, 0.8, 1.0]
        );
        assert_eq!(
            labels(&ticks(0.62, 0.71, 5)),
            ["0.62", "0.64", "0.66", "0.68", "0.70"]
        );
        assert_eq!(labels(&ticks(0.0, 300.0, 4)), ["0", "100", "200", "300"]);
        assert_eq!(
            log_ticks(0.001, 100.0, 10),
            [0.001, 0.01, 0.1, 1.0, 10.0, 100.0]
        );
    }

    #[test]
    fn smoothing_starts_at_the_first_value() {
        let smooth = ema(&[(0.0, 2.0), (1.0, f64::NAN), (2.0, 4.0)], 0.5);
        assert!((smooth[0].1 - 2.0).abs() < 1e-12);
        assert!(smooth[1].1.is_nan());
        assert!(smooth[2].1 > 2.0 && smooth[2].1 < 4.0);
    }

    proptest! {
        #[test]
        fn ticks_stay_inside_and_few(low in any::<f64>(), high in any::<f64>(), max in 0usize..12) {
            let t = ticks(low, high, max);
            prop_assert!(t.len() <= max + 2);
            let _ = labels(&t);
            let _ = labels(&log_ticks(low, high, max));
        }

        #[test]
        fn places_and_values_are_inverse(low in -1e6f64..1e6, span in 1e-3f64..1e6, at in 0f64..1.0) {
            let scale = Scale { low, high: low + span, log: false };
            let back = scale.place(scale.value(at)).unwrap_or(f64::NAN);
            prop_assert!((back - at).abs() < 1e-6);
        }
    }
}
