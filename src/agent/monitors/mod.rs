//! Monitors: each looks at its log, computes the windows that are new or changed, and says what is
//! wrong with its input.
//!
//! A [`Watch`] knows one monitor's files; it works on blocking threads. The [`MonitorRunner`] owns the
//! watches, one per monitor, and turns what they find into changes of the store. A window is computed
//! again only when its inputs' signature differs from the one stored with it, so that a restart costs
//! a look at the files and nothing more.

mod compute;
mod files;
mod plan;
mod reference;
mod segments;
mod signature;
mod watch;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{sync::Mutex as AsyncMutex, task::spawn_blocking};
use trimtab_core::{
    alarm::WindowRules,
    monitor::{Distribution, InputProblem, MonitorState, WindowResult},
    policy::MonitorPolicy,
    segment::Segment,
    time::Millis,
};
use trimtab_store::{
    Change, Store, StoreError,
    logs::{LogError, Problem},
};
use watch::{Stored, Watch};

/// Why a monitor could not be asked. What is wrong with its files is no error but a problem.
#[derive(Debug, thiserror::Error)]
pub enum MonitorError {
    /// Policy names no such monitor.
    #[error("there is no monitor {0:?} in trimtab.toml")]
    Unknown(String),
    /// The monitor has no such window.
    #[error("monitor {monitor:?} has no window that starts at {start}")]
    NoWindow {
        /// The monitor.
        monitor: String,
        /// The start asked for.
        start: Millis,
    },
    /// The window has no such feature, or its files can no longer be read.
    #[error("monitor {monitor:?} cannot show {feature:?} in the window of {start}: {why}")]
    NoDistribution {
        /// The monitor.
        monitor: String,
        /// The window.
        start: Millis,
        /// The feature asked for.
        feature: String,
        /// Why not.
        why: String,
    },
    /// Log files could not be read at all.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work ended without a result: a bug, or the agent stops.
    #[error("the monitor's work was cut short: {0}")]
    CutShort(String),
}

/// What a look at the files found.
#[derive(Clone, Debug, PartialEq)]
pub struct PassOutcome {
    /// The monitor.
    pub monitor: String,
    /// Windows that are new or changed, oldest first, each with its inputs' signature.
    pub windows: Vec<(WindowResult, String)>,
    /// Stored windows that policy or the files no longer give, by their starts, oldest first.
    pub gone: Vec<Millis>,
    /// All that is wrong with the input now.
    pub problems: Vec<InputProblem>,
    /// Whether `problems` differ from those stored.
    pub problems_changed: bool,
}

impl PassOutcome {
    /// What it means to the store; empty when nothing changed.
    pub fn into_changes(self) -> Vec<Change> {
        let mut changes = Vec::new();
        if !self.gone.is_empty() {
            changes.push(Change::RemoveWindows {
                monitor: self.monitor.clone(),
                starts: self.gone,
            });
        }
        let windows = self.windows.into_iter();
        changes.extend(windows.map(|(window, inputs)| Change::PutWindow { window, inputs }));
        if self.problems_changed {
            changes.push(Change::SetProblems {
                monitor: self.monitor,
                problems: self.problems,
            });
        }
        changes
    }
}

/// What is known of a monitor without asking its files.
#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    reference_rows: u64,
    newest: Option<Millis>,
}

/// One monitor of the policy in force. Its watch is opened with the first look.
struct Monitor {
    policy: MonitorPolicy,
    watch: Arc<AsyncMutex<Option<Watch>>>,
    facts: Arc<Mutex<Facts>>,
}

/// Runs a workspace's monitors. Cheap to clone.
#[derive(Clone)]
pub struct MonitorRunner {
    store: Store,
    root: Arc<PathBuf>,
    monitors: Arc<Mutex<BTreeMap<String, Monitor>>>,
}

impl MonitorRunner {
    /// A runner of these monitors over the files below `root`. Looks at nothing yet.
    pub fn new(store: Store, root: PathBuf, policies: &BTreeMap<String, MonitorPolicy>) -> Self {
        let runner = Self {
            store,
            root: Arc::new(root),
            monitors: Arc::default(),
        };
        runner.set_policies(policies);
        runner
    }

