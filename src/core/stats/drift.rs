//! Drift between a reference and a window.

use serde::{Deserialize, Serialize};

/// What a cell's numbers amount to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Effect size over threshold, corrected significance, and enough rows.
    Drifted,
    /// At least one of the three is missing.
    Stable,
    /// Too few rows to say.
    NotEnoughData,
    /// It could not be computed, and why (missing column, wrong type, …).
    Error(String),
}
