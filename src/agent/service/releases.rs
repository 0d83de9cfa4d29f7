//! Promotions and rollbacks, as clients ask for them.

use super::{Actor, Audited};
use crate::{
    Context,
    error::{OrFail as _, invalid},
    releases::{self, ApprovalPlan, PromotionPlan, RollbackPlan, impossible},
};
use tokio::time::Instant;
use trimtab_core::{registry::Version, release::Preview};
use trimtab_wire::{Act, Acted, Failure, Reply};

pub(super) async fn list(ctx: &Context) -> Result<Reply, Failure> {
    Ok(Reply::Requests(ctx.store.requests().await.or_fail()?))
}

pub(super) async fn gates(ctx: &Context, model: &str, version: Version) -> Result<Reply, Failure> {
    Ok(Reply::Gates(releases::gates(ctx, model, version).await?))
}

/// What an act would do.
pub(super) async fn preview(ctx: &Context, actor: &Actor, act: Act) -> Result<Preview, Failure> {
    let (title, preview) = match act {
        Act::Promote { model, version } => {
            let plan = PromotionPlan::make(ctx, &model, version).await;
            (
                format!("Promote {model} {version}"),
                plan.map(|p| p.preview()),
            )
        }
        Act::Approve(id) => {
            let plan = ApprovalPlan::make(ctx, actor, id).await;
            (
                format!("Approve request {id}"),
                plan.map(|p| p.preview(true)),
            )
        }
        Act::Reject(id) => {
            let plan = ApprovalPlan::make(ctx, actor, id).await;
            (
                format!("Reject request {id}"),
                plan.map(|p| p.preview(false)),
            )
        }
        Act::Rollback { model } => {
            let plan = RollbackPlan::make(ctx, &model).await;
            (format!("Roll {model} back"), plan.map(|p| p.preview()))
        }
        Act::Retrain(_) | Act::CancelJob(_) | Act::EditRuns { .. } | Act::Note { .. } => {
            return Err(elsewhere());
        }
    };
    Ok(preview.unwrap_or_else(|failure| impossible(title, failure)))
}

/// Does an act. `received` is when it was asked for.
pub(super) async fn act(
    ctx: &Context,
    actor: &Actor,
    act: Act,
    reason: &str,
    received: Instant,
) -> Result<Acted, Failure> {
    let request = |r| Acted::Request(Box::new(r));
    match act {
        Act::Promote { model, version } => {
            let act = Audited::begin(
                ctx,
                actor,
                "promotion.request",
                format!("{model} {version}"),
                reason,
            )
            .await?;
            let result = releases::promote(ctx, &act, &model, version).await;
            act.close(result).await.map(request)
        }
        Act::Approve(id) => {
            let act = Audited::begin(
                ctx,
                actor,
                "promotion.approve",
                format!("request {id}"),
                reason,
            )
            .await?;
            let result = releases::approve(ctx, &act, id).await;
            act.close(result).await.map(request)
        }
        Act::Reject(id) => {
            let act = Audited::begin(
                ctx,
                actor,
                "promotion.reject",
                format!("request {id}"),
                reason,
            )
            .await?;
            let result = releases::reject(ctx, &act, id).await;
            act.close(result).await.map(request)
        }
        Act::Rollback { model } => {
            let seen = ctx.store.model(&model).await.or_fail()?;
            let seen = seen.and_then(|m| m.champion());
            let act = Audited::begin(ctx, actor, "rollback", model.clone(), reason).await?;
            let result = releases::rollback(ctx, &act, &model, received, seen).await;
            act.close(result).await
        }
        Act::Retrain(_) | Act::CancelJob(_) | Act::EditRuns { .. } | Act::Note { .. } => {
            Err(elsewhere())
        }
    }
}

fn elsewhere() -> Failure {
    invalid("This act is not about a release.", "")
}
