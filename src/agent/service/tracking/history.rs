//! Metric history: page by page, or sampled for a chart.

use super::run;
use crate::{Context, error::OrFail as _};
use trimtab_core::metric::Point;
use trimtab_store::{HistoryMark, HistoryPage};
use trimtab_wire::Failure;

/// What a sampled curve is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sampling {
    /// Steps from and to, both inclusive; all when absent.
    pub steps: Option<(i64, i64)>,
    /// Points at most.
    pub points: usize,
}

/// A page of a metric's points, by time, step and value. A run that does not exist has none.
pub(crate) async fn history(
    ctx: &Context,
    id: &str,
    key: &str,
    after: Option<HistoryMark>,
    skip: usize,
    limit: Option<usize>,
) -> Result<HistoryPage, Failure> {
    match run(ctx, id) {
        Ok(run) => ctx
            .store
            .history(run.id.clone(), key.to_owned(), after, skip, limit)
            .await
            .or_fail(),
        Err(_) => Ok(HistoryPage::default()),
    }
}

/// A metric's points, evenly sampled, by step, time and value.
pub(crate) async fn sampled(
    ctx: &Context,
    id: &str,
    key: &str,
    sampling: Sampling,
) -> Result<Vec<Point>, Failure> {
    match run(ctx, id) {
        Ok(run) => ctx
            .store
            .sampled(
                run.id.clone(),
                key.to_owned(),
                sampling.steps,
                sampling.points,
            )
            .await
            .or_fail(),
        Err(_) => Ok(Vec::new()),
    }
}
