//! Searching models and versions.

use super::Refusal;
use crate::{Context, error::OrFail as _};
use trimtab_core::{
    registry::{Model, ModelVersion},
    search::{Cursor, Filter, Grammar, MODELS, Order, VERSIONS},
};
use trimtab_store::{RegistryPage, RegistrySearch};

/// What a client looks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// The filter's text; empty finds everything.
    pub filter: String,
    /// Clauses of the order.
    pub order_by: Vec<String>,
    /// Where the page begins.
    pub after: Option<Cursor>,
    /// The same by number; only without `after`.
    pub skip: usize,
    /// Entries at most.
    pub limit: usize,
}

impl Asked {
    fn parsed(self, grammar: &Grammar) -> Result<RegistrySearch, Refusal> {
        let invalid = |e: trimtab_core::search::SearchError| Refusal::invalid(e.to_string());
        Ok(RegistrySearch {
            filter: Filter::parse(&self.filter, grammar)
                .map_err(invalid)?
                .hiding_prompts(),
            order: Order::parse(&self.order_by, grammar).map_err(invalid)?,
            after: self.after,
            skip: self.skip,
            limit: self.limit,
        })
    }
}

/// Looks for models. Prompts are none unless the filter asks for them.
pub(crate) async fn search_models(
    ctx: &Context,
    asked: Asked,
) -> Result<RegistryPage<Model>, Refusal> {
    let found = ctx.store.search_models(asked.parsed(&MODELS)?).await;
    found
        .or_fail()?
        .map_err(|e| Refusal::invalid(e.to_string()))
}

/// Looks for versions. Those of prompts are none unless the filter asks for them.
pub(crate) async fn search_versions(
    ctx: &Context,
    asked: Asked,
) -> Result<RegistryPage<ModelVersion>, Refusal> {
    let found = ctx.store.search_versions(asked.parsed(&VERSIONS)?).await;
    found
        .or_fail()?
        .map_err(|e| Refusal::invalid(e.to_string()))
}
