//! `PUT mlflow-artifacts/artifacts/PATH`: a file from the network to the disk, never whole in memory.

use super::{ApiError, path_of};
use crate::{Context, artifacts::ArtifactPath, http::body::Line, service};
use axum::{Extension, body::Body, extract::State, http::Uri};
use std::sync::Arc;

pub(super) async fn upload(
    State(ctx): State<Arc<Context>>,
    Extension(line): Extension<Line>,
    uri: Uri,
    mut body: Body,
) -> Result<(), ApiError> {
    let (path, folder) = path_of(&uri)?;
    if folder || path.name().is_none() {
        return Err(ApiError::invalid(
            "Artifact path must include a filename (cannot end with '/').",
        ));
    }
    keep(&ctx, &line, path, &mut body).await
}

/// Writes a body to a file.
pub(super) async fn keep(
    ctx: &Context,
    line: &Line,
    path: ArtifactPath,
    body: &mut Body,
) -> Result<(), ApiError> {
    let mut draft = service::artifacts::begin(ctx, path).await?;
    while let Some(piece) = line.next(body, None).await? {
        draft.write(&piece).await?;
    }
    Ok(draft.publish().await?)
}
