//! The plan to put the last good version back.

use super::known;
use crate::{
    Context,
    error::{OrFail as _, refused},
    targets::Target,
};
use trimtab_core::{
    policy::ModelPolicy,
    registry::{Deployment, Model, Version, rollback_target},
    release::Preview,
};
use trimtab_wire::Failure;

/// Putting the last good version back.
#[derive(Debug)]
pub(crate) struct RollbackPlan {
    pub model: Model,
    pub from: Version,
    pub to: Version,
    pub policy: ModelPolicy,
    target: Vec<String>,
    last: Option<Deployment>,
}

impl RollbackPlan {
    pub(crate) async fn make(ctx: &Context, name: &str) -> Result<Self, Failure> {
        let (policy, model) = known(ctx, name).await?;
        let Some(from) = model.champion() else {
            return Err(refused(
                format!("Nothing of {name} is in production."),
                "Promote a version first.",
            ));
        };
        let mut history = ctx.store.deployments(Some(name)).await.or_fail()?;
        // A version that was deleted since is no way back.
        history.retain(|d| model.version(d.version).is_some());
        let Some(to) = rollback_target(&history, from) else {
            return Err(refused(
                format!("No version of {name} was in production before {from}."),
                "Promote another version instead.",
            ));
        };
        let target = Target::of(ctx, &policy).describe(to);
        Ok(Self {
            model,
            from,
            to,
            policy,
            target,
            last: history.into_iter().next_back(),
        })
    }

    pub(crate) fn preview(&self) -> Preview {
        let (name, from, to) = (&self.model.name, self.from, self.to);
        let mut changes = self.target.clone();
        changes.push(format!("the alias champion: {from} → {to}"));
        let evidence = self.last.iter().map(|d| {
            format!(
                "{} has been in production since {} ({} by {})",
                d.version,
                d.at.stamp(),
                d.kind.word(),
                d.actor
            )
        });
        Preview {
            title: format!("Roll {name} back from {from} to {to}"),
            changes,
            evidence: evidence.collect(),
            undo: format!("promote {from} again"),
            call: format!("trimtab models rollback {name} --reason …"),
            refusal: None,
            reason_required: true,
        }
    }
}
