//! What a run read and made, in words for people.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All that a run read and made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunInputs {
    /// Data sets that it read, as they came.
    pub datasets: Vec<InputDataset>,
    /// Models that it read or made, by id.
    pub models: Vec<LinkedModel>,
}

/// A data set that a run read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputDataset {
    /// Its name.
    pub name: String,
    /// The digest of its contents.
    pub digest: String,
    /// What for: `training`, `eval`, …; empty when nobody said.
    pub context: String,
    /// What sort of place it came from: `local`, `code`, `http`, ….
    pub source_type: String,
    /// Which place, as JSON.
    pub source: String,
    /// Its columns, as JSON.
    pub schema: Option<String>,
    /// Figures about it, as JSON.
    pub profile: Option<String>,
    /// Tags of this use, but for the context.
    pub tags: BTreeMap<String, String>,
}

/// A logged model that a run read or made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedModel {
    /// Its id, as the client gave it.
    pub id: String,
    /// Its name; empty when no such model is known.
    pub name: String,
    /// Its type, in the client's words.
    pub kind: String,
    /// Where it stands; empty when no such model is known.
    pub status: String,
    /// Where its files are; empty when no such model is known.
    pub uri: String,
    /// Whether the run made it, and at which step; otherwise it read it.
    pub made_at: Option<i64>,
}
