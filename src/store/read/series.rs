//! One curve or a part of it, thinned to what a chart can show ([`trimtab_core::thin`]).
//!
//! Long metrics have bins. Those within the part asked for, and narrower than half a column, stand for their points,
//! in the column of their middle: a column's edge moves by less than half its width, and no spike, gap or end is lost. Everything
//! else is read from the history.

use super::{
    bins::{self, Bin, Lies, Metric},
    rows,
};
use crate::{Store, StoreError};
use duckdb::{
    Connection,
    arrow::{
        array::AsArray as _,
        datatypes::{Float64Type, Int64Type},
    },
    params,
};
use trimtab_core::{
    metric::{Point, Series, SeriesQuery, Smooth, Span, by_step},
    thin::{Columns, Ema},
    time::Millis,
};

/// Columns that a chart may ask for: more than any screen has.
const MOST_COLUMNS: u32 = 100_000;

impl Store {
    /// One metric of one run or a part of it, thinned to the query's columns, and smoothed when that is asked for. A run or
    /// key that does not exist has no points.
    pub async fn series(&self, query: SeriesQuery) -> Result<Series, StoreError> {
        self.read("reading a metric's history", move |db| series(db, query))
            .await
    }
}

fn series(db: &Connection, query: SeriesQuery) -> duckdb::Result<Series> {
    let mut series = Series {
        run: query.run,
        key: query.key,
        span: query.span,
        total: 0,
        length: 0,
        points: Vec::new(),
        smooth: None,
    };
    // Looked up first: as a join, no row group could be left out by its statistics.
    let numbers = rows(
        db,
        "SELECT run_no, key_no FROM runs, metric_keys WHERE runs.id = ? AND metric_keys.key = ?",
        params![series.run.as_str(), series.key],
        |r| Ok((r.get::<_, u32>(0)?, r.get::<_, u32>(1)?)),
    )?;
    let Some(&metric) = numbers.first() else {
        return Ok(series);
    };
    let bins = bins::of(db, metric)?;
    let curve = Curve {
        db,
        metric,
        bins,
        span: query.span,
    };
    let (length, extent) = curve.extent()?;
    series.length = length;
    let Some(extent) = extent else {
        return Ok(series);
    };
    let columns = Columns::new(extent, query.columns.min(MOST_COLUMNS));
    let thinned = curve.thinned(columns)?;
    series.total = thinned.total();
    series.points = thinned.into_points();
    if query.smoothing > 0.0 && series.total > 0 {
        let columns = query.columns.min(MOST_COLUMNS);
        series.smooth = Some(curve.smooth(Ema::new(query.smoothing), extent, columns)?);
    }
    Ok(series)
}

/// What is asked for, and where it is read.
struct Curve<'a> {
    db: &'a Connection,
    metric: Metric,
    bins: Vec<Bin>,
    span: Span,
}

