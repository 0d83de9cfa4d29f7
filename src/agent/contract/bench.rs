//! An agent on a temporary workspace, and what tests ask it.

use super::{process::program, until};
use crate::{AgentError, AgentOptions, Listener, Probe, probe, run};
use std::{collections::BTreeMap, fs, path::Path, sync::Arc};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};
use trimtab_core::{
    audit::AuditEntry,
    job::{Job, JobId, RetrainSpec},
    metric::{MetricEntry, Point},
    registry::{Model, ModelVersion, NewVersion, Version},
    release::{PromotionRequest, RequestId},
    run::{NewRun, RunId, RunStatus},
    time::Millis,
};
use trimtab_wire::{Act, Acted, Dial, Failure, Link, LinkError, Reply, Request};

/// The policy of most tests: a model released by the alias, a recipe that says hello.
pub(super) const POLICY: &str = r#"
[workspace]
name = "test"
[models.m]
metric = "auc"
gate = { rules = [
  { name = "absolute", metric = "auc", min = 0.6 },
  { name = "champion", metric = "auc", at_least = "champion" },
] }
approval = { required = 1, author_may_approve = true }
[recipes.hello]
model = "m"
command = ["sh", "-c", "echo job $TRIMTAB_JOB depth $TRIMTAB_PARAM_DEPTH from $TRIMTAB_FROM"]
params = { depth = 6 }
[recipes.sleep]
model = "m"
command = ["sh", "-c", "echo begun; sleep 600"]
[recipes.fail]
model = "m"
command = ["sh", "-c", "echo begun; echo 'no data' >&2; exit 3"]
"#;

/// A workspace folder with the test program in it.
pub(super) fn workspace(policy: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("trimtab.toml"), policy).unwrap();
    program(dir.path());
    dir
}

pub(super) fn options(root: &Path) -> AgentOptions {
    AgentOptions {
        root: root.to_owned(),
        read_only: false,
        exe: root.join("trimtab"),
        listener: Listener::Unix,
    }
}

/// A client with the questions that tests ask.
pub(super) struct Client(pub(super) Link);

/// An agent in this process.
pub(super) struct Bench {
    pub(super) dir: Arc<TempDir>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), AgentError>>,
}

impl Bench {
    pub(super) async fn start(policy: &str) -> Self {
        let dir = Arc::new(workspace(policy));
        Self::with(dir, |o| o).await
    }

    pub(super) async fn with(
        dir: Arc<TempDir>,
        change: impl FnOnce(AgentOptions) -> AgentOptions,
    ) -> Self {
        let options = change(options(dir.path()));
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(run(options, async move { drop(stopped.await) }));
        until("the agent", async || {
            matches!(probe(dir.path()).await, Probe::Ready(_)).then_some(())
        })
        .await;
        Self { dir, stop, task }
    }

    pub(super) fn root(&self) -> &Path {
        self.dir.path()
    }

    pub(super) async fn client(&self) -> Client {
        Client::connect(self.root()).await
    }

    /// Stops the agent and keeps its folder.
    pub(super) async fn stop(self) -> Arc<TempDir> {
        drop(self.stop);
        self.task.await.unwrap().unwrap();
        self.dir
    }
}

impl Client {
    pub(super) async fn connect(root: &Path) -> Self {
        let dial = Dial::Unix(crate::Workspace::new(root).socket());
        Self(Link::connect(&dial, "test").await.unwrap())
    }

    pub(super) async fn ask(&self, request: Request) -> Result<Reply, Failure> {
        match self.0.request(request).await {
            Ok(reply) => Ok(reply),
            Err(LinkError::Failure(failure)) => Err(failure),
            Err(other) => panic!("{other}"),
        }
    }

