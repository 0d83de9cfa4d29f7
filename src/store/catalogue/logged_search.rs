//! Searching logged models by a filter and an order, over the catalogue.

use super::{
    Pages,
    logged::{Entry, FoundModel},
};
use crate::{Store, StoreError};
use std::cell::OnceCell;
use trimtab_core::{
    logged_model::DatasetName,
    run::ExperimentId,
    search::{
        self, Attribute, Cursor, CursorMismatch, DatasetScope, Expr, Field, Filter, Order, Start,
        Subject,
    },
};

/// What to look for, and which page of it. Deleted models are never found.
#[derive(Clone, Debug)]
pub struct ModelSearch {
    /// In these experiments.
    pub experiments: Vec<ExperimentId>,
    /// Those that pass this.
    pub filter: Filter,
    /// Measured on one of these, and metrics as measured there; on any when there are none.
    pub datasets: Vec<DatasetName>,
    /// In this order.
    pub order: Order,
    /// Behind this one; from the first when absent.
    pub after: Option<Cursor>,
    /// So many at most.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct ModelSearchPage {
    /// The models, in order.
    pub models: Vec<FoundModel>,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<Cursor>,
}

impl Store {
    /// Looks for logged models. A cursor of another order is refused, inside.
    pub async fn search_logged_models(
        &self,
        search: ModelSearch,
    ) -> Result<Result<ModelSearchPage, CursorMismatch>, StoreError> {
        self.with_catalogue("searching logged models", move |pages| find(pages, &search))
            .await
    }
}

fn find(pages: &Pages, search: &ModelSearch) -> Result<ModelSearchPage, CursorMismatch> {
    let start = search.after.as_ref().map_or(Start::First, Start::After);
    // A filter of metrics asks for the data sets itself.
    let measured = !search.datasets.is_empty() && !names_metric(&search.filter.expr);
    let candidates = pages
        .logged
        .entries
        .iter()
        .filter(|e| !e.model.deleted && search.experiments.contains(&e.model.experiment))
        .map(|entry| Candidate {
            entry,
            pages,
            datasets: &search.datasets,
            uri: OnceCell::new(),
        })
        .filter(|c| !measured || c.is_measured());
    let page = search::page(
        candidates,
        &search.filter,
        &search.order,
        start,
        search.limit,
    )?;
    Ok(ModelSearchPage {
        models: page
            .rows
            .iter()
            .map(|c| pages.found_model(c.entry))
            .collect(),
        next: page.next,
    })
}

fn names_metric(expr: &Expr) -> bool {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(names_metric),
        Expr::Not(inner) => names_metric(inner),
        Expr::Clause(clause) => matches!(clause.field, Field::Metric(_)),
        Expr::Word(_) => false,
    }
}

/// A model that is looked at. Where its artifacts are is only put together when somebody asks.
#[derive(Clone)]
struct Candidate<'a> {
    entry: &'a Entry,
    pages: &'a Pages,
    datasets: &'a [DatasetName],
    uri: OnceCell<String>,
}

impl Candidate<'_> {
    /// Whether a value measured there counts.
    fn counts(&self, dataset: Option<&DatasetName>) -> bool {
        self.datasets.is_empty() || dataset.is_some_and(|d| self.datasets.contains(d))
    }

    fn is_measured(&self) -> bool {
        let mut series = self.entry.metrics.series().iter();
        series.any(|s| self.counts(s.dataset.as_deref()))
    }
}

impl Subject for Candidate<'_> {
    fn text(&self, attribute: Attribute) -> Option<&str> {
        let m = &self.entry.model;
        match attribute {
            Attribute::ModelId => Some(m.id.as_str()),
            Attribute::Name => Some(&m.name),
            Attribute::ModelType => Some(&m.kind),
            Attribute::SourceRunId => Some(&m.source_run),
            // MLflow's searches compare the number that its table holds, as text.
            Attribute::Status => Some(m.status.number()),
            Attribute::ArtifactLocation => Some(self.uri.get_or_init(|| self.pages.model_uri(m))),
            _ => None,
        }
    }

    fn number(&self, attribute: Attribute) -> Option<i64> {
        let m = &self.entry.model;
        match attribute {
            Attribute::ExperimentId => Some(m.experiment.0.into()),
            Attribute::CreationTimestamp => Some(m.created.0),
            Attribute::LastUpdatedTimestamp => Some(m.updated.0),
            _ => None,
        }
    }

    fn metric(&self, key: &str) -> Option<f64> {
        self.entry.metrics.latest(key, |_| true)
    }

    fn any_metric(&self, key: &str, test: impl Fn(f64) -> bool) -> bool {
        let mut asked = self.entry.metrics.of(key).iter();
        asked.any(|s| self.counts(s.dataset.as_deref()) && s.points().iter().any(|p| test(p.value)))
    }

    fn metric_on(&self, key: &str, scope: &DatasetScope) -> Option<f64> {
        self.entry.metrics.latest(key, |d| {
            let (name, digest) = (d.map(|d| &*d.name), d.map(|d| &*d.digest));
            scope.includes(name, digest)
        })
    }

    fn param(&self, key: &str) -> Option<&str> {
        self.entry.model.params.get(key).map(|v| &**v)
    }

    fn tag(&self, key: &str) -> Option<&str> {
        self.entry.model.tags.get(key).map(|v| &**v)
    }
}
