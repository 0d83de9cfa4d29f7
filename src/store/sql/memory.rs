//! Rows of what the catalogue holds: exact to the last commit, and read without SQL.

use super::{cells, reading::Reading, scan::BATCH, sources};
use crate::catalogue;
use duckdb::arrow::record_batch::RecordBatch;
use std::{error::Error, sync::Arc};
use trimtab_core::{
    health,
    record::{RunRecord, Shared, Sorted},
    sql::{SqlCells, SqlColumn, SqlTable, ViewColumn},
    table::{PARENT_TAG, SOURCE_TAG},
    time::Millis,
};

/// What of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pages {
    /// The runs.
    Runs,
    /// Each metric's latest value.
    Metrics,
    /// Parameters.
    Params,
    /// Tags.
    Tags,
    /// The runs' numbers, ids and names.
    Names,
}

impl Pages {
    fn source(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Metrics => "run_metrics",
            Self::Params => "params",
            Self::Tags => "tags",
            Self::Names => "run_names",
        }
    }
}

/// A walk through the catalogue, some runs at a time, so that its lock is held for moments only.
pub(super) struct Walk {
    reading: Arc<Reading>,
    pages: Pages,
    columns: Vec<usize>,
    next_run: usize,
    /// Rows of the runs passed that have not been handed on.
    ready: SqlTable,
    at: usize,
}

impl Walk {
    pub fn new(reading: Arc<Reading>, pages: Pages, columns: Vec<usize>) -> Self {
        Self {
            reading,
            pages,
            columns,
            next_run: 0,
            ready: SqlTable::default(),
            at: 0,
        }
    }

    /// The next batch; `None` when there are no more.
    pub fn next(&mut self) -> Result<Option<RecordBatch>, Box<dyn Error>> {
        if self.reading.is_stopped() {
            return Err("Interrupted!".into());
        }
        while self.at >= self.ready.rows() {
            let Some(ready) = self.fill() else {
                return Ok(None);
            };
            (self.ready, self.at) = (ready, 0);
        }
        let end = (self.at + BATCH).min(self.ready.rows());
        let rows = self.at..end;
        self.at = end;
        Ok(Some(cells::batch(&self.ready, &self.columns, rows)?))
    }

    /// Rows of the next runs; `None` when all have been passed.
    fn fill(&mut self) -> Option<SqlTable> {
        let pages = self.reading.catalogue.look();
        let end = (self.next_run + BATCH).min(pages.runs.len());
        if self.next_run >= end {
            return None;
        }
        let mut out = Rows::new(self.pages.source());
        for (no, entry) in (self.next_run..end).zip(&pages.runs[self.next_run..end]) {
            let run = &*entry.record;
            match self.pages {
                Pages::Runs => out.run(run, &pages, self.reading.now),
                Pages::Metrics => out.metrics(run),
                Pages::Params => out.facts(run, &run.params),
                Pages::Tags => out.facts(run, &run.tags),
                Pages::Names => {
                    out.integer(i64::try_from(no).ok());
                    out.text(Some(run.id.as_str()));
                    out.text(Some(&run.name));
                }
            }
        }
        self.next_run = end;
        Some(out.table)
    }
}

/// Where among the given rows those of a view are.
pub(super) fn given(reading: &Reading, view: &str) -> Result<usize, Box<dyn Error>> {
    let at = reading.given.iter().position(|(name, _)| *name == view);
    // The asker looks for the name in the query's text.
    at.ok_or_else(|| format!("name the view {view} plainly in the query").into())
}

/// Columns of a view, without rows.
pub(super) fn empty(columns: &[ViewColumn]) -> SqlTable {
    let column = |c: &ViewColumn| SqlColumn {
        name: c.name.to_owned(),
        type_name: c.kind.type_name().to_owned(),
        kind: c.kind,
    };
    SqlTable::new(columns.iter().map(column).collect())
}

/// Rows under construction: values go in one after the other, row by row.
struct Rows {
    table: SqlTable,
    column: usize,
}

impl Rows {
    fn new(source: &str) -> Self {
        let columns = sources::source(source).map_or(&[][..], |s| s.columns);
        Self {
            table: empty(columns),
            column: 0,
        }
    }

    fn next(&mut self) -> Option<&mut SqlCells> {
        let at = self.column;
        self.column = (at + 1) % self.table.cells.len().max(1);
        self.table.cells.get_mut(at)
    }

    fn text(&mut self, value: Option<&str>) {
        if let Some(SqlCells::Text(v)) = self.next() {
            v.push(value.map(str::to_owned));
        }
    }

    fn integer(&mut self, value: Option<i64>) {
        if let Some(SqlCells::Integer(v)) = self.next() {
            v.push(value.map(i128::from));
        }
    }

    fn number(&mut self, value: f64) {
        if let Some(SqlCells::Number(v)) = self.next() {
            v.push(Some(value));
        }
    }

    fn time(&mut self, value: Option<Millis>) {
        if let Some(SqlCells::Time(v)) = self.next() {
            v.push(value.map(|t| t.0.saturating_mul(1_000)));
        }
    }

    fn flag(&mut self, value: bool) {
        if let Some(SqlCells::Flag(v)) = self.next() {
            v.push(Some(value));
        }
    }

    fn run(&mut self, run: &RunRecord, pages: &catalogue::Pages, now: Millis) {
        let metrics = run.metrics.iter().map(|(k, m)| (&**k, m));
        let finding = health::look(run.status, run.started, metrics, now);
        let finding = finding.map(|f| format!("{}: {f}", f.word()));
        let tag = |key| run.tags.get(key).map(|v| &**v);
        let took = run.ended.unwrap_or(now).since(run.started);
        self.text(Some(run.id.as_str()));
        self.text(Some(&run.name));
        self.text(Some(pages.experiment_name(run.experiment)));
        self.integer(Some(i64::from(run.experiment.0)));
        self.text(Some(run.status.word()));
        self.text(finding.as_deref());
        self.text(Some(&run.user));
        self.time(Some(run.started));
        self.time(run.ended);
        #[expect(clippy::cast_precision_loss, reason = "spans are far below 2^53 ms")]
        self.number(took as f64 / 1_000.0);
        self.text(tag(PARENT_TAG));
        self.text(tag(SOURCE_TAG));
        self.integer(run.job.and_then(|j| i64::try_from(j.0).ok()));
        self.flag(run.deleted.is_some());
    }

    fn metrics(&mut self, run: &RunRecord) {
        for (key, m) in run.metrics.iter() {
            self.text(Some(run.id.as_str()));
            self.text(Some(&run.name));
            self.text(Some(key));
            self.number(m.latest.value);
            self.integer(Some(m.latest.step));
            self.time(Some(m.latest.time));
            self.number(m.min);
            self.number(m.max);
            self.integer(i64::try_from(m.count).ok());
        }
    }

    fn facts(&mut self, run: &RunRecord, facts: &Sorted<Shared>) {
        for (key, value) in facts.iter() {
            self.text(Some(run.id.as_str()));
            self.text(Some(&run.name));
            self.text(Some(key));
            self.text(Some(value));
        }
    }
}
