//! MLflow's stages: deprecated, and still used.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where a version stands, as MLflow had it before aliases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stage {
    /// Nowhere yet.
    #[default]
    None,
    /// Being tried.
    Staging,
    /// In production. Where policy knows the model, a version comes here by a promotion only.
    Production,
    /// Put away.
    Archived,
}

/// A word that is no stage. The message is MLflow's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Invalid Model Version stage: {0}. Value must be one of None, Staging, Production, Archived."
)]
pub struct UnknownStage(pub String);

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 4] = [Self::None, Self::Staging, Self::Production, Self::Archived];

    /// The word stored and shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Staging => "Staging",
            Self::Production => "Production",
            Self::Archived => "Archived",
        }
    }

    /// Whether others can be archived when a version comes here.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Staging | Self::Production)
    }

    /// Reads [`Self::word`] back, exactly.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

impl FromStr for Stage {
    type Err = UnknownStage;
    /// Reads what a client says, in capitals or not.
    fn from_str(text: &str) -> Result<Self, UnknownStage> {
        Self::ALL
            .into_iter()
            .find(|s| s.word().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownStage(text.to_owned()))
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
