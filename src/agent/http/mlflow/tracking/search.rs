//! `runs/search` and `experiments/search`.

use super::{
    message::{ExperimentMessage, RunMessage},
    token::Token,
};
use crate::{
    http::mlflow::{
        ApiError, Args, Ctx, Reply,
        json::{self, invalid_value},
    },
    service::tracking::{self, View},
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Arc};
use trimtab_core::{
    run::{Experiment, ExperimentId},
    search::Cursor,
};

/// Rows when the client does not say, and at most.
const USUAL: i64 = 1000;
const MOST: i64 = 50_000;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Search {
    #[serde(deserialize_with = "json::list")]
    #[serde(alias = "experimentIds")]
    experiment_ids: Vec<String>,
    filter: Option<String>,
    #[serde(alias = "runViewType")]
    run_view_type: Option<serde_json::Value>,
    #[serde(alias = "viewType")]
    view_type: Option<serde_json::Value>,
    #[serde(deserialize_with = "json::int")]
    #[serde(alias = "maxResults")]
    max_results: Option<i64>,
    #[serde(deserialize_with = "json::list")]
    #[serde(alias = "orderBy")]
    order_by: Vec<String>,
    #[serde(alias = "pageToken")]
    page_token: Option<String>,
}

/// `ViewType`, by name or number. One that there is not is not said, as protobuf reads it.
fn view(value: Option<&serde_json::Value>) -> View {
    let word = value.and_then(|v| v.as_str());
    let number = value.and_then(|v| v.as_i64());
    match (word, number) {
        (Some("DELETED_ONLY" | "2"), _) | (_, Some(2)) => View::Deleted,
        (Some("ALL" | "3"), _) | (_, Some(3)) => View::All,
        _ => View::Active,
    }
}

pub(super) async fn runs(State(ctx): Ctx, Args(ask): Args<Search>) -> Result<Response, ApiError> {
    let limit = ask.max_results.unwrap_or(USUAL);
    if limit > MOST || i32::try_from(limit).is_err() {
        return Err(invalid_value("max_results", &limit.into()));
    }
    let token: Token<Cursor> = Token::read(ask.page_token.as_deref())?;
    let view = view(ask.run_view_type.as_ref());
    let found = tracking::runs(
        &ctx,
        &ask.experiment_ids,
        ask.filter.as_deref().unwrap_or_default(),
        &ask.order_by,
        view,
        token.after.clone(),
        token.offset,
        rows(limit)?,
    )
    .await?;
    // Rows of one page mostly share an experiment.
    let mut experiments: HashMap<ExperimentId, Option<Arc<Experiment>>> = HashMap::new();
    for run in &found.rows {
        let known = || tracking::experiment_of(&ctx, run);
        experiments.entry(run.experiment).or_insert_with(known);
    }
    let message = |run| {
        let run: &trimtab_core::record::RunRecord = run;
        let experiment = experiments.get(&run.experiment).and_then(Option::as_deref);
        RunMessage::with_outputs(run, experiment)
    };
    #[derive(Serialize)]
    struct Runs<'a> {
        #[serde(skip_serializing_if = "json::empty")]
        runs: Vec<RunMessage<'a>>,
        #[serde(skip_serializing_if = "json::empty")]
        next_page_token: Option<String>,
    }
    let runs = Runs {
        runs: found.rows.iter().map(|r| message(&**r)).collect(),
        next_page_token: found.next.and_then(|n| token.next(found.rows.len(), n)),
    };
    Ok(Reply(runs).into_response())
}

/// How many rows are asked for.
fn rows(limit: i64) -> Result<usize, ApiError> {
    let positive = usize::try_from(limit).ok().filter(|n| *n > 0);
    positive.ok_or_else(|| {
        ApiError::invalid(format!(
            "Invalid value {limit} for parameter 'max_results' supplied. It must be a positive integer"
        ))
    })
}

pub(super) async fn experiments(
    State(ctx): Ctx,
    Args(ask): Args<Search>,
) -> Result<Response, ApiError> {
    let limit = ask.max_results.unwrap_or(USUAL);
    let many = rows(limit)?;
    if limit > MOST {
        return Err(ApiError::invalid(format!(
            "Invalid value {limit} for parameter 'max_results' supplied. It must be at most {MOST}"
        )));
    }
    let token: Token<Cursor> = Token::read(ask.page_token.as_deref())?;
    let found = tracking::experiments(
        &ctx,
        ask.filter.as_deref().unwrap_or_default(),
        &ask.order_by,
        view(ask.view_type.as_ref()),
        token.after.as_ref(),
        token.offset,
        many,
    )?;
    #[derive(Serialize)]
    struct Experiments<'a> {
        #[serde(skip_serializing_if = "json::empty")]
        experiments: Vec<ExperimentMessage<'a>>,
        #[serde(skip_serializing_if = "json::empty")]
        next_page_token: Option<String>,
    }
    let experiments = Experiments {
        experiments: found.rows.iter().map(|e| (&**e).into()).collect(),
        next_page_token: found.next.and_then(|n| token.next(found.rows.len(), n)),
    };
    Ok(Reply(experiments).into_response())
}
