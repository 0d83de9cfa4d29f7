//! Where a new version comes from: what MLflow allows, and what belongs to what.
//!
//! `_create_model_version` of MLflow's `server/handlers.py`, step by step, so that the same mistake gets the
//! same answer.

use super::{
    Refusal, aliases, models, stages,
    versions::{self, Found, NewVersion},
};
use crate::{Context, service::logged_models};
use std::path::{Component, Path, PathBuf};
use trimtab_core::{
    registry::source::{
        self, BadSource, ModelUri, Uri, is_served, model_uri, no_foreign_host, run_uri, unquoted,
        within,
    },
    run::RunId,
};

/// What prompts have for a source.
const PLACEHOLDERS: [&str; 2] = ["dummy-source", "prompt-template"];

/// Where a version comes from.
#[derive(Clone, Debug)]
pub(super) struct Lineage {
    pub source: String,
    /// The run that made it; empty when there is none.
    pub run: String,
    pub model_id: Option<String>,
    /// Where its files are to be fetched, when not at the source.
    pub location: Option<String>,
}

/// Checks what a client says, and completes it from the version that it names.
pub(super) fn resolve(ctx: &Context, new: &NewVersion, prompt: bool) -> Result<Lineage, Refusal> {
    let mut lineage = Lineage {
        source: new.source.clone(),
        run: new.run_id.clone().unwrap_or_default(),
        model_id: new.model_id.clone().filter(|id| !id.is_empty()),
        location: None,
    };
    if prompt && !PLACEHOLDERS.contains(&new.source.as_str()) {
        return Err(Refusal::invalid(format!(
            "Invalid prompt source: '{}'. Prompt sources must use an MLflow placeholder.",
            new.source
        )));
    }
    no_foreign_host(&new.source, "source")?;
    if prompt {
        return Ok(lineage);
    }
    complete(ctx, new, &mut lineage)?;
    match lineage.model_id.clone() {
        Some(model) => of_model(ctx, &lineage.source, &model)?,
        None => of_run(ctx, &lineage.source, &lineage.run)?,
    }
    Ok(lineage)
}

/// A source that is a registered version: what it was made from is this one's origin too.
fn complete(ctx: &Context, new: &NewVersion, lineage: &mut Lineage) -> Result<(), Refusal> {
    let uri = Uri::of(&new.source);
    if uri.scheme != "models" {
        return Ok(());
    }
    if !uri.authority.is_empty() {
        let why = "Registered model sources must use the active model registry.";
        return Err(BadSource::other(&new.source, why).into());
    }
    let named =
        model_uri(&new.source).ok_or_else(|| BadSource::elsewhere(&new.source, "model_id"))?;
    let Some(found) = named_version(ctx, &new.source, &named)? else {
        return Ok(());
    };
    let from = found.entry();
    let differs = |said: &Option<String>, is: &str| said.as_deref().is_some_and(|s| s != is);
    // MLflow's store does not know what logged model a registered version was made from.
    if differs(&new.run_id, from.run_id()) || differs(&new.model_id, "") {
        let why =
            "The run_id and model_id request parameters must match the referenced model version.";
        return Err(BadSource::other(&new.source, why).into());
    }
    lineage.source = format!("models:/{}/{}", from.model, from.version.0);
    from.run_id().clone_into(&mut lineage.run);
    lineage.model_id = None;
    lineage.location = Some(versions::download_uri(
        ctx,
        &from.model,
        &from.version.0.to_string(),
    )?);
    Ok(())
}

/// The registered version that a URI names; `None` when it names a logged model.
fn named_version(ctx: &Context, source: &str, uri: &ModelUri) -> Result<Option<Found>, Refusal> {
    let name = match uri {
        ModelUri::Logged(_) => return Ok(None),
        ModelUri::Version(name, _)
        | ModelUri::Newest(name)
        | ModelUri::Stage(name, _)
        | ModelUri::Alias(name, _) => name,
    };
    let model = models::model(ctx, name)?;
    if model.is_prompt() {
        let why = "Prompt versions cannot be used as model version sources.";
        return Err(BadSource::other(source, why).into());
    }
    let newest = |found: Vec<Found>, stage: &str| {
        let newest = found.into_iter().max_by_key(|f| f.entry().version);
        newest.ok_or_else(|| {
            Refusal::missing(format!(
                "No versions of model with name '{name}'{stage} found"
            ))
        })
    };
    Ok(Some(match uri {
        ModelUri::Version(_, number) => versions::version(ctx, name, number)?,
        ModelUri::Alias(_, alias) => aliases::by_alias(ctx, name, alias)?,
        ModelUri::Stage(_, stage) => newest(
            stages::latest(ctx, name, std::slice::from_ref(stage))?,
            &format!(" and stage '{stage}'"),
        )?,
        ModelUri::Newest(_) | ModelUri::Logged(_) => newest(stages::latest(ctx, name, &[])?, "")?,
    }))
}

