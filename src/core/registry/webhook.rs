//! Webhooks: whom to tell of what in the registry. The words are those of MLflow's `webhooks.proto`.

use crate::time::Millis;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What something happened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// A registered model.
    RegisteredModel,
    /// A version of one.
    ModelVersion,
    /// A version's tag.
    ModelVersionTag,
    /// An alias of a version.
    ModelVersionAlias,
    /// A prompt.
    Prompt,
    /// A version of one.
    PromptVersion,
    /// A prompt's tag.
    PromptTag,
    /// A tag of a prompt's version.
    PromptVersionTag,
    /// An alias of a prompt's version.
    PromptAlias,
    /// A budget of the gateway. It can be followed, and nothing ever happens to it here.
    BudgetPolicy,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It came to be.
    Created,
    /// It changed.
    Updated,
    /// It went.
    Deleted,
    /// It got a value.
    Set,
    /// It was used up.
    Exceeded,
}

/// Something that can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Event {
    /// To what.
    pub entity: Entity,
    /// What.
    pub action: Action,
}

/// An event that never happens. The message is MLflow's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid action '{action}' for entity '{entity}'. Valid actions are: [{valid}]")]
pub struct NoEvent {
    entity: Entity,
    action: Action,
    valid: String,
}

/// Whether deliveries are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// They are.
    #[default]
    Active,
    /// They are not.
    Disabled,
}

/// One subscription. Its secret is not part of it: it is kept apart and never shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its id, a random UUID.
    pub id: String,
    /// Its name, not unique.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Where deliveries are posted, `http` or `https`.
    pub url: String,
    /// Of what it tells, sorted.
    pub events: Vec<Event>,
    /// Whether it does.
    pub status: Status,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Millis,
}

impl Entity {
    /// Every entity.
    pub const ALL: [Self; 10] = [
        Self::RegisteredModel,
        Self::ModelVersion,
        Self::ModelVersionTag,
        Self::ModelVersionAlias,
        Self::Prompt,
        Self::PromptVersion,
        Self::PromptTag,
        Self::PromptVersionTag,
        Self::PromptAlias,
        Self::BudgetPolicy,
    ];

    /// The word in deliveries; in the API it stands in capitals.
    pub fn word(self) -> &'static str {
        match self {
            Self::RegisteredModel => "registered_model",
            Self::ModelVersion => "model_version",
            Self::ModelVersionTag => "model_version_tag",
            Self::ModelVersionAlias => "model_version_alias",
            Self::Prompt => "prompt",
            Self::PromptVersion => "prompt_version",
            Self::PromptTag => "prompt_tag",
            Self::PromptVersionTag => "prompt_version_tag",
            Self::PromptAlias => "prompt_alias",
            Self::BudgetPolicy => "budget_policy",
        }
    }

    /// Reads [`Self::word`] back, in capitals or not.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|e| e.word().eq_ignore_ascii_case(word))
    }

    /// What can happen to it.
    pub fn actions(self) -> &'static [Action] {
        match self {
            Self::RegisteredModel | Self::ModelVersion | Self::Prompt | Self::PromptVersion => {
                &[Action::Created]
            }
            Self::ModelVersionTag | Self::PromptTag | Self::PromptVersionTag => {
                &[Action::Deleted, Action::Set]
            }
            Self::ModelVersionAlias | Self::PromptAlias => &[Action::Created, Action::Deleted],
            Self::BudgetPolicy => &[Action::Exceeded],
        }
    }
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 5] = [
        Self::Created,
        Self::Updated,
        Self::Deleted,
        Self::Set,
        Self::Exceeded,
    ];

    /// The word in deliveries; in the API it stands in capitals.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Set => "set",
            Self::Exceeded => "exceeded",
        }
    }

    /// Reads [`Self::word`] back, in capitals or not.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|a| a.word().eq_ignore_ascii_case(word))
    }
}

impl Event {
    /// An event that can happen.
    ///
    /// # Errors
    /// The action is none of the entity's.
    pub fn new(entity: Entity, action: Action) -> Result<Self, NoEvent> {
        if entity.actions().contains(&action) {
            return Ok(Self { entity, action });
        }
        let valid: Vec<String> = entity.actions().iter().map(|a| format!("'{a}'")).collect();
        Err(NoEvent {
            entity,
            action,
            valid: valid.join(", "),
        })
    }
}

impl Status {
    /// The word in the API and the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Disabled => "DISABLED",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Active, Self::Disabled]
            .into_iter()
            .find(|s| s.word() == word)
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.entity, self.action)
    }
}

impl std::str::FromStr for Event {
    type Err = String;
    /// Reads `entity.action`; the error is the text.
    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (entity, action) = text.split_once('.')?;
            Self::new(Entity::from_word(entity)?, Action::from_word(action)?).ok()
        };
        read().ok_or_else(|| text.to_owned())
    }
}

/// Whether a webhook can have this name: letters, digits and, inside, `.`, `_`, `-`; 63 at most.
pub fn is_name(name: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    let fair = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    bytes.len() <= 63 && edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(fair)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_nonsense_is_refused() {
        for entity in Entity::ALL {
            assert_eq!(Entity::from_word(entity.word()), Some(entity));
            for action in Action::ALL {
                match Event::new(entity, action) {
                    Ok(event) => assert_eq!(event.to_string().parse(), Ok(event)),
                    Err(_) => assert!(!entity.actions().contains(&action)),
                }
            }
        }
        let no = Event::new(Entity::RegisteredModel, Action::Deleted).unwrap_err();
        assert_eq!(
            no.to_string(),
            "Invalid action 'deleted' for entity 'registered_model'. Valid actions are: ['created']"
        );
        for (name, good) in [
            ("a", true),
            ("a.b_c-d", true),
            ("-a-", false),
            ("", false),
            ("a b", false),
        ] {
            assert_eq!(is_name(name), good, "{name}");
        }
        assert!(is_name(&"n".repeat(63)) && !is_name(&"n".repeat(64)));
    }
}
