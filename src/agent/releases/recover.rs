//! Finishing or undoing what a killed agent was in the middle of.
//!
//! The pointer of production decides, since it is the one thing that both agents share:
//!
//! | in the store | pointer | what is done |
//! |---|---|---|
//! | request Switching | at its version | asked to answer: live; else put back, failed |
//! | request Switching | elsewhere | failed; nothing had moved |
//! | rollback began, not ended | at the version put back | asked to answer: recorded as done; else put back, failed |
//! | rollback began, not ended | elsewhere | failed; nothing had moved |
//! | any other act began, not ended | – | recorded as failed |
//!
//! A pointer that differs from the registry for no recorded reason was moved by somebody else; it
//! is left alone and the fleet shows it.

use super::{RollbackPlan, model, promote, rollback};
use crate::{
    Context,
    error::OrFail as _,
    policy::of_model,
    service::{Actor, Audited},
    targets::Target,
};
use std::{collections::HashMap, sync::atomic::Ordering, time::Duration};
use trimtab_core::{
    audit::{AuditEntry, Outcome},
    registry::Version,
    release::{PromotionRequest, RequestState},
};
use trimtab_wire::Failure;

/// How long production is waited for at most: clients wait for the agent to start.
const PATIENCE: Duration = Duration::from_secs(5);

/// Puts releases right; says what was found.
pub(crate) async fn recover(ctx: &Context) -> Result<Vec<String>, Failure> {
    let mut begun = unfinished(ctx).await?;
    let mut messages = Vec::new();
    for request in ctx.store.requests().await.or_fail()? {
        if request.state == RequestState::Switching {
            messages.push(finish_promotion(ctx, request, &mut begun).await?);
        }
    }
    for entry in begun {
        messages.push(finish_act(ctx, &entry).await?);
    }
    Ok(messages)
}

/// Acts that began and never ended, oldest first. Also notes the audit's last number.
async fn unfinished(ctx: &Context) -> Result<Vec<AuditEntry>, Failure> {
    let mut open: HashMap<(String, String, String), Vec<AuditEntry>> = HashMap::new();
    for entry in ctx.store.audit(0, 0).await.or_fail()? {
        ctx.last_audit.fetch_max(entry.seq, Ordering::Relaxed);
        let act = (
            entry.actor.clone(),
            entry.action.clone(),
            entry.subject.clone(),
        );
        match entry.outcome {
            Outcome::Began => open.entry(act).or_default().push(entry),
            Outcome::Done | Outcome::Refused | Outcome::Failed => {
                drop(open.get_mut(&act).and_then(Vec::pop))
            }
        }
    }
    let mut open: Vec<AuditEntry> = open.into_values().flatten().collect();
    open.sort_by_key(|e| e.seq);
    Ok(open)
}

/// How production stands towards a version that an act was to switch to.
enum Found {
    /// It answers with it, saying so.
    Switched(String),
    /// It was never moved, or has been put back; why.
    Not(String),
}

async fn finish_promotion(
    ctx: &Context,
    request: PromotionRequest,
    begun: &mut Vec<AuditEntry>,
) -> Result<String, Failure> {
    let (id, name, version) = (request.id, request.model.clone(), request.version);
    // The act that was under way: the last approval, or a request that needed none.
    let subjects = [format!("request {id}"), format!("{name} {version}")];
    let at = begun
        .iter()
        .rposition(|e| e.action.starts_with("promotion.") && subjects.contains(&e.subject));
    let entry = at.map(|i| begun.remove(i));
    let actor = entry
        .as_ref()
        .map_or_else(Actor::agent, |e| Actor(e.actor.clone()));
    let act = match &entry {
        Some(e) if e.action == "promotion.request" => resume(ctx, &actor, "promotion.request", e),
        Some(e) => resume(ctx, &actor, "promotion.approve", e),
        None => Audited::resume(
            ctx,
            &actor,
            "promotion.approve",
            subjects[0].clone(),
            &request.reason,
        ),
    };
    match look(ctx, &name, version).await? {
        Found::Switched(answered) => {
            let detail = format!("finished after a restart; production answered {answered}");
            promote::go_live(ctx, &act, request, &detail).await?;
            Ok(format!(
                "Request {id} was being switched to: production answers {name} {version}, so it is live."
            ))
        }
        Found::Not(why) => {
            let note = format!("The agent ended during the switch: {why}.");
            let end = act.failed(&note);
            promote::fail(ctx, request, &note, vec![end]).await?;
            Ok(format!(
                "Request {id} for {name} {version} failed, because the agent ended during the switch: {why}."
            ))
        }
    }
}

