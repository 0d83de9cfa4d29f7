//! Answers about runs and experiments, without SQL.

use super::Pages;
use crate::{Store, StoreError};
use std::{collections::HashSet, sync::Arc};
use trimtab_core::{
    record::{RunRecord, Shared},
    run::{Experiment, ExperimentId, RunId, RunNames, RunRow},
};

/// Runs that are looked through for names.
const SAMPLE: usize = 20_000;
/// Names of a kind that are told.
const NAMES: usize = 2_000;
/// Runs that a text may stand for before the rest is left out.
const FOUND: usize = 50;

impl Store {
    /// Every experiment, deleted ones too, by number.
    pub fn experiments(&self) -> Vec<Arc<Experiment>> {
        self.catalogue()
            .look()
            .experiments
            .values()
            .cloned()
            .collect()
    }

    /// One experiment, deleted or not.
    pub fn experiment(&self, id: ExperimentId) -> Option<Arc<Experiment>> {
        self.catalogue().look().experiments.get(&id).cloned()
    }

    /// The ids of an experiment's runs, deleted ones too.
    pub fn runs_of(&self, id: ExperimentId) -> Vec<RunId> {
        let pages = self.catalogue().look();
        let records = pages.runs.iter().map(|e| &e.record);
        let within = records.filter(|r| r.experiment == id);
        within.map(|r| r.id.clone()).collect()
    }

    /// What is known of one run, deleted or not. Costs nothing: no SQL, no copy.
    pub fn record(&self, id: &RunId) -> Option<Arc<RunRecord>> {
        let pages = self.catalogue().look();
        pages.find(id).map(|e| Arc::clone(&e.record))
    }

    /// One run as a row, deleted or not.
    pub async fn run(&self, id: &RunId) -> Result<Option<RunRow>, StoreError> {
        self.still_open()?;
        let pages = self.catalogue().look();
        Ok(pages.find(id).map(|e| pages.row(&e.record)))
    }

    /// The runs that a text stands for: the one with that id (even if it is deleted), else those whose id starts
    /// with it or whose name it is, newest first, 50 at most. Of the deleted ones alone when `deleted`.
    pub async fn find_runs(&self, text: &str, deleted: bool) -> Result<Vec<RunRow>, StoreError> {
        let text = text.to_owned();
        self.with_catalogue("looking for a run", move |pages| {
            let exact = text.parse().ok().and_then(|id| pages.find(&id));
            if let Some(exact) = exact.filter(|e| !deleted || e.record.deleted.is_some()) {
                return vec![pages.row(&exact.record)];
            }
            let meant = |r: &&Arc<RunRecord>| {
                r.deleted.is_some() == deleted
                    && (r.name == text || (!text.is_empty() && r.id.as_str().starts_with(&text)))
            };
            let mut found: Vec<_> = pages.runs.iter().map(|e| &e.record).filter(meant).collect();
            found.reverse();
            found.sort_by_key(|r| std::cmp::Reverse(r.started));
            found.truncate(FOUND);
            found.into_iter().map(|r| pages.row(r)).collect()
        })
        .await
    }

    /// The names of metrics, parameters, tags, users and experiments. Of many runs, every so manyth is looked at.
    pub async fn run_names(&self) -> Result<RunNames, StoreError> {
        self.with_catalogue("reading names", names).await
    }

    /// Looks through the catalogue on a thread where that may take its milliseconds.
    pub(crate) async fn with_catalogue<T: Send + 'static>(
        &self,
        operation: &'static str,
        look: impl FnOnce(&Pages) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        self.still_open()?;
        let catalogue = Arc::clone(self.catalogue());
        let done = tokio::task::spawn_blocking(move || look(&catalogue.look())).await;
        done.map_err(|e| StoreError::Db {
            operation,
            detail: format!("its thread ended: {e}"),
        })
    }
}

impl Pages {
    pub(crate) fn row(&self, record: &RunRecord) -> RunRow {
        record.row(self.experiment_name(record.experiment))
    }
}

fn names(pages: &Pages) -> RunNames {
    let step = (pages.runs.len() / SAMPLE).max(1);
    let sample = || pages.runs.iter().rev().step_by(step).map(|e| &*e.record);
    let distinct = |keys: &mut dyn Iterator<Item = &Shared>| {
        // Keys are shared: most are told apart by where they lie, and few are read.
        let mut seen = HashSet::new();
        let mut found: Vec<String> = keys
            .filter(|k| seen.insert(k.as_ptr()))
            .map(|k| k.to_string())
            .filter(|k| !k.is_empty())
            .collect();
        found.sort_unstable();
        found.dedup();
        found.truncate(NAMES);
        found
    };
    let experiments = pages.experiments.values().filter(|e| !e.deleted);
    RunNames {
        metrics: distinct(&mut sample().flat_map(|r| r.metrics.iter().map(|(k, _)| k))),
        params: distinct(&mut sample().flat_map(|r| r.params.iter().map(|(k, _)| k))),
        tags: distinct(&mut sample().flat_map(|r| r.tags.iter().map(|(k, _)| k))),
        users: distinct(&mut sample().map(|r| &r.user)),
        experiments: experiments.map(|e| e.name.clone()).take(NAMES).collect(),
    }
}
