//! Reading jobs.

use super::{parsed_option, rows, word};
use crate::{Store, StoreError};
use duckdb::{Row, types::Type};
use trimtab_core::{
    job::{Job, JobId, JobState},
    time::Millis,
};

const COLUMNS: &str =
    "SELECT id, recipe, model, state, actor, reason, window_from, window_to, params,
    created, started, ended, pid, exit_code, error, run FROM jobs";

impl Store {
    /// Every job, newest first.
    pub async fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        self.read("reading jobs", |db| {
            rows(db, &format!("{COLUMNS} ORDER BY id DESC"), [], job)
        })
        .await
    }

    /// One job.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.read("reading a job", move |db| {
            Ok(rows(db, &format!("{COLUMNS} WHERE id = ?"), [id.0], job)?.pop())
        })
        .await
    }
}

fn job(r: &Row<'_>) -> duckdb::Result<Job> {
    let params: String = r.get(8)?;
    let millis = |column| Ok::<_, duckdb::Error>(r.get::<_, Option<i64>>(column)?.map(Millis));
    Ok(Job {
        id: JobId(r.get(0)?),
        recipe: r.get(1)?,
        model: r.get(2)?,
        state: word(r, 3, JobState::from_word)?,
        actor: r.get(4)?,
        reason: r.get(5)?,
        window: r.get::<_, Option<String>>(6)?.zip(r.get(7)?),
        params: serde_json::from_str(&params)
            .map_err(|e| duckdb::Error::FromSqlConversionFailure(8, Type::Text, Box::new(e)))?,
        created: Millis(r.get(9)?),
        started: millis(10)?,
        ended: millis(11)?,
        pid: r.get(12)?,
        exit_code: r.get(13)?,
        error: r.get(14)?,
        run: parsed_option(r, 15)?,
    })
}
