//! Experiments and runs as protobuf's JSON mapping writes them.

use crate::http::mlflow::{
    inputs::{Pair, RunInputs, RunOutputs, pairs},
    json,
};
use serde::Serialize;
use trimtab_core::{
    metric::{MetricSummary, Point},
    record::{RunRecord, Shared},
    run::Experiment,
};

/// `Experiment`.
#[derive(Debug, Serialize)]
pub(super) struct ExperimentMessage<'a> {
    experiment_id: String,
    name: &'a str,
    artifact_location: &'a str,
    lifecycle_stage: &'static str,
    last_update_time: i64,
    creation_time: i64,
    #[serde(skip_serializing_if = "json::empty")]
    tags: Vec<Pair<'a>>,
    workspace: &'static str,
}

impl<'a> From<&'a Experiment> for ExperimentMessage<'a> {
    fn from(e: &'a Experiment) -> Self {
        let tags = e.tags.iter().map(|(key, value)| Pair { key, value });
        Self {
            experiment_id: e.id.0.to_string(),
            name: &e.name,
            artifact_location: &e.artifact_location,
            lifecycle_stage: stage(e.deleted),
            last_update_time: e.updated.0,
            creation_time: e.created.0,
            tags: tags.collect(),
            workspace: "default",
        }
    }
}

fn stage(deleted: bool) -> &'static str {
    if deleted { "deleted" } else { "active" }
}

/// `RunInfo`.
#[derive(Debug, Serialize)]
pub(super) struct InfoMessage<'a> {
    run_uuid: &'a str,
    experiment_id: String,
    run_name: &'a str,
    user_id: &'a str,
    status: &'static str,
    start_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<i64>,
    artifact_uri: String,
    lifecycle_stage: &'static str,
    run_id: &'a str,
}

impl<'a> InfoMessage<'a> {
    /// A run's head; its artifacts are where its experiment says.
    pub(super) fn of(run: &'a RunRecord, experiment: Option<&Experiment>) -> Self {
        Self {
            run_uuid: run.id.as_str(),
            experiment_id: run.experiment.0.to_string(),
            run_name: &run.name,
            user_id: &run.user,
            status: run.status.mlflow(),
            start_time: run.started.0,
            // A zero is no time to MLflow's server.
            end_time: run.ended.map(|t| t.0).filter(|t| *t != 0),
            artifact_uri: experiment.map_or_else(String::new, |e| e.artifact_uri(&run.id)),
            lifecycle_stage: stage(run.deleted.is_some()),
            run_id: run.id.as_str(),
        }
    }
}

/// `Metric`.
#[derive(Debug, Serialize)]
pub(super) struct MetricMessage<'a> {
    key: &'a str,
    #[serde(serialize_with = "json::number")]
    value: f64,
    timestamp: i64,
    step: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<&'a str>,
}

impl<'a> MetricMessage<'a> {
    /// A point of a metric.
    pub(super) fn of(key: &'a str, point: &Point) -> Self {
        Self {
            key,
            value: point.value,
            timestamp: point.time.0,
            step: point.step,
            run_id: None,
        }
    }

    /// The same, with its run.
    pub(super) fn in_run(mut self, run: &'a str) -> Self {
        self.run_id = Some(run);
        self
    }
}

/// `RunData`.
#[derive(Debug, Serialize)]
struct DataMessage<'a> {
    #[serde(skip_serializing_if = "json::empty")]
    metrics: Vec<MetricMessage<'a>>,
    #[serde(skip_serializing_if = "json::empty")]
    params: Vec<Pair<'a>>,
    #[serde(skip_serializing_if = "json::empty")]
    tags: Vec<Pair<'a>>,
}

/// `Run`.
#[derive(Debug, Serialize)]
pub(super) struct RunMessage<'a> {
    info: InfoMessage<'a>,
    data: DataMessage<'a>,
    inputs: RunInputs<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outputs: Option<RunOutputs<'a>>,
}

impl<'a> RunMessage<'a> {
    /// A run with its latest metrics, parameters and tags.
    pub(super) fn of(run: &'a RunRecord, experiment: Option<&Experiment>) -> Self {
        let latest = |(key, m): (&'a Shared, &'a MetricSummary)| MetricMessage::of(key, &m.latest);
        Self {
            info: InfoMessage::of(run, experiment),
            data: DataMessage {
                metrics: run.metrics.iter().map(latest).collect(),
                params: pairs(&run.params),
                tags: pairs(&run.tags),
            },
            inputs: RunInputs::of(run),
            outputs: None,
        }
    }

    /// The same with what it put out, as all but `runs/create` answer.
    pub(super) fn with_outputs(run: &'a RunRecord, experiment: Option<&Experiment>) -> Self {
        Self {
            outputs: Some(RunOutputs::of(run)),
            ..Self::of(run, experiment)
        }
    }
}
