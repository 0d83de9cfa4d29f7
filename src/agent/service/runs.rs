//! Runs: opened, logged to and ended by trainers; listed, found and charted by consoles.

use super::Actor;
use crate::{
    Context,
    artifacts::Address,
    clock,
    error::{OrFail as _, broken, invalid, missing},
    ingest::Ingest,
    jobs::JobBook,
};
use std::{collections::BTreeSet, path::PathBuf};
use trimtab_core::{
    metric::{MetricEntry, SeriesQuery},
    run::{NewRun, RunId, RunQuery, RunRow, RunStatus},
};
use trimtab_store::Change;
use trimtab_wire::{Failure, Reply};

pub(super) async fn create(
    ctx: &Context,
    actor: &Actor,
    mut new: NewRun,
) -> Result<Reply, Failure> {
    if new.experiment.trim().is_empty() {
        return Err(invalid(
            "A run needs an experiment.",
            "Name one; it is made when it does not exist.",
        ));
    }
    if new.user.trim().is_empty() {
        new.user.clone_from(&actor.0);
    }
    let id = random_id()?;
    let name = match new.name.trim() {
        "" => format!("run-{}", id.short()),
        name => name.to_owned(),
    };
    let job = new.job;
    let open = Change::CreateRun {
        id: id.clone(),
        new,
        within: None,
        name: name.clone(),
        at: clock::now(),
    };
    match job {
        Some(job) => JobBook::open_run(ctx, job, &id, open).await?,
        None => drop(ctx.record(vec![open]).await?),
    }
    let artifacts = folder(ctx, &id).await?;
    Ok(Reply::RunCreated {
        run: id,
        name,
        artifacts: artifacts.display().to_string(),
    })
}

/// The folder of a run's artifacts, made if need be: where MLflow's clients find them, too, unless the
/// experiment keeps them on another host.
async fn folder(ctx: &Context, id: &RunId) -> Result<PathBuf, Failure> {
    let run = ctx.store.record(id);
    let experiment = run.and_then(|run| ctx.store.experiment(run.experiment));
    let failed =
        |e: &(dyn std::error::Error + 'static)| broken("The run's folder cannot be made", e);
    let address = match experiment {
        Some(experiment) => Address::parse(&experiment.artifact_uri(id)).map_err(|e| failed(&e))?,
        None => Address::Elsewhere,
    };
    let folder = match address {
        Address::Depot(path) => return ctx.artifacts.folder(path).await.map_err(|e| failed(&e)),
        Address::Folder(folder) => folder,
        Address::Bucket(..) | Address::Elsewhere => ctx.workspace.artifacts(id),
    };
    let made = tokio::fs::create_dir_all(&folder).await;
    made.map_err(|e| failed(&e))?;
    Ok(folder)
}

pub(super) async fn log(
    ctx: &Context,
    run: RunId,
    metrics: Vec<MetricEntry>,
    params: Vec<(String, String)>,
    tags: Vec<(String, String)>,
) -> Result<Reply, Failure> {
    Ingest::log(ctx, run, metrics, params, tags, None).await?;
    Ok(Reply::Done)
}

pub(super) async fn finish(ctx: &Context, run: RunId, status: RunStatus) -> Result<Reply, Failure> {
    Ingest::set_status(ctx, run, status, clock::now()).await?;
    Ok(Reply::Done)
}

pub(super) async fn list(ctx: &Context, query: RunQuery) -> Result<Reply, Failure> {
    let page = ctx.store.runs(query, clock::now()).await.or_fail()?;
    Ok(Reply::Runs(page))
}

/// What a filter may name.
pub(super) async fn names(ctx: &Context) -> Result<Reply, Failure> {
    Ok(Reply::RunNames(ctx.store.run_names().await.or_fail()?))
}

/// The next line of a table with a run that is not well.
pub(super) async fn next_unwell(
    ctx: &Context,
    query: RunQuery,
    from: u64,
    forward: bool,
) -> Result<Reply, Failure> {
    let found = ctx.store.next_unwell(query, from, forward, clock::now());
    Ok(Reply::Line(found.await.or_fail()?))
}

pub(super) async fn find(ctx: &Context, text: &str) -> Result<Reply, Failure> {
    match only(ctx.store.find_runs(text, false).await.or_fail()?, text)? {
        Some(run) => Ok(Reply::Run(Box::new(run))),
        None => Err(missing("run", text, "See `trimtab runs list`.")),
    }
}

/// A run among the deleted ones.
pub(super) async fn find_deleted(ctx: &Context, text: &str) -> Result<Reply, Failure> {
    const HINT: &str = "See `trimtab runs list --deleted`.";
    if let Some(run) = only(ctx.store.find_runs(text, true).await.or_fail()?, text)? {
        return Ok(Reply::Run(Box::new(run)));
    }
    match ctx.store.find_runs(text, false).await.or_fail()?.is_empty() {
        true => Err(missing("deleted run", text, HINT)),
        false => Err(invalid(format!("The run {text} is not deleted."), HINT)),
    }
}

/// The one run that a text stands for.
fn only(mut found: Vec<RunRow>, text: &str) -> Result<Option<RunRow>, Failure> {
    if found.len() < 2 {
        return Ok(found.pop());
    }
    let short: BTreeSet<&str> = found.iter().map(|r| r.id.short()).collect();
    let apart = short.len() == found.len();
    let ids = found.iter().take(5).map(|r| match apart {
        true => r.id.short(),
        // Their first digits are what they have in common.
        false => r.id.as_str(),
    });
    Err(invalid(
        format!(
            "{} runs are called {text}: {}{}",
            found.len(),
            ids.collect::<Vec<_>>().join(", "),
            if found.len() > 5 { ", …" } else { "." }
        ),
        "Give more digits of the id; `trimtab runs list --columns id,name` shows them all.",
    ))
}

pub(super) async fn series(ctx: &Context, query: SeriesQuery) -> Result<Reply, Failure> {
    Ok(Reply::Series(ctx.store.series(query).await.or_fail()?))
}

/// A new run's id.
pub(super) fn random_id() -> Result<RunId, Failure> {
    let bytes = crate::random::bytes().map_err(|e| broken("No random numbers", &e))?;
    Ok(RunId::from_bytes(bytes))
}
