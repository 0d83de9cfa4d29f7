//! Searching runs by a filter and an order, over the catalogue.

use super::{Pages, candidate::Candidate};
use crate::{Store, StoreError};
use std::sync::Arc;
use trimtab_core::{
    record::RunRecord,
    run::ExperimentId,
    search::{self, Cursor, CursorMismatch, Filter, Order, Start},
    time::Millis,
};

/// Which runs, as to deletion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Those that are not deleted.
    #[default]
    Active,
    /// Those that are.
    Deleted,
    /// All of them.
    All,
}

impl View {
    /// Whether something is in it.
    pub fn shows(self, deleted: bool) -> bool {
        match self {
            Self::Active => !deleted,
            Self::Deleted => deleted,
            Self::All => true,
        }
    }
}

/// What to look for, and which page of it.
#[derive(Clone, Debug)]
pub struct RunSearch {
    /// In these experiments.
    pub experiments: Vec<ExperimentId>,
    /// Deleted ones too?
    pub view: View,
    /// Those that pass this.
    pub filter: Filter,
    /// In this order.
    pub order: Order,
    /// Behind this one; from the first when absent.
    pub after: Option<Cursor>,
    /// After so many; only without `after`.
    pub skip: usize,
    /// So many at most.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct SearchPage {
    /// The runs, in order.
    pub runs: Vec<Arc<RunRecord>>,
    /// How many there are in all.
    pub total: usize,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<Cursor>,
}

impl Store {
    /// Looks for runs. A cursor of another order is refused, inside.
    pub async fn search(
        &self,
        search: RunSearch,
    ) -> Result<Result<SearchPage, CursorMismatch>, StoreError> {
        self.with_catalogue("searching runs", move |pages| find(pages, &search))
            .await
    }
}

fn find(pages: &Pages, search: &RunSearch) -> Result<SearchPage, CursorMismatch> {
    let start = match &search.after {
        Some(cursor) => Start::After(cursor),
        None => Start::Offset(search.skip),
    };
    let within = |id: ExperimentId| search.experiments.contains(&id);
    let candidates = (0..)
        .zip(&pages.runs)
        .filter(|(_, e)| within(e.experiment) && search.view.shows(e.is_deleted))
        // MLflow's grammar asks for nothing that depends on the moment.
        .map(|(no, entry)| Candidate::new(no, entry, pages, Millis(0)));
    let page = search::page(
        candidates,
        &search.filter,
        &search.order,
        start,
        search.limit,
    )?;
    Ok(SearchPage {
        runs: page
            .rows
            .iter()
            .map(|c| Arc::clone(&c.entry.record))
            .collect(),
        total: page.total,
        next: page.next,
    })
}
