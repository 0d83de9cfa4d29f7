//! Axes: from values to cells and back, straight, logarithmic, or logarithmic on both sides of zero.

mod ticks;

pub use ticks::{decade_labels, labels, log_ticks, symlog_ticks, ticks};

/// How values are spread along an axis.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Bend {
    /// Evenly.
    #[default]
    Straight,
    /// By their size; what is at or below 0 has no place.
    Log,
    /// By their size on both sides of zero, evenly below this size (the knee).
    Symlog(f64),
}

impl Bend {
    /// A logarithmic bend on both sides of zero that suits some values: its knee is the power of ten below nine tenths
    /// of them, but at most six decades below the largest, so that a single tiny value does not spread the axis.
    #[must_use]
    pub fn symlog(values: impl Iterator<Item = f64>) -> Self {
        let mut sizes: Vec<f64> = values
            .map(f64::abs)
            .filter(|v| v.is_finite() && *v > 0.0)
            .collect();
        let Some(largest) = sizes.iter().copied().reduce(f64::max) else {
            return Self::Symlog(1.0);
        };
        let tenth = sizes.len() / 10;
        let (_, small, _) = sizes.select_nth_unstable_by(tenth, f64::total_cmp);
        let power = small.max(largest / 1e6).log10().floor();
        Self::Symlog(10f64.powf(power.clamp(-300.0, 300.0)))
    }

    /// Whether a value has a place.
    #[must_use]
    pub fn takes(self, value: f64) -> bool {
        value.is_finite() && (self != Self::Log || value > 0.0)
    }

    fn bend(self, value: f64) -> f64 {
        match self {
            Self::Straight => value,
            Self::Log => value.ln(),
            Self::Symlog(knee) => (value / knee).asinh(),
        }
    }

    fn unbend(self, bent: f64) -> f64 {
        match self {
            Self::Straight => bent,
            Self::Log => bent.exp(),
            Self::Symlog(knee) => bent.sinh() * knee,
        }
    }
}

/// A map from values to 0..1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The value at 0.
    pub low: f64,
    /// The value at 1.
    pub high: f64,
    /// What is between them.
    pub bend: Bend,
}

