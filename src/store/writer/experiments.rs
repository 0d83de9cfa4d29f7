//! Judging and writing what is said about experiments.

use super::{Desk, rows::Rare};
use crate::{
    change::{Applied, ExperimentEdit, Place},
    error::StoreError,
};
use duckdb::{Connection, params};
use std::collections::BTreeMap;
use trimtab_core::{
    location,
    run::{Experiment, ExperimentId},
    time::Millis,
};

/// Below this the artifacts of an experiment go when nobody says: to the agent.
const ROOT: &str = "mlflow-artifacts:/";

impl Desk<'_> {
    /// The experiment of a name, made when the name is new. 0 is left for `Default`.
    pub(super) fn experiment_named(
        &mut self,
        name: &str,
        at: Millis,
    ) -> Result<Experiment, StoreError> {
        match self.books.experiments.get(name) {
            Some(id) => self.books.experiment(*id),
            None => {
                let usual = Place::Below(ROOT.to_owned());
                Ok(self.new_experiment(name, &usual, BTreeMap::new(), at))
            }
        }
    }

    pub(super) fn create_experiment(
        &mut self,
        name: &str,
        location: &Place,
        tags: &BTreeMap<String, String>,
        at: Millis,
    ) -> Result<Applied, StoreError> {
        if self.books.experiments.contains_key(name) {
            return Err(taken(name));
        }
        let made = self.new_experiment(name, location, tags.clone(), at);
        Ok(Applied::Experiment(Box::new(made)))
    }

    fn new_experiment(
        &mut self,
        name: &str,
        location: &Place,
        tags: BTreeMap<String, String>,
        at: Millis,
    ) -> Experiment {
        let highest = self.books.experiments.values().map(|id| id.0).max();
        let id = match name {
            "Default" => ExperimentId(0),
            _ => ExperimentId(highest.unwrap_or(0) + 1),
        };
        let made = Experiment {
            id,
            name: name.to_owned(),
            artifact_location: match location {
                Place::At(there) => there.clone(),
                Place::Below(root) => location::append(root, &id.0.to_string()),
            },
            created: at,
            updated: at,
            deleted: false,
            tags,
        };
        self.books.put(|s| &mut s.experiments, name.to_owned(), id);
        self.books.put(|s| &mut s.changed, id, made.clone());
        self.rows
            .rare
            .push(Rare::Experiment(Box::new(made.clone())));
        made
    }

    pub(super) fn edit_experiment(
        &mut self,
        id: ExperimentId,
        edit: &ExperimentEdit,
        at: Millis,
    ) -> Result<Applied, StoreError> {
        let mut experiment = self.books.experiment(id)?;
        match edit {
            ExperimentEdit::Rename(name) => {
                if self
                    .books
                    .experiments
                    .get(name)
                    .is_some_and(|other| *other != id)
                {
                    return Err(taken(name));
                }
                let old = std::mem::replace(&mut experiment.name, name.clone());
                self.books.take(|s| &mut s.experiments, &old);
                self.books.put(|s| &mut s.experiments, name.clone(), id);
            }
            ExperimentEdit::Delete | ExperimentEdit::Restore => {
                experiment.deleted = *edit == ExperimentEdit::Delete;
                self.delete_runs_of(id, experiment.deleted.then_some(at));
            }
            ExperimentEdit::SetTag(key, value) => {
                experiment.tags.insert(key.clone(), value.clone());
            }
            ExperimentEdit::DeleteTag(key) => drop(experiment.tags.remove(key)),
        }
        experiment.updated = at;
        self.books.put(|s| &mut s.changed, id, experiment.clone());
        self.rows
            .rare
            .push(Rare::Experiment(Box::new(experiment.clone())));
        Ok(Applied::Experiment(Box::new(experiment)))
    }

    /// Deletes or restores every run of an experiment that is not so yet.
    fn delete_runs_of(&mut self, id: ExperimentId, deleted: Option<Millis>) {
        for no in 0..self.books.next_run {
            let Some(mut record) = self.books.record_where(no, |r| {
                r.experiment == id && r.deleted.is_some() != deleted.is_some()
            }) else {
                continue;
            };
            record.deleted = deleted;
            self.touch(no, record);
        }
    }
}

fn taken(name: &str) -> StoreError {
    StoreError::conflict("experiment", format!("{name:?}"), "the name is taken")
}

/// Writes an experiment's row and tags in place of those it had.
pub(super) fn write(db: &Connection, e: &Experiment) -> duckdb::Result<()> {
    db.prepare_cached("DELETE FROM experiments WHERE id = ?")?
        .execute([e.id.0])?;
    db.prepare_cached("DELETE FROM experiment_tags WHERE experiment = ?")?
        .execute([e.id.0])?;
    db.prepare_cached(
        "INSERT INTO experiments (id, name, artifact_location, created, updated, deleted)
         VALUES (?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        e.id.0,
        e.name,
        e.artifact_location,
        e.created.0,
        e.updated.0,
        e.deleted
    ])?;
    for (key, value) in &e.tags {
        db.prepare_cached("INSERT INTO experiment_tags VALUES (?, ?, ?)")?
            .execute(params![e.id.0, key, value])?;
    }
    Ok(())
}
