//! Logging into runs. The batches of one run are committed and told one after the other, so that a
//! live curve's increments can be counted: whoever joins knows which points its snapshot holds.

use crate::Context;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use trimtab_core::{
    metric::{MetricEntry, Point},
    run::{RunId, RunStatus},
    time::Millis,
};
use trimtab_store::Change;
use trimtab_wire::Failure;

/// The gates of the runs that are being logged to just now. A run that nobody logs to has none, whether it ended or
/// not: a hundred thousand runs that were never closed cost nothing.
#[derive(Debug, Default)]
pub(crate) struct Ingest {
    gates: Mutex<HashMap<RunId, Arc<tokio::sync::Mutex<()>>>>,
}

/// A run's gate, held or waited for.
struct Gate<'a> {
    ingest: &'a Ingest,
    run: &'a RunId,
    gate: Arc<tokio::sync::Mutex<()>>,
}

impl Drop for Gate<'_> {
    fn drop(&mut self) {
        let mut gates = self.ingest.lock();
        // Ours and the map's: whoever else came has taken one of its own under the same lock.
        if Arc::strong_count(&self.gate) == 2 {
            gates.remove(self.run);
        }
    }
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
        let gate = ctx.ingest.gate(&run);
        let _held = gate.gate.lock().await;
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
        ctx.record(changes).await?;
        // With the gate held nobody else has logged to the run since.
        let record = ctx.store.record(&run);
        for (key, points) in added {
            let known = record.as_ref().and_then(|r| r.metrics.get(&key));
            if let Some(summary) = known {
                ctx.hub.points(&run, key, points, summary.count);
            }
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
        let gate = ctx.ingest.gate(&run);
        let _held = gate.gate.lock().await;
        let change = Change::SetRunStatus {
            run: run.clone(),
            status,
            at,
        };
        ctx.record(vec![change]).await.map(|_| ())
    }

    fn gate<'a>(&'a self, run: &'a RunId) -> Gate<'a> {
        let gate = Arc::clone(self.lock().entry(run.clone()).or_default());
        Gate {
            ingest: self,
            run,
            gate,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, Arc<tokio::sync::Mutex<()>>>> {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_gate_goes_with_the_last_who_wants_it() {
        let (ingest, run) = (Ingest::default(), RunId::from_bytes([1; 16]));
        let first = ingest.gate(&run);
        let held = first.gate.lock().await;
        let second = ingest.gate(&run);
        assert!(second.gate.try_lock().is_err());
        // Somebody who gives up waiting takes nobody's gate away.
        drop(ingest.gate(&run));
        drop(held);
        drop(first);
        let held = second.gate.try_lock().unwrap();
        assert!(ingest.gate(&run).gate.try_lock().is_err());
        drop(held);
        drop(second);
        assert!(ingest.lock().is_empty());
    }
}
