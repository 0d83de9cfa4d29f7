//! Searching logged models.

use super::FoundModel;
use crate::{Context, error::OrFail as _, service::tracking::experiment_number};
use trimtab_core::{
    logged_model::DatasetName,
    run::ExperimentId,
    search::{Cursor, Filter, LOGGED_MODELS, Order, OrderKey},
};
use trimtab_store::ModelSearch;
use trimtab_wire::{Failure, FailureKind};

/// What to look for, and which page of it.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'a> {
    /// Numbers of experiments as text.
    pub experiments: &'a [String],
    /// MLflow's filter; may be empty.
    pub filter: &'a str,
    /// Measured on one of these.
    pub datasets: Vec<DatasetName>,
    /// What to order by.
    pub order: Vec<OrderKey>,
    /// Behind this one.
    pub after: Option<Cursor>,
    /// So many at most.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The models, in order.
    pub models: Vec<FoundModel>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// Looks for models that are not deleted.
pub(crate) async fn search(ctx: &Context, asked: Asked<'_>) -> Result<Page, Failure> {
    let wrong = |why: String| Failure::new(FailureKind::Invalid, why, "");
    let filter = Filter::parse(asked.filter, &LOGGED_MODELS).map_err(|e| wrong(e.to_string()))?;
    let mut experiments = Vec::with_capacity(asked.experiments.len());
    for text in asked.experiments {
        experiments.extend(u32::try_from(experiment_number(text)?).map(ExperimentId));
    }
    let search = ModelSearch {
        experiments,
        filter,
        datasets: asked.datasets,
        order: Order::with_ties(asked.order, &LOGGED_MODELS),
        after: asked.after,
        limit: asked.limit,
    };
    let page = ctx.store.search_logged_models(search).await.or_fail()?;
    let page = page.map_err(|e| wrong(e.to_string()))?;
    Ok(Page {
        models: page.models,
        next: page.next,
    })
}