    /// Takes a new policy. A monitor whose policy stayed the same keeps what it knows.
    pub fn set_policies(&self, policies: &BTreeMap<String, MonitorPolicy>) {
        let mut monitors = self.monitors.lock().unwrap_or_else(PoisonError::into_inner);
        let mut before = std::mem::take(&mut *monitors);
        for (name, policy) in policies {
            let kept = before.remove(name).filter(|m| m.policy == *policy);
            let monitor = kept.unwrap_or_else(|| Monitor {
                policy: policy.clone(),
                watch: Arc::default(),
                facts: Arc::default(),
            });
            monitors.insert(name.clone(), monitor);
        }
    }

    /// The monitors' names, in order.
    pub fn names(&self) -> Vec<String> {
        let monitors = self.monitors.lock().unwrap_or_else(PoisonError::into_inner);
        monitors.keys().cloned().collect()
    }

    /// The last instant in a monitor's log, as of the last look; what "now" is to replayed data.
    pub fn newest_data_time(&self, name: &str) -> Option<Millis> {
        let monitors = self.monitors.lock().unwrap_or_else(PoisonError::into_inner);
        let facts = monitors.get(name)?.facts.lock();
        facts.unwrap_or_else(PoisonError::into_inner).newest
    }

    /// Looks at the files and computes what is new or changed, as of `now`; stores nothing.
    ///
    /// # Errors
    /// [`MonitorError::Unknown`], or when the store cannot be read. A fault of the input is never an
    /// error: it is among the outcome's problems.
    pub async fn look(&self, name: &str, now: Millis) -> Result<PassOutcome, MonitorError> {
        let (facts, watch) =
            self.monitor(name, |m| (Arc::clone(&m.facts), Arc::clone(&m.watch)))?;
        let slot = watch.lock_owned().await;
        let known = self.store.window_inputs(name).await?.into_iter();
        let known: BTreeMap<Millis, Stored> = known
            .map(|(start, (end, inputs))| (start, Stored { end, inputs }))
            .collect();
        let before = self.store.problems(name).await?;
        let found = self
            .run(name, slot, move |watch| Ok(watch.pass(&known, now)))
            .await?;
        *facts.lock().unwrap_or_else(PoisonError::into_inner) = Facts {
            reference_rows: found.reference_rows,
            newest: found.newest,
        };
        if !found.gone.is_empty() {
            tracing::info!(
                monitor = name,
                windows = found.gone.len(),
                "windows that policy or the files no longer give are removed"
            );
        }
        let problems = dated(name, found.problems, &before, now);
        Ok(PassOutcome {
            monitor: name.to_owned(),
            windows: found.windows,
            gone: found.gone,
            problems_changed: problems != before,
            problems,
        })
    }

    /// [`MonitorRunner::look`], and stores what it found.
    ///
    /// # Errors
    /// As for `look`, or when the store refuses.
    pub async fn pass(&self, name: &str, now: Millis) -> Result<PassOutcome, MonitorError> {
        let outcome = self.look(name, now).await?;
        let changes = outcome.clone().into_changes();
        if !changes.is_empty() {
            self.store.apply(changes).await?;
        }
        Ok(outcome)
    }

