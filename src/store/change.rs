//! What may be written, as values: one [`Change`] for each fact, and what it was [`Applied`] as.

use std::collections::BTreeMap;
use trimtab_core::{
    alarm::Handled,
    audit::{AuditEntry, Outcome},
    job::Job,
    links::Dataset,
    logged_model::{LoggedModel, LoggedModelId, LoggedModelStatus, ModelMetric},
    metric::MetricEntry,
    monitor::{InputProblem, WindowResult},
    registry::{Deployment, Model, ModelVersion, Stage, Version, webhook::Webhook},
    release::PromotionRequest,
    run::{Experiment, ExperimentId, NewRun, RunId, RunRow, RunStatus},
    time::Millis,
};

/// Where the artifacts of a new experiment go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// There.
    At(String),
    /// Below that, by the experiment's number, which only the store knows.
    Below(String),
}

/// One fact to be stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Makes an experiment. Refused when its name is taken, by a deleted one too. → [`Applied::Experiment`]
    CreateExperiment {
        /// Its name.
        name: String,
        /// Where artifacts go.
        artifact_location: Place,
        /// Tags.
        tags: BTreeMap<String, String>,
        /// When.
        at: Millis,
    },
    /// Changes an experiment. → [`Applied::Experiment`]
    EditExperiment {
        /// Which.
        id: ExperimentId,
        /// What becomes of it.
        edit: ExperimentEdit,
        /// When.
        at: Millis,
    },
    /// Opens a run; its experiment is made when it does not exist. Refused when the id is taken. → [`Applied::Run`]
    CreateRun {
        /// The run's id.
        id: RunId,
        /// What the client said.
        new: NewRun,
        /// The experiment, when the client named it by number; must exist and not be deleted.
        within: Option<ExperimentId>,
        /// The name it gets (the client's, or one that the agent chose).
        name: String,
        /// When it starts.
        at: Millis,
    },
    /// Changes what a run says of itself; its status may go anywhere (see [`Change::SetRunStatus`]
    /// for the one that may not).
    EditRun {
        /// The run; must not be deleted.
        run: RunId,
        /// What becomes of it.
        edit: RunEdit,
    },
    /// Deletes a run, or restores it (`None`).
    SetRunDeleted {
        /// The run.
        run: RunId,
        /// When it was deleted.
        deleted: Option<Millis>,
    },
    /// Takes a tag off a run. Refused when the run has none of that key.
    DeleteRunTag {
        /// The run.
        run: RunId,
        /// The tag's key.
        key: String,
    },
    /// Appends metric values, parameters and tags. A parameter with another value than before is refused.
    LogBatch {
        /// The run; may have ended, must not be deleted.
        run: RunId,
        /// Metric values, appended as they come.
        metrics: Vec<MetricEntry>,
        /// Parameters; the same value again is no change.
        params: Vec<(String, String)>,
        /// Tags; the last value stays.
        tags: Vec<(String, String)>,
    },
    /// Says what a run read. What is known of a data set, and of a use of it, stays as it is.
    LogInputs {
        /// The run; must not be deleted.
        run: RunId,
        /// Data sets.
        datasets: Vec<NewDatasetUse>,
        /// Models, by id; none of them has to exist.
        models: Vec<String>,
    },
    /// Says which models a run made, each at which step. Refused when one of them is known already.
    LogOutputs {
        /// The run; must not be deleted.
        run: RunId,
        /// Models, by id; none of them has to exist.
        models: Vec<(String, i64)>,
    },
    /// Keeps a new logged model. Refused when the id is taken; its experiment must exist and not be deleted.
    CreateLoggedModel(Box<LoggedModel>),
    /// Changes a logged model, deleted or not.
    EditLoggedModel {
        /// Which.
        id: LoggedModelId,
        /// What becomes of it.
        edit: LoggedModelEdit,
        /// When.
        at: Millis,
    },
    /// Appends values that a run measured of models, which must exist. Its own history is not touched:
    /// [`Change::LogBatch`] says the same values of the run.
    LogModelMetrics {
        /// The run; must not be deleted.
        run: RunId,
        /// The values.
        metrics: Vec<ModelMetric>,
    },
    /// Moves a run to a status that may follow its own.
    SetRunStatus {
        /// The run.
        run: RunId,
        /// The next status; the same one again is no change.
        status: RunStatus,
        /// When; becomes the run's end when the status ends it.
        at: Millis,
    },
    /// Registers the next version of a model, and the model when it does not exist. → [`Applied::Version`]
    RegisterVersion {
        /// The model's name.
        model: String,
        /// The run that made it; must exist.
        run: Option<RunId>,
        /// The folder of its files; `{version}` in it becomes the new number.
        source: String,
        /// Who registers it.
        author: String,
        /// Tags.
        tags: BTreeMap<String, String>,
        /// Its run's latest metrics.
        metrics: BTreeMap<String, f64>,
        /// When.
        at: Millis,
    },
    /// Registers a model without versions. Refused when the name is taken. → [`Applied::Model`]
    CreateModel {
        /// Its name.
        name: String,
        /// What it is; may be empty.
        description: String,
        /// Tags.
        tags: BTreeMap<String, String>,
        /// When.
        at: Millis,
    },
    /// Changes a model, or takes it out. → [`Applied::Model`], as it is then or last was
    EditModel {
        /// Which.
        model: String,
        /// What becomes of it.
        edit: ModelEdit,
        /// When.
        at: Millis,
    },
    /// Registers the next version of a model that exists; its run may be unknown. The number is given
    /// here. → [`Applied::Version`]
    AddVersion(Box<ModelVersion>),
    /// Changes a version, or takes it out. → [`Applied::Version`], as it is then or last was
    EditVersion {
        /// Of which model.
        model: String,
        /// Which.
        version: Version,
        /// What becomes of it.
        edit: VersionEdit,
        /// When.
        at: Millis,
    },
    /// Stores a webhook in place of the one with the same id.
    PutWebhook(Webhook),
    /// Takes a webhook out; no change when there is none.
    DeleteWebhook(String),
    /// Points an alias at a version, which must exist.
    SetAlias {
        /// The model's name.
        model: String,
        /// The alias.
        alias: String,
        /// The version.
        version: Version,
    },
    /// Records that a production pointer moved. Aliases are not touched.
    Deploy(Deployment),
    /// Stores a promotion request; id 0 makes a new one, else its state must follow the stored one. → [`Applied::Request`]
    PutRequest(PromotionRequest),
    /// Stores a job; id 0 makes a new one, else its state must follow the stored one. → [`Applied::Job`]
    PutJob(Job),
    /// Stores a monitor's window in place of the one with the same start.
    PutWindow {
        /// The window.
        window: WindowResult,
        /// The agent's fingerprint of the files it was computed from.
        inputs: String,
    },
    /// Takes a monitor's windows out; those that it does not have are passed over.
    RemoveWindows {
        /// The monitor's name.
        monitor: String,
        /// Where they start.
        starts: Vec<Millis>,
    },
    /// Appends what somebody did about an alert.
    HandleAlert(Handled),
    /// Stores a monitor's problems in place of those it had.
    SetProblems {
        /// The monitor's name.
        monitor: String,
        /// All of them.
        problems: Vec<InputProblem>,
    },
    /// Appends to the audit; number and digest are given here. → [`Applied::Audit`]
    Audit {
        /// When.
        at: Millis,
        /// Who.
        actor: String,
        /// What.
        action: String,
        /// On what.
        subject: String,
        /// What came of it.
        outcome: Outcome,
        /// Why.
        reason: String,
        /// The evidence, for people.
        detail: String,
    },
}

