//! What the agent told us: a mirror of each followed topic, as last seen.
//!
//! Snapshots replace, deltas amend. What is not known stays unknown; what went stale is said to be so by the
//! link's state, never thrown away.

use std::collections::{BTreeMap, HashMap};

use trimtab_core::audit::AuditEntry;
use trimtab_core::job::{Job, JobId, LogChunk};
use trimtab_core::metric::Series;
use trimtab_core::monitor::MonitorState;
use trimtab_core::registry::{self, Deployment};
use trimtab_core::release::PromotionRequest;
use trimtab_core::run::{RunId, RunPage, RunRow};
use trimtab_core::time::Millis;
use trimtab_wire::{Delta, DemoState, Failure, FleetRow, Snapshot};

use crate::widget::text::clean;

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

/// The end of a job's log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Log {
    /// Whole lines, cleaned of escape sequences.
    pub lines: Vec<String>,
    /// Where each of them begins, in bytes.
    pub starts: Vec<u64>,
    /// The last line as far as it has arrived.
    pub partial: String,
    /// Where what is known begins, in bytes.
    pub first: u64,
    /// Bytes known so far.
    pub end: u64,
    /// When parts of it arrived: from each offset on, at this moment.
    pub stamps: Vec<(u64, Millis)>,
    /// Whether the beginning was left out.
    pub cut: bool,
}

/// The model that needs someone stands on top.
fn worst_first(rows: &mut [FleetRow]) {
    rows.sort_by(|a, b| b.health.cmp(&a.health).then_with(|| a.model.cmp(&b.model)));
}

/// Lines kept of a log; older ones are in the file.
const LOG_LINES: usize = 50_000;

impl Log {
    fn push(&mut self, chunk: LogChunk) {
        // A chunk that overlaps what is known comes from a snapshot racing a delta.
        if chunk.offset < self.end {
            return;
        }
        if chunk.offset > self.end {
            self.cut = true;
            if !self.partial.is_empty() {
                let rest = std::mem::take(&mut self.partial);
                self.starts.push(self.end - rest.len() as u64);
                self.lines.push(shown(&rest));
            }
        }
        let mut start = chunk.offset - self.partial.len() as u64;
        let after = chunk.offset + chunk.text.len() as u64;
        let known = self.stamps.last().map_or(0, |s| s.0);
        let fresh = |s: &(u64, Millis)| self.stamps.is_empty() || s.0 > known;
        let stamps: Vec<_> = chunk.stamps.into_iter().filter(fresh).collect();
        self.stamps.extend(stamps);
        self.partial.push_str(&chunk.text);
        while let Some(at) = self.partial.find('\n') {
            let line: String = self.partial.drain(..=at).collect();
            self.lines.push(shown(&line));
            self.starts.push(start);
            start += line.len() as u64;
        }
        if self.lines.len() > LOG_LINES {
            let gone = self.lines.len() - LOG_LINES;
            self.lines.drain(..gone);
            self.starts.drain(..gone);
            self.first = self.starts.first().copied().unwrap_or(self.end);
            self.cut = true;
        }
        self.end = after;
    }

    /// Puts an older piece before what is known; how many lines that made, or `None` when it does not end there.
    pub fn prepend(&mut self, chunk: &LogChunk) -> Option<usize> {
        let after = chunk.offset + chunk.text.len() as u64;
        if after != self.first || chunk.text.is_empty() {
            return None;
        }
        let (mut lines, mut starts) = (Vec::new(), Vec::new());
        let mut start = chunk.offset;
        let mut rest = "";
        for line in chunk.text.split_inclusive('\n') {
            if line.ends_with('\n') {
                lines.push(shown(line));
                starts.push(start);
            } else {
                rest = line;
            }
            start += line.len() as u64;
        }
        let made = lines.len();
        if !rest.is_empty() {
            // The first line known so far was the end of one.
            let begins = after - rest.len() as u64;
            match self.lines.first_mut() {
                Some(first) => {
                    first.insert_str(0, &shown(rest));
                    self.starts[0] = begins;
                }
                None => self.partial.insert_str(0, rest),
            }
        }
        self.lines.splice(0..0, lines);
        self.starts.splice(0..0, starts);
        let known = self.stamps.first().map_or(u64::MAX, |s| s.0);
        let older: Vec<_> = chunk
            .stamps
            .iter()
            .filter(|s| s.0 < known)
            .copied()
            .collect();
        self.stamps.splice(0..0, older);
        self.first = chunk.offset;
        self.cut = chunk.offset > 0;
        Some(made)
    }

