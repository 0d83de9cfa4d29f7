//! What became of jobs while no agent ran.

use super::{
    JobBook,
    files::{Folder, Process},
    follow::end,
    how,
};
use crate::{Context, error::OrFail as _};
use trimtab_core::job::{Job, JobState};
use trimtab_wire::Failure;

/// Records the ends that were missed; says what was found. Jobs that still run are followed later.
pub(crate) async fn recover(ctx: &Context) -> Result<Vec<String>, Failure> {
    let mut messages = Vec::new();
    for job in ctx.store.jobs().await.or_fail()?.into_iter().rev() {
        if !job.state.ended() {
            messages.push(recover_one(ctx, job).await?);
        }
    }
    Ok(messages)
}

async fn recover_one(ctx: &Context, job: Job) -> Result<String, Failure> {
    let id = job.id;
    let folder = Folder(ctx.workspace.job(id));
    // A file that cannot be read says as little as one that is not there.
    let exit = folder.exit().unwrap_or_default();
    let supervisor = folder.supervisor().unwrap_or_default();
    let known = exit.is_some() || supervisor.is_some();
    if job.state == JobState::Queued {
        if !known {
            return Ok(format!(
                "Job {id} had been asked for and not launched; it is launched now."
            ));
        }
        let process = supervisor.unwrap_or(Process { pid: 0, start: 0 });
        JobBook::confirm(ctx, id, process).await?;
    }
    if let (None, Some(process)) = (&exit, supervisor.filter(|p| p.alive())) {
        return Ok(format!(
            "Job {id} went on without an agent (process {}); it is followed again.",
            process.pid
        ));
    }
    let ended = end(ctx, id, exit).await?;
    let run = match &ended.run {
        Some(run) if ended.state != JobState::Succeeded => {
            format!(" Its run {} ended with it.", run.short())
        }
        _ => String::new(),
    };
    Ok(format!(
        "Job {id} ended while no agent ran: it {}.{run}",
        how(&ended)
    ))
}
