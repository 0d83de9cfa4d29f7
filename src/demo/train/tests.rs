use super::*;
use crate::workspace;
use futures::{SinkExt as _, StreamExt as _};
use std::{path::PathBuf, sync::Mutex};
use tokio::net::UnixListener;
use trimtab_core::{
    metric::{MetricEntry, MetricSummary},
    registry::{Model as Registered, ModelVersion},
    run::{ExperimentId, RunId, RunPage, RunRow},
    time::Millis,
};
use trimtab_wire::{
    AgentFrame, ClientFrame, Failure, FailureKind, Reply, Request, Welcome,
    codec::{decode, encode},
    framed, welcome,
};

/// Where the agent of a test loses its client: at the n-th request (from 0) that `of` picks,
/// before it is done or after, but never with an answer.
#[derive(Clone, Copy)]
struct Loss {
    of: fn(&Request) -> bool,
    done: bool,
}

/// What an agent was told.
#[derive(Default)]
struct Told {
    runs: Vec<RunRow>,
    metrics: Vec<MetricEntry>,
    versions: Vec<ModelVersion>,
    losses: Vec<Loss>,
}

/// A small agent: enough of the protocol for a trainer, and the faults of a real one.
struct Agent {
    told: Arc<Mutex<Told>>,
    socket: PathBuf,
}

impl Agent {
    fn start(root: &Path, losses: Vec<Loss>) -> Self {
        let told = Arc::new(Mutex::new(Told {
            losses,
            ..Told::default()
        }));
        let socket = root.join("agent.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let (shared, root) = (Arc::clone(&told), root.to_owned());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let mut stream = framed(Box::new(stream));
                welcome(&mut stream, hello()).await.unwrap();
                while let Some(Ok(bytes)) = stream.next().await {
                    let ClientFrame::Request { id, request } = decode(&bytes).unwrap() else {
                        continue;
                    };
                    let Some(result) = shared.lock().unwrap().answer(&request, &root) else {
                        break;
                    };
                    stream
                        .send(encode(&AgentFrame::Reply { id, result }).unwrap())
                        .await
                        .unwrap();
                }
            }
        });
        Self { told, socket }
    }
}

impl Told {
    /// `None` loses the client.
    fn answer(&mut self, request: &Request, root: &Path) -> Option<Result<Reply, Failure>> {
        let loss = self
            .losses
            .iter()
            .position(|l| (l.of)(request))
            .map(|i| self.losses.remove(i));
        if loss.is_some_and(|l| !l.done) {
            return None;
        }
        let answer = match request {
            Request::CreateRun(new) => {
                let run = RunId::from_bytes([self.runs.len() as u8 + 1; 16]);
                let artifacts = format!(".trimtab/runs/{run}/artifacts");
                std::fs::create_dir_all(root.join(&artifacts)).unwrap();
                self.runs.push(RunRow {
                    id: run.clone(),
                    experiment: ExperimentId(1),
                    experiment_name: new.experiment.clone(),
                    name: new.name.clone(),
                    status: RunStatus::Running,
                    user: new.user.clone(),
                    started: Millis(0),
                    ended: None,
                    job: new.job,
                    deleted: false,
                    params: BTreeMap::new(),
                    tags: new.tags.clone(),
                    metrics: BTreeMap::new(),
                });
                Ok(Reply::RunCreated {
                    run,
                    name: new.name.clone(),
                    artifacts,
                })
            }
            Request::LogBatch {
                run,
                metrics,
                params,
                tags,
            } => {
                let row = self.runs.iter_mut().find(|r| r.id == *run).unwrap();
                row.params.extend(params.iter().cloned());
                row.tags.extend(tags.iter().cloned());
                for m in metrics {
                    row.metrics
                        .entry(m.key.clone())
                        .and_modify(|s| s.add(m.point))
                        .or_insert_with(|| MetricSummary::of(m.point));
                }
                self.metrics.extend(metrics.iter().cloned());
                Ok(Reply::Done)
            }
            Request::FinishRun { run, status } => {
                self.runs.iter_mut().find(|r| r.id == *run).unwrap().status = *status;
                Ok(Reply::Done)
            }
            Request::RegisterVersion(new) => {
                let number = Version(self.versions.len() as u32 + 1);
                let version = ModelVersion {
                    run: new.run.clone(),
                    tags: new.tags.clone(),
                    ..ModelVersion::new(&new.model, number, &new.source, Millis(0))
                };
                self.versions.push(version.clone());
                Ok(Reply::Version(Box::new(version)))
            }
            Request::Run(_) => Ok(Reply::Run(Box::new(self.runs[0].clone()))),
            Request::Runs(query) => {
                let fits =
                    |r: &&RunRow| query.words.iter().all(|w| r.tags.values().any(|v| v == w));
                let rows: Vec<_> = self.runs.iter().filter(fits).cloned().collect();
                Ok(Reply::Runs(RunPage {
                    total: rows.len() as u64,
                    rows,
                    ..RunPage::default()
                }))
            }
            Request::Models => Ok(Reply::Models(vec![Registered {
                versions: self
                    .versions
                    .iter()
                    .rev()
                    .cloned()
                    .map(Into::into)
                    .collect(),
                ..Registered::new(crate::MODEL, Millis(0))
            }])),
            other => Err(Failure::new(FailureKind::Invalid, format!("{other:?}"), "")),
        };
        loss.is_none().then_some(answer)
    }
}

