//! The model registry's calls, one file for each noun.

mod aliases;
mod entities;
mod models;
mod stages;
mod versions;
mod webhooks;

use super::{ApiError, ErrorCode, Router};
use crate::service::registry::Refusal;
use serde::Deserialize;

/// What is called below `/api/2.0/mlflow` and `/api/3.0/mlflow`.
pub(super) fn routes() -> Router {
    Router::new()
        .merge(models::routes())
        .merge(versions::routes())
        .merge(aliases::routes())
        .merge(stages::routes())
        .merge(webhooks::routes())
}

/// A tag as a client says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Tag {
    key: Option<String>,
    value: Option<String>,
}

/// Tags as pairs.
fn pairs(tags: Vec<Tag>) -> Vec<(String, String)> {
    let pair = |t: Tag| (t.key.unwrap_or_default(), t.value.unwrap_or_default());
    tags.into_iter().map(pair).collect()
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Taken(message) => Self::new(ErrorCode::ResourceAlreadyExists, message),
            Refusal::Failed(failure) => failure.into(),
        }
    }
}
