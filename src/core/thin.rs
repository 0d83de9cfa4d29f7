//! Thinning a curve to what a chart can show (M4: Jugel et al., VLDB 2014), and smoothing it.
//!
//! Of each pixel column the first, last, least and greatest point are kept, so that the drawn
//! curve has the same pixels as the full one. Least and greatest are taken among finite values:
//! NaN and infinities have no height. One point that is not finite is kept as well for each
//! column that has any, so that a gap stays a gap; a column thus costs five points at most.

use crate::metric::{Point, by_step};
use serde::{Deserialize, Serialize};

/// What is kept of some points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kept {
    /// The first by step, time and value.
    pub first: Point,
    /// The last.
    pub last: Point,
    /// The one with the least finite value, the earliest of several.
    pub low: Option<Point>,
    /// The one with the greatest finite value, the earliest of several.
    pub high: Option<Point>,
    /// The first that is not finite.
    pub gap: Option<Point>,
}

impl Kept {
    /// What is kept of one point.
    pub fn of(point: Point) -> Self {
        let finite = Some(point).filter(|p| p.value.is_finite());
        Self {
            first: point,
            last: point,
            low: finite,
            high: finite,
            gap: finite.is_none().then_some(point),
        }
    }

    /// Takes one more point in. Order does not matter.
    pub fn add(&mut self, point: Point) {
        if by_step(&point, &self.first).is_lt() {
            self.first = point;
        }
        if by_step(&point, &self.last).is_gt() {
            self.last = point;
        }
        if point.value.is_finite() {
            choose(&mut self.low, point, |new, old| new < old);
            choose(&mut self.high, point, |new, old| new > old);
        } else {
            choose(&mut self.gap, point, |_, _| false);
        }
    }

    /// Takes in what was kept of other points: the same as taking those in themselves.
    pub fn merge(&mut self, other: &Self) {
        other.all().for_each(|p| self.add(p));
    }

    fn all(&self) -> impl Iterator<Item = Point> {
        [
            Some(self.first),
            self.low,
            self.high,
            self.gap,
            Some(self.last),
        ]
        .into_iter()
        .flatten()
    }
}

/// Keeps the better of two, and of equals the earlier.
fn choose(kept: &mut Option<Point>, new: Point, better: impl Fn(f64, f64) -> bool) {
    let wins = |old: &Point| {
        better(new.value, old.value)
            || (!better(old.value, new.value) && by_step(&new, old).is_lt())
    };
    if kept.as_ref().is_none_or(wins) {
        *kept = Some(new);
    }
}

/// A curve on its way to so many columns. One of few points, four to the column or less, stays whole.
#[derive(Debug)]
pub struct Columns {
    first: f64,
    per_step: f64,
    kept: Vec<Option<Kept>>,
    whole: Option<Vec<Point>>,
    total: u64,
}

impl Columns {
    /// Columns over the steps from `first` to `last`; at least one.
    pub fn new((first, last): (i64, i64), columns: u32) -> Self {
        let columns = columns.max(1);
        Self {
            first: place(first),
            per_step: f64::from(columns) / (place(last) - place(first) + 1.0),
            kept: vec![None; columns as usize],
            whole: Some(Vec::new()),
            total: 0,
        }
    }

    /// Steps in a column.
    pub fn width(&self) -> f64 {
        1.0 / self.per_step
    }

    /// Points taken in.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Takes a point in.
    pub fn add(&mut self, point: Point) {
        self.total += 1;
        let most = 4 * self.kept.len();
        match &mut self.whole {
            Some(whole) if whole.len() < most => whole.push(point),
            _ => self.whole = None,
        }
        match self.column(place(point.step)) {
            Some(Some(kept)) => kept.add(point),
            Some(none) => *none = Some(Kept::of(point)),
            None => {}
        }
    }

    /// Takes in what was kept of so many points, into the column of their middle.
    pub fn merge(&mut self, bin: &Kept, points: u64) {
        self.total += points;
        self.whole = None;
        let middle = f64::midpoint(place(bin.first.step), place(bin.last.step));
        match self.column(middle) {
            Some(Some(kept)) => kept.merge(bin),
            Some(none) => *none = Some(*bin),
            None => {}
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "held within the columns"
    )]
    fn column(&mut self, at: f64) -> Option<&mut Option<Kept>> {
        let last = self.kept.len().checked_sub(1)?;
        let column = ((at - self.first) * self.per_step).floor().max(0.0) as usize;
        self.kept.get_mut(column.min(last))
    }

