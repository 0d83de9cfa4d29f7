//! What the writer knows by heart: enough of the store to judge a call before anything is written.
//!
//! Uniqueness, numbering and legal transitions are decided here and not by constraints in the
//! database. Every change to the books leaves an undo behind, so that a refused call, or a whole
//! group that could not be committed, leaves them as they were.

use super::latest::Latest;
use crate::{
    catalogue::{
        self, Catalogue, Edition, ModelPoint,
        registry::{Changed, Shelf},
    },
    error::StoreError,
    read::{each, word},
};
use duckdb::Connection;
use std::{collections::HashMap, hash::Hash, sync::Arc};
use trimtab_core::{
    job::JobState,
    links::Dataset,
    logged_model::{LoggedModel, LoggedModelId},
    metric::{MetricSummary, Point},
    record::RunRecord,
    registry::{Model, webhook::Webhook},
    release::RequestState,
    run::{Experiment, ExperimentId, RunId},
    time::Millis,
};

/// The narrow key of a run.
pub(crate) type RunNo = u32;
/// The narrow key of a metric's name.
pub(crate) type KeyNo = u32;
/// The narrow key of a data set.
pub(crate) type DatasetNo = u32;
/// The narrow key of a logged model.
pub(crate) type ModelNo = u32;

/// The books' pages. Flat maps, so that one helper can undo any entry.
#[derive(Default)]
pub(crate) struct State {
    pub experiments: HashMap<String, ExperimentId>,
    /// Experiments that the group changes; the others are in the catalogue.
    pub changed: HashMap<ExperimentId, Experiment>,
    /// Every run by its id as a number: 32 bytes a run.
    pub runs: HashMap<u128, RunNo>,
    pub next_run: RunNo,
    pub keys: HashMap<String, KeyNo>,
    /// Metrics' keys that the group makes.
    pub new_keys: HashMap<String, KeyNo>,
    /// Runs that the group makes or changes, but for their metrics; the others are in the catalogue.
    pub records: HashMap<RunNo, RunRecord>,
    /// Metrics that the group adds to.
    pub summaries: HashMap<(RunNo, KeyNo), MetricSummary>,
    /// Data sets by experiment, name and digest.
    pub datasets: HashMap<(ExperimentId, String, String), (DatasetNo, Arc<Dataset>)>,
    /// Every logged model by its id.
    pub logged: HashMap<LoggedModelId, ModelNo>,
    /// Logged models that the group makes or changes; the others are in the catalogue.
    pub logged_changed: HashMap<ModelNo, LoggedModel>,
    /// Values that the group measures of them, numbered.
    pub model_points: HashMap<usize, ModelPoint>,
    /// Metric values in the store.
    pub points: u64,
    /// Models that the group changes or takes out; the others are on the shelf.
    pub changed_models: Changed<Model>,
    /// The same for webhooks.
    pub changed_webhooks: Changed<Webhook>,
    pub deployments: u64,
    pub requests: HashMap<u64, RequestState>,
    pub jobs: HashMap<u64, JobState>,
    /// Number and digest of the last audit entry.
    pub audit: (u64, String),
}

type Undo = Box<dyn FnOnce(&mut State) + Send>;

/// The pages and how to turn them back.
#[derive(Default)]
pub(crate) struct Books {
    state: State,
    undo: Vec<Undo>,
    /// What was committed, as readers see it.
    pub catalogue: Arc<Catalogue>,
    /// The same for models and webhooks.
    pub shelf: Arc<Shelf>,
}

impl std::ops::Deref for Books {
    type Target = State;
    fn deref(&self) -> &State {
        &self.state
    }
}

impl Books {
    /// Writes an entry of a map.
    pub fn put<K, V>(&mut self, map: fn(&mut State) -> &mut HashMap<K, V>, key: K, value: V)
    where
        K: Clone + Eq + Hash + Send + 'static,
        V: Send + 'static,
    {
        let old = map(&mut self.state).insert(key.clone(), value);
        self.undo.push(Box::new(move |state| {
            match old {
                Some(value) => map(state).insert(key, value),
                None => map(state).remove(&key),
            };
        }));
    }

