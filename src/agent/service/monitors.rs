//! Monitors, as clients ask for them.

use crate::{Context, watch};
use trimtab_core::time::Millis;
use trimtab_wire::{Failure, Reply};

pub(super) async fn list(ctx: &Context) -> Result<Reply, Failure> {
    Ok(Reply::Monitors(
        ctx.monitors.states().await.map_err(watch::failure)?,
    ))
}

/// Looking changes nothing that an operator decides on, so it is no act.
pub(super) async fn run(ctx: &Context, monitor: &str) -> Result<Reply, Failure> {
    watch::look(ctx, monitor).await?;
    Ok(Reply::Monitors(vec![
        ctx.monitors.state(monitor).await.map_err(watch::failure)?,
    ]))
}

pub(super) async fn distribution(
    ctx: &Context,
    monitor: &str,
    start: Millis,
    feature: &str,
) -> Result<Reply, Failure> {
    Ok(Reply::Distribution(
        ctx.monitors
            .distribution(monitor, start, feature)
            .await
            .map_err(watch::failure)?,
    ))
}
