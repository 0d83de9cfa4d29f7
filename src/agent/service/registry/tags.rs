//! Tags of models and versions.

use super::{
    Refusal,
    models::{edited, model},
    short, versions,
};
use crate::{Context, service::Actor, webhooks};
use trimtab_core::registry::names;
use trimtab_store::{ModelEdit, VersionEdit};

/// Sets a model's tag.
pub(crate) async fn set_model_tag(
    ctx: &Context,
    actor: &Actor,
    name: &str,
    key: String,
    value: String,
) -> Result<(), Refusal> {
    names::model(name)?;
    names::tag(&key, &value)?;
    model(ctx, name)?;
    let detail = format!("{key} = {}", short(&value));
    let edit = ModelEdit::SetTag(key.clone(), value.clone());
    let now = edited(ctx, actor, "model.tag", name, &detail, edit).await?;
    webhooks::model_tag(ctx, &now, &key, Some(&value));
    Ok(())
}

/// Takes a model's tag off; there need not be one.
pub(crate) async fn delete_model_tag(
    ctx: &Context,
    actor: &Actor,
    name: &str,
    key: String,
) -> Result<(), Refusal> {
    names::model(name)?;
    names::tag_key(&key)?;
    let mut now = model(ctx, name)?;
    if now.tags.contains_key(&key) {
        let edit = ModelEdit::DeleteTag(key.clone());
        now = edited(ctx, actor, "model.untag", name, &key, edit)
            .await?
            .into();
    }
    webhooks::model_tag(ctx, &now, &key, None);
    Ok(())
}

/// Sets a version's tag.
pub(crate) async fn set_version_tag(
    ctx: &Context,
    actor: &Actor,
    name: &str,
    version: &str,
    key: String,
    value: String,
) -> Result<(), Refusal> {
    names::model(name)?;
    names::version(version)?;
    names::tag(&key, &value)?;
    let known = versions::version(ctx, name, version)?;
    let detail = format!("{key} = {}", short(&value));
    let edit = VersionEdit::SetTag(key.clone(), value.clone());
    versions::edited(ctx, actor, "version.tag", &known, &detail, edit).await?;
    webhooks::version_tag(ctx, &known.model, version, &key, Some(&value));
    Ok(())
}

/// Takes a version's tag off; there need not be one.
pub(crate) async fn delete_version_tag(
    ctx: &Context,
    actor: &Actor,
    name: &str,
    version: &str,
    key: String,
) -> Result<(), Refusal> {
    names::model(name)?;
    names::version(version)?;
    names::tag_key(&key)?;
    let known = versions::version(ctx, name, version)?;
    if known.entry().tags.contains_key(&key) {
        let edit = VersionEdit::DeleteTag(key.clone());
        versions::edited(ctx, actor, "version.untag", &known, &key, edit).await?;
    }
    webhooks::version_tag(ctx, &known.model, version, &key, None);
    Ok(())
}
