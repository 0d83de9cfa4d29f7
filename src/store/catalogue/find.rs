//! Searching models and versions by a filter and an order, without SQL.

use super::registry::Books;
use crate::{Store, StoreError};
use std::sync::Arc;
use trimtab_core::{
    registry::{IS_PROMPT, Model, ModelVersion, is_prompt, webhook::Webhook},
    search::{self, Attribute, Cursor, CursorMismatch, Filter, Order, Start, Subject},
};

/// Which models or versions, and which page of them. Prompts are found unless the filter hides them.
#[derive(Clone, Debug)]
pub struct RegistrySearch {
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

/// A page of what was found.
#[derive(Clone, Debug)]
pub struct RegistryPage<T> {
    /// The entries, in order.
    pub rows: Vec<Arc<T>>,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<Cursor>,
}

impl Store {
    /// A registered model as it now is. Costs nothing: no SQL, no copy.
    pub fn registered(&self, name: &str) -> Option<Arc<Model>> {
        self.shelf().model(name)
    }

    /// Every webhook, newest first.
    pub fn webhooks(&self) -> Vec<Arc<Webhook>> {
        let mut all: Vec<_> = self.shelf().look().webhooks.values().cloned().collect();
        all.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
        all
    }

    /// One webhook.
    pub fn webhook(&self, id: &str) -> Option<Arc<Webhook>> {
        self.shelf().look().webhooks.get(id).cloned()
    }

    /// Looks for models. A cursor of another order is refused, inside.
    pub async fn search_models(
        &self,
        search: RegistrySearch,
    ) -> Result<Result<RegistryPage<Model>, CursorMismatch>, StoreError> {
        self.with_shelf(move |books| {
            let found = books.models.values().map(|model| Shared(model, false));
            page(found, &search)
        })
        .await
    }

    /// Looks for versions. A cursor of another order is refused, inside.
    pub async fn search_versions(
        &self,
        search: RegistrySearch,
    ) -> Result<Result<RegistryPage<ModelVersion>, CursorMismatch>, StoreError> {
        self.with_shelf(move |books| {
            let found = books.models.values().flat_map(|model| {
                // As in MLflow, one version makes its neighbours prompts.
                let prompt = model.versions.iter().any(|v| is_prompt(&v.tags));
                model.versions.iter().map(move |v| Shared(v, prompt))
            });
            page(found, &search)
        })
        .await
    }

    /// Looks on a thread where that may take its milliseconds.
    async fn with_shelf<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Books) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        self.still_open()?;
        let shelf = Arc::clone(self.shelf());
        let done = tokio::task::spawn_blocking(move || look(&shelf.look())).await;
        done.map_err(|e| StoreError::Db {
            operation: "searching the registry",
            detail: format!("its thread ended: {e}"),
        })
    }
}

fn page<'a, T: 'a>(
    found: impl Iterator<Item = Shared<'a, T>>,
    search: &RegistrySearch,
) -> Result<RegistryPage<T>, CursorMismatch>
where
    Shared<'a, T>: Subject,
{
    let start = match &search.after {
        Some(cursor) => Start::After(cursor),
        None => Start::Offset(search.skip),
    };
    let page = search::page(found, &search.filter, &search.order, start, search.limit)?;
    Ok(RegistryPage {
        rows: page.rows.into_iter().map(|row| Arc::clone(row.0)).collect(),
        next: page.next,
    })
}

/// What is looked at and can be kept, and whether it counts as a prompt without saying so.
struct Shared<'a, T>(&'a Arc<T>, bool);

impl<T> Clone for Shared<'_, T> {
    fn clone(&self) -> Self {
        Self(self.0, self.1)
    }
}

impl Subject for Shared<'_, Model> {
    fn text(&self, attribute: Attribute) -> Option<&str> {
        (attribute == Attribute::Name).then_some(&*self.0.name)
    }
    fn number(&self, attribute: Attribute) -> Option<i64> {
        match attribute {
            Attribute::CreationTimestamp => Some(self.0.created.0),
            Attribute::LastUpdatedTimestamp => Some(self.0.updated.0),
            _ => None,
        }
    }
    fn tag(&self, key: &str) -> Option<&str> {
        self.0.tags.get(key).map(String::as_str)
    }
}

impl Subject for Shared<'_, ModelVersion> {
    fn text(&self, attribute: Attribute) -> Option<&str> {
        match attribute {
            Attribute::Name => Some(&self.0.model),
            Attribute::RunId => Some(self.0.run_id()),
            Attribute::SourcePath => Some(&self.0.source),
            _ => None,
        }
    }
    fn number(&self, attribute: Attribute) -> Option<i64> {
        match attribute {
            Attribute::VersionNumber => Some(i64::from(self.0.version.0)),
            Attribute::CreationTimestamp => Some(self.0.created.0),
            Attribute::LastUpdatedTimestamp => Some(self.0.updated.0),
            _ => None,
        }
    }
    fn tag(&self, key: &str) -> Option<&str> {
        let own = self.0.tags.get(key).map(String::as_str);
        own.or_else(|| (self.1 && key == IS_PROMPT).then_some("true"))
    }
}
