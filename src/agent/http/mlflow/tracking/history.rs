//! `metrics/…`: a metric's whole history, or a sample of it.

use super::{message::MetricMessage, runs::id_of, token::Token};
use crate::{
    http::mlflow::{
        ApiError, Args, Ctx, Reply,
        json::{self, required},
    },
    service::tracking::{self, HistoryMark, Sampling},
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use trimtab_core::{metric::Point, time::Millis};

/// Points of a run in a sample.
const SAMPLE: i64 = 2500;
/// Points of a bulk answer.
const BULK: i64 = 25_000;
/// Runs of a bulk question.
const RUNS: usize = 100;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    #[serde(alias = "runId")]
    run_id: Option<String>,
    #[serde(alias = "runUuid")]
    run_uuid: Option<String>,
    #[serde(alias = "metricKey")]
    metric_key: Option<String>,
    #[serde(deserialize_with = "json::int")]
    #[serde(alias = "maxResults")]
    max_results: Option<i64>,
    #[serde(alias = "pageToken")]
    page_token: Option<String>,
}

/// A mark as a token keeps it: step, time, the value's bits.
type Mark = (i64, i64, u64);

#[derive(Serialize)]
struct Metrics<'a> {
    #[serde(skip_serializing_if = "json::empty")]
    metrics: Vec<MetricMessage<'a>>,
    #[serde(skip_serializing_if = "json::empty")]
    next_page_token: Option<String>,
}

pub(super) async fn pages(State(ctx): Ctx, Args(ask): Args<Ask>) -> Result<Response, ApiError> {
    let id = id_of(ask.run_id, ask.run_uuid)?;
    let key = required(ask.metric_key, "metric_key")?;
    let limit = match ask.max_results {
        None => None,
        Some(limit) => Some(usize::try_from(limit).ok().filter(|n| *n > 0).ok_or_else(|| {
            ApiError::invalid(format!(
                "Invalid value {limit} for parameter 'max_results' supplied. It must be a positive integer."
            ))
        })?),
    };
    let token: Token<Mark> = Token::read(ask.page_token.as_deref())?;
    let after = token.after.map(|(step, time, bits)| {
        HistoryMark(Point {
            step,
            time: Millis(time),
            value: f64::from_bits(bits),
        })
    });
    let page = tracking::history(&ctx, &id, &key, after, token.offset, limit).await?;
    let next = page.next.and_then(|HistoryMark(p)| {
        let mark = (p.step, p.time.0, p.value.to_bits());
        token.next(page.points.len(), mark)
    });
    let metrics = Metrics {
        metrics: page
            .points
            .iter()
            .map(|p| MetricMessage::of(&key, p))
            .collect(),
        next_page_token: next,
    };
    Ok(Reply(metrics).into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct AskMany {
    #[serde(deserialize_with = "json::list")]
    #[serde(alias = "runIds")]
    run_ids: Vec<String>,
    #[serde(deserialize_with = "json::list")]
    #[serde(alias = "runId")]
    run_id: Vec<String>,
    #[serde(alias = "metricKey")]
    metric_key: Option<String>,
    #[serde(deserialize_with = "json::int")]
    #[serde(alias = "startStep")]
    start_step: Option<i64>,
    #[serde(deserialize_with = "json::int")]
    #[serde(alias = "endStep")]
    end_step: Option<i64>,
    #[serde(deserialize_with = "json::int")]
    #[serde(alias = "maxResults")]
    max_results: Option<i64>,
}

pub(super) async fn bulk_interval(
    State(ctx): Ctx,
    Args(ask): Args<AskMany>,
) -> Result<Response, ApiError> {
    const SEE: &str = "See the API docs for more information about request parameters.";
    let ids = required((!ask.run_ids.is_empty()).then_some(ask.run_ids), "run_ids")?;
    if ids.len() > RUNS {
        return Err(ApiError::invalid(format!(
            "GetMetricHistoryBulkInterval request must specify at most {RUNS} run_ids. Received {} run_ids. {SEE}",
            ids.len()
        )));
    }
    let key = required(ask.metric_key, "metric_key")?;
    let limit = ask.max_results.unwrap_or(SAMPLE);
    if !(1..=SAMPLE).contains(&limit) {
        return Err(ApiError::invalid(format!(
            "max_results must be between 1 and {SAMPLE}. {SEE}"
        )));
    }
    let steps = match (ask.start_step, ask.end_step) {
        (Some(from), Some(to)) if from > to => {
            return Err(ApiError::invalid(format!(
                "end_step must be greater than start_step. Found start_step={from} and end_step={to}."
            )));
        }
        (Some(from), Some(to)) => Some((from, to)),
        (None, None) => None,
        _ => {
            return Err(ApiError::invalid(
                "If either start step or end step are specified, both must be specified.",
            ));
        }
    };
    let sampling = Sampling {
        steps,
        points: usize::try_from(limit).unwrap_or_default(),
    };
    let mut curves = Vec::with_capacity(ids.len());
    for id in &ids {
        curves.push((id, tracking::sampled(&ctx, id, &key, sampling).await?));
    }
    let metrics = Metrics {
        metrics: messages(&key, &curves),
        next_page_token: None,
    };
    Ok(Reply(metrics).into_response())
}

pub(super) async fn bulk(State(ctx): Ctx, Args(ask): Args<AskMany>) -> Result<Response, ApiError> {
    let mut ids = ask.run_id;
    if ids.is_empty() {
        return Err(ApiError::invalid(
            "GetMetricHistoryBulk request must specify at least one run_id.",
        ));
    }
    if ids.len() > RUNS {
        return Err(ApiError::invalid(format!(
            "GetMetricHistoryBulk request cannot specify more than {RUNS} run_ids. Received {} run_ids.",
            ids.len()
        )));
    }
    let key = ask.metric_key.ok_or_else(|| {
        ApiError::invalid("GetMetricHistoryBulk request must specify a metric_key.")
    })?;
    let most = ask.max_results.unwrap_or(BULK).clamp(0, BULK);
    let most = usize::try_from(most).unwrap_or_default();
    ids.sort();
    let mut curves = Vec::new();
    let mut left = most;
    for id in &ids {
        if left == 0 {
            break;
        }
        let page = tracking::history(&ctx, id, &key, None, 0, Some(left)).await?;
        left -= page.points.len();
        curves.push((id, page.points));
    }
    /// Its metrics are said even when there are none, as MLflow's server says it here.
    #[derive(Serialize)]
    struct Bulk<'a> {
        metrics: Vec<MetricMessage<'a>>,
    }
    let metrics = messages(&key, &curves);
    Ok(Reply(Bulk { metrics }).into_response())
}

fn messages<'a>(key: &'a str, curves: &'a [(&'a String, Vec<Point>)]) -> Vec<MetricMessage<'a>> {
    let points = curves
        .iter()
        .flat_map(|(id, points)| points.iter().map(move |p| (*id, p)));
    points
        .map(|(id, point)| MetricMessage::of(key, point).in_run(id))
        .collect()
}
