//! What a run says, on its way to the agent.
//!
//! Training outlives a lost link: what cannot be delivered waits here, and is sent again when
//! the agent answers. An answer that never came leaves open whether the agent did what it was
//! asked; before sending again the journal looks, so that nothing is recorded twice.

use crate::Error;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::{Instant, timeout};
use trimtab_core::{
    metric::{MetricEntry, Point},
    registry::{NewVersion, Version},
    run::{NewRun, RunId, RunQuery, RunStatus},
    time::Millis,
};
use trimtab_wire::{Link, LinkError, LinkState, Reply, Request};

/// How long to wait for an agent that is away, at the beginning and at the end.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait for one answer.
const ANSWER: Duration = Duration::from_secs(10);
/// The tag that tells this launch from every other.
const LAUNCH: &str = "launch";

/// An open run.
#[derive(Debug)]
pub(super) struct Journal {
    /// The run.
    pub(super) run: RunId,
    /// Its name.
    pub(super) name: String,
    /// The folder for its files.
    pub(super) artifacts: PathBuf,
    link: Link,
    metrics: Vec<MetricEntry>,
    params: Vec<(String, String)>,
    tags: Vec<(String, String)>,
    /// The last batch may or may not have arrived.
    doubtful: bool,
}

impl Journal {
    /// Opens a run, waiting for the agent if need be.
    pub(super) async fn open(link: Link, root: &Path, mut new: NewRun) -> Result<Self, Error> {
        let launch = format!("{}-{}", std::process::id(), now().0);
        new.tags.insert(LAUNCH.into(), launch.clone());
        let deadline = Instant::now() + PATIENCE;
        let mut doubtful = false;
        let (run, name, artifacts) = loop {
            up(&link, deadline, "the run could not be opened").await?;
            if doubtful && let Some((run, name)) = launched(&link, &launch).await? {
                let folder = format!(".trimtab/runs/{run}/artifacts");
                break (run, name, folder);
            }
            match ask(&link, Request::CreateRun(new.clone())).await {
                Ok(Reply::RunCreated {
                    run,
                    name,
                    artifacts,
                }) => break (run, name, artifacts),
                other => doubtful = lost(other, "opening the run")?,
            }
        };
        let (metrics, params, tags) = Default::default();
        Ok(Self {
            run,
            name,
            artifacts: root.join(artifacts),
            link,
            metrics,
            params,
            tags,
            doubtful: false,
        })
    }

    /// Parameters and tags, to go with what is logged next.
    pub(super) fn describe(
        &mut self,
        params: Vec<(String, String)>,
        tags: BTreeMap<String, String>,
    ) {
        self.params.extend(params);
        self.tags.extend(tags);
    }

    /// Logs values of one step: at once if the agent answers, else later.
    pub(super) async fn log(&mut self, step: usize, values: &[(&str, f64)]) -> Result<(), Error> {
        let (step, time) = (i64::try_from(step).unwrap_or(i64::MAX), now());
        self.metrics
            .extend(values.iter().map(|(key, value)| MetricEntry {
                key: (*key).to_owned(),
                point: Point {
                    step,
                    time,
                    value: *value,
                },
            }));
        let here = matches!(&*self.link.state().borrow(), LinkState::Up(_));
        if here {
            self.deliver().await.map(drop)
        } else {
            Ok(())
        }
    }