impl Change {
    /// How many rows it writes, roughly: what a group of calls is measured in.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::LogBatch {
                metrics,
                params,
                tags,
                ..
            } => 1 + metrics.len() + params.len() + tags.len(),
            Self::PutWindow { window, .. } => {
                let segments = window.segments.iter().map(|s| 1 + s.cells.len());
                1 + window.cells.len() + segments.sum::<usize>()
            }
            Self::RemoveWindows { starts, .. } => 1 + starts.len(),
            Self::SetProblems { problems, .. } => 1 + problems.len(),
            Self::CreateRun { new, .. } => 1 + new.tags.len(),
            Self::LogModelMetrics { metrics, .. } => 1 + metrics.len(),
            _ => 1,
        }
    }
}

/// What becomes of an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExperimentEdit {
    /// Another name, which must be free.
    Rename(String),
    /// Deletes it and the runs in it that are not deleted yet.
    Delete,
    /// Restores it and every run in it.
    Restore,
    /// Sets a tag.
    SetTag(String, String),
    /// Takes a tag off; no change when there is none.
    DeleteTag(String),
}

/// A data set that a run read, as a client says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDatasetUse {
    /// The data set.
    pub dataset: Dataset,
    /// Tags of this use; a key that is there twice is refused.
    pub tags: Vec<(String, String)>,
}

/// What becomes of a logged model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoggedModelEdit {
    /// Another status.
    Status(LoggedModelStatus),
    /// Deletes it. Nothing restores it.
    Delete,
    /// Adds parameters; refused when it has one of them.
    AddParams(Vec<(String, String)>),
    /// Sets tags; of a key that is there twice the last value stays.
    SetTags(Vec<(String, String)>),
    /// Takes a tag off; refused when there is none.
    DeleteTag(String),
}

/// What becomes of a registered model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelEdit {
    /// Another name, which must be free; its deployments and requests go with it.
    Rename(String),
    /// Other words.
    Describe(String),
    /// Sets a tag.
    SetTag(String, String),
    /// Takes a tag off; no change when there is none.
    DeleteTag(String),
    /// Takes an alias off; no change when there is none.
    DeleteAlias(String),
    /// It goes, with its versions, aliases and deployments.
    Delete,
}

/// What becomes of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionEdit {
    /// Other words, or none.
    Describe(Option<String>),
    /// Sets a tag.
    SetTag(String, String),
    /// Takes a tag off; no change when there is none.
    DeleteTag(String),
    /// Another stage.
    Stage {
        /// Which.
        stage: Stage,
        /// Whether the others there are archived.
        archive: bool,
    },
    /// It goes, with the aliases that name it. Its number is not given again.
    Delete,
}

/// What becomes of a run; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunEdit {
    /// Another status.
    pub status: Option<RunStatus>,
    /// Another end.
    pub ended: Option<Millis>,
    /// Another name.
    pub name: Option<String>,
}

/// What a change was stored as.
#[derive(Clone, Debug, PartialEq)]
pub enum Applied {
    /// The experiment as it now is.
    Experiment(Box<Experiment>),
    /// The new run.
    Run(Box<RunRow>),
    /// The model as it now is.
    Model(Box<Model>),
    /// The version, with its number.
    Version(Box<ModelVersion>),
    /// The request, with its number.
    Request(Box<PromotionRequest>),
    /// The job, with its number.
    Job(Box<Job>),
    /// The entry, with its number and digest.
    Audit(AuditEntry),
    /// Stored; nothing to say.
    Done,
}
