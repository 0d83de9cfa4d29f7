//! Searching runs by a filter and an order, over the catalogue.

use super::Pages;
use crate::{Store, StoreError};
use std::{cell::OnceCell, sync::Arc};
use trimtab_core::{
    record::RunRecord,
    run::ExperimentId,
    search::{self, Attribute, Cursor, CursorMismatch, Dataset, Filter, Order, Start, Subject},
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
    let candidates = pages
        .runs
        .iter()
        .map(|entry| &entry.record)
        .filter(|r| within(r.experiment) && search.view.shows(r.deleted.is_some()))
        .map(|record| Candidate {
            record,
            pages,
            uri: OnceCell::new(),
        });
    let page = search::page(
        candidates,
        &search.filter,
        &search.order,
        start,
        search.limit,
    )?;
    Ok(SearchPage {
        runs: page.rows.iter().map(|c| Arc::clone(c.record)).collect(),
        total: page.total,
        next: page.next,
    })
}

/// A run that is looked at. Where its artifacts are is only put together when somebody asks.
#[derive(Clone)]
struct Candidate<'a> {
    record: &'a Arc<RunRecord>,
    pages: &'a Pages,
    uri: OnceCell<String>,
}

impl Subject for Candidate<'_> {
    fn text(&self, attribute: Attribute) -> Option<&str> {
        let r = self.record;
        match attribute {
            Attribute::RunId => Some(r.id.as_str()),
            Attribute::RunName => Some(&r.name),
            Attribute::Status => Some(r.status.mlflow()),
            Attribute::UserId => Some(&r.user),
            Attribute::ArtifactUri => Some(self.uri.get_or_init(|| {
                let experiment = self.pages.experiments.get(&r.experiment);
                experiment.map_or_else(String::new, |e| e.artifact_uri(&r.id))
            })),
            _ => None,
        }
    }

    fn number(&self, attribute: Attribute) -> Option<i64> {
        match attribute {
            Attribute::StartTime => Some(self.record.started.0),
            Attribute::EndTime => self.record.ended.map(|t| t.0),
            _ => None,
        }
    }

    fn metric(&self, key: &str) -> Option<f64> {
        self.record.metrics.get(key).map(|m| m.latest.value)
    }

    fn param(&self, key: &str) -> Option<&str> {
        self.record.params.get(key).map(|v| &**v)
    }

    fn tag(&self, key: &str) -> Option<&str> {
        self.record.tags.get(key).map(|v| &**v)
    }

    fn datasets(&self) -> impl Iterator<Item = Dataset<'_>> {
        self.record.links().datasets.iter().map(|used| Dataset {
            name: Some(&used.dataset.name),
            digest: Some(&used.dataset.digest),
            context: used.context(),
        })
    }
}
