//! Searching runs and experiments.

use super::{experiment_number, invalid};
use crate::{Context, error::OrFail as _};
use std::sync::Arc;
use trimtab_core::{
    record::RunRecord,
    run::{Experiment, ExperimentId},
    search::{self, Attribute, Cursor, EXPERIMENTS, Filter, Order, RUNS, Start, Subject},
};
use trimtab_store::{RunSearch, View};
use trimtab_wire::Failure;

/// A page of what was found.
#[derive(Clone, Debug)]
pub(crate) struct Found<T> {
    /// The records, in order.
    pub rows: Vec<Arc<T>>,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<Cursor>,
}

/// Looks for runs.
#[expect(clippy::too_many_arguments, reason = "the call has as many")]
pub(crate) async fn runs(
    ctx: &Context,
    within: &[String],
    filter: &str,
    order_by: &[String],
    view: View,
    after: Option<Cursor>,
    skip: usize,
    limit: usize,
) -> Result<Found<RunRecord>, Failure> {
    let mut experiments = Vec::with_capacity(within.len());
    for text in within {
        experiments.extend(u32::try_from(experiment_number(text)?).map(ExperimentId));
    }
    let search = RunSearch {
        experiments,
        view,
        filter: Filter::parse(filter, &RUNS).map_err(|e| invalid(e.to_string()))?,
        order: Order::parse(order_by, &RUNS).map_err(|e| invalid(e.to_string()))?,
        after,
        skip,
        limit,
    };
    let page = ctx.store.search(search).await.or_fail()?;
    let page = page.map_err(|e| invalid(e.to_string()))?;
    Ok(Found {
        rows: page.runs,
        next: page.next,
    })
}

/// Looks for experiments.
pub(crate) fn experiments(
    ctx: &Context,
    filter: &str,
    order_by: &[String],
    view: View,
    after: Option<&Cursor>,
    skip: usize,
    limit: usize,
) -> Result<Found<Experiment>, Failure> {
    let filter = Filter::parse(filter, &EXPERIMENTS).map_err(|e| invalid(e.to_string()))?;
    let order = Order::parse(order_by, &EXPERIMENTS).map_err(|e| invalid(e.to_string()))?;
    let all = ctx.store.experiments();
    let shown = all.iter().filter(|e| view.shows(e.deleted)).map(Candidate);
    let start = after.map_or(Start::Offset(skip), Start::After);
    let page = search::page(shown, &filter, &order, start, limit);
    let page = page.map_err(|e| invalid(e.to_string()))?;
    Ok(Found {
        rows: page.rows.iter().map(|c| Arc::clone(c.0)).collect(),
        next: page.next,
    })
}

#[derive(Clone, Copy)]
struct Candidate<'a>(&'a Arc<Experiment>);

impl Subject for Candidate<'_> {
    fn text(&self, attribute: Attribute) -> Option<&str> {
        (attribute == Attribute::Name).then_some(&self.0.name)
    }

    fn number(&self, attribute: Attribute) -> Option<i64> {
        match attribute {
            Attribute::ExperimentId => Some(self.0.id.0.into()),
            Attribute::CreationTime => Some(self.0.created.0),
            Attribute::LastUpdateTime => Some(self.0.updated.0),
            _ => None,
        }
    }

    fn tag(&self, key: &str) -> Option<&str> {
        self.0.tags.get(key).map(String::as_str)
    }
}
