//! Aliases: set, taken off, followed.

use super::{
    Refusal, change, guard, models,
    versions::{self, Found},
};
use crate::{Context, service::Actor, webhooks};
use trimtab_core::registry::{Version, names};
use trimtab_store::{Change, ModelEdit};

/// The version that an alias names; `latest` is the newest.
pub(crate) fn by_alias(ctx: &Context, name: &str, alias: &str) -> Result<Found, Refusal> {
    names::model(name)?;
    names::alias(alias)?;
    let model = models::model(ctx, name)?;
    if names::is_latest(alias) {
        let newest = model.versions.first().map(|v| v.version);
        return newest.and_then(|v| Found::of(&model, v)).ok_or_else(|| {
            Refusal::missing(format!("Latest version not found for model {name}."))
        });
    }
    let named: Option<Version> = model.aliases.get(alias).copied();
    named
        .and_then(|v| Found::of(&model, v))
        .ok_or_else(|| Refusal::invalid(format!("Registered model alias {alias} not found.")))
}

/// Points an alias at a version. The alias that names production is a promotion where policy knows the model.
pub(crate) async fn set_alias(
    ctx: &Context,
    actor: &Actor,
    name: &str,
    alias: &str,
    version: &str,
) -> Result<(), Refusal> {
    names::model(name)?;
    names::new_alias(alias)?;
    let known = versions::version(ctx, name, version)?;
    if guard::is_production(ctx, name, alias) {
        let how = format!("The alias {alias} was set by an MLflow client.");
        guard::promote(ctx, actor, &known, &how).await?;
    } else {
        let set = Change::SetAlias {
            model: name.to_owned(),
            alias: alias.to_owned(),
            version: known.entry().version,
        };
        change(ctx, actor, "alias.set", known.subject(), alias, set).await?;
    }
    webhooks::alias_set(ctx, &known.model, alias, version);
    Ok(())
}

/// Takes an alias off; there need not be one.
pub(crate) async fn delete_alias(
    ctx: &Context,
    actor: &Actor,
    name: &str,
    alias: &str,
) -> Result<(), Refusal> {
    names::model(name)?;
    names::alias(alias)?;
    let model = models::model(ctx, name)?;
    if model.aliases.contains_key(alias) {
        if guard::is_production(ctx, name, alias) {
            return Err(guard::stays(ctx, actor, &model).await);
        }
        let edit = ModelEdit::DeleteAlias(alias.to_owned());
        models::edited(ctx, actor, "alias.delete", name, alias, edit).await?;
    }
    webhooks::alias_deleted(ctx, &model, alias);
    Ok(())
}
