//! The demonstration's stage: agent, model server and replayed year, started together and ended together.

use super::super::{
    agent,
    context::{expect_reply, socket},
    error::{CliError, CliResult},
    narrate, retrain, this_exe,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::process::{Child, Command};
use trimtab_core::{
    job::{Job, JobState, RetrainSpec},
    registry::{CHAMPION, Model, ModelVersion, Version},
    release::{PromotionRequest, RequestState},
};
use trimtab_demo::{MODEL, RECIPE};
use trimtab_wire::{Act, Acted, DemoCommand, DemoState, Dial, Link, Reply, Request};

/// How long a step of the demonstration may take before it counts as failed.
pub const PATIENCE: Duration = Duration::from_secs(150);

/// The training runs that exist before the console opens.
const FIRST_RUNS: [(&str, &[(&str, &str)]); 3] = [
    (
        "shallow",
        &[("depth", "3"), ("rounds", "60"), ("learning_rate", "0.2")],
    ),
    (
        "deep",
        &[("depth", "8"), ("rounds", "60"), ("learning_rate", "0.1")],
    ),
    (
        "balanced",
        &[("depth", "5"), ("rounds", "80"), ("learning_rate", "0.1")],
    ),
];

/// A running demonstration. Its children end with it.
pub struct Stage {
    /// The workspace's folder.
    pub root: PathBuf,
    /// The link to its agent.
    pub link: Link,
    /// The model server's address, `127.0.0.1:PORT`.
    pub server: String,
    /// Held so that server and world end with this process: they read until it closes.
    children: Vec<Child>,
}

impl Stage {
    /// Lays out the workspace (or goes on in it) and starts agent, server and world.
    pub async fn set(dir: &Path) -> CliResult<Self> {
        let failed = |e: &(dyn std::error::Error + 'static)| {
            CliError::refused(
                format!("The demonstration cannot be set up in {}.", dir.display()),
                "Choose another folder with `--dir`.",
            )
            .caused_by(e)
        };
        let address = trimtab_demo::workspace::prepare(dir).map_err(|e| failed(&e))?;
        let root = dir.canonicalize().map_err(|e| failed(&e))?;
        agent::ensure(&root).await?;
        let link = Link::connect(&Dial::Unix(socket(&root)), "demo").await?;
        let exe = this_exe()?;
        let mut stage = Self {
            root,
            link,
            server: address.clone(),
            children: Vec::new(),
        };
        let pointer = trimtab_demo::workspace::POINTER;
        stage.start(
            &exe,
            &[
                "serve",
                "--link",
                pointer,
                "--listen",
                &address,
                "--with-parent",
            ],
            "server.log",
        )?;
        stage.wait_for_server().await?;
        stage.start(&exe, &["demo", "world", "--with-parent"], "world.log")?;
        Ok(stage)
    }

    fn start(&mut self, exe: &Path, args: &[&str], log: &str) -> CliResult<()> {
        let failed = |e: std::io::Error| {
            CliError::refused(
                format!("`trimtab {}` cannot be started.", args.join(" ")),
                "",
            )
            .caused_by(&e)
        };
        let folder = self.root.join("demo");
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(folder.join(log))
            .map_err(failed)?;
        let child = Command::new(exe)
            .args(args)
            .env("TRIMTAB_WORKSPACE", &self.root)
            .current_dir(&self.root)
            // Closing this pipe ends the child, however this process ends.
            .stdin(Stdio::piped())
            .stdout(log.try_clone().map_err(failed)?)
            .stderr(log)
            .spawn()
            .map_err(failed)?;
        self.children.push(child);
        Ok(())
    }

    async fn wait_for_server(&mut self) -> CliResult<()> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            if self.health().await.is_ok() {
                return Ok(());
            }
            let gone = self
                .children
                .iter_mut()
                .any(|c| matches!(c.try_wait(), Ok(Some(_))));
            if gone || Instant::now() > deadline {
                return Err(CliError::unreachable(
                    format!("The model server does not answer on {}.", self.server),
                    format!("See {}.", self.root.join("demo/server.log").display()),
                ));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What the model server says of itself: the version it answers with, when it has one.
    pub async fn health(&self) -> CliResult<Option<Version>> {
        let unreachable = |e: trimtab_demo::Error| {
            CliError::unreachable(
                format!("The model server on {} does not answer.", self.server),
                "",
            )
            .caused_by(&e)
        };
        trimtab_demo::serve::health(&self.server)
            .await
            .map(|h| h.version.map(Version))
            .map_err(unreachable)
    }

    /// Trains the first versions on January and puts the best into production, unless that has been done.
    pub async fn bootstrap(&self) -> CliResult<Vec<Job>> {
        if self.champion().await?.is_some() {
            return Ok(Vec::new());
        }
        let mut jobs = Vec::new();
        for (name, params) in FIRST_RUNS {
            let mut params: BTreeMap<String, String> = params
                .iter()
                .map(|(k, v)| ((*k).into(), (*v).into()))
                .collect();
            params.insert("run_name".into(), format!("january-{name}"));
            let job = self
                .train(
                    "2013-01-01",
                    "2013-02-01",
                    params,
                    "first models, on January",
                )
                .await?;
            jobs.push(job);
        }
        let best = self
            .model()
            .await?
            .and_then(|m| {
                m.versions
                    .into_iter()
                    .max_by(|a, b| score(a).total_cmp(&score(b)))
            })
            .ok_or_else(|| {
                CliError::refused(
                    "No version came out of the first training.",
                    "See `trimtab retrain list`.",
                )
            })?;
        self.promote(best.version, "the best of the first three on held-out days")
            .await?;
        trimtab_demo::workspace::score_reference(&self.root)
            .map_err(|e| CliError::refused("The reference cannot be scored.", "").caused_by(&e))?;
        Ok(jobs)
    }

    /// Launches training on a window and waits for its end.
    pub async fn train(
        &self,
        from: &str,
        to: &str,
        params: BTreeMap<String, String>,
        why: &str,
    ) -> CliResult<Job> {
        let job = self.launch(from, to, params, why).await?;
        let mut log = String::new();
        let ended = tokio::time::timeout(
            PATIENCE,
            retrain::follow(&self.link, job.id, |chunk| log.push_str(&chunk.text)),
        )
        .await
        .map_err(|_| {
            CliError::refused(format!("Job {} did not end in {PATIENCE:?}.", job.id), "")
        })??;
        match ended.state {
            JobState::Succeeded => Ok(ended),
            other => {
                let error = ended.error.clone().unwrap_or_default();
                let tail: Vec<&str> = log.lines().rev().take(5).collect();
                Err(CliError::refused(
                    format!("Job {} ended {}: {error}", job.id, other.word()),
                    format!(
                        "Its last lines: {}",
                        tail.into_iter().rev().collect::<Vec<_>>().join(" | ")
                    ),
                ))
            }
        }
    }

    /// Launches training on a window and returns at once.
    pub async fn launch(
        &self,
        from: &str,
        to: &str,
        params: BTreeMap<String, String>,
        why: &str,
    ) -> CliResult<Job> {
        let spec = RetrainSpec {
            recipe: RECIPE.into(),
            from: Some(from.into()),
            to: Some(to.into()),
            params,
            reason: why.into(),
        };
        match self.act(Act::Retrain(spec), why).await? {
            Acted::Job(job) => Ok(*job),
            _ => Err(trimtab_wire::LinkError::Unexpected.into()),
        }
    }

    /// Asks for promotion and approves it; returns the request as it then stands.
    pub async fn promote(&self, version: Version, why: &str) -> CliResult<PromotionRequest> {
        let asked = self
            .request(
                Act::Promote {
                    model: MODEL.into(),
                    version,
                },
                why,
            )
            .await?;
        let live = match asked.state {
            RequestState::AwaitingApproval => self.request(Act::Approve(asked.id), why).await?,
            _ => asked,
        };
        match live.state {
            RequestState::Live => Ok(live),
            other => Err(CliError::refused(
                format!(
                    "Request {} for {} is {}: {}",
                    live.id,
                    version,
                    other.word(),
                    live.note.unwrap_or_default()
                ),
                "See `trimtab models requests`.",
            )),
        }
    }

    async fn request(&self, act: Act, why: &str) -> CliResult<PromotionRequest> {
        match self.act(act, why).await? {
            Acted::Request(request) => Ok(*request),
            _ => Err(trimtab_wire::LinkError::Unexpected.into()),
        }
    }

    /// Does an act.
    pub async fn act(&self, act: Act, why: &str) -> CliResult<Acted> {
        let reply = self
            .link
            .request(Request::Act {
                act,
                reason: why.into(),
            })
            .await?;
        Ok(expect_reply!(reply, Reply::Acted(a) => a))
    }

    /// The demonstration's model, once it has a version.
    pub async fn model(&self) -> CliResult<Option<Model>> {
        let models =
            expect_reply!(self.link.request(Request::Models).await?, Reply::Models(m) => m);
        Ok(models.into_iter().find(|m| m.name == MODEL))
    }

    /// The version that the registry calls champion.
    pub async fn champion(&self) -> CliResult<Option<Version>> {
        Ok(self
            .model()
            .await?
            .and_then(|m| m.aliases.get(CHAMPION).copied()))
    }

    /// Steers the clock.
    pub async fn steer(&self, command: DemoCommand) -> CliResult<()> {
        expect_reply!(self.link.request(Request::Demo(command)).await?, Reply::Done => ());
        Ok(())
    }

    /// Replays as fast as it goes until the given day, and waits.
    pub async fn replay_until(&self, day: &str) -> CliResult<DemoState> {
        self.steer(DemoCommand::Speed(0)).await?;
        self.steer(DemoCommand::Resume {
            until: Some(day.into()),
        })
        .await?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let state = trimtab_demo::world::state(&self.root).map_err(|e| {
                CliError::refused("The world's state cannot be read.", "").caused_by(&e)
            })?;
            // The clock stands at `until` only once the world has said so after this command.
            if state.finished
                || (state.paused && state.week_after().is_some_and(|w| w.as_str() >= day))
            {
                return Ok(state.into());
            }
            if Instant::now() > deadline {
                return Err(CliError::refused(
                    format!(
                        "The year stands still at {:?}: {}",
                        state.week,
                        state.last_error.as_deref().unwrap_or_default()
                    ),
                    format!("See {}.", self.root.join("demo/world.log").display()),
                ));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends server, world and agent.
    pub async fn strike(mut self) {
        for mut child in self.children.drain(..) {
            drop(child.stdin.take());
            if tokio::time::timeout(Duration::from_secs(3), child.wait())
                .await
                .is_err()
            {
                // It did not end by itself; there is nothing more to lose.
                let _ = child.kill().await;
            }
        }
        if let Err(error) = agent::stop(&self.link).await {
            narrate(&error.to_string());
        }
    }
}

/// A version's held-out metric, for choosing the first champion.
pub fn score(version: &ModelVersion) -> f64 {
    version
        .metrics
        .get("heldout_auc")
        .copied()
        .unwrap_or(f64::NEG_INFINITY)
}
