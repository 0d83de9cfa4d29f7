//! Logging: one metric, parameter or tag, or a batch of them.

use super::{checks, experiments::Tag, runs::id_of};
use crate::{
    Context,
    http::mlflow::{
        ApiError, Args, Ctx, Empty, Reply,
        json::{self, required},
    },
    service::{
        logged_models::Measured,
        tracking::{self, Batch},
    },
};
use axum::extract::State;
use serde::Deserialize;
use std::fmt::Display;
use trimtab_core::{
    logged_model::DatasetName,
    metric::{MetricEntry, Point},
    time::Millis,
};

/// How much a batch may hold.
const METRICS: usize = 1000;
const FACTS: usize = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metric {
    key: Option<String>,
    #[serde(deserialize_with = "json::double")]
    value: Option<f64>,
    #[serde(deserialize_with = "json::int")]
    timestamp: Option<i64>,
    #[serde(deserialize_with = "json::int")]
    step: Option<i64>,
    #[serde(alias = "modelId")]
    model_id: Option<String>,
    #[serde(alias = "datasetName")]
    dataset_name: Option<String>,
    #[serde(alias = "datasetDigest")]
    dataset_digest: Option<String>,
}

impl Metric {
    /// Adds the value to a batch, and to what is said of a logged model when it is of one.
    fn add_to(mut self, batch: &mut Batch, at: &Path) -> Result<(), ApiError> {
        let mut some = |text: fn(&mut Self) -> &mut Option<String>| {
            text(&mut self).take().filter(|t| !t.is_empty())
        };
        let model = some(|m| &mut m.model_id);
        let name = some(|m| &mut m.dataset_name);
        let dataset = match (name, some(|m| &mut m.dataset_digest)) {
            (None, None) => None,
            (Some(name), Some(digest)) => Some(DatasetName { name, digest }),
            _ => {
                return Err(ApiError::invalid(
                    "Both dataset_name and dataset_digest must be provided if one is provided",
                ));
            }
        };
        let metric = self.entry(at)?;
        if let Some(model) = model {
            batch.measured.push(Measured {
                model,
                metric: metric.clone(),
                dataset,
            });
        }
        batch.metrics.push(metric);
        Ok(())
    }

    /// The value to be stored. MLflow's store knows no infinities.
    fn entry(self, at: &Path) -> Result<MetricEntry, ApiError> {
        let key = required(self.key, at.field("key"))?;
        let value = required(self.value, at.field("value"))?;
        let time = required(self.timestamp, at.field("timestamp"))?;
        checks::key(&key, at.field("name"), "Metric name")?;
        checks::timestamp(time, &key, value, at.field("timestamp"))?;
        Ok(MetricEntry {
            key,
            point: Point {
                step: self.step.unwrap_or_default(),
                time: Millis(time),
                value: match value.is_infinite() {
                    true => f64::MAX.copysign(value),
                    false => value,
                },
            },
        })
    }
}

