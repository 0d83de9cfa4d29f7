//! Values that runs measured of a logged model: all of them, since a search may find any.

use super::LoggedModelId;
use crate::{metric::Point, record::Shared, run::RunId};
use std::{
    cmp::{Ordering, Reverse},
    sync::Arc,
};

/// Which data set a value was measured on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatasetName {
    /// The data set's name.
    pub name: String,
    /// The digest of its contents.
    pub digest: String,
}

/// A value on its way into the store. The run that measured it logs the same value as its own.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelMetric {
    /// The model.
    pub model: LoggedModelId,
    /// The metric's key.
    pub key: String,
    /// The value.
    pub point: Point,
    /// What it was measured on, when the client said so.
    pub dataset: Option<DatasetName>,
}

/// One metric of a model, as one run measured it on one data set.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSeries {
    /// The metric's key.
    pub key: Shared,
    /// The run.
    pub run: RunId,
    /// The data set.
    pub dataset: Option<Arc<DatasetName>>,
    /// By time, step and value; there is one at least.
    points: Vec<Point>,
}

impl ModelSeries {
    /// The values, by time and step.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    fn compare(&self, key: &str, run: &RunId, dataset: Option<&DatasetName>) -> Ordering {
        (*self.key)
            .cmp(key)
            .then_with(|| self.run.cmp(run))
            .then_with(|| self.dataset.as_deref().cmp(&dataset))
    }
}

/// Every value measured of a model. The same value said again is no change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelMetrics(Vec<ModelSeries>);

impl ModelMetrics {
    /// Takes a value in. Order does not matter.
    pub fn add(
        &mut self,
        key: &Shared,
        run: &RunId,
        dataset: Option<&Arc<DatasetName>>,
        point: Point,
    ) {
        let on = dataset.map(|d| &**d);
        let at = match self.0.binary_search_by(|s| s.compare(key, run, on)) {
            Ok(at) => at,
            Err(at) => {
                let series = ModelSeries {
                    key: Arc::clone(key),
                    run: run.clone(),
                    dataset: dataset.cloned(),
                    points: Vec::new(),
                };
                self.0.insert(at, series);
                at
            }
        };
        let points = &mut self.0[at].points;
        if let Err(at) = points.binary_search_by(|p| by_time(p, &point)) {
            points.insert(at, point);
        }
    }

    /// The series of one metric, by run and data set.
    pub fn of(&self, key: &str) -> &[ModelSeries] {
        let from = self.0.partition_point(|s| *s.key < *key);
        let rest = &self.0[from..];
        &rest[..rest.partition_point(|s| *s.key == *key)]
    }

    /// All series, by key, run and data set.
    pub fn series(&self) -> &[ModelSeries] {
        &self.0
    }

    /// The latest value of a metric on data sets that are asked for.
    pub fn latest(&self, key: &str, on: impl Fn(Option<&DatasetName>) -> bool) -> Option<f64> {
        let asked = self.of(key).iter().filter(|s| on(s.dataset.as_deref()));
        let last = asked.filter_map(|s| s.points.last().map(|p| (s, p)));
        last.max_by(|(a, p), (b, q)| {
            (p.time, p.step, Reverse(&a.run)).cmp(&(q.time, q.step, Reverse(&b.run)))
        })
        .map(|(_, p)| p.value)
    }

    /// All values, each with its series: by key, time, step and run.
    pub fn rows(&self) -> Vec<(&ModelSeries, Point)> {
        let each = |s| ModelSeries::points(s).iter().map(move |p| (s, *p));
        let mut rows: Vec<_> = self.0.iter().flat_map(each).collect();
        // Stable, so that series keep their order where nothing else tells.
        rows.sort_by(|(a, p), (b, q)| {
            (&a.key, p.time, p.step, &a.run).cmp(&(&b.key, q.time, q.step, &b.run))
        });
        rows
    }
}

fn by_time(a: &Point, b: &Point) -> Ordering {
    (a.time, a.step)
        .cmp(&(b.time, b.step))
        .then_with(|| a.value.total_cmp(&b.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn point((time, step, value): (i64, i64, u8)) -> Point {
        Point {
            step,
            time: Millis(time),
            value: f64::from(value),
        }
    }

    type Said = (String, u8, Option<u8>, (i64, i64, u8));

    fn filled(says: &[Said]) -> ModelMetrics {
        let mut metrics = ModelMetrics::default();
        for (key, run, dataset, at) in says {
            let dataset = dataset.map(|d| {
                Arc::new(DatasetName {
                    name: format!("d{d}"),
                    digest: "g".into(),
                })
            });
            metrics.add(
                &key.as_str().into(),
                &RunId::from_bytes([*run; 16]),
                dataset.as_ref(),
                point(*at),
            );
        }
        metrics
    }

    proptest! {
        #[test]
        fn they_are_a_set_in_whatever_order(
            mut says in prop::collection::vec(("[ab]", 0..2u8, prop::option::of(0..2u8), (0..3i64, 0..3i64, 0..3u8)), 0..60)
        ) {
            let metrics = filled(&says);
            let set: BTreeSet<Said> = says.iter().cloned().collect();
            prop_assert_eq!(metrics.rows().len(), set.len());
            for key in ["a", "b", "c"] {
                // What MLflow's SQL orders by: time and step of the last, the least run among equals.
                let asked = set.iter().filter(|s| s.0 == key && s.2 == Some(1));
                let last = asked.clone().map(|s| (s.3.0, s.3.1, Reverse(s.1), s.3.2)).max();
                let on = |d: Option<&DatasetName>| d.is_some_and(|d| d.name == "d1");
                prop_assert_eq!(metrics.latest(key, on), last.map(|l| f64::from(l.3)));
                let points: usize = metrics.of(key).iter().map(|s| s.points().len()).sum();
                prop_assert_eq!(points, set.iter().filter(|s| s.0 == key).count());
            }
            says.reverse();
            prop_assert_eq!(filled(&says), metrics);
        }
    }

    #[test]
    fn rows_go_by_time_and_not_by_data_set() {
        let metrics = filled(&[
            ("acc".into(), 1, Some(0), (9, 2, 3)),
            ("acc".into(), 1, None, (10, 3, 1)),
            ("acc".into(), 1, Some(1), (8, 9, 2)),
            ("a".into(), 1, None, (99, 0, 0)),
        ]);
        let rows: Vec<_> = metrics
            .rows()
            .iter()
            .map(|(s, p)| (s.key.to_string(), p.time.0))
            .collect();
        let expected = [("a", 99), ("acc", 8), ("acc", 9), ("acc", 10)];
        assert_eq!(rows, expected.map(|(k, t)| (k.to_owned(), t)));
    }
}
