//! The plan to say yes or no to a request.

use super::{
    super::{judge, request},
    known, shown,
};
use crate::{Context, error::refused, service::Actor, targets::Target};
use trimtab_core::{
    gate::{self, GateResult},
    policy::ModelPolicy,
    registry::Model,
    release::{Preview, PromotionRequest, RequestId, RequestState},
};
use trimtab_wire::Failure;

/// Saying yes or no to a request.
#[derive(Debug)]
pub(crate) struct ApprovalPlan {
    pub request: PromotionRequest,
    pub model: Model,
    /// What the gates say, when the champion is no longer the one the request was judged against.
    pub judged_again: Option<Vec<GateResult>>,
    target: Vec<String>,
    waits: Option<Failure>,
    may_approve: Option<Failure>,
}

impl ApprovalPlan {
    pub(crate) async fn make(ctx: &Context, actor: &Actor, id: RequestId) -> Result<Self, Failure> {
        let request = request(ctx, id).await?;
        let (policy, model) = known(ctx, &request.model).await?;
        let waits = (request.state != RequestState::AwaitingApproval).then(|| {
            refused(
                format!(
                    "Request {id} waits for nobody: it is {}.",
                    request.state.word().replace('_', " ")
                ),
                "",
            )
        });
        let judged_again = match model.champion() == request.champion {
            true => None,
            false => Some(judge::judge(ctx, &policy, &model, request.version).await?),
        };
        let target = Target::of(ctx, &policy).describe(request.version);
        let may_approve = no_to(&request, &policy, actor, judged_again.as_deref());
        Ok(Self {
            request,
            model,
            judged_again,
            target,
            waits,
            may_approve,
        })
    }

    /// Whether this person may say yes now.
    pub(crate) fn may_approve(&self) -> Result<(), Failure> {
        self.may_reject()?;
        self.may_approve.clone().map_or(Ok(()), Err)
    }

    /// Whether somebody may still say no.
    pub(crate) fn may_reject(&self) -> Result<(), Failure> {
        self.waits.clone().map_or(Ok(()), Err)
    }

    /// Approvals that will still be missing after this one.
    pub(crate) fn missing_after(&self) -> u32 {
        let given = u32::try_from(self.request.approvals.len()).unwrap_or(u32::MAX);
        self.request
            .required
            .saturating_sub(given.saturating_add(1))
    }

    pub(crate) fn preview(&self, approve: bool) -> Preview {
        let r = &self.request;
        let (verb, refusal) = match approve {
            true => ("approve", self.may_approve()),
            false => ("reject", self.may_reject()),
        };
        let mut changes = Vec::new();
        match (approve, self.missing_after()) {
            (false, _) => changes.push("the request ends; production is not touched".into()),
            (true, 0) => {
                changes.extend(self.target.iter().cloned());
                changes.push(format!(
                    "the alias champion: {} → {}",
                    shown(self.model.champion()),
                    r.version
                ));
            }
            (true, n) => changes.push(format!("one approval more; {n} still missing")),
        }
        let mut evidence = judge::lines(self.judged_again.as_ref().unwrap_or(&r.gates));
        if self.judged_again.is_some() {
            evidence.insert(
                0,
                format!(
                    "judged again: the champion is now {}",
                    shown(self.model.champion())
                ),
            );
        }
        evidence.push(format!("asked for by {}: {}", r.author, r.reason));
        evidence.extend(
            r.approvals
                .iter()
                .map(|a| format!("approved by {}: {}", a.actor, a.reason)),
        );
        Preview {
            title: format!(
                "{} request {}: {} {}",
                if approve { "Approve" } else { "Reject" },
                r.id,
                r.model,
                r.version
            ),
            changes,
            evidence,
            undo: if approve {
                format!("trimtab models rollback {}", r.model)
            } else {
                "ask again".into()
            },
            call: format!("trimtab models {verb} {} --reason …", r.id.0),
            refusal: refusal.err().map(|f| f.message),
            reason_required: true,
        }
    }
}

/// Why this person's yes does not count, if it does not.
fn no_to(
    request: &PromotionRequest,
    policy: &ModelPolicy,
    actor: &Actor,
    judged_again: Option<&[GateResult]>,
) -> Option<Failure> {
    if request.author == actor.0 && !policy.approval.author_may_approve {
        return Some(refused(
            format!(
                "{} asked for request {} and may not approve it.",
                actor.0, request.id
            ),
            "Somebody else must, or policy must say `author_may_approve = true`.",
        ));
    }
    if request.approvals.iter().any(|a| a.actor == actor.0) {
        return Some(refused(
            format!("{} has approved request {} already.", actor.0, request.id),
            "",
        ));
    }
    if judged_again.is_some_and(|gates| !gate::passed(gates)) {
        return Some(refused(
            "The champion has changed since, and against it the gate says no.",
            "Reject the request, and train on newer data.",
        ));
    }
    None
}
