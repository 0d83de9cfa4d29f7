//! The bins of a metric, as the writer keeps them, and the rows that a chart must read besides.

use duckdb::{
    Connection,
    arrow::{
        array::{Array as _, AsArray as _, RecordBatch},
        datatypes::{Float64Type, Int64Type},
    },
    params,
};
use trimtab_core::{
    metric::{Point, Span},
    thin::Kept,
    time::Millis,
};

/// A metric by its narrow keys.
pub(super) type Metric = (u32, u32);

/// What is kept of some points of a metric that arrived after one another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bin {
    /// The first and the last row.
    pub rows: (i64, i64),
    /// How many points.
    pub points: u64,
    /// Their earliest and latest times.
    times: (i64, i64),
    pub kept: Kept,
}

/// How the points of a bin lie to a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lies {
    /// All of them inside.
    Inside,
    /// Some of them inside, perhaps.
    Across,
    /// None of them inside.
    Outside,
}

impl Bin {
    pub fn lies(&self, span: Span) -> Lies {
        let (steps, times) = span.bounds();
        let own = (self.kept.first.step, self.kept.last.step);
        let apart = |(a, b): (i64, i64), (from, to): (i64, i64)| b < from || a > to;
        let within = |(a, b): (i64, i64), (from, to): (i64, i64)| a >= from && b <= to;
        if apart(own, steps) || apart(self.times, times) {
            Lies::Outside
        } else if within(own, steps) && within(self.times, times) {
            Lies::Inside
        } else {
            Lies::Across
        }
    }

    /// Steps from its first point to its last.
    #[expect(clippy::cast_precision_loss, reason = "compared with a column's width")]
    pub fn width(&self) -> f64 {
        self.kept.last.step as f64 - self.kept.first.step as f64
    }
}

/// The bins of a metric in order of arrival; none of a short one.
pub(super) fn of(db: &Connection, (run, key): Metric) -> duckdb::Result<Vec<Bin>> {
    let mut query = db.prepare_cached(
        "SELECT first_row, last_row, points, since, until,
                first_step, first_time, first_value, last_step, last_time, last_value,
                low_step, low_time, low_value, high_step, high_time, high_value,
                gap_step, gap_time, gap_value
         FROM metric_bins WHERE run_no = ? AND key_no = ? ORDER BY first_row",
    )?;
    let mut bins = Vec::new();
    for batch in query.query_arrow(params![run, key])? {
        bins.reserve(batch.num_rows());
        bins.extend((0..batch.num_rows()).filter_map(|row| bin(&batch, row)));
    }
    Ok(bins)
}

fn bin(batch: &RecordBatch, row: usize) -> Option<Bin> {
    let number = |column: usize| batch.column(column).as_primitive::<Int64Type>().value(row);
    let point = |column: usize| {
        let steps = batch.column(column);
        (!steps.is_null(row)).then(|| Point {
            step: number(column),
            time: Millis(number(column + 1)),
            value: batch
                .column(column + 2)
                .as_primitive::<Float64Type>()
                .value(row),
        })
    };
    Some(Bin {
        rows: (number(0), number(1)),
        points: u64::try_from(number(2)).ok()?,
        times: (number(3), number(4)),
        kept: Kept {
            first: point(5)?,
            last: point(8)?,
            low: point(11),
            high: point(14),
            gap: point(17),
        },
    })
}

/// Stretches of rows that are read apart from one another, at most.
const STRETCHES: usize = 16;

/// The rows to read when these bins cannot stand for their points, and what comes from row `after` on: in few stretches.
/// Bins between joined stretches lose their standing.
pub(super) fn stretches(bins: &[Bin], stands: &mut [bool], after: i64) -> Vec<(i64, i64)> {
    let mut out: Vec<(i64, i64)> = Vec::new();
    let mut joined = false;
    for (bin, stands) in bins.iter().zip(stands.iter()) {
        match out.last_mut() {
            _ if *stands => joined = false,
            Some(last) if joined => last.1 = bin.rows.1,
            _ => {
                out.push(bin.rows);
                joined = true;
            }
        }
    }
    if out.len() > STRETCHES {
        let hull = (out[0].0, out[out.len() - 1].1);
        for (bin, stands) in bins.iter().zip(stands.iter_mut()) {
            *stands &= bin.rows.1 < hull.0 || bin.rows.0 > hull.1;
        }
        out = vec![hull];
    }
    match out.last_mut() {
        Some(last) if joined => last.1 = i64::MAX,
        _ => out.push((after, i64::MAX)),
    }
    out
}
