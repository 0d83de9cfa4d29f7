//! Where a person was when they left: written in the user's state, and taken up again at the next start.
//!
//! What was selected is known by its name, since rows move meanwhile; it is looked for when its list is here.

mod compare;
mod returning;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use trimtab_core::job::JobId;
use trimtab_core::registry::Version;
use trimtab_core::release::RequestId;
use trimtab_core::run::RunId;

use super::Model;
use super::data::Slot;
use super::detail::Tab;
use super::list::List;
use super::nav::Pane;
use super::registry::Region;

use self::compare::InCompare;
pub use self::returning::{Returning, arrived};

/// Marks, open groups and command lines that are kept; a file that everything reads at start stays small.
const MARKS: usize = 1_000;
const OPEN: usize = 200;
const HISTORY: usize = 50;
/// Rows kept above a selection that is taken up again.
const ABOVE: usize = 5;

/// Where somebody was. What is as at a first start is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The pane in front, as the tabs name it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pane: String,
    /// Marked runs in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    marks: Vec<String>,
    /// Lines of the palette, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    history: Vec<String>,
    /// The model selected in Fleet.
    #[serde(skip_serializing_if = "String::is_empty")]
    fleet: String,
    /// The filter of the audit.
    #[serde(skip_serializing_if = "String::is_empty")]
    audit: String,
    #[serde(skip_serializing_if = "is_default")]
    runs: InRuns,
    #[serde(skip_serializing_if = "is_default")]
    compare: InCompare,
    #[serde(skip_serializing_if = "is_default")]
    registry: InRegistry,
    #[serde(skip_serializing_if = "is_default")]
    monitors: InMonitors,
    #[serde(skip_serializing_if = "is_default")]
    retrain: InRetrain,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct InRuns {
    /// The selected run, unless the table's top was selected: there one wants to see what is newest.
    run: String,
    /// Its place, to begin looking near it.
    at: u64,
    detail: bool,
    /// The run in detail over the whole pane, and its tab.
    opened: Option<String>,
    tab: Option<String>,
    metric: Option<String>,
    open: BTreeSet<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct InRegistry {
    requests: bool,
    version: Option<(String, u32)>,
    request: Option<u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct InMonitors {
    name: String,
    row: String,
    window: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct InRetrain {
    job: Option<u64>,
    wide_log: bool,
    metric: Option<String>,
}

impl Session {
    /// Where somebody is now.
    #[must_use]
    pub fn of(m: &Model) -> Self {
        Self {
            pane: m.pane.word(),
            marks: m
                .runs
                .marks
                .iter()
                .take(MARKS)
                .map(ToString::to_string)
                .collect(),
            history: newest(&m.history, HISTORY),
            fleet: m
                .fleet
                .selected(m)
                .filter(|_| m.fleet.list.selected > 0)
                .map(|r| r.model.clone())
                .or_else(|| m.returning.fleet.clone())
                .unwrap_or_default(),
            audit: m.audit.filter.clone(),
            runs: in_runs(m),
            compare: InCompare::of(&m.compare),
            registry: in_registry(m),
            monitors: in_monitors(m),
            retrain: InRetrain {
                job: m
                    .retrain
                    .selected(m)
                    .filter(|_| m.retrain.list.selected > 0)
                    .map(|j| j.id.0)
                    .or(m.returning.job.map(|id| id.0)),
                wide_log: m.retrain.wide_log,
                metric: m.retrain.metric.clone(),
            },
        }
    }

    /// Whether somebody is at the same place, though rows may have moved under it.
    #[must_use]
    pub fn is_same_place(&self, other: &Self) -> bool {
        let runs = InRuns {
            at: self.runs.at,
            ..other.runs.clone()
        };
        let other = Self {
            runs,
            ..other.clone()
        };
        *self == other
    }

    /// The marked runs; what is no id is left out.
    #[must_use]
    pub fn marks(&self) -> Vec<RunId> {
        let ids = self.marks.iter().filter_map(|m| m.parse().ok());
        ids.take(MARKS).collect()
    }

    /// Goes there. What somebody did before this was read stays as it is, and `stay` keeps the pane.
    pub fn take_up(&self, m: &mut Model, stay: bool) {
        if !stay && let Some(pane) = Pane::from_word(&self.pane) {
            m.pane = pane;
        }
        if m.runs.marks.is_empty() {
            m.runs.marks = self.marks();
        }
        if m.history.is_empty() {
            m.history = newest(&self.history, HISTORY);
        }
        if m.audit.filter.is_empty() {
            m.audit.filter = self.audit.clone();
        }
        self.runs_taken_up(m);
        self.compare.take_up(&mut m.compare);
        m.registry.region = if self.registry.requests {
            Region::Requests
        } else {
            m.registry.region
        };
        m.retrain.wide_log |= self.retrain.wide_log;
        if m.retrain.metric.is_none() {
            m.retrain.metric = self.retrain.metric.clone();
        }
        m.returning = Returning {
            fleet: Some(self.fleet.clone()).filter(|f| !f.is_empty()),
            run: self.runs.run.parse().ok(),
            version: self
                .registry
                .version
                .clone()
                .map(|(name, v)| (name, Version(v))),
            request: self.registry.request.map(RequestId),
            monitors: Some(self.monitors.clone()).filter(|w| !is_default(w)),
            job: self.retrain.job.map(JobId),
        };
        for slot in [
            Slot::Fleet,
            Slot::Runs,
            Slot::Registry,
            Slot::Monitors,
            Slot::Jobs,
        ] {
            arrived(m, slot);
        }
    }

    fn runs_taken_up(&self, m: &mut Model) {
        m.runs.detail |= self.runs.detail;
        if !m.detail.is_open() {
            let tab = self.runs.tab.as_deref().and_then(Tab::from_word);
            m.detail.tab = tab.unwrap_or(m.detail.tab);
            let run = self.runs.opened.as_ref().and_then(|id| id.parse().ok());
            if let Some(run) = run {
                m.detail.open(run);
            }
        }
        if m.runs.metric.is_none() {
            m.runs.metric = self.runs.metric.clone();
        }
        if m.runs.open.is_empty() {
            m.runs.open = self.runs.open.iter().take(OPEN).cloned().collect();
        }
        if m.runs.list == List::default() && !self.runs.run.is_empty() {
            let at = usize::try_from(self.runs.at).unwrap_or(0);
            m.runs.list = List {
                selected: at,
                offset: at.saturating_sub(ABOVE),
            };
        }
    }
}

fn newest(lines: &[String], most: usize) -> Vec<String> {
    lines[lines.len().saturating_sub(most)..].to_vec()
}

fn in_runs(m: &Model) -> InRuns {
    let at = m.runs.list.selected;
    let here = m.runs.selected(m).filter(|_| at > 0);
    let run = here
        .map(|r| r.id.to_string())
        .or_else(|| m.returning.run.as_ref().map(ToString::to_string));
    InRuns {
        at: if run.is_some() { at as u64 } else { 0 },
        run: run.unwrap_or_default(),
        detail: m.runs.detail,
        opened: m.detail.run.as_ref().map(ToString::to_string),
        tab: (m.detail.tab != Tab::Overview).then(|| m.detail.tab.word().to_owned()),
        metric: m.runs.metric.clone(),
        open: m.runs.open.iter().take(OPEN).cloned().collect(),
    }
}

fn in_registry(m: &Model) -> InRegistry {
    let version = m.registry.selected_version(m);
    let version = version.filter(|_| m.registry.versions.selected > 0);
    let request = m.registry.selected_request(m);
    let request = request.filter(|_| m.registry.requests.selected > 0);
    InRegistry {
        requests: m.registry.region == Region::Requests,
        version: version
            .map(|v| (v.model.clone(), v.version.0))
            .or_else(|| m.returning.version.clone().map(|(name, v)| (name, v.0))),
        request: request
            .map(|r| r.id.0)
            .or(m.returning.request.map(|id| id.0)),
    }
}

fn in_monitors(m: &Model) -> InMonitors {
    let state = &m.monitors;
    let Some(monitor) = state.current(m) else {
        return m.returning.monitors.clone().unwrap_or_default();
    };
    let window = state.column.and_then(|_| state.window(m));
    let first = state.index == 0 && state.row == 0 && window.is_none();
    if first {
        return InMonitors::default();
    }
    InMonitors {
        name: monitor.name.clone(),
        row: state.feature(m).unwrap_or_default(),
        window: window.map(|w| w.start.0),
    }
}
