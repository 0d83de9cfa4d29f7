//! What clients may ask: the one place that authorises, and that writes the audit.

pub(crate) mod artifacts;
mod audit;
mod fleet;
pub(crate) mod inputs;
mod jobs;
pub(crate) mod log_model;
pub(crate) mod logged_models;
mod models;
mod monitors;
mod notes;
pub(crate) mod registry;
mod releases;
mod run_artifacts;
mod run_details;
mod runs;
mod runs_edit;
mod sql;
pub(crate) mod tracking;

pub(crate) use audit::Audited;
pub(crate) use jobs::retrain;
pub(crate) use sql::Queries;

use crate::Context;
use std::sync::Arc;
use trimtab_wire::{Act, Failure, Reply, Request};

/// Who asks. From the socket's credentials, never from the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Actor(pub String);

impl Actor {
    /// The agent itself, finishing what a killed one began.
    pub(crate) fn agent() -> Self {
        Self("agent".into())
    }
    /// A trigger of a recipe.
    pub(crate) fn trigger(name: &str) -> Self {
        Self(format!("trigger:{name}"))
    }
}

/// Answers one request.
pub(crate) async fn handle(
    ctx: &Arc<Context>,
    actor: &Actor,
    queries: &Queries,
    request: Request,
) -> Result<Reply, Failure> {
    match request {
        Request::Status => fleet::status(ctx, actor).await,
        Request::Stop => fleet::stop(ctx, actor).await,
        Request::ReloadPolicy => fleet::reload_policy(ctx, actor).await,
        Request::Fleet => Ok(Reply::Fleet(crate::fleet::rows(ctx).await?)),
        Request::Demo(command) => fleet::steer(ctx, command),
        Request::CreateRun(new) => runs::create(ctx, actor, new).await,
        Request::LogBatch {
            run,
            metrics,
            params,
            tags,
        } => runs::log(ctx, run, metrics, params, tags).await,
        Request::FinishRun { run, status } => runs::finish(ctx, run, status).await,
        Request::Runs(query) => runs::list(ctx, query).await,
        Request::RunNames => runs::names(ctx).await,
        Request::NextUnwell {
            query,
            from,
            forward,
        } => runs::next_unwell(ctx, query, from, forward).await,
        Request::Run(text) => runs::find(ctx, &text).await,
        Request::DeletedRun(text) => runs::find_deleted(ctx, &text).await,
        Request::Series(query) => runs::series(ctx, query).await,
        Request::RunCurves { run, keys, columns } => {
            run_details::curves(ctx, run, keys, columns).await
        }
        Request::RunInputs(run) => run_details::inputs(ctx, &run),
        Request::Artifacts { run, path } => run_artifacts::folder(ctx, &run, &path).await,
        Request::ArtifactPart {
            run,
            path,
            offset,
            max,
        } => run_artifacts::part(ctx, &run, &path, offset, max).await,
        Request::ArtifactTable { run, path, rows } => {
            run_artifacts::table(ctx, &run, &path, rows).await
        }
        Request::Models => models::list(ctx).await,
        Request::RegisterVersion(new) => models::register(ctx, actor, new).await,
        Request::Requests => releases::list(ctx).await,
        Request::Gates { model, version } => releases::gates(ctx, &model, version).await,
        Request::Preview(act) => preview(ctx, actor, act).await,
        Request::Act { act, reason } => act_on(ctx, actor, act, &reason).await,
        Request::Monitors => monitors::list(ctx).await,
        Request::RunMonitor { monitor } => monitors::run(ctx, &monitor).await,
        Request::HandleAlert {
            monitor,
            subject,
            handling,
        } => monitors::handle_alert(ctx, actor, &monitor, subject, handling).await,
        Request::Notify { trial } => monitors::notify(ctx, actor, trial.as_deref()).await,
        Request::Distribution {
            monitor,
            start,
            feature,
            segment,
        } => monitors::distribution(ctx, &monitor, start, (&feature, segment)).await,
        Request::Jobs => jobs::list(ctx).await,
        Request::Job(id) => jobs::get(ctx, id).await,
        Request::JobLog { job, offset, max } => jobs::log(ctx, job, offset, max).await,
        Request::LogAt { job, at } => jobs::log_at(ctx, job, at).await,
        Request::Audit { after, limit } => audit::list(ctx, after, limit).await,
        Request::Sql { query, question } => queries.begin(ctx, query, question).await,
        Request::SqlMore { query, rows } => queries.more(query, rows).await,
        Request::SqlStop { query } => queries.stop(query),
    }
}

async fn preview(ctx: &Arc<Context>, actor: &Actor, act: Act) -> Result<Reply, Failure> {
    let mut preview = match act {
        Act::Promote { .. } | Act::Approve(_) | Act::Reject(_) | Act::Rollback { .. } => {
            releases::preview(ctx, actor, act).await?
        }
        Act::Retrain(spec) => jobs::preview_retrain(ctx, spec).await?,
        Act::CancelJob(id) => jobs::preview_cancel(ctx, id).await?,
        Act::EditRuns { runs, edit } => runs_edit::preview(ctx, &runs, &edit).await?,
        Act::Note { of, text } => notes::preview(ctx, &of, &text),
    };
    if ctx.read_only {
        preview.refusal = Some(audit::read_only().message);
    }
    Ok(Reply::Preview(preview))
}

async fn act_on(
    ctx: &Arc<Context>,
    actor: &Actor,
    act: Act,
    reason: &str,
) -> Result<Reply, Failure> {
    // Taken before anything else: what the operator waits for is counted from here.
    let received = tokio::time::Instant::now();
    let acted = match act {
        Act::Promote { .. } | Act::Approve(_) | Act::Reject(_) | Act::Rollback { .. } => {
            releases::act(ctx, actor, act, reason, received).await?
        }
        Act::Retrain(spec) => jobs::retrain(ctx, actor, spec, reason).await?,
        Act::CancelJob(id) => jobs::cancel(ctx, actor, id, reason).await?,
        Act::EditRuns { runs, edit } => runs_edit::act(ctx, actor, &runs, edit, reason).await?,
        Act::Note { of, text } => notes::act(ctx, actor, of, text, reason).await?,
    };
    Ok(Reply::Acted(acted))
}
