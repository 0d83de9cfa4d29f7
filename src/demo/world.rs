//! The world: replays the year's weeks at the pace it is told.
//!
//! Each week's real rows are put to the model server, and what it answered is written down as
//! the inference log; two weeks later the labels of those rows follow. How far the replay has
//! come is read from the files themselves, each of which is written whole, so a world that is
//! killed anywhere goes on where it was: nothing is lost and nothing is written twice.

mod clock;
mod plan;
mod week;

pub use clock::{Control, State, state};

use crate::{Error, stop::Stop, workspace};
use clock::Clock;
use plan::Plan;
use std::{path::Path, time::Duration};
use trimtab_core::registry::Version;
use week::{Asker, Progress};

/// Pause before a question that failed is put again.
const RETRY: Duration = Duration::from_millis(250);

/// Replays the year of the workspace at `root` to its end, or until SIGTERM, SIGINT, or with
/// `with_parent` the end of standard input.
///
/// # Errors
/// The workspace cannot be read or written. A server that does not answer is no error: its
/// week is tried again, and the state says so.
pub async fn run(root: &Path, with_parent: bool) -> Result<(), Error> {
    let mut stop = Stop::listen(with_parent)?;
    let server = workspace::address(root)?;
    tokio::select! {
        ended = replay(root, &server) => ended,
        // A file that is being written is finished by its own thread, or never gets its name.
        () = stop.asked() => Ok(()),
    }
}

async fn replay(root: &Path, server: &str) -> Result<(), Error> {
    let plan = Plan::of(root);
    let asker = Asker::new(server)?;
    let mut clock = Clock::start(root, &plan)?;
    while let Some(turn) = clock.next_turn(&plan) {
        clock.wait_for(&turn).await?;
        if let Some(week) = plan.unlogged(&turn) {
            let mut progress = Progress::of(root, week).await?;
            while let Err(error) = progress.go_on(&asker).await {
                clock.failed(&error)?;
                tokio::time::sleep(RETRY).await;
            }
            let version = progress.last_version();
            progress.write(plan.log(week.start)).await?;
            clock.version = version.map(Version).or(clock.version);
        }
        if let Some(week) = plan.unlabelled(&turn) {
            week::write_labels(root, week, plan.labels(week.start)).await?;
        }
        clock.done(&turn, &plan)?;
    }
    clock.finish()
}

#[cfg(test)]
mod tests;
