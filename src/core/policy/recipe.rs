//! A recipe's policy: how a model is retrained, and what sets it off by itself.

use super::{Direction, QualityMetric, Span, written::read_as};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// How a model is retrained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipePolicy {
    /// The model it makes versions of.
    pub model: String,
    /// The program and its arguments; never a shell line. `{trimtab}` is this executable.
    pub command: Vec<String>,
    /// How much data, up to the newest, to train on when the operator names no window. Default 12 weeks.
    #[serde(default = "default_window")]
    pub window: Span,
    /// How long it may run before it is ended. Default 1 hour.
    #[serde(default = "default_timeout")]
    pub timeout: Span,
    /// Parameters, passed as `TRIMTAB_PARAM_<NAME>`; the operator may give others.
    #[serde(default)]
    pub params: BTreeMap<String, Param>,
    /// What starts it without a person; none by default.
    #[serde(default)]
    pub triggers: Vec<TriggerPolicy>,
}

fn default_window() -> Span {
    Span::from_secs(12 * 7 * 86_400)
}

fn default_timeout() -> Span {
    Span::from_secs(3_600)
}

/// A parameter's value. Numbers and booleans may stand without quotation marks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "a value of another type, expected a string, a number or a boolean"
)]
pub enum Param {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(v) => v.fmt(f),
            Self::Int(v) => v.fmt(f),
            Self::Float(v) => v.fmt(f),
            Self::Text(v) => f.write_str(v),
        }
    }
}

/// What starts a recipe, how long it must last, and how long it then rests.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "RawTrigger")]
pub struct TriggerPolicy {
    /// What is looked at.
    pub rule: TriggerRule,
    /// How many windows in a row must say so. Default 1; not for schedules.
    pub windows: u32,
    /// How long it rests after it fired, in the data's time (schedules: the clock's). Default: not at all.
    pub cooldown: Option<Span>,
}

/// What a trigger looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum TriggerRule {
    /// Realised quality on the wrong side of a bound.
    Metric {
        /// The monitor.
        monitor: String,
        /// Its measure.
        metric: QualityMetric,
        /// The bound.
        bound: f64,
        /// Which way the measure is better: below the bound fires for `Max`, above it for `Min`.
        direction: Direction,
    },
    /// The share of judged features that drifted, at or above a bound.
    DriftedShare {
        /// The monitor.
        monitor: String,
        /// From which share on; above 0, at most 1.
        share: f64,
    },
    /// The clock, as a cron expression of five fields in UTC.
    Schedule {
        /// Minute, hour, day of month, month, day of week.
        cron: String,
    },
}

impl TriggerRule {
    /// The word in the policy file.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Metric {
                direction: Direction::Max,
                ..
            } => "metric_below",
            Self::Metric {
                direction: Direction::Min,
                ..
            } => "metric_above",
            Self::DriftedShare { .. } => "drifted_share",
            Self::Schedule { .. } => "schedule",
        }
    }

    /// The monitor it looks at; `None` for schedules.
    pub fn monitor(&self) -> Option<&str> {
        match self {
            Self::Metric { monitor, .. } | Self::DriftedShare { monitor, .. } => Some(monitor),
            Self::Schedule { .. } => None,
        }
    }
}

/// The kinds of trigger.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum TriggerKind {
    /// A measure below `below`.
    MetricBelow,
    /// A measure above `above`.
    MetricAbove,
    /// The share of drifted features.
    DriftedShare,
    /// A cron expression.
    Schedule,
}

/// A trigger as the file writes it.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Trigger")]
struct RawTrigger {
    /// What is looked at.
    kind: TriggerKind,
    /// The monitor (all but schedule).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    monitor: Option<String>,
    /// The measure (metric_below, metric_above).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metric: Option<QualityMetric>,
    /// Fires below this (metric_below).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    below: Option<f64>,
    /// Fires above this (metric_above).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    above: Option<f64>,
    /// Fires from this share of drifted features on (drifted_share).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    /// Five fields, UTC (schedule).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cron: Option<String>,
    /// How many windows in a row must say so; default 1 (all but schedule).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    windows: Option<u32>,
    /// How long it rests after it fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cooldown: Option<Span>,
}

