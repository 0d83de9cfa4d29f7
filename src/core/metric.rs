//! Metric history: points, summaries and the thinned series a chart asks for.

use crate::{run::RunId, time::Millis};
use serde::{Deserialize, Serialize};

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

fn later(a: &Point, b: &Point) -> bool {
    (a.step, a.time)
        .cmp(&(b.step, b.time))
        .then(rank(a).0.total_cmp(&rank(b).0))
        .then(rank(a).1.cmp(&rank(b).1))
        .is_ge()
}

/// A value on its way into the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricEntry {
    /// The metric's key.
    pub key: String,
    /// The value.
    pub point: Point,
}

/// What a chart asks for: one curve, thinned to the columns it can show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesQuery {
    /// The run.
    pub run: RunId,
    /// The metric's key.
    pub key: String,
    /// Steps from here (inclusive); all when absent.
    pub from_step: Option<i64>,
    /// Steps up to here (inclusive); all when absent.
    pub to_step: Option<i64>,
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
    /// How many points the full curve has in the asked range.
    pub total: u64,
    /// The points kept.
    pub points: Vec<Point>,
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
