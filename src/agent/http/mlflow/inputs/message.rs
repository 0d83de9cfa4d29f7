//! What a run read and made, as protobuf's JSON mapping writes it: `RunInputs` and `RunOutputs`.

use crate::http::mlflow::json;
use serde::Serialize;
use trimtab_core::{
    links::DatasetUse,
    record::{RunRecord, Shared, Sorted},
};

/// `RunInputs`; written as `{}` when there are none.
#[derive(Debug, Serialize)]
pub(in crate::http::mlflow) struct RunInputs<'a> {
    #[serde(skip_serializing_if = "json::empty")]
    dataset_inputs: Vec<DatasetInput<'a>>,
    #[serde(skip_serializing_if = "json::empty")]
    model_inputs: Vec<ModelInput<'a>>,
}

/// `RunOutputs`; written as `{}` when there are none.
#[derive(Debug, Serialize)]
pub(in crate::http::mlflow) struct RunOutputs<'a> {
    #[serde(skip_serializing_if = "json::empty")]
    model_outputs: Vec<ModelOutput<'a>>,
}

#[derive(Debug, Serialize)]
struct DatasetInput<'a> {
    #[serde(skip_serializing_if = "json::empty")]
    tags: Vec<Pair<'a>>,
    dataset: Dataset<'a>,
}

#[derive(Debug, Serialize)]
struct Dataset<'a> {
    name: &'a str,
    digest: &'a str,
    source_type: &'a str,
    source: &'a str,
    #[serde(skip_serializing_if = "json::empty")]
    schema: Option<&'a str>,
    #[serde(skip_serializing_if = "json::empty")]
    profile: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct ModelInput<'a> {
    model_id: &'a str,
}

#[derive(Debug, Serialize)]
struct ModelOutput<'a> {
    model_id: &'a str,
    step: i64,
}

/// A key and its value: a tag or a parameter.
#[derive(Debug, Serialize)]
pub(in crate::http::mlflow) struct Pair<'a> {
    pub key: &'a str,
    pub value: &'a str,
}

/// Keys and values, by key.
pub(in crate::http::mlflow) fn pairs(facts: &Sorted<Shared>) -> Vec<Pair<'_>> {
    let pair = |(key, value)| Pair { key, value };
    facts.iter().map(|(k, v)| (&**k, &**v)).map(pair).collect()
}

impl<'a> RunInputs<'a> {
    /// What a run read. Costs no more than writing it.
    pub(in crate::http::mlflow) fn of(run: &'a RunRecord) -> Self {
        let links = run.links();
        let model = |id: &'a Shared| ModelInput { model_id: id };
        Self {
            dataset_inputs: links.datasets.iter().map(DatasetInput::of).collect(),
            model_inputs: links.inputs.iter().map(model).collect(),
        }
    }
}

impl<'a> RunOutputs<'a> {
    /// What a run made. Costs no more than writing it.
    pub(in crate::http::mlflow) fn of(run: &'a RunRecord) -> Self {
        let model = |(id, step): &'a (Shared, i64)| ModelOutput {
            model_id: id,
            step: *step,
        };
        Self {
            model_outputs: run.links().outputs.iter().map(model).collect(),
        }
    }
}

impl<'a> DatasetInput<'a> {
    fn of(used: &'a DatasetUse) -> Self {
        let d = &used.dataset;
        Self {
            tags: pairs(&used.tags),
            dataset: Dataset {
                name: &d.name,
                digest: &d.digest,
                source_type: &d.source_type,
                source: &d.source,
                schema: d.schema.as_deref(),
                profile: d.profile.as_deref(),
            },
        }
    }
}
