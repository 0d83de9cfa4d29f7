//! What an act would do and whether it may: looked up once, for the preview and for the deed alike.

mod approval;
mod promotion;
mod rollback;

pub(crate) use approval::ApprovalPlan;
pub(crate) use promotion::PromotionPlan;
pub(crate) use rollback::RollbackPlan;

use super::model;
use crate::{Context, error::invalid, policy::of_model};
use trimtab_core::{
    policy::ModelPolicy,
    registry::{Model, Version},
    release::Preview,
};
use trimtab_wire::Failure;

/// Production acts need a reason: it is what the next person on call reads.
pub(crate) fn reason_given(reason: &str) -> Result<(), Failure> {
    match reason.trim().is_empty() {
        true => Err(invalid(
            "A reason is missing.",
            "Say why; it is written to the audit.",
        )),
        false => Ok(()),
    }
}

/// A preview of what cannot even be planned: it says why.
pub(crate) fn impossible(title: String, failure: Failure) -> Preview {
    Preview {
        title,
        changes: Vec::new(),
        evidence: Vec::new(),
        undo: String::new(),
        call: String::new(),
        refusal: Some(failure.message),
        reason_required: false,
    }
}

async fn known(ctx: &Context, name: &str) -> Result<(ModelPolicy, Model), Failure> {
    let policy = ctx.policy();
    let rules = of_model(&policy, name)?.clone();
    Ok((rules, model(ctx, name).await?))
}

fn shown(version: Option<Version>) -> String {
    version.map_or_else(|| "nothing".into(), |v| v.to_string())
}
