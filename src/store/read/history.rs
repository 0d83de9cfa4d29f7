//! Metric history as it was logged: page by page, or sampled.

use crate::{Store, StoreError};
use duckdb::{
    Connection,
    arrow::{
        array::AsArray as _,
        datatypes::{Float64Type, Int64Type},
    },
    params,
};
use std::cmp::Ordering;
use trimtab_core::{metric::Point, run::RunId, time::Millis};

/// A place in a metric's history: behind this point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistoryMark(pub Point);

/// A page of a metric's history, by time, step and value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryPage {
    /// The points.
    pub points: Vec<Point>,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<HistoryMark>,
}

impl Store {
    /// A page of one metric of one run, behind a mark or after so many points; everything when there is no limit. Points that come later
    /// in time do not disturb the pages that follow.
    pub async fn history(
        &self,
        run: RunId,
        key: String,
        after: Option<HistoryMark>,
        skip: usize,
        limit: Option<usize>,
    ) -> Result<HistoryPage, StoreError> {
        self.read("reading a metric's history", move |db| {
            let since = after.map_or(i64::MIN, |mark| mark.0.time.0);
            let mut points = points(db, &run, &key, (i64::MIN, i64::MAX), since)?;
            in_order(&mut points, by_time);
            Ok(page(&points, after, skip, limit))
        })
        .await
    }

    /// At most `most` points of one metric of one run, evenly sampled: the first of each of `most`
    /// buckets of as many points each, and the last of all. By step, time and value.
    pub async fn sampled(
        &self,
        run: RunId,
        key: String,
        steps: Option<(i64, i64)>,
        most: usize,
    ) -> Result<Vec<Point>, StoreError> {
        self.read("sampling a metric's history", move |db| {
            let steps = steps.unwrap_or((i64::MIN, i64::MAX));
            let mut points = points(db, &run, &key, steps, i64::MIN)?;
            in_order(&mut points, by_step);
            Ok(sample(&points, most.max(1)))
        })
        .await
    }
}

/// The points of a range of steps, from some time on, as they were stored.
fn points(
    db: &Connection,
    run: &RunId,
    key: &str,
    (from, to): (i64, i64),
    since: i64,
) -> duckdb::Result<Vec<Point>> {
    // Looked up first: as a join, no row group could be left out by its statistics.
    let numbers = super::rows(
        db,
        "SELECT run_no, key_no FROM runs, metric_keys WHERE runs.id = ? AND metric_keys.key = ?",
        params![run.as_str(), key],
        |r| Ok((r.get::<_, u32>(0)?, r.get::<_, u32>(1)?)),
    )?;
    let Some((run, key)) = numbers.first() else {
        return Ok(Vec::new());
    };
    let mut query = db.prepare_cached(
        "SELECT step, time, value FROM metrics
         WHERE run_no = ? AND key_no = ? AND step BETWEEN ? AND ? AND time >= ?",
    )?;
    let mut points = Vec::new();
    for batch in query.query_arrow(params![run, key, from, to, since])? {
        let steps = batch.column(0).as_primitive::<Int64Type>().values();
        let times = batch.column(1).as_primitive::<Int64Type>().values();
        let values = batch.column(2).as_primitive::<Float64Type>().values();
        points.reserve(steps.len());
        for ((step, time), value) in steps.iter().zip(times).zip(values) {
            points.push(Point {
                step: *step,
                time: Millis(*time),
                value: *value,
            });
        }
    }
    Ok(points)
}

/// What a value is ordered by: MLflow stores NaN as 0, with a mark.
fn value(point: &Point) -> (f64, bool) {
    match point.value.is_nan() {
        true => (0.0, true),
        false => (point.value, false),
    }
}

fn by_value(a: &Point, b: &Point) -> Ordering {
    let ((x, x_nan), (y, y_nan)) = (value(a), value(b));
    x.total_cmp(&y).then(x_nan.cmp(&y_nan))
}

