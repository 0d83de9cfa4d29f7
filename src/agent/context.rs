//! What every part of the agent shares. One for each agent, behind an `Arc`.

use crate::{
    Workspace, artifacts::Depot, error::OrFail as _, hub::Hub, ingest::Ingest, jobs::JobBook,
    monitors::MonitorRunner, notices::Notices, policy::InForce, releases::Releases,
    serving::Servings, webhooks::Webhooks,
};
use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use trimtab_core::{policy::Policy, time::Millis};
use trimtab_store::{Applied, Change, ModelEdit, Store, StoreError};
use trimtab_wire::{Delta, Failure, PROTOCOL, Welcome};

/// The agent's insides.
pub(crate) struct Context {
    /// Where everything lies.
    pub workspace: Workspace,
    /// The socket that jobs log through.
    pub socket: PathBuf,
    /// This program; launched again to supervise jobs.
    pub exe: PathBuf,
    /// Whether acts are refused.
    pub read_only: bool,
    /// When the agent started.
    pub started: Millis,
    /// What was recovered then.
    pub recovered: Vec<String>,
    /// The store. Facts are written through [`Context::record`], so that subscribers hear of them.
    pub store: Store,
    /// The policy in force.
    pub policy: InForce,
    /// Tells subscribers what changed.
    pub hub: Hub,
    /// Logging into runs, in order.
    pub ingest: Ingest,
    /// Windows of the inference logs.
    pub monitors: MonitorRunner,
    /// Woken when the demonstration's world has written files.
    pub new_files: tokio::sync::Notify,
    /// Jobs under way.
    pub jobs: JobBook,
    /// Promotions and rollbacks, one at a time for each model.
    pub releases: Releases,
    /// Versions are numbered one at a time: their files are in place before their record is.
    pub registering: tokio::sync::Mutex<()>,
    /// Who is told of the registry.
    pub webhooks: Webhooks,
    /// Who was told of which alerts.
    pub notices: Notices,
    /// What production last answered.
    pub servings: Servings,
    /// The files behind `mlflow-artifacts:` addresses.
    pub artifacts: Depot,
    /// Where the HTTP API is reached, when policy asks for one.
    pub api: Option<String>,
    /// For targets.
    pub http: reqwest::Client,
    /// Clients connected.
    pub clients: AtomicU32,
    /// The number of the last audit entry.
    pub last_audit: AtomicU64,
    /// Ends when the agent shall stop.
    pub stop: CancellationToken,
    /// Everything that must end before the store closes.
    pub work: TaskTracker,
}

impl Context {
    /// The policy in force.
    pub(crate) fn policy(&self) -> std::sync::Arc<Policy> {
        self.policy.get()
    }

    /// What a client is welcomed with.
    pub(crate) fn welcome(&self, actor: &str) -> Welcome {
        Welcome {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").into(),
            pid: std::process::id(),
            workspace: self.policy().workspace.name.clone(),
            root: self.workspace.root().display().to_string(),
            actor: actor.to_owned(),
            read_only: self.read_only,
            started: self.started,
            recovered: self.recovered.clone(),
        }
    }

    /// Stores facts, all or none, and tells subscribers.
    pub(crate) async fn record(&self, changes: Vec<Change>) -> Result<Vec<Applied>, Failure> {
        self.try_record(changes).await.or_fail()
    }

    /// The same, for who wants to know what the store said.
    pub(crate) async fn try_record(
        &self,
        changes: Vec<Change>,
    ) -> Result<Vec<Applied>, StoreError> {
        let told: Vec<Told> = changes.iter().map(Told::of).collect();
        let applied = self.store.apply(changes).await?;
        for (told, applied) in told.into_iter().zip(&applied) {
            self.tell(told, applied).await;
        }
        Ok(applied)
    }

