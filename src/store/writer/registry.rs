//! Judging what is said of the registry: models, versions, aliases, deployments.

use super::{Desk, rows::Rare};
use crate::{
    change::{Applied, ModelEdit, VersionEdit},
    error::StoreError,
};
use std::sync::Arc;
use trimtab_core::{
    registry::{Deployment, Model, ModelVersion, Stage, Version, webhook::Webhook},
    time::Millis,
};

impl Desk<'_> {
    /// Registers the next version of a model, which is made when it does not exist.
    pub(super) fn register(&mut self, version: ModelVersion) -> Result<Applied, StoreError> {
        if let Some(run) = &version.run {
            self.books.run(run)?;
        }
        let model = self.books.model(&version.model);
        let model = model.unwrap_or_else(|| Model::new(&version.model, version.created));
        Ok(self.append_version(model, version))
    }

    pub(super) fn add_version(&mut self, version: &ModelVersion) -> Result<Applied, StoreError> {
        let model = self.model(&version.model)?;
        Ok(self.append_version(model, version.clone()))
    }

    fn append_version(&mut self, mut model: Model, mut version: ModelVersion) -> Applied {
        model.newest += 1;
        model.updated = version.created;
        version.version = Version(model.newest);
        version.source = version
            .source
            .replace("{version}", &model.newest.to_string());
        let version = Arc::new(version);
        model.versions.insert(0, Arc::clone(&version));
        self.put_model(model);
        self.rows
            .rare
            .push(Rare::Version(Arc::clone(&version), true));
        Applied::Version(Box::new((*version).clone()))
    }

    pub(super) fn create_model(&mut self, model: Model) -> Result<Applied, StoreError> {
        if self.books.model(&model.name).is_some() {
            return Err(taken(&model.name));
        }
        self.put_model(model.clone());
        Ok(Applied::Model(Box::new(model)))
    }

    pub(super) fn edit_model(
        &mut self,
        name: &str,
        edit: &ModelEdit,
        at: Millis,
    ) -> Result<Applied, StoreError> {
        let mut model = self.model(name)?;
        match edit {
            ModelEdit::Rename(to) => return self.rename_model(model, to, at),
            ModelEdit::Describe(words) => {
                model.description.clone_from(words);
                model.updated = at;
            }
            ModelEdit::SetTag(key, value) => {
                model.tags.insert(key.clone(), value.clone());
            }
            ModelEdit::DeleteTag(key) => drop(model.tags.remove(key)),
            ModelEdit::DeleteAlias(alias) => {
                if model.aliases.remove(alias).is_some() {
                    let gone = Rare::Alias(name.to_owned(), alias.clone(), None);
                    self.rows.rare.push(gone);
                }
            }
            ModelEdit::Delete => {
                self.books
                    .put(|s| &mut s.changed_models, name.to_owned(), None);
                self.rows.rare.push(Rare::ModelGone(name.to_owned()));
                return Ok(Applied::Model(Box::new(model)));
            }
        }
        self.put_model(model.clone());
        Ok(Applied::Model(Box::new(model)))
    }

    fn rename_model(
        &mut self,
        mut model: Model,
        to: &str,
        at: Millis,
    ) -> Result<Applied, StoreError> {
        if model.name != to && self.books.model(to).is_some() {
            return Err(taken(to));
        }
        let from = std::mem::replace(&mut model.name, to.to_owned());
        model.updated = at;
        for version in &mut model.versions {
            let version = Arc::make_mut(version);
            to.clone_into(&mut version.model);
            version.updated = at;
        }
        self.books
            .put(|s| &mut s.changed_models, from.clone(), None);
        self.rows
            .rare
            .push(Rare::ModelRenamed(from, to.to_owned(), at));
        self.put_model(model.clone());
        Ok(Applied::Model(Box::new(model)))
    }

    pub(super) fn edit_version(
        &mut self,
        name: &str,
        number: Version,
        edit: &VersionEdit,
        at: Millis,
    ) -> Result<Applied, StoreError> {
        let mut model = self.books.model(name).ok_or_else(|| no(name, number))?;
        let place = model.place(number).ok_or_else(|| no(name, number))?;
        let mut version = (*model.versions[place]).clone();
        match edit {
            VersionEdit::Describe(words) => {
                version.description.clone_from(words);
                version.updated = at;
            }
            VersionEdit::SetTag(key, value) => {
                version.tags.insert(key.clone(), value.clone());
            }
            VersionEdit::DeleteTag(key) => drop(version.tags.remove(key)),
            VersionEdit::Stage { stage, archive } => {
                version.stage = *stage;
                version.updated = at;
                model.updated = at;
                if *archive {
                    self.archive(&mut model, *stage, number, at);
                }
            }
            VersionEdit::Delete => {
                model.versions.remove(place);
                model.aliases.retain(|_, v| *v != number);
                model.updated = at;
                self.put_model(model);
                let gone = Rare::VersionGone(name.to_owned(), number);
                self.rows.rare.push(gone);
                return Ok(Applied::Version(Box::new(version)));
            }
        }
        let version = Arc::new(version);
        model.versions[place] = Arc::clone(&version);
        self.put_model(model);
        self.rows
            .rare
            .push(Rare::Version(Arc::clone(&version), false));
        Ok(Applied::Version(Box::new((*version).clone())))
    }

    /// Archives every other version in a stage.
    fn archive(&mut self, model: &mut Model, stage: Stage, but: Version, at: Millis) {
        for version in &mut model.versions {
            if version.stage == stage && version.version != but {
                let other = Arc::make_mut(version);
                other.stage = Stage::Archived;
                other.updated = at;
                self.rows
                    .rare
                    .push(Rare::Version(Arc::clone(version), false));
            }
        }
    }

    pub(super) fn set_alias(
        &mut self,
        name: &str,
        alias: &str,
        version: Version,
    ) -> Result<Applied, StoreError> {
        self.version_exists(name, version)?;
        let mut model = self.model(name)?;
        if model.aliases.insert(alias.to_owned(), version) != Some(version) {
            self.books.put(
                |s| &mut s.changed_models,
                name.to_owned(),
                Some(Arc::new(model)),
            );
            let set = Rare::Alias(name.to_owned(), alias.to_owned(), Some(version));
            self.rows.rare.push(set);
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

    pub(super) fn put_webhook(&mut self, webhook: &Webhook) -> Applied {
        let webhook = Arc::new(webhook.clone());
        self.books.put(
            |s| &mut s.changed_webhooks,
            webhook.id.clone(),
            Some(Arc::clone(&webhook)),
        );
        let row = Rare::Webhook(webhook.id.clone(), Some(webhook));
        self.rows.rare.push(row);
        Applied::Done
    }

    pub(super) fn delete_webhook(&mut self, id: &str) -> Applied {
        self.books
            .put(|s| &mut s.changed_webhooks, id.to_owned(), None);
        self.rows.rare.push(Rare::Webhook(id.to_owned(), None));
        Applied::Done
    }

    pub(super) fn version_exists(&self, name: &str, version: Version) -> Result<(), StoreError> {
        let model = self.model(name)?;
        match model.version(version) {
            Some(_) => Ok(()),
            None => Err(no(name, version)),
        }
    }

    fn model(&self, name: &str) -> Result<Model, StoreError> {
        let model = self.books.model(name);
        model.ok_or_else(|| StoreError::missing("model", name))
    }

    /// What a model becomes; its versions have rows of their own.
    fn put_model(&mut self, model: Model) {
        let model = Arc::new(model);
        self.rows.rare.push(Rare::Model(Arc::clone(&model)));
        self.books
            .put(|s| &mut s.changed_models, model.name.clone(), Some(model));
    }
}

fn no(model: &str, version: Version) -> StoreError {
    StoreError::missing("version", format!("{model} {version}"))
}

fn taken(name: &str) -> StoreError {
    StoreError::conflict("model", format!("{name:?}"), "the name is taken")
}
