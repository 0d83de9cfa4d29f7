//! A topic as it stands, read from the store.

use crate::{
    Context, clock, demo,
    error::{OrFail as _, invalid},
    fleet, jobs,
};
use std::sync::atomic::Ordering;
use trimtab_core::metric::{Series, SeriesQuery};
use trimtab_store::StoreError;
use trimtab_wire::{Failure, Snapshot, Topic};

/// Series that one subscription may follow.
const MOST_SERIES: usize = 50;
/// Audit entries that one snapshot may hold.
const MOST_AUDIT: u32 = 10_000;

/// Reads a topic.
pub(super) async fn take(ctx: &Context, topic: &Topic) -> Result<Snapshot, Failure> {
    let store = &ctx.store;
    Ok(match topic {
        Topic::Fleet => Snapshot::Fleet {
            rows: fleet::rows(ctx).await?,
            demo: demo::state(&ctx.workspace),
        },
        Topic::Runs(query) => {
            Snapshot::Runs(store.runs(query.clone(), clock::now()).await.or_fail()?)
        }
        Topic::Series {
            runs,
            key,
            spans,
            smoothing,
            columns,
        } => {
            if runs.len() > MOST_SERIES {
                return Err(invalid(
                    format!("{} series cannot be followed at once.", runs.len()),
                    format!("Mark at most {MOST_SERIES} runs."),
                ));
            }
            let mut series: Vec<Series> = Vec::new();
            for (i, run) in runs.iter().enumerate() {
                let query = SeriesQuery {
                    run: run.clone(),
                    key: key.clone(),
                    span: spans.get(i).copied().unwrap_or_default(),
                    smoothing: *smoothing,
                    columns: *columns,
                };
                match store.series(query).await {
                    // A part without points may get some.
                    Ok(s) if s.length > 0 => series.push(s),
                    Ok(_) | Err(StoreError::NotFound { .. }) => {}
                    Err(error) => return Err(crate::error::failure(error)),
                }
            }
            Snapshot::Series(series)
        }
        Topic::Registry => Snapshot::Registry {
            models: store.models().await.or_fail()?,
            requests: store.requests().await.or_fail()?,
            deployments: store.deployments(None).await.or_fail()?,
        },
        Topic::Monitors => Snapshot::Monitors(fleet::monitors(ctx).await?),
        Topic::Jobs => Snapshot::Jobs(store.jobs().await.or_fail()?),
        Topic::JobLog { job, tail } => Snapshot::JobLog(jobs::log::tail(ctx, *job, *tail).await?),
        Topic::Audit { tail } => {
            let last = ctx.last_audit.load(Ordering::Relaxed);
            let tail = (*tail).min(MOST_AUDIT);
            Snapshot::Audit(
                store
                    .audit(last.saturating_sub(u64::from(tail)), 0)
                    .await
                    .or_fail()?,
            )
        }
    })
}
