//! Answers about runs and experiments, without SQL.

use super::Pages;
use crate::{
    Store, StoreError,
    read::order::{self, Hit},
};
use memchr::memmem::Finder;
use std::sync::Arc;
use trimtab_core::{
    record::RunRecord,
    run::{Experiment, ExperimentId, RunId, RunPage, RunQuery, RunRow},
};

/// Rows of a page when the query does not say.
const PAGE: u32 = 200;
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

    /// The runs that a query matches, in its order, one page of them; deleted ones are left out.
    pub async fn runs(&self, query: RunQuery) -> Result<RunPage, StoreError> {
        self.with_catalogue("reading runs", move |pages| page(pages, &query))
            .await
    }

    /// The runs that a text stands for: the one with that id, else those whose id starts with it
    /// or whose name it is, newest first, 50 at most.
    pub async fn find_runs(&self, text: &str) -> Result<Vec<RunRow>, StoreError> {
        let text = text.to_owned();
        self.with_catalogue("looking for a run", move |pages| {
            if let Some(exact) = text.parse().ok().and_then(|id| pages.find(&id)) {
                return vec![pages.row(&exact.record)];
            }
            let meant = |r: &&Arc<RunRecord>| {
                r.deleted.is_none()
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

fn page(pages: &Pages, query: &RunQuery) -> RunPage {
    let experiment = match &query.experiment {
        Some(name) => match pages.experiments.values().find(|e| e.name == *name) {
            Some(experiment) => Some(experiment.id),
            None => return RunPage::default(),
        },
        None => None,
    };
    let words: Vec<String> = query.words.iter().map(|w| w.to_lowercase()).collect();
    let words: Vec<Finder<'_>> = words.iter().map(Finder::new).collect();
    let mut hits: Vec<Hit<'_>> = (0..)
        .zip(&pages.runs)
        .filter(|(_, e)| {
            e.record.deleted.is_none()
                && experiment.is_none_or(|id| e.record.experiment == id)
                && words.iter().all(|w| w.find(e.text.as_bytes()).is_some())
        })
        .map(|(no, e)| Hit {
            no,
            record: &e.record,
        })
        .collect();
    let total = hits.len() as u64;
    let limit = if query.limit == 0 { PAGE } else { query.limit };
    let from = usize::try_from(query.offset).unwrap_or(usize::MAX);
    let order = order::Order::of(query.order.as_ref(), &hits);
    let rows = order.cut(&mut hits, from, limit as usize);
    RunPage {
        total,
        offset: query.offset,
        rows: rows.map(|r| pages.row(r)).collect(),
    }
}
