//! The paperwork of a switch: what is recorded, in one commit, once production answers.

use crate::{Context, clock, error::OrFail as _, watch};
use trimtab_core::{
    registry::{CHAMPION, Deployment, DeploymentKind, Version},
    release::{PromotionRequest, RequestState},
};
use trimtab_store::Change;
use trimtab_wire::Failure;

/// A production pointer that has moved.
#[derive(Clone, Debug)]
pub(super) struct Moved<'a> {
    pub model: &'a str,
    pub from: Option<Version>,
    pub to: Version,
    pub kind: DeploymentKind,
    pub actor: &'a str,
}

/// The alias and the deployment.
pub(super) fn pointer(ctx: &Context, moved: &Moved<'_>) -> Vec<Change> {
    vec![
        Change::SetAlias {
            model: moved.model.to_owned(),
            alias: CHAMPION.into(),
            version: moved.to,
        },
        Change::Deploy(Deployment {
            model: moved.model.to_owned(),
            version: moved.to,
            previous: moved.from,
            at: clock::now(),
            data_time: watch::newest_data(ctx, moved.model),
            kind: moved.kind,
            actor: moved.actor.to_owned(),
        }),
    ]
}

/// The model's live request, ended by a promotion or a rollback.
pub(super) async fn end_live(
    ctx: &Context,
    model: &str,
    state: RequestState,
    note: Option<String>,
) -> Result<Option<Change>, Failure> {
    let requests = ctx.store.requests().await.or_fail()?;
    let live = requests
        .into_iter()
        .find(|r| r.model == model && r.state == RequestState::Live);
    Ok(live.map(|live| {
        Change::PutRequest(PromotionRequest {
            state,
            note,
            updated: clock::now(),
            ..live
        })
    }))
}
