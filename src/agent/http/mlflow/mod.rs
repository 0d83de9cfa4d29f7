//! MLflow's REST API: one file for each noun.

#![allow(dead_code, unused_imports, reason = "the handlers are being written")]

mod args;
mod artifacts;
mod error;
mod genai;
mod inputs;
mod json;
mod logged_models;
mod meta;
mod tracking;

pub(crate) use args::{Args, Empty, Reply};
pub(crate) use error::{ApiError, ErrorCode};

use crate::Context;
use axum::http::{Method, Uri};
use std::sync::Arc;

/// A router of handlers that know the agent.
type Router = axum::Router<Arc<Context>>;

/// Every path that is answered.
pub(super) fn router(ctx: Arc<Context>) -> axum::Router {
    // One handler for each call, under both versions of the prefix.
    let calls = tracking::routes()
        .merge(inputs::routes())
        .merge(logged_models::routes());
    Router::new()
        .nest("/api/2.0/mlflow", calls.clone())
        .nest("/api/3.0/mlflow", calls)
        .nest("/api/2.0/mlflow-artifacts", artifacts::routes())
        .nest("/api/3.0/mlflow-artifacts", artifacts::routes())
        .merge(meta::routes())
        .merge(genai::routes())
        .fallback(unknown)
        .method_not_allowed_fallback(other_method)
        .with_state(ctx)
}

async fn unknown(uri: Uri) -> ApiError {
    ApiError::new(
        ErrorCode::EndpointNotFound,
        format!("There is no call {}.", uri.path()),
    )
}

async fn other_method(method: Method, uri: Uri) -> ApiError {
    ApiError::new(
        ErrorCode::BadRequest,
        format!("{} is not called with {method}.", uri.path()),
    )
    .with_status(axum::http::StatusCode::METHOD_NOT_ALLOWED)
}
