//! Artifacts as a run's: listed by the run, and addressed for others.

use super::{ApiError, Args, Empty, ErrorCode, Reply, json, list::FileInfo};
use crate::{
    Context,
    artifacts::ArtifactPath,
    service::{self, tracking},
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The longest that a signed address may be good for, in seconds: a week.
const LONGEST: i64 = 604_800;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct List {
    #[serde(alias = "runId")]
    run_id: Option<String>,
    #[serde(alias = "runUuid")]
    run_uuid: Option<String>,
    path: Option<String>,
}

/// Files, and the address they are below.
#[derive(Debug, Serialize)]
pub(in crate::http::mlflow) struct Listed {
    /// The address.
    pub root_uri: String,
    /// What is in the folder asked for, with paths from the address on.
    #[serde(skip_serializing_if = "json::empty")]
    pub files: Vec<FileInfo>,
}

/// Lists a folder below an address that a run or a model carries.
pub(in crate::http::mlflow) async fn below(
    ctx: &Context,
    root_uri: String,
    path: Option<&str>,
) -> Result<Listed, ApiError> {
    let path = ArtifactPath::parse(path.unwrap_or_default())?;
    let prefix = match path.to_string() {
        root if root.is_empty() => root,
        path => format!("{path}/"),
    };
    let entries = service::artifacts::list_at(ctx, &root_uri, path).await?;
    let file = |entry| {
        let file = FileInfo::from(entry);
        FileInfo {
            path: format!("{prefix}{}", file.path),
            ..file
        }
    };
    let files = entries.into_iter().map(file).collect();
    Ok(Listed { root_uri, files })
}

pub(super) async fn list(
    State(ctx): State<Arc<Context>>,
    Args(ask): Args<List>,
) -> Result<Reply<Listed>, ApiError> {
    let id = json::required(ask.run_id.or(ask.run_uuid), "run_id")?;
    // Checked first, as MLflow's server does.
    ArtifactPath::parse(ask.path.as_deref().unwrap_or_default())?;
    let uri = uri_of(&ctx, &id)?;
    below(&ctx, uri, ask.path.as_deref()).await.map(Reply)
}

/// Where a run's artifacts are.
pub(super) fn uri_of(ctx: &Context, id: &str) -> Result<String, ApiError> {
    let run = tracking::run(ctx, id)?;
    let experiment = tracking::experiment_of(ctx, &run);
    Ok(experiment.map_or_else(String::new, |e| e.artifact_uri(&run.id)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Presign {
    #[serde(alias = "runId")]
    run_id: Option<String>,
    #[serde(alias = "modelId")]
    model_id: Option<String>,
    path: Option<String>,
    #[serde(deserialize_with = "json::int")]
    expiration: Option<i64>,
}

pub(super) async fn presigned_upload(
    State(ctx): State<Arc<Context>>,
    Args(ask): Args<Presign>,
) -> Result<Reply<Empty>, ApiError> {
    let path = json::required(ask.path, "path")?;
    let given = |id: Option<String>| id.filter(|id| !id.is_empty());
    let uri = match (given(ask.run_id), given(ask.model_id)) {
        (Some(run), None) => {
            ArtifactPath::parse(&path)?;
            uri_of(&ctx, &run)?
        }
        (None, Some(_)) => {
            ArtifactPath::parse(&path)?;
            // Models' artifacts are kept as runs' are.
            "mlflow-artifacts:".into()
        }
        _ => {
            return Err(ApiError::invalid(
                "Exactly one of run_id and model_id must be provided.",
            ));
        }
    };
    Err(unsigned(
        &uri,
        "upload",
        "proxied artifact storage",
        "direct cloud storage artifact URI",
    ))
}

pub(super) async fn presigned_download(
    State(ctx): State<Arc<Context>>,
    Args(ask): Args<Presign>,
) -> Result<Reply<Empty>, ApiError> {
    let id = json::required(ask.run_id, "run_id")?;
    ArtifactPath::parse(&json::required(ask.path, "path")?)?;
    let expiration = ask.expiration.unwrap_or(1);
    if !(1..=LONGEST).contains(&expiration) {
        return Err(ApiError::invalid(format!(
            "expiration must be between 1 and {LONGEST} seconds (got {expiration})."
        )));
    }
    let uri = uri_of(&ctx, &id)?;
    let what = "runs with proxied artifact storage";
    Err(unsigned(
        &uri,
        "download",
        what,
        "run with a direct cloud storage artifact URI",
    ))
}

/// Nothing is signed here: what the agent keeps it serves itself, and it knows no cloud's keys.
fn unsigned(uri: &str, way: &str, what: &str, wanted: &str) -> ApiError {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    if !matches!(scheme, "http" | "https" | "mlflow-artifacts") {
        return ApiError::new(
            ErrorCode::NotImplemented,
            format!("Presigned {way} is not supported for the current artifact repository"),
        );
    }
    ApiError::invalid(format!(
        "Presigned {way} is not supported for {what} (artifact URI scheme: {scheme}). \
         This endpoint requires a {wanted}."
    ))
}