impl Curve<'_> {
    /// The first row that is in no bin.
    fn after(&self) -> i64 {
        self.bins.last().map_or(0, |b| b.rows.1 + 1)
    }

    /// How many points the metric has altogether, and from which step to which it goes within the span. The steps may
    /// be a bin's beyond those that are there.
    fn extent(&self) -> duckdb::Result<(u64, Option<(i64, i64)>)> {
        let ((from, to), (since, until)) = self.span.bounds();
        let (run, key) = self.metric;
        let (rest, ends): (u64, Option<(i64, i64)>) = self
            .db
            .prepare_cached(
                "SELECT count(*), min(step) FILTER (inside), max(step) FILTER (inside) FROM (
                   SELECT step, step BETWEEN ? AND ? AND time BETWEEN ? AND ? AS inside FROM metrics
                   WHERE run_no = ? AND key_no = ? AND rowid >= ?)",
            )?
            .query_row(
                params![from, to, since, until, run, key, self.after()],
                |r| {
                    let ends: (Option<i64>, Option<i64>) = (r.get(1)?, r.get(2)?);
                    Ok((r.get(0)?, ends.0.zip(ends.1)))
                },
            )?;
        let held: u64 = self.bins.iter().map(|b| b.points).sum();
        let shown = self
            .bins
            .iter()
            .filter(|b| b.lies(self.span) != Lies::Outside)
            .map(|b| (b.kept.first.step.max(from), b.kept.last.step.min(to)));
        let extent = shown
            .chain(ends)
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        Ok((held + rest, extent))
    }

    /// The points of the span, in columns.
    fn thinned(&self, mut columns: Columns) -> duckdb::Result<Columns> {
        let narrow = columns.width() / 2.0;
        let lies: Vec<Lies> = self.bins.iter().map(|b| b.lies(self.span)).collect();
        let mut stands: Vec<bool> = self
            .bins
            .iter()
            .zip(&lies)
            .map(|(bin, lies)| match lies {
                Lies::Inside => bin.width() <= narrow,
                Lies::Across => false,
                Lies::Outside => true,
            })
            .collect();
        let stretches = bins::stretches(&self.bins, &mut stands, self.after());
        for ((bin, lies), stands) in self.bins.iter().zip(lies).zip(stands) {
            if stands && lies == Lies::Inside {
                columns.merge(&bin.kept, bin.points);
            }
        }
        for stretch in stretches {
            self.read(stretch, self.span, "", |p| {
                columns.add(p);
                true
            })?;
        }
        Ok(columns)
    }

    /// The span smoothed, in columns: the average goes over all points in the order of their steps.
    fn smooth(&self, ema: Ema, extent: (i64, i64), columns: u32) -> duckdb::Result<Smooth> {
        let mut start = ema;
        for value in self.before(extent.0, ema.memory())? {
            start.push(value);
        }
        // Most curves are logged in order: then there is nothing to sort.
        let smoothed = match self.smoothed(start, extent, columns, "")? {
            Some(smoothed) => Some(smoothed),
            None => self.smoothed(start, extent, columns, " ORDER BY step, time, value")?,
        };
        Ok(smoothed.unwrap_or(Smooth {
            points: Vec::new(),
            ema: start,
            end: i64::MIN,
        }))
    }

    /// Smooths points in some order; nothing when it is not that of their steps.
    fn smoothed(
        &self,
        mut ema: Ema,
        (from, to): (i64, i64),
        columns: u32,
        order: &str,
    ) -> duckdb::Result<Option<Smooth>> {
        let mut columns = Columns::new((from, to), columns);
        let mut last: Option<Point> = None;
        let mut sorted = true;
        self.read(
            self.hull((from, to)),
            Span::Steps { from, to },
            order,
            |p| {
                sorted = !order.is_empty() || last.is_none_or(|l| by_step(&l, &p).is_le());
                last = Some(p);
                let value = ema.push(p.value);
                if self.span.holds(&p) {
                    columns.add(Point { value, ..p });
                }
                sorted
            },
        )?;
        Ok(sorted.then(|| Smooth {
            points: columns.into_points(),
            ema,
            end: last.map_or(i64::MIN, |p| p.step),
        }))
    }

    /// The last values before a step, at most so many, in the order of their steps.
    fn before(&self, step: i64, most: u32) -> duckdb::Result<Vec<f64>> {
        let Some(to) = step.checked_sub(1) else {
            return Ok(Vec::new());
        };
        let (run, key) = self.metric;
        let hull = self.hull((i64::MIN, to));
        let mut values: Vec<f64> = rows(
            self.db,
            "SELECT value FROM metrics
             WHERE run_no = ? AND key_no = ? AND rowid BETWEEN ? AND ? AND step <= ?
             ORDER BY step DESC, time DESC, value DESC LIMIT ?",
            params![run, key, hull.0, hull.1, to, most],
            |r| r.get(0),
        )?;
        values.reverse();
        Ok(values)
    }

    /// Rows that hold every point of some steps.
    fn hull(&self, (from, to): (i64, i64)) -> (i64, i64) {
        let steps = Span::Steps { from, to };
        let first = self.bins.iter().find(|b| b.lies(steps) != Lies::Outside);
        (first.map_or(self.after(), |b| b.rows.0), i64::MAX)
    }

    /// Hands over the points of a span among some rows, until it is told that it is enough.
    fn read(
        &self,
        (first, last): (i64, i64),
        span: Span,
        order: &str,
        mut take: impl FnMut(Point) -> bool,
    ) -> duckdb::Result<()> {
        let ((from, to), (since, until)) = span.bounds();
        let (run, key) = self.metric;
        let mut query = self.db.prepare_cached(&format!(
            "SELECT step, time, value FROM metrics
             WHERE run_no = ? AND key_no = ? AND rowid BETWEEN ? AND ?
               AND step BETWEEN ? AND ? AND time BETWEEN ? AND ?{order}"
        ))?;
        let bounds = params![run, key, first, last, from, to, since, until];
        for batch in query.stream_arrow(bounds)? {
            let steps = batch.column(0).as_primitive::<Int64Type>().values();
            let times = batch.column(1).as_primitive::<Int64Type>().values();
            let values = batch.column(2).as_primitive::<Float64Type>().values();
            for ((step, time), value) in steps.iter().zip(times).zip(values) {
                let more = take(Point {
                    step: *step,
                    time: Millis(*time),
                    value: *value,
                });
                if !more {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "series_tests.rs"]
mod tests;
