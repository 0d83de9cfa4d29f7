//! Policy: `trimtab.toml`, typed. What the file may say, its defaults, and where it is wrong.
//!
//! The file is read in two steps. Serde gives the types, refusing every key it does not know;
//! `check` then looks at what only the whole shows (a monitor of a model that does not exist).
//! Both name file, line and column, because a policy error is met in an editor.

mod agent;
mod check;
mod check_monitors;
mod error;
mod model;
mod moment;
mod monitor;
mod notify;
mod recipe;
mod span;
mod window;
mod written;

pub use agent::AgentPolicy;
pub use error::PolicyError;
pub use model::{
    ApprovalPolicy, Bound, Direction, GatePolicy, GateRule, ModelPolicy, SymlinkTarget, Target,
};
pub use moment::Moment;
pub use monitor::{
    Columns, DriftPolicy, FeatureRule, MonitorPolicy, QualityMetric, QualityPolicy, Task,
};
pub use notify::{NoticeBody, NotifyPolicy};
pub use recipe::{Param, RecipePolicy, TriggerPolicy, TriggerRule};
pub use span::Span;
pub use window::{Cut, Window};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one workspace's `trimtab.toml` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The workspace itself.
    pub workspace: WorkspacePolicy,
    /// The agent; nothing but its socket when left out.
    #[serde(default)]
    pub agent: AgentPolicy,
    /// The models, by name.
    #[serde(default)]
    pub models: BTreeMap<String, ModelPolicy>,
    /// The monitors, by name.
    #[serde(default)]
    pub monitors: BTreeMap<String, MonitorPolicy>,
    /// How models are retrained, by name.
    #[serde(default)]
    pub recipes: BTreeMap<String, RecipePolicy>,
    /// Who is told of alerts, by name.
    #[serde(default)]
    pub notify: BTreeMap<String, NotifyPolicy>,
}

/// The workspace itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspacePolicy {
    /// The name in the console's header.
    pub name: String,
}

impl Policy {
    /// Reads a policy file's text. `file` is only what errors call it.
    ///
    /// # Errors
    /// The first thing that is wrong, in the file's order, with line and column.
    pub fn parse(text: &str, file: &str) -> Result<Self, PolicyError> {
        let policy: Self =
            toml::from_str(text).map_err(|e| PolicyError::from_toml(file, text, &e))?;
        match check::first_fault(&policy, text) {
            Some((at, fault)) => Err(PolicyError::new(file, text, at, fault)),
            None => Ok(policy),
        }
    }

    /// A commented policy file to start from; it parses.
    pub fn template() -> &'static str {
        include_str!("template.toml")
    }

    /// The recipes that make versions of a model, by name.
    pub fn recipes_of<'a>(
        &'a self,
        model: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a RecipePolicy)> {
        self.recipes
            .iter()
            .filter(move |(_, r)| r.model == model)
            .map(|(name, r)| (name.as_str(), r))
    }

    /// The monitors that watch a model, by name.
    pub fn monitors_of<'a>(
        &'a self,
        model: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a MonitorPolicy)> {
        self.monitors
            .iter()
            .filter(move |(_, m)| m.model == model)
            .map(|(name, m)| (name.as_str(), m))
    }
}

/// The JSON schema of `trimtab.toml`, for editors, pretty-printed with a newline at its end.
pub fn json_schema() -> String {
    let mut schema = schemars::schema_for!(Policy);
    schema.insert("title".into(), "trimtab.toml".into());
    format!("{:#}\n", schema.as_value())
}

#[cfg(test)]
mod tests;
