//! Releases: requests to promote, their judging and approval, the switch, and the way back.
//!
//! Everything that moves a model's production happens one at a time for that model, and in an
//! order that a restart can take up again: intent in the store, then the target, then the
//! paperwork in one commit. See [`mod@recover`].

mod judge;
mod live;
mod plan;
mod promote;
mod recover;
mod rollback;

pub(crate) use judge::gates;
pub(crate) use plan::{ApprovalPlan, PromotionPlan, RollbackPlan, impossible, reason_given};
pub(crate) use promote::{approve, promote, reject};
pub(crate) use recover::recover;
pub(crate) use rollback::rollback;

use crate::{
    Context,
    error::{OrFail as _, missing},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OwnedMutexGuard;
use trimtab_core::{
    registry::{Model, Version},
    release::{PromotionRequest, RequestId},
};
use trimtab_wire::Failure;

/// One release at a time for each model.
#[derive(Debug, Default)]
pub(crate) struct Releases {
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Releases {
    /// Waits for a model's turn.
    pub(crate) async fn turn(&self, model: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(model.to_owned()).or_default())
        };
        turn.lock_owned().await
    }
}

/// A registered model.
pub(crate) async fn model(ctx: &Context, name: &str) -> Result<Model, Failure> {
    ctx.store
        .model(name)
        .await
        .or_fail()?
        .ok_or_else(|| missing("model", name, "See `trimtab models list`."))
}

/// A model's version, or that there is none.
fn version(model: &Model, version: Version) -> Result<(), Failure> {
    match model.version(version) {
        Some(_) => Ok(()),
        None => {
            let hint = format!("See `trimtab models show {}`.", model.name);
            Err(missing(
                "version",
                format_args!("{} {version}", model.name),
                &hint,
            ))
        }
    }
}

/// One request.
pub(crate) async fn request(ctx: &Context, id: RequestId) -> Result<PromotionRequest, Failure> {
    ctx.store
        .request(id)
        .await
        .or_fail()?
        .ok_or_else(|| missing("request", id, "See `trimtab models requests`."))
}
