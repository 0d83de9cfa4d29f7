//! What a subscriber sees: a snapshot of a topic, then the changes to it.

use serde::{Deserialize, Serialize};
use trimtab_core::{
    alarm::Handled,
    audit::AuditEntry,
    job::{Job, JobId, LogChunk},
    metric::{Point, Series, Span},
    monitor::{InputProblem, MonitorState, Service, WindowResult},
    registry::{Deployment, Model, Version},
    release::PromotionRequest,
    run::{RunId, RunPage, RunQuery, RunRow},
    time::Millis,
};

/// What a client may follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Topic {
    /// Every model's state in one row each, and the demo's clock.
    Fleet,
    /// One slice of the runs. Deltas bring changed runs whether or not they belong in the slice.
    Runs(RunQuery),
    /// One metric of some runs or a part of it, thinned to `columns`.
    Series {
        /// The runs, 50 at most.
        runs: Vec<RunId>,
        /// The metric's key.
        key: String,
        /// The part of each run's curve, in the order of the runs; all of it where none is given.
        spans: Vec<Span>,
        /// The weight of the smoothed curve ([`trimtab_core::metric::Ema`]); 0 for none.
        smoothing: f64,
        /// Pixel columns.
        columns: u32,
    },
    /// Models, versions, aliases, requests, deployments.
    Registry,
    /// Monitors with all their windows.
    Monitors,
    /// Every job.
    Jobs,
    /// A job's log, from its last `tail` bytes on.
    JobLog {
        /// The job.
        job: JobId,
        /// Bytes of history.
        tail: u64,
    },
    /// The audit, from its last `tail` entries on.
    Audit {
        /// Entries of history.
        tail: u32,
    },
}

/// A topic as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Snapshot {
    /// For [`Topic::Fleet`].
    Fleet {
        /// One row for each model.
        rows: Vec<FleetRow>,
        /// The demo's clock, in a demonstration workspace.
        demo: Option<DemoState>,
    },
    /// For [`Topic::Runs`].
    Runs(RunPage),
    /// For [`Topic::Series`]: one for each run that has the metric.
    Series(Vec<Series>),
    /// For [`Topic::Registry`].
    Registry {
        /// Models by name.
        models: Vec<Model>,
        /// Requests, newest first.
        requests: Vec<PromotionRequest>,
        /// Deployments, oldest first.
        deployments: Vec<Deployment>,
    },
    /// For [`Topic::Monitors`].
    Monitors(Vec<MonitorState>),
    /// For [`Topic::Jobs`]: newest first.
    Jobs(Vec<Job>),
    /// For [`Topic::JobLog`].
    JobLog(LogChunk),
    /// For [`Topic::Audit`]: oldest first.
    Audit(Vec<AuditEntry>),
}

/// A change to a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Delta {
    /// A fleet row is now this.
    Fleet(Box<FleetRow>),
    /// The demo's clock is now this.
    Demo(DemoState),
    /// A run is now this (or is new).
    Run(Box<RunRow>),
    /// Points appended to a followed series, in the order logged.
    Points {
        /// The run.
        run: RunId,
        /// The metric's key.
        key: String,
        /// The new points.
        points: Vec<Point>,
    },
    /// A model is now this (or is new).
    Model(Box<Model>),
    /// A model is no more, or has another name.
    ModelGone(String),
    /// A request is now this (or is new).
    Request(Box<PromotionRequest>),
    /// A production pointer moved.
    Deployment(Deployment),
    /// A window is now this (or is new).
    Window(Box<WindowResult>),
    /// A monitor's windows are no more.
    WindowsGone {
        /// The monitor's name.
        monitor: String,
        /// Where they started.
        starts: Vec<Millis>,
    },
    /// Somebody did something about an alert.
    Handled(Box<Handled>),
    /// A monitor's input problems are now these.
    Problems {
        /// The monitor's name.
        monitor: String,
        /// All of them.
        problems: Vec<InputProblem>,
    },
    /// A job is now this (or is new).
    Job(Box<Job>),
    /// A followed log grew.
    Log {
        /// The job.
        job: JobId,
        /// What was added.
        chunk: LogChunk,
    },
    /// One more audit entry.
    Audit(AuditEntry),
}

/// A model's state in one row: what the on-call person looks at first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FleetRow {
    /// The model's name.
    pub model: String,
    /// The version that the registry calls champion.
    pub champion: Option<Version>,
    /// The newest version registered.
    pub newest: Option<Version>,
    /// What production answers when asked; `None` when the target cannot be asked.
    pub serving: Option<Serving>,
    /// How it is, in one word.
    pub health: Health,
    /// Why, in a sentence.
    pub why: String,
    /// The quality measure that policy names (`auc`).
    pub quality_metric: String,
    /// The bound on it; NaN when policy gives none.
    pub quality_min: f64,
    /// Quality of each window, oldest first.
    pub quality: Vec<QualityPoint>,
    /// Drifted features in the newest window, and features judged.
    pub drifted: (u32, u32),
    /// Latency and errors in the newest window.
    pub service: Option<Service>,
    /// Rows in the newest window.
    pub rows: u64,
    /// Requests that wait.
    pub open_requests: u32,
    /// Jobs that run or wait.
    pub running_jobs: u32,
    /// When production moved.
    pub deployments: Vec<Deployment>,
}

/// Quality of one window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct QualityPoint {
    /// The window's start.
    pub start: Millis,
    /// The measure; NaN when not computable.
    pub value: f64,
    /// Rows whose label has arrived.
    pub labelled: u64,
    /// Rows.
    pub rows: u64,
}

/// What the production target answered when last asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Serving {
    /// The version it answers with.
    pub version: Option<Version>,
    /// Whether it answered well.
    pub ok: bool,
    /// What it said or why it did not answer.
    pub detail: String,
    /// When it was asked.
    pub checked: Millis,
}

/// A model's state in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Nothing asks for attention.
    Ok,
    /// Not enough is known.
    Unknown,
    /// Inputs drifted, or production answers with another version than the registry says.
    Warning,
    /// Quality under its bound, or the target does not answer.
    Bad,
}

impl Health {
    /// The word shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// The demonstration's clock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DemoState {
    /// The Monday of the last week replayed, `YYYY-MM-DD`; empty before the first.
    pub week: String,
    /// Weeks replayed.
    pub weeks_done: u32,
    /// Weeks in the year.
    pub total_weeks: u32,
    /// Milliseconds between weeks; 0 is as fast as possible.
    pub speed_ms: u64,
    /// Whether it stands still.
    pub paused: bool,
    /// Whether the year is over.
    pub finished: bool,
    /// What went wrong last; the world goes on trying.
    pub last_error: Option<String>,
    /// The version that answered last.
    pub version: Option<Version>,
}
