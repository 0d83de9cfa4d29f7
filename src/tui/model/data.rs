//! What the agent told us: a mirror of each followed topic, as last seen.
//!
//! Snapshots replace, deltas amend. What is not known stays unknown; what went stale is said to be so by the
//! link's state, never thrown away.

use std::collections::{BTreeMap, HashMap};

use trimtab_core::audit::AuditEntry;
use trimtab_core::job::{Job, JobId};
use trimtab_core::metric::Series;
use trimtab_core::monitor::MonitorState;
use trimtab_core::registry::{self, Deployment};
use trimtab_core::release::PromotionRequest;
use trimtab_core::run::{RunId, RunPage, RunRow};
use trimtab_wire::{Delta, DemoState, Failure, FleetRow, Snapshot};

pub use super::log::Log;

/// One topic's state.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed<T> {
    /// The last good data.
    pub value: Option<T>,
    /// Why the agent cannot serve it now.
    pub error: Option<Failure>,
}

impl<T> Default for Feed<T> {
    fn default() -> Self {
        Self {
            value: None,
            error: None,
        }
    }
}

impl<T> Feed<T> {
    fn set(&mut self, value: T) {
        *self = Self {
            value: Some(value),
            error: None,
        };
    }
}

/// Models, requests and deployments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Registry {
    /// By name.
    pub models: BTreeMap<String, registry::Model>,
    /// Newest first.
    pub requests: Vec<PromotionRequest>,
    /// Oldest first.
    pub deployments: Vec<Deployment>,
}

/// The model that needs someone stands on top.
fn worst_first(rows: &mut [FleetRow]) {
    rows.sort_by(|a, b| b.health.cmp(&a.health).then_with(|| a.model.cmp(&b.model)));
}

/// What a subscription is for. One of each at most; a new topic in a slot replaces the old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// Rows of the Fleet pane and the demo's clock.
    Fleet,
    /// Models, requests, deployments.
    Registry,
    /// Monitors with their windows.
    Monitors,
    /// Jobs.
    Jobs,
    /// The visible slice of the runs.
    Runs,
    /// The audit.
    Audit,
    /// Curves of one chart of the Compare pane, by its place on the screen.
    Compare(u8),
    /// The finer curves of the visible part of that chart.
    CompareZoom(u8),
    /// The metric that is the x axis of those charts.
    CompareX,
    /// The curve of the selected run.
    Detail,
    /// The finer curve of its visible part.
    DetailZoom,
    /// The curve of the selected job.
    JobCurve,
    /// The log of the selected job.
    JobLog,
}

/// In which state the curves of each slot are. Of no account when data is compared.
#[derive(Debug, Clone, Default)]
pub struct Stamps(BTreeMap<Slot, u64>, u64);

impl Stamps {
    fn note(&mut self, slot: Slot) {
        self.1 += 1;
        self.0.insert(slot, self.1);
    }

    /// The state of a slot; `None` before its first curves.
    #[must_use]
    pub fn of(&self, slot: Slot) -> Option<u64> {
        self.0.get(&slot).copied()
    }

    /// The newest state of any.
    #[must_use]
    pub const fn newest(&self) -> u64 {
        self.1
    }
}

impl PartialEq for Stamps {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Slot {
    /// Whether it has a part of curves that another slot has whole.
    #[must_use]
    pub const fn is_part(self) -> bool {
        matches!(self, Self::CompareZoom(_) | Self::DetailZoom)
    }
}

/// Every mirror.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Data {
    /// One row for each model, the worst on top.
    pub fleet: Feed<Vec<FleetRow>>,
    /// The demo's clock, in a demonstration.
    pub demo: Option<DemoState>,
    /// The registry.
    pub registry: Feed<Registry>,
    /// Monitors by name.
    pub monitors: Feed<Vec<MonitorState>>,
    /// Newest first.
    pub jobs: Feed<Vec<Job>>,
    /// The current slice of the runs.
    pub runs: Feed<RunPage>,
    /// Every run seen, for names in other panes and marks on other pages.
    pub known_runs: HashMap<RunId, RunRow>,
    /// Oldest first.
    pub audit: Feed<Vec<AuditEntry>>,
    /// Curves by slot.
    pub series: BTreeMap<Slot, Feed<Vec<Series>>>,
    /// How often they changed.
    pub stamps: Stamps,
    /// The followed log and its job.
    pub log: Feed<Log>,
    /// Whose log that is.
    pub log_job: Option<JobId>,
}

