//! A model's policy: its headline metric, the gate, who approves, where production is.

use super::{Span, written::read_as};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How one model is judged and released.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelPolicy {
    /// The experiment whose runs make versions of it. Default: the model's own name.
    #[serde(default)]
    pub experiment: Option<String>,
    /// The headline metric, as runs log it.
    pub metric: String,
    /// Whether more (`max`, the default) or less (`min`) of the headline metric is better.
    #[serde(default)]
    pub direction: Direction,
    /// What a version must show before it may ask for production. No rules by default.
    #[serde(default)]
    pub gate: GatePolicy,
    /// Whose yes a promotion needs.
    #[serde(default)]
    pub approval: ApprovalPolicy,
    /// What a promotion switches. Default: the registry's alias only.
    #[serde(default)]
    pub target: Target,
}

/// Which way a metric is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better (AUC, accuracy).
    #[default]
    Max,
    /// Less is better (log loss, error).
    Min,
}

/// The rules of a gate; all must pass.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GatePolicy {
    /// The rules, in the order they are shown.
    #[serde(default)]
    pub rules: Vec<GateRule>,
}

/// One thing that a version must show.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "RawRule")]
pub struct GateRule {
    /// Its name; unique within the gate.
    pub name: String,
    /// The candidate's metric.
    pub metric: String,
    /// What it is held against.
    pub bound: Bound,
}

/// What a gate holds a metric against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// At least this much.
    Min(f64),
    /// At most this much.
    Max(f64),
    /// At least as good as the champion by this margin, in the metric's unit; below zero it is a
    /// tolerance. Which way is good is the model's `direction`.
    Champion {
        /// How much better it must be.
        margin: f64,
    },
}

/// A rule as the file writes it: exactly one of `min`, `max`, `at_least`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "GateRule")]
struct RawRule {
    /// Its name; unique within the gate.
    name: String,
    /// The candidate's metric.
    metric: String,
    /// At least this much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    /// At most this much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    /// `"champion"`: at least as good as the version in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least: Option<Rival>,
    /// How much better than the champion it must be; only with `at_least`. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    margin: Option<f64>,
}

/// Whom a rule compares with.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Rival {
    /// The version in production.
    Champion,
}

read_as!(GateRule, RawRule);

impl TryFrom<RawRule> for GateRule {
    type Error = String;

    fn try_from(raw: RawRule) -> Result<Self, String> {
        let named = |what: &str| format!("gate rule \"{}\" {what}", raw.name);
        let bound = match (raw.min, raw.max, raw.at_least) {
            (Some(min), None, None) => Bound::Min(min),
            (None, Some(max), None) => Bound::Max(max),
            (None, None, Some(Rival::Champion)) => Bound::Champion {
                margin: raw.margin.unwrap_or(0.0),
            },
            (None, None, None) => {
                return Err(named(
                    "has no bound, expected one of min, max or at_least = \"champion\"",
                ));
            }
            _ => {
                return Err(named(
                    "has two bounds, expected one of min, max or at_least = \"champion\"",
                ));
            }
        };
        match (bound, raw.margin) {
            (Bound::Min(_) | Bound::Max(_), Some(_)) => Err(named(
                "has a margin without a champion, expected margin only with at_least = \"champion\"",
            )),
            _ => Ok(Self {
                name: raw.name,
                metric: raw.metric,
                bound,
            }),
        }
    }
}

impl From<GateRule> for RawRule {
    fn from(rule: GateRule) -> Self {
        let (min, max, at_least, margin) = match rule.bound {
            Bound::Min(min) => (Some(min), None, None, None),
            Bound::Max(max) => (None, Some(max), None, None),
            Bound::Champion { margin } => (None, None, Some(Rival::Champion), Some(margin)),
        };
        Self {
            name: rule.name,
            metric: rule.metric,
            min,
            max,
            at_least,
            margin,
        }
    }
}

/// Whose yes a promotion needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApprovalPolicy {
    /// How many people must approve. Default 1; 0 promotes as soon as the gate passes.
    pub required: u32,
    /// Whether the one who asked may be among them. Default false.
    pub author_may_approve: bool,
}

impl Default for ApprovalPolicy {
    fn default() -> Self {
        Self {
            required: 1,
            author_may_approve: false,
        }
    }
}

/// What a promotion switches.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(into = "RawTarget")]
pub enum Target {
    /// Only the registry's `champion` alias moves.
    #[default]
    Alias,
    /// A symlink to the version's folder is replaced, then the server is told.
    Symlink(SymlinkTarget),
}

/// A symlink that a model server reads.
#[derive(Clone, Debug, PartialEq)]
pub struct SymlinkTarget {
    /// The link, relative to the workspace.
    pub path: String,
    /// A URL to POST after the switch, so that the server reads the link now.
    pub reload: Option<String>,
    /// A URL to GET until it answers with the new version.
    pub verify: Option<String>,
    /// How long all of it may take before the switch is undone. Default 5 s.
    pub timeout: Span,
}

/// The kinds of target.
#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum TargetKind {
    /// Only the registry's alias moves.
    #[default]
    Alias,
    /// A symlink, and a server that reads it.
    Symlink,
}

/// A target as the file writes it.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Target")]
struct RawTarget {
    /// What is switched.
    kind: TargetKind,
    /// The link, relative to the workspace (symlink).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// A URL to POST after the switch (symlink).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reload: Option<String>,
    /// A URL to GET until it answers with the new version (symlink).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verify: Option<String>,
    /// How long all of it may take; default `"5s"` (symlink).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timeout: Option<Span>,
}

read_as!(Target, RawTarget);

impl TryFrom<RawTarget> for Target {
    type Error = String;

    fn try_from(raw: RawTarget) -> Result<Self, String> {
        match (raw.kind, raw.path) {
            (TargetKind::Symlink, Some(path)) => Ok(Self::Symlink(SymlinkTarget {
                path,
                reload: raw.reload,
                verify: raw.verify,
                timeout: raw.timeout.unwrap_or(Span::from_secs(5)),
            })),
            (TargetKind::Symlink, None) => {
                Err("a target of kind \"symlink\" without a path, expected path = \"<the link, relative to the workspace>\"".into())
            }
            (TargetKind::Alias, None) if raw.reload.is_none() && raw.verify.is_none() && raw.timeout.is_none() => {
                Ok(Self::Alias)
            }
            (TargetKind::Alias, _) => {
                Err("a target of kind \"alias\" with other keys, expected kind alone, or kind = \"symlink\"".into())
            }
        }
    }
}

impl From<Target> for RawTarget {
    fn from(target: Target) -> Self {
        match target {
            Target::Alias => Self {
                kind: TargetKind::Alias,
                path: None,
                reload: None,
                verify: None,
                timeout: None,
            },
            Target::Symlink(t) => Self {
                kind: TargetKind::Symlink,
                path: Some(t.path),
                reload: t.reload,
                verify: t.verify,
                timeout: Some(t.timeout),
            },
        }
    }
}
