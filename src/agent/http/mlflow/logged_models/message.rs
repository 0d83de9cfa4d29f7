//! Logged models as protobuf's JSON mapping writes them.

use crate::{
    http::mlflow::{
        inputs::{Pair, pairs},
        json,
    },
    service::logged_models::FoundModel,
};
use serde::Serialize;
use trimtab_core::{logged_model::ModelSeries, metric::Point};

/// `LoggedModel`.
#[derive(Debug, Serialize)]
pub(super) struct ModelMessage<'a> {
    info: Info<'a>,
    data: Data<'a>,
}

#[derive(Debug, Serialize)]
struct Info<'a> {
    model_id: &'a str,
    experiment_id: String,
    name: &'a str,
    creation_timestamp_ms: i64,
    last_updated_timestamp_ms: i64,
    artifact_uri: &'a str,
    status: &'static str,
    model_type: &'a str,
    source_run_id: &'a str,
    #[serde(skip_serializing_if = "json::empty")]
    tags: Vec<Pair<'a>>,
}

#[derive(Debug, Serialize)]
struct Data<'a> {
    #[serde(skip_serializing_if = "json::empty")]
    params: Vec<Pair<'a>>,
    #[serde(skip_serializing_if = "json::empty")]
    metrics: Vec<Metric<'a>>,
}

#[derive(Debug, Serialize)]
struct Metric<'a> {
    key: &'a str,
    #[serde(serialize_with = "json::number")]
    value: f64,
    timestamp: i64,
    step: i64,
    #[serde(skip_serializing_if = "json::empty")]
    dataset_name: Option<&'a str>,
    #[serde(skip_serializing_if = "json::empty")]
    dataset_digest: Option<&'a str>,
    model_id: &'a str,
    run_id: &'a str,
}

impl<'a> From<&'a FoundModel> for ModelMessage<'a> {
    fn from(found: &'a FoundModel) -> Self {
        let m = &found.model;
        let metric = |(series, point): (&'a ModelSeries, Point)| {
            let dataset = series.dataset.as_deref();
            Metric {
                key: &series.key,
                value: point.value,
                timestamp: point.time.0,
                step: point.step,
                dataset_name: dataset.map(|d| &*d.name),
                dataset_digest: dataset.map(|d| &*d.digest),
                model_id: m.id.as_str(),
                run_id: series.run.as_str(),
            }
        };
        Self {
            info: Info {
                model_id: m.id.as_str(),
                experiment_id: m.experiment.0.to_string(),
                name: &m.name,
                creation_timestamp_ms: m.created.0,
                last_updated_timestamp_ms: m.updated.0,
                artifact_uri: &found.artifact_uri,
                status: m.status.mlflow(),
                model_type: &m.kind,
                source_run_id: &m.source_run,
                tags: pairs(&m.tags),
            },
            data: Data {
                params: pairs(&m.params),
                metrics: found.metrics.rows().into_iter().map(metric).collect(),
            },
        }
    }
}
