//! Frames, requests, replies and failures.

use crate::view::{Delta, FleetRow, Snapshot, Topic};
use serde::{Deserialize, Serialize};
use std::fmt;
use trimtab_core::{
    alarm::Subject,
    alert::Handling,
    artifact::{ArtifactFolder, ArtifactPart, TableHead},
    audit::AuditEntry,
    gate::GateResult,
    inputs::RunInputs,
    job::{Job, JobId, LogChunk, RetrainSpec},
    metric::{MetricEntry, Series, SeriesQuery},
    monitor::{Distribution, MonitorState},
    notice::Recipient,
    registry::{Model, ModelVersion, NewVersion, Version},
    release::{Preview, PromotionRequest, RequestId},
    run::{NewRun, RunId, RunNames, RunPage, RunQuery, RunRow, RunStatus, RunsEdit},
    segment::Segment,
    sql::{SqlAnswer, SqlQuestion},
    time::Millis,
};

/// The first frame of a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// The client's [`crate::PROTOCOL`].
    pub protocol: u32,
    /// The client's version.
    pub version: String,
    /// What it is: `console`, `cli`, `trainer`, …
    pub client: String,
}

impl Hello {
    /// A hello from this build.
    pub fn new(client: &str) -> Self {
        Self {
            protocol: crate::PROTOCOL,
            version: env!("CARGO_PKG_VERSION").into(),
            client: client.into(),
        }
    }
}

/// The agent's answer to a hello.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// The agent's [`crate::PROTOCOL`].
    pub protocol: u32,
    /// The agent's version.
    pub version: String,
    /// The agent's process id.
    pub pid: u32,
    /// The workspace's name in policy.
    pub workspace: String,
    /// The workspace's folder.
    pub root: String,
    /// Who the agent takes the client for (from the socket's credentials).
    pub actor: String,
    /// Whether acts are refused.
    pub read_only: bool,
    /// When the agent started.
    pub started: Millis,
    /// What was recovered at that start, in sentences.
    pub recovered: Vec<String>,
}

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ClientFrame {
    /// First, once.
    Hello(Hello),
    /// Asks for one reply.
    Request {
        /// Chosen by the client.
        id: u64,
        /// What is asked.
        request: Request,
    },
    /// Asks for a snapshot and then deltas.
    Subscribe {
        /// Chosen by the client; another subscription with this id is replaced.
        id: u64,
        /// What to follow.
        topic: Topic,
    },
    /// Ends a subscription.
    Unsubscribe {
        /// Its id.
        id: u64,
    },
}

/// What the agent sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AgentFrame {
    /// The hello was accepted.
    Welcome(Welcome),
    /// The hello was refused, and why; the connection ends.
    Refused(Failure),
    /// The answer to a request.
    Reply {
        /// The request's id.
        id: u64,
        /// The answer.
        result: Result<Reply, Failure>,
    },
    /// A subscription as it stands: first, and again after a resync.
    Snapshot {
        /// The subscription's id.
        id: u64,
        /// The state, or why there is none.
        result: Result<Snapshot, Failure>,
    },
    /// A change.
    Delta {
        /// The subscription's id.
        id: u64,
        /// What changed.
        delta: Delta,
    },
    /// The subscriber was too slow: this many deltas were dropped; a fresh snapshot follows.
    Resync {
        /// The subscription's id.
        id: u64,
        /// Deltas dropped.
        dropped: u64,
    },
    /// The agent stops, and why.
    Bye {
        /// Why.
        reason: String,
    },
}

