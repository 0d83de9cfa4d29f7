//! Promotion: request → gates → approvals → switch → live.

use super::{
    ApprovalPlan, PromotionPlan, judge,
    live::{Moved, end_live, pointer},
    model, reason_given,
};
use crate::{Context, clock, policy::of_model, service::Audited, targets::Target};
use std::time::Duration;
use tokio::time::Instant;
use trimtab_core::{
    gate,
    registry::DeploymentKind,
    release::{Approval, PromotionRequest, RequestId, RequestState},
};
use trimtab_store::{Applied, Change};
use trimtab_wire::{Failure, FailureKind};

/// Asks for a version's promotion. The request comes back failed by its gate, waiting, or live.
pub(crate) async fn promote(
    ctx: &Context,
    act: &Audited<'_>,
    name: &str,
    version: trimtab_core::registry::Version,
) -> Result<PromotionRequest, Failure> {
    reason_given(act.reason())?;
    let _turn = ctx.releases.turn(name).await;
    let plan = PromotionPlan::make(ctx, name, version).await?;
    plan.allowed()?;
    let passed = gate::passed(&plan.gates);
    let required = plan.policy.approval.required;
    let state = match (passed, required) {
        (false, _) => RequestState::GateFailed,
        (true, 0) => RequestState::Switching,
        (true, _) => RequestState::AwaitingApproval,
    };
    let now = clock::now();
    let evidence = judge::lines(&plan.gates).join("; ");
    let request = PromotionRequest {
        id: RequestId(0),
        model: name.to_owned(),
        version,
        champion: plan.model.champion(),
        author: act.actor.0.clone(),
        reason: act.reason().to_owned(),
        created: now,
        updated: now,
        state,
        gates: plan.gates,
        approvals: Vec::new(),
        required,
        note: (!passed).then(|| "The gate said no.".to_owned()),
    };
    let end = match state {
        RequestState::GateFailed => vec![act.refused(&format!("The gate said no: {evidence}"))],
        RequestState::Switching => Vec::new(),
        _ => vec![act.done(&evidence)],
    };
    let request = put(ctx, request, end).await?;
    match state {
        RequestState::Switching => switch(ctx, act, request).await,
        _ => Ok(request),
    }
}

/// Says yes to a request; with the last yes, production switches.
pub(crate) async fn approve(
    ctx: &Context,
    act: &Audited<'_>,
    id: RequestId,
) -> Result<PromotionRequest, Failure> {
    reason_given(act.reason())?;
    let name = super::request(ctx, id).await?.model;
    let _turn = ctx.releases.turn(&name).await;
    let plan = ApprovalPlan::make(ctx, act.actor, id).await?;
    plan.may_approve()?;
    let missing = plan.missing_after();
    let ApprovalPlan {
        mut request,
        model,
        judged_again,
        ..
    } = plan;
    if let Some(gates) = judged_again {
        request.gates = gates;
        request.champion = model.champion();
    }
    let now = clock::now();
    request.approvals.push(Approval {
        actor: act.actor.0.clone(),
        at: now,
        reason: act.reason().to_owned(),
    });
    request.updated = now;
    if missing > 0 {
        let said = act.done(&format!("{missing} approvals still missing"));
        return put(ctx, request, vec![said]).await;
    }
    request.state = RequestState::Switching;
    let request = put(ctx, request, Vec::new()).await?;
    switch(ctx, act, request).await
}

/// Says no to a request.
pub(crate) async fn reject(
    ctx: &Context,
    act: &Audited<'_>,
    id: RequestId,
) -> Result<PromotionRequest, Failure> {
    reason_given(act.reason())?;
    let name = super::request(ctx, id).await?.model;
    let _turn = ctx.releases.turn(&name).await;
    let plan = ApprovalPlan::make(ctx, act.actor, id).await?;
    plan.may_reject()?;
    let request = PromotionRequest {
        state: RequestState::Rejected,
        updated: clock::now(),
        note: Some(format!("Rejected by {}: {}", act.actor.0, act.reason())),
        ..plan.request
    };
    let said = act.done(&format!("{} {}", request.model, request.version));
    put(ctx, request, vec![said]).await
}

/// Switches production to an approved request's version. The request says Switching in the store.
async fn switch(
    ctx: &Context,
    act: &Audited<'_>,
    request: PromotionRequest,
) -> Result<PromotionRequest, Failure> {
    let model = model(ctx, &request.model).await?;
    let policy = ctx.policy();
    let target = Target::of(ctx, of_model(&policy, &request.model)?);
    let began = Instant::now();
    match target.switch(&model, request.version).await {
        Ok(answered) => go_live(ctx, act, request, &took(began.elapsed(), &answered)).await,
        Err(error) => {
            let message = format!(
                "{} {} did not go into production: {error}.",
                request.model, request.version
            );
            // The audit's entry follows from the failure.
            fail(ctx, request, &message, Vec::new()).await?;
            Err(Failure::new(
                FailureKind::Peer,
                message,
                "See that the server of the target runs and reads its pointer, then ask again.",
            ))
        }
    }
}

fn took(elapsed: Duration, answered: &str) -> String {
    format!(
        "switched in {:.1} ms; production answered {answered}",
        elapsed.as_secs_f64() * 1e3
    )
}

/// Records that production answers with a request's version.
pub(super) async fn go_live(
    ctx: &Context,
    act: &Audited<'_>,
    request: PromotionRequest,
    detail: &str,
) -> Result<PromotionRequest, Failure> {
    let model = model(ctx, &request.model).await?;
    let superseded = format!("Superseded by {} (request {})", request.version, request.id);
    let mut with: Vec<Change> = end_live(
        ctx,
        &request.model,
        RequestState::Superseded,
        Some(superseded),
    )
    .await?
    .into_iter()
    .collect();
    with.extend(pointer(
        ctx,
        &Moved {
            model: &request.model,
            from: model.champion(),
            to: request.version,
            kind: DeploymentKind::Promotion,
            actor: &act.actor.0,
        },
    ));
    with.push(act.done(detail));
    let live = PromotionRequest {
        state: RequestState::Live,
        updated: clock::now(),
        ..request
    };
    put(ctx, live, with).await
}

/// Records that a request's switch failed; the target is back where it was.
pub(super) async fn fail(
    ctx: &Context,
    request: PromotionRequest,
    note: &str,
    with: Vec<Change>,
) -> Result<PromotionRequest, Failure> {
    let failed = PromotionRequest {
        state: RequestState::Failed,
        updated: clock::now(),
        note: Some(note.to_owned()),
        ..request
    };
    put(ctx, failed, with).await
}

/// Stores a request with what belongs to the same step; returns it as stored.
async fn put(
    ctx: &Context,
    request: PromotionRequest,
    with: Vec<Change>,
) -> Result<PromotionRequest, Failure> {
    let mut changes = vec![Change::PutRequest(request.clone())];
    changes.extend(with);
    let applied = ctx.record(changes).await?;
    Ok(match applied.into_iter().next() {
        Some(Applied::Request(stored)) => *stored,
        _ => request,
    })
}
