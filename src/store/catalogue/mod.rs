//! Every run and experiment, in memory: what tables, searches and `runs/get` are answered from.
//!
//! The writer fills it from the store when it starts and after every commit, before it answers;
//! readers see the last commit, without SQL. What a search can ask for is here; metric history is
//! not. 100,000 runs with ten parameters and ten metrics each take about 150 MB.

mod candidate;
mod columns;
mod family;
mod find;
mod load;
mod load_links;
mod load_logged;
pub(crate) mod logged;
pub(crate) mod logged_search;
mod order;
pub(crate) mod registry;
mod runs;
pub(crate) mod search;
mod table;
mod text;
mod words;

pub use find::{RegistryPage, RegistrySearch};
pub(crate) use load::load;
pub(crate) use logged::ModelPoint;

use crate::writer::books::{KeyNo, ModelNo, RunNo, run_key};
use columns::Columns;
use logged::Logged;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};
use trimtab_core::{
    logged_model::LoggedModel,
    metric::MetricSummary,
    record::{RunRecord, Shared},
    run::{Experiment, ExperimentId, RunId, RunStatus},
    time::Millis,
};
use words::Words;

/// The catalogue. Readers hold its lock for the time of one search.
#[derive(Default)]
pub(crate) struct Catalogue(RwLock<Pages>);

/// What is known of a run: its record, and the text that plain words are looked for in. What every search asks
/// first is here too, beside its neighbours' in memory; the record is a place of its own.
pub(crate) struct Entry {
    pub record: Arc<RunRecord>,
    pub text: Box<str>,
    pub started: Millis,
    pub experiment: ExperimentId,
    pub is_deleted: bool,
}

impl Entry {
    fn new(record: RunRecord) -> Self {
        Self {
            text: text::of(&record),
            started: record.started,
            experiment: record.experiment,
            is_deleted: record.deleted.is_some(),
            record: Arc::new(record),
        }
    }

    /// 1 for a run that goes on and is not deleted, to be summed.
    fn goes_on(&self) -> usize {
        let record = &self.record;
        usize::from(record.status == RunStatus::Running && !self.is_deleted)
    }
}

/// The catalogue's pages.
#[derive(Default)]
pub(crate) struct Pages {
    /// By [`RunNo`], without gaps.
    pub runs: Vec<Entry>,
    /// How many of them go on and are not deleted.
    pub running: usize,
    by_id: HashMap<u128, RunNo>,
    pub experiments: BTreeMap<ExperimentId, Arc<Experiment>>,
    pub logged: Logged,
    /// Names of metrics, by [`KeyNo`].
    keys: Vec<Shared>,
    pub columns: Columns,
    pub words: Words,
}

/// What one commit changed.
pub(crate) struct Edition<'a> {
    pub experiments: &'a mut dyn Iterator<Item = Experiment>,
    /// Whole records, by number; new ones in order.
    pub runs: BTreeMap<RunNo, RunRecord>,
    pub keys: &'a mut dyn Iterator<Item = (String, KeyNo)>,
    pub summaries: &'a mut dyn Iterator<Item = ((RunNo, KeyNo), MetricSummary)>,
    /// Logged models, by number; new ones in order.
    pub logged: BTreeMap<ModelNo, LoggedModel>,
    pub model_points: &'a mut dyn Iterator<Item = ModelPoint>,
}

impl Edition<'_> {
    /// Whether nothing of the catalogue changed.
    pub fn is_empty(&self) -> bool {
        let none = |more: (usize, Option<usize>)| more.1 == Some(0);
        self.runs.is_empty()
            && none(self.experiments.size_hint())
            && none(self.keys.size_hint())
            && none(self.summaries.size_hint())
            && self.logged.is_empty()
            && none(self.model_points.size_hint())
    }
}

impl Catalogue {
    /// Looks, with the lock held: nothing may wait in here.
    pub fn look(&self) -> RwLockReadGuard<'_, Pages> {
        // A panic of the writer while it writes leaves whole entries: each is replaced in one move.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what a commit changed.
    pub fn publish(&self, edition: Edition<'_>) {
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for experiment in edition.experiments {
            pages
                .experiments
                .insert(experiment.id, Arc::new(experiment));
        }
        for (key, no) in edition.keys {
            let key = pages.words.share(&key);
            pages.put_key(no, key);
        }
        for (no, record) in edition.runs {
            pages.put_run(no, record);
        }
        for ((no, key), summary) in edition.summaries {
            pages.put_summary(no, key, summary);
        }
        let Pages { logged, words, .. } = &mut *pages;
        for (no, model) in edition.logged {
            logged.put_model(no, model, words);
        }
        for point in edition.model_points {
            pages.put_model_point(&point);
        }
    }

    /// A run's record.
    pub fn record(&self, no: RunNo) -> Option<Arc<RunRecord>> {
        self.look()
            .runs
            .get(no as usize)
            .map(|e| Arc::clone(&e.record))
    }

    /// Whether a run is deleted.
    pub fn is_deleted(&self, no: RunNo) -> bool {
        let pages = self.look();
        let entry = pages.runs.get(no as usize);
        entry.is_some_and(|e| e.is_deleted)
    }

    /// What is known of one metric of a run.
    pub fn summary(&self, no: RunNo, key: KeyNo) -> Option<MetricSummary> {
        let pages = self.look();
        let key = pages.keys.get(key as usize)?;
        pages
            .runs
            .get(no as usize)?
            .record
            .metrics
            .get(key)
            .copied()
    }
}

impl Pages {
    /// The run with an id.
    pub fn find(&self, id: &RunId) -> Option<&Entry> {
        self.runs.get(*self.by_id.get(&run_key(id))? as usize)
    }

    /// The name of an experiment.
    pub fn experiment_name(&self, id: ExperimentId) -> &str {
        self.experiments.get(&id).map_or("", |e| &e.name)
    }

    fn put_key(&mut self, no: KeyNo, key: Shared) {
        let at = no as usize;
        if self.keys.len() <= at {
            self.keys.resize(at + 1, Shared::from(""));
        }
        self.keys[at] = key;
    }

    fn put_run(&mut self, no: RunNo, mut record: RunRecord) {
        for facts in [&mut record.params, &mut record.tags] {
            for (key, value) in facts.iter_mut() {
                *key = self.words.share(key);
                *value = self.words.share(value);
            }
        }
        record.user = self.words.share(&record.user);
        let entry = Entry::new(record);
        match self.runs.get_mut(no as usize) {
            Some(known) => {
                self.running = self.running + entry.goes_on() - known.goes_on();
                *known = entry;
            }
            None => self.add(no, entry),
        }
    }

    /// Takes in a run that is new.
    fn add(&mut self, no: RunNo, entry: Entry) {
        debug_assert_eq!(self.runs.len(), no as usize);
        self.by_id.insert(run_key(&entry.record.id), no);
        self.running += entry.goes_on();
        self.runs.push(entry);
    }

    fn put_summary(&mut self, no: RunNo, key: KeyNo, summary: MetricSummary) {
        let (Some(name), Some(entry)) =
            (self.keys.get(key as usize), self.runs.get_mut(no as usize))
        else {
            return;
        };
        Arc::make_mut(&mut entry.record)
            .metrics
            .insert(Arc::clone(name), summary);
        self.columns.put(name, no, summary.latest.value);
    }
}
