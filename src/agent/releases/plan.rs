//! What an act would do and whether it may: looked up once, for the preview and for the deed alike.

use super::{judge, model, request, version};
use crate::{
    Context,
    error::{OrFail as _, invalid, refused},
    policy::of_model,
    service::Actor,
    targets::Target,
};
use trimtab_core::{
    gate::{self, GateResult},
    policy::{ModelPolicy, Policy},
    registry::{Deployment, Model, Version, rollback_target},
    release::{Preview, PromotionRequest, RequestId, RequestState},
};
use std::sync::Arc;
use trimtab_wire::Failure;

/// Production acts need a reason: it is what the next person on call reads.
pub(crate) fn reason_given(reason: &str) -> Result<(), Failure> {
    match reason.trim().is_empty() {
        true => Err(invalid("A reason is missing.", "Say why; it is written to the audit.")),
        false => Ok(()),
    }
}

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
    pub(crate) async fn make(ctx: &Context, name: &str, candidate: Version) -> Result<Self, Failure> {
        let (policy, model) = known(ctx, name).await?;
        version(&model, candidate)?;
        let gates = judge::judge(ctx, &policy, &model, candidate).await?;
        let open = ctx.store.requests().await.or_fail()?;
        let open = open.iter().find(|r| r.model == name && r.version == candidate && r.state.open());
        let refusal = match open {
            _ if model.champion() == Some(candidate) => {
                Some(refused(format!("{name} {candidate} is the champion already."), ""))
            }
            Some(open) => Some(refused(
                format!("Request {} already asks for {name} {candidate}.", open.id),
                format!("Approve or reject it: `trimtab models approve {}`.", open.id.0),
            )),
            None => None,
        };
        let target = Target::of(ctx, &policy).describe(candidate);
        Ok(Self { model, version: candidate, gates, policy, target, refusal })
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
            changes.push(format!("then the alias champion: {} → {version}", shown(self.model.champion())));
        } else {
            changes.push("a request is recorded as failed by its gate; production is not touched".into());
        }
        Preview {
            title: format!("Promote {name} {version} over {}", shown(self.model.champion())),
            changes,
            evidence: judge::lines(&self.gates),
            undo: "reject the request; after the switch, roll back".into(),
            call: format!("trimtab models promote {name} {} --reason …", version.0),
            refusal: self.refusal.as_ref().map(|f| f.message.clone()),
            reason_required: true,
        }
    }
}

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
        let waits = (request.state != RequestState::AwaitingApproval)
            .then(|| refused(format!("Request {id} waits for nobody: it is {}.", words(request.state)), ""));
        let judged_again = match model.champion() == request.champion {
            true => None,
            false => Some(judge::judge(ctx, &policy, &model, request.version).await?),
        };
        let target = Target::of(ctx, &policy).describe(request.version);
        let may_approve = no_to(&request, &policy, actor, judged_again.as_deref());
        Ok(Self { request, model, judged_again, target, waits, may_approve })
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
        self.request.required.saturating_sub(given.saturating_add(1))
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
                changes.push(format!("the alias champion: {} → {}", shown(self.model.champion()), r.version));
            }
            (true, n) => changes.push(format!("one approval more; {n} still missing")),
        }
        let mut evidence = judge::lines(self.judged_again.as_ref().unwrap_or(&r.gates));
        if self.judged_again.is_some() {
            evidence.insert(0, format!("judged again: the champion is now {}", shown(self.model.champion())));
        }
        evidence.push(format!("asked for by {}: {}", r.author, r.reason));
        evidence.extend(r.approvals.iter().map(|a| format!("approved by {}: {}", a.actor, a.reason)));
        Preview {
            title: format!("{} request {}: {} {}", if approve { "Approve" } else { "Reject" }, r.id, r.model, r.version),
            changes,
            evidence,
            undo: if approve { format!("trimtab models rollback {}", r.model) } else { "ask again".into() },
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
            format!("{} asked for request {} and may not approve it.", actor.0, request.id),
            "Somebody else must, or policy must say `author_may_approve = true`.",
        ));
    }
    if request.approvals.iter().any(|a| a.actor == actor.0) {
        return Some(refused(format!("{} has approved request {} already.", actor.0, request.id), ""));
    }
    if judged_again.is_some_and(|gates| !gate::passed(gates)) {
        return Some(refused(
            "The champion has changed since, and against it the gate says no.",
            "Reject the request, and train on newer data.",
        ));
    }
    None
}

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
            return Err(refused(format!("Nothing of {name} is in production."), "Promote a version first."));
        };
        let history = ctx.store.deployments(Some(name)).await.or_fail()?;
        let Some(to) = rollback_target(&history, from) else {
            return Err(refused(
                format!("No version of {name} was in production before {from}."),
                "Promote another version instead.",
            ));
        };
        let target = Target::of(ctx, &policy).describe(to);
        Ok(Self { model, from, to, policy, target, last: history.into_iter().next_back() })
    }

    pub(crate) fn preview(&self) -> Preview {
        let (name, from, to) = (&self.model.name, self.from, self.to);
        let mut changes = self.target.clone();
        changes.push(format!("the alias champion: {from} → {to}"));
        let evidence = self.last.iter().map(|d| {
            format!("{} has been in production since {} ({} by {})", d.version, d.at.stamp(), d.kind.word(), d.actor)
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
    let policy: Arc<Policy> = ctx.policy();
    let rules = of_model(&policy, name)?.clone();
    Ok((rules, model(ctx, name).await?))
}

fn shown(version: Option<Version>) -> String {
    version.map_or_else(|| "nothing".into(), |v| v.to_string())
}

/// A state in words that follow "it is".
pub(super) fn words(state: RequestState) -> String {
    state.word().replace('_', " ")
}
