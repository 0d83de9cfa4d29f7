//! `registered-models/alias`: set, followed, taken off.

use super::entities::OneVersion;
use crate::{
    http::{
        Caller,
        mlflow::{ApiError, Args, Ctx, Empty, Reply, Router, json::required},
    },
    service::registry,
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde::Deserialize;

pub(super) fn routes() -> Router {
    let calls = post(set).get(follow).delete(remove);
    Router::new().route("/registered-models/alias", calls)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Alias {
    name: Option<String>,
    alias: Option<String>,
    version: Option<String>,
}

async fn set(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Alias>,
) -> Result<Reply<Empty>, ApiError> {
    let name = required(ask.name, "name")?;
    let alias = required(ask.alias, "alias")?;
    let version = required(ask.version, "version")?;
    registry::set_alias(&ctx, &caller.0, &name, &alias, &version).await?;
    Ok(Reply(Empty {}))
}

async fn follow(State(ctx): Ctx, Args(ask): Args<Alias>) -> Result<Response, ApiError> {
    let name = required(ask.name, "name")?;
    let alias = required(ask.alias, "alias")?;
    let found = registry::by_alias(&ctx, &name, &alias)?;
    Ok(Reply(OneVersion::of(&ctx, &found)).into_response())
}

async fn remove(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Alias>,
) -> Result<Reply<Empty>, ApiError> {
    let name = required(ask.name, "name")?;
    let alias = required(ask.alias, "alias")?;
    registry::delete_alias(&ctx, &caller.0, &name, &alias).await?;
    Ok(Reply(Empty {}))
}