read_as!(TriggerPolicy, RawTrigger);

impl TryFrom<RawTrigger> for TriggerPolicy {
    type Error = String;

    fn try_from(raw: RawTrigger) -> Result<Self, String> {
        let (word, allowed): (_, &[&str]) = match raw.kind {
            TriggerKind::MetricBelow => {
                ("metric_below", &["monitor", "metric", "below", "windows"])
            }
            TriggerKind::MetricAbove => {
                ("metric_above", &["monitor", "metric", "above", "windows"])
            }
            TriggerKind::DriftedShare => ("drifted_share", &["monitor", "share", "windows"]),
            TriggerKind::Schedule => ("schedule", &["cron"]),
        };
        let given = [
            ("monitor", raw.monitor.is_some()),
            ("metric", raw.metric.is_some()),
            ("below", raw.below.is_some()),
            ("above", raw.above.is_some()),
            ("share", raw.share.is_some()),
            ("cron", raw.cron.is_some()),
            ("windows", raw.windows.is_some()),
        ];
        if let Some((key, _)) = given
            .iter()
            .find(|(key, present)| *present && !allowed.contains(key))
        {
            let keys = allowed.join(", ");
            return Err(format!(
                "a trigger of kind \"{word}\" with the key {key}, expected {keys} and cooldown"
            ));
        }
        let missing = |key: &str| {
            format!("a trigger of kind \"{word}\" without the key {key}, expected it here")
        };
        let monitor = raw.monitor.ok_or_else(|| missing("monitor"));
        let metric = raw.metric.ok_or_else(|| missing("metric"));
        let rule = match raw.kind {
            TriggerKind::MetricBelow => TriggerRule::Metric {
                monitor: monitor?,
                metric: metric?,
                bound: raw.below.ok_or_else(|| missing("below"))?,
                direction: Direction::Max,
            },
            TriggerKind::MetricAbove => TriggerRule::Metric {
                monitor: monitor?,
                metric: metric?,
                bound: raw.above.ok_or_else(|| missing("above"))?,
                direction: Direction::Min,
            },
            TriggerKind::DriftedShare => TriggerRule::DriftedShare {
                monitor: monitor?,
                share: raw.share.ok_or_else(|| missing("share"))?,
            },
            TriggerKind::Schedule => TriggerRule::Schedule {
                cron: raw.cron.ok_or_else(|| missing("cron"))?,
            },
        };
        Ok(Self {
            rule,
            windows: raw.windows.unwrap_or(1),
            cooldown: raw.cooldown,
        })
    }
}

impl From<TriggerPolicy> for RawTrigger {
    fn from(t: TriggerPolicy) -> Self {
        let blank = Self {
            kind: TriggerKind::Schedule,
            monitor: t.rule.monitor().map(Into::into),
            metric: None,
            below: None,
            above: None,
            share: None,
            cron: None,
            windows: Some(t.windows),
            cooldown: t.cooldown,
        };
        match t.rule {
            TriggerRule::Metric {
                metric,
                bound,
                direction: Direction::Max,
                ..
            } => Self {
                kind: TriggerKind::MetricBelow,
                metric: Some(metric),
                below: Some(bound),
                ..blank
            },
            TriggerRule::Metric {
                metric,
                bound,
                direction: Direction::Min,
                ..
            } => Self {
                kind: TriggerKind::MetricAbove,
                metric: Some(metric),
                above: Some(bound),
                ..blank
            },
            TriggerRule::DriftedShare { share, .. } => Self {
                kind: TriggerKind::DriftedShare,
                share: Some(share),
                ..blank
            },
            TriggerRule::Schedule { cron } => Self {
                cron: Some(cron),
                windows: None,
                ..blank
            },
        }
    }
}
