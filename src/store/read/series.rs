//! Thinning a curve to what a chart can show (M4: Jugel et al., VLDB 2014), inside the database.
//!
//! Of each pixel column the first, last, least and greatest point are kept, so that the drawn
//! curve has the same pixels as the full one. Least and greatest are taken among finite values:
//! NaN and infinities have no height. One point that is not finite is kept as well for each
//! column that has any, so that a gap stays a gap; a column thus costs five points at most.

use super::rows;
use crate::{Store, StoreError};
use duckdb::{Connection, Row, params};
use trimtab_core::{
    metric::{Point, Series, SeriesQuery},
    time::Millis,
};

impl Store {
    /// One metric of one run, thinned to the query's columns. A run or key that does not exist has no points.
    pub async fn series(&self, query: SeriesQuery) -> Result<Series, StoreError> {
        self.read("reading a metric's history", move |db| {
            let (total, points) = thinned(db, &query)?;
            Ok(Series {
                run: query.run,
                key: query.key,
                total,
                points,
            })
        })
        .await
    }
}

/// How many points there are in the range, and the ones kept, in step order.
fn thinned(db: &Connection, query: &SeriesQuery) -> duckdb::Result<(u64, Vec<Point>)> {
    let numbers = rows(
        db,
        "SELECT run_no, key_no FROM runs, metric_keys WHERE runs.id = ? AND metric_keys.key = ?",
        params![query.run.as_str(), query.key],
        |r| Ok((r.get::<_, u32>(0)?, r.get::<_, u32>(1)?)),
    )?;
    let Some(&(run, key)) = numbers.first() else {
        return Ok((0, Vec::new()));
    };
    let from = query.from_step.unwrap_or(i64::MIN);
    let to = query.to_step.unwrap_or(i64::MAX);
    let (total, first, last): (u64, Option<i64>, Option<i64>) = db
        .prepare_cached(
            "SELECT count(*), min(step), max(step) FROM metrics
             WHERE run_no = ? AND key_no = ? AND step BETWEEN ? AND ?",
        )?
        .query_row(params![run, key, from, to], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?))
        })?;
    let (Some(first), Some(last)) = (first, last) else {
        return Ok((0, Vec::new()));
    };
    let columns = query.columns.max(1);
    let points = if total <= 4 * u64::from(columns) {
        rows(
            db,
            "SELECT step, time, value FROM metrics
             WHERE run_no = ? AND key_no = ? AND step BETWEEN ? AND ? ORDER BY step, time, value",
            params![run, key, from, to],
            point,
        )?
    } else {
        // Rows are chosen by their row id, so that ties keep one row and aggregates stay narrow.
        rows(
            db,
            "WITH kept AS (
               SELECT arg_min(rowid, step) AS a, arg_max(rowid, step) AS b,
                      arg_min(rowid, value) FILTER (isfinite(value)) AS c,
                      arg_max(rowid, value) FILTER (isfinite(value)) AS d,
                      min(rowid) FILTER (NOT isfinite(value)) AS e
               FROM metrics WHERE run_no = $1 AND key_no = $2 AND step BETWEEN $3 AND $4
               GROUP BY floor((step::DOUBLE - $5) * $6)),
             ids AS (SELECT unnest([a, b, c, d, e]) AS id FROM kept)
             SELECT step, time, value FROM metrics
             WHERE rowid IN (SELECT id FROM ids WHERE id IS NOT NULL) ORDER BY step, time, value",
            params![
                run,
                key,
                from,
                to,
                step_offset(first),
                columns_per_step(first, last, columns)
            ],
            point,
        )?
    };
    Ok((total, points))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a column's edge may move by less than a step"
)]
fn step_offset(step: i64) -> f64 {
    step as f64
}

fn columns_per_step(first: i64, last: i64, columns: u32) -> f64 {
    f64::from(columns) / (step_offset(last) - step_offset(first) + 1.0)
}

fn point(r: &Row<'_>) -> duckdb::Result<Point> {
    Ok(Point {
        step: r.get(0)?,
        time: Millis(r.get(1)?),
        value: r.get(2)?,
    })
}