impl Scale {
    /// Covers the finite values given; a little room when they are all the same.
    #[must_use]
    pub fn cover(values: impl Iterator<Item = f64>, bend: Bend) -> Option<Self> {
        let (low, high) = values
            .filter(|v| bend.takes(*v))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
                (l.min(v), h.max(v))
            });
        if low > high {
            return None;
        }
        if low == high {
            let pad = if low == 0.0 { 1.0 } else { low.abs() * 0.05 };
            return Some(Self {
                low: low - if bend == Bend::Log { low * 0.05 } else { pad },
                high: high + pad,
                bend,
            });
        }
        Some(Self { low, high, bend })
    }

    /// Covers the values but for this share at either end, so that a few wild ones do not flatten the others.
    #[must_use]
    pub fn clipped(values: impl Iterator<Item = f64>, bend: Bend, share: f64) -> Option<Self> {
        if share <= 0.0 {
            return Self::cover(values, bend);
        }
        let mut values: Vec<f64> = values.filter(|v| bend.takes(*v)).collect();
        let last = values.len().checked_sub(1)?;
        let cut = (share.min(0.5) * last as f64).floor() as usize;
        // Only two of them are wanted, not all in order.
        let mut nth = |at: usize| *values.select_nth_unstable_by(at, f64::total_cmp).1;
        let kept = [nth(cut), nth(last - cut)];
        Self::cover(kept.into_iter(), bend)
    }

    /// Gives the top and bottom some air, so that curves do not lie on the frame.
    #[must_use]
    pub fn padded(self, share: f64) -> Self {
        let (low, high) = (self.bend.bend(self.low), self.bend.bend(self.high));
        let pad = (high - low) * share;
        let (low, high) = (self.bend.unbend(low - pad), self.bend.unbend(high + pad));
        if low.is_finite() && high.is_finite() && self.bend.takes(low) {
            Self { low, high, ..self }
        } else {
            self
        }
    }

    /// Where a value lies, 0 to 1 inside; `None` when it has no place.
    #[must_use]
    pub fn place(&self, value: f64) -> Option<f64> {
        self.placer()(value)
    }

    /// [`Self::place`] for many values: the ends are bent once.
    pub fn placer(self) -> impl Fn(f64) -> Option<f64> {
        let (low, high) = (self.bend.bend(self.low), self.bend.bend(self.high));
        move |value| {
            if !self.bend.takes(value) {
                return None;
            }
            let at = (self.bend.bend(value) - low) / (high - low);
            at.is_finite().then_some(at)
        }
    }

    /// The value at a place.
    #[must_use]
    pub fn value(&self, place: f64) -> f64 {
        let (low, high) = (self.bend.bend(self.low), self.bend.bend(self.high));
        self.bend.unbend(low + (high - low) * place)
    }

    /// Ticks for this scale.
    #[must_use]
    pub fn ticks(&self, max: usize) -> Vec<f64> {
        match self.bend {
            Bend::Straight => ticks(self.low, self.high, max),
            Bend::Log => log_ticks(self.low, self.high, max),
            Bend::Symlog(knee) => symlog_ticks(self.low, self.high, knee, max),
        }
    }

    /// What is written beside ticks of this scale.
    #[must_use]
    pub fn labels(&self, ticks: &[f64]) -> Vec<String> {
        let decade = |v: &f64| {
            let power = v.abs().log10();
            *v == 0.0 || (power - power.round()).abs() < 1e-9
        };
        if self.bend != Bend::Straight && ticks.len() > 1 && ticks.iter().all(decade) {
            return decade_labels(ticks);
        }
        labels(ticks)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_few_wild_values_are_cut_off() {
        let values = || (0..200).map(f64::from).chain([1e9, -1e9]);
        let s = Scale::clipped(values(), Bend::Straight, 0.01).unwrap();
        assert_eq!((s.low, s.high), (1.0, 198.0));
        let all = Scale::clipped(values(), Bend::Straight, 0.0).unwrap();
        assert_eq!((all.low, all.high), (-1e9, 1e9));
        assert_eq!(
            Scale::clipped([f64::NAN].into_iter(), Bend::Straight, 0.05),
            None
        );
        assert!(Scale::clipped([3.0].into_iter(), Bend::Straight, 0.5).is_some());
    }

    /// Zero stands in the middle between equal sizes, and decades beyond the knee are about as far from each other.
    #[test]
    fn both_sides_of_zero_are_alike() {
        let s = Scale {
            low: -1000.0,
            high: 1000.0,
            bend: Bend::Symlog(0.1),
        };
        let at = |v| s.place(v).unwrap();
        assert!((at(0.0) - 0.5).abs() < 1e-12);
        assert!((at(10.0) + at(-10.0) - 1.0).abs() < 1e-12);
        assert!(((at(1000.0) - at(100.0)) - (at(100.0) - at(10.0))).abs() < 1e-3);
    }

    #[test]
    fn the_knee_is_a_power_of_ten_below_most_values() {
        let knee = |values: &[f64]| Bend::symlog(values.iter().copied());
        assert_eq!(knee(&[-250.0, 0.0, 30.0, f64::NAN]), Bend::Symlog(10.0));
        assert_eq!(knee(&[1e-12, 1e3, 1e3]), Bend::Symlog(1e-3));
        assert_eq!(knee(&[0.0]), Bend::Symlog(1.0));
    }

    proptest! {
        #[test]
        fn places_and_values_are_inverse(low in -1e6f64..1e6, span in 1e-3f64..1e6, at in 0f64..1.0, kind in 0u8..3) {
            let (low, bend) = match kind {
                0 => (low, Bend::Straight),
                1 => (low.abs() + 1e-3, Bend::Log),
                _ => (low, Bend::Symlog(10.0)),
            };
            let scale = Scale { low, high: low + span, bend };
            let back = scale.place(scale.value(at)).unwrap_or(f64::NAN);
            prop_assert!((back - at).abs() < 1e-5, "{back} {at}");
            let wide = scale.padded(0.1);
            prop_assert!(wide.low <= scale.low && wide.high >= scale.high);
        }

        #[test]
        fn any_values_make_a_scale_or_none(values in prop::collection::vec(any::<f64>(), 0..20), share in 0.0f64..0.6) {
            for bend in [Bend::Straight, Bend::Log, Bend::symlog(values.iter().copied())] {
                if let Some(s) = Scale::clipped(values.iter().copied(), bend, share) {
                    let s = s.padded(0.04);
                    let _ = s.ticks(6);
                    for v in &values {
                        let _ = s.place(*v);
                    }
                }
            }
        }
    }
}
