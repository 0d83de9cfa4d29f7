//! Gates: what a version must show before it may ask for production.

use serde::{Deserialize, Serialize};

/// What one gate rule said, with the numbers it looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateResult {
    /// The rule's name in policy.
    pub name: String,
    /// Whether it passed.
    pub passed: bool,
    /// The candidate's value; `None` when the metric is missing.
    pub candidate: Option<f64>,
    /// The bound it was held against; `None` when there was none (no champion yet).
    pub bound: Option<f64>,
    /// The sentence shown to the operator.
    pub reason: String,
}
