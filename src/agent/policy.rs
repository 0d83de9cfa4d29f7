//! The policy in force: read at the start, read again on request, never half of one and half of another.

use crate::{AgentError, Workspace, clock, error::missing, schedule};
use std::sync::{Arc, PoisonError, RwLock};
use trimtab_core::policy::{ModelPolicy, Policy, RecipePolicy, TriggerRule};
use trimtab_wire::Failure;

/// Reads the workspace's policy file.
pub(crate) fn load(workspace: &Workspace) -> Result<Policy, AgentError> {
    let path = workspace.policy_file();
    let text = std::fs::read_to_string(&path).map_err(AgentError::io("reading", &path))?;
    let policy = Policy::parse(&text, "trimtab.toml")?;
    for (recipe, rules) in &policy.recipes {
        for trigger in &rules.triggers {
            if let TriggerRule::Schedule { cron } = &trigger.rule {
                schedule::due(cron, clock::now()).map_err(|reason| AgentError::Schedule {
                    recipe: recipe.clone(),
                    cron: cron.clone(),
                    reason,
                })?;
            }
        }
    }
    Ok(policy)
}

/// The policy in force, and what was wrong with the file when it was last read.
#[derive(Debug)]
pub(crate) struct InForce {
    current: RwLock<(Arc<Policy>, Option<String>)>,
}

impl InForce {
    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            current: RwLock::new((Arc::new(policy), None)),
        }
    }

    /// The policy.
    pub(crate) fn get(&self) -> Arc<Policy> {
        Arc::clone(
            &self
                .current
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .0,
        )
    }

    /// Why the file was not taken when last read; `None` when it was.
    pub(crate) fn error(&self) -> Option<String> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .clone()
    }

    /// Takes the file as it is now; with an error in it, the policy stays what it was.
    pub(crate) fn reload(&self, workspace: &Workspace) -> Result<(), AgentError> {
        let read = load(workspace);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(policy) => {
                *current = (Arc::new(policy), None);
                Ok(())
            }
            Err(error) => {
                current.1 = Some(error.to_string());
                Err(error)
            }
        }
    }
}

/// What policy says of a model, or the refusal to act without it.
pub(crate) fn of_model<'a>(policy: &'a Policy, model: &str) -> Result<&'a ModelPolicy, Failure> {
    let hint =
        "Policy decides how a model is released: add its table [models.NAME] to trimtab.toml.";
    policy
        .models
        .get(model)
        .ok_or_else(|| missing("policy for the model", model, hint))
}

/// A recipe by name.
pub(crate) fn of_recipe<'a>(policy: &'a Policy, recipe: &str) -> Result<&'a RecipePolicy, Failure> {
    policy.recipes.get(recipe).ok_or_else(|| {
        missing(
            "recipe",
            recipe,
            "Recipes are the tables [recipes.NAME] of trimtab.toml.",
        )
    })
}
