//! Versions: registered, read, described, deleted.

use super::{Refusal, Tags, change, guard, models, short, source};
use crate::{
    Context, clock,
    service::{Actor, logged_models},
    webhooks,
};
use std::{collections::BTreeMap, sync::Arc};
use trimtab_core::registry::{Model, ModelVersion, Version, is_prompt, names, source::Uri};
use trimtab_store::{Applied, Change, VersionEdit};
use trimtab_wire::FailureKind;

/// A version with the model that it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The model.
    pub model: Arc<Model>,
    entry: Arc<ModelVersion>,
}

impl Found {
    /// A version of a model, if there is one of that number.
    pub(super) fn of(model: &Arc<Model>, version: Version) -> Option<Self> {
        let place = model.place(version)?;
        Some(Self {
            entry: Arc::clone(&model.versions[place]),
            model: Arc::clone(model),
        })
    }
    /// The version.
    pub(crate) fn entry(&self) -> &ModelVersion {
        &self.entry
    }
    /// What the audit calls it.
    pub(super) fn subject(&self) -> String {
        format!("{} {}", self.model.name, self.entry.version)
    }
}

/// What a client says to register a version. A part that is absent was not said.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewVersion {
    pub name: String,
    pub source: String,
    pub run_id: Option<String>,
    pub model_id: Option<String>,
    pub run_link: String,
    pub description: String,
    pub tags: Tags,
}

/// One version; the number as a client writes it.
pub(crate) fn version(ctx: &Context, name: &str, number: &str) -> Result<Found, Refusal> {
    names::model(name)?;
    let number = names::version(number)?;
    let model = ctx.store.registered(name);
    model
        .zip(u32::try_from(number).ok())
        .and_then(|(model, number)| Found::of(&model, Version(number)))
        .ok_or_else(|| Refusal::no_version(name, number))
}

/// Registers a version of a model that exists.
pub(crate) async fn create_version(
    ctx: &Context,
    actor: &Actor,
    new: NewVersion,
) -> Result<Found, Refusal> {
    let tags: BTreeMap<String, String> = new.tags.iter().cloned().collect();
    let prompt = is_prompt(&tags);
    let lineage = source::resolve(ctx, &new, prompt)?;
    names::model(&new.name)?;
    for (key, value) in &new.tags {
        names::tag(key, value)?;
    }
    let lineage = source::locate(ctx, lineage)?;
    models::model(ctx, &new.name)?;
    let run = lineage.run.parse().ok();
    let record = run.as_ref().and_then(|run| ctx.store.record(run));
    let metrics = record.map_or_else(BTreeMap::new, |record| {
        let latest = record
            .metrics
            .iter()
            .map(|(k, m)| (k.to_string(), m.latest.value));
        latest.collect()
    });
    let run_text = Some(lineage.run).filter(|text| run.is_none() && !text.is_empty());
    let version = ModelVersion {
        run,
        run_text,
        model_id: lineage.model_id,
        author: actor.0.clone(),
        location: lineage.location,
        description: Some(new.description),
        run_link: Some(new.run_link),
        tags,
        metrics,
        ..ModelVersion::new(&new.name, Version(0), lineage.source, clock::now())
    };
    // A version that is being copied in has its number already; and the audit is to name this one.
    let turn = ctx.registering.lock().await;
    let number = Version(models::model(ctx, &new.name)?.newest + 1);
    let subject = format!("{} {number}", new.name);
    let detail = format!("from {}", short(&version.source));
    let add = Change::AddVersion(Box::new(version));
    let added = change(ctx, actor, "version.add", subject, &detail, add).await;
    drop(turn);
    let made = match added {
        Ok(Applied::Version(made)) => *made,
        Err(f) if f.kind == FailureKind::NotFound => return Err(Refusal::no_model(&new.name)),
        Err(failure) => return Err(failure.into()),
        Ok(_) => return Err(Refusal::no_model(&new.name)),
    };
    if let Some(model) = made.model_id.as_deref().filter(|_| !prompt) {
        logged_models::registered(ctx, model, &made.model, made.version).await?;
    }
    webhooks::version_created(ctx, &made);
    Ok(Found {
        model: models::model(ctx, &made.model)?,
        entry: Arc::new(made),
    })
}

/// Gives a version other words, or none.
pub(crate) async fn describe_version(
    ctx: &Context,
    actor: &Actor,
    name: &str,
    number: &str,
    words: Option<String>,
) -> Result<Found, Refusal> {
    let known = version(ctx, name, number)?;
    let detail = short(words.as_deref().unwrap_or_default());
    let edit = VersionEdit::Describe(words);
    edited(ctx, actor, "version.update", &known, &detail, edit).await
}

/// Deletes a version, with the aliases that name it.
pub(crate) async fn delete_version(
    ctx: &Context,
    actor: &Actor,
    name: &str,
    number: &str,
) -> Result<(), Refusal> {
    names::version(number)?;
    let known = version(ctx, name, number)?;
    let _turn = guard::may_delete_version(ctx, actor, &known).await?;
    edited(
        ctx,
        actor,
        "version.delete",
        &known,
        "",
        VersionEdit::Delete,
    )
    .await
    .map(drop)
}

/// Where a version's files are to be fetched.
pub(crate) fn download_uri(ctx: &Context, name: &str, number: &str) -> Result<String, Refusal> {
    let found = version(ctx, name, number)?;
    let entry = found.entry();
    Ok(entry
        .location
        .clone()
        .unwrap_or_else(|| shown_source(ctx, entry)))
}

/// A version's source as clients can use it: folders of the workspace have a path from the root.
pub(crate) fn shown_source(ctx: &Context, version: &ModelVersion) -> String {
    match Uri::of(&version.source).scheme.is_empty() && !version.source.starts_with('/') {
        // Prompts have a placeholder.
        true if !is_prompt(&version.tags) => {
            let folder = ctx.workspace.root().join(&version.source);
            format!("file://{}", folder.display())
        }
        _ => version.source.clone(),
    }
}

/// Makes a change of a version; the version as it is then.
pub(super) async fn edited(
    ctx: &Context,
    actor: &Actor,
    action: &'static str,
    known: &Found,
    detail: &str,
    edit: VersionEdit,
) -> Result<Found, Refusal> {
    let (name, number) = (&known.model.name, known.entry.version);
    let edit = Change::EditVersion {
        model: name.clone(),
        version: number,
        edit,
        at: clock::now(),
    };
    let gone = || Refusal::no_version(name, i64::from(number.0));
    match change(ctx, actor, action, known.subject(), detail, edit).await {
        Ok(Applied::Version(now)) => Ok(Found {
            model: ctx
                .store
                .registered(name)
                .unwrap_or_else(|| Arc::clone(&known.model)),
            entry: Arc::new(*now),
        }),
        Err(f) if f.kind == FailureKind::NotFound => Err(gone()),
        Err(failure) => Err(failure.into()),
        Ok(_) => Err(gone()),
    }
}
