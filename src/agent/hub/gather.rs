//! Storms, gathered: many points of a series become one delta, many changes of a run one row.

use super::{Fact, GATHER};
use crate::{Context, fleet};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use trimtab_core::{metric::Point, run::RunId};
use trimtab_wire::Delta;

/// What waits to be told.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Runs whose rows changed.
    pub(super) runs: BTreeSet<RunId>,
    /// Whether fleet rows may have changed.
    pub(super) fleet: bool,
    points: HashMap<(RunId, String), (Vec<Point>, u64)>,
}

impl Pending {
    pub(super) fn add_points(&mut self, series: (RunId, String), points: Vec<Point>, end: u64) {
        let (waiting, until) = self.points.entry(series).or_default();
        waiting.extend(points);
        *until = end;
    }
}

/// Tells what was gathered, until the agent stops.
pub(crate) async fn run(ctx: Arc<Context>) {
    loop {
        tokio::select! {
            () = ctx.stop.cancelled() => return,
            () = ctx.hub.wake.notified() => {}
        }
        tokio::time::sleep(GATHER).await;
        let pending = std::mem::take(&mut *ctx.hub.pending());
        for ((run, key), (points, end)) in pending.points {
            ctx.hub.send(Fact::Points {
                run,
                key,
                points,
                end,
            });
        }
        for run in pending.runs {
            match ctx.store.run(&run).await {
                Ok(Some(row)) => ctx.hub.publish(Delta::Run(Box::new(row))),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, %run, "a changed run could not be read back"),
            }
        }
        if pending.fleet {
            tell_fleet(&ctx).await;
        }
    }
}

/// Tells every row; each subscriber passes on those that are new to it.
async fn tell_fleet(ctx: &Context) {
    match fleet::rows(ctx).await {
        Ok(rows) => rows
            .into_iter()
            .for_each(|row| ctx.hub.publish(Delta::Fleet(Box::new(row)))),
        Err(failure) => tracing::warn!(%failure, "the fleet could not be computed"),
    }
}
