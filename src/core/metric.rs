//! Metric history: points, summaries and the thinned series a chart asks for.

pub use crate::thin::Ema;
use crate::{run::RunId, time::Millis};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// One logged value. NaN and infinities are values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The step the trainer gave.
    pub step: i64,
    /// When it was logged.
    pub time: Millis,
    /// The value.
    pub value: f64,
}

/// What is kept up to date for each run and key, so that tables never read history.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricSummary {
    /// The point with the greatest (step, time, value), as MLflow defines "latest".
    pub latest: Point,
    /// The least finite value; NaN when there was none.
    pub min: f64,
    /// The greatest finite value; NaN when there was none.
    pub max: f64,
    /// How many points were logged.
    pub count: u64,
}

impl MetricSummary {
    /// The summary of one point.
    pub fn of(point: Point) -> Self {
        let v = if point.value.is_finite() {
            point.value
        } else {
            f64::NAN
        };
        Self {
            latest: point,
            min: v,
            max: v,
            count: 1,
        }
    }

    /// The least and the greatest finite value; `None` when there was none.
    pub fn range(&self) -> Option<(f64, f64)> {
        (!self.min.is_nan() && !self.max.is_nan()).then_some((self.min, self.max))
    }

    /// Takes one more point in. Order does not matter.
    pub fn add(&mut self, point: Point) {
        if later(&point, &self.latest) {
            self.latest = point;
        }
        if point.value.is_finite() {
            // f64::min and max ignore NaN, which is what an empty extreme is.
            self.min = self.min.min(point.value);
            self.max = self.max.max(point.value);
        }
        self.count += 1;
    }
}

/// What values of one moment are told apart by: MLflow's stores keep NaN as 0, with a mark.
fn rank(point: &Point) -> (f64, bool) {
    match point.value.is_nan() {
        true => (0.0, true),
        false => (point.value, false),
    }
}

/// The order of a metric's history: by step, time and value, as MLflow's.
pub fn by_step(a: &Point, b: &Point) -> Ordering {
    (a.step, a.time)
        .cmp(&(b.step, b.time))
        .then(rank(a).0.total_cmp(&rank(b).0))
        .then(rank(a).1.cmp(&rank(b).1))
}

fn later(a: &Point, b: &Point) -> bool {
    by_step(a, b).is_ge()
}

/// A value on its way into the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricEntry {
    /// The metric's key.
    pub key: String,
    /// The value.
    pub point: Point,
}

/// The part of a curve that is meant. Both ends belong to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Span {
    /// All of it.
    #[default]
    All,
    /// The points of these steps.
    Steps {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// The points logged in this time.
    Times {
        /// Its start.
        from: Millis,
        /// Its end.
        to: Millis,
    },
}

impl Span {
    /// The steps from `from` on and up to `to`; no bound where none is given.
    pub fn steps(from: Option<i64>, to: Option<i64>) -> Self {
        match (from, to) {
            (None, None) => Self::All,
            (from, to) => Self::Steps {
                from: from.unwrap_or(i64::MIN),
                to: to.unwrap_or(i64::MAX),
            },
        }
    }

    /// The bounds on a point's step, and on its time in milliseconds.
    pub fn bounds(self) -> ((i64, i64), (i64, i64)) {
        const ALL: (i64, i64) = (i64::MIN, i64::MAX);
        match self {
            Self::All => (ALL, ALL),
            Self::Steps { from, to } => ((from, to), ALL),
            Self::Times { from, to } => (ALL, (from.0, to.0)),
        }
    }

    /// Whether a point belongs to it.
    pub fn holds(self, point: &Point) -> bool {
        let ((from, to), (since, until)) = self.bounds();
        (from..=to).contains(&point.step) && (since..=until).contains(&point.time.0)
    }
}

/// What a chart asks for: one curve or a part of it, thinned to the columns it can show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesQuery {
    /// The run.
    pub run: RunId,
    /// The metric's key.
    pub key: String,
    /// The part asked for.
    pub span: Span,
    /// The weight of an [`Ema`] over all points, 0 to below 1; 0 asks for none.
    pub smoothing: f64,
    /// Pixel columns of the chart; the reply holds at most four points each (M4), and one that is
    /// not finite where there is any, so that a gap stays a gap.
    pub columns: u32,
}

/// A thinned curve: the first, last, least and greatest point of each column, in step order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The run.
    pub run: RunId,
    /// The metric's key.
    pub key: String,
    /// The part of the curve that this is.
    pub span: Span,
    /// How many points the full curve has in that part.
    pub total: u64,
    /// How many points it has altogether: what is logged later is counted from here.
    pub length: u64,
    /// The points kept.
    pub points: Vec<Point>,
    /// The smoothed curve, where one was asked for.
    pub smooth: Option<Smooth>,
}

impl Series {
    /// A curve with all its points.
    pub fn whole(run: RunId, key: &str, points: Vec<Point>) -> Self {
        Self {
            run,
            key: key.to_owned(),
            span: Span::All,
            total: points.len() as u64,
            length: points.len() as u64,
            points,
            smooth: None,
        }
    }

    /// Takes in points that were logged later. False when they come before what is smoothed already: then the curve must be
    /// asked for anew.
    pub fn extend(&mut self, points: Vec<Point>) -> bool {
        self.length += points.len() as u64;
        let mut points = points;
        points.retain(|p| self.span.holds(p));
        self.total += points.len() as u64;
        let mut after = true;
        if let Some(smooth) = &mut self.smooth {
            for p in &points {
                after &= p.step >= smooth.end;
                smooth.end = smooth.end.max(p.step);
                let value = smooth.ema.push(p.value);
                smooth.points.push(Point { value, ..*p });
            }
        }
        self.points.extend(points);
        after
    }
}

/// A smoothed curve, thinned as its raw one: smoothed first, so that nothing of it depends on the columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Smooth {
    /// The points kept, with their smoothed values.
    pub points: Vec<Point>,
    /// Where the smoothing stands after the last point, to go on with those that come.
    pub ema: Ema,
    /// The greatest step that it has seen.
    pub end: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point(step: i64, value: f64) -> Point {
        Point {
            step,
            time: Millis(step),
            value,
        }
    }

    #[test]
    fn nan_is_latest_but_never_an_extreme() {
        let mut s = MetricSummary::of(point(0, 2.0));
        s.add(point(1, f64::NAN));
        assert!(s.latest.value.is_nan());
        assert_eq!((s.min, s.max, s.count), (2.0, 2.0, 2));
        assert_eq!(s.range(), Some((2.0, 2.0)));
    }

    #[test]
    fn without_a_finite_value_there_is_no_range() {
        let mut s = MetricSummary::of(point(0, f64::NAN));
        s.add(point(1, f64::INFINITY));
        assert_eq!(s.range(), None);
        s.add(point(2, -0.5));
        assert_eq!(s.range(), Some((-0.5, -0.5)));
    }

    proptest! {
        #[test]
        fn order_does_not_matter(mut values in prop::collection::vec((0i64..50, -1e6f64..1e6), 1..40)) {
            let fold = |vs: &[(i64, f64)]| {
                let mut it = vs.iter().map(|&(s, v)| point(s, v));
                let mut sum = MetricSummary::of(it.next().unwrap());
                it.for_each(|p| sum.add(p));
                sum
            };
            let forwards = fold(&values);
            values.reverse();
            prop_assert_eq!(forwards, fold(&values));
        }
    }
}