/// What a client may ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// How the agent is. → [`Reply::Status`]
    Status,
    /// Stop cleanly. → [`Reply::Done`]
    Stop,
    /// Read the policy file again. → [`Reply::Done`]
    ReloadPolicy,
    /// → [`Reply::Fleet`]
    Fleet,
    /// Open a run. → [`Reply::RunCreated`]
    CreateRun(NewRun),
    /// Log to a run; answered after the commit. → [`Reply::Done`]
    LogBatch {
        /// The run.
        run: RunId,
        /// Metric values.
        metrics: Vec<MetricEntry>,
        /// Parameters; a parameter never changes its value.
        params: Vec<(String, String)>,
        /// Tags; the last value stays.
        tags: Vec<(String, String)>,
    },
    /// Change a run's status. → [`Reply::Done`]
    FinishRun {
        /// The run.
        run: RunId,
        /// Its new status.
        status: RunStatus,
    },
    /// → [`Reply::Runs`]
    Runs(RunQuery),
    /// The names that a filter of runs may use. → [`Reply::RunNames`]
    RunNames,
    /// The next line with a run that is not well, going round at the end. → [`Reply::Line`]
    NextUnwell {
        /// The table.
        query: RunQuery,
        /// From this line, which comes last itself.
        from: u64,
        /// Downwards.
        forward: bool,
    },
    /// One run by id, unique id prefix or unique name. → [`Reply::Run`]
    Run(String),
    /// One deleted run by id, unique id prefix or unique name. → [`Reply::Run`]
    DeletedRun(String),
    /// → [`Reply::Series`]
    Series(SeriesQuery),
    /// Several metrics of one run, each thinned to `columns`; keys that it has not are left out.
    /// → [`Reply::RunCurves`]
    RunCurves {
        /// The run.
        run: RunId,
        /// The metrics' keys, 64 at most.
        keys: Vec<String>,
        /// Pixel columns of each.
        columns: u32,
    },
    /// What a run read and made. → [`Reply::RunInputs`]
    RunInputs(RunId),
    /// A folder of a run's artifacts. → [`Reply::Artifacts`]
    Artifacts {
        /// The run.
        run: RunId,
        /// The folder's path below the run's artifacts; empty for all of them.
        path: String,
    },
    /// A piece of a file among a run's artifacts. → [`Reply::ArtifactPart`]
    ArtifactPart {
        /// The run.
        run: RunId,
        /// The file's path.
        path: String,
        /// From this byte.
        offset: u64,
        /// Bytes at most; capped by the agent.
        max: u64,
    },
    /// The first rows of a table (Parquet, CSV, TSV by its name) among a run's artifacts.
    /// → [`Reply::ArtifactTable`]
    ArtifactTable {
        /// The run.
        run: RunId,
        /// The file's path.
        path: String,
        /// Rows at most; capped by the agent.
        rows: u32,
    },
    /// → [`Reply::Models`]
    Models,
    /// Register a version. → [`Reply::Version`]
    RegisterVersion(NewVersion),
    /// Requests, newest first. → [`Reply::Requests`]
    Requests,
    /// Judge a version by policy's gates without asking for anything. → [`Reply::Gates`]
    Gates {
        /// The model.
        model: String,
        /// The version.
        version: Version,
    },
    /// What an act would do. → [`Reply::Preview`]
    Preview(Act),
    /// Do it. → [`Reply::Acted`]
    Act {
        /// What.
        act: Act,
        /// Why.
        reason: String,
    },
    /// → [`Reply::Monitors`]
    Monitors,
    /// Look for new files and compute what is new, now. → [`Reply::Monitors`]
    RunMonitor {
        /// The monitor's name.
        monitor: String,
    },
    /// Acknowledge, snooze or close an alert. → [`Reply::Monitors`]
    HandleAlert {
        /// The monitor's name.
        monitor: String,
        /// Which of its alerts.
        subject: Subject,
        /// What to do.
        handling: Handling,
    },
    /// Who is told of alerts; with a name, after a trial notice to that one. → [`Reply::Recipients`]
    Notify {
        /// To whom.
        trial: Option<String>,
    },
    /// → [`Reply::Distribution`]
    Distribution {
        /// The monitor's name.
        monitor: String,
        /// The window's start.
        start: Millis,
        /// The column.
        feature: String,
        /// Of these rows alone; of all when absent.
        segment: Option<Segment>,
    },
    /// → [`Reply::Jobs`], newest first
    Jobs,
    /// → [`Reply::Job`]
    Job(JobId),
    /// → [`Reply::Log`]
    JobLog {
        /// The job.
        job: JobId,
        /// From this byte.
        offset: u64,
        /// Bytes at most; capped by the agent.
        max: u64,
    },
    /// Where in a job's log something was written at a moment. → [`Reply::LogOffset`]
    LogAt {
        /// The job.
        job: JobId,
        /// The moment.
        at: Millis,
    },
    /// Entries numbered above `after`, oldest first. → [`Reply::Audit`]
    Audit {
        /// Pass over entries up to this number.
        after: u64,
        /// Entries at most; 0 is no limit but the agent's.
        limit: u32,
    },
    /// Begin a query that people wrote; it ends with its client. → [`Reply::Sql`], its first rows
    Sql {
        /// Chosen by the client; another query with this number is stopped.
        query: u64,
        /// What is asked.
        question: SqlQuestion,
    },
    /// The next rows of a query that has more. → [`Reply::Sql`]
    SqlMore {
        /// Its number.
        query: u64,
        /// Rows at most.
        rows: u32,
    },
    /// Stop a query. → [`Reply::Done`], also when it has ended
    SqlStop {
        /// Its number.
        query: u64,
    },
    /// Steer the demonstration's clock. → [`Reply::Done`]
    Demo(DemoCommand),
}