    /// The points kept, in step order, each once.
    pub fn into_points(self) -> Vec<Point> {
        if let Some(mut whole) = self.whole {
            whole.sort_by(by_step);
            return whole;
        }
        let mut points: Vec<Point> = self.kept.iter().flatten().flat_map(Kept::all).collect();
        points.sort_by(by_step);
        points.dedup_by(|a, b| by_step(a, b).is_eq());
        points
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a column's edge may move by less than a step"
)]
fn place(step: i64) -> f64 {
    step as f64
}

/// An exponential moving average that starts unbiased: `s ← w·s + (1 − w)·v`, told as `s / (1 − wⁿ)` after n finite
/// values (TensorBoard's smoothing, and W&B's "exponential moving average"; the correction is that of Kingma and Ba, 2015).
/// It goes by points, whatever their distance. A value that is not finite is told as it is, and changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ema {
    weight: f64,
    sum: f64,
    norm: f64,
}

impl Ema {
    /// One of this weight, 0 to below 1, that has seen nothing.
    pub fn new(weight: f64) -> Self {
        Self {
            weight: if weight.is_finite() {
                weight.clamp(0.0, 0.999_999)
            } else {
                0.0
            },
            sum: 0.0,
            norm: 0.0,
        }
    }

    /// What the last average still counts for.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// The average with one more value.
    pub fn push(&mut self, value: f64) -> f64 {
        if !value.is_finite() {
            return value;
        }
        let rest = 1.0 - self.weight;
        self.sum = self.sum * self.weight + rest * value;
        self.norm = self.norm * self.weight + rest;
        self.sum / self.norm
    }

    /// After how many values one counts for less than a double can tell: what came before may be left out.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most some tens of millions"
    )]
    pub fn memory(&self) -> u32 {
        if self.weight <= 0.0 {
            return 0;
        }
        (f64::EPSILON.ln() / self.weight.ln()).ceil() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;
    use proptest::prelude::*;

    fn point(step: i64, value: f64) -> Point {
        Point {
            step,
            time: Millis(step),
            value,
        }
    }

    #[test]
    fn smoothing_starts_at_the_first_value() {
        let mut ema = Ema::new(0.5);
        assert!((ema.push(2.0) - 2.0).abs() < 1e-12);
        assert!(ema.push(f64::NAN).is_nan());
        // By hand: (½·½·2 + ½·4) / (½·½ + ½) = 10/3.
        assert!((ema.push(4.0) - 10.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn weights_without_sense_smooth_nothing_or_little() {
        for weight in [f64::NAN, f64::INFINITY, -1.0] {
            let mut ema = Ema::new(weight);
            ema.push(9.0);
            assert_eq!(ema.push(5.0), 5.0);
            assert_eq!(ema.memory(), 0);
        }
        assert!(Ema::new(7.0).push(3.0).is_finite());
    }

    fn values() -> impl Strategy<Value = Vec<f64>> {
        let value = prop_oneof![
            9 => -1e6f64..1e6,
            1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
        ];
        prop::collection::vec(value, 1..60)
    }

    proptest! {
        #[test]
        fn a_smooth_curve_stays_within_the_raw_one(values in values(), weight in 0.0f64..0.999) {
            let finite = || values.iter().copied().filter(|v| v.is_finite());
            let (low, high) = (finite().fold(f64::MAX, f64::min), finite().fold(f64::MIN, f64::max));
            let mut ema = Ema::new(weight);
            for v in values.iter().copied() {
                let smooth = ema.push(v);
                prop_assert_eq!(smooth.is_finite(), v.is_finite());
                prop_assert!(!v.is_finite() || (smooth >= low - 1e-3 && smooth <= high + 1e-3));
            }
        }

        /// Beginning so many values earlier is as good as beginning with the first.
        #[test]
        fn what_is_older_than_its_memory_does_not_count(values in prop::collection::vec(-1.0f64..1.0, 400..600), weight in 0.0f64..0.94) {
            let (mut all, mut late) = (Ema::new(weight), Ema::new(weight));
            let from = values.len() - (late.memory() as usize + 1).min(values.len());
            let all = values.iter().map(|v| all.push(*v)).last();
            let late = values[from..].iter().map(|v| late.push(*v)).last();
            prop_assert!((all.unwrap() - late.unwrap()).abs() < 1e-7);
        }

        #[test]
        fn bins_keep_what_their_points_would(values in values(), cut in 1usize..20) {
            let points: Vec<Point> = values.iter().enumerate().map(|(i, v)| point(i as i64 * 7 % 31, *v)).collect();
            let of = |points: &[Point]| {
                let mut kept = Kept::of(points[0]);
                points.iter().for_each(|p| kept.add(*p));
                kept
            };
            let mut merged = of(&points[..cut.min(points.len())]);
            for bin in points.chunks(cut).rev() {
                merged.merge(&of(bin));
            }
            prop_assert_eq!(format!("{merged:?}"), format!("{:?}", of(&points)));
        }
    }
}
