//! Judging what is said about runs.

use super::{
    Desk,
    books::{Detail, RunNo, run_key},
    rows,
};
use crate::{change::Applied, error::StoreError};
use std::collections::{BTreeMap, HashMap};
use trimtab_core::{
    metric::{MetricEntry, MetricSummary},
    run::{Experiment, ExperimentId, NewRun, RunId, RunRow, RunStatus},
    time::Millis,
};

impl Desk<'_> {
    pub(super) fn create_run(
        &mut self,
        id: &RunId,
        new: &NewRun,
        name: &str,
        at: Millis,
    ) -> Result<Applied, StoreError> {
        if self.books.runs.contains_key(&run_key(id)) {
            return Err(StoreError::conflict("run", id, "the id is taken"));
        }
        let experiment = self.experiment(&new.experiment, at);
        let no = self.books.next_run;
        self.books.set(|s| &mut s.next_run, no + 1);
        self.books.put(|s| &mut s.runs, run_key(id), no);
        let detail = Detail {
            id: id.clone(),
            name: name.to_owned(),
            status: RunStatus::Running,
            ended: None,
            params: BTreeMap::new(),
            tags: new.tags.clone(),
        };
        self.books.put(|s| &mut s.details, no, detail);
        self.rows.runs.push(rows::RunRow {
            no,
            experiment,
            author: new.user.clone(),
            started: at,
            job: new.job,
        });
        let tags = new.tags.iter().map(|(k, v)| (no, k.clone(), v.clone()));
        self.rows.tags.extend(tags);
        Ok(Applied::Run(Box::new(RunRow {
            id: id.clone(),
            experiment,
            experiment_name: new.experiment.clone(),
            name: name.to_owned(),
            status: RunStatus::Running,
            user: new.user.clone(),
            started: at,
            ended: None,
            job: new.job,
            params: BTreeMap::new(),
            tags: new.tags.clone(),
            metrics: BTreeMap::new(),
        })))
    }

    /// The number of an experiment, made when its name is new. 0 is left for `Default`.
    fn experiment(&mut self, name: &str, at: Millis) -> ExperimentId {
        if let Some(id) = self.books.experiments.get(name) {
            return *id;
        }
        let highest = self.books.experiments.values().map(|id| id.0).max();
        let id = match name {
            "Default" => ExperimentId(0),
            _ => ExperimentId(highest.unwrap_or(0) + 1),
        };
        self.books.put(|s| &mut s.experiments, name.to_owned(), id);
        self.rows.experiments.push(Experiment {
            id,
            name: name.to_owned(),
            created: at,
        });
        id
    }

    pub(super) fn log(
        &mut self,
        run: &RunId,
        metrics: &[MetricEntry],
        params: &[(String, String)],
        tags: &[(String, String)],
    ) -> Result<Applied, StoreError> {
        let no = self.books.run(run)?;
        let mut detail = self
            .books
            .detail(self.db, no)
            .map_err(|e| self.reading(&e))?;
        let mut changed = false;
        for (key, value) in params {
            match detail.params.get(key) {
                Some(old) if old == value => {}
                Some(old) => {
                    return Err(StoreError::conflict(
                        "parameter",
                        format!("{key:?} of run {}", run.short()),
                        format!("it is {old:?} and never changes, not even to {value:?}"),
                    ));
                }
                None => {
                    changed = true;
                    detail.params.insert(key.clone(), value.clone());
                    self.rows.params.push((no, key.clone(), value.clone()));
                }
            }
        }
        for (key, value) in tags {
            let row = (no, key.clone(), value.clone());
            match detail.tags.insert(key.clone(), value.clone()) {
                Some(old) if old == *value => {}
                Some(_) => {
                    changed = true;
                    self.rows.retagged.push(row);
                }
                None => {
                    changed = true;
                    self.rows.tags.push(row);
                }
            }
        }
        if changed {
            self.books.put(|s| &mut s.details, no, detail);
            self.rows.touched.insert(no);
        }
        self.log_metrics(no, metrics);
        Ok(Applied::Done)
    }

    fn log_metrics(&mut self, no: RunNo, metrics: &[MetricEntry]) {
        if metrics.is_empty() {
            return;
        }
        let mut summaries: HashMap<u32, MetricSummary> = HashMap::new();
        for MetricEntry { key, point } in metrics {
            let key_no = self.metric_key(key);
            self.rows.points.push((no, key_no, *point));
            summaries
                .entry(key_no)
                .and_modify(|s| s.add(*point))
                .or_insert_with(|| match self.books.summaries.get(&(no, key_no)) {
                    Some(known) => {
                        self.rows.again.insert((no, key_no));
                        let mut s = *known;
                        s.add(*point);
                        s
                    }
                    None => {
                        self.rows.first.insert((no, key_no));
                        MetricSummary::of(*point)
                    }
                });
        }
        for (key_no, summary) in summaries {
            self.books.put(|s| &mut s.summaries, (no, key_no), summary);
        }
        let points = self.books.points + metrics.len() as u64;
        self.books.set(|s| &mut s.points, points);
    }

    fn metric_key(&mut self, key: &str) -> u32 {
        if let Some(no) = self.books.keys.get(key) {
            return *no;
        }
        // Keys are numbered as they come and never removed.
        let no = u32::try_from(self.books.keys.len()).unwrap_or(u32::MAX);
        self.books.put(|s| &mut s.keys, key.to_owned(), no);
        self.rows.keys.push((no, key.to_owned()));
        no
    }

    pub(super) fn set_run_status(
        &mut self,
        run: &RunId,
        status: RunStatus,
        at: Millis,
    ) -> Result<Applied, StoreError> {
        let no = self.books.run(run)?;
        let mut detail = self
            .books
            .detail(self.db, no)
            .map_err(|e| self.reading(&e))?;
        if detail.status == status {
            return Ok(Applied::Done);
        }
        if !detail.status.may_become(status) {
            return Err(StoreError::conflict(
                "run",
                run,
                format!(
                    "it is {} and may not become {}",
                    detail.status.word(),
                    status.word()
                ),
            ));
        }
        detail.status = status;
        detail.ended = status.ended().then_some(at);
        self.books.put(|s| &mut s.details, no, detail);
        self.rows.touched.insert(no);
        Ok(Applied::Done)
    }
}
