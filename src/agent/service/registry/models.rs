//! Registered models: made, read, described, renamed, deleted.

use super::{Refusal, Tags, change, guard, short};
use crate::{Context, clock, service::Actor, webhooks};
use std::{collections::BTreeMap, sync::Arc};
use trimtab_core::registry::{IS_PROMPT, Model, names};
use trimtab_store::{Applied, Change, ModelEdit};
use trimtab_wire::FailureKind;

/// One model.
pub(crate) fn model(ctx: &Context, name: &str) -> Result<Arc<Model>, Refusal> {
    names::model(name)?;
    let found = ctx.store.registered(name);
    found.ok_or_else(|| Refusal::no_model(name))
}

/// Registers a model.
pub(crate) async fn create_model(
    ctx: &Context,
    actor: &Actor,
    name: String,
    tags: Tags,
    description: String,
) -> Result<Model, Refusal> {
    names::model(&name)?;
    for (key, value) in &tags {
        names::tag(key, value)?;
    }
    let tags: BTreeMap<String, String> = tags.into_iter().collect();
    let prompt = tags.contains_key(IS_PROMPT);
    let taken = |known: Option<Arc<Model>>| {
        let was_prompt = known.is_some_and(|m| m.tags.contains_key(IS_PROMPT));
        Refusal::Taken(taken(&name, was_prompt, prompt))
    };
    if let Some(known) = ctx.store.registered(&name) {
        return Err(taken(Some(known)));
    }
    let make = Change::CreateModel {
        name: name.clone(),
        description,
        tags,
        at: clock::now(),
    };
    match change(ctx, actor, "model.create", name.clone(), "", make).await {
        Ok(Applied::Model(made)) => {
            webhooks::model_created(ctx, &made);
            Ok(*made)
        }
        // Somebody else was faster.
        Err(failure) if failure.kind == FailureKind::Refused && !ctx.read_only => {
            Err(taken(ctx.store.registered(&name)))
        }
        Err(failure) => Err(failure.into()),
        Ok(_) => Err(Refusal::no_model(&name)),
    }
}

/// What MLflow says to a name that is taken.
fn taken(name: &str, by_prompt: bool, for_prompt: bool) -> String {
    let kind = |prompt| if prompt { "Prompt" } else { "Registered Model" };
    let (old, new) = (kind(by_prompt), kind(for_prompt));
    if old == new {
        return format!("{new} (name={name}) already exists.");
    }
    format!(
        "Tried to create a {} with name '{name}', but the name is already taken by a {}. MLflow does \
         not allow creating a model and a prompt with the same name.",
        new.to_lowercase(),
        old.to_lowercase()
    )
}

/// Gives a model other words.
pub(crate) async fn describe_model(
    ctx: &Context,
    actor: &Actor,
    name: &str,
    words: String,
) -> Result<Model, Refusal> {
    model(ctx, name)?;
    let detail = short(&words);
    let edit = ModelEdit::Describe(words);
    edited(ctx, actor, "model.update", name, &detail, edit).await
}

/// Gives a model another name.
pub(crate) async fn rename_model(
    ctx: &Context,
    actor: &Actor,
    name: &str,
    to: String,
) -> Result<Model, Refusal> {
    names::new_name(&to)?;
    let known = model(ctx, name)?;
    if to != name {
        if ctx.store.registered(&to).is_some() {
            return Err(taken_new(&to));
        }
        guard::may_rename(ctx, actor, &known, &to).await?;
    }
    let detail = format!("to {to}");
    let edit = ModelEdit::Rename(to.clone());
    match edited(ctx, actor, "model.rename", name, &detail, edit).await {
        Err(Refusal::Failed(f)) if f.kind == FailureKind::Refused && !ctx.read_only => {
            Err(taken_new(&to))
        }
        other => other,
    }
}

fn taken_new(name: &str) -> Refusal {
    Refusal::Taken(format!("Registered Model (name={name}) already exists."))
}

/// Deletes a model with its versions.
pub(crate) async fn delete_model(ctx: &Context, actor: &Actor, name: &str) -> Result<(), Refusal> {
    model(ctx, name)?;
    guard::may_delete_model(ctx, actor, name).await?;
    edited(ctx, actor, "model.delete", name, "", ModelEdit::Delete)
        .await
        .map(drop)
}

/// Makes a change of a model; the model as it is then.
pub(super) async fn edited(
    ctx: &Context,
    actor: &Actor,
    action: &'static str,
    name: &str,
    detail: &str,
    edit: ModelEdit,
) -> Result<Model, Refusal> {
    let edit = Change::EditModel {
        model: name.to_owned(),
        edit,
        at: clock::now(),
    };
    match change(ctx, actor, action, name.to_owned(), detail, edit).await {
        Ok(Applied::Model(model)) => Ok(*model),
        Err(f) if f.kind == FailureKind::NotFound => Err(Refusal::no_model(name)),
        Err(failure) => Err(failure.into()),
        Ok(_) => Err(Refusal::no_model(name)),
    }
}
