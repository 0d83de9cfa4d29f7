//! What the x axis of curves counts.

use trimtab_core::metric::{Point, Series};

use super::Compare;
use crate::model::Model;

/// What the x axis counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Axis {
    /// The trainer's steps.
    #[default]
    Step,
    /// Wall-clock time.
    Time,
    /// Time since each run's first point.
    Relative,
    /// A metric that counts: epochs, tokens, samples.
    Of(String),
}

/// Metrics that count, by a part of their names.
const COUNTERS: [&str; 6] = [
    "epoch",
    "token",
    "sample",
    "example",
    "global_step",
    "iteration",
];

impl Axis {
    /// Shown beside the axis.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Step => "step",
            Self::Time => "time",
            Self::Relative => "elapsed",
            Self::Of(key) => key,
        }
    }
}

impl Compare {
    /// The axes worth going through: steps, times, and what the compared runs count.
    #[must_use]
    pub fn axes(&self, model: &Model) -> Vec<Axis> {
        let counts = |key: &String| {
            let key = key.to_ascii_lowercase();
            COUNTERS.iter().any(|c| key.contains(c))
        };
        let (curves, _) = self.sorted_metrics(model);
        let counters = curves.into_iter().filter(counts).map(Axis::Of);
        [Axis::Step, Axis::Relative, Axis::Time]
            .into_iter()
            .chain(counters)
            .collect()
    }
}

/// A stored curve on an axis; `start` is when times count from, `x` the run's curve of the metric that counts, on an axis
/// that is one.
#[must_use]
pub fn points(curve: &[Point], axis: &Axis, start: i64, x: Option<&Series>) -> Vec<(f64, f64)> {
    let counter = x.map(counter).unwrap_or_default();
    let mut out: Vec<(f64, f64)> = curve
        .iter()
        .filter_map(|p| {
            let x = match axis {
                Axis::Step => p.step as f64,
                Axis::Time | Axis::Relative => (p.time.0 - start) as f64,
                Axis::Of(_) => between(&counter, p.step as f64)?,
            };
            Some((x, p.value))
        })
        .collect();
    // Trainers may log out of order (resumed runs); a curve goes from left to right.
    out.sort_by(|a, b| a.0.total_cmp(&b.0));
    out
}

/// What a counter says at each step, by step.
fn counter(series: &Series) -> Vec<(f64, f64)> {
    let finite = series.points.iter().filter(|p| p.value.is_finite());
    let mut out: Vec<(f64, f64)> = finite.map(|p| (p.step as f64, p.value)).collect();
    out.sort_by(|a, b| a.0.total_cmp(&b.0));
    out
}

/// What a counter says at a step between two of its own: counters go evenly, and charts get only some of their points.
/// Before its first and after its last point it says nothing.
fn between(counter: &[(f64, f64)], step: f64) -> Option<f64> {
    let after = counter.partition_point(|p| p.0 < step);
    let right = counter.get(after)?;
    if right.0 == step {
        return Some(right.1);
    }
    let left = counter.get(after.checked_sub(1)?)?;
    Some(left.1 + (right.1 - left.1) * (step - left.0) / (right.0 - left.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use trimtab_core::time::Millis;

    use super::*;

    fn series(points: &[(i64, f64)]) -> Series {
        let point = |&(step, value): &(i64, f64)| Point {
            step,
            time: Millis(1_000 + step * 10),
            value,
        };
        let points = points.iter().map(point).collect();
        Series::whole(crate::testing::fixtures::run_id(1), "k", points)
    }

    #[test]
    fn a_counter_is_read_between_its_points() {
        let loss = series(&[(0, 9.0), (5, 5.0), (10, 4.0), (20, 3.0), (25, 2.0)]);
        let epoch = series(&[(5, 0.5), (10, 1.0), (20, f64::NAN), (30, 3.0)]);
        let axis = Axis::Of("epoch".into());
        let drawn = points(&loss.points, &axis, 0, Some(&epoch));
        assert_eq!(drawn, [(0.5, 5.0), (1.0, 4.0), (2.0, 3.0), (2.5, 2.0)]);
        assert_eq!(points(&loss.points, &axis, 0, None), []);
    }

    #[test]
    fn times_begin_where_they_should() {
        let loss = series(&[(7, 2.0), (3, 1.0)]);
        assert_eq!(
            points(&loss.points, &Axis::Relative, 1_030, None),
            [(0.0, 1.0), (40.0, 2.0)]
        );
        assert_eq!(points(&loss.points, &Axis::Time, 0, None)[0].0, 1_030.0);
    }

    proptest! {
        #[test]
        fn a_counter_that_is_the_step_changes_nothing(mut steps in prop::collection::btree_set(0i64..1_000, 2..40)) {
            let all: Vec<(i64, f64)> = steps.iter().map(|s| (*s, *s as f64)).collect();
            // The counter is thinned: only its ends are there.
            let ends = series(&[all[0], all[all.len() - 1]]);
            let curve = series(&all);
            for (x, y) in points(&curve.points, &Axis::Of("c".into()), 0, Some(&ends)) {
                prop_assert!((x - y).abs() < 1e-9);
                prop_assert!(steps.remove(&(y as i64)));
            }
            prop_assert!(steps.is_empty());
        }
    }
}
