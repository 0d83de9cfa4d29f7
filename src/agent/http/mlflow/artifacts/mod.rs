//! Artifacts over HTTP: `mlflow-artifacts:` addresses, streamed to and from the disk.
//!
//! Answers are those of MLflow's server with a local disk (its `artifact_router.py` and `handlers.py`).

mod direct;
mod disposition;
mod download;
mod kind;
mod list;
mod parts;
mod range;
mod run;
mod upload;

pub(super) use direct::routes as pages;
pub(super) use list::FileInfo;
pub(in crate::http) use parts::PARTS;

use super::{ApiError, Args, Empty, ErrorCode, InPath, Reply, Router, json};
use crate::{
    Context,
    artifacts::{ArtifactError, ArtifactPath},
    http::Caller,
    service,
};
use axum::{
    extract::State,
    http::{StatusCode, Uri},
    routing::{get, post, put},
};
use percent_encoding::percent_decode_str;
use std::sync::Arc;

/// Calls under `/api/2.0/mlflow-artifacts`.
pub(super) fn routes() -> Router {
    let file = get(download::download).put(upload::upload).delete(delete);
    Router::new()
        .route("/artifacts", get(list::list))
        .route("/artifacts/", get(download::download).put(upload::upload))
        .route("/artifacts/{*path}", file)
        .route("/mpu/create/{*path}", post(parts::create))
        .route("/mpu/complete/{*path}", post(parts::complete))
        .route("/mpu/abort/{*path}", post(parts::abort))
        .route("/mpu/part/{upload}/{number}", put(parts::receive))
        .route("/presigned/{*path}", get(presigned))
}

/// Calls under `/api/2.0/mlflow`: artifacts as a run's.
pub(super) fn calls() -> Router {
    Router::new()
        .route("/artifacts/list", get(run::list))
        .route(
            "/artifacts/presigned-upload-url",
            post(run::presigned_upload),
        )
        .route(
            "/artifacts/presigned-download-url",
            post(run::presigned_download),
        )
}

async fn delete(
    State(ctx): State<Arc<Context>>,
    caller: Caller,
    uri: Uri,
) -> Result<Reply<Empty>, ApiError> {
    let (path, _) = path_of(&uri)?;
    service::artifacts::delete(&ctx, &caller.0, path).await?;
    Ok(Reply(Empty {}))
}

/// The path of an artifact in a call's address, and whether it ends with a slash.
///
/// Taken from the address as it was sent: what stands for a slash in it is no end of a route.
fn path_of(uri: &Uri) -> Result<(ArtifactPath, bool), ApiError> {
    let (_, sent) = uri
        .path()
        .split_once("/artifacts/")
        .unwrap_or((uri.path(), ""));
    let text = percent_decode_str(sent).decode_utf8_lossy();
    Ok((ArtifactPath::parse(&text)?, text.ends_with('/')))
}

async fn presigned() -> ApiError {
    ApiError::new(
        ErrorCode::NotImplemented,
        "Multipart download is not supported for the current artifact repository",
    )
}

impl From<ArtifactError> for ApiError {
    fn from(error: ArtifactError) -> Self {
        match error {
            ArtifactError::Refused(failure) => failure.into(),
            ArtifactError::Missing(_) | ArtifactError::NoUpload(_) => {
                Self::missing(error.to_string())
            }
            ArtifactError::Crowded => Self::new(ErrorCode::Aborted, error.to_string()),
            ArtifactError::Invalid
            | ArtifactError::Folder(_)
            | ArtifactError::BelowFile(_)
            | ArtifactError::Part(_)
            | ArtifactError::Elsewhere(_) => Self::invalid(error.to_string()),
            // Clients do not repeat this status: a disk does not empty itself.
            ArtifactError::Full => Self::new(ErrorCode::InternalError, error.to_string())
                .with_status(StatusCode::INSUFFICIENT_STORAGE),
            // Nor this one: wrong keys stay wrong, and minutes of silence tell nobody.
            ArtifactError::Remote(_) => Self::new(ErrorCode::InternalError, error.to_string())
                .with_status(StatusCode::FAILED_DEPENDENCY),
            ArtifactError::Io(_) => Self::new(ErrorCode::InternalError, error.to_string()),
        }
    }
}
