//! Stages: `model-versions/transition-stage` and `registered-models/get-latest-versions`.

use super::entities::{OneVersion, VersionOut};
use crate::{
    http::{
        Caller,
        mlflow::{ApiError, Args, Ctx, Reply, Router, json, json::required},
    },
    service::registry,
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde::{Deserialize, Serialize};

pub(super) fn routes() -> Router {
    Router::new()
        .route("/model-versions/transition-stage", post(transition))
        .route(
            "/registered-models/get-latest-versions",
            post(latest).get(latest),
        )
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Transition {
    name: Option<String>,
    version: Option<String>,
    stage: Option<String>,
    // Not `json::flag`: a text is refused here, as by MLflow.
    #[serde(alias = "archiveExistingVersions")]
    archive_existing_versions: Option<bool>,
}

async fn transition(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Transition>,
) -> Result<Response, ApiError> {
    let name = required(ask.name, "name")?;
    let version = required(ask.version, "version")?;
    let stage = required(ask.stage, "stage")?;
    let archive = ask.archive_existing_versions.unwrap_or_default();
    let now = registry::transition(&ctx, &caller.0, &name, &version, &stage, archive).await?;
    Ok(Reply(OneVersion::of(&ctx, &now)).into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Latest {
    name: Option<String>,
    #[serde(deserialize_with = "json::list")]
    stages: Vec<String>,
}

#[derive(Serialize)]
struct Versions<'a> {
    #[serde(skip_serializing_if = "json::empty")]
    model_versions: Vec<VersionOut<'a>>,
}

async fn latest(State(ctx): Ctx, Args(ask): Args<Latest>) -> Result<Response, ApiError> {
    let name = required(ask.name, "name")?;
    let found = registry::latest(&ctx, &name, &ask.stages)?;
    let versions = Versions {
        model_versions: found.iter().map(|f| VersionOut::found(&ctx, f)).collect(),
    };
    Ok(Reply(versions).into_response())
}
