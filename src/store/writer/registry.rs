//! Judging and writing the registry: models, versions, aliases, deployments.

use super::{
    Desk,
    rows::{Rare, append},
};
use crate::{change::Applied, error::StoreError};
use duckdb::{Connection, params};
use trimtab_core::{
    registry::{Deployment, ModelVersion, Version},
    time::Millis,
};

impl Desk<'_> {
    pub(super) fn register(&mut self, mut version: ModelVersion) -> Result<Applied, StoreError> {
        if let Some(run) = &version.run {
            self.books.run(run)?;
        }
        let newest = self.books.models.get(&version.model).copied();
        if newest.is_none() {
            self.rows
                .rare
                .push(Rare::Model(version.model.clone(), version.created));
        }
        let number = newest.unwrap_or(0) + 1;
        self.books
            .put(|s| &mut s.models, version.model.clone(), number);
        version.version = Version(number);
        version.source = version.source.replace("{version}", &number.to_string());
        self.rows
            .rare
            .push(Rare::Version(Box::new(version.clone())));
        Ok(Applied::Version(Box::new(version)))
    }

    pub(super) fn set_alias(
        &mut self,
        model: &str,
        alias: &str,
        version: Version,
    ) -> Result<Applied, StoreError> {
        self.version_exists(model, version)?;
        let at = (model.to_owned(), alias.to_owned());
        if self.books.aliases.get(&at) != Some(&version) {
            self.books.put(|s| &mut s.aliases, at.clone(), version);
            self.rows.rare.push(Rare::Alias(at.0, at.1, version));
        }
        Ok(Applied::Done)
    }

    pub(super) fn deploy(&mut self, deployment: &Deployment) -> Result<Applied, StoreError> {
        self.version_exists(&deployment.model, deployment.version)?;
        let seq = self.books.deployments + 1;
        self.books.set(|s| &mut s.deployments, seq);
        self.rows
            .rare
            .push(Rare::Deployment(seq, deployment.clone()));
        Ok(Applied::Done)
    }

    pub(super) fn version_exists(&self, model: &str, version: Version) -> Result<(), StoreError> {
        let newest = self.books.models.get(model);
        let newest = newest.ok_or_else(|| StoreError::missing("model", model))?;
        if (1..=*newest).contains(&version.0) {
            Ok(())
        } else {
            Err(StoreError::missing("version", format!("{model} {version}")))
        }
    }
}

pub(super) fn write_model(db: &Connection, name: &str, created: Millis) -> duckdb::Result<()> {
    db.prepare_cached("INSERT INTO models VALUES (?, ?)")?
        .execute(params![name, created.0])
        .map(drop)
}

pub(super) fn write_version(db: &Connection, v: &ModelVersion) -> duckdb::Result<()> {
    db.prepare_cached("INSERT INTO model_versions VALUES (?, ?, ?, ?, ?, ?)")?
        .execute(params![
            v.model,
            v.version.0,
            v.run.as_ref().map(|r| r.as_str()),
            v.created.0,
            v.author,
            v.source,
        ])?;
    let tags: Vec<_> = v.tags.iter().collect();
    append(db, "version_tags", &tags, |app, (key, value)| {
        app.append_row(params![v.model, v.version.0, key, value])
    })?;
    let metrics: Vec<_> = v.metrics.iter().collect();
    append(db, "version_metrics", &metrics, |app, (key, value)| {
        app.append_row(params![v.model, v.version.0, key, value])
    })
}

pub(super) fn write_alias(
    db: &Connection,
    model: &str,
    alias: &str,
    version: Version,
) -> duckdb::Result<()> {
    db.prepare_cached("DELETE FROM aliases WHERE model = ? AND alias = ?")?
        .execute(params![model, alias])?;
    db.prepare_cached("INSERT INTO aliases VALUES (?, ?, ?)")?
        .execute(params![model, alias, version.0])
        .map(drop)
}

pub(super) fn write_deployment(db: &Connection, seq: u64, d: &Deployment) -> duckdb::Result<()> {
    db.prepare_cached("INSERT INTO deployments VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![
            seq,
            d.model,
            d.version.0,
            d.previous.map(|v| v.0),
            d.at.0,
            d.data_time.map(|t| t.0),
            d.kind.word(),
            d.actor,
        ])
        .map(drop)
}
