//! What production is, and how its pointer moves.
//!
//! A switch either ends with production answering as the version asked for, or with the pointer
//! back where it was.

mod http;
mod place;
mod symlink;

pub(crate) use http::client;

use crate::Context;
use symlink::Symlink;
use trimtab_core::{
    policy::{ModelPolicy, Target as TargetPolicy},
    registry::{Model, ModelVersion, Version},
};
use trimtab_wire::Serving;

/// A model's production.
#[derive(Debug)]
pub(crate) enum Target {
    /// Whatever reads the registry's alias: nothing else to move.
    Alias,
    /// A symlink and the server that reads it.
    Symlink(Symlink),
}

/// Why production was not switched.
#[derive(Debug, thiserror::Error)]
#[error("{reason}; {}", match put_back { Ok(()) => "production was put back".to_owned(), Err(e) => format!("and production could not be put back: {e}") })]
pub(crate) struct SwitchError {
    /// What failed, on what.
    pub reason: String,
    /// Whether the pointer is where it was.
    pub put_back: Result<(), String>,
}

impl SwitchError {
    /// Failed before anything was moved.
    fn untouched(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            put_back: Ok(()),
        }
    }
}

impl Target {
    /// The target that policy names for a model.
    pub(crate) fn of(ctx: &Context, policy: &ModelPolicy) -> Self {
        match &policy.target {
            TargetPolicy::Alias => Self::Alias,
            TargetPolicy::Symlink(target) => {
                let store = ctx.store.clone();
                Self::Symlink(Symlink::new(
                    ctx.workspace.root(),
                    target,
                    ctx.http.clone(),
                    store,
                ))
            }
        }
    }

    /// Moves production to a version; returns what production then answered.
    pub(crate) async fn switch(&self, model: &Model, to: Version) -> Result<String, SwitchError> {
        match self {
            Self::Alias => Ok(format!(
                "the alias {} names {to}",
                trimtab_core::registry::CHAMPION
            )),
            Self::Symlink(link) => link.switch(model, to).await,
        }
    }

    /// Why production cannot have a version at all: its files are where the target does not reach.
    pub(crate) fn cannot(&self, version: &ModelVersion) -> Option<String> {
        match self {
            Self::Alias => None,
            Self::Symlink(link) => link.folder(version).err(),
        }
    }

    /// The version that the pointer names now; `None` when it names none that is registered.
    pub(crate) fn current(&self, model: &Model) -> Option<Version> {
        match self {
            Self::Alias => model.champion(),
            Self::Symlink(link) => link.current(model),
        }
    }

    /// Moves the pointer without waiting for an answer; for putting things right at a start.
    pub(crate) async fn point(&self, model: &Model, to: Option<Version>) -> Result<(), String> {
        match self {
            Self::Alias => Ok(()),
            Self::Symlink(link) => link.point(model, to).await,
        }
    }

    /// Waits until production answers as a version, for as long as policy allows.
    pub(crate) async fn verify(&self, model: &Model, version: Version) -> Result<String, String> {
        match self {
            Self::Alias => Ok(String::new()),
            Self::Symlink(link) => link.verify(model, version).await,
        }
    }

    /// Asks production how it is; `None` when it cannot be asked.
    pub(crate) async fn probe(&self, model: &Model) -> Option<Serving> {
        match self {
            Self::Alias => None,
            Self::Symlink(link) => Some(link.probe(model).await),
        }
    }

    /// What a switch changes, for people.
    pub(crate) fn describe(&self, to: Version) -> Vec<String> {
        match self {
            Self::Alias => Vec::new(),
            Self::Symlink(link) => link.describe(to),
        }
    }
}
