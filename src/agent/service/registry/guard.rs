//! Production is guarded: what would move it goes through the releases, or is refused.
//!
//! Policy guards the models it has a table for (`[models.NAME]`). All others are as free as on MLflow's server.

use super::{Refusal, refuse, versions::Found};
use crate::{
    Context,
    error::{OrFail as _, refused},
    service::{Actor, releases},
};
use tokio::{sync::OwnedMutexGuard, time::Instant};
use trimtab_core::{
    registry::{CHAMPION, Model, Stage},
    release::{PromotionRequest, RequestState},
};
use trimtab_wire::{Act, Acted, Failure};

/// Whether policy guards a model.
pub(super) fn guards(ctx: &Context, model: &str) -> bool {
    ctx.policy().models.contains_key(model)
}

/// Whether an alias names a guarded model's production.
pub(super) fn is_production(ctx: &Context, model: &str, alias: &str) -> bool {
    alias == CHAMPION && guards(ctx, model)
}

/// Puts a version into production as policy has it: gates, approvals, switch. Does nothing when it is
/// there already.
///
/// # Errors
/// A gate says no, or somebody must approve first; the request's number is said.
pub(super) async fn promote(
    ctx: &Context,
    actor: &Actor,
    known: &Found,
    how: &str,
) -> Result<(), Refusal> {
    let version = known.entry().version;
    if known.model.champion() == Some(version) {
        return Ok(());
    }
    let act = Act::Promote {
        model: known.model.name.clone(),
        version,
    };
    match releases::act(ctx, actor, act, how, Instant::now()).await? {
        Acted::Request(request) => outcome(&request).map_err(Into::into),
        _ => Ok(()),
    }
}

/// What became of a request, as a client is told.
fn outcome(request: &PromotionRequest) -> Result<(), Failure> {
    let (id, what) = (request.id, format!("{} {}", request.model, request.version));
    match request.state {
        RequestState::Live => Ok(()),
        RequestState::AwaitingApproval => Err(refused(
            format!(
                "Policy guards the production of {}: request {id} to promote {what} waits for {} of {} \
                 approvals. Nothing was changed.",
                request.model,
                request
                    .required
                    .saturating_sub(u32::try_from(request.approvals.len()).unwrap_or(u32::MAX)),
                request.required
            ),
            format!(
                "Have it approved: `trimtab models approve {}`, then ask again.",
                id.0
            ),
        )),
        RequestState::GateFailed => {
            let evidence: Vec<String> = request
                .gates
                .iter()
                .filter(|g| !g.passed)
                .map(|g| format!("{}: {}", g.name, g.reason))
                .collect();
            Err(refused(
                format!(
                    "Policy's gate refused to promote {what} (request {id}): {}. Nothing was changed.",
                    evidence.join("; ")
                ),
                "",
            ))
        }
        state => Err(refused(
            format!(
                "Request {id} to promote {what} is {}.",
                state.word().replace('_', " ")
            ),
            "",
        )),
    }
}

/// The refusal to take the alias off that names production.
pub(super) async fn stays(ctx: &Context, actor: &Actor, model: &Model) -> Refusal {
    let name = &model.name;
    let why = refused(
        format!("The alias {CHAMPION} of {name} names its production, which policy guards."),
        format!("Promote another version, or roll back: `trimtab models rollback {name}`."),
    );
    refuse(ctx, actor, "alias.delete", name.clone(), why).await
}

/// Refuses to rename a guarded model, and to give what is already in production a guarded name.
pub(super) async fn may_rename(
    ctx: &Context,
    actor: &Actor,
    model: &Model,
    to: &str,
) -> Result<(), Refusal> {
    let live =
        model.champion().is_some() || model.versions.iter().any(|v| v.stage == Stage::Production);
    let why = if guards(ctx, &model.name) {
        in_policy(&model.name, "renamed")
    } else if live && guards(ctx, to) {
        refused(
            format!(
                "Policy guards {to}, and {} has a version in production that no gate has judged.",
                model.name
            ),
            format!("Take its alias {CHAMPION} and its stage Production off first."),
        )
    } else {
        return Ok(());
    };
    Err(refuse(ctx, actor, "model.rename", model.name.clone(), why).await)
}

/// Refuses to delete a guarded model.
pub(super) async fn may_delete_model(
    ctx: &Context,
    actor: &Actor,
    name: &str,
) -> Result<(), Refusal> {
    if !guards(ctx, name) {
        return Ok(());
    }
    let why = in_policy(name, "deleted");
    Err(refuse(ctx, actor, "model.delete", name.to_owned(), why).await)
}

fn in_policy(name: &str, what: &str) -> Failure {
    refused(
        format!("{name} is under policy and cannot be {what}."),
        format!("Take its table [models.{name}] out of trimtab.toml first."),
    )
}

/// Refuses to delete what is in production, or asks to be. While the answer is held, nothing is promoted.
pub(super) async fn may_delete_version(
    ctx: &Context,
    actor: &Actor,
    known: &Found,
) -> Result<Option<OwnedMutexGuard<()>>, Refusal> {
    let (name, version) = (&known.model.name, known.entry().version);
    if !guards(ctx, name) {
        return Ok(None);
    }
    let turn = ctx.releases.turn(name).await;
    let champion = ctx.store.registered(name).and_then(|m| m.champion());
    let requests = ctx.store.requests().await.or_fail()?;
    let open = requests
        .iter()
        .find(|r| r.model == *name && r.version == version && r.state.open());
    let why = match open {
        _ if champion == Some(version) => refused(
            format!("{name} {version} is in production and cannot be deleted."),
            format!("Promote another version, or roll back: `trimtab models rollback {name}`."),
        ),
        Some(open) => refused(
            format!(
                "Request {} asks to promote {name} {version}: it cannot be deleted.",
                open.id
            ),
            format!("Reject it first: `trimtab models reject {}`.", open.id.0),
        ),
        None => return Ok(Some(turn)),
    };
    Err(refuse(ctx, actor, "version.delete", known.subject(), why).await)
}