fn by_time(a: &Point, b: &Point) -> Ordering {
    (a.time, a.step)
        .cmp(&(b.time, b.step))
        .then_with(|| by_value(a, b))
}

fn by_step(a: &Point, b: &Point) -> Ordering {
    (a.step, a.time)
        .cmp(&(b.step, b.time))
        .then_with(|| by_value(a, b))
}

/// Most curves are logged in order: then there is nothing to sort.
/// The same point twice is one: a client that got no answer says it again.
fn in_order(points: &mut Vec<Point>, by: fn(&Point, &Point) -> Ordering) {
    if points.is_sorted_by(|a, b| by(a, b).is_lt()) {
        return;
    }
    points.sort_by(by);
    points.dedup_by(|a, b| by(a, b).is_eq());
}

fn page(
    points: &[Point],
    after: Option<HistoryMark>,
    skip: usize,
    limit: Option<usize>,
) -> HistoryPage {
    let start = after.map_or(skip.min(points.len()), |mark| {
        points.partition_point(|p| by_time(p, &mark.0).is_le())
    });
    let rest = &points[start..];
    let limit = limit.unwrap_or(usize::MAX);
    if rest.len() <= limit {
        return HistoryPage {
            points: rest.to_vec(),
            next: None,
        };
    }
    let page = &rest[..limit];
    HistoryPage {
        points: page.to_vec(),
        next: page.last().copied().map(HistoryMark),
    }
}

/// As SQL's `NTILE` deals rows out: the first buckets have one more when it does not come out even.
fn sample(points: &[Point], most: usize) -> Vec<Point> {
    let Some(last) = points.last() else {
        return Vec::new();
    };
    let buckets = most.min(points.len());
    let (each, more) = (points.len() / buckets, points.len() % buckets);
    let firsts = (0..buckets).map(|b| b * each + b.min(more));
    let mut kept: Vec<usize> = firsts.collect();
    let end = points.len() - 1;
    let is_last = |at: usize| by_step(&points[at], last).is_eq();
    match kept.last_mut() {
        Some(at) if is_last(*at) => {}
        Some(at) if buckets >= most => *at = end,
        _ => kept.push(end),
    }
    kept.into_iter().map(|at| points[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point(time: i64, step: i64, value: f64) -> Point {
        Point {
            step,
            time: Millis(time),
            value,
        }
    }

    #[test]
    fn a_sample_keeps_both_ends() {
        let points: Vec<Point> = (0..10).map(|i| point(i, i, 0.0)).collect();
        let steps = |most| -> Vec<i64> { sample(&points, most).iter().map(|p| p.step).collect() };
        assert_eq!(steps(1), [9]);
        assert_eq!(steps(2), [0, 9]);
        assert_eq!(steps(3), [0, 4, 9]);
        assert_eq!(steps(10), (0..10).collect::<Vec<_>>());
        assert_eq!(steps(99), (0..10).collect::<Vec<_>>());
        assert!(sample(&[], 3).is_empty());
    }

    proptest! {
        #[test]
        fn pages_make_the_whole(
            raw in prop::collection::vec((0..4i64, 0..3i64, prop::sample::select(vec![0.0, 1.0, f64::NAN])), 0..40),
            limit in 1..7usize,
            late in prop::collection::vec((4..6i64, 0..3i64), 0..5),
        ) {
            let mut points: Vec<Point> = raw.iter().map(|&(t, s, v)| point(t, s, v)).collect();
            in_order(&mut points, by_time);
            let whole = points.clone();
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let next = page(&points, after, 0, Some(limit));
                seen.extend(next.points);
                // What is logged meanwhile comes later in time.
                if seen.len() <= limit {
                    points.extend(late.iter().map(|&(t, s)| point(t, s, 0.5)));
                    in_order(&mut points, by_time);
                }
                match next.next {
                    Some(mark) => after = Some(mark),
                    None => break,
                }
            }
            prop_assert_eq!(format!("{:?}", &seen[..whole.len()]), format!("{whole:?}"));
        }
    }
}