    /// When a line arrived; `None` when nobody noted it.
    #[must_use]
    pub fn time_of(&self, line: usize) -> Option<Millis> {
        let offset = match self.starts.get(line) {
            Some(at) => *at,
            None => self.end - self.partial.len() as u64,
        };
        let after = self.stamps.partition_point(|s| s.0 <= offset);
        self.stamps.get(after.checked_sub(1)?).map(|s| s.1)
    }

    /// The line that a byte is in.
    #[must_use]
    pub fn line_at(&self, offset: u64) -> usize {
        let open = self.end - self.partial.len() as u64;
        if !self.partial.is_empty() && offset >= open {
            return self.lines.len();
        }
        self.starts
            .partition_point(|at| *at <= offset)
            .saturating_sub(1)
    }
}

/// A line as it is shown: a carriage return redraws it, so that only its last state counts.
fn shown(line: &str) -> String {
    clean(line.trim_end().rsplit('\r').next().unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(offset: u64, text: &str, stamps: &[(u64, i64)]) -> LogChunk {
        LogChunk {
            offset,
            text: text.into(),
            end: offset + text.len() as u64,
            stamps: stamps.iter().map(|s| (s.0, Millis(s.1))).collect(),
        }
    }

    #[test]
    fn logs_are_lines_without_escapes() {
        let mut log = Log::default();
        log.push(chunk(0, "round 1\nround", &[]));
        log.push(chunk(13, " 2\r\u{1b}[32mround 2 done\u{1b}[0m\n", &[]));
        log.push(chunk(5, "stale", &[]));
        assert_eq!(log.lines, ["round 1", "round 2 done"]);
        assert_eq!(log.starts, [0, 8]);
        assert!(!log.cut);
        log.push(chunk(99, "x\n", &[]));
        assert!(log.cut, "a hole is told");
        assert_eq!(log.starts[2], 99);
    }

    #[test]
    fn older_pieces_join_on_and_lines_have_their_times() {
        let mut log = Log {
            first: 12,
            end: 12,
            cut: true,
            ..Log::default()
        };
        log.push(chunk(12, "wo\nthree\nfo", &[(8, 200), (15, 300)]));
        log.push(chunk(23, "ur", &[(15, 300), (23, 400)]));
        assert_eq!(log.stamps.len(), 3, "what came twice is noted once");
        assert_eq!(log.prepend(&chunk(0, "x", &[])), None, "there is a hole");
        let older = chunk(0, "zero\n\none\nét", &[(0, 100), (8, 200)]);
        assert_eq!(log.prepend(&older), None, "it overlaps");
        let older = chunk(0, "zero\n\none\nat", &[(0, 100), (8, 200)]);
        assert_eq!(log.prepend(&older), Some(3));
        assert_eq!(log.lines, ["zero", "", "one", "atwo", "three"]);
        assert_eq!(log.starts, [0, 5, 6, 10, 15]);
        assert!(!log.cut && log.partial == "four");
        let times: Vec<_> = (0..6).map(|i| log.time_of(i).unwrap().0).collect();
        assert_eq!(times, [100, 100, 100, 200, 300, 300]);
        assert_eq!(
            (log.line_at(0), log.line_at(14), log.line_at(24)),
            (0, 3, 5)
        );
    }
}
