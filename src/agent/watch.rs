//! Looking at the inference logs: new files become windows, windows may set off a retraining.

use crate::{Context, clock, monitors::MonitorError, triggers};
use std::{sync::Arc, time::Duration};
use trimtab_core::time::Millis;
use trimtab_wire::{Failure, FailureKind};

/// How often files are looked for in a demonstration, whose weeks pass in seconds.
const DEMO: Duration = Duration::from_millis(500);
/// How often elsewhere.
const USUAL: Duration = Duration::from_secs(5);

/// Looks for new files until the agent stops.
pub(crate) async fn run(ctx: Arc<Context>) {
    loop {
        for monitor in ctx.monitors.names() {
            if let Err(failure) = ctx
                .stop
                .run_until_cancelled(look(&ctx, &monitor))
                .await
                .unwrap_or(Ok(()))
            {
                tracing::warn!(%failure, monitor, "the monitor could not look");
            }
        }
        triggers::consider(&ctx).await;
        let pause = if ctx.workspace.demo().is_dir() {
            DEMO
        } else {
            USUAL
        };
        tokio::select! {
            () = ctx.stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Looks for one monitor's new files now, and records what they say.
pub(crate) async fn look(ctx: &Context, monitor: &str) -> Result<(), Failure> {
    let outcome = ctx
        .monitors
        .look(monitor, clock::now())
        .await
        .map_err(failure)?;
    let changes = outcome.into_changes();
    if !changes.is_empty() {
        ctx.record(changes).await?;
    }
    Ok(())
}

/// The last instant that any log of a model's holds: what "now" is to its data.
pub(crate) fn newest_data(ctx: &Context, model: &str) -> Option<Millis> {
    let policy = ctx.policy();
    policy
        .monitors_of(model)
        .filter_map(|(name, _)| ctx.monitors.newest_data_time(name))
        .max()
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
