//! `model-versions/…`: registered, read, found, changed, deleted, tagged.

use super::{
    Tag,
    entities::{OneVersion, VersionOut},
    models::{Search, at_most},
    pairs,
};
use crate::{
    http::{
        Caller,
        mlflow::{ApiError, Args, Ctx, Empty, Reply, Router, json, json::required},
    },
    service::registry::{self, NewVersion},
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
    routing::{delete, get, patch, post},
};
use serde::{Deserialize, Serialize};

/// Versions on a page at most, and when nobody says.
const MOST: i64 = 200_000;

pub(super) fn routes() -> Router {
    Router::new()
        .route("/model-versions/create", post(create))
        .route("/model-versions/get", get(one))
        .route("/model-versions/get-download-uri", get(download_uri))
        .route("/model-versions/search", get(search))
        .route("/model-versions/update", patch(update))
        .route("/model-versions/delete", delete(remove))
        .route("/model-versions/set-tag", post(set_tag))
        .route("/model-versions/delete-tag", delete(delete_tag))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct New {
    name: Option<String>,
    source: Option<String>,
    #[serde(alias = "runId")]
    run_id: Option<String>,
    #[serde(deserialize_with = "json::objects")]
    tags: Vec<Tag>,
    #[serde(alias = "runLink")]
    run_link: Option<String>,
    description: Option<String>,
    #[serde(alias = "modelId")]
    model_id: Option<String>,
}

async fn create(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<New>,
) -> Result<Response, ApiError> {
    let new = NewVersion {
        name: required(ask.name, "name")?,
        source: required(ask.source, "source")?,
        run_id: ask.run_id,
        model_id: ask.model_id,
        run_link: ask.run_link.unwrap_or_default(),
        description: ask.description.unwrap_or_default(),
        tags: pairs(ask.tags),
    };
    let made = registry::create_version(&ctx, &caller.0, new).await?;
    Ok(Reply(OneVersion::of(&ctx, &made)).into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Numbered {
    name: Option<String>,
    version: Option<String>,
    description: Option<String>,
    key: Option<String>,
}

async fn one(State(ctx): Ctx, Args(ask): Args<Numbered>) -> Result<Response, ApiError> {
    let name = required(ask.name, "name")?;
    let found = registry::version(&ctx, &name, &required(ask.version, "version")?)?;
    Ok(Reply(OneVersion::of(&ctx, &found)).into_response())
}

#[derive(Serialize)]
struct Uri {
    artifact_uri: String,
}

async fn download_uri(State(ctx): Ctx, Args(ask): Args<Numbered>) -> Result<Reply<Uri>, ApiError> {
    let (name, version) = (
        ask.name.unwrap_or_default(),
        ask.version.unwrap_or_default(),
    );
    let artifact_uri = registry::download_uri(&ctx, &name, &version)?;
    Ok(Reply(Uri { artifact_uri }))
}

async fn update(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Numbered>,
) -> Result<Response, ApiError> {
    let name = required(ask.name, "name")?;
    let version = required(ask.version, "version")?;
    let words = ask.description;
    let now = registry::describe_version(&ctx, &caller.0, &name, &version, words).await?;
    Ok(Reply(OneVersion::of(&ctx, &now)).into_response())
}

async fn remove(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Numbered>,
) -> Result<Reply<Empty>, ApiError> {
    let name = required(ask.name, "name")?;
    let version = required(ask.version, "version")?;
    registry::delete_version(&ctx, &caller.0, &name, &version).await?;
    Ok(Reply(Empty {}))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TagAsk {
    name: Option<String>,
    version: Option<String>,
    key: Option<String>,
    value: Option<String>,
}

async fn set_tag(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<TagAsk>,
) -> Result<Reply<Empty>, ApiError> {
    let name = required(ask.name, "name")?;
    let version = required(ask.version, "version")?;
    let key = required(ask.key, "key")?;
    let value = ask.value.unwrap_or_default();
    registry::set_version_tag(&ctx, &caller.0, &name, &version, key, value).await?;
    Ok(Reply(Empty {}))
}

async fn delete_tag(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Numbered>,
) -> Result<Reply<Empty>, ApiError> {
    let name = required(ask.name, "name")?;
    let version = required(ask.version, "version")?;
    let key = required(ask.key, "key")?;
    registry::delete_version_tag(&ctx, &caller.0, &name, &version, key).await?;
    Ok(Reply(Empty {}))
}

#[derive(Serialize)]
struct Page<'a> {
    #[serde(skip_serializing_if = "json::empty")]
    model_versions: Vec<VersionOut<'a>>,
    #[serde(skip_serializing_if = "json::empty")]
    next_page_token: Option<String>,
}

async fn search(State(ctx): Ctx, Args(ask): Args<Search>) -> Result<Response, ApiError> {
    let size = at_most(ask.max_results.unwrap_or(MOST), MOST)?;
    if size < 1 {
        return Err(ApiError::invalid(format!(
            "Invalid value for max_results. It must be a positive integer, but got {size}"
        )));
    }
    let (asked, token) = ask.asked(size)?;
    let found = registry::search_versions(&ctx, asked).await?;
    let page = Page {
        model_versions: found.rows.iter().map(|v| VersionOut::of(&ctx, v)).collect(),
        next_page_token: found.next.and_then(|n| token.next(found.rows.len(), n)),
    };
    Ok(Reply(page).into_response())
}