    /// Takes an entry of a map out.
    pub fn take<K, V>(&mut self, map: fn(&mut State) -> &mut HashMap<K, V>, key: &K)
    where
        K: Clone + Eq + Hash + Send + 'static,
        V: Send + 'static,
    {
        if let Some((key, old)) = map(&mut self.state).remove_entry(key) {
            self.undo
                .push(Box::new(move |state| drop(map(state).insert(key, old))));
        }
    }

    /// Writes a single value.
    pub fn set<T: Send + 'static>(&mut self, slot: fn(&mut State) -> &mut T, value: T) {
        let old = std::mem::replace(slot(&mut self.state), value);
        self.undo.push(Box::new(move |state| *slot(state) = old));
    }

    /// A place to turn back to.
    pub fn mark(&self) -> usize {
        self.undo.len()
    }

    /// Turns back to a mark.
    pub fn undo_to(&mut self, mark: usize) {
        for undo in self.undo.drain(mark..).rev() {
            undo(&mut self.state);
        }
    }

    /// What was written stands: it is committed, and readers are shown it.
    pub fn keep(&mut self) {
        self.undo.clear();
        let state = &mut self.state;
        let edition = Edition {
            experiments: &mut state.changed.drain().map(|(_, e)| e),
            runs: state.records.drain().collect(),
            keys: &mut state.new_keys.drain(),
            summaries: &mut state.summaries.drain(),
            logged: state.logged_changed.drain().collect(),
            model_points: &mut state.model_points.drain().map(|(_, p)| p),
        };
        if !edition.is_empty() {
            self.catalogue.publish(edition);
        }
        self.shelf
            .publish(&mut state.changed_models, &mut state.changed_webhooks);
    }

    /// The number of a run.
    pub fn run(&self, id: &RunId) -> Result<RunNo, StoreError> {
        let no = self.state.runs.get(&run_key(id)).copied();
        no.ok_or_else(|| StoreError::missing("run", id))
    }

    /// A run's record, as the group has left it so far; without the metrics that the group added.
    pub fn record(&self, no: RunNo) -> Option<RunRecord> {
        match self.state.records.get(&no) {
            Some(changed) => Some(changed.clone()),
            None => self.catalogue.record(no).map(Arc::unwrap_or_clone),
        }
    }

    /// A run's record when it is as wished, without a copy when it is not.
    pub fn record_where(
        &self,
        no: RunNo,
        wished: impl Fn(&RunRecord) -> bool,
    ) -> Option<RunRecord> {
        match self.state.records.get(&no) {
            Some(changed) => wished(changed).then(|| changed.clone()),
            None => {
                let pages = self.catalogue.look();
                let entry = pages.runs.get(no as usize)?;
                wished(&entry.record).then(|| (*entry.record).clone())
            }
        }
    }

    /// The number and record of a run that is not deleted.
    pub fn active(&self, id: &RunId) -> Result<(RunNo, RunRecord), StoreError> {
        let no = self.run(id)?;
        let record = self.record(no);
        let record = record.ok_or_else(|| StoreError::missing("run", id))?;
        match record.deleted {
            None => Ok((no, record)),
            Some(_) => Err(StoreError::deleted("run", id)),
        }
    }

    /// Whether a run is deleted, without its record.
    pub fn is_deleted(&self, no: RunNo) -> bool {
        match self.state.records.get(&no) {
            Some(changed) => changed.deleted.is_some(),
            None => self.catalogue.is_deleted(no),
        }
    }

    /// What is known of one metric of a run.
    pub fn summary(&self, no: RunNo, key: KeyNo) -> Option<MetricSummary> {
        let added = self.state.summaries.get(&(no, key)).copied();
        added.or_else(|| self.catalogue.summary(no, key))
    }

    /// The number of a logged model.
    pub fn logged_no(&self, id: &LoggedModelId) -> Result<ModelNo, StoreError> {
        let no = self.state.logged.get(id).copied();
        no.ok_or_else(|| StoreError::missing("logged model", id))
    }

    /// A logged model, as the group has left it so far.
    pub fn logged_model(&self, no: ModelNo, id: &LoggedModelId) -> Result<LoggedModel, StoreError> {
        let changed = self.state.logged_changed.get(&no).cloned();
        let known = || {
            let pages = self.catalogue.look();
            pages.logged.find(id).map(|e| (*e.model).clone())
        };
        changed
            .or_else(known)
            .ok_or_else(|| StoreError::missing("logged model", id))
    }

    /// An experiment, as the group has left it so far.
    pub fn experiment(&self, id: ExperimentId) -> Result<Experiment, StoreError> {
        let changed = self.state.changed.get(&id).cloned();
        let known = || {
            let pages = self.catalogue.look();
            pages.experiments.get(&id).map(|e| (**e).clone())
        };
        changed
            .or_else(known)
            .ok_or_else(|| StoreError::missing("experiment", id.0))
    }

    /// A registered model, as the group has left it so far. Its versions are shared.
    pub fn model(&self, name: &str) -> Option<Model> {
        match self.state.changed_models.get(name) {
            Some(changed) => changed.as_deref().cloned(),
            None => self.shelf.model(name).map(|m| (*m).clone()),
        }
    }

    /// Reads the books from a store, and what its table of latest values does not say yet.
    pub fn load(db: &Connection) -> Result<(Self, Latest), duckdb::Error> {
        let mut state = State::default();
        each(db, "SELECT name, id FROM experiments", [], |r| {
            state.experiments.insert(r.get(0)?, ExperimentId(r.get(1)?));
            Ok(())
        })?;
        let (summaries, behind) = Latest::load(db)?;
        let (catalogue, datasets) = catalogue::load(db, &summaries)?;
        for (no, (experiment, dataset)) in datasets {
            let key = (experiment, dataset.name.clone(), dataset.digest.clone());
            state.datasets.insert(key, (no, dataset));
        }
        for (no, entry) in (0..).zip(&catalogue.look().logged.entries) {
            state.logged.insert(entry.model.id.clone(), no);
        }
        for (no, entry) in (0..).zip(&catalogue.look().runs) {
            state.next_run = no + 1;
            state.runs.insert(run_key(&entry.record.id), no);
        }
        each(db, "SELECT key, key_no FROM metric_keys", [], |r| {
            state.keys.insert(r.get(0)?, r.get(1)?);
            Ok(())
        })?;
        each(db, "SELECT id, state FROM requests", [], |r| {
            let word = word(r, 1, RequestState::from_word)?;
            state.requests.insert(r.get(0)?, word);
            Ok(())
        })?;
        each(db, "SELECT id, state FROM jobs", [], |r| {
            let word = word(r, 1, JobState::from_word)?;
            state.jobs.insert(r.get(0)?, word);
            Ok(())
        })?;
        each(
            db,
            "SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1",
            [],
            |r| {
                state.audit = (r.get(0)?, r.get(1)?);
                Ok(())
            },
        )?;
        each(
            db,
            "SELECT (SELECT count(*) FROM metrics),
                    (SELECT coalesce(max(seq), 0) FROM deployments)",
            [],
            |r| {
                (state.points, state.deployments) = (r.get(0)?, r.get(1)?);
                Ok(())
            },
        )?;
        let books = Self {
            state,
            undo: Vec::new(),
            catalogue: Arc::new(catalogue),
            shelf: Arc::new(catalogue::registry::load(db)?),
        };
        Ok((books, behind))
    }
}

/// A run's id as a number.
pub(crate) fn run_key(id: &RunId) -> u128 {
    // 32 hexadecimal digits always fit; the type says so, the parser cannot.
    u128::from_str_radix(id.as_str(), 16).unwrap_or_default()
}

/// A summary from seven columns: step, time, value, min, max, count.
pub(crate) fn summary(r: &duckdb::Row<'_>, at: usize) -> duckdb::Result<MetricSummary> {
    Ok(MetricSummary {
        latest: Point {
            step: r.get(at)?,
            time: Millis(r.get(at + 1)?),
            value: r.get(at + 2)?,
        },
        min: r.get(at + 3)?,
        max: r.get(at + 4)?,
        count: r.get(at + 5)?,
    })
}
