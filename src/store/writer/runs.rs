//! Judging what is said about runs.

use super::{
    Desk,
    books::{RunNo, run_key},
    rows,
};
use crate::{
    change::{Applied, RunEdit},
    error::StoreError,
};
use std::{collections::HashMap, sync::Arc};
use trimtab_core::{
    metric::{MetricEntry, MetricSummary},
    record::{RunRecord, Shared, Sorted},
    run::{ExperimentId, NewRun, RunId, RunStatus},
    time::Millis,
};

impl Desk<'_> {
    pub(super) fn create_run(
        &mut self,
        id: &RunId,
        new: &NewRun,
        within: Option<ExperimentId>,
        name: &str,
        at: Millis,
    ) -> Result<Applied, StoreError> {
        if self.books.runs.contains_key(&run_key(id)) {
            return Err(StoreError::conflict("run", id, "the id is taken"));
        }
        let experiment = match within {
            Some(id) => self.books.experiment(id)?,
            None => self.experiment_named(&new.experiment, at)?,
        };
        if experiment.deleted {
            return Err(StoreError::deleted("experiment", experiment.id.0));
        }
        let no = self.books.next_run;
        self.books.set(|s| &mut s.next_run, no + 1);
        self.books.put(|s| &mut s.runs, run_key(id), no);
        let mut tags = Sorted::default();
        for (key, value) in &new.tags {
            tags.push(Shared::from(key.as_str()), Shared::from(value.as_str()));
        }
        tags.settle();
        let record = RunRecord {
            id: id.clone(),
            experiment: experiment.id,
            name: name.to_owned(),
            status: RunStatus::Running,
            user: Arc::from(new.user.as_str()),
            started: at,
            ended: None,
            job: new.job,
            deleted: None,
            params: Sorted::default(),
            tags,
            metrics: Sorted::default(),
            links: None,
        };
        let row = record.row(&experiment.name);
        self.books.put(|s| &mut s.records, no, record);
        self.rows.runs.push(no);
        let tags = new.tags.iter().map(|(k, v)| (no, k.clone(), v.clone()));
        self.rows.tags.extend(tags);
        Ok(Applied::Run(Box::new(row)))
    }

    pub(super) fn log(
        &mut self,
        run: &RunId,
        metrics: &[MetricEntry],
        params: &[(String, String)],
        tags: &[(String, String)],
    ) -> Result<Applied, StoreError> {
        let no = self.books.run(run)?;
        if self.books.is_deleted(no) {
            return Err(StoreError::deleted("run", run));
        }
        if !params.is_empty() || !tags.is_empty() {
            self.log_facts(run, params, tags)?;
        }
        self.log_metrics(no, metrics);
        Ok(Applied::Done)
    }

    fn log_facts(
        &mut self,
        run: &RunId,
        params: &[(String, String)],
        tags: &[(String, String)],
    ) -> Result<(), StoreError> {
        let (no, mut record) = self.books.active(run)?;
        let mut changed = false;
        for (key, value) in params {
            match record.params.get(key) {
                Some(old) if **old == **value => {}
                Some(old) => {
                    return Err(StoreError::conflict(
                        "parameter",
                        format!("{key:?} of run {}", run.short()),
                        format!("it is {old:?} and never changes, not even to {value:?}"),
                    ));
                }
                None => {
                    changed = true;
                    record
                        .params
                        .insert(key.as_str().into(), value.as_str().into());
                    self.rows.params.push((no, key.clone(), value.clone()));
                }
            }
        }
        for (key, value) in tags {
            let row = (no, key.clone(), value.clone());
            match record
                .tags
                .insert(key.as_str().into(), value.as_str().into())
            {
                Some(old) if *old == **value => {}
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
            self.books.put(|s| &mut s.records, no, record);
        }
        Ok(())
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
                .or_insert_with(|| match self.books.summary(no, key_no) {
                    Some(mut s) => {
                        self.rows.again.insert((no, key_no));
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

    /// The number of a metric's key.
    pub(super) fn metric_key(&mut self, key: &str) -> u32 {
        if let Some(no) = self.books.keys.get(key) {
            return *no;
        }
        // Keys are numbered as they come and never removed.
        let no = u32::try_from(self.books.keys.len()).unwrap_or(u32::MAX);
        self.books.put(|s| &mut s.keys, key.to_owned(), no);
        self.books.put(|s| &mut s.new_keys, key.to_owned(), no);
        self.rows.keys.push((no, key.to_owned()));
        no
    }

    pub(super) fn set_run_status(
        &mut self,
        run: &RunId,
        status: RunStatus,
        at: Millis,
    ) -> Result<Applied, StoreError> {
        let (no, mut record) = self.books.active(run)?;
        if record.status == status {
            return Ok(Applied::Done);
        }
        if !record.status.may_become(status) {
            return Err(StoreError::conflict(
                "run",
                run,
                format!(
                    "it is {} and may not become {}",
                    record.status.word(),
                    status.word()
                ),
            ));
        }
        record.status = status;
        record.ended = status.ended().then_some(at);
        self.touch(no, record);
        Ok(Applied::Done)
    }

    pub(super) fn edit_run(&mut self, run: &RunId, edit: &RunEdit) -> Result<Applied, StoreError> {
        let (no, mut record) = self.books.active(run)?;
        record.status = edit.status.unwrap_or(record.status);
        record.ended = edit.ended.or(record.ended);
        if let Some(name) = &edit.name {
            record.name.clone_from(name);
        }
        self.touch(no, record);
        Ok(Applied::Done)
    }

    pub(super) fn set_run_deleted(
        &mut self,
        run: &RunId,
        deleted: Option<Millis>,
    ) -> Result<Applied, StoreError> {
        let no = self.books.run(run)?;
        let record = self.books.record(no);
        let mut record = record.ok_or_else(|| StoreError::missing("run", run))?;
        if record.deleted.is_some() != deleted.is_some() {
            record.deleted = deleted;
            self.touch(no, record);
        }
        Ok(Applied::Done)
    }

    pub(super) fn delete_run_tag(&mut self, run: &RunId, key: &str) -> Result<Applied, StoreError> {
        let (no, mut record) = self.books.active(run)?;
        if record.tags.remove(key).is_none() {
            return Err(StoreError::missing("tag", format!("{key:?} of run {run}")));
        }
        self.books.put(|s| &mut s.records, no, record);
        self.rows.rare.push(rows::Rare::Untag(no, key.to_owned()));
        Ok(Applied::Done)
    }

    /// Keeps a record whose own row changed.
    pub(super) fn touch(&mut self, no: RunNo, record: RunRecord) {
        self.books.put(|s| &mut s.records, no, record);
        self.rows.touched.insert(no);
    }
}
