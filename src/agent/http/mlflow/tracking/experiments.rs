//! `experiments/…`, but for searches.

use super::{checks, message::ExperimentMessage};
use crate::{
    http::{
        caller::Caller,
        mlflow::{
            ApiError, Args, Ctx, Empty, ErrorCode, Reply,
            json::{self, required},
        },
    },
    service::tracking::{self, ExperimentEdit},
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};
use trimtab_core::{location, run::Experiment};

/// Characters of an experiment's name, and of a tag's key and value.
const NAME: usize = 500;
const TAG_KEY: usize = 250;
const TAG_VALUE: usize = 20_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tag {
    pub key: Option<String>,
    pub value: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Create {
    name: Option<String>,
    #[serde(alias = "artifactLocation")]
    artifact_location: Option<String>,
    #[serde(deserialize_with = "json::objects")]
    tags: Vec<Tag>,
}

#[derive(Serialize)]
pub(super) struct Created {
    experiment_id: String,
}

pub(super) async fn create(
    State(ctx): Ctx,
    Args(ask): Args<Create>,
) -> Result<Reply<Created>, ApiError> {
    let name = required(ask.name, "name")?;
    checks::length(&name, NAME, "name")?;
    let location = ask.artifact_location.filter(|l| !l.is_empty());
    if let Some(location) = &location {
        location::check(location).map_err(|bad| ApiError::invalid(bad.to_string()))?;
    }
    // A path that does not begin at the root begins where the agent was started, as with MLflow's server.
    let location = location.map(|said| match std::env::current_dir() {
        Ok(here) => location::resolve(&said, &here),
        Err(_) => said,
    });
    let mut tags = BTreeMap::new();
    for tag in ask.tags {
        let (key, value) = (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
        check_tag(&key, &value)?;
        if tags.insert(key.clone(), value).is_some() {
            return Err(exists(format!(
                "The experiment {name} has two tags {key}: a key can be there once."
            )));
        }
    }
    let made = tracking::create_experiment(&ctx, name.clone(), location, tags).await?;
    let id = made.ok_or_else(|| exists(format!("Experiment(name={name}) already exists.")))?;
    Ok(Reply(Created {
        experiment_id: id.0.to_string(),
    }))
}

fn exists(message: String) -> ApiError {
    ApiError::new(ErrorCode::ResourceAlreadyExists, message)
}

fn check_tag(key: &str, value: &str) -> Result<(), ApiError> {
    checks::key(key, "key", "key")?;
    checks::length(key, TAG_KEY, "key")?;
    checks::length(value, TAG_VALUE, "value")
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    #[serde(alias = "experimentId")]
    experiment_id: Option<String>,
    #[serde(alias = "experimentName")]
    experiment_name: Option<String>,
    #[serde(alias = "newName")]
    new_name: Option<String>,
    key: Option<String>,
    value: Option<String>,
}

pub(super) async fn get(State(ctx): Ctx, Args(ask): Args<Named>) -> Result<Answer, ApiError> {
    let id = required(ask.experiment_id, "experiment_id")?;
    Ok(Answer(tracking::experiment(&ctx, &id)?))
}

pub(super) async fn get_by_name(
    State(ctx): Ctx,
    Args(ask): Args<Named>,
) -> Result<Answer, ApiError> {
    let name = required(ask.experiment_name, "experiment_name")?;
    tracking::experiment_named(&ctx, &name)
        .map(Answer)
        .ok_or_else(|| ApiError::missing(format!("Could not find experiment with name '{name}'")))
}

/// An answer with one experiment.
pub(super) struct Answer(Arc<Experiment>);

impl axum::response::IntoResponse for Answer {
    fn into_response(self) -> axum::response::Response {
        #[derive(Serialize)]
        struct Message<'a> {
            experiment: ExperimentMessage<'a>,
        }
        let experiment = ExperimentMessage::from(&*self.0);
        Reply(Message { experiment }).into_response()
    }
}

pub(super) async fn delete(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Named>,
) -> Result<Reply<Empty>, ApiError> {
    let id = required(ask.experiment_id, "experiment_id")?;
    tracking::set_experiment_deleted(&ctx, &caller.0, &id, true).await?;
    Ok(Reply(Empty {}))
}

pub(super) async fn restore(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Named>,
) -> Result<Reply<Empty>, ApiError> {
    let id = required(ask.experiment_id, "experiment_id")?;
    tracking::set_experiment_deleted(&ctx, &caller.0, &id, false).await?;
    Ok(Reply(Empty {}))
}

pub(super) async fn update(
    State(ctx): Ctx,
    Args(ask): Args<Named>,
) -> Result<Reply<Empty>, ApiError> {
    let id = required(ask.experiment_id, "experiment_id")?;
    let name = required(ask.new_name, "new_name")?;
    checks::length(&name, NAME, "name")?;
    let rename = ExperimentEdit::Rename(name.clone());
    let done = tracking::edit_experiment(&ctx, &id, rename).await?;
    done.ok_or_else(|| exists(format!("Experiment(name={name}) already exists.")))?;
    Ok(Reply(Empty {}))
}

pub(super) async fn set_tag(
    State(ctx): Ctx,
    Args(ask): Args<Named>,
) -> Result<Reply<Empty>, ApiError> {
    let id = required(ask.experiment_id, "experiment_id")?;
    let key = required(ask.key, "key")?;
    let value = ask.value.unwrap_or_default();
    check_tag(&key, &value)?;
    tracking::edit_experiment(&ctx, &id, ExperimentEdit::SetTag(key, value)).await?;
    Ok(Reply(Empty {}))
}

pub(super) async fn delete_tag(
    State(ctx): Ctx,
    Args(ask): Args<Named>,
) -> Result<Reply<Empty>, ApiError> {
    let id = required(ask.experiment_id, "experiment_id")?;
    let key = required(ask.key, "key")?;
    tracking::delete_experiment_tag(&ctx, &id, &key).await?;
    Ok(Reply(Empty {}))
}
