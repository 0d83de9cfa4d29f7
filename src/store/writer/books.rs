//! What the writer knows by heart: enough of the store to judge a call before anything is written.
//!
//! Uniqueness, numbering and legal transitions are decided here and not by constraints in the
//! database. Every change to the books leaves an undo behind, so that a refused call, or a whole
//! group that could not be committed, leaves them as they were.

use crate::error::StoreError;
use duckdb::{Connection, params};
use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};
use trimtab_core::{
    job::JobState,
    metric::{MetricSummary, Point},
    registry::Version,
    release::RequestState,
    run::{ExperimentId, RunId, RunStatus},
    time::Millis,
};

/// The narrow key of a run.
pub(crate) type RunNo = u32;
/// The narrow key of a metric's name.
pub(crate) type KeyNo = u32;

/// Runs whose details are kept before the cache is emptied: about 30 MB with 20 facts each.
const DETAILS: usize = 10_000;

/// What is known of one run while it is written to.
#[derive(Clone, Debug)]
pub(crate) struct Detail {
    pub id: RunId,
    pub name: String,
    pub status: RunStatus,
    pub ended: Option<Millis>,
    pub params: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
}

impl Detail {
    /// What a search looks in: see the column `runs.text`.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}", self.name, self.id);
        for (key, value) in self.params.iter().chain(&self.tags) {
            text.push('\n');
            text.push_str(key);
            text.push('=');
            text.push_str(value);
        }
        text.to_lowercase()
    }
}

/// The books' pages. Flat maps, so that one helper can undo any entry.
#[derive(Default)]
pub(crate) struct State {
    pub experiments: HashMap<String, ExperimentId>,
    /// Every run by its id as a number: 32 bytes a run.
    pub runs: HashMap<u128, RunNo>,
    pub next_run: RunNo,
    pub keys: HashMap<String, KeyNo>,
    /// Read when a run is first written to.
    pub details: HashMap<RunNo, Detail>,
    pub summaries: HashMap<(RunNo, KeyNo), MetricSummary>,
    /// Metric values in the store.
    pub points: u64,
    /// The newest version of each model. Versions are 1, 2, 3, … without gaps.
    pub models: HashMap<String, u32>,
    pub aliases: HashMap<(String, String), Version>,
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

    /// What was written stands: it is committed.
    pub fn keep(&mut self) {
        self.undo.clear();
        if self.state.details.len() > DETAILS {
            self.state.details.clear();
            self.state.summaries.clear();
        }
    }

    /// The number of a run.
    pub fn run(&self, id: &RunId) -> Result<RunNo, StoreError> {
        let no = self.state.runs.get(&run_key(id)).copied();
        no.ok_or_else(|| StoreError::missing("run", id))
    }

    /// The details of a run, read from the store when they are not at hand. What is read is
    /// committed state: a run that the current group touched is always at hand.
    pub fn detail(&mut self, db: &Connection, no: RunNo) -> Result<Detail, duckdb::Error> {
        if let Some(detail) = self.state.details.get(&no) {
            return Ok(detail.clone());
        }
        let mut detail = db
            .prepare_cached("SELECT id, name, status, ended FROM runs WHERE run_no = ?")?
            .query_row([no], |r| {
                Ok(Detail {
                    id: crate::read::parsed(r, 0)?,
                    name: r.get(1)?,
                    status: crate::read::word(r, 2, RunStatus::from_word)?,
                    ended: r.get::<_, Option<i64>>(3)?.map(Millis),
                    params: BTreeMap::new(),
                    tags: BTreeMap::new(),
                })
            })?;
        detail.params = pairs(db, "SELECT key, value FROM params WHERE run_no = ?", no)?;
        detail.tags = pairs(db, "SELECT key, value FROM tags WHERE run_no = ?", no)?;
        let mut query = db.prepare_cached(
            "SELECT key_no, step, time, value, min, max, count FROM metric_latest WHERE run_no = ?",
        )?;
        let mut rows = query.query([no])?;
        while let Some(r) = rows.next()? {
            self.state.summaries.insert((no, r.get(0)?), summary(r, 1)?);
        }
        self.state.details.insert(no, detail.clone());
        Ok(detail)
    }

    /// Reads the books from a store.
    pub fn load(db: &Connection) -> Result<Self, duckdb::Error> {
        let mut state = State::default();
        each(db, "SELECT name, id FROM experiments", |r| {
            state.experiments.insert(r.get(0)?, ExperimentId(r.get(1)?));
            Ok(())
        })?;
        each(db, "SELECT id, run_no FROM runs", |r| {
            let (id, no): (RunId, RunNo) = (crate::read::parsed(r, 0)?, r.get(1)?);
            state.next_run = state.next_run.max(no + 1);
            state.runs.insert(run_key(&id), no);
            Ok(())
        })?;
        each(db, "SELECT key, key_no FROM metric_keys", |r| {
            state.keys.insert(r.get(0)?, r.get(1)?);
            Ok(())
        })?;
        each(db, "SELECT name, 0 FROM models", |r| {
            state.models.insert(r.get(0)?, r.get(1)?);
            Ok(())
        })?;
        each(
            db,
            "SELECT model, max(version) FROM model_versions GROUP BY model",
            |r| {
                state.models.insert(r.get(0)?, r.get(1)?);
                Ok(())
            },
        )?;
        each(db, "SELECT model, alias, version FROM aliases", |r| {
            state
                .aliases
                .insert((r.get(0)?, r.get(1)?), Version(r.get(2)?));
            Ok(())
        })?;
        each(db, "SELECT id, state FROM requests", |r| {
            let word = crate::read::word(r, 1, RequestState::from_word)?;
            state.requests.insert(r.get(0)?, word);
            Ok(())
        })?;
        each(db, "SELECT id, state FROM jobs", |r| {
            let word = crate::read::word(r, 1, JobState::from_word)?;
            state.jobs.insert(r.get(0)?, word);
            Ok(())
        })?;
        each(
            db,
            "SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1",
            |r| {
                state.audit = (r.get(0)?, r.get(1)?);
                Ok(())
            },
        )?;
        each(
            db,
            "SELECT (SELECT coalesce(sum(count), 0)::BIGINT FROM metric_latest),
                    (SELECT coalesce(max(seq), 0) FROM deployments)",
            |r| {
                (state.points, state.deployments) = (r.get(0)?, r.get(1)?);
                Ok(())
            },
        )?;
        Ok(Self {
            state,
            undo: Vec::new(),
        })
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

fn each(
    db: &Connection,
    sql: &str,
    mut row: impl FnMut(&duckdb::Row<'_>) -> duckdb::Result<()>,
) -> duckdb::Result<()> {
    let mut query = db.prepare(sql)?;
    let mut rows = query.query([])?;
    while let Some(r) = rows.next()? {
        row(r)?;
    }
    Ok(())
}

fn pairs(db: &Connection, sql: &str, no: RunNo) -> duckdb::Result<BTreeMap<String, String>> {
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map(params![no], |r| Ok((r.get(0)?, r.get(1)?)))?;
    rows.collect()
}
