//! Logging into runs. The batches of one run are committed and told one after the other, so that a
//! live curve's increments can be counted: whoever joins knows which points its snapshot holds.

use crate::Context;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use trimtab_core::{
    metric::{MetricEntry, Point},
    run::{RunId, RunStatus},
    time::Millis,
};
use trimtab_store::Change;
use trimtab_wire::Failure;

/// How many points each key of a run has; read from the store when the run is first logged to.
type Totals = Option<HashMap<String, u64>>;

/// The runs that are being logged to.
#[derive(Debug, Default)]
pub(crate) struct Ingest {
    runs: Mutex<HashMap<RunId, Arc<tokio::sync::Mutex<Totals>>>>,
}

impl Ingest {
    /// Appends to a run; `with` is stored together with it.
    pub(crate) async fn log(
        ctx: &Context,
        run: RunId,
        metrics: Vec<MetricEntry>,
        params: Vec<(String, String)>,
        tags: Vec<(String, String)>,
        with: impl IntoIterator<Item = Change>,
    ) -> Result<(), Failure> {
        let mut gate = ctx.ingest.gate(&run).await;
        let totals = match &mut *gate {
            Some(known) => known,
            unknown => unknown.insert(read_totals(ctx, &run)),
        };
        let mut added: Vec<(String, Vec<Point>)> = Vec::new();
        for entry in &metrics {
            match added.iter_mut().find(|(key, _)| *key == entry.key) {
                Some((_, points)) => points.push(entry.point),
                None => added.push((entry.key.clone(), vec![entry.point])),
            }
        }
        let mut changes = vec![Change::LogBatch {
            run: run.clone(),
            metrics,
            params,
            tags,
        }];
        changes.extend(with);
        let stored = ctx.record(changes).await;
        if let Err(failure) = stored {
            // Whatever is true of the run now is read again at the next batch.
            ctx.ingest.lock().remove(&run);
            return Err(failure);
        }
        for (key, points) in added {
            let total = totals.entry(key.clone()).or_default();
            *total += points.len() as u64;
            ctx.hub.points(&run, key, points, *total);
        }
        Ok(())
    }

    /// Changes a run's status, after what is being logged to it.
    pub(crate) async fn set_status(
        ctx: &Context,
        run: RunId,
        status: RunStatus,
        at: Millis,
    ) -> Result<(), Failure> {
        let _gate = ctx.ingest.gate(&run).await;
        ctx.record(vec![Change::SetRunStatus {
            run: run.clone(),
            status,
            at,
        }])
        .await?;
        if status.ended() {
            ctx.ingest.lock().remove(&run);
        }
        Ok(())
    }

    async fn gate(&self, run: &RunId) -> tokio::sync::OwnedMutexGuard<Totals> {
        loop {
            let gate = Arc::clone(self.lock().entry(run.clone()).or_default());
            let held = Arc::clone(&gate).lock_owned().await;
            // While this waited, the run may have ended and its gate gone: then there is a newer one.
            if self
                .lock()
                .get(run)
                .is_some_and(|current| Arc::ptr_eq(current, &gate))
            {
                return held;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RunId, Arc<tokio::sync::Mutex<Totals>>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_totals(ctx: &Context, run: &RunId) -> HashMap<String, u64> {
    // A run that does not exist is refused by the write that follows.
    let record = ctx.store.record(run);
    let metrics = record.iter().flat_map(|r| r.metrics.iter());
    metrics.map(|(key, m)| (key.to_string(), m.count)).collect()
}
