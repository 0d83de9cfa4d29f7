//! Reading the registry.

use super::{parsed_option, rows, word};
use crate::{Store, StoreError};
use duckdb::Connection;
use std::collections::BTreeMap;
use trimtab_core::{
    registry::{Deployment, DeploymentKind, Model, ModelVersion, Version},
    time::Millis,
};

impl Store {
    /// Every model by name, with versions and aliases.
    pub async fn models(&self) -> Result<Vec<Model>, StoreError> {
        self.read("reading the registry", |db| select(db, None))
            .await
    }

    /// One model.
    pub async fn model(&self, name: &str) -> Result<Option<Model>, StoreError> {
        let name = name.to_owned();
        self.read("reading a model", move |db| {
            Ok(select(db, Some(&name))?.pop())
        })
        .await
    }

    /// When production pointers moved, oldest first; of one model, or of all.
    pub async fn deployments(&self, model: Option<&str>) -> Result<Vec<Deployment>, StoreError> {
        let model = model.map(str::to_owned);
        self.read("reading deployments", move |db| {
            rows(
                db,
                "SELECT model, version, previous, at_ms, data_time, kind, actor FROM deployments
                 WHERE coalesce(model = ?, true) ORDER BY seq",
                [model],
                |r| {
                    Ok(Deployment {
                        model: r.get(0)?,
                        version: Version(r.get(1)?),
                        previous: r.get::<_, Option<u32>>(2)?.map(Version),
                        at: Millis(r.get(3)?),
                        data_time: r.get::<_, Option<i64>>(4)?.map(Millis),
                        kind: word(r, 5, DeploymentKind::from_word)?,
                        actor: r.get(6)?,
                    })
                },
            )
        })
        .await
    }
}

fn select(db: &Connection, name: Option<&str>) -> duckdb::Result<Vec<Model>> {
    let mut models: BTreeMap<String, Model> = rows(
        db,
        "SELECT name, created FROM models WHERE coalesce(name = ?, true)",
        [name],
        |r| {
            let name: String = r.get(0)?;
            let model = Model {
                name: name.clone(),
                created: Millis(r.get(1)?),
                versions: Vec::new(),
                aliases: BTreeMap::new(),
            };
            Ok((name, model))
        },
    )?
    .into_iter()
    .collect();
    let mut tags: BTreeMap<(String, u32), BTreeMap<String, String>> = BTreeMap::new();
    for (at, key, value) in facts(db, "version_tags", name)? {
        tags.entry(at).or_default().insert(key, value);
    }
    let mut metrics: BTreeMap<(String, u32), BTreeMap<String, f64>> = BTreeMap::new();
    for (at, key, value) in facts(db, "version_metrics", name)? {
        metrics.entry(at).or_default().insert(key, value);
    }
    let versions = rows(
        db,
        "SELECT model, version, run, created, author, source FROM model_versions
         WHERE coalesce(model = ?, true) ORDER BY version DESC",
        [name],
        |r| {
            let at = (r.get::<_, String>(0)?, r.get::<_, u32>(1)?);
            Ok(ModelVersion {
                model: at.0.clone(),
                version: Version(at.1),
                run: parsed_option(r, 2)?,
                created: Millis(r.get(3)?),
                author: r.get(4)?,
                source: r.get(5)?,
                tags: tags.remove(&at).unwrap_or_default(),
                metrics: metrics.remove(&at).unwrap_or_default(),
            })
        },
    )?;
    for version in versions {
        if let Some(model) = models.get_mut(&version.model) {
            model.versions.push(version);
        }
    }
    let aliases = rows(
        db,
        "SELECT model, alias, version FROM aliases WHERE coalesce(model = ?, true)",
        [name],
        |r| Ok((r.get::<_, String>(0)?, r.get(1)?, Version(r.get(2)?))),
    )?;
    for (model, alias, version) in aliases {
        if let Some(model) = models.get_mut(&model) {
            model.aliases.insert(alias, version);
        }
    }
    Ok(models.into_values().collect())
}

type Fact<V> = ((String, u32), String, V);

/// The rows of `version_tags` or `version_metrics`.
fn facts<V: duckdb::types::FromSql>(
    db: &Connection,
    table: &'static str,
    name: Option<&str>,
) -> duckdb::Result<Vec<Fact<V>>> {
    rows(
        db,
        &format!("SELECT model, version, key, value FROM {table} WHERE coalesce(model = ?, true)"),
        [name],
        |r| Ok(((r.get(0)?, r.get(1)?), r.get(2)?, r.get(3)?)),
    )
}
