//! `logged-models…`: models that runs log, whether or not they are registered.

mod message;
mod search;

use super::{
    ApiError, Args, Ctx, Empty, InPath, Reply, Router,
    artifacts::FileInfo,
    inputs::Tag,
    json::{self, required},
};
use crate::{
    http::Caller,
    service::logged_models::{self, FoundModel, LoggedModelEdit, NewLoggedModel},
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
    routing::{delete, get, patch, post},
};
use message::ModelMessage;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use trimtab_core::logged_model::LoggedModelStatus;

pub(super) fn routes() -> Router {
    Router::new()
        .route("/logged-models", post(create))
        .route("/logged-models/search", post(search::search))
        .route(
            "/logged-models/{model}",
            get(read).patch(finalize).delete(remove),
        )
        .route("/logged-models/{model}/tags", patch(set_tags))
        .route("/logged-models/{model}/tags/{key}", delete(delete_tag))
        .route("/logged-models/{model}/params", post(add_params))
        .route(
            "/logged-models/{model}/artifacts/directories",
            get(artifacts),
        )
}

/// An answer with one model.
fn with(found: &FoundModel) -> Response {
    #[derive(Serialize)]
    struct With<'a> {
        model: ModelMessage<'a>,
    }
    let model = ModelMessage::from(found);
    Reply(With { model }).into_response()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Create {
    #[serde(alias = "experimentId")]
    experiment_id: Option<String>,
    name: Option<String>,
    #[serde(alias = "modelType")]
    model_type: Option<String>,
    #[serde(alias = "sourceRunId")]
    source_run_id: Option<String>,
    #[serde(deserialize_with = "json::objects")]
    params: Vec<Tag>,
    #[serde(deserialize_with = "json::objects")]
    tags: Vec<Tag>,
}

async fn create(State(ctx): Ctx, Args(ask): Args<Create>) -> Result<Response, ApiError> {
    let new = NewLoggedModel {
        experiment: required(ask.experiment_id, "experiment_id")?,
        name: ask.name.unwrap_or_default(),
        kind: ask.model_type.unwrap_or_default(),
        source_run: ask.source_run_id.unwrap_or_default(),
        params: Tag::pairs(ask.params),
        tags: Tag::pairs(ask.tags),
    };
    Ok(with(&logged_models::create(&ctx, new).await?))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Read {
    #[serde(alias = "allowDeleted")]
    allow_deleted: Option<String>,
}

async fn read(
    State(ctx): Ctx,
    InPath(id): InPath<String>,
    Args(ask): Args<Read>,
) -> Result<Response, ApiError> {
    let deleted_too = ask
        .allow_deleted
        .is_some_and(|a| a.eq_ignore_ascii_case("true"));
    Ok(with(&logged_models::find(&ctx, &id, deleted_too)?))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Finalize {
    #[serde(alias = "modelId")]
    model_id: Option<String>,
    /// By name or number.
    status: Option<Value>,
}

/// The model is the one that the body names, as in MLflow.
async fn finalize(State(ctx): Ctx, Args(ask): Args<Finalize>) -> Result<Response, ApiError> {
    let id = required(ask.model_id, "model_id")?;
    let status = match required(ask.status.map(|s| vec![s]), "status")?.pop() {
        Some(Value::String(word)) => LoggedModelStatus::from_mlflow(&word),
        Some(Value::Number(n)) => n.as_u64().and_then(|n| {
            LoggedModelStatus::ALL
                .get(usize::try_from(n).ok()?)
                .copied()
        }),
        _ => None,
    };
    // What protobuf does not know it leaves out.
    let edit = LoggedModelEdit::Status(status.unwrap_or(LoggedModelStatus::Unspecified));
    Ok(with(&logged_models::edit(&ctx, &id, edit).await?))
}

async fn remove(
    State(ctx): Ctx,
    caller: Caller,
    InPath(id): InPath<String>,
) -> Result<Reply<Empty>, ApiError> {
    logged_models::delete(&ctx, &caller.0, &id).await?;
    Ok(Reply(Empty {}))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Facts {
    #[serde(alias = "modelId")]
    model_id: Option<String>,
    #[serde(deserialize_with = "json::objects")]
    tags: Vec<Tag>,
    #[serde(deserialize_with = "json::objects")]
    params: Vec<Tag>,
}

async fn set_tags(
    State(ctx): Ctx,
    InPath(id): InPath<String>,
    Args(ask): Args<Facts>,
) -> Result<Reply<Empty>, ApiError> {
    let edit = LoggedModelEdit::SetTags(Tag::pairs(ask.tags));
    logged_models::edit(&ctx, &id, edit).await?;
    Ok(Reply(Empty {}))
}

async fn delete_tag(
    State(ctx): Ctx,
    InPath((id, key)): InPath<(String, String)>,
) -> Result<Reply<Empty>, ApiError> {
    logged_models::edit(&ctx, &id, LoggedModelEdit::DeleteTag(key)).await?;
    Ok(Reply(Empty {}))
}

/// The body must name the model, as in MLflow; it is the address that counts.
async fn add_params(
    State(ctx): Ctx,
    InPath(id): InPath<String>,
    Args(ask): Args<Facts>,
) -> Result<Reply<Empty>, ApiError> {
    required(ask.model_id, "model_id")?;
    let edit = LoggedModelEdit::AddParams(Tag::pairs(ask.params));
    logged_models::edit(&ctx, &id, edit).await?;
    Ok(Reply(Empty {}))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Folder {
    #[serde(alias = "artifactDirectoryPath")]
    artifact_directory_path: Option<String>,
}

#[derive(Debug, Serialize)]
struct Listed {
    root_uri: String,
    #[serde(skip_serializing_if = "json::empty")]
    files: Vec<FileInfo>,
}

async fn artifacts(
    State(ctx): Ctx,
    InPath(id): InPath<String>,
    Args(ask): Args<Folder>,
) -> Result<Reply<Listed>, ApiError> {
    let folder = ask.artifact_directory_path.unwrap_or_default();
    let (root_uri, entries) = logged_models::artifacts(&ctx, &id, &folder).await?;
    let files = entries.into_iter().map(FileInfo::from).collect();
    Ok(Reply(Listed { root_uri, files }))
}