fn hello() -> Welcome {
    Welcome {
        protocol: trimtab_wire::PROTOCOL,
        version: String::new(),
        pid: 0,
        workspace: String::new(),
        root: String::new(),
        actor: String::new(),
        read_only: false,
        started: Millis(0),
        recovered: Vec::new(),
    }
}

/// A small, quick training on the first days of January.
fn options(root: &Path, socket: &Path) -> Options {
    let vars = [
        ("TRIMTAB_TO", "2013-01-06"),
        ("TRIMTAB_PARAM_rounds", "6"),
        ("TRIMTAB_PARAM_depth", "3"),
        ("TRIMTAB_PARAM_run_name", "small"),
        ("TRIMTAB_JOB", "4"),
    ];
    Options::from_vars(root, socket, vars.map(|(k, v)| (k.into(), v.into()))).unwrap()
}

fn prepared() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    workspace::prepare(&dir.path().join("w")).unwrap();
    dir
}

#[tokio::test]
async fn a_run_is_logged_judged_and_registered() {
    let dir = prepared();
    let root = dir.path().join("w");
    let agent = Agent::start(&root, Vec::new());
    let mut lines = Vec::new();
    let first = train_and_say(options(&root, &agent.socket), |l| lines.push(l.to_owned()))
        .await
        .unwrap();
    assert_eq!(
        (first.version, first.champion_heldout_auc),
        (Version(1), None)
    );
    assert!(first.heldout_auc > 0.5, "{first:?}");
    assert!(
        lines.iter().any(|l| l.starts_with("round    6/6")),
        "{lines:?}"
    );

    // What was registered goes into production and is the next one's champion.
    let source = agent.told.lock().unwrap().versions[0].source.clone();
    let folder = root.join(workspace::POINTER);
    std::os::unix::fs::symlink(&source, &folder).unwrap();
    let second = train_and_say(options(&root, &agent.socket), |_| ())
        .await
        .unwrap();
    assert_eq!(second.heldout_auc, first.heldout_auc, "a seed decides");
    assert_eq!(second.champion_heldout_auc, Some(first.heldout_auc));

    let told = agent.told.lock().unwrap();
    let run = &told.runs[0];
    assert_eq!(
        (run.status, run.name.as_str(), run.params["depth"].as_str()),
        (RunStatus::Finished, "small", "3")
    );
    assert!(run.tags["data_version"].starts_with("sha256:"));
    assert_eq!(run.tags["window"], "2013-01-01..2013-01-05");
    assert_eq!(run.metrics["heldout_auc"].count, 6);
    assert_eq!(run.metrics["heldout_auc"].latest.value, first.heldout_auc);
    assert_eq!(
        told.versions[0].tags["data_version"],
        told.versions[1].tags["data_version"]
    );
}

#[tokio::test]
async fn a_lost_link_loses_and_doubles_nothing() {
    let of: [fn(&Request) -> bool; 4] = [
        |r| matches!(r, Request::CreateRun(_)),
        |r| matches!(r, Request::LogBatch { .. }),
        |r| matches!(r, Request::RegisterVersion(_)),
        |r| matches!(r, Request::FinishRun { .. }),
    ];
    for done in [false, true] {
        let dir = prepared();
        let root = dir.path().join("w");
        let agent = Agent::start(&root, of.map(|of| Loss { of, done }).to_vec());
        train_and_say(options(&root, &agent.socket), |_| ())
            .await
            .unwrap();
        let told = agent.told.lock().unwrap();
        assert!(told.losses.is_empty(), "every loss happened");
        assert_eq!(
            (told.runs.len(), told.versions.len()),
            (1, 1),
            "done: {done}"
        );
        assert_eq!(told.runs[0].status, RunStatus::Finished);
        for key in ["train_loss", "heldout_loss", "heldout_auc"] {
            let steps: Vec<i64> = told
                .metrics
                .iter()
                .filter(|m| m.key == key)
                .map(|m| m.point.step)
                .collect();
            assert_eq!(steps, [1, 2, 3, 4, 5, 6], "{key}, done: {done}");
        }
    }
}

#[tokio::test]
async fn a_training_without_rows_is_a_failed_run() {
    let dir = prepared();
    let root = dir.path().join("w");
    let agent = Agent::start(&root, Vec::new());
    let mut options = options(&root, &agent.socket);
    options.from = Millis::parse("2013-05-01");
    options.to = Millis::parse("2013-06-01");
    let error = train_and_say(options, |_| ())
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "no row from 2013-05-01 to 2013-06-01 has a label yet"
    );
    let told = agent.told.lock().unwrap();
    assert_eq!(
        (told.runs[0].status, told.versions.len()),
        (RunStatus::Failed, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn without_an_agent_it_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path(), &dir.path().join("nobody.sock"));
    let error = train_and_say(options, |_| ())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("the run could not be opened: "),
        "{error}"
    );
    assert!(
        error.ends_with("Is the agent running? (`trimtab agent status`)"),
        "{error}"
    );
}
