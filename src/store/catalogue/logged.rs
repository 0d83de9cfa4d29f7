//! Logged models, in memory like runs.

use super::{Pages, words::Words};
use crate::{
    Store,
    writer::books::{KeyNo, ModelNo, RunNo},
};
use std::{collections::HashMap, sync::Arc};
use trimtab_core::{
    logged_model::{DatasetName, LoggedModel, LoggedModelId, ModelMetrics},
    metric::Point,
    record::RunRecord,
};

/// The catalogue's pages of logged models.
#[derive(Default)]
pub(crate) struct Logged {
    /// By [`ModelNo`], without gaps.
    pub entries: Vec<Entry>,
    by_id: HashMap<LoggedModelId, ModelNo>,
}

/// What is known of a logged model.
#[derive(Clone)]
pub(crate) struct Entry {
    pub model: Arc<LoggedModel>,
    pub metrics: Arc<ModelMetrics>,
}

/// A value measured of a model, by numbers.
#[derive(Clone, Debug)]
pub(crate) struct ModelPoint {
    pub model: ModelNo,
    pub run: RunNo,
    pub key: KeyNo,
    pub point: Point,
    pub dataset: Option<Arc<DatasetName>>,
}

/// A logged model that was found, as it was then.
#[derive(Clone, Debug)]
pub struct FoundModel {
    /// The model.
    pub model: Arc<LoggedModel>,
    /// What was measured of it.
    pub metrics: Arc<ModelMetrics>,
    /// Where its artifacts are.
    pub artifact_uri: String,
}

impl Logged {
    /// The model with an id.
    pub fn find(&self, id: &LoggedModelId) -> Option<&Entry> {
        self.entries.get(*self.by_id.get(id)? as usize)
    }

    /// Puts a model in, in place of the one with its number.
    pub fn put(&mut self, no: ModelNo, entry: Entry) {
        match self.entries.get_mut(no as usize) {
            Some(known) => *known = entry,
            None => {
                debug_assert_eq!(self.entries.len(), no as usize);
                self.by_id.insert(entry.model.id.clone(), no);
                self.entries.push(entry);
            }
        }
    }

    /// Takes a model's changed facts in; what was measured of it stays.
    pub fn put_model(&mut self, no: ModelNo, mut model: LoggedModel, words: &mut Words) {
        for facts in [&mut model.params, &mut model.tags] {
            for (key, value) in facts.iter_mut() {
                *key = words.share(key);
                *value = words.share(value);
            }
        }
        let known = self.entries.get(no as usize);
        let metrics = known.map(|e| Arc::clone(&e.metrics)).unwrap_or_default();
        let model = Arc::new(model);
        self.put(no, Entry { model, metrics });
    }
}

impl Pages {
    /// Takes a measured value in.
    pub(super) fn put_model_point(&mut self, said: &ModelPoint) {
        let entry = self.logged.entries.get_mut(said.model as usize);
        let key = self.keys.get(said.key as usize);
        let run = self.runs.get(said.run as usize);
        if let (Some(entry), Some(key), Some(run)) = (entry, key, run) {
            // Copied only while somebody still reads what it was.
            Arc::make_mut(&mut entry.metrics).add(
                key,
                &run.record.id,
                said.dataset.as_ref(),
                said.point,
            );
        }
    }

    /// Where a logged model's artifacts are.
    pub(super) fn model_uri(&self, model: &LoggedModel) -> String {
        let experiment = self.experiments.get(&model.experiment);
        experiment.map_or_else(String::new, |e| e.model_uri(&model.id))
    }

    pub(super) fn found_model(&self, entry: &Entry) -> FoundModel {
        FoundModel {
            model: Arc::clone(&entry.model),
            metrics: Arc::clone(&entry.metrics),
            artifact_uri: self.model_uri(&entry.model),
        }
    }
}

impl Store {
    /// One logged model, deleted or not. Costs nothing: no SQL, no copy.
    pub fn logged_model(&self, id: &LoggedModelId) -> Option<FoundModel> {
        let pages = self.catalogue().look();
        pages.logged.find(id).map(|e| pages.found_model(e))
    }

    /// The records of an experiment's runs that read a data set, deleted ones too.
    pub fn readers_of_datasets(&self, wanted: impl Fn(&RunRecord) -> bool) -> Vec<Arc<RunRecord>> {
        let pages = self.catalogue().look();
        let records = pages.runs.iter().map(|e| &e.record);
        records
            .filter(|r| !r.links().datasets.is_empty() && wanted(r))
            .cloned()
            .collect()
    }
}
