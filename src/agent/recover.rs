//! What a start puts right, before anybody is served.

use crate::{
    Context, jobs, releases,
    service::{Actor, Audited},
};
use trimtab_wire::Failure;

/// Puts everything right; says what was found, in sentences. A read-only agent does it too: what
/// is half done is worse than an act.
pub(crate) async fn all(ctx: &Context) -> Result<Vec<String>, Failure> {
    let mut messages = releases::recover(ctx).await?;
    messages.extend(jobs::recover(ctx).await?);
    let detail = ctx
        .recovered
        .iter()
        .chain(&messages)
        .cloned()
        .collect::<Vec<_>>()
        .join(" ");
    let agent = Actor::agent();
    let started = Audited::resume(
        ctx,
        &agent,
        "agent.start",
        format!("process {}", std::process::id()),
        "",
    );
    ctx.record(vec![started.done(&detail)]).await?;
    Ok(messages)
}