    /// Delivers everything that waits.
    pub(super) async fn flush(&mut self) -> Result<(), Error> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let what = format!(
                "{} values of run {} were not delivered",
                self.metrics.len(),
                self.run.short()
            );
            up(&self.link, deadline, &what).await?;
            if self.deliver().await? {
                return Ok(());
            }
        }
    }

    /// Registers a version of the run's files.
    pub(super) async fn register(&mut self, new: NewVersion) -> Result<Version, Error> {
        let deadline = Instant::now() + PATIENCE;
        let mut doubtful = false;
        loop {
            up(
                &self.link,
                deadline,
                &format!("a version of {} was not registered", new.model),
            )
            .await?;
            if doubtful && let Some(version) = self.registered(&new.model).await? {
                return Ok(version);
            }
            match ask(&self.link, Request::RegisterVersion(new.clone())).await {
                Ok(Reply::Version(version)) => return Ok(version.version),
                other => doubtful = lost(other, "registering the version")?,
            }
        }
    }

    /// Delivers what waits and ends the run.
    pub(super) async fn finish(&mut self, status: RunStatus) -> Result<(), Error> {
        self.flush().await?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            up(
                &self.link,
                deadline,
                &format!("run {} was not closed", self.run.short()),
            )
            .await?;
            match ask(
                &self.link,
                Request::FinishRun {
                    run: self.run.clone(),
                    status,
                },
            )
            .await
            {
                Ok(Reply::Done) => return Ok(()),
                other => lost(other, "closing the run")?,
            };
        }
    }

    /// Sends what waits, once. False when the answer did not come.
    async fn deliver(&mut self) -> Result<bool, Error> {
        if self.doubtful && !self.drop_arrived().await? {
            return Ok(false);
        }
        if self.metrics.is_empty() && self.params.is_empty() && self.tags.is_empty() {
            return Ok(true);
        }
        let batch = Request::LogBatch {
            run: self.run.clone(),
            metrics: self.metrics.clone(),
            params: self.params.clone(),
            tags: self.tags.clone(),
        };
        match ask(&self.link, batch).await {
            Ok(Reply::Done) => {
                self.metrics.clear();
                self.params.clear();
                self.tags.clear();
                Ok(true)
            }
            other => {
                self.doubtful = lost(other, "logging")?;
                Ok(false)
            }
        }
    }

    /// Drops what the agent has after all: a key's steps only ever grow, and a batch arrives
    /// whole. False when the agent does not answer.
    async fn drop_arrived(&mut self) -> Result<bool, Error> {
        match ask(&self.link, Request::Run(self.run.to_string())).await {
            Ok(Reply::Run(row)) => {
                self.metrics.retain(|m| {
                    row.metrics
                        .get(&m.key)
                        .is_none_or(|s| s.latest.step < m.point.step)
                });
                self.doubtful = false;
                Ok(true)
            }
            other => lost(other, "looking at the run").map(|_| false),
        }
    }

    async fn registered(&self, model: &str) -> Result<Option<Version>, Error> {
        match ask(&self.link, Request::Models).await {
            Ok(Reply::Models(models)) => {
                let versions = models
                    .into_iter()
                    .filter(|m| m.name == model)
                    .flat_map(|m| m.versions);
                Ok(versions
                    .filter(|v| v.run.as_ref() == Some(&self.run))
                    .map(|v| v.version)
                    .max())
            }
            other => lost(other, "looking at the registry").map(|_| None),
        }
    }
}

/// The run that an earlier, unanswered request of this launch opened.
async fn launched(link: &Link, launch: &str) -> Result<Option<(RunId, String)>, Error> {
    let query = RunQuery {
        words: vec![launch.to_owned()],
        limit: 1,
        ..RunQuery::default()
    };
    match ask(link, Request::Runs(query)).await {
        Ok(Reply::Runs(page)) => Ok(page.rows.into_iter().next().map(|row| (row.id, row.name))),
        other => lost(other, "looking for the run").map(|_| None),
    }
}

async fn ask(link: &Link, request: Request) -> Result<Reply, LinkError> {
    let late = || LinkError::Lost(format!("no answer within {ANSWER:?}"));
    timeout(ANSWER, link.request(request))
        .await
        .unwrap_or_else(|_| Err(late()))
}

/// True when the answer was lost and trying again makes sense; a refusal is an error.
fn lost(answer: Result<Reply, LinkError>, doing: &str) -> Result<bool, Error> {
    match answer {
        Err(LinkError::Lost(reason)) => {
            tracing::warn!(%reason, doing, "the agent is away");
            Ok(true)
        }
        Err(LinkError::Failure(no)) => Err(Error::Undelivered(format!(
            "{doing}: the agent refused: {no}. {}",
            no.hint
        ))),
        Ok(_) | Err(LinkError::Unexpected) => Err(Error::Undelivered(format!(
            "{doing}: the agent answered with something else"
        ))),
    }
}

/// Waits until the link is up.
async fn up(link: &Link, deadline: Instant, otherwise: &str) -> Result<(), Error> {
    if Instant::now() >= deadline {
        return Err(Error::Undelivered(format!(
            "{otherwise}: the agent took longer than {PATIENCE:?}"
        )));
    }
    let mut state = link.state();
    let ready = state.wait_for(|s| matches!(s, LinkState::Up(_) | LinkState::Down { .. }));
    let reason = match tokio::time::timeout_at(deadline, ready).await {
        Ok(Ok(found)) => match &*found {
            LinkState::Down { reason } => reason.clone(),
            _ => return Ok(()),
        },
        Ok(Err(_)) => "the link ended".to_owned(),
        Err(_) => match &*link.state().borrow() {
            LinkState::Connecting { reason, .. } if !reason.is_empty() => reason.clone(),
            _ => format!("no agent answered within {PATIENCE:?}"),
        },
    };
    Err(Error::Undelivered(format!(
        "{otherwise}: {reason}. Is the agent running? (`trimtab agent status`)"
    )))
}

fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}
