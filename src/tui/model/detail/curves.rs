//! Small curves of many metrics, asked for as far as they are on the screen, and again as they grow.

use std::collections::BTreeMap;

use trimtab_core::metric::Series;
use trimtab_core::run::{RunId, RunRow};
use trimtab_core::time::Millis;

use crate::msg::Trouble;

/// Milliseconds between two times that growing curves are asked for.
const EVERY: i64 = 2_000;

/// Curves of one run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curves {
    /// Of which run, and how many pixel columns each has.
    of: Option<(RunId, u32)>,
    /// By key.
    series: BTreeMap<String, Series>,
    /// Points that there were when a key was asked for last.
    asked: BTreeMap<String, u64>,
    /// When.
    at: Millis,
    /// Why they are not here.
    pub error: Option<Trouble>,
}

impl Curves {
    /// The keys to ask for now, or the milliseconds until some may be; `None` when all are here as they stand.
    ///
    /// # Errors
    /// The wait.
    pub fn due(
        &self,
        run: &RunRow,
        keys: &[String],
        columns: u32,
        now: Millis,
    ) -> Option<Result<Vec<String>, i64>> {
        let same = self.of.as_ref() == Some(&(run.id.clone(), columns));
        let count = |key: &String| run.metrics.get(key).map_or(0, |m| m.count);
        let stale: Vec<String> = keys
            .iter()
            .filter(|k| !same || self.asked.get(*k) != Some(&count(k)))
            .cloned()
            .collect();
        if stale.is_empty() {
            return None;
        }
        let fresh = !same || stale.iter().any(|k| !self.asked.contains_key(k));
        let waited = now.since(self.at);
        if fresh || !(0..EVERY).contains(&waited) {
            return Some(Ok(stale));
        }
        Some(Err(EVERY - waited))
    }

    /// Notes that keys are asked for.
    pub fn ask(&mut self, run: &RunRow, keys: &[String], columns: u32, now: Millis) {
        let of = (run.id.clone(), columns);
        if self.of.as_ref() != Some(&of) {
            let same_run = self.of.as_ref().is_some_and(|(r, _)| *r == run.id);
            // Coarser curves stand until the finer ones are here.
            let series = if same_run {
                std::mem::take(&mut self.series)
            } else {
                BTreeMap::new()
            };
            *self = Self {
                of: Some(of),
                series,
                ..Self::default()
            };
        }
        self.at = now;
        for key in keys {
            let count = run.metrics.get(key).map_or(0, |m| m.count);
            self.asked.insert(key.clone(), count);
        }
    }

    /// Takes an answer in.
    pub fn take(&mut self, run: &RunId, result: Result<Vec<Series>, Trouble>) {
        if self.of.as_ref().is_none_or(|(of, _)| of != run) {
            return;
        }
        match result {
            Ok(series) => {
                self.error = None;
                self.series
                    .extend(series.into_iter().map(|s| (s.key.clone(), s)));
            }
            Err(trouble) => self.error = Some(trouble),
        }
    }

    /// The curve of a key, if it is here.
    #[must_use]
    pub fn get(&self, run: &RunId, key: &str) -> Option<&Series> {
        self.of.as_ref().filter(|(of, _)| of == run)?;
        self.series.get(key)
    }

    /// Lets everything be asked for again, after a reconnect.
    pub fn forget_asked(&mut self) {
        self.asked.clear();
    }
}

/// A curve as so many values in a row: of each part of the steps the last value; NaN where there is none.
#[must_use]
pub fn spark(series: &Series, width: usize) -> Vec<f64> {
    let mut points: Vec<(i64, f64)> = series.points.iter().map(|p| (p.step, p.value)).collect();
    points.sort_by_key(|p| p.0);
    if points.len() <= width {
        return points.into_iter().map(|p| p.1).collect();
    }
    let (Some(first), Some(last)) = (points.first().map(|p| p.0), points.last().map(|p| p.0))
    else {
        return Vec::new();
    };
    let span = (last as f64 - first as f64).max(1.0);
    let mut out = vec![f64::NAN; width];
    for (step, value) in points {
        let place = (step as f64 - first as f64) / span * width as f64;
        if let Some(cell) = out.get_mut((place as usize).min(width.saturating_sub(1))) {
            *cell = value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use trimtab_core::metric::Point;

    use super::*;
    use crate::testing::fixtures;

    #[test]
    fn growing_curves_are_asked_for_at_leisure() {
        let mut run = fixtures::runs().remove(0);
        let keys: Vec<String> = run.metrics.keys().cloned().collect();
        let mut curves = Curves::default();
        let now = Millis(10_000);
        assert_eq!(curves.due(&run, &keys, 20, now), Some(Ok(keys.clone())));
        curves.ask(&run, &keys, 20, now);
        assert_eq!(curves.due(&run, &keys, 20, now), None);
        for m in run.metrics.values_mut() {
            m.count += 1;
        }
        assert_eq!(
            curves.due(&run, &keys, 20, Millis(10_500)),
            Some(Err(1_500))
        );
        assert_eq!(
            curves.due(&run, &keys, 20, Millis(12_000)),
            Some(Ok(keys.clone()))
        );
        assert_eq!(
            curves.due(&run, &keys, 200, now),
            Some(Ok(keys)),
            "finer ones are asked for at once"
        );
    }

    #[test]
    fn a_spark_keeps_the_last_of_each_part() {
        let point = |step: i64, value| Point {
            step,
            time: Millis(step),
            value,
        };
        let points = (0..6).map(|i| point(i * 10, i as f64)).collect();
        let series = Series::whole(fixtures::run_id(1), "k", points);
        assert_eq!(spark(&series, 3), [1.0, 3.0, 5.0]);
        assert_eq!(spark(&series, 9).len(), 6);
    }
}
