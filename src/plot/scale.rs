//! From values to pixels.

use crate::ticks;

/// Beyond this, values are drawn as gaps: sums and differences of them overflow.
const HUGE: f64 = 1e300;

/// Whether a value can stand on an axis. On a logarithmic one, what is closer to zero than
/// 1 / [`HUGE`] counts as zero: powers of ten run out there.
pub(crate) fn drawable(value: f64, log: bool) -> bool {
    value.abs() <= HUGE && (!log || value >= 1.0 / HUGE)
}

/// How values are spread along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Bend {
    Linear,
    Log,
    /// Logarithmic on both sides of zero, linear below this size.
    Symlog(f64),
}

impl Bend {
    fn bend(self, v: f64) -> f64 {
        match self {
            Self::Linear => v,
            Self::Log => v.log10(),
            Self::Symlog(knee) => (v / knee).asinh(),
        }
    }

    fn unbend(self, v: f64) -> f64 {
        match self {
            Self::Linear => v,
            Self::Log => 10f64.powf(v),
            Self::Symlog(knee) => v.sinh() * knee,
        }
    }
}

/// One axis: a range of values mapped to a range of pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// Bent, as `hi`.
    lo: f64,
    hi: f64,
    bend: Bend,
    from: f64,
    to: f64,
}

impl Scale {
    /// A linear axis over exactly `lo..=hi` (widened when that is a point).
    pub fn exact(lo: f64, hi: f64) -> Self {
        let (lo, hi) = widen(lo, hi);
        Self {
            lo,
            hi,
            bend: Bend::Linear,
            from: 0.0,
            to: 1.0,
        }
    }

    /// A linear axis with a little room beyond the values.
    pub fn roomy(lo: f64, hi: f64) -> Self {
        let s = Self::exact(lo, hi);
        let room = (s.hi - s.lo) * 0.04;
        Self {
            lo: s.lo - room,
            hi: s.hi + room,
            ..s
        }
    }

    /// A logarithmic axis with a little room; both values are positive.
    pub fn log(lo: f64, hi: f64) -> Self {
        let (from, to) = (lo.log10(), hi.log10());
        let room = ((to - from) * 0.04).max(0.02);
        Self {
            lo: from - room,
            hi: to + room,
            bend: Bend::Log,
            from: 0.0,
            to: 1.0,
        }
    }

    /// An axis that is logarithmic on both sides of zero and linear below the knee, with a little room.
    pub fn symlog(lo: f64, hi: f64, knee: f64) -> Self {
        let (lo, hi) = widen(lo, hi);
        let bend = Bend::Symlog(if knee.is_normal() { knee.abs() } else { 1.0 });
        let (from, to) = (bend.bend(lo), bend.bend(hi));
        let room = (to - from) * 0.04;
        Self {
            lo: from - room,
            hi: to + room,
            bend,
            from: 0.0,
            to: 1.0,
        }
    }

    /// The same axis over other pixels.
    pub fn over(self, from: f64, to: f64) -> Self {
        Self { from, to, ..self }
    }

    /// The lowest and highest value shown.
    pub fn range(&self) -> (f64, f64) {
        (self.bend.unbend(self.lo), self.bend.unbend(self.hi))
    }

    /// Whether a value lies on the axis.
    pub fn holds(&self, value: f64) -> bool {
        let (lo, hi) = self.range();
        (lo..=hi).contains(&value)
    }

    /// The pixel of a value.
    pub fn place(&self, value: f64) -> f64 {
        let v = self.bend.bend(value);
        self.from + (v - self.lo) / (self.hi - self.lo) * (self.to - self.from)
    }

    /// Ticks of plain numbers.
    pub fn number_ticks(&self, most: usize) -> Vec<ticks::Tick> {
        let (lo, hi) = self.range();
        match self.bend {
            Bend::Linear => ticks::linear(lo, hi, most, false),
            Bend::Log => ticks::log(lo, hi, most),
            Bend::Symlog(knee) => ticks::symlog(lo, hi, knee, most),
        }
    }
}

/// A range that can be divided: a point becomes a small range around it.
fn widen(lo: f64, hi: f64) -> (f64, f64) {
    let size = lo.abs().max(hi.abs());
    // Closer than floating point can tell ticks apart is the same value.
    if hi - lo > size * 1e-9 && hi - lo > 1e-280 {
        return (lo, hi);
    }
    let room = if size > 1e-250 { size * 0.1 } else { 1.0 };
    (lo - room, hi + room)
}

/// The least and greatest of the drawable values.
pub(crate) fn extent(values: impl Iterator<Item = f64>, log: bool) -> Option<(f64, f64)> {
    values
        .filter(|v| drawable(*v, log))
        .fold(None, |acc, v| match acc {
            None => Some((v, v)),
            Some((lo, hi)) => Some((v.min(lo), v.max(hi))),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_point_gets_a_range() {
        let s = Scale::exact(5.0, 5.0).over(0.0, 100.0);
        assert!((s.place(5.0) - 50.0).abs() < 1e-9);
        assert!((Scale::exact(0.0, 0.0).over(0.0, 1.0).place(0.0) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn log_places_decades_evenly() {
        let s = Scale::log(1.0, 100.0).over(0.0, 300.0);
        assert!((s.place(10.0) - 150.0).abs() < 1e-9);
    }

    #[test]
    fn almost_zero_is_zero_on_a_logarithmic_axis() {
        assert!(!drawable(5e-324, true) && drawable(5e-324, false) && drawable(1e-299, true));
    }

    #[test]
    fn both_sides_of_zero_are_alike() {
        let s = Scale::symlog(-1000.0, 1000.0, 1.0).over(0.0, 100.0);
        assert!((s.place(0.0) - 50.0).abs() < 1e-9);
        assert!((s.place(10.0) + s.place(-10.0) - 100.0).abs() < 1e-9);
        assert!(s.place(1000.0) - s.place(100.0) > 10.0);
    }

    proptest! {
        #[test]
        fn every_value_lands_between_the_ends(values in prop::collection::vec(prop::num::f64::ANY, 1..20), log: bool) {
            if let Some((lo, hi)) = extent(values.iter().copied(), log) {
                let s = if log { Scale::log(lo, hi) } else { Scale::roomy(lo, hi) }.over(10.0, 500.0);
                let both = Scale::symlog(lo, hi, 1e-3).over(10.0, 500.0);
                prop_assert!((9.0..=501.0).contains(&both.place(lo)) && (9.0..=501.0).contains(&both.place(hi)));
                for v in values.into_iter().filter(|v| drawable(*v, log)) {
                    prop_assert!((9.0..=501.0).contains(&s.place(v)), "{v} at {}", s.place(v));
                }
            }
        }
    }
}