impl Data {
    /// Replaces what a slot shows.
    pub fn snapshot(&mut self, slot: Slot, snapshot: Snapshot) {
        match snapshot {
            Snapshot::Fleet { mut rows, demo } => {
                worst_first(&mut rows);
                self.fleet.set(rows);
                self.demo = demo;
            }
            Snapshot::Runs(page) => {
                for row in &page.rows {
                    self.known_runs.insert(row.id.clone(), row.clone());
                }
                self.runs.set(page);
            }
            Snapshot::Series(series) => {
                self.series.entry(slot).or_default().set(series);
                self.stamps.note(slot);
            }
            Snapshot::Registry {
                models,
                requests,
                deployments,
            } => self.registry.set(Registry {
                models: models.into_iter().map(|m| (m.name.clone(), m)).collect(),
                requests,
                deployments,
            }),
            Snapshot::Monitors(monitors) => self.monitors.set(monitors),
            Snapshot::Jobs(jobs) => self.jobs.set(jobs),
            Snapshot::JobLog(chunk) => {
                let mut log = Log {
                    cut: chunk.offset > 0,
                    first: chunk.offset,
                    end: chunk.offset,
                    ..Log::default()
                };
                log.push(chunk);
                self.log.set(log);
            }
            Snapshot::Audit(entries) => self.audit.set(entries),
        }
    }

    /// Notes that a slot cannot be served.
    pub fn failed(&mut self, slot: Slot, failure: Failure) {
        let error = Some(failure);
        match slot {
            Slot::Fleet => self.fleet.error = error,
            Slot::Registry => self.registry.error = error,
            Slot::Monitors => self.monitors.error = error,
            Slot::Jobs => self.jobs.error = error,
            Slot::Runs => self.runs.error = error,
            Slot::Audit => self.audit.error = error,
            Slot::JobLog => self.log.error = error,
            Slot::Compare(_)
            | Slot::CompareZoom(_)
            | Slot::CompareX
            | Slot::Detail
            | Slot::DetailZoom
            | Slot::JobCurve => self.series.entry(slot).or_default().error = error,
        }
    }

    /// Lets go of the curves of a slot.
    pub fn forget_curves(&mut self, slot: Slot) {
        self.series.remove(&slot);
        self.stamps.0.remove(&slot);
    }

