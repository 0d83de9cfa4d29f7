//! Rollback: the target first, the paperwork after.

use super::{
    RollbackPlan,
    live::{Moved, end_live, pointer},
    model, reason_given,
};
use crate::{Context, error::refused, service::Audited, targets::Target};
use tokio::time::Instant;
use trimtab_core::{
    registry::{DeploymentKind, Version},
    release::RequestState,
};
use trimtab_wire::{Acted, Failure, FailureKind};

/// Puts a model's last good version back. `received` is when the operator's wish arrived, `seen`
/// the champion that there was then.
pub(crate) async fn rollback(
    ctx: &Context,
    act: &Audited<'_>,
    name: &str,
    received: Instant,
    seen: Option<Version>,
) -> Result<Acted, Failure> {
    reason_given(act.reason())?;
    let _turn = ctx.releases.turn(name).await;
    // Two people on call press the key at once: the second must not roll back once more.
    if model(ctx, name).await?.champion() != seen {
        return Err(refused(
            format!("Production of {name} was moved by somebody else a moment ago."),
            "Look again before you act.",
        ));
    }
    let RollbackPlan {
        model,
        from,
        to,
        policy,
        ..
    } = RollbackPlan::make(ctx, name).await?;
    let target = Target::of(ctx, &policy);
    let answered = target.switch(&model, to).await.map_err(|error| {
        Failure::new(
            FailureKind::Peer,
            format!("{name} was not rolled back to {to}: {error}."),
            "See that the server of the target runs and reads its pointer, then try again.",
        )
    })?;
    let switched_ms = received.elapsed().as_secs_f64() * 1e3;
    let detail =
        format!("{from} → {to}, switched in {switched_ms:.1} ms; production answered {answered}");
    record(ctx, act, name, from, to, &detail).await?;
    Ok(Acted::RolledBack {
        model: name.to_owned(),
        from,
        to,
        switched_ms,
        answered,
    })
}

/// Records that production was put back.
pub(super) async fn record(
    ctx: &Context,
    act: &Audited<'_>,
    name: &str,
    from: Version,
    to: Version,
    detail: &str,
) -> Result<(), Failure> {
    let mut changes = pointer(
        ctx,
        &Moved {
            model: name,
            from: Some(from),
            to,
            kind: DeploymentKind::Rollback,
            actor: &act.actor.0,
        },
    );
    let note = format!("Rolled back to {to} by {}: {}", act.actor.0, act.reason());
    changes.extend(end_live(ctx, name, RequestState::RolledBack, Some(note)).await?);
    changes.push(act.done(detail));
    ctx.record(changes).await.map(drop)
}
