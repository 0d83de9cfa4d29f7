//! What starts a retraining without a person. Deciding is the domain's; this remembers when each
//! trigger last fired, in a file of its own, and launches as `trigger:NAME`.

use crate::{
    Context, clock, files, schedule,
    service::{Actor, retrain},
};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use trimtab_core::{
    job::RetrainSpec,
    policy::{Policy, RecipePolicy, TriggerPolicy, TriggerRule},
    time::Millis,
    trigger::{Decision, TriggerState, WindowFact, decide, decide_schedule},
};

/// When each trigger last fired, by name.
type Memory = BTreeMap<String, TriggerState>;

/// Looks at every trigger, and launches those that fire.
pub(crate) async fn consider(ctx: &Arc<Context>) {
    if ctx.read_only {
        return;
    }
    let policy = ctx.policy();
    for (recipe, recipe_policy) in &policy.recipes {
        for (index, trigger) in recipe_policy.triggers.iter().enumerate() {
            let name = name(recipe, recipe_policy, index);
            if let Some(decision) = evaluate(ctx, &policy, &name, trigger).await
                && let Decision::Fire { reason, at } = decision
            {
                fire(ctx, recipe, &name, reason, at).await;
            }
        }
    }
}

/// `RECIPE/KIND`, numbered when a recipe has several of a kind.
fn name(recipe: &str, policy: &RecipePolicy, index: usize) -> String {
    let word = policy.triggers[index].rule.word();
    match policy.triggers[..index]
        .iter()
        .filter(|t| t.rule.word() == word)
        .count()
    {
        0 => format!("{recipe}/{word}"),
        before => format!("{recipe}/{word}-{}", before + 1),
    }
}

async fn evaluate(
    ctx: &Context,
    policy: &Policy,
    name: &str,
    trigger: &TriggerPolicy,
) -> Option<Decision> {
    let state = read(ctx).get(name).copied().unwrap_or_default();
    if let TriggerRule::Schedule { cron } = &trigger.rule {
        // Policy was refused if it cannot be read; a date that never comes is never due.
        let due = schedule::due(cron, clock::now()).ok().flatten();
        return Some(decide_schedule(trigger, due, ctx.started, state));
    }
    let monitor = trigger.rule.monitor()?;
    let newest = ctx.monitors.newest_data_time(monitor)?;
    let quality = policy
        .monitors
        .get(monitor)
        .and_then(|m| m.quality.as_ref());
    let windows = ctx.store.windows(monitor).await.ok()?;
    let facts = finals(
        windows
            .iter()
            .filter(|w| w.end <= newest)
            .map(|w| WindowFact::of(w, &trigger.rule, quality))
            .collect(),
        &trigger.rule,
    );
    Some(decide(trigger, &facts, state))
}

/// Labels come late: for a rule on quality, windows count from the first to the last that has any.
fn finals(mut facts: Vec<WindowFact>, rule: &TriggerRule) -> Vec<WindowFact> {
    if matches!(rule, TriggerRule::Metric { .. }) {
        let labelled = facts
            .iter()
            .rposition(|w| w.quality.is_some())
            .map_or(0, |last| last + 1);
        facts.truncate(labelled);
    }
    facts
}

async fn fire(ctx: &Arc<Context>, recipe: &str, name: &str, reason: String, at: Millis) {
    let busy = match ctx.store.jobs().await {
        Ok(jobs) => jobs.iter().any(|j| j.recipe == recipe && !j.state.ended()),
        Err(_) => true,
    };
    if busy {
        return;
    }
    // Remembered first: an agent killed in between has missed one firing, not started a storm.
    let mut memory = read(ctx);
    memory.insert(
        name.to_owned(),
        TriggerState {
            last_fired: Some(at),
        },
    );
    if let Err(error) = write(ctx, &memory) {
        return tracing::error!(%error, name, "the trigger cannot be remembered and does not fire");
    }
    let spec = RetrainSpec {
        recipe: recipe.to_owned(),
        from: None,
        to: None,
        params: BTreeMap::new(),
        reason: reason.clone(),
    };
    tracing::info!(name, reason, at = %clock::now(), "the trigger fires");
    if let Err(failure) = retrain(ctx, &Actor::trigger(name), spec, &reason).await {
        tracing::warn!(%failure, name, "the trigger fired and nothing could be launched");
    }
}

fn path(ctx: &Context) -> PathBuf {
    ctx.workspace.own().join("triggers.json")
}

fn read(ctx: &Context) -> Memory {
    let text = std::fs::read(path(ctx)).unwrap_or_default();
    // Empty before the first firing.
    serde_json::from_slice(&text).unwrap_or_default()
}

fn write(ctx: &Context, memory: &Memory) -> std::io::Result<()> {
    files::replace(&path(ctx), &serde_json::to_vec(memory)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use trimtab_core::policy::{Direction, QualityMetric};

    #[test]
    fn windows_whose_labels_are_still_to_come_do_not_count() {
        let fact = |week: i64, quality| WindowFact {
            start: Millis(week * Millis::WEEK),
            end: Millis((week + 1) * Millis::WEEK),
            quality,
            drifted_share: Some(0.5),
        };
        let facts = vec![
            fact(0, Some(0.7)),
            fact(1, None),
            fact(2, Some(0.6)),
            fact(3, None),
        ];
        let rule = TriggerRule::Metric {
            monitor: "m".into(),
            metric: QualityMetric::Auc,
            bound: 0.65,
            direction: Direction::Max,
        };
        assert_eq!(finals(facts.clone(), &rule).len(), 3);
        let share = TriggerRule::DriftedShare {
            monitor: "m".into(),
            share: 0.3,
        };
        assert_eq!(finals(facts, &share).len(), 4);
    }
}