    /// Every monitor with its stored windows and problems.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn states(&self) -> Result<Vec<MonitorState>, MonitorError> {
        let mut states = Vec::new();
        for name in self.names() {
            // Policy may have changed between the two calls; then the monitor is gone.
            if let Ok(state) = self.state(&name).await {
                states.push(state);
            }
        }
        Ok(states)
    }

    /// One monitor with its stored windows and problems.
    ///
    /// # Errors
    /// [`MonitorError::Unknown`], or when the store cannot be read.
    pub async fn state(&self, name: &str) -> Result<MonitorState, MonitorError> {
        let (policy, facts) = self.monitor(name, |m| (m.policy.clone(), Arc::clone(&m.facts)))?;
        let facts = *facts.lock().unwrap_or_else(PoisonError::into_inner);
        let (quality, cut) = (policy.quality.clone(), policy.cut());
        Ok(MonitorState {
            name: name.to_owned(),
            model: policy.model,
            psi_threshold: policy.drift.psi,
            quality_metric: quality
                .as_ref()
                .map_or("auc", |q| q.metric.word())
                .to_owned(),
            quality_min: quality.and_then(|q| q.min.or(q.max)).unwrap_or(f64::NAN),
            reference_rows: facts.reference_rows,
            rules: WindowRules {
                share: policy.drift.share,
                quality: policy.quality,
                alert: policy.alert,
                alpha: policy.drift.alpha,
                cut,
            },
            newest: facts.newest,
            now: crate::clock::now(),
            handled: self.store.handled(name).await?,
            windows: self.store.windows(name).await?,
            problems: self.store.problems(name).await?,
        })
    }

    /// One feature's distribution in one stored window beside the reference's, read from the files.
    ///
    /// # Errors
    /// When there is no such monitor, window or feature, or its files can no longer be read.
    pub async fn distribution(
        &self,
        name: &str,
        start: Millis,
        (feature, segment): (&str, Option<Segment>),
    ) -> Result<Distribution, MonitorError> {
        let watch = self.monitor(name, |m| Arc::clone(&m.watch))?;
        let windows = self.store.windows(name).await?;
        let window = windows.into_iter().find(|w| w.start == start);
        let window = window.ok_or_else(|| MonitorError::NoWindow {
            monitor: name.to_owned(),
            start,
        })?;
        let none = |why: String| MonitorError::NoDistribution {
            monitor: name.to_owned(),
            start,
            feature: feature.to_owned(),
            why,
        };
        let span = (window.start, window.end);
        let cells = match &segment {
            None => window.cells,
            Some(segment) => {
                let found = window.segment(segment).map(|s| s.cells.clone());
                found.ok_or_else(|| none(format!("it has no segment {segment}")))?
            }
        };
        let cell = cells.into_iter().find(|c| c.feature == feature);
        let cell = cell.ok_or_else(|| none("it is not watched".into()))?;
        let slot = watch.lock_owned().await;
        let wanted = feature.to_owned();
        let explained = self
            .run(name, slot, move |watch| {
                Ok(watch.explain(span, &wanted, segment.as_ref()))
            })
            .await?
            .map_err(none)?;
        Ok(Distribution {
            feature: feature.to_owned(),
            start,
            buckets: explained.buckets.labels,
            reference: explained.buckets.reference,
            current: explained.buckets.window,
            cell,
            numbers: explained.numbers.into_iter().map(Into::into).collect(),
            edges: explained.edges,
            bins: explained.bins,
            sql: explained.sql,
        })
    }

    fn monitor<T>(&self, name: &str, take: impl FnOnce(&Monitor) -> T) -> Result<T, MonitorError> {
        let monitors = self.monitors.lock().unwrap_or_else(PoisonError::into_inner);
        let monitor = monitors.get(name);
        monitor
            .map(take)
            .ok_or_else(|| MonitorError::Unknown(name.to_owned()))
    }

    /// Runs work on the watch on a blocking thread. The slot stays locked until it ends, even when the
    /// caller has gone.
    async fn run<T: Send + 'static>(
        &self,
        name: &str,
        mut slot: tokio::sync::OwnedMutexGuard<Option<Watch>>,
        work: impl FnOnce(&mut Watch) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, MonitorError> {
        let (name, root) = (name.to_owned(), Arc::clone(&self.root));
        let policy = self.monitor(&name, |m| m.policy.clone())?;
        let done = spawn_blocking(move || {
            let mut watch = match slot.take() {
                Some(watch) => watch,
                None => Watch::open(name, root.to_path_buf(), policy)?,
            };
            // Put back only afterwards: work that panics leaves no half-changed watch behind.
            let result = work(&mut watch);
            *slot = Some(watch);
            result
        });
        match done.await {
            Ok(result) => Ok(result?),
            Err(error) => Err(MonitorError::CutShort(error.to_string())),
        }
    }
}

/// Problems as they are stored: each keeps the instant when it was first seen.
fn dated(
    monitor: &str,
    problems: Vec<Problem>,
    before: &[InputProblem],
    now: Millis,
) -> Vec<InputProblem> {
    problems
        .into_iter()
        .map(|problem| {
            let same = |p: &&InputProblem| p.file == problem.file && p.reason == problem.reason;
            InputProblem {
                first_seen: before.iter().find(same).map_or(now, |p| p.first_seen),
                monitor: monitor.to_owned(),
                file: problem.file,
                reason: problem.reason,
                rows: problem.rows,
            }
        })
        .collect()
}
