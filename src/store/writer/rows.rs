//! What a call writes, gathered so that a group writes each table once.

use super::{
    books::{Books, KeyNo, RunNo},
    links, logged,
    monitors::WindowRow,
    registry_rows,
};
use crate::catalogue::ModelPoint;
use duckdb::{Connection, params};
use std::{collections::BTreeSet, sync::Arc};
use trimtab_core::{
    alarm::Handled,
    audit::AuditEntry,
    job::Job,
    metric::Point,
    monitor::InputProblem,
    registry::{Deployment, Model, ModelVersion, Version, webhook::Webhook},
    release::PromotionRequest,
    run::Experiment,
    time::Millis,
};

/// Rows to be written, by table. Where only the last state counts, the row is named here and its
/// state is taken from the books when it is written.
#[derive(Default)]
pub(super) struct Rows {
    /// New runs, in order.
    pub runs: Vec<RunNo>,
    /// Runs whose name, status, end or deletion changed.
    pub touched: BTreeSet<RunNo>,
    pub params: Vec<(RunNo, String, String)>,
    pub tags: Vec<(RunNo, String, String)>,
    pub retagged: Vec<(RunNo, String, String)>,
    pub keys: Vec<(KeyNo, String)>,
    pub points: Vec<(RunNo, KeyNo, Point)>,
    pub model_points: Vec<ModelPoint>,
    /// Metrics that are new, and those that got more points: noted, not written.
    pub first: BTreeSet<(RunNo, KeyNo)>,
    pub again: BTreeSet<(RunNo, KeyNo)>,
    /// Everything rare, in the order it was said.
    pub rare: Vec<Rare>,
}

/// Writes that come a few a minute, one statement each.
pub(super) enum Rare {
    Experiment(Box<Experiment>),
    Link(links::Row),
    Logged(logged::Row),
    /// A run's tag that goes.
    Untag(RunNo, String),
    Model(Arc<Model>),
    ModelGone(String),
    /// From, to, when.
    ModelRenamed(String, String, Millis),
    /// A version, and whether it is new.
    Version(Arc<ModelVersion>, bool),
    VersionGone(String, Version),
    /// A model's alias; it goes when it names nothing.
    Alias(String, String, Option<Version>),
    /// A webhook by its id; it goes when there is none.
    Webhook(String, Option<Arc<Webhook>>),
    Deployment(u64, Deployment),
    Request(Box<PromotionRequest>),
    Job(Box<Job>),
    Window(Box<WindowRow>),
    /// A monitor's windows that go, by their starts.
    WindowsGone(String, Vec<Millis>),
    Problems(String, Vec<InputProblem>),
    Handled(Box<Handled>),
    Audit(AuditEntry),
}

/// Points up to which a statement that is prepared once costs less than the bulk path, which plans
/// each time: a lone client that logs value by value.
const FEW: usize = 2;

impl Rows {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
            && self.touched.is_empty()
            && self.params.is_empty()
            && self.tags.is_empty()
            && self.retagged.is_empty()
            && self.keys.is_empty()
            && self.points.is_empty()
            && self.model_points.is_empty()
            && self.rare.is_empty()
    }

    /// Takes another call's rows in, after these.
    pub fn merge(&mut self, more: Self) {
        self.runs.extend(more.runs);
        self.touched.extend(more.touched);
        self.params.extend(more.params);
        self.tags.extend(more.tags);
        self.retagged.extend(more.retagged);
        self.keys.extend(more.keys);
        self.points.extend(more.points);
        self.model_points.extend(more.model_points);
        self.first.extend(more.first);
        self.again.extend(more.again);
        self.rare.extend(more.rare);
    }

    /// Writes them, inside the caller's transaction. New rows go in first, in bulk, so that the
    /// updates after them find what they update.
    pub fn write(&self, db: &Connection, books: &Books) -> duckdb::Result<()> {
        self.append_runs(db, books)?;
        append(db, "params", &self.params, |app, (no, key, value)| {
            app.append_row(params![no, key, value])
        })?;
        append(db, "tags", &self.tags, |app, (no, key, value)| {
            app.append_row(params![no, key, value])
        })?;
        append(db, "metric_keys", &self.keys, |app, (no, key)| {
            app.append_row(params![no, key])
        })?;
        self.append_points(db)?;
        append(db, "model_metrics", &self.model_points, |app, m| {
            let (p, d) = (m.point, m.dataset.as_deref());
            app.append_row(params![
                m.model,
                m.run,
                m.key,
                p.step,
                p.time.0,
                p.value,
                d.map(|d| &*d.name),
                d.map(|d| &*d.digest)
            ])
        })?;
        for (no, key, value) in &self.retagged {
            db.prepare_cached("UPDATE tags SET value = ? WHERE run_no = ? AND key = ?")?
                .execute(params![value, no, key])?;
        }
        for rare in &self.rare {
            rare.write(db, books)?;
        }
        Ok(())
    }

    fn append_points(&self, db: &Connection) -> duckdb::Result<()> {
        if self.points.len() > FEW {
            return append(db, "metrics", &self.points, |app, (run, key, p)| {
                app.append_row(params![run, key, p.step, p.time.0, p.value])
            });
        }
        for (run, key, p) in &self.points {
            db.prepare_cached("INSERT INTO metrics VALUES (?, ?, ?, ?, ?)")?
                .execute(params![run, key, p.step, p.time.0, p.value])?;
        }
        Ok(())
    }

    fn append_runs(&self, db: &Connection, books: &Books) -> duckdb::Result<()> {
        append(db, "runs", &self.runs, |app, no| {
            let Some(r) = books.records.get(no) else {
                return Err(duckdb::Error::QueryReturnedNoRows);
            };
            app.append_row(params![
                no,
                r.id.as_str(),
                r.experiment.0,
                r.name,
                r.status.word(),
                &*r.user,
                r.started.0,
                r.ended.map(|t| t.0),
                r.job.map(|j| j.0),
                r.deleted.map(|t| t.0),
            ])
        })?;
        let new: BTreeSet<RunNo> = self.runs.iter().copied().collect();
        for no in self.touched.difference(&new) {
            if let Some(r) = books.records.get(no) {
                db.prepare_cached(
                    "UPDATE runs SET name = ?, status = ?, ended = ?, deleted = ? WHERE run_no = ?",
                )?
                .execute(params![
                    r.name,
                    r.status.word(),
                    r.ended.map(|t| t.0),
                    r.deleted.map(|t| t.0),
                    no
                ])?;
            }
        }
        Ok(())
    }
}