/// Whether a source is within the artifacts of the run that made it, where that can be asked.
fn of_run(ctx: &Context, source: &str, run: &str) -> Result<(), Refusal> {
    let uri = Uri::of(source);
    let elsewhere = || BadSource::elsewhere(source, "run_id");
    if uri.is_local() {
        local_host(source, &uri)?;
        return local_within(source, "run_id", || match run {
            "" => Ok(None),
            run => run_root(ctx, run).map(Some).ok_or_else(elsewhere),
        });
    }
    source::plain(source)?;
    match uri.scheme.as_str() {
        "runs" => match run_uri(source) {
            Some((named, _)) if named == run => Ok(()),
            _ => Err(elsewhere().into()),
        },
        "models" if matches!(model_uri(source), None | Some(ModelUri::Logged(_))) => {
            Err(BadSource::elsewhere(source, "model_id").into())
        }
        _ if is_served(source) => match run_root(ctx, run) {
            Some(root) if within(source, &root) => Ok(()),
            _ => Err(elsewhere().into()),
        },
        _ => Ok(()),
    }
}

/// Whether a source is within the artifacts of the logged model that it is, where that can be asked.
fn of_model(ctx: &Context, source: &str, model: &str) -> Result<(), Refusal> {
    let uri = Uri::of(source);
    let elsewhere = || BadSource::elsewhere(source, "model_id");
    if uri.is_local() {
        local_host(source, &uri)?;
        return local_within(source, "model_id", || {
            let root = logged(ctx, model).map(|l| l.location);
            root.map(Some).ok_or_else(elsewhere)
        });
    }
    source::plain(source)?;
    match uri.scheme.as_str() {
        "models" => match model_uri(source) {
            Some(ModelUri::Logged(named)) if named == model => Ok(()),
            None | Some(ModelUri::Logged(_)) => Err(elsewhere().into()),
            Some(_) => Ok(()),
        },
        "runs" => Err(elsewhere().into()),
        _ if is_served(source) => match logged(ctx, model) {
            Some(logged) if within(source, &logged.location) => Ok(()),
            _ => Err(elsewhere().into()),
        },
        _ => Ok(()),
    }
}

/// `file://HOST/…` names another host's disk.
fn local_host(source: &str, uri: &Uri<'_>) -> Result<(), Refusal> {
    match uri.is_this_host() {
        true => Ok(()),
        false => Err(Refusal::invalid(format!(
            "{source} is not a valid remote uri."
        ))),
    }
}

/// Whether a path on this host lies within a root, links followed.
fn local_within(
    source: &str,
    parameter: &str,
    root: impl FnOnce() -> Result<Option<String>, BadSource>,
) -> Result<(), Refusal> {
    let Some(root) = root()? else {
        return Err(BadSource::local(source, parameter).into());
    };
    let place = real(&path_on_disk(source));
    let local = Uri::of(&root).is_local();
    let root = real(&path_on_disk(&root)).filter(|_| local);
    match (&place, root) {
        (Some(place), Some(root)) if place.starts_with(&root) => Ok(()),
        (Some(place), _) => Err(BadSource::local(place.display(), parameter).into()),
        (None, _) => Err(BadSource::local(source, parameter).into()),
    }
}

/// The path that a client opens: of a URI its path, decoded; what is no URI is a path as a whole.
fn path_on_disk(source: &str) -> String {
    let uri = Uri::of(source);
    match uri.scheme.is_empty() {
        true => source.to_owned(),
        false => unquoted(uri.path, false),
    }
}

/// A path from the root with links followed, as Python's `Path.resolve`: what does not exist is taken by its
/// name, and `..` behind it leads back. `None` for a path that does not begin at the root, or that no disk has.
fn real(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    if !path.is_absolute() || path.as_os_str().as_encoded_bytes().contains(&0) {
        return None;
    }
    let mut real = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::ParentDir => {
                real.pop();
            }
            Component::Normal(name) => {
                real.push(name);
                if let Ok(followed) = real.canonicalize() {
                    real = followed;
                }
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    Some(real)
}

/// Where a version's files are, when that is not its source; and the run, when only its model names it.
pub(super) fn locate(ctx: &Context, mut lineage: Lineage) -> Result<Lineage, Refusal> {
    if let Some(ModelUri::Logged(id)) = model_uri(&lineage.source) {
        let logged = logged(ctx, &id).ok_or_else(|| {
            Refusal::missing(format!(
                "Unable to fetch model from model URI source artifact location '{}'.Error: Logged model \
                 with ID '{id}' not found.",
                lineage.source
            ))
        })?;
        lineage.location = Some(logged.location);
        if lineage.run.is_empty() {
            lineage.run = logged.run.unwrap_or_default();
        }
    }
    if let Some(id) = &lineage.model_id {
        let logged = logged(ctx, id)
            .ok_or_else(|| Refusal::missing(format!("Logged model with ID '{id}' not found.")))?;
        if lineage.run.is_empty() {
            lineage.run = logged.run.unwrap_or_default();
        }
    }
    Ok(lineage)
}

/// Where a run's artifacts are.
fn run_root(ctx: &Context, run: &str) -> Option<String> {
    let id: RunId = run.parse().ok()?;
    let record = ctx.store.record(&id)?;
    let experiment = ctx.store.experiment(record.experiment)?;
    Some(experiment.artifact_uri(&id))
}

/// What a version needs to know of a logged model.
struct Logged {
    location: String,
    run: Option<String>,
}

/// A logged model that is not deleted.
fn logged(ctx: &Context, id: &str) -> Option<Logged> {
    let found = logged_models::find(ctx, id, false).ok()?;
    Some(Logged {
        run: Some(found.model.source_run.clone()).filter(|run| !run.is_empty()),
        location: found.artifact_uri,
    })
}
