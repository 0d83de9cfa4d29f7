//! The numbers worth writing beside an axis.

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

/// Writes ticks that are decades apart, each with the digits that it needs itself.
#[must_use]
pub fn decade_labels(ticks: &[f64]) -> Vec<String> {
    let one = |v: &f64| match v.abs() {
        0.0 => "0".to_owned(),
        size if !(1e-4..1e5).contains(&size) => format!("{v:.0e}"),
        size => {
            let decimals = (-size.log10() - 1e-9).ceil().clamp(0.0, 4.0) as usize;
            format!("{v:.decimals$}")
        }
    };
    ticks.iter().map(one).collect()
}

/// Zero, and powers of ten on both sides of it, within `[low, high]`; nothing smaller than the knee. Falls back to
/// [`ticks`] when fewer than three fit.
#[must_use]
pub fn symlog_ticks(low: f64, high: f64, knee: f64, max: usize) -> Vec<f64> {
    let good = low.is_finite() && high.is_finite() && knee.is_finite() && knee > 0.0;
    let top = low.abs().max(high.abs());
    if !good || top <= knee || low >= high {
        return ticks(low, high, max);
    }
    let power = |v: f64| v.log10().clamp(-400.0, 400.0);
    let (first, last) = (power(knee).round() as i32, power(top).floor() as i32);
    let inside = |v: &f64| (low..=high).contains(v);
    let of = |every: i32| -> Vec<f64> {
        let sizes: Vec<f64> = (first..=last)
            .filter(|p| (last - p) % every == 0)
            .map(|p| 10f64.powi(p))
            .collect();
        let below = sizes.iter().rev().map(|v| -v);
        below
            .chain([0.0])
            .chain(sizes.iter().copied())
            .filter(inside)
            .collect()
    };
    let all = of(1);
    if all.len() < 3 {
        return ticks(low, high, max);
    }
    // Zero always stays: what is below it is what this scale is for.
    (1..=last - first + 1)
        .map(of)
        .find(|t| t.len() <= max.max(3))
        .unwrap_or(all)
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
    fn decades_are_written_each_for_itself() {
        let ticks = [-1e6, -10.0, 0.0, 0.0001, 0.01, 1.0, 1000.0];
        assert_eq!(
            decade_labels(&ticks),
            ["-1e6", "-10", "0", "0.0001", "0.01", "1", "1000"]
        );
    }

    #[test]
    fn ticks_on_both_sides_of_zero() {
        assert_eq!(
            symlog_ticks(-150.0, 20.0, 1.0, 9),
            [-100.0, -10.0, -1.0, 0.0, 1.0, 10.0]
        );
        assert_eq!(symlog_ticks(-150.0, 20.0, 1.0, 4), [-100.0, -1.0, 0.0, 1.0]);
        assert_eq!(symlog_ticks(0.0, 1e6, 1.0, 4), [0.0, 1.0, 1e3, 1e6]);
        assert_eq!(symlog_ticks(-0.5, 0.5, 1.0, 4), ticks(-0.5, 0.5, 4));
    }

    proptest! {
        #[test]
        fn ticks_stay_inside_and_few(low in any::<f64>(), high in any::<f64>(), max in 0usize..12, knee in any::<f64>()) {
            let t = ticks(low, high, max);
            prop_assert!(t.len() <= max + 2);
            let _ = labels(&t);
            let _ = labels(&log_ticks(low, high, max));
            let _ = labels(&symlog_ticks(low, high, knee, max));
        }

        #[test]
        fn ticks_around_zero_are_in_order(low in -1e5f64..1e5, span in 1e-3f64..1e6, power in -4i32..3, max in 3usize..12) {
            let (high, knee) = (low + span, 10f64.powi(power));
            let t = symlog_ticks(low, high, knee, max);
            prop_assert!(t.windows(2).all(|w| w[0] < w[1]), "{t:?}");
            prop_assert!(t.len() <= max + 2, "{t:?}");
            prop_assert!(t.iter().all(|v| *v >= low - span * 1e-6 && *v <= high + span * 1e-6), "{t:?}");
        }
    }
}