/// What the writer's own connection needs: the table that [`super::latest`] stages summaries in. It
/// is temporary, so that nothing of it reaches the log.
pub(super) fn prepare(db: &Connection) -> duckdb::Result<()> {
    db.execute_batch("CREATE TEMP TABLE staged_latest AS FROM metric_latest LIMIT 0")
}

/// Appends rows through DuckDB's bulk path; nothing is asked of it when there are none.
pub(super) fn append<T>(
    db: &Connection,
    table: &str,
    rows: &[T],
    mut row: impl FnMut(&mut duckdb::Appender<'_>, &T) -> duckdb::Result<()>,
) -> duckdb::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut appender = db.appender(table)?;
    for r in rows {
        row(&mut appender, r)?;
    }
    appender.flush()
}

impl Rare {
    fn write(&self, db: &Connection, books: &Books) -> duckdb::Result<()> {
        match self {
            Self::Experiment(experiment) => super::experiments::write(db, experiment),
            Self::Link(row) => row.write(db),
            Self::Logged(row) => row.write(db),
            Self::Untag(run, key) => untag(db, books, *run, key),
            Self::Model(model) => registry_rows::write_model(db, model),
            Self::ModelGone(name) => registry_rows::delete_model(db, name),
            Self::ModelRenamed(from, to, at) => registry_rows::rename_model(db, from, to, *at),
            Self::Version(version, new) => registry_rows::write_version(db, version, *new),
            Self::VersionGone(model, version) => registry_rows::delete_version(db, model, *version),
            Self::Alias(model, alias, version) => {
                registry_rows::write_alias(db, model, alias, *version)
            }
            Self::Deployment(seq, deployment) => {
                registry_rows::write_deployment(db, *seq, deployment)
            }
            Self::Webhook(id, webhook) => registry_rows::write_webhook(db, id, webhook.as_deref()),
            Self::Request(request) => super::releases::write(db, request),
            Self::Job(job) => super::jobs::write(db, job),
            Self::Window(window) => super::monitors::write_window(db, window),
            Self::WindowsGone(monitor, starts) => starts
                .iter()
                .try_for_each(|start| super::monitors::delete_window(db, monitor, *start)),
            Self::Problems(monitor, problems) => {
                super::monitors::write_problems(db, monitor, problems)
            }
            Self::Handled(handled) => super::monitors::write_handled(db, handled),
            Self::Audit(entry) => super::audit::write(db, entry),
        }
    }
}

/// Takes a run's tag out. What the group says of it before and after is already in the table: only
/// what the run has in the end comes back.
fn untag(db: &Connection, books: &Books, run: RunNo, key: &str) -> duckdb::Result<()> {
    db.prepare_cached("DELETE FROM tags WHERE run_no = ? AND key = ?")?
        .execute(params![run, key])?;
    if let Some(value) = books.records.get(&run).and_then(|r| r.tags.get(key)) {
        db.prepare_cached("INSERT INTO tags VALUES (?, ?, ?)")?
            .execute(params![run, key, &**value])?;
    }
    Ok(())
}
