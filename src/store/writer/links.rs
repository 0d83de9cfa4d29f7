//! Judging and writing what is said of the data sets and models that runs read and made.

use super::{
    Desk,
    books::{DatasetNo, RunNo},
    rows::Rare,
};
use crate::{
    change::{Applied, NewDatasetUse},
    error::StoreError,
};
use duckdb::{Connection, params};
use std::{collections::BTreeSet, sync::Arc};
use trimtab_core::{
    links::{Dataset, DatasetUse},
    record::{Shared, Sorted},
    run::{ExperimentId, RunId},
};

/// What is written, one statement or a few each.
pub(super) enum Row {
    Dataset(DatasetNo, ExperimentId, Arc<Dataset>),
    Use(RunNo, DatasetNo, Sorted<Shared>),
    Input(RunNo, Shared),
    Output(RunNo, Shared, i64),
}

impl Desk<'_> {
    pub(super) fn log_inputs(
        &mut self,
        run: &RunId,
        datasets: &[NewDatasetUse],
        models: &[String],
    ) -> Result<Applied, StoreError> {
        let (no, mut record) = self.books.active(run)?;
        let mut links = record.links().clone();
        let mut rows = Vec::new();
        for said in datasets {
            let (dataset_no, dataset, new) = self.dataset(record.experiment, &said.dataset);
            if new {
                rows.push(Row::Dataset(
                    dataset_no,
                    record.experiment,
                    Arc::clone(&dataset),
                ));
            }
            let tags = tags(&said.tags);
            let used = DatasetUse {
                dataset,
                tags: tags.clone(),
            };
            if links.add_dataset(used) {
                each_key_once(run, &said.tags)?;
                rows.push(Row::Use(no, dataset_no, tags));
            }
        }
        for model in models {
            let model = Shared::from(model.as_str());
            if links.add_input(Arc::clone(&model)) {
                rows.push(Row::Input(no, model));
            }
        }
        if !rows.is_empty() {
            record.links = Some(Arc::new(links));
            self.books.put(|s| &mut s.records, no, record);
            self.rows.rare.extend(rows.into_iter().map(Rare::Link));
        }
        Ok(Applied::Done)
    }

    pub(super) fn log_outputs(
        &mut self,
        run: &RunId,
        models: &[(String, i64)],
    ) -> Result<Applied, StoreError> {
        let (no, mut record) = self.books.active(run)?;
        let mut links = record.links().clone();
        let mut rows = Vec::new();
        for (model, step) in models {
            let id = Shared::from(model.as_str());
            if !links.add_output(Arc::clone(&id), *step) {
                return Err(StoreError::conflict(
                    "run",
                    run,
                    format!("it is known to have made the model {model:?}"),
                ));
            }
            rows.push(Row::Output(no, id, *step));
        }
        if !rows.is_empty() {
            record.links = Some(Arc::new(links));
            self.books.put(|s| &mut s.records, no, record);
            self.rows.rare.extend(rows.into_iter().map(Rare::Link));
        }
        Ok(Applied::Done)
    }

    /// The data set that an experiment knows by this name and digest; a new one is given a number.
    fn dataset(&mut self, within: ExperimentId, said: &Dataset) -> (DatasetNo, Arc<Dataset>, bool) {
        let key = (within, said.name.clone(), said.digest.clone());
        if let Some((no, known)) = self.books.datasets.get(&key) {
            return (*no, Arc::clone(known), false);
        }
        // Data sets are numbered as they come and never removed.
        let no = DatasetNo::try_from(self.books.datasets.len()).unwrap_or(DatasetNo::MAX);
        let made = Arc::new(said.clone());
        let kept = (no, Arc::clone(&made));
        self.books.put(|s| &mut s.datasets, key, kept);
        (no, made, true)
    }
}

fn tags(said: &[(String, String)]) -> Sorted<Shared> {
    let mut tags = Sorted::default();
    for (key, value) in said {
        tags.insert(key.as_str().into(), value.as_str().into());
    }
    tags
}

fn each_key_once(run: &RunId, tags: &[(String, String)]) -> Result<(), StoreError> {
    let mut keys = BTreeSet::new();
    match tags.iter().find(|(key, _)| !keys.insert(key)) {
        None => Ok(()),
        Some((key, _)) => Err(StoreError::conflict(
            "run",
            run,
            format!("the tag {key:?} of one of its data sets is there twice"),
        )),
    }
}

impl Row {
    pub(super) fn write(&self, db: &Connection) -> duckdb::Result<()> {
        match self {
            Self::Dataset(no, experiment, d) => db
                .prepare_cached("INSERT INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?
                .execute(params![
                    no,
                    experiment.0,
                    d.name,
                    d.digest,
                    d.source_type,
                    d.source,
                    d.schema,
                    d.profile
                ])
                .map(drop),
            Self::Use(run, dataset, tags) => {
                db.prepare_cached("INSERT INTO dataset_inputs VALUES (?, ?)")?
                    .execute(params![run, dataset])?;
                for (key, value) in tags.iter() {
                    db.prepare_cached("INSERT INTO dataset_input_tags VALUES (?, ?, ?, ?)")?
                        .execute(params![run, dataset, &**key, &**value])?;
                }
                Ok(())
            }
            Self::Input(run, model) => db
                .prepare_cached("INSERT INTO model_inputs VALUES (?, ?)")?
                .execute(params![run, &**model])
                .map(drop),
            Self::Output(run, model, step) => db
                .prepare_cached("INSERT INTO model_outputs VALUES (?, ?, ?)")?
                .execute(params![run, &**model, step])
                .map(drop),
        }
    }
}
