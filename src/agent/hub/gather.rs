//! Storms, gathered: many points of a series become one delta, many changes of a run one row.

use super::{Fact, GATHER};
use crate::{Context, fleet};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use trimtab_core::{metric::Point, run::RunId};
use trimtab_wire::{Delta, FleetRow};

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
    let mut last: HashMap<String, FleetRow> = HashMap::new();
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
            tell_fleet(&ctx, &mut last).await;
        }
    }
}

async fn tell_fleet(ctx: &Context, last: &mut HashMap<String, FleetRow>) {
    let rows = match fleet::rows(ctx).await {
        Ok(rows) => rows,
        Err(failure) => return tracing::warn!(%failure, "the fleet could not be computed"),
    };
    for row in rows {
        // Compared as text: a row holds NaN, which never equals itself.
        let same = last
            .get(&row.model)
            .is_some_and(|old| format!("{old:?}") == format!("{row:?}"));
        if !same {
            last.insert(row.model.clone(), row.clone());
            ctx.hub.publish(Delta::Fleet(Box::new(row)));
        }
    }
}
