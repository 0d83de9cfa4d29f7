//! Following a job to its end, and recording how it ended.

use super::{
    JobBook,
    files::{Cause, Exit, Folder, Process},
    get, launch, put,
};
use crate::{Context, clock, files::tail};
use std::{sync::Arc, time::Duration};
use trimtab_core::{
    job::{Job, JobId, JobState},
    run::RunStatus,
    time::human_span,
};
use trimtab_store::Change;
use trimtab_wire::Failure;

/// How often a running job is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Follows a job in the background, until it ends or the agent stops.
pub(super) fn follow(ctx: &Arc<Context>, id: JobId, supervisor: Process) {
    let ctx = Arc::clone(ctx);
    ctx.work.clone().spawn(async move {
        let folder = Folder(ctx.workspace.job(id));
        loop {
            // Looked at before the file: a supervisor that has gone has written all it will.
            let alive = supervisor.alive();
            match folder.exit() {
                Ok(Some(exit)) => return record(&ctx, id, Some(exit)).await,
                Ok(None) if !alive => return record(&ctx, id, None).await,
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, job = id.0, "how the job ended cannot be read")
                }
            }
            tokio::select! {
                () = ctx.stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    });
}

async fn record(ctx: &Context, id: JobId, exit: Option<Exit>) {
    if let Err(failure) = end(ctx, id, exit).await {
        tracing::error!(%failure, job = id.0, "a job's end was not recorded");
    }
}

/// Records a job's end, and that of the run it left behind. Without `exit`, nobody saw it end.
pub(super) async fn end(ctx: &Context, id: JobId, exit: Option<Exit>) -> Result<Job, Failure> {
    let folder = Folder(ctx.workspace.job(id));
    if exit.is_none()
        && let Ok(Some(child)) = folder.child()
    {
        // Its supervisor was killed: nobody enforces its timeout or hears how it ends.
        child.kill_group();
    }
    let last_line = last_line(&folder);
    let _turn = ctx.jobs.turn.lock().await;
    let mut job = get(ctx, id).await?;
    if job.state.ended() {
        return Ok(job);
    }
    let cancelled = ctx.jobs.cancelling().contains(&id);
    (job.state, job.error) = verdict(exit.as_ref(), cancelled, &job, &last_line);
    job.ended = Some(exit.as_ref().map_or_else(clock::now, |e| e.at));
    job.exit_code = exit.and_then(|e| e.code);
    job.pid = None;
    let mut with = Vec::new();
    let status = match job.state {
        JobState::Cancelled => Some(RunStatus::Killed),
        JobState::Failed => Some(RunStatus::Failed),
        _ => None,
    };
    if let (Some(run), Some(status)) = (&job.run, status)
        && let Ok(Some(row)) = ctx.store.run(run).await
        && !row.status.ended()
    {
        with.push(Change::SetRunStatus {
            run: run.clone(),
            status,
            at: clock::now(),
        });
    }
    put(ctx, job, with).await
}

/// What an end amounts to: the state, and why when it is a bad one.
fn verdict(
    exit: Option<&Exit>,
    cancelled: bool,
    job: &Job,
    last_line: &str,
) -> (JobState, Option<String>) {
    let said = if last_line.is_empty() {
        String::new()
    } else {
        format!(": {last_line}")
    };
    let Some(exit) = exit else {
        return match cancelled {
            true => (JobState::Cancelled, None),
            false => (
                JobState::Failed,
                Some("It was lost: its process was killed, or the machine went down".into()),
            ),
        };
    };
    match (exit.cause, exit.code, exit.signal) {
        (Cause::Cancelled, ..) => (JobState::Cancelled, None),
        (Cause::Exited, Some(0), _) => (JobState::Succeeded, None),
        (Cause::Exited, Some(code), _) => {
            (JobState::Failed, Some(format!("Exit code {code}{said}")))
        }
        (Cause::Exited, None, signal) => (
            JobState::Failed,
            Some(format!(
                "Ended by signal {}{said}",
                signal.unwrap_or_default()
            )),
        ),
        (Cause::TimedOut, ..) => {
            let took = job.started.map_or_else(String::new, |s| {
                format!(" after {}", human_span(exit.at.since(s)))
            });
            (
                JobState::Failed,
                Some(format!("Ended by its timeout{took}{said}")),
            )
        }
        (Cause::NotStarted, ..) => (
            JobState::Failed,
            Some(
                exit.error
                    .clone()
                    .unwrap_or_else(|| "It could not be started".into()),
            ),
        ),
    }
}

/// The last thing a job said: most often why it failed.
fn last_line(folder: &Folder) -> String {
    let text = tail(&folder.log(), 4096);
    let line = text
        .lines()
        .rev()
        .map(str::trim)
        .find(|l| !l.is_empty())
        .unwrap_or_default();
    line.chars().take(200).collect()
}

/// Follows the jobs that an earlier agent launched and launches those that it only recorded.
pub(crate) async fn adopt(ctx: &Arc<Context>) {
    let jobs = match ctx.store.jobs().await {
        Ok(jobs) => jobs,
        Err(error) => return tracing::error!(%error, "jobs cannot be read"),
    };
    for job in jobs.into_iter().rev().filter(|j| !j.state.ended()) {
        match (job.state, Folder(ctx.workspace.job(job.id)).supervisor()) {
            (JobState::Running, Ok(Some(process))) => follow(ctx, job.id, process),
            (JobState::Queued, _) => {
                if let Err(failure) = launch(ctx, job).await {
                    tracing::warn!(%failure, "a queued job cannot be launched");
                }
            }
            // Recovery has ended every other.
            _ => {}
        }
    }
}

impl JobBook {
    /// Records that a job which an earlier agent spawned does run.
    pub(super) async fn confirm(
        ctx: &Context,
        id: JobId,
        process: Process,
    ) -> Result<Job, Failure> {
        Self::update(ctx, id, |job| {
            job.state = JobState::Running;
            job.started.get_or_insert_with(clock::now);
            job.pid = Some(process.pid);
        })
        .await
    }
}
