//! Every registered model and webhook, in memory: what the registry's calls are answered from.
//!
//! Kept like the runs' catalogue beside it (filled at the start and after every commit), under a lock
//! of its own, so that a search through all runs does not keep `registered-models/get` waiting.

use crate::read::{parsed, parsed_option, rows, word};
use duckdb::Connection;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};
use trimtab_core::{
    registry::{
        Model, ModelVersion, Stage, Version,
        webhook::{Status, Webhook},
    },
    time::Millis,
};

/// What is registered. Readers hold the lock for the time of one search.
#[derive(Default)]
pub(crate) struct Shelf(RwLock<Books>);

/// By name, and by id.
#[derive(Default)]
pub(crate) struct Books {
    pub models: BTreeMap<String, Arc<Model>>,
    pub webhooks: BTreeMap<String, Arc<Webhook>>,
}

/// What becomes of an entry; `None` when it goes.
pub(crate) type Changed<T> = HashMap<String, Option<Arc<T>>>;

impl Shelf {
    /// Looks, with the lock held: nothing may wait in here.
    pub fn look(&self) -> RwLockReadGuard<'_, Books> {
        // A panic of the writer while it writes leaves whole entries: each is replaced in one move.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// One model.
    pub fn model(&self, name: &str) -> Option<Arc<Model>> {
        self.look().models.get(name).cloned()
    }

    /// Takes in what a commit changed.
    pub fn publish(&self, models: &mut Changed<Model>, webhooks: &mut Changed<Webhook>) {
        if models.is_empty() && webhooks.is_empty() {
            return;
        }
        let mut books = self.0.write().unwrap_or_else(PoisonError::into_inner);
        put(&mut books.models, models);
        put(&mut books.webhooks, webhooks);
    }
}

fn put<T>(map: &mut BTreeMap<String, Arc<T>>, changed: &mut Changed<T>) {
    for (key, value) in changed.drain() {
        match value {
            Some(value) => map.insert(key, value),
            None => map.remove(&key),
        };
    }
}

/// Reads every model and webhook.
pub(crate) fn load(db: &Connection) -> duckdb::Result<Shelf> {
    let mut models = models(db)?;
    for mut version in versions(db)? {
        if let Some(model) = models.get_mut(&version.model) {
            version.model.clone_from(&model.name);
            model.versions.push(Arc::new(version));
        }
    }
    let webhooks = rows(
        db,
        "SELECT id, name, description, url, events, status, created, updated FROM webhooks",
        [],
        |r| {
            let events: String = r.get(4)?;
            Ok(Webhook {
                id: r.get(0)?,
                name: r.get(1)?,
                description: r.get(2)?,
                url: r.get(3)?,
                events: events.split(' ').filter_map(|e| e.parse().ok()).collect(),
                status: word(r, 5, Status::from_word)?,
                created: Millis(r.get(6)?),
                updated: Millis(r.get(7)?),
            })
        },
    )?;
    Ok(Shelf(RwLock::new(Books {
        models: models.into_iter().map(|(n, m)| (n, Arc::new(m))).collect(),
        webhooks: webhooks
            .into_iter()
            .map(|w| (w.id.clone(), Arc::new(w)))
            .collect(),
    })))
}

/// The models without their versions.
fn models(db: &Connection) -> duckdb::Result<BTreeMap<String, Model>> {
    let found = rows(
        db,
        "SELECT name, created, updated, description, newest FROM models",
        [],
        |r| {
            let mut model = Model::new(r.get::<_, String>(0)?, Millis(r.get(1)?));
            model.updated = Millis(r.get(2)?);
            model.description = r.get(3)?;
            model.newest = r.get(4)?;
            Ok((model.name.clone(), model))
        },
    )?;
    let mut found: BTreeMap<String, Model> = found.into_iter().collect();
    for (model, key, value) in rows(db, "SELECT model, key, value FROM model_tags", [], |r| {
        Ok((r.get::<_, String>(0)?, r.get(1)?, r.get(2)?))
    })? {
        if let Some(model) = found.get_mut(&model) {
            model.tags.insert(key, value);
        }
    }
    for (model, alias, version) in rows(db, "SELECT model, alias, version FROM aliases", [], |r| {
        Ok((r.get::<_, String>(0)?, r.get(1)?, Version(r.get(2)?)))
    })? {
        if let Some(model) = found.get_mut(&model) {
            model.aliases.insert(alias, version);
        }
    }
    Ok(found)
}

/// Every version, newest first.
fn versions(db: &Connection) -> duckdb::Result<Vec<ModelVersion>> {
    let mut tags = facts::<String>(db, "version_tags")?;
    let mut metrics = facts::<f64>(db, "version_metrics")?;
    rows(
        db,
        "SELECT model, version, run, created, author, source, updated, description, stage, run_text,
                run_link, model_id, location
         FROM model_versions ORDER BY version DESC",
        [],
        |r| {
            let at = (r.get::<_, String>(0)?, r.get::<_, u32>(1)?);
            Ok(ModelVersion {
                model: at.0.clone(),
                version: Version(at.1),
                run: parsed_option(r, 2)?,
                created: Millis(r.get(3)?),
                author: r.get(4)?,
                source: r.get(5)?,
                updated: Millis(r.get(6)?),
                description: r.get(7)?,
                stage: parsed::<Stage>(r, 8)?,
                run_text: r.get(9)?,
                run_link: r.get(10)?,
                model_id: r.get(11)?,
                location: r.get(12)?,
                tags: tags.remove(&at).unwrap_or_default(),
                metrics: metrics.remove(&at).unwrap_or_default(),
            })
        },
    )
}

type Facts<V> = HashMap<(String, u32), BTreeMap<String, V>>;

/// The rows of `version_tags` or `version_metrics`.
fn facts<V: duckdb::types::FromSql>(
    db: &Connection,
    table: &'static str,
) -> duckdb::Result<Facts<V>> {
    let mut facts: Facts<V> = HashMap::new();
    let sql = format!("SELECT model, version, key, value FROM {table}");
    for (at, key, value) in rows(db, &sql, [], |r| {
        Ok(((r.get(0)?, r.get(1)?), r.get(2)?, r.get(3)?))
    })? {
        facts.entry(at).or_default().insert(key, value);
    }
    Ok(facts)
}