async fn finish_act(ctx: &Context, entry: &AuditEntry) -> Result<String, Failure> {
    let actor = Actor(entry.actor.clone());
    let said = format!("{} of {} by {}", entry.action, entry.subject, entry.actor);
    if entry.action == "rollback" {
        let act = resume(ctx, &actor, "rollback", entry);
        // Without a way back there was nothing to do.
        if let Ok(plan) = RollbackPlan::make(ctx, &entry.subject).await
            && let Found::Switched(answered) = look(ctx, &entry.subject, plan.to).await?
        {
            let detail = format!(
                "{} → {}, finished after a restart; production answered {answered}",
                plan.from, plan.to
            );
            rollback::record(ctx, &act, &entry.subject, plan.from, plan.to, &detail).await?;
            return Ok(format!(
                "The {said} had switched production to {}; it is recorded now.",
                plan.to
            ));
        }
    }
    let action = KNOWN
        .into_iter()
        .find(|known| *known == entry.action)
        .unwrap_or("unknown");
    let act = resume(ctx, &actor, action, entry);
    ctx.record(vec![act.failed("The agent ended before the act did.")])
        .await?;
    Ok(format!(
        "The {said} did not end: the agent ended first. Nothing of it is in force."
    ))
}

/// Actions as the audit spells them.
const KNOWN: [&str; 9] = [
    "promotion.request",
    "promotion.approve",
    "promotion.reject",
    "rollback",
    "retrain.start",
    "job.cancel",
    "version.register",
    "policy.reload",
    "agent.stop",
];

fn resume<'a>(
    ctx: &'a Context,
    actor: &'a Actor,
    action: &'static str,
    entry: &AuditEntry,
) -> Audited<'a> {
    Audited::resume(ctx, actor, action, entry.subject.clone(), &entry.reason)
}

/// Looks where production points, and has it answer when it points at the version; else sees to it
/// that it is where the registry says.
async fn look(ctx: &Context, name: &str, version: Version) -> Result<Found, Failure> {
    let policy = ctx.policy();
    let Ok(rules) = of_model(&policy, name) else {
        return Ok(Found::Not(format!("policy no longer knows {name}")));
    };
    let model = model(ctx, name).await?;
    let target = Target::of(ctx, rules);
    let before = model.champion();
    if matches!(target, Target::Alias) {
        // Alias and paperwork are one commit: it had not come to that.
        return Ok(Found::Not("the alias had not moved".into()));
    }
    if target.current(&model) != Some(version) {
        let stands = target
            .current(&model)
            .map_or_else(|| "at no version".into(), |v| format!("at {v}"));
        return Ok(Found::Not(format!(
            "production had not moved and still is {stands}"
        )));
    }
    let answer = tokio::time::timeout(PATIENCE, target.verify(&model, version)).await;
    Ok(
        match answer
            .unwrap_or_else(|_| Err(format!("{version} did not answer within {PATIENCE:?}")))
        {
            Ok(answered) => Found::Switched(answered),
            Err(reason) => {
                let back = target.point(&model, before).await;
                let back = back.map_or_else(
                    |e| format!("could not be put back: {e}"),
                    |()| "was put back".into(),
                );
                Found::Not(format!("{reason}; production {back}"))
            }
        },
    )
}
