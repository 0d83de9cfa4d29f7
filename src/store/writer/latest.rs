//! The table of each metric's latest value, least, greatest and count, kept a little behind.
//!
//! What is known of a metric lives in the catalogue; its table only spares the next start reading
//! all history. Updating it costs far more than appending a point, so it is brought up to date every
//! few seconds, with the number of points it stands for. A start folds in the points after those.

use super::{
    books::{KeyNo, RunNo, summary},
    rows::{Rows, append},
};
use crate::{catalogue::Catalogue, read::each};
use duckdb::{Connection, params};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};
use trimtab_core::{
    metric::{MetricSummary, Point},
    time::Millis,
};

/// How long the table may be behind.
const BEHIND: Duration = Duration::from_secs(5);
/// How many points it may be behind: what a start folds in within a fraction of a second.
const POINTS: usize = 200_000;

/// What the table does not say yet.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    /// Metrics that are not in the table.
    first: BTreeSet<(RunNo, KeyNo)>,
    /// Metrics that are, or are in `first`.
    again: BTreeSet<(RunNo, KeyNo)>,
    points: usize,
    since: Option<Instant>,
}

impl Latest {
    /// Takes note of what was committed.
    pub(super) fn note(&mut self, rows: &Rows) {
        if rows.points.is_empty() {
            return;
        }
        self.first.extend(&rows.first);
        self.again.extend(&rows.again);
        self.points += rows.points.len();
        self.since.get_or_insert_with(Instant::now);
    }

    /// The metrics that have grown since it was written.
    pub fn grown(&self) -> BTreeSet<(RunNo, KeyNo)> {
        &self.first | &self.again
    }

    /// How long it may still wait; `None` when there is nothing to write.
    pub fn rest(&self) -> Option<Duration> {
        let since = self.since?;
        if self.points >= POINTS {
            return Some(Duration::ZERO);
        }
        Some(BEHIND.saturating_sub(since.elapsed()))
    }

    /// Brings the table up to the points that are committed, in one transaction.
    pub fn write(
        &mut self,
        db: &Connection,
        catalogue: &Catalogue,
        points: u64,
    ) -> duckdb::Result<()> {
        if self.since.is_none() {
            return Ok(());
        }
        db.execute_batch("BEGIN TRANSACTION")?;
        let written = self
            .rows(db, catalogue, points)
            .and_then(|()| db.execute_batch("COMMIT"));
        if let Err(e) = written {
            // A failed COMMIT has rolled back already; then this has nothing to do, and says so.
            let _ = db.execute_batch("ROLLBACK");
            // Tried again with the points that come.
            self.since = Some(Instant::now());
            return Err(e);
        }
        *self = Self::default();
        Ok(())
    }

    fn rows(&self, db: &Connection, catalogue: &Catalogue, points: u64) -> duckdb::Result<()> {
        let write = |table, set: &BTreeSet<(RunNo, KeyNo)>| {
            let known: Vec<_> = set
                .iter()
                .filter_map(|&(run, key)| Some((run, key, catalogue.summary(run, key)?)))
                .collect();
            append(db, table, &known, |app, (run, key, s)| {
                let p = s.latest;
                app.append_row(params![
                    run, key, p.step, p.time.0, p.value, s.min, s.max, s.count
                ])
            })
        };
        write("metric_latest", &self.first)?;
        let again = &self.again - &self.first;
        if !again.is_empty() {
            // One update joined with a staging table costs the same for 160 rows as two updates of one.
            write("staged_latest", &again)?;
            db.prepare_cached(
                "UPDATE metric_latest m
                 SET step = s.step, time = s.time, value = s.value, min = s.min, max = s.max, count = s.count
                 FROM staged_latest s WHERE m.run_no = s.run_no AND m.key_no = s.key_no",
            )?
            .execute([])?;
            db.prepare_cached("DELETE FROM staged_latest")?
                .execute([])?;
        }
        db.prepare_cached("UPDATE summarised SET points = ?")?
            .execute([points])
            .map(drop)
    }

    /// Reads what is known of every metric: the table, and the points after those it stands for.
    /// A table that does not stand for what it says is made again from all points.
    pub fn load(db: &Connection) -> duckdb::Result<(Summaries, Self)> {
        let (said, stands_for, points): (u64, u64, u64) = db.query_row(
            "SELECT (SELECT max(points) FROM summarised),
                    (SELECT coalesce(sum(count), 0)::BIGINT FROM metric_latest),
                    (SELECT count(*) FROM metrics)",
            [],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )?;
        let mut known = Summaries::new();
        let mut after = said;
        if said == stands_for && said <= points {
            each(
                db,
                "SELECT run_no, key_no, step, time, value, min, max, count FROM metric_latest",
                [],
                |r| {
                    known.insert((r.get(0)?, r.get(1)?), summary(r, 2)?);
                    Ok(())
                },
            )?;
        } else {
            tracing::warn!(
                said,
                stands_for,
                points,
                "making the table of latest values again"
            );
            db.execute_batch("DELETE FROM metric_latest; UPDATE summarised SET points = 0")?;
            after = 0;
        }
        let mut behind = Self::default();
        if after < points {
            behind.fold(db, after, &mut known)?;
        }
        Ok((known, behind))
    }

    /// Folds in the points from the one with this number on: rows are never taken out of the
    /// history, so they are numbered as they came.
    fn fold(&mut self, db: &Connection, after: u64, known: &mut Summaries) -> duckdb::Result<()> {
        each(
            db,
            "SELECT run_no, key_no, step, time, value FROM metrics WHERE rowid >= ?",
            [after],
            |r| {
                let at = (r.get(0)?, r.get(1)?);
                let point = Point {
                    step: r.get(2)?,
                    time: Millis(r.get(3)?),
                    value: r.get(4)?,
                };
                match known.get_mut(&at) {
                    Some(summary) => {
                        summary.add(point);
                        self.again.insert(at);
                    }
                    None => {
                        known.insert(at, MetricSummary::of(point));
                        self.first.insert(at);
                    }
                }
                self.points += 1;
                Ok(())
            },
        )?;
        self.since = Some(Instant::now());
        Ok(())
    }
}

/// What is known of each metric of each run.
pub(crate) type Summaries = BTreeMap<(RunNo, KeyNo), MetricSummary>;
