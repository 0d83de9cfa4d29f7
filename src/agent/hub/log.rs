//! Following a job's log. The file is the record, so nothing is ever dropped: a slow client is
//! simply further behind in it.

use super::{
    feed::{Ended, Subscriber},
    snapshot,
};
use crate::{Context, jobs};
use std::time::Duration;
use trimtab_core::job::JobId;
use trimtab_wire::{AgentFrame, Delta, Snapshot, Topic};

/// How often a running job's log is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How much of it one delta carries, in bytes.
const PIECE: u64 = 64 << 10;

/// Sends the log's tail, then what is added, until the job has ended and all of it was sent.
pub(super) async fn follow(
    ctx: &Context,
    to: &Subscriber,
    job: JobId,
    tail: u64,
) -> Result<(), Ended> {
    let result = snapshot::take(ctx, &Topic::JobLog { job, tail }).await;
    let start = match &result {
        Ok(Snapshot::JobLog(chunk)) => Some(jobs::log::after(chunk)),
        _ => None,
    };
    to.send(&AgentFrame::Snapshot { id: to.id, result }).await?;
    let Some(mut offset) = start else {
        return Ok(());
    };
    loop {
        // Asked before reading: what a job wrote before it ended is then read before this returns.
        let ended = ctx.jobs.ended(ctx, job).await;
        match jobs::log::read(ctx, job, offset, PIECE).await {
            Ok(chunk) if !chunk.text.is_empty() => {
                offset = jobs::log::after(&chunk);
                to.send(&AgentFrame::Delta {
                    id: to.id,
                    delta: Delta::Log { job, chunk },
                })
                .await?;
            }
            Ok(_) if ended => return Ok(()),
            Ok(_) => tokio::time::sleep(LOOK).await,
            Err(failure) => {
                return to
                    .send(&AgentFrame::Snapshot {
                        id: to.id,
                        result: Err(failure),
                    })
                    .await;
            }
        }
    }
}