/// An act: previewed, authorised, audited, and with an inverse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Act {
    /// Ask for a version's promotion; gates are evaluated.
    Promote {
        /// The model.
        model: String,
        /// The version.
        version: Version,
    },
    /// Say yes to a request; with enough yeses production switches.
    Approve(RequestId),
    /// Say no to a request.
    Reject(RequestId),
    /// Put the last good version back.
    Rollback {
        /// The model.
        model: String,
    },
    /// Launch training.
    Retrain(RetrainSpec),
    /// End a job.
    CancelJob(JobId),
    /// Change runs, all or none.
    EditRuns {
        /// Which.
        runs: Vec<RunId>,
        /// What is done to each.
        edit: RunsEdit,
    },
    /// Put a note, in Markdown, in place of the one before.
    Note {
        /// On what.
        of: NoteOf,
        /// The note; empty takes it away.
        text: String,
    },
}

/// What can have a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoteOf {
    /// A run: its tag `mlflow.note.content`.
    Run(RunId),
    /// A registered model: its description.
    Model(String),
    /// A version of a model: its description.
    Version(String, Version),
}

impl fmt::Display for NoteOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(run) => write!(f, "run {run}"),
            Self::Model(model) => write!(f, "{model}"),
            Self::Version(model, version) => write!(f, "{model} {version}"),
        }
    }
}

/// What came of an act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Acted {
    /// A request stands so.
    Request(Box<PromotionRequest>),
    /// Production was switched back.
    RolledBack {
        /// The model.
        model: String,
        /// From.
        from: Version,
        /// To.
        to: Version,
        /// Milliseconds from the agent's receiving the act to the target's answering with `to`.
        switched_ms: f64,
        /// What the target answered.
        answered: String,
    },
    /// A job stands so.
    Job(Box<Job>),
    /// Runs were changed.
    Runs {
        /// How many.
        runs: u64,
        /// How.
        edit: RunsEdit,
    },
    /// A note was written.
    Note(NoteOf),
}

