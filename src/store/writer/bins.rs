//! Bins of metrics with many points, so that a chart of millions need not read them all.
//!
//! A bin is what charts keep ([`trimtab_core::thin::Kept`]) of a thousand points of one metric in order of arrival. Bins are
//! made of what is committed already, by the numbers of its rows, in turns between groups when nobody waits: logging
//! never waits for them, and a store that was killed, or is older than they are, makes those that are missing later. What is
//! not in a bin yet is read from the history itself, so that charts are always of every point.

use super::{
    books::{KeyNo, RunNo},
    rows::append,
};
use crate::{catalogue::Catalogue, read::each};
use duckdb::{
    Connection,
    arrow::{
        array::AsArray as _,
        datatypes::{Float64Type, Int64Type},
    },
    params,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use trimtab_core::{
    metric::{MetricSummary, Point},
    thin::Kept,
    time::Millis,
};

/// How long nobody must have asked for anything before bins are made.
pub(super) const IDLE: Duration = Duration::from_millis(20);

/// How much of what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Points in a bin.
    pub bin: u64,
    /// Points that a metric's bins may be behind: so many are read within ten milliseconds.
    pub due: u64,
    /// Points at which bins are made even while callers wait.
    pub overdue: u64,
    /// Points read in one turn, at most, and rows looked through in the first.
    pub turn: u64,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            bin: 1 << 10,
            due: 1 << 17,
            overdue: 1 << 20,
            turn: 1 << 17,
        }
    }
}

/// Rows looked through in one turn, at most.
const MOST_ROWS: u64 = 1 << 22;

type Metric = (RunNo, KeyNo);

/// How far a metric's bins go.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Done {
    /// Points in them.
    points: u64,
    /// The first row after them.
    upto: u64,
}

/// What is binned, and what is to be.
#[derive(Debug, Default)]
pub(crate) struct Bins {
    sizes: Sizes,
    done: BTreeMap<Metric, Done>,
    /// Metrics with enough points to be binned, and how many they have.
    due: BTreeMap<Metric, u64>,
    /// The one that is being binned.
    now: Option<Work>,
}

/// A metric on its way.
#[derive(Debug)]
struct Work {
    metric: Metric,
    /// Rows before this one were looked through.
    at: u64,
    /// Rows to look through in the next turn.
    width: u64,
    /// Points of a bin that is not full yet.
    open: Option<Bin>,
}

#[derive(Debug)]
struct Bin {
    rows: (u64, u64),
    points: u64,
    times: (i64, i64),
    kept: Kept,
}

impl Bins {
    /// Reads how far the bins go. Bins that do not stand for what they say are thrown away.
    pub fn load(db: &Connection, rows: u64) -> duckdb::Result<Self> {
        let mut bins = Self::default();
        let mut sound = true;
        each(
            db,
            "SELECT run_no, key_no, sum(points)::UBIGINT, max(last_row)::UBIGINT + 1,
                    count(*) = count(DISTINCT first_row)
             FROM metric_bins GROUP BY ALL",
            [],
            |r| {
                let (points, upto): (u64, u64) = (r.get(2)?, r.get(3)?);
                sound &= points <= upto && upto <= rows && r.get::<_, bool>(4)?;
                bins.done
                    .insert((r.get(0)?, r.get(1)?), Done { points, upto });
                Ok(())
            },
        )?;
        if !sound {
            tracing::warn!(rows, "making the bins of long metrics again");
            db.execute_batch("DELETE FROM metric_bins")?;
            bins.done.clear();
        }
        let long = bins.sizes.due;
        let mut known = Vec::new();
        each(
            db,
            "SELECT run_no, key_no, count FROM metric_latest WHERE count >= ?",
            [long],
            |r| {
                known.push(((r.get(0)?, r.get(1)?), r.get(2)?));
                Ok(())
            },
        )?;
        for (metric, count) in known {
            bins.note(metric, count);
        }
        Ok(bins)
    }

    /// Takes note of how many points some metrics have now.
    pub fn grown(&mut self, metrics: &BTreeSet<Metric>, catalogue: &Catalogue) {
        for &(run, key) in metrics {
            if let Some(MetricSummary { count, .. }) = catalogue.summary(run, key) {
                self.note((run, key), count);
            }
        }
    }

    fn note(&mut self, metric: Metric, count: u64) {
        if count < self.sizes.due {
            return;
        }
        let done = self.done.get(&metric).copied().unwrap_or_default();
        if count.saturating_sub(done.points) >= self.sizes.due {
            self.due.insert(metric, count);
        }
    }

    /// Whether there is something to bin.
    pub fn are_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// Whether it should not wait any longer.
    pub fn are_overdue(&self) -> bool {
        self.due.iter().any(|(metric, count)| {
            let done = self.done.get(metric).copied().unwrap_or_default();
            count.saturating_sub(done.points) >= self.sizes.overdue
        })
    }

