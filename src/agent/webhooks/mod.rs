//! Webhooks: who follows the registry is told, signed, soon, and at nobody's cost.
//!
//! A delivery is a task of its own: no call waits for it, and what cannot be delivered in time is
//! dropped and logged, as in MLflow. Secrets are kept apart from the store, see [`Secrets`].

mod deliver;
mod payload;
mod post;
mod reach;
mod secrets;
mod sign;

pub(crate) use deliver::send;
pub(crate) use payload::{
    alias_deleted, alias_set, example, model_created, model_tag, version_created, version_tag,
};
pub(crate) use post::{Answer, post};
pub(crate) use reach::public_only;
pub(crate) use secrets::Secrets;

use crate::Context;
use std::sync::Arc;
use tokio::sync::Semaphore;
use trimtab_core::registry::webhook::{Event, Status};

/// Deliveries under way or waiting; more are dropped.
const MOST: usize = 1000;
/// Deliveries under way at once, as in MLflow.
const AT_ONCE: usize = 10;

/// What deliveries share.
#[derive(Debug)]
pub(crate) struct Webhooks {
    /// What is signed with.
    pub secrets: Secrets,
    /// Whether deliveries go to public addresses only.
    public: bool,
    places: Arc<Semaphore>,
    lines: Arc<Semaphore>,
}

impl Webhooks {
    /// Deliveries that go anywhere, or only to public addresses.
    pub(crate) fn new(secrets: Secrets, public: bool) -> Self {
        Self {
            secrets,
            public,
            places: Arc::new(Semaphore::new(MOST)),
            lines: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// Tells whoever follows an event. Returns at once.
fn tell(ctx: &Context, event: Event, data: impl FnOnce() -> serde_json::Value) {
    let hooks = ctx.store.webhooks();
    let mut hooks = hooks
        .into_iter()
        .filter(|h| h.status == Status::Active && h.events.contains(&event))
        .peekable();
    if hooks.peek().is_none() {
        return;
    }
    let data = data();
    for hook in hooks {
        let Ok(place) = Arc::clone(&ctx.webhooks.places).try_acquire_owned() else {
            tracing::warn!(webhook = hook.id, %event, "a delivery was dropped: too many are waiting");
            continue;
        };
        let delivery = match deliver::Delivery::new(ctx, &hook, event, &data) {
            Ok(delivery) => delivery,
            Err(error) => {
                tracing::error!(webhook = hook.id, %event, %error, "a delivery was not made");
                continue;
            }
        };
        let (lines, stop) = (Arc::clone(&ctx.webhooks.lines), ctx.stop.clone());
        let id = hook.id.clone();
        ctx.work.spawn(async move {
            let work = async {
                let _line = lines.acquire().await;
                delivery.persistently().await
            };
            tokio::select! {
                () = stop.cancelled() => {
                    tracing::warn!(webhook = id, %event, "a delivery was dropped: the agent stops");
                }
                outcome = work => {
                    if let Err(reason) = outcome {
                        tracing::warn!(webhook = id, %event, reason, "a delivery failed");
                    }
                }
            }
            drop(place);
        });
    }
}
