//! The plan to ask for a promotion.

use super::{
    super::{judge, version},
    known, shown,
};
use crate::{
    Context,
    error::{OrFail as _, refused},
    targets::Target,
};
use trimtab_core::{
    gate::{self, GateResult},
    policy::ModelPolicy,
    registry::{Model, Version},
    release::Preview,
};
use trimtab_wire::Failure;

/// Asking for a promotion.
#[derive(Debug)]
pub(crate) struct PromotionPlan {
    pub model: Model,
    pub version: Version,
    pub gates: Vec<GateResult>,
    pub policy: ModelPolicy,
    target: Vec<String>,
    refusal: Option<Failure>,
}

impl PromotionPlan {
    pub(crate) async fn make(
        ctx: &Context,
        name: &str,
        candidate: Version,
    ) -> Result<Self, Failure> {
        let (policy, model) = known(ctx, name).await?;
        version(&model, candidate)?;
        let gates = judge::judge(ctx, &policy, &model, candidate).await?;
        let open = ctx.store.requests().await.or_fail()?;
        let open = open
            .iter()
            .find(|r| r.model == name && r.version == candidate && r.state.open());
        let refusal = match open {
            _ if model.champion() == Some(candidate) => Some(refused(
                format!("{name} {candidate} is the champion already."),
                "",
            )),
            Some(open) => Some(refused(
                format!("Request {} already asks for {name} {candidate}.", open.id),
                format!(
                    "Approve or reject it: `trimtab models approve {}`.",
                    open.id.0
                ),
            )),
            None => None,
        };
        let target = Target::of(ctx, &policy);
        let cannot = model.version(candidate).and_then(|v| target.cannot(v));
        let refusal = refusal.or_else(|| {
            cannot.map(|why| refused(format!("{name} {candidate} cannot be deployed: {why}."), ""))
        });
        let target = target.describe(candidate);
        Ok(Self {
            model,
            version: candidate,
            gates,
            policy,
            target,
            refusal,
        })
    }

    /// Whether it may be asked for.
    pub(crate) fn allowed(&self) -> Result<(), Failure> {
        self.refusal.clone().map_or(Ok(()), Err)
    }

    pub(crate) fn preview(&self) -> Preview {
        let (name, version) = (&self.model.name, self.version);
        let passed = gate::passed(&self.gates);
        let mut changes = Vec::new();
        if passed {
            changes.push(match self.policy.approval.required {
                0 => format!("{version} goes into production at once: policy asks for no approval"),
                1 => "a request is opened; it waits for one approval".into(),
                n => format!("a request is opened; it waits for {n} approvals"),
            });
            changes.extend(self.target.iter().map(|line| format!("then {line}")));
            changes.push(format!(
                "then the alias champion: {} → {version}",
                shown(self.model.champion())
            ));
        } else {
            changes.push(
                "a request is recorded as failed by its gate; production is not touched".into(),
            );
        }
        Preview {
            title: format!(
                "Promote {name} {version} over {}",
                shown(self.model.champion())
            ),
            changes,
            evidence: judge::lines(&self.gates),
            undo: "reject the request; after the switch, roll back".into(),
            call: format!("trimtab models promote {name} {} --reason …", version.0),
            refusal: self.refusal.as_ref().map(|f| f.message.clone()),
            reason_required: true,
        }
    }
}
