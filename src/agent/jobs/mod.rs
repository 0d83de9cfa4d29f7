//! Jobs: recorded first, launched second, followed until they end, and found again after a restart.

mod exec;
mod files;
mod follow;
pub(crate) mod log;
mod plan;
mod recover;
mod times;

pub use exec::job_exec;
pub(crate) use follow::adopt;
pub(crate) use plan::resolve;
pub(crate) use recover::recover;

use crate::{
    Context,
    error::{OrFail as _, broken, missing, refused},
};
use files::{Folder, Process};
use std::{
    collections::HashSet,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep};
use trimtab_core::{
    job::{Job, JobId, JobState},
    run::RunId,
};
use trimtab_store::{Applied, Change};
use trimtab_wire::Failure;

/// How long a cancelled job is waited for: its grace, and some.
const CANCELLED: Duration = Duration::from_secs(8);

/// Jobs under way. The record is the store's; this keeps changes to it one after the other.
#[derive(Debug, Default)]
pub(crate) struct JobBook {
    turn: tokio::sync::Mutex<()>,
    /// Jobs that an operator is ending: should they vanish, they were cancelled and not lost.
    cancelling: Mutex<HashSet<JobId>>,
}

impl JobBook {
    /// Changes a job's record.
    pub(crate) async fn update(
        ctx: &Context,
        id: JobId,
        change: impl FnOnce(&mut Job),
    ) -> Result<Job, Failure> {
        let _turn = ctx.jobs.turn.lock().await;
        let mut job = get(ctx, id).await?;
        change(&mut job);
        put(ctx, job, Vec::new()).await
    }

    /// Opens a run and, in the same step, tells its job.
    pub(crate) async fn open_run(
        ctx: &Context,
        id: JobId,
        run: &RunId,
        open: Change,
    ) -> Result<(), Failure> {
        let _turn = ctx.jobs.turn.lock().await;
        let mut job = get(ctx, id).await?;
        let mut changes = vec![open];
        if job.run.is_none() && !job.state.ended() {
            job.run = Some(run.clone());
            changes.push(Change::PutJob(job));
        }
        ctx.record(changes).await.map(drop)
    }

    /// Whether nothing more happens to a job.
    pub(crate) async fn ended(&self, ctx: &Context, id: JobId) -> bool {
        match ctx.store.job(id).await {
            Ok(job) => job.is_none_or(|j| j.state.ended()),
            Err(_) => true,
        }
    }

    fn cancelling(&self) -> std::sync::MutexGuard<'_, HashSet<JobId>> {
        self.cancelling
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// One job.
pub(crate) async fn get(ctx: &Context, id: JobId) -> Result<Job, Failure> {
    ctx.store
        .job(id)
        .await
        .or_fail()?
        .ok_or_else(|| missing("job", id, "See `trimtab retrain list`."))
}

/// Stores a job together with other facts; returns it as stored.
async fn put(ctx: &Context, job: Job, mut with: Vec<Change>) -> Result<Job, Failure> {
    with.insert(0, Change::PutJob(job.clone()));
    let applied = ctx.record(with).await?;
    Ok(match applied.into_iter().next() {
        Some(Applied::Job(stored)) => *stored,
        _ => job,
    })
}

/// Records a job and launches it.
pub(crate) async fn start(ctx: &Arc<Context>, job: Job) -> Result<Job, Failure> {
    let job = put(ctx, job, Vec::new()).await?;
    launch(ctx, job).await
}

/// Launches a recorded job; it fails in the record when it cannot be.
pub(crate) async fn launch(ctx: &Arc<Context>, job: Job) -> Result<Job, Failure> {
    let id = job.id;
    match spawn(ctx, &job) {
        Ok(process) => {
            let pid = process.pid;
            let running = JobBook::update(ctx, id, |job| {
                job.state = JobState::Running;
                job.started = Some(crate::clock::now());
                job.pid = Some(pid);
            })
            .await?;
            follow::follow(ctx, id, process);
            Ok(running)
        }
        Err(failure) => {
            JobBook::update(ctx, id, |job| {
                job.state = JobState::Failed;
                job.ended = Some(crate::clock::now());
                job.error = Some(failure.message.clone());
            })
            .await?;
            Err(failure)
        }
    }
}

/// Writes what is to run and starts its supervisor.
fn spawn(ctx: &Context, job: &Job) -> Result<Process, Failure> {
    let folder = Folder(ctx.workspace.job(job.id));
    let spec = plan::spec(ctx, job)?;
    let failed = |e: std::io::Error| broken(&format!("Job {} cannot be launched", job.id), &e);
    folder.put_spec(&spec).map_err(failed)?;
    let mut child = tokio::process::Command::new(&ctx.exe)
        .arg("job-exec")
        .arg("--dir")
        .arg(&folder.0)
        .current_dir(ctx.workspace.root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let pid = child.id().unwrap_or_default();
    // Even one that has just ended: then the follower finds how.
    let process = Process::of(pid).unwrap_or(Process { pid, start: 0 });
    // Only so that it leaves no zombie; how the job ended is in its folder.
    tokio::spawn(async move { child.wait().await });
    Ok(process)
}

/// Ends a job and waits until it has; returns it as it then stands.
pub(crate) async fn cancel(ctx: &Context, id: JobId) -> Result<Job, Failure> {
    let job = get(ctx, id).await?;
    if job.state.ended() {
        return Err(refused(
            format!("Job {id} has ended: it {}.", how(&job)),
            "",
        ));
    }
    ctx.jobs.cancelling().insert(id);
    let folder = Folder(ctx.workspace.job(id));
    let supervisor = folder
        .supervisor()
        .ok()
        .flatten()
        .or_else(|| job.pid.and_then(Process::of));
    if let Some(process) = supervisor {
        process.terminate();
    }
    let deadline = Instant::now() + CANCELLED;
    let ended = loop {
        let job = get(ctx, id).await?;
        if job.state.ended() || Instant::now() >= deadline {
            break job;
        }
        sleep(Duration::from_millis(50)).await;
    };
    ctx.jobs.cancelling().remove(&id);
    if ended.state.ended() {
        return Ok(ended);
    }
    Err(Failure::new(
        trimtab_wire::FailureKind::Peer,
        format!("Job {id} did not end within {CANCELLED:?}."),
        "Look at its processes on the host.",
    ))
}

/// Whether a process runs.
#[cfg(test)]
pub(crate) fn alive(pid: u32) -> bool {
    Process::of(pid).is_some()
}

/// How a job went, in words that follow "it".
pub(crate) fn how(job: &Job) -> String {
    match job.state {
        JobState::Queued => "waits".into(),
        JobState::Running => "runs".into(),
        JobState::Succeeded => "succeeded".into(),
        JobState::Cancelled => "was cancelled".into(),
        JobState::Failed => format!(
            "failed: {}",
            job.error.as_deref().unwrap_or("no reason is known")
        ),
    }
}