/// Where a field stands in a request: `key`, or `metrics[3].key`.
struct Path(Option<(&'static str, usize)>);

impl Path {
    fn field(&self, name: &'static str) -> impl Display {
        let list = self.0;
        std::fmt::from_fn(move |f| match list {
            Some((list, at)) => write!(f, "{list}[{at}].{name}"),
            None => f.write_str(name),
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LogMetric {
    #[serde(alias = "runId")]
    run_id: Option<String>,
    #[serde(alias = "runUuid")]
    run_uuid: Option<String>,
    // Not flattened: an error would name the whole request.
    key: Option<String>,
    #[serde(deserialize_with = "json::double")]
    value: Option<f64>,
    #[serde(deserialize_with = "json::int")]
    timestamp: Option<i64>,
    #[serde(deserialize_with = "json::int")]
    step: Option<i64>,
    #[serde(alias = "modelId")]
    model_id: Option<String>,
    #[serde(alias = "datasetName")]
    dataset_name: Option<String>,
    #[serde(alias = "datasetDigest")]
    dataset_digest: Option<String>,
}

pub(super) async fn metric(
    State(ctx): Ctx,
    Args(ask): Args<LogMetric>,
) -> Result<Reply<Empty>, ApiError> {
    let id = id_of(ask.run_id, ask.run_uuid)?;
    let metric = Metric {
        key: ask.key,
        value: ask.value,
        timestamp: ask.timestamp,
        step: ask.step,
        model_id: ask.model_id,
        dataset_name: ask.dataset_name,
        dataset_digest: ask.dataset_digest,
    };
    let mut batch = Batch::default();
    metric.add_to(&mut batch, &Path(None))?;
    log(&ctx, &id, batch).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LogFact {
    #[serde(alias = "runId")]
    run_id: Option<String>,
    #[serde(alias = "runUuid")]
    run_uuid: Option<String>,
    key: Option<String>,
    value: Option<String>,
}

pub(super) async fn parameter(
    State(ctx): Ctx,
    Args(ask): Args<LogFact>,
) -> Result<Reply<Empty>, ApiError> {
    let id = id_of(ask.run_id, ask.run_uuid)?;
    let key = required(ask.key, "key")?;
    let params = vec![param(key, ask.value, &Path(None))?];
    log(
        &ctx,
        &id,
        Batch {
            params,
            ..Batch::default()
        },
    )
    .await
}

pub(super) async fn tag(
    State(ctx): Ctx,
    Args(ask): Args<LogFact>,
) -> Result<Reply<Empty>, ApiError> {
    let id = id_of(ask.run_id, ask.run_uuid)?;
    let key = required(ask.key, "key")?;
    let tags = vec![run_tag(key, ask.value, &Path(None))?];
    log(
        &ctx,
        &id,
        Batch {
            tags,
            ..Batch::default()
        },
    )
    .await
}

fn param(key: String, value: Option<String>, at: &Path) -> Result<(String, String), ApiError> {
    checks::key(&key, at.field("key"), "Param key")?;
    Ok((key, checks::param_value(value.unwrap_or_default())))
}

fn run_tag(key: String, value: Option<String>, at: &Path) -> Result<(String, String), ApiError> {
    checks::key(&key, at.field("key"), at.field("key"))?;
    Ok((key, checks::tag_value(value.unwrap_or_default())))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LogBatch {
    #[serde(alias = "runId")]
    run_id: Option<String>,
    #[serde(alias = "runUuid")]
    run_uuid: Option<String>,
    #[serde(deserialize_with = "json::objects")]
    metrics: Vec<Metric>,
    #[serde(deserialize_with = "json::objects")]
    params: Vec<Tag>,
    #[serde(deserialize_with = "json::objects")]
    tags: Vec<Tag>,
}

pub(super) async fn batch(
    State(ctx): Ctx,
    Args(ask): Args<LogBatch>,
) -> Result<Reply<Empty>, ApiError> {
    let id = id_of(ask.run_id, ask.run_uuid)?;
    checks::run_id(&id)?;
    let counts = (ask.metrics.len(), ask.params.len(), ask.tags.len());
    let mut batch = Batch::default();
    for (i, metric) in ask.metrics.into_iter().enumerate() {
        metric.add_to(&mut batch, &Path(Some(("metrics", i))))?;
    }
    for (i, fact) in ask.params.into_iter().enumerate() {
        let at = Path(Some(("params", i)));
        let key = required(fact.key, at.field("key"))?;
        batch.params.push(param(key, fact.value, &at)?);
    }
    for (i, fact) in ask.tags.into_iter().enumerate() {
        let at = Path(Some(("tags", i)));
        let key = required(fact.key, at.field("key"))?;
        batch.tags.push(run_tag(key, fact.value, &at)?);
    }
    small_enough(counts)?;
    once_each(&batch.params)?;
    log(&ctx, &id, batch).await
}

fn small_enough((metrics, params, tags): (usize, usize, usize)) -> Result<(), ApiError> {
    for (what, limit, count) in [
        ("metrics", METRICS, metrics),
        ("params", FACTS, params),
        ("tags", FACTS, tags),
        (
            "metrics, params, and tags",
            METRICS,
            metrics + params + tags,
        ),
    ] {
        if count > limit {
            return Err(ApiError::invalid(format!(
                "A batch logging request can contain at most {limit} {what}. Got {count} {what}. \
                 Please split up {what} across multiple requests and try again."
            )));
        }
    }
    Ok(())
}

fn once_each(params: &[(String, String)]) -> Result<(), ApiError> {
    let again = |(i, (key, _)): (usize, &(String, String))| {
        let twice = params[..i].iter().any(|(earlier, _)| earlier == key);
        twice.then(|| format!("'{key}'"))
    };
    let twice: Vec<String> = params.iter().enumerate().filter_map(again).collect();
    if twice.is_empty() {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "Duplicate parameter keys have been submitted: [{}]. Please ensure the request contains \
         only one param value per param key.",
        twice.join(", ")
    )))
}

async fn log(ctx: &Context, id: &str, batch: Batch) -> Result<Reply<Empty>, ApiError> {
    tracking::log(ctx, id, batch).await?;
    Ok(Reply(Empty {}))
}