    /// Publishes what one stored change means to subscribers.
    async fn tell(&self, told: Told, applied: &Applied) {
        match applied {
            // A run says its experiment's name, and whether it is deleted with it.
            Applied::Experiment(experiment) => {
                for run in self.store.runs_of(experiment.id) {
                    self.hub.run_changed(run);
                }
            }
            Applied::Model(model) => {
                match told {
                    Told::Gone => return self.tell_gone(&model.name),
                    Told::Renamed(from) if from != model.name => self.tell_gone(&from),
                    _ => {}
                }
                self.tell_model(&model.name).await;
            }
            Applied::Run(run) => self.hub.publish(Delta::Run(run.clone())),
            Applied::Version(version) => self.tell_model(&version.model).await,
            Applied::Request(request) => {
                self.hub.publish(Delta::Request(request.clone()));
                self.hub.fleet_changed();
            }
            Applied::Job(job) => {
                self.hub.publish(Delta::Job(job.clone()));
                self.hub.fleet_changed();
            }
            Applied::Audit(entry) => {
                self.last_audit.fetch_max(entry.seq, Ordering::Relaxed);
                self.hub.publish(Delta::Audit(entry.clone()));
            }
            Applied::Done => match told {
                Told::Run(run) => self.hub.run_changed(run),
                Told::Model(name) => self.tell_model(&name).await,
                Told::Delta(delta) => {
                    self.hub.publish(delta);
                    self.hub.fleet_changed();
                }
                Told::Gone | Told::Renamed(_) | Told::Nothing => {}
            },
        }
    }

    fn tell_gone(&self, model: &str) {
        self.hub.publish(Delta::ModelGone(model.to_owned()));
        self.hub.fleet_changed();
    }

    async fn tell_model(&self, name: &str) {
        match self.store.model(name).await {
            // Prompts are nothing to release.
            Ok(Some(model)) if model.is_prompt() => {}
            Ok(Some(model)) => {
                self.hub.publish(Delta::Model(Box::new(model)));
                self.hub.fleet_changed();
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, name, "a changed model could not be read back"),
        }
    }
}

/// What a change means to subscribers when the store has nothing to add.
enum Told {
    /// A run changed; its row is read back.
    Run(trimtab_core::run::RunId),
    /// A model changed; it is read back.
    Model(String),
    /// A model is no more.
    Gone,
    /// A model had this name.
    Renamed(String),
    /// The change says it all.
    Delta(Delta),
    /// The answer says it, or nobody follows it.
    Nothing,
}

impl Told {
    fn of(change: &Change) -> Self {
        match change {
            Change::LogBatch { run, .. }
            | Change::SetRunStatus { run, .. }
            | Change::EditRun { run, .. }
            | Change::SetRunDeleted { run, .. }
            | Change::DeleteRunTag { run, .. } => Self::Run(run.clone()),
            Change::SetAlias { model, .. } => Self::Model(model.clone()),
            Change::EditModel { model, edit, .. } => match edit {
                ModelEdit::Delete => Self::Gone,
                ModelEdit::Rename(_) => Self::Renamed(model.clone()),
                _ => Self::Nothing,
            },
            Change::Deploy(deployment) => Self::Delta(Delta::Deployment(deployment.clone())),
            Change::PutWindow { window, .. } => {
                Self::Delta(Delta::Window(Box::new(window.clone())))
            }
            Change::RemoveWindows { monitor, starts } => Self::Delta(Delta::WindowsGone {
                monitor: monitor.clone(),
                starts: starts.clone(),
            }),
            Change::HandleAlert(handled) => Self::Delta(Delta::Handled(Box::new(handled.clone()))),
            Change::SetProblems { monitor, problems } => Self::Delta(Delta::Problems {
                monitor: monitor.clone(),
                problems: problems.clone(),
            }),
            Change::CreateExperiment { .. }
            | Change::EditExperiment { .. }
            | Change::LogInputs { .. }
            | Change::LogOutputs { .. }
            | Change::CreateLoggedModel(_)
            | Change::EditLoggedModel { .. }
            | Change::LogModelMetrics { .. }
            | Change::CreateRun { .. }
            | Change::RegisterVersion { .. }
            | Change::CreateModel { .. }
            | Change::AddVersion(_)
            | Change::EditVersion { .. }
            | Change::PutWebhook(_)
            | Change::DeleteWebhook(_)
            | Change::PutRequest(_)
            | Change::PutJob(_)
            | Change::Audit { .. } => Self::Nothing,
        }
    }
}
