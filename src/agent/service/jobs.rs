//! Jobs, as clients ask for them: launched, followed, cancelled.

use super::{Actor, Audited};
use crate::{Context, clock, error::OrFail as _, jobs, policy::of_recipe};
use std::sync::Arc;
use trimtab_core::{
    job::{Job, JobId, RetrainSpec},
    release::Preview,
    time::Millis,
};
use trimtab_wire::{Acted, Failure, Reply};

pub(super) async fn list(ctx: &Context) -> Result<Reply, Failure> {
    Ok(Reply::Jobs(ctx.store.jobs().await.or_fail()?))
}

pub(super) async fn get(ctx: &Context, id: JobId) -> Result<Reply, Failure> {
    Ok(Reply::Job(Box::new(jobs::get(ctx, id).await?)))
}

pub(super) async fn log(
    ctx: &Context,
    job: JobId,
    offset: u64,
    max: u64,
) -> Result<Reply, Failure> {
    Ok(Reply::Log(jobs::log::read(ctx, job, offset, max).await?))
}

/// Where in a job's log something was written at a moment.
pub(super) async fn log_at(ctx: &Context, job: JobId, at: Millis) -> Result<Reply, Failure> {
    jobs::get(ctx, job).await?;
    Ok(Reply::LogOffset(jobs::log::offset_at(ctx, job, at).await?))
}

/// Launches a recipe, for a person or for a trigger.
pub(crate) async fn retrain(
    ctx: &Arc<Context>,
    actor: &Actor,
    mut spec: RetrainSpec,
    reason: &str,
) -> Result<Acted, Failure> {
    if spec.reason.trim().is_empty() {
        spec.reason = reason.trim().to_owned();
    }
    let why = spec.reason.clone();
    let act = Audited::begin(ctx, actor, "retrain.start", spec.recipe.clone(), &why).await?;
    let result = start(ctx, &act, spec).await;
    Ok(Acted::Job(Box::new(act.close(result).await?)))
}

async fn start(ctx: &Arc<Context>, act: &Audited<'_>, spec: RetrainSpec) -> Result<Job, Failure> {
    let job = jobs::resolve(ctx, spec, &act.actor.0, clock::now()).await?;
    let job = jobs::start(ctx, job).await?;
    ctx.record(vec![act.done(&format!(
        "job {}{}",
        job.id,
        trains_on(&job)
    ))])
    .await?;
    Ok(job)
}

pub(super) async fn cancel(
    ctx: &Context,
    actor: &Actor,
    id: JobId,
    reason: &str,
) -> Result<Acted, Failure> {
    let act = Audited::begin(ctx, actor, "job.cancel", format!("job {id}"), reason).await?;
    let result = async {
        let job = jobs::cancel(ctx, id).await?;
        ctx.record(vec![act.done(&format!("It {}.", jobs::how(&job)))])
            .await?;
        Ok(job)
    };
    let result = result.await;
    Ok(Acted::Job(Box::new(act.close(result).await?)))
}

pub(super) async fn preview_retrain(ctx: &Context, spec: RetrainSpec) -> Result<Preview, Failure> {
    let policy = ctx.policy();
    let recipe = of_recipe(&policy, &spec.recipe)?;
    let mut call = format!("trimtab retrain start {}", spec.recipe);
    for (flag, value) in [("--from", &spec.from), ("--to", &spec.to)] {
        if let Some(value) = value {
            call.push_str(&format!(" {flag} {value}"));
        }
    }
    for (name, value) in &spec.params {
        call.push_str(&format!(" -p {name}={value}"));
    }
    let title = format!("Retrain {} by the recipe {}", recipe.model, spec.recipe);
    let timeout = recipe.timeout;
    let command = recipe.command.join(" ");
    let resolved = jobs::resolve(ctx, spec, "", clock::now()).await;
    let running = ctx.store.jobs().await.or_fail()?;
    let running: Vec<String> = running
        .iter()
        .filter(|j| j.model == recipe.model && !j.state.ended())
        .map(|j| format!("job {} {}", j.id, jobs::how(j)))
        .collect();
    let (changes, refusal) = match resolved {
        Ok(job) => {
            let params: Vec<String> = job.params.iter().map(|(k, v)| format!("{k}={v}")).collect();
            let mut changes = vec![format!("a process starts: {command}{}", trains_on(&job))];
            changes.extend((!params.is_empty()).then(|| format!("with {}", params.join(", "))));
            changes.push(format!("it is ended after {timeout}"));
            (changes, None)
        }
        Err(failure) => (Vec::new(), Some(failure.message)),
    };
    Ok(Preview {
        title,
        changes,
        evidence: running,
        undo: "cancel the job; production is not touched".into(),
        call,
        refusal,
        reason_required: false,
    })
}

pub(super) async fn preview_cancel(ctx: &Context, id: JobId) -> Result<Preview, Failure> {
    let job = jobs::get(ctx, id).await?;
    Ok(Preview {
        title: format!("Cancel job {id} ({})", job.recipe),
        changes: vec![
            "its processes are ended".into(),
            "its run is recorded as killed".into(),
        ],
        evidence: vec![
            format!("it {}", jobs::how(&job)),
            format!("asked for by {}{}", job.actor, trains_on(&job)),
        ],
        undo: "retrain again".into(),
        call: format!("trimtab retrain cancel {id}"),
        refusal: job
            .state
            .ended()
            .then(|| format!("Job {id} has ended: it {}.", jobs::how(&job))),
        reason_required: false,
    })
}

fn trains_on(job: &Job) -> String {
    job.window
        .as_ref()
        .map_or_else(String::new, |(from, to)| format!(", on {from} to {to}"))
}
