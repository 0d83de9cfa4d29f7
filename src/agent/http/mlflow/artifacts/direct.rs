//! Files of a run or a version by its name, as MLflow's pages and some scripts ask for them: `/get-artifact`,
//! `/model-versions/get-artifact` and `upload-artifact` (`handlers.py` of its server).

use super::{ApiError, Args, InPath, Router, download, json, run, upload};
use crate::{
    Context,
    artifacts::ArtifactPath,
    http::body::Line,
    service::{
        artifacts::{kept_at, open_at},
        logged_models, registry,
    },
};
use axum::{
    Extension,
    body::{Body, HttpBody as _},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Deserialize;
use std::sync::Arc;

/// The most that is taken in this way, in bytes.
const MOST: u64 = 10 << 20;

/// Calls that stand below no common path.
pub(in crate::http::mlflow) fn routes() -> Router {
    Router::new()
        .route("/get-artifact", get(of_run))
        .route("/model-versions/get-artifact", get(of_version))
        .route("/ajax-api/2.0/mlflow/upload-artifact", post(add))
        .route(
            "/ajax-api/2.0/mlflow/logged-models/{model}/artifacts/files",
            get(of_model),
        )
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Ask {
    #[serde(alias = "runId")]
    run_id: Option<String>,
    #[serde(alias = "runUuid")]
    run_uuid: Option<String>,
    name: Option<String>,
    version: Option<String>,
    path: Option<String>,
}

impl Ask {
    fn path(&self) -> Result<ArtifactPath, ApiError> {
        let path = json::required(self.path.clone(), "path")?;
        Ok(ArtifactPath::parse(&path)?)
    }
}

async fn of_run(
    State(ctx): State<Arc<Context>>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    Args(ask): Args<Ask>,
) -> Result<Response, ApiError> {
    let path = ask.path()?;
    let id = ask.run_id.or(ask.run_uuid).unwrap_or_default();
    send(&ctx, line, &headers, &run::uri_of(&ctx, &id)?, path).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OfModel {
    artifact_file_path: Option<String>,
}

async fn of_model(
    State(ctx): State<Arc<Context>>,
    Extension(line): Extension<Line>,
    InPath(id): InPath<String>,
    headers: HeaderMap,
    Args(ask): Args<OfModel>,
) -> Result<Response, ApiError> {
    let path = json::required(ask.artifact_file_path, "artifact_file_path")?;
    let path = ArtifactPath::parse(&path)?;
    let uri = logged_models::artifact_uri(&ctx, &id)?;
    send(&ctx, line, &headers, &uri, path).await
}

/// Answers with a file below an address that a run, a model or a version carries.
async fn send(
    ctx: &Context,
    line: Line,
    headers: &HeaderMap,
    uri: &str,
    path: ArtifactPath,
) -> Result<Response, ApiError> {
    let name = path.name().unwrap_or_default().to_owned();
    let found = open_at(ctx, uri, path).await?;
    download::send(line, headers, &name, found).await
}

async fn of_version(
    State(ctx): State<Arc<Context>>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    Args(ask): Args<Ask>,
) -> Result<Response, ApiError> {
    let path = ask.path()?;
    let (name, version) = (ask.name.as_deref(), ask.version.as_deref());
    let uri = registry::download_uri(&ctx, name.unwrap_or_default(), version.unwrap_or_default())?;
    send(&ctx, line, &headers, &uri, path).await
}

/// Adds a file to a run: what it is comes in the query, the body is the file.
async fn add(
    State(ctx): State<Arc<Context>>,
    Extension(line): Extension<Line>,
    request: Request,
) -> Result<Response, ApiError> {
    let ask: Ask = json::from_query(request.uri().query().unwrap_or_default())?;
    let given = |text: Option<&String>, what: &str| match text {
        Some(text) if !text.is_empty() => Ok(()),
        _ => Err(ApiError::invalid(format!("Request must specify {what}."))),
    };
    given(ask.run_uuid.as_ref(), "run_uuid")?;
    given(ask.path.as_ref(), "path")?;
    let path = ask.path()?;
    let mut body: Body = request.into_body();
    // A body of unknown length is taken in as it comes, like any other upload.
    let length = body.size_hint().exact();
    if length == Some(0) {
        return Err(ApiError::invalid("Request must specify data."));
    }
    if length.is_some_and(|bytes| bytes > MOST) {
        return Err(ApiError::invalid(
            "Artifact size is too large. Max size is 10MB.",
        ));
    }
    let uri = run::uri_of(&ctx, &ask.run_uuid.unwrap_or_default())?;
    upload::keep(&ctx, &line, kept_at(&uri, &path)?, &mut body).await?;
    let kind = HeaderValue::from_static("application/json");
    Ok(([(CONTENT_TYPE, kind)], ()).into_response())
}
