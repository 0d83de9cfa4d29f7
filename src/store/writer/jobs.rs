//! Judging and writing jobs.

use super::{Desk, rows::Rare};
use crate::{change::Applied, error::StoreError};
use duckdb::{Connection, params};
use trimtab_core::job::{Job, JobId};

impl Desk<'_> {
    pub(super) fn put_job(&mut self, given: &Job) -> Result<Applied, StoreError> {
        let mut job = given.clone();
        if job.id.0 == 0 {
            // Jobs are never removed, so their number is their count.
            job.id = JobId(self.books.jobs.len() as u64 + 1);
        } else {
            let known = self.books.jobs.get(&job.id.0).copied();
            let known = known.ok_or_else(|| StoreError::missing("job", job.id))?;
            if known != job.state && !known.may_become(job.state) {
                return Err(StoreError::conflict(
                    "job",
                    job.id,
                    format!(
                        "it is {} and may not become {}",
                        known.word(),
                        job.state.word()
                    ),
                ));
            }
        }
        self.books.put(|s| &mut s.jobs, job.id.0, job.state);
        let job = Box::new(job);
        self.rows.rare.push(Rare::Job(job.clone()));
        Ok(Applied::Job(job))
    }
}

pub(super) fn write(db: &Connection, j: &Job) -> duckdb::Result<()> {
    let params = serde_json::to_string(&j.params)
        .map_err(|e| duckdb::Error::ToSqlConversionFailure(Box::new(e)))?;
    db.prepare_cached("DELETE FROM jobs WHERE id = ?")?
        .execute([j.id.0])?;
    db.prepare_cached("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![
            j.id.0,
            j.recipe,
            j.model,
            j.state.word(),
            j.actor,
            j.reason,
            j.window.as_ref().map(|w| &w.0),
            j.window.as_ref().map(|w| &w.1),
            params,
            j.created.0,
            j.started.map(|t| t.0),
            j.ended.map(|t| t.0),
            j.pid,
            j.exit_code,
            j.error,
            j.run.as_ref().map(|r| r.as_str()),
        ])
        .map(drop)
}
