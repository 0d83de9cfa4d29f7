//! What probes and starting clients ask: health, version, abilities.

use super::{Reply, Router};
use axum::{
    http::{HeaderValue, header::CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};
use serde::Serialize;

/// The version of MLflow's API that is spoken.
const VERSION: &str = "3.17.2";

pub(super) fn routes() -> Router {
    Router::new()
        .route("/health", get(async || plain("OK")))
        .route("/version", get(async || plain(VERSION)))
        .route("/api/3.0/mlflow/server-info", get(async || Reply(SERVER)))
        .route("/api/2.0/mlflow/server-info", get(async || Reply(SERVER)))
        .route(
            "/ajax-api/3.0/mlflow/server-info",
            get(async || Reply(SERVER)),
        )
}

fn plain(text: &'static str) -> impl IntoResponse {
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(CONTENT_TYPE, kind)], text)
}

/// `build_server_info_payload` of MLflow's server.
#[derive(Clone, Copy, Debug, Serialize)]
struct ServerInfo {
    /// Clients only tell `FileStore` from others.
    store_type: &'static str,
    workspaces_enabled: bool,
    trace_archival_enabled: bool,
    multipart_uploads_enabled: bool,
    multipart_downloads_enabled: bool,
    presigned_upload_run_id_supported: bool,
    presigned_upload_model_id_supported: bool,
    features_enabled: Features,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Features {
    gateway: bool,
}

const SERVER: ServerInfo = ServerInfo {
    store_type: "SqlStore",
    workspaces_enabled: false,
    trace_archival_enabled: false,
    // Artifacts lie on a local disk: one stream is as fast as it gets.
    multipart_uploads_enabled: false,
    multipart_downloads_enabled: false,
    presigned_upload_run_id_supported: false,
    presigned_upload_model_id_supported: false,
    features_enabled: Features { gateway: false },
};
