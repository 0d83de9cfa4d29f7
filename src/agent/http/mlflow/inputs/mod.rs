//! `runs/log-inputs`, `runs/outputs`, `runs/log-model` and `experiments/search-datasets`.

mod message;

pub(super) use message::{Pair, RunInputs, RunOutputs, pairs};

use super::{
    ApiError, Args, Ctx, Empty, Reply, Router,
    json::{self, required},
};
use crate::{
    http::body::BodyLimit,
    service::{
        inputs::{self, NewDatasetUse},
        log_model,
    },
};
use axum::{Extension, extract::State, routing::post};
use serde::{Deserialize, Serialize};
use trimtab_core::links::Dataset;

/// What a data set may hold, in characters (`mlflow/utils/validation.py`, 3.17).
const NAME: usize = 500;
const DIGEST: usize = 36;
const SOURCE: usize = 65_535;
const SCHEMA: usize = 1_048_575;
const PROFILE: usize = 16_777_215;
/// What a tag of a use may hold.
const TAG_KEY: usize = 255;
const TAG_VALUE: usize = 500;
/// The body of a call with one of the largest profiles, all escaped.
const LARGEST: BodyLimit = BodyLimit(40 << 20);
/// Experiments that are summed up in one call.
const EXPERIMENTS: usize = 20;

pub(super) fn routes() -> Router {
    Router::new()
        .route(
            "/runs/log-inputs",
            post(log_inputs).layer(Extension(LARGEST)),
        )
        .route("/runs/outputs", post(log_outputs))
        .route("/runs/log-model", post(log_legacy_model))
        .route("/experiments/search-datasets", post(search_datasets))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct LogInputs {
    #[serde(alias = "runId")]
    run_id: Option<String>,
    #[serde(deserialize_with = "json::objects")]
    datasets: Vec<DatasetInput>,
    #[serde(deserialize_with = "json::objects")]
    models: Vec<Model>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DatasetInput {
    #[serde(deserialize_with = "json::objects")]
    tags: Vec<Tag>,
    dataset: Option<DatasetFields>,
}

/// `Dataset`. What is absent is empty, as in MLflow.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DatasetFields {
    #[serde(deserialize_with = "json::text")]
    name: String,
    #[serde(deserialize_with = "json::text")]
    digest: String,
    #[serde(deserialize_with = "json::text")]
    #[serde(alias = "sourceType")]
    source_type: String,
    #[serde(deserialize_with = "json::text")]
    source: String,
    schema: Option<String>,
    profile: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tag {
    #[serde(deserialize_with = "json::text")]
    key: String,
    #[serde(deserialize_with = "json::text")]
    value: String,
}

impl Tag {
    /// Keys and values.
    pub(super) fn pairs(tags: Vec<Self>) -> Vec<(String, String)> {
        tags.into_iter().map(|t| (t.key, t.value)).collect()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Model {
    #[serde(deserialize_with = "json::text")]
    #[serde(alias = "modelId")]
    model_id: String,
    #[serde(deserialize_with = "json::int")]
    step: Option<i64>,
}

impl DatasetInput {
    /// What is to be stored, if it is not too long.
    fn checked(self) -> Result<NewDatasetUse, ApiError> {
        let d = self.dataset.unwrap_or_default();
        let some = |text: &Option<String>| text.clone().unwrap_or_default();
        for (what, text, limit) in [
            ("name", &d.name, NAME),
            ("digest", &d.digest, DIGEST),
            ("source", &d.source, SOURCE),
            ("schema", &some(&d.schema), SCHEMA),
            ("profile", &some(&d.profile), PROFILE),
        ] {
            length(what, text, limit)?;
        }
        for tag in &self.tags {
            length("key", &tag.key, TAG_KEY)?;
            length("value", &tag.value, TAG_VALUE)?;
        }
        Ok(NewDatasetUse {
            dataset: Dataset {
                name: d.name,
                digest: d.digest,
                source_type: d.source_type,
                source: d.source,
                schema: d.schema,
                profile: d.profile,
            },
            tags: Tag::pairs(self.tags),
        })
    }
}

fn length(what: &str, text: &str, limit: usize) -> Result<(), ApiError> {
    if text.len() > limit && text.chars().nth(limit).is_some() {
        return Err(ApiError::invalid(format!(
            "'{what}' exceeds the maximum length of {limit} characters"
        )));
    }
    Ok(())
}

async fn log_inputs(State(ctx): Ctx, Args(ask): Args<LogInputs>) -> Result<Reply<Empty>, ApiError> {
    let run = required(ask.run_id, "run_id")?;
    let datasets: Result<Vec<_>, _> = ask
        .datasets
        .into_iter()
        .map(DatasetInput::checked)
        .collect();
    let models = ask.models.into_iter().map(|m| m.model_id).collect();
    inputs::log_inputs(&ctx, &run, datasets?, models).await?;
    Ok(Reply(Empty {}))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct LogOutputs {
    #[serde(alias = "runId")]
    run_id: Option<String>,
    models: Option<Vec<Model>>,
}

async fn log_outputs(
    State(ctx): Ctx,
    Args(ask): Args<LogOutputs>,
) -> Result<Reply<Empty>, ApiError> {
    let run = required(ask.run_id, "run_id")?;
    let models = required(ask.models, "models")?;
    let made = |m: Model| (m.model_id, m.step.unwrap_or_default());
    inputs::log_outputs(&ctx, &run, models.into_iter().map(made).collect()).await?;
    Ok(Reply(Empty {}))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct LogModel {
    #[serde(alias = "runId")]
    run_id: Option<String>,
    #[serde(alias = "modelJson")]
    model_json: Option<String>,
}

async fn log_legacy_model(
    State(ctx): Ctx,
    Args(ask): Args<LogModel>,
) -> Result<Reply<Empty>, ApiError> {
    let run = required(ask.run_id, "run_id")?;
    let model = required(ask.model_json, "model_json")?;
    log_model::log_model(&ctx, &run, &model).await?;
    Ok(Reply(Empty {}))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SearchDatasets {
    #[serde(deserialize_with = "json::list")]
    #[serde(alias = "experimentIds")]
    experiment_ids: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Summaries {
    #[serde(skip_serializing_if = "json::empty")]
    dataset_summaries: Vec<Summary>,
}

#[derive(Debug, Serialize)]
struct Summary {
    experiment_id: String,
    name: String,
    digest: String,
    #[serde(skip_serializing_if = "json::empty")]
    context: Option<String>,
}

async fn search_datasets(
    State(ctx): Ctx,
    Args(ask): Args<SearchDatasets>,
) -> Result<Reply<Summaries>, ApiError> {
    match ask.experiment_ids.len() {
        0 => Err(ApiError::invalid(
            "SearchDatasets request must specify at least one experiment_id.",
        )),
        n if n > EXPERIMENTS => Err(ApiError::invalid(format!(
            "SearchDatasets request cannot specify more than {EXPERIMENTS} experiment_ids. \
             Received {n} experiment_ids."
        ))),
        _ => {
            let found = inputs::summaries(&ctx, &ask.experiment_ids)?;
            let summary = |s: inputs::DatasetSummary| Summary {
                experiment_id: s.experiment.0.to_string(),
                name: s.name,
                digest: s.digest,
                context: s.context,
            };
            Ok(Reply(Summaries {
                dataset_summaries: found.into_iter().map(summary).collect(),
            }))
        }
    }
}
