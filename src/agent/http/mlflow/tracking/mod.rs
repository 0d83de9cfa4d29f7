//! Tracking: experiments, runs, what they log, and searches.

mod checks;
mod experiments;
mod history;
mod log;
mod message;
mod runs;
mod search;
pub(super) mod token;

use super::Router;
use axum::routing::{get, post};

/// The calls below `/api/2.0/mlflow`.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/experiments/create", post(experiments::create))
        .route("/experiments/get", get(experiments::get))
        .route("/experiments/get-by-name", get(experiments::get_by_name))
        .route("/experiments/delete", post(experiments::delete))
        .route("/experiments/restore", post(experiments::restore))
        .route("/experiments/update", post(experiments::update))
        .route(
            "/experiments/set-experiment-tag",
            post(experiments::set_tag),
        )
        .route(
            "/experiments/delete-experiment-tag",
            post(experiments::delete_tag),
        )
        .route(
            "/experiments/search",
            post(search::experiments).get(search::experiments),
        )
        .route("/runs/create", post(runs::create))
        .route("/runs/update", post(runs::update))
        .route("/runs/delete", post(runs::delete))
        .route("/runs/restore", post(runs::restore))
        .route("/runs/get", get(runs::get))
        .route("/runs/delete-tag", post(runs::delete_tag))
        .route("/runs/search", post(search::runs))
        .route("/runs/log-metric", post(log::metric))
        .route("/runs/log-parameter", post(log::parameter))
        .route("/runs/set-tag", post(log::tag))
        .route("/runs/log-batch", post(log::batch))
        .route("/metrics/get-history", get(history::pages))
        .route("/metrics/get-history-bulk", get(history::bulk))
        .route(
            "/metrics/get-history-bulk-interval",
            get(history::bulk_interval),
        )
}
