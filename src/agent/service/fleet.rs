//! The agent itself, and the demonstration's clock.

use super::{Actor, Audited};
use crate::{
    Context, demo,
    error::{OrFail as _, refused},
};
use std::{path::Path, sync::atomic::Ordering};
use trimtab_wire::{DemoCommand, Failure, FailureKind, Reply, Status};

pub(super) async fn status(ctx: &Context, actor: &Actor) -> Result<Reply, Failure> {
    let counts = ctx.store.counts().await.or_fail()?;
    Ok(Reply::Status(Status {
        welcome: ctx.welcome(&actor.0),
        clients: ctx.clients.load(Ordering::Relaxed),
        runs: counts.runs,
        points: counts.points,
        commits: counts.commits,
        memory: resident(Path::new("/proc/self/statm")),
        dropped: ctx.hub.dropped(),
        policy_error: ctx.policy.error(),
        http: ctx.api.clone(),
    }))
}

pub(super) async fn stop(ctx: &Context, actor: &Actor) -> Result<Reply, Failure> {
    // Stopping changes nothing that is recorded, so a read-only agent also does it.
    ctx.record(vec![
        Audited::resume(ctx, actor, "agent.stop", "agent".into(), "").done(""),
    ])
    .await?;
    ctx.stop.cancel();
    Ok(Reply::Done)
}

pub(super) async fn reload_policy(ctx: &Context, actor: &Actor) -> Result<Reply, Failure> {
    let act = Audited::begin(ctx, actor, "policy.reload", "trimtab.toml".into(), "").await?;
    let result = match ctx.policy.reload(&ctx.workspace) {
        Ok(()) => {
            ctx.monitors.set_policies(&ctx.policy().monitors);
            ctx.record(vec![act.done("")]).await.map(|_| Reply::Done)
        }
        Err(error) => Err(Failure::new(
            FailureKind::Refused,
            error.to_string(),
            "The policy in force is still the one before; correct the file and reload.",
        )),
    };
    ctx.hub.fleet_changed();
    act.close(result).await
}

pub(super) fn steer(ctx: &Context, command: DemoCommand) -> Result<Reply, Failure> {
    if ctx.read_only {
        return Err(refused(
            "The agent runs read-only.",
            "Start it without `--read-only`.",
        ));
    }
    demo::steer(ctx, command)?;
    Ok(Reply::Done)
}

/// Resident memory in bytes; 0 where the system does not say.
fn resident(statm: &Path) -> u64 {
    let pages = std::fs::read_to_string(statm)
        .ok()
        .and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * rustix::param::page_size() as u64
}
