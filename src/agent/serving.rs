//! What production last answered, asked while somebody looks at the fleet.

use crate::{Context, clock, error::OrFail as _, targets::Target};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use trimtab_wire::{Failure, Serving};

/// How often production is asked while the fleet is watched; also the age up to which an answer is news.
const PERIOD: Duration = Duration::from_secs(2);

/// The last answers, by model.
#[derive(Debug, Default)]
pub(crate) struct Servings {
    last: Mutex<HashMap<String, Serving>>,
}

impl Servings {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Serving>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a model's production answers; asked again when the last answer is old.
pub(crate) async fn of(ctx: &Context, model: &trimtab_core::registry::Model) -> Option<Serving> {
    let known = ctx.servings.lock().get(&model.name).cloned();
    match known {
        Some(s) if clock::now().since(s.checked) < PERIOD.as_millis() as i64 => Some(s),
        _ => ask(ctx, model).await,
    }
}

/// Asks a model's production now.
pub(crate) async fn ask(ctx: &Context, model: &trimtab_core::registry::Model) -> Option<Serving> {
    let policy = ctx.policy();
    let target = Target::of(ctx, policy.models.get(&model.name)?);
    let serving = target.probe(model).await?;
    ctx.servings
        .lock()
        .insert(model.name.clone(), serving.clone());
    Some(serving)
}

/// Keeps asking while the fleet is watched, until the agent stops.
pub(crate) async fn watch(ctx: Arc<Context>) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = ctx.stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if !ctx.hub.fleet_watched() {
            continue;
        }
        if let Err(failure) = look(&ctx).await {
            tracing::warn!(%failure, "production could not be asked");
        }
    }
}

async fn look(ctx: &Context) -> Result<(), Failure> {
    for model in ctx.store.models().await.or_fail()? {
        let before = ctx.servings.lock().get(&model.name).cloned();
        let now = ask(ctx, &model).await;
        let said = |s: &Option<Serving>| s.as_ref().map(|s| (s.version, s.ok, s.detail.clone()));
        if said(&before) != said(&now) {
            ctx.hub.fleet_changed();
        }
    }
    Ok(())
}
