//! Why the registry says no: what the console's failures know, and that a name is taken.

use trimtab_core::registry::{UnknownStage, names::BadName, source::BadSource};
use trimtab_wire::{Failure, FailureKind};

/// Why something was not done. The messages are MLflow's where it has any.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// There is one of that name.
    #[error("{0}")]
    Taken(String),
    /// Anything else.
    #[error("{0}")]
    Failed(Failure),
}

impl Refusal {
    /// No such thing.
    pub(super) fn missing(message: impl Into<String>) -> Self {
        Self::Failed(Failure::new(FailureKind::NotFound, message, ""))
    }
    /// What was asked makes no sense.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::Failed(Failure::new(FailureKind::Invalid, message, ""))
    }
    /// No registered model of that name.
    pub(super) fn no_model(name: &str) -> Self {
        Self::missing(format!("Registered Model with name={name} not found"))
    }
    /// No such version.
    pub(super) fn no_version(name: &str, version: i64) -> Self {
        Self::missing(format!(
            "Model Version (name={name}, version={version}) not found"
        ))
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
impl From<BadName> for Refusal {
    fn from(error: BadName) -> Self {
        Self::invalid(error.to_string())
    }
}
impl From<BadSource> for Refusal {
    fn from(error: BadSource) -> Self {
        Self::invalid(error.to_string())
    }
}
impl From<UnknownStage> for Refusal {
    fn from(error: UnknownStage) -> Self {
        Self::invalid(error.to_string())
    }
}
