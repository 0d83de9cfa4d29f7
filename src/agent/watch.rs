//! Looking at the inference logs: new files become windows, windows may set off a retraining.

use crate::{Context, clock, monitors::MonitorError, notices, triggers};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use trimtab_core::time::Millis;
use trimtab_wire::{Failure, FailureKind};

/// How often files are looked for when nothing says that there are new ones.
const PERIOD: Duration = Duration::from_secs(5);
/// The least time between two looks, so that a world in a hurry does not make a busy agent.
const LEAST: Duration = Duration::from_millis(200);
/// How often triggers are considered when no window changed: for schedules, to the minute.
const SCHEDULES: Duration = Duration::from_secs(20);

/// Looks for new files until the agent stops: every few seconds, and when the demonstration's
/// world says that it has written some.
pub(crate) async fn run(ctx: Arc<Context>) {
    let mut considered: Option<Instant> = None;
    loop {
        let mut changed = false;
        for monitor in ctx.monitors.names() {
            match ctx.stop.run_until_cancelled(look(&ctx, &monitor)).await {
                None => return,
                Some(Ok(news)) => changed |= news,
                Some(Err(failure)) => {
                    tracing::warn!(%failure, monitor, "the monitor could not look");
                }
            }
        }
        if changed || considered.is_none_or(|last| last.elapsed() >= SCHEDULES) {
            triggers::consider(&ctx).await;
            notices::consider(&ctx).await;
            considered = Some(Instant::now());
        }
        let next = async {
            tokio::time::sleep(LEAST).await;
            let news = ctx.new_files.notified();
            let _either = tokio::time::timeout(PERIOD - LEAST, news).await;
        };
        if ctx.stop.run_until_cancelled(next).await.is_none() {
            return;
        }
    }
}

/// Looks for one monitor's new files now, and records what they say. Whether they say anything.
pub(crate) async fn look(ctx: &Context, monitor: &str) -> Result<bool, Failure> {
    let outcome = ctx
        .monitors
        .look(monitor, clock::now())
        .await
        .map_err(failure)?;
    let changes = outcome.into_changes();
    let news = !changes.is_empty();
    if news {
        ctx.record(changes).await?;
    }
    Ok(news)
}

/// The last instant that any log of a model's holds: what "now" is to its data.
pub(crate) fn newest_data(ctx: &Context, model: &str) -> Option<Millis> {
    let policy = ctx.policy();
    policy
        .monitors_of(model)
        .filter_map(|(name, _)| ctx.monitors.newest_data_time(name))
        .max()
}

/// Something outside the agent did not do its part.
pub(crate) fn peer(what: String, todo: &str) -> Failure {
    Failure::new(FailureKind::Peer, what, todo)
}

/// Tells a client what the monitor said.
pub(crate) fn failure(error: MonitorError) -> Failure {
    let text = crate::error::sentence(&error.to_string());
    match error {
        MonitorError::Unknown(_)
        | MonitorError::NoWindow { .. }
        | MonitorError::NoDistribution { .. } => {
            Failure::new(FailureKind::NotFound, text, "See `trimtab monitor list`.")
        }
        MonitorError::Store(error) => crate::error::failure(error),
        MonitorError::Log(_) => {
            Failure::new(FailureKind::Peer, text, "See the monitor's problems.")
        }
        MonitorError::CutShort(_) => {
            Failure::new(FailureKind::Internal, text, "See .trimtab/agent.log.")
        }
    }
}
