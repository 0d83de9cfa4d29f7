//! `GET mlflow-artifacts/artifacts?path=`: what lies in a folder.

use super::{ApiError, Args, Reply, json};
use crate::{
    Context,
    artifacts::{ArtifactPath, Entry},
    service,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    path: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Answer {
    #[serde(skip_serializing_if = "json::empty")]
    files: Vec<FileInfo>,
}

/// `FileInfo` of MLflow's protobuf.
#[derive(Debug, Serialize)]
pub(in crate::http::mlflow) struct FileInfo {
    /// The path, from wherever the call counts.
    pub path: String,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// Its size in bytes; a folder and an empty file have none.
    #[serde(skip_serializing_if = "json::empty")]
    pub file_size: Option<u64>,
}

impl From<Entry> for FileInfo {
    fn from(entry: Entry) -> Self {
        Self {
            path: entry.name,
            is_dir: entry.size.is_none(),
            // As MLflow's server, which says nothing of empty files' size.
            file_size: entry.size.filter(|bytes| *bytes > 0),
        }
    }
}

pub(super) async fn list(
    State(ctx): State<Arc<Context>>,
    Args(ask): Args<Ask>,
) -> Result<Reply<Answer>, ApiError> {
    let path = ArtifactPath::parse(ask.path.as_deref().unwrap_or_default())?;
    let entries = service::artifacts::list(&ctx, path).await?;
    let files = entries.into_iter().map(FileInfo::from).collect();
    Ok(Reply(Answer { files }))
}