    /// One turn: looks through some rows of one metric, up to the row `end`, and writes the bins that are full. A metric
    /// whose turn failed waits until it has grown again.
    pub fn turn(&mut self, db: &Connection, end: u64) -> duckdb::Result<()> {
        let Some((&metric, _)) = self.due.first_key_value() else {
            return Ok(());
        };
        let done = self.done.get(&metric).copied().unwrap_or_default();
        let width = self.sizes.turn;
        let mut work = match self.now.take().filter(|w| w.metric == metric) {
            Some(work) => work,
            None => Work {
                metric,
                at: done.upto,
                width,
                open: None,
            },
        };
        let turned = work.turn(db, end, self.sizes);
        match turned {
            Ok(full) => {
                let entry = self.done.entry(metric).or_default();
                for bin in full {
                    entry.points += bin.points;
                    entry.upto = bin.rows.1 + 1;
                }
                if work.at < end {
                    self.now = Some(work);
                } else {
                    self.due.remove(&metric);
                }
                Ok(())
            }
            Err(e) => {
                self.due.remove(&metric);
                Err(e)
            }
        }
    }

    #[cfg(test)]
    pub fn sized(sizes: Sizes) -> Self {
        Self {
            sizes,
            ..Self::default()
        }
    }

    /// Bins all that a metric has, for tests.
    #[cfg(test)]
    pub fn make(&mut self, db: &Connection, metric: Metric, rows: u64) {
        self.due.insert(metric, rows);
        while self.are_due() {
            self.turn(db, rows).unwrap();
        }
    }
}

impl Work {
    fn turn(&mut self, db: &Connection, end: u64, sizes: Sizes) -> duckdb::Result<Vec<Bin>> {
        let (run, key) = self.metric;
        let mut to = end.min(self.at.saturating_add(self.width));
        // Counting reads next to nothing: a turn must not hold more than it should of a metric that got dense.
        let mut count = db.prepare_cached(
            "SELECT count(*) FROM metrics WHERE run_no = ? AND key_no = ? AND rowid >= ? AND rowid < ?",
        )?;
        let mut points: u64 = count.query_row(params![run, key, self.at, to], |r| r.get(0))?;
        while points > sizes.turn && to - self.at > sizes.turn {
            self.width = (self.width / 2).max(sizes.turn);
            to = end.min(self.at.saturating_add(self.width));
            points = count.query_row(params![run, key, self.at, to], |r| r.get(0))?;
        }
        if points < sizes.turn / 4 {
            self.width = (self.width * 2).min(MOST_ROWS);
        }
        let full = if points > 0 {
            self.read(db, to, sizes)?
        } else {
            Vec::new()
        };
        write(db, self.metric, &full)?;
        self.at = to;
        Ok(full)
    }

    /// Reads the points up to a row; the bins that they fill.
    fn read(&mut self, db: &Connection, to: u64, sizes: Sizes) -> duckdb::Result<Vec<Bin>> {
        let (run, key) = self.metric;
        let mut full = Vec::new();
        let mut query = db.prepare_cached(
            "SELECT rowid, step, time, value FROM metrics
             WHERE run_no = ? AND key_no = ? AND rowid >= ? AND rowid < ? ORDER BY rowid",
        )?;
        for batch in query.query_arrow(params![run, key, self.at, to])? {
            let number = |i| batch.column(i).as_primitive::<Int64Type>().values();
            let (rows, steps, times) = (number(0), number(1), number(2));
            let values = batch.column(3).as_primitive::<Float64Type>().values();
            for (((row, step), time), value) in rows.iter().zip(steps).zip(times).zip(values) {
                let point = Point {
                    step: *step,
                    time: Millis(*time),
                    value: *value,
                };
                let row = u64::try_from(*row).unwrap_or_default();
                let bin = match &mut self.open {
                    Some(bin) => {
                        bin.add(row, point);
                        bin
                    }
                    none => none.insert(Bin::of(row, point)),
                };
                if bin.points >= sizes.bin {
                    full.extend(self.open.take());
                }
            }
        }
        Ok(full)
    }
}

impl Bin {
    fn of(row: u64, point: Point) -> Self {
        Self {
            rows: (row, row),
            points: 1,
            times: (point.time.0, point.time.0),
            kept: Kept::of(point),
        }
    }

    fn add(&mut self, row: u64, point: Point) {
        self.rows.1 = row;
        self.points += 1;
        let (since, until) = self.times;
        self.times = (since.min(point.time.0), until.max(point.time.0));
        self.kept.add(point);
    }
}

/// Writes bins in a transaction of their own.
fn write(db: &Connection, (run, key): Metric, bins: &[Bin]) -> duckdb::Result<()> {
    if bins.is_empty() {
        return Ok(());
    }
    db.execute_batch("BEGIN TRANSACTION")?;
    let written = append(db, "metric_bins", bins, |app, bin| {
        let of = |p: Option<Point>| (p.map(|p| p.step), p.map(|p| p.time.0), p.map(|p| p.value));
        let Kept { first, last, .. } = bin.kept;
        let (low, high, gap) = (of(bin.kept.low), of(bin.kept.high), of(bin.kept.gap));
        app.append_row(params![
            run,
            key,
            bin.rows.0,
            bin.rows.1,
            bin.points,
            bin.times.0,
            bin.times.1,
            first.step,
            first.time.0,
            first.value,
            last.step,
            last.time.0,
            last.value,
            low.0,
            low.1,
            low.2,
            high.0,
            high.1,
            high.2,
            gap.0,
            gap.1,
            gap.2
        ])
    })
    .and_then(|()| db.execute_batch("COMMIT"));
    written.inspect_err(|_| {
        // A failed COMMIT has rolled back already; then this has nothing to do, and says so.
        let _ = db.execute_batch("ROLLBACK");
    })
}
