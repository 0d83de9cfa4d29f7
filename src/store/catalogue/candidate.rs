//! A run that is looked at: what filters and orders can ask of it.

use super::{Entry, Pages, RunNo};
use std::cell::OnceCell;
use trimtab_core::{
    health::{self, Finding},
    record::RunRecord,
    search::{Attribute, Dataset, Subject},
    table::{PARENT_TAG, SOURCE_TAG, duration},
    time::Millis,
};

/// A run among its neighbours, at a moment. Where its artifacts are is only put together when somebody asks.
#[derive(Clone)]
pub(crate) struct Candidate<'a> {
    no: RunNo,
    pub entry: &'a Entry,
    pub pages: &'a Pages,
    pub now: Millis,
    uri: OnceCell<String>,
}

impl<'a> Candidate<'a> {
    pub fn new(no: RunNo, entry: &'a Entry, pages: &'a Pages, now: Millis) -> Self {
        Self {
            no,
            entry,
            pages,
            now,
            uri: OnceCell::new(),
        }
    }
}

/// What is wrong with a run.
pub(crate) fn finding(record: &RunRecord, now: Millis) -> Option<Finding<'_>> {
    let metrics = record.metrics.iter().map(|(k, m)| (&**k, m));
    health::look(record.status, record.started, metrics, now)
}

impl Subject for Candidate<'_> {
    fn text(&self, attribute: Attribute) -> Option<&str> {
        let r = &*self.entry.record;
        match attribute {
            Attribute::RunId => Some(r.id.as_str()),
            Attribute::RunName => Some(&r.name),
            Attribute::Status => Some(r.status.mlflow()),
            Attribute::UserId => Some(&r.user),
            Attribute::ExperimentName => Some(self.pages.experiment_name(r.experiment)),
            Attribute::Source => self.tag(SOURCE_TAG),
            Attribute::Parent => self.tag(PARENT_TAG),
            Attribute::Health => Some(finding(r, self.now).map_or(health::WORDS[0], |f| f.word())),
            Attribute::ArtifactUri => Some(self.uri.get_or_init(|| {
                let experiment = self.pages.experiments.get(&r.experiment);
                experiment.map_or_else(String::new, |e| e.artifact_uri(&r.id))
            })),
            _ => None,
        }
    }

    fn number(&self, attribute: Attribute) -> Option<i64> {
        let r = &*self.entry.record;
        match attribute {
            Attribute::StartTime => Some(r.started.0),
            Attribute::EndTime => r.ended.map(|t| t.0),
            Attribute::Duration => duration(r.status, r.started, r.ended, self.now),
            _ => None,
        }
    }

    fn metric(&self, key: &str) -> Option<f64> {
        match self.pages.columns.get(key).map(|c| c.at(self.no)) {
            Some(value) if !value.is_nan() => Some(value),
            // Absent, or that; the record knows.
            _ => self.entry.record.metrics.get(key).map(|m| m.latest.value),
        }
    }

    fn metric_range(&self, key: &str) -> Option<(f64, f64)> {
        self.entry.record.metrics.get(key)?.range()
    }

    fn words(&self) -> &str {
        &self.entry.text
    }

    fn param(&self, key: &str) -> Option<&str> {
        self.entry.record.params.get(key).map(|v| &**v)
    }

    fn tag(&self, key: &str) -> Option<&str> {
        self.entry.record.tags.get(key).map(|v| &**v)
    }

    fn datasets(&self) -> impl Iterator<Item = Dataset<'_>> {
        self.entry
            .record
            .links()
            .datasets
            .iter()
            .map(|used| Dataset {
                name: Some(&used.dataset.name),
                digest: Some(&used.dataset.digest),
                context: used.context(),
            })
    }
}
