//! Models and versions as MLflow writes them.

use crate::{
    Context,
    http::mlflow::json,
    service::registry::{Found, shown_source},
};
use serde::Serialize;
use std::collections::BTreeMap;
use trimtab_core::registry::{Model, ModelVersion};

#[derive(Serialize)]
pub(super) struct TagOut<'a> {
    key: &'a str,
    value: &'a str,
}

pub(super) fn tags(of: &BTreeMap<String, String>) -> Vec<TagOut<'_>> {
    of.iter()
        .map(|(key, value)| TagOut { key, value })
        .collect()
}

#[derive(Serialize)]
struct AliasOut<'a> {
    alias: &'a str,
    version: String,
}

/// A registered model.
#[derive(Serialize)]
pub(super) struct ModelOut<'a> {
    name: &'a str,
    creation_timestamp: i64,
    last_updated_timestamp: i64,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "json::empty")]
    latest_versions: Vec<VersionOut<'a>>,
    #[serde(skip_serializing_if = "json::empty")]
    tags: Vec<TagOut<'a>>,
    #[serde(skip_serializing_if = "json::empty")]
    aliases: Vec<AliasOut<'a>>,
}

impl<'a> ModelOut<'a> {
    pub(super) fn of(ctx: &Context, model: &'a Model) -> Self {
        Self::with(ctx, model, model.latest())
    }

    /// As searches answer it: stages by their names.
    pub(super) fn found(ctx: &Context, model: &'a Model) -> Self {
        let mut latest = model.latest();
        latest.sort_by_key(|v| v.stage.word());
        Self::with(ctx, model, latest)
    }

    fn with(ctx: &Context, model: &'a Model, latest: Vec<&'a ModelVersion>) -> Self {
        let latest = latest.into_iter();
        let aliases = model.aliases.iter();
        Self {
            name: &model.name,
            creation_timestamp: model.created.0,
            last_updated_timestamp: model.updated.0,
            description: &model.description,
            latest_versions: latest.map(|v| VersionOut::of(ctx, v)).collect(),
            tags: tags(&model.tags),
            aliases: aliases
                .map(|(alias, version)| AliasOut {
                    alias,
                    version: version.0.to_string(),
                })
                .collect(),
        }
    }
}

/// A version.
#[derive(Serialize)]
pub(super) struct VersionOut<'a> {
    name: &'a str,
    version: String,
    creation_timestamp: i64,
    last_updated_timestamp: i64,
    current_stage: &'static str,
    #[serde(skip_serializing_if = "json::empty")]
    description: Option<&'a str>,
    source: String,
    run_id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "json::empty")]
    tags: Vec<TagOut<'a>>,
    run_link: &'a str,
    #[serde(skip_serializing_if = "json::empty")]
    aliases: Vec<&'a str>,
}

impl<'a> VersionOut<'a> {
    /// Without its aliases, as MLflow shows versions in lists.
    pub(super) fn of(ctx: &Context, v: &'a ModelVersion) -> Self {
        Self {
            name: &v.model,
            version: v.version.0.to_string(),
            creation_timestamp: v.created.0,
            last_updated_timestamp: v.updated.0,
            current_stage: v.stage.word(),
            description: v.description.as_deref(),
            source: shown_source(ctx, v),
            run_id: v.run_id(),
            // A version is there with all its facts or not at all.
            status: "READY",
            tags: tags(&v.tags),
            run_link: v.run_link.as_deref().unwrap_or_default(),
            aliases: Vec::new(),
        }
    }

    /// With its aliases.
    pub(super) fn found(ctx: &Context, found: &'a Found) -> Self {
        Self {
            aliases: found.model.aliases_of(found.entry().version).collect(),
            ..Self::of(ctx, found.entry())
        }
    }
}

/// The answer with one version.
#[derive(Serialize)]
pub(super) struct OneVersion<'a> {
    model_version: VersionOut<'a>,
}

impl<'a> OneVersion<'a> {
    pub(super) fn of(ctx: &Context, found: &'a Found) -> Self {
        Self {
            model_version: VersionOut::found(ctx, found),
        }
    }
}

/// The answer with one model.
#[derive(Serialize)]
pub(super) struct OneModel<'a> {
    registered_model: ModelOut<'a>,
}

impl<'a> OneModel<'a> {
    pub(super) fn of(ctx: &Context, model: &'a Model) -> Self {
        Self {
            registered_model: ModelOut::of(ctx, model),
        }
    }
}