    /// Amends a slot. Deltas before their snapshot are dropped: the snapshot will hold them. False when the slot must be
    /// asked for anew to be right.
    #[must_use]
    pub fn delta(&mut self, slot: Slot, delta: Delta) -> bool {
        let mut right = true;
        match delta {
            Delta::Fleet(row) => {
                if let Some(rows) = &mut self.fleet.value {
                    match rows.iter_mut().find(|r| r.model == row.model) {
                        Some(r) => *r = *row,
                        None => rows.push(*row),
                    }
                    worst_first(rows);
                }
            }
            Delta::Demo(state) => self.demo = Some(state),
            Delta::Run(row) => self.run(*row),
            Delta::Points { run, key, points } => {
                let series = self.series.get_mut(&slot).and_then(|f| f.value.as_mut());
                if let Some(series) = series {
                    match series.iter_mut().find(|s| s.run == run && s.key == key) {
                        Some(s) => right = s.extend(points),
                        None => series.push(Series::whole(run, &key, points)),
                    }
                    self.stamps.note(slot);
                }
            }
            Delta::Model(model) => {
                if let Some(registry) = &mut self.registry.value {
                    registry.models.insert(model.name.clone(), *model);
                }
            }
            Delta::ModelGone(name) => {
                if let Some(registry) = &mut self.registry.value {
                    registry.models.remove(&name);
                }
                if let Some(rows) = &mut self.fleet.value {
                    rows.retain(|r| r.model != name);
                }
            }
            Delta::Request(request) => {
                if let Some(registry) = &mut self.registry.value {
                    match registry.requests.iter_mut().find(|r| r.id == request.id) {
                        Some(r) => *r = *request,
                        None => registry.requests.insert(0, *request),
                    }
                }
            }
            Delta::Deployment(deployment) => {
                if let Some(registry) = &mut self.registry.value
                    && !registry.deployments.contains(&deployment)
                {
                    registry.deployments.push(deployment);
                }
            }
            Delta::Window(window) => {
                let monitor = self
                    .monitors
                    .value
                    .iter_mut()
                    .flatten()
                    .find(|m| m.name == window.monitor);
                if let Some(monitor) = monitor {
                    match monitor
                        .windows
                        .binary_search_by_key(&window.start, |w| w.start)
                    {
                        Ok(i) => monitor.windows[i] = *window,
                        Err(i) => monitor.windows.insert(i, *window),
                    }
                }
            }
            Delta::WindowsGone { monitor, starts } => {
                let mut monitors = self.monitors.value.iter_mut().flatten();
                if let Some(monitor) = monitors.find(|m| m.name == monitor) {
                    monitor.windows.retain(|w| !starts.contains(&w.start));
                }
            }
            Delta::Handled(handled) => {
                let mut monitors = self.monitors.value.iter_mut().flatten();
                if let Some(monitor) = monitors.find(|m| m.name == handled.monitor)
                    && !monitor.handled.contains(&handled)
                {
                    monitor.handled.push(*handled);
                }
            }
            Delta::Problems { monitor, problems } => {
                if let Some(m) = self
                    .monitors
                    .value
                    .iter_mut()
                    .flatten()
                    .find(|m| m.name == monitor)
                {
                    m.problems = problems;
                }
            }
            Delta::Job(job) => {
                if let Some(jobs) = &mut self.jobs.value {
                    match jobs.iter_mut().find(|j| j.id == job.id) {
                        Some(j) => *j = *job,
                        None => jobs.insert(0, *job),
                    }
                }
            }
            Delta::Log { job, chunk } => {
                if self.log_job == Some(job)
                    && let Some(log) = &mut self.log.value
                {
                    log.push(chunk);
                }
            }
            Delta::Audit(entry) => {
                if let Some(entries) = &mut self.audit.value
                    && entries.last().is_none_or(|e| e.seq < entry.seq)
                {
                    entries.push(entry);
                }
            }
        }
        right
    }

    /// Takes a changed run in: in place when it is on the page, otherwise only remembered (the page itself
    /// is asked for again by `update`, which knows the query).
    fn run(&mut self, row: RunRow) {
        if let Some(page) = &mut self.runs.value
            && let Some(shown) = page.rows.iter_mut().find(|r| r.id == row.id)
        {
            *shown = row.clone();
        }
        self.known_runs.insert(row.id.clone(), row);
    }

    /// A run seen so far.
    #[must_use]
    pub fn run_by_id(&self, id: &RunId) -> Option<&RunRow> {
        self.known_runs.get(id)
    }

    /// The rows of the Fleet pane; empty before the first snapshot.
    #[must_use]
    pub fn fleet_rows(&self) -> &[FleetRow] {
        self.fleet.value.as_deref().unwrap_or_default()
    }

    /// The jobs, newest first; empty before the first snapshot.
    #[must_use]
    pub fn job_rows(&self) -> &[Job] {
        self.jobs.value.as_deref().unwrap_or_default()
    }

    /// The monitors; empty before the first snapshot.
    #[must_use]
    pub fn monitor_rows(&self) -> &[MonitorState] {
        self.monitors.value.as_deref().unwrap_or_default()
    }

    /// The requests, newest first; empty before the first snapshot.
    #[must_use]
    pub fn request_rows(&self) -> &[PromotionRequest] {
        self.registry
            .value
            .as_ref()
            .map_or(&[], |r| r.requests.as_slice())
    }

    /// The deployments of a model, oldest first.
    pub fn deployments<'a>(&'a self, model: &'a str) -> impl Iterator<Item = &'a Deployment> {
        self.registry
            .value
            .iter()
            .flat_map(|r| &r.deployments)
            .filter(move |d| d.model == model)
    }

    /// The curves of a slot; empty before the first snapshot.
    #[must_use]
    pub fn curves(&self, slot: Slot) -> &[Series] {
        self.series
            .get(&slot)
            .and_then(|f| f.value.as_deref())
            .unwrap_or_default()
    }
}