/// Steering for the demonstration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DemoCommand {
    /// Milliseconds between weeks; 0 is as fast as possible.
    Speed(u64),
    /// Stand still.
    Pause,
    /// Go on; with a day (`YYYY-MM-DD`), only until then.
    Resume {
        /// Pause before the first week that starts on or after this day.
        until: Option<String>,
    },
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// Done, and committed.
    Done,
    /// For [`Request::Status`].
    Status(Status),
    /// For [`Request::Fleet`].
    Fleet(Vec<FleetRow>),
    /// For [`Request::CreateRun`].
    RunCreated {
        /// The run's id.
        run: RunId,
        /// Its name.
        name: String,
        /// The folder for its artifacts; exists.
        artifacts: String,
    },
    /// For [`Request::Runs`].
    Runs(RunPage),
    /// For [`Request::RunNames`].
    RunNames(RunNames),
    /// For [`Request::NextUnwell`]; `None` when every run is well.
    Line(Option<u64>),
    /// For [`Request::Run`] and [`Request::DeletedRun`].
    Run(Box<RunRow>),
    /// For [`Request::Series`].
    Series(Series),
    /// For [`Request::RunCurves`].
    RunCurves(Vec<Series>),
    /// For [`Request::RunInputs`].
    RunInputs(Box<RunInputs>),
    /// For [`Request::Artifacts`].
    Artifacts(ArtifactFolder),
    /// For [`Request::ArtifactPart`].
    ArtifactPart(ArtifactPart),
    /// For [`Request::ArtifactTable`].
    ArtifactTable(TableHead),
    /// For [`Request::Models`].
    Models(Vec<Model>),
    /// For [`Request::RegisterVersion`].
    Version(Box<ModelVersion>),
    /// For [`Request::Requests`].
    Requests(Vec<PromotionRequest>),
    /// For [`Request::Gates`].
    Gates(Vec<GateResult>),
    /// For [`Request::Preview`].
    Preview(Preview),
    /// For [`Request::Act`].
    Acted(Acted),
    /// For [`Request::Monitors`] and [`Request::RunMonitor`].
    Monitors(Vec<MonitorState>),
    /// For [`Request::Notify`].
    Recipients(Vec<Recipient>),
    /// For [`Request::Distribution`].
    Distribution(Distribution),
    /// For [`Request::Jobs`].
    Jobs(Vec<Job>),
    /// For [`Request::Job`].
    Job(Box<Job>),
    /// For [`Request::JobLog`].
    Log(LogChunk),
    /// For [`Request::LogAt`]: the offset of what was written last by then, in bytes; `None` when the log has no
    /// times.
    LogOffset(Option<u64>),
    /// For [`Request::Audit`].
    Audit(Vec<AuditEntry>),
    /// For [`Request::Sql`] and [`Request::SqlMore`].
    Sql(SqlAnswer),
}

/// How the agent is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// As in the handshake.
    pub welcome: Welcome,
    /// Connected clients.
    pub clients: u32,
    /// Runs in the store.
    pub runs: u64,
    /// Metric values in the store.
    pub points: u64,
    /// Commits since the start.
    pub commits: u64,
    /// Resident memory, in bytes.
    pub memory: u64,
    /// Deltas dropped for slow subscribers since the start.
    pub dropped: u64,
    /// Whether the policy file was read without an error; else the error.
    pub policy_error: Option<String>,
    /// Where the HTTP API is reached (`http://127.0.0.1:5000`); `None` when it is not served.
    pub http: Option<String>,
}

/// Why something was not done: what failed, on what, and what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What sort of failure.
    pub kind: FailureKind,
    /// What failed, on what, and why: one sentence.
    pub message: String,
    /// What to do; empty when nothing can be said.
    pub hint: String,
}

/// Sorts of failure, as clients tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureKind {
    /// No such thing.
    NotFound,
    /// The request makes no sense.
    Invalid,
    /// Policy, a gate, a role or a state says no.
    Refused,
    /// Protocol or version differs.
    Incompatible,
    /// A target, a process or a peer failed.
    Peer,
    /// The store or the disk failed.
    Store,
    /// A bug.
    Internal,
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: FailureKind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: hint.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