    pub(super) async fn act(&self, act: Act) -> Result<Acted, Failure> {
        match self
            .ask(Request::Act {
                act,
                reason: "because".into(),
            })
            .await?
        {
            Reply::Acted(acted) => Ok(acted),
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn request(&self, act: Act) -> Result<PromotionRequest, Failure> {
        match self.act(act).await? {
            Acted::Request(request) => Ok(*request),
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn requests(&self) -> Vec<PromotionRequest> {
        let Reply::Requests(requests) = self.ask(Request::Requests).await.unwrap() else {
            panic!()
        };
        requests
    }

    pub(super) async fn get_request(&self, id: RequestId) -> PromotionRequest {
        self.requests()
            .await
            .into_iter()
            .find(|r| r.id == id)
            .unwrap()
    }

    pub(super) async fn model(&self) -> Model {
        let Reply::Models(models) = self.ask(Request::Models).await.unwrap() else {
            panic!()
        };
        models.into_iter().find(|m| m.name == "m").unwrap()
    }

    pub(super) async fn audit(&self) -> Vec<AuditEntry> {
        let Reply::Audit(entries) = self
            .ask(Request::Audit { after: 0, limit: 0 })
            .await
            .unwrap()
        else {
            panic!()
        };
        entries
    }

    /// `action outcome` of each entry since the agent first started.
    pub(super) async fn deeds(&self) -> Vec<String> {
        let entries = self.audit().await;
        trimtab_core::audit::verify(&entries).unwrap();
        entries
            .iter()
            .map(|e| format!("{} {}", e.action, e.outcome.word()))
            .collect()
    }

    pub(super) async fn new_run(&self, name: &str, job: Option<JobId>) -> RunId {
        let new = NewRun {
            experiment: "e".into(),
            name: name.into(),
            user: String::new(),
            job,
            tags: BTreeMap::new(),
        };
        let Reply::RunCreated { run, .. } = self.ask(Request::CreateRun(new)).await.unwrap() else {
            panic!()
        };
        run
    }

    pub(super) async fn log(
        &self,
        run: &RunId,
        key: &str,
        values: impl IntoIterator<Item = (i64, f64)>,
    ) {
        let metrics = values.into_iter().map(|(step, value)| MetricEntry {
            key: key.into(),
            point: Point {
                step,
                time: Millis(step),
                value,
            },
        });
        let (run, metrics) = (run.clone(), metrics.collect());
        self.ask(Request::LogBatch {
            run,
            metrics,
            params: Vec::new(),
            tags: Vec::new(),
        })
        .await
        .unwrap();
    }

    /// Trains a version: a run with this AUC, ended and registered.
    pub(super) async fn version(&self, root: &Path, auc: f64) -> ModelVersion {
        let run = self.new_run("train", None).await;
        self.log(&run, "auc", [(0, auc)]).await;
        self.ask(Request::FinishRun {
            run: run.clone(),
            status: RunStatus::Finished,
        })
        .await
        .unwrap();
        let source = root.join("made");
        fs::create_dir_all(&source).unwrap();
        fs::write(source.join("model.json"), auc.to_string()).unwrap();
        let new = NewVersion {
            model: "m".into(),
            run: Some(run),
            source: source.display().to_string(),
            tags: BTreeMap::new(),
        };
        let Reply::Version(version) = self.ask(Request::RegisterVersion(new)).await.unwrap() else {
            panic!()
        };
        *version
    }

    /// Promotes and approves.
    pub(super) async fn release(&self, version: Version) -> Result<PromotionRequest, Failure> {
        let asked = self
            .request(Act::Promote {
                model: "m".into(),
                version,
            })
            .await?;
        self.request(Act::Approve(asked.id)).await
    }

    pub(super) async fn retrain(&self, recipe: &str) -> Result<Job, Failure> {
        let spec = RetrainSpec {
            recipe: recipe.into(),
            from: Some("2013-01-01".into()),
            to: Some("2013-02-01".into()),
            params: BTreeMap::new(),
            reason: "a test".into(),
        };
        match self.act(Act::Retrain(spec)).await? {
            Acted::Job(job) => Ok(*job),
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn job(&self, id: JobId) -> Job {
        let Reply::Job(job) = self.ask(Request::Job(id)).await.unwrap() else {
            panic!()
        };
        *job
    }

    pub(super) async fn job_ended(&self, id: JobId) -> Job {
        until("the job's end", async || {
            Some(self.job(id).await).filter(|j| j.state.ended())
        })
        .await
    }
}
