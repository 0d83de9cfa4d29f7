//! `runs/…`: opened, changed, read, deleted.

use super::{
    experiments::Tag,
    message::{InfoMessage, RunMessage},
};
use crate::{
    http::{
        caller::Caller,
        mlflow::{
            ApiError, Args, Ctx, Empty, Reply,
            json::{self, invalid_value, required},
        },
    },
    service::tracking::{self, NewTrackedRun},
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use trimtab_core::{record::RunRecord, run::RunStatus, time::Millis};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Create {
    #[serde(alias = "experimentId")]
    experiment_id: Option<String>,
    #[serde(alias = "userId")]
    user_id: Option<String>,
    #[serde(alias = "runName")]
    run_name: Option<String>,
    #[serde(deserialize_with = "json::int")]
    #[serde(alias = "startTime")]
    start_time: Option<i64>,
    #[serde(deserialize_with = "json::objects")]
    tags: Vec<Tag>,
}

/// An answer with one run.
#[derive(Serialize)]
struct WithRun<'a> {
    run: RunMessage<'a>,
}

pub(super) async fn create(State(ctx): Ctx, Args(ask): Args<Create>) -> Result<Response, ApiError> {
    let tag = |t: Tag| (t.key.unwrap_or_default(), t.value.unwrap_or_default());
    let run = tracking::create_run(
        &ctx,
        NewTrackedRun {
            experiment: ask.experiment_id.unwrap_or_default(),
            user: ask.user_id.unwrap_or_default(),
            name: ask.run_name.unwrap_or_default(),
            started: Millis(ask.start_time.unwrap_or_default()),
            tags: ask.tags.into_iter().map(tag).collect(),
        },
    )
    .await?;
    let experiment = tracking::experiment_of(&ctx, &run);
    let run = RunMessage::of(&run, experiment.as_deref());
    Ok(Reply(WithRun { run }).into_response())
}

/// The fields of the calls about one run.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Of {
    #[serde(alias = "runId")]
    run_id: Option<String>,
    #[serde(alias = "runUuid")]
    run_uuid: Option<String>,
    status: Option<Value>,
    #[serde(deserialize_with = "json::int")]
    #[serde(alias = "endTime")]
    end_time: Option<i64>,
    #[serde(alias = "runName")]
    run_name: Option<String>,
    key: Option<String>,
}

/// A run's id: clients send it twice, old ones only as `run_uuid`.
pub(super) fn id_of(id: Option<String>, uuid: Option<String>) -> Result<String, ApiError> {
    required(id.or(uuid), "run_id")
}

pub(super) async fn get(State(ctx): Ctx, Args(ask): Args<Of>) -> Result<Response, ApiError> {
    let id = id_of(ask.run_id, ask.run_uuid)?;
    let run = tracking::run(&ctx, &id)?;
    let experiment = tracking::experiment_of(&ctx, &run);
    let run = RunMessage::with_outputs(&run, experiment.as_deref());
    Ok(Reply(WithRun { run }).into_response())
}

pub(super) async fn update(State(ctx): Ctx, Args(ask): Args<Of>) -> Result<Response, ApiError> {
    let id = id_of(ask.run_id, ask.run_uuid)?;
    let status = ask.status.as_ref().map_or(Ok(None), status_of)?;
    let ended = ask.end_time.map(Millis);
    let run: Arc<RunRecord> = tracking::update_run(&ctx, &id, status, ended, ask.run_name).await?;
    #[derive(Serialize)]
    struct Updated<'a> {
        run_info: InfoMessage<'a>,
    }
    let experiment = tracking::experiment_of(&ctx, &run);
    let run_info = InfoMessage::of(&run, experiment.as_deref());
    Ok(Reply(Updated { run_info }).into_response())
}

/// `RunStatus` by name or number. A name that there is not is not said, as protobuf reads it.
fn status_of(value: &Value) -> Result<Option<RunStatus>, ApiError> {
    Ok(Some(match (value.as_str(), value.as_i64()) {
        (Some(word), _) => return Ok(RunStatus::from_mlflow(word)),
        (_, Some(1)) => RunStatus::Running,
        (_, Some(2)) => RunStatus::Scheduled,
        (_, Some(3)) => RunStatus::Finished,
        (_, Some(4)) => RunStatus::Failed,
        (_, Some(5)) => RunStatus::Killed,
        _ => return Err(invalid_value("status", value)),
    }))
}

pub(super) async fn delete(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Of>,
) -> Result<Reply<Empty>, ApiError> {
    let id = required(ask.run_id, "run_id")?;
    tracking::set_run_deleted(&ctx, &caller.0, &id, true).await?;
    Ok(Reply(Empty {}))
}

pub(super) async fn restore(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Of>,
) -> Result<Reply<Empty>, ApiError> {
    let id = required(ask.run_id, "run_id")?;
    tracking::set_run_deleted(&ctx, &caller.0, &id, false).await?;
    Ok(Reply(Empty {}))
}

pub(super) async fn delete_tag(
    State(ctx): Ctx,
    Args(ask): Args<Of>,
) -> Result<Reply<Empty>, ApiError> {
    let id = required(ask.run_id, "run_id")?;
    let key = required(ask.key, "key")?;
    tracking::delete_run_tag(&ctx, &id, &key).await?;
    Ok(Reply(Empty {}))
}
