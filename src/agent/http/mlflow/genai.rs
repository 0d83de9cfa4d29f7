//! Calls that are not offered: traces and the rest of GenAI. 501 in MLflow's shape, which its
//! clients take as "off" and do not repeat.

use super::{ApiError, ErrorCode, PREFIXES, Router};
use axum::{http::Uri, routing::any};

/// The first words of the paths, under each of MLflow's prefixes.
const NOUNS: [&str; 14] = [
    "traces",
    "unified-traces",
    "get-online-trace-details",
    "assessments",
    "datasets",
    "demo",
    "gateway",
    "issues",
    "label-schemas",
    "prompt-optimization",
    "review-queues",
    "scorer",
    "scorers",
    "workspaces",
];

pub(super) fn routes() -> Router {
    let mut router = Router::new()
        .route("/v1/traces", any(off))
        .route("/ajax-api/2.0/mlflow/runs/create-promptlab-run", any(off));
    for noun in NOUNS {
        for prefix in PREFIXES {
            let path = format!("{prefix}/mlflow/{noun}");
            router = router
                .route(&path, any(off))
                .route(&format!("{path}/{{*rest}}"), any(off));
        }
    }
    router
}

async fn off(uri: Uri) -> ApiError {
    ApiError::new(
        ErrorCode::NotImplemented,
        format!(
            "This server keeps experiments, runs, models and artifacts; it does not offer {}.",
            uri.path()
        ),
    )
}
