//! Judging and writing what is said of logged models.

use super::{Desk, books::ModelNo, rows::Rare};
use crate::{
    catalogue::ModelPoint,
    change::{Applied, LoggedModelEdit},
    error::StoreError,
};
use duckdb::{Connection, params};
use std::sync::Arc;
use trimtab_core::{
    logged_model::{LoggedModel, LoggedModelId, ModelMetric},
    record::Shared,
    run::RunId,
    time::Millis,
};

/// What is written, one statement or a few each.
pub(super) enum Row {
    /// A new model with all that it was made with.
    Made(ModelNo, Box<LoggedModel>),
    /// The columns of a model that may change.
    Changed(ModelNo, Box<LoggedModel>),
    Param(ModelNo, Shared, Shared),
    /// A tag's new value; `None` takes it off.
    Tag(ModelNo, Shared, Option<Shared>),
}

impl Desk<'_> {
    pub(super) fn create_logged_model(
        &mut self,
        model: &LoggedModel,
    ) -> Result<Applied, StoreError> {
        if self.books.logged.contains_key(&model.id) {
            return Err(StoreError::conflict(
                "logged model",
                &model.id,
                "the id is taken",
            ));
        }
        if self.books.experiment(model.experiment)?.deleted {
            return Err(StoreError::deleted("experiment", model.experiment.0));
        }
        // Models are numbered as they come and never removed.
        let no = ModelNo::try_from(self.books.logged.len()).unwrap_or(ModelNo::MAX);
        self.books.put(|s| &mut s.logged, model.id.clone(), no);
        self.keep_model(no, model.clone());
        self.say(Row::Made(no, Box::new(model.clone())));
        Ok(Applied::Done)
    }

    pub(super) fn edit_logged_model(
        &mut self,
        id: &LoggedModelId,
        edit: &LoggedModelEdit,
        at: Millis,
    ) -> Result<Applied, StoreError> {
        let no = self.books.logged_no(id)?;
        let mut model = self.books.logged_model(no, id)?;
        let pair = |(k, v): &(String, String)| (Shared::from(&**k), Shared::from(&**v));
        match edit {
            LoggedModelEdit::Status(status) => {
                (model.status, model.updated) = (*status, at);
                self.say(Row::Changed(no, Box::new(model.clone())));
            }
            LoggedModelEdit::Delete => {
                (model.deleted, model.updated) = (true, at);
                self.say(Row::Changed(no, Box::new(model.clone())));
            }
            LoggedModelEdit::AddParams(params) => {
                for (key, value) in params.iter().map(pair) {
                    if model
                        .params
                        .insert(Arc::clone(&key), Arc::clone(&value))
                        .is_some()
                    {
                        return Err(StoreError::conflict(
                            "logged model",
                            id,
                            format!("it has a parameter {key:?}, which never changes"),
                        ));
                    }
                    self.say(Row::Param(no, key, value));
                }
            }
            LoggedModelEdit::SetTags(tags) => {
                for (key, value) in tags.iter().map(pair) {
                    let old = model.tags.insert(Arc::clone(&key), Arc::clone(&value));
                    if old.as_ref() != Some(&value) {
                        self.say(Row::Tag(no, key, Some(value)));
                    }
                }
            }
            LoggedModelEdit::DeleteTag(key) => {
                if model.tags.remove(key).is_none() {
                    return Err(StoreError::missing("tag", format!("{key:?} of {id}")));
                }
                self.say(Row::Tag(no, Shared::from(&**key), None));
            }
        }
        self.keep_model(no, model);
        Ok(Applied::Done)
    }

    pub(super) fn log_model_metrics(
        &mut self,
        run: &RunId,
        metrics: &[ModelMetric],
    ) -> Result<Applied, StoreError> {
        let run_no = self.books.run(run)?;
        if self.books.is_deleted(run_no) {
            return Err(StoreError::deleted("run", run));
        }
        for said in metrics {
            let point = ModelPoint {
                model: self.books.logged_no(&said.model)?,
                run: run_no,
                key: self.metric_key(&said.key),
                point: said.point,
                dataset: said.dataset.clone().map(Arc::new),
            };
            let at = self.books.model_points.len();
            self.books.put(|s| &mut s.model_points, at, point.clone());
            self.rows.model_points.push(point);
        }
        Ok(Applied::Done)
    }

    fn keep_model(&mut self, no: ModelNo, model: LoggedModel) {
        self.books.put(|s| &mut s.logged_changed, no, model);
    }

    fn say(&mut self, row: Row) {
        self.rows.rare.push(Rare::Logged(row));
    }
}

impl Row {
    pub(super) fn write(&self, db: &Connection) -> duckdb::Result<()> {
        match self {
            Self::Made(no, m) => {
                db.prepare_cached("INSERT INTO logged_models VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?
                    .execute(params![
                        no,
                        m.id.as_str(),
                        m.experiment.0,
                        m.name,
                        m.status.word(),
                        m.kind,
                        m.source_run,
                        m.created.0,
                        m.updated.0,
                        m.deleted
                    ])?;
                for (key, value) in m.params.iter() {
                    write_param(db, *no, key, value)?;
                }
                for (key, value) in m.tags.iter() {
                    write_tag(db, *no, key, value)?;
                }
                Ok(())
            }
            Self::Changed(no, m) => db
                .prepare_cached(
                    "UPDATE logged_models SET status = ?, updated = ?, deleted = ? WHERE model_no = ?",
                )?
                .execute(params![m.status.word(), m.updated.0, m.deleted, no])
                .map(drop),
            Self::Param(no, key, value) => write_param(db, *no, key, value),
            Self::Tag(no, key, value) => {
                db.prepare_cached("DELETE FROM logged_model_tags WHERE model_no = ? AND key = ?")?
                    .execute(params![no, &**key])?;
                match value {
                    Some(value) => write_tag(db, *no, key, value),
                    None => Ok(()),
                }
            }
        }
    }
}

fn write_param(db: &Connection, no: ModelNo, key: &str, value: &str) -> duckdb::Result<()> {
    db.prepare_cached("INSERT INTO logged_model_params VALUES (?, ?, ?)")?
        .execute(params![no, key, value])
        .map(drop)
}

fn write_tag(db: &Connection, no: ModelNo, key: &str, value: &str) -> duckdb::Result<()> {
    db.prepare_cached("INSERT INTO logged_model_tags VALUES (?, ?, ?)")?
        .execute(params![no, key, value])
        .map(drop)
}
