//! MLflow's REST API: one file for each noun.

mod args;
mod artifacts;
mod error;
mod genai;
mod graphql;
mod inputs;
mod json;
mod logged_models;
mod meta;
mod registry;
mod tracking;

pub(crate) use args::{Args, Empty, InPath, Reply};
pub(super) use artifacts::PARTS;
pub(crate) use error::{ApiError, ErrorCode};

use crate::Context;
use axum::{
    http::{Method, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use std::sync::Arc;

/// A router of handlers that know the agent.
type Router = axum::Router<Arc<Context>>;

/// The agent, as handlers get it.
type Ctx = axum::extract::State<Arc<Context>>;

/// What calls stand under. The last two are those of browsers, which some tools use as well.
const PREFIXES: [&str; 4] = ["/api/2.0", "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0"];

/// Every path that is answered.
pub(super) fn router(ctx: Arc<Context>) -> axum::Router {
    let calls = tracking::routes()
        .merge(artifacts::calls())
        .merge(inputs::routes())
        .merge(logged_models::routes())
        .merge(registry::routes());
    let rest = calls.clone().with_state(Arc::clone(&ctx));
    let mut router = Router::new();
    for prefix in PREFIXES {
        router = router
            .nest(&format!("{prefix}/mlflow"), calls.clone())
            .nest(&format!("{prefix}/mlflow-artifacts"), artifacts::routes());
    }
    router
        .merge(artifacts::pages())
        .merge(meta::routes())
        .merge(genai::routes())
        .merge(graphql::routes(rest))
        .fallback(unknown)
        .method_not_allowed_fallback(other_method)
        .with_state(ctx)
}

/// Some clients put a slash too many between the server's address and the call.
async fn unknown(uri: Uri) -> Response {
    if uri.path().contains("//") {
        let mut single = uri.path().to_owned();
        while single.contains("//") {
            single = single.replace("//", "/");
        }
        if let Some(query) = uri.query() {
            single = format!("{single}?{query}");
        }
        return Redirect::permanent(&single).into_response();
    }
    ApiError::new(
        ErrorCode::EndpointNotFound,
        format!("There is no call {}.", uri.path()),
    )
    .into_response()
}

async fn other_method(method: Method, uri: Uri) -> ApiError {
    ApiError::new(
        ErrorCode::BadRequest,
        format!("{} is not called with {method}.", uri.path()),
    )
    .with_status(axum::http::StatusCode::METHOD_NOT_ALLOWED)
}
