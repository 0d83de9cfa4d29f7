//! What deliveries say (`mlflow/webhooks/types.py`, and when: `server/handlers.py`).

use super::tell;
use crate::Context;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use trimtab_core::registry::{
    IS_PROMPT, Model, ModelVersion, is_prompt,
    webhook::{Action, Entity, Event},
};

/// The tag with a prompt's kind, which is told nobody.
const PROMPT_TYPE: &str = "_mlflow_prompt_type";
/// The tag with a prompt's text, which has a field of its own.
const PROMPT_TEXT: &str = "mlflow.prompt.text";

fn event(entity: Entity, action: Action) -> Event {
    Event { entity, action }
}

/// A prompt's tags without those that make it one.
fn own(tags: &BTreeMap<String, String>) -> Value {
    let hidden = [IS_PROMPT, PROMPT_TYPE, PROMPT_TEXT];
    let shown = tags.iter().filter(|(k, _)| !hidden.contains(&k.as_str()));
    Value::Object(
        shown
            .map(|(k, v)| (k.clone(), json!(v)))
            .collect::<Map<_, _>>(),
    )
}

/// A model or a prompt was registered.
pub(crate) fn model_created(ctx: &Context, model: &Model) {
    let prompt = model.is_prompt();
    let entity = if prompt {
        Entity::Prompt
    } else {
        Entity::RegisteredModel
    };
    tell(ctx, event(entity, Action::Created), || {
        let tags = if prompt {
            own(&model.tags)
        } else {
            json!(model.tags)
        };
        json!({"name": model.name, "tags": tags, "description": model.description})
    });
}

/// A version was registered.
pub(crate) fn version_created(ctx: &Context, version: &ModelVersion) {
    let prompt = is_prompt(&version.tags);
    let entity = if prompt {
        Entity::PromptVersion
    } else {
        Entity::ModelVersion
    };
    let description = version.description.as_deref().filter(|d| !d.is_empty());
    let (name, number) = (&version.model, version.version.0.to_string());
    tell(ctx, event(entity, Action::Created), || match prompt {
        true => json!({
            "name": name, "version": number, "template": version.tags.get(PROMPT_TEXT),
            "tags": own(&version.tags), "description": description,
        }),
        false => json!({
            "name": name, "version": number, "source": version.source,
            "run_id": Some(version.run_id()).filter(|r| !r.is_empty()),
            "tags": version.tags, "description": description,
        }),
    });
}

/// A tag of a model was set, or taken off. Only prompts tell.
pub(crate) fn model_tag(ctx: &Context, model: &Model, key: &str, value: Option<&str>) {
    if model.is_prompt() {
        let data = json!({"name": model.name, "key": key});
        tag(ctx, Entity::PromptTag, data, value);
    }
}

/// A tag of a version was set, or taken off.
pub(crate) fn version_tag(
    ctx: &Context,
    model: &Model,
    version: &str,
    key: &str,
    value: Option<&str>,
) {
    let entity = match model.is_prompt() {
        true => Entity::PromptVersionTag,
        false => Entity::ModelVersionTag,
    };
    let data = json!({"name": model.name, "version": version, "key": key});
    tag(ctx, entity, data, value);
}

fn tag(ctx: &Context, entity: Entity, mut data: Value, value: Option<&str>) {
    let action = match value {
        Some(_) => Action::Set,
        None => Action::Deleted,
    };
    tell(ctx, event(entity, action), || {
        if let Some(value) = value {
            data["value"] = json!(value);
        }
        data
    });
}

/// An alias was set.
pub(crate) fn alias_set(ctx: &Context, model: &Model, alias: &str, version: &str) {
    tell(
        ctx,
        event(alias_of(model), Action::Created),
        || json!({"name": model.name, "alias": alias, "version": version}),
    );
}

/// An alias was taken off.
pub(crate) fn alias_deleted(ctx: &Context, model: &Model, alias: &str) {
    tell(
        ctx,
        event(alias_of(model), Action::Deleted),
        || json!({"name": model.name, "alias": alias}),
    );
}

fn alias_of(model: &Model) -> Entity {
    match model.is_prompt() {
        true => Entity::PromptAlias,
        false => Entity::ModelVersionAlias,
    }
}

/// What a test says of an event.
pub(crate) fn example(event: Event) -> Value {
    let tags = json!({"example_key": "example_value"});
    let name = match event.entity {
        Entity::RegisteredModel
        | Entity::ModelVersion
        | Entity::ModelVersionTag
        | Entity::ModelVersionAlias => "example_model",
        _ => "example_prompt",
    };
    let mut data = match event.entity {
        Entity::RegisteredModel => {
            json!({"tags": tags, "description": "An example registered model"})
        }
        Entity::ModelVersion => json!({
            "version": "1", "source": "models:/123", "run_id": "abcd1234abcd5678", "tags": tags,
            "description": "An example model version",
        }),
        Entity::Prompt => json!({"tags": tags, "description": "An example prompt"}),
        Entity::PromptVersion => json!({
            "version": "1", "template": "Hello {{name}}!", "tags": tags,
            "description": "An example prompt version",
        }),
        Entity::ModelVersionTag | Entity::PromptVersionTag => {
            json!({"version": "1", "key": "example_key"})
        }
        Entity::PromptTag => json!({"key": "example_key"}),
        Entity::ModelVersionAlias | Entity::PromptAlias => json!({"alias": "example_alias"}),
        Entity::BudgetPolicy => {
            return json!({
                "budget_policy_id": "bp-abc123", "budget_unit": "USD", "budget_amount": 100.0,
                "current_spend": 105.5, "duration_unit": "MONTHS", "duration_value": 1,
                "target_scope": "ENDPOINT", "workspace": "default", "target_value": "ep-abc123",
                "window_start": 1_704_067_200_000_i64,
            });
        }
    };
    data["name"] = json!(name);
    match (event.entity, event.action) {
        (_, Action::Set) => data["value"] = json!("example_value"),
        (Entity::ModelVersionAlias | Entity::PromptAlias, Action::Created) => {
            data["version"] = json!("1");
        }
        _ => {}
    }
    data
}
