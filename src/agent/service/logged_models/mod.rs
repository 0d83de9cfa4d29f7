//! Logged models: made, finished, tagged, searched and deleted, as MLflow's API knows them. What is
//! refused is said in MLflow's words.

mod artifacts;
mod metrics;
mod registered;
mod search;

pub(crate) use artifacts::artifacts;
pub(crate) use metrics::{Measured, measured};
pub(crate) use registered::registered;
pub(crate) use search::{Asked, search};
pub(crate) use trimtab_store::{FoundModel, LoggedModelEdit};

use super::{
    Actor, Audited,
    inputs::again,
    runs::random_id,
    tracking::{active_experiment, random_name},
};
use crate::{Context, clock, error::OrFail as _};
use std::collections::BTreeSet;
use trimtab_core::{
    logged_model::{LoggedModel, LoggedModelId, LoggedModelStatus},
    python,
    record::{Shared, Sorted},
};
use trimtab_store::{Change, StoreError};
use trimtab_wire::{Failure, FailureKind};

/// Characters that no name may hold: they divide the addresses of models.
const BARRED: [char; 6] = ['/', ':', '.', '%', '"', '\''];

/// What a client says to make a model.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewLoggedModel {
    /// The experiment's number as text.
    pub experiment: String,
    /// Its name; empty lets us choose one.
    pub name: String,
    /// Its type, in the client's words.
    pub kind: String,
    /// The run that makes it, which need not exist.
    pub source_run: String,
    /// Parameters.
    pub params: Vec<(String, String)>,
    /// Tags.
    pub tags: Vec<(String, String)>,
}

/// Makes a model, whose files are still to come.
pub(crate) async fn create(ctx: &Context, new: NewLoggedModel) -> Result<FoundModel, Failure> {
    if new.name.contains(BARRED) {
        let name = python::quoted(&new.name);
        return Err(Failure::new(
            FailureKind::Invalid,
            format!(
                "Invalid model name ({name}) provided. Model name must be a non-empty string and \
                 cannot contain the following characters: ('/', ':', '.', '%', '\"', \"'\")"
            ),
            "",
        ));
    }
    let experiment = active_experiment(ctx, &new.experiment)?;
    let now = clock::now();
    let model = LoggedModel {
        id: LoggedModelId::from(random_id()?),
        experiment: experiment.id,
        name: match new.name.is_empty() {
            true => random_name()?,
            false => new.name,
        },
        status: LoggedModelStatus::Pending,
        kind: new.kind,
        source_run: new.source_run,
        created: now,
        updated: now,
        deleted: false,
        params: facts("parameter", &new.params)?,
        tags: facts("tag", &new.tags)?,
    };
    let id = model.id.clone();
    write(ctx, Change::CreateLoggedModel(Box::new(model))).await?;
    find(ctx, id.as_str(), true)
}

/// Keys and values; a key that is there twice is refused, as MLflow's database does.
fn facts(what: &str, said: &[(String, String)]) -> Result<Sorted<Shared>, Failure> {
    let mut keys = BTreeSet::new();
    if let Some((key, _)) = said.iter().find(|(key, _)| !keys.insert(key)) {
        return Err(Failure::new(
            FailureKind::Incompatible,
            format!("The {what} {key:?} is there twice."),
            "",
        ));
    }
    let mut facts = Sorted::default();
    for (key, value) in said {
        facts.insert(key.as_str().into(), value.as_str().into());
    }
    Ok(facts)
}

/// Where a model's files are.
///
/// # Errors
/// There is no such model.
pub(crate) fn artifact_uri(ctx: &Context, id: &str) -> Result<String, Failure> {
    find(ctx, id, false).map(|model| model.artifact_uri)
}

/// A model; a deleted one only when asked for.
pub(crate) fn find(ctx: &Context, id: &str, deleted_too: bool) -> Result<FoundModel, Failure> {
    let known = id.parse().ok().and_then(|id| ctx.store.logged_model(&id));
    known
        .filter(|m| deleted_too || !m.model.deleted)
        .ok_or_else(|| {
            Failure::new(
                FailureKind::NotFound,
                format!("Logged model with ID '{id}' not found."),
                "",
            )
        })
}

/// Changes a model, deleted or not; it comes back as it then is.
pub(crate) async fn edit(
    ctx: &Context,
    id: &str,
    edit: LoggedModelEdit,
) -> Result<FoundModel, Failure> {
    let known = find(ctx, id, true)?;
    if let LoggedModelEdit::DeleteTag(key) = &edit
        && known.model.tags.get(key).is_none()
    {
        return Err(Failure::new(
            FailureKind::NotFound,
            format!(
                "No tag with key {} found for model with ID '{id}'.",
                python::quoted(key)
            ),
            "",
        ));
    }
    let change = Change::EditLoggedModel {
        id: known.model.id.clone(),
        edit,
        at: clock::now(),
    };
    write(ctx, change).await?;
    find(ctx, id, true)
}

/// Deletes a model. Audited.
pub(crate) async fn delete(ctx: &Context, actor: &Actor, id: &str) -> Result<(), Failure> {
    let known = find(ctx, id, true)?;
    let subject = id.to_owned();
    let act = Audited::begin(ctx, actor, "logged_model.delete", subject, "").await?;
    let change = Change::EditLoggedModel {
        id: known.model.id.clone(),
        edit: LoggedModelEdit::Delete,
        at: clock::now(),
    };
    let said = act.done(&known.model.name);
    let result = ctx.record(vec![change, said]).await.map(drop);
    act.close(result).await
}

async fn write(ctx: &Context, change: Change) -> Result<(), Failure> {
    match ctx.try_record(vec![change]).await {
        Ok(_) => Ok(()),
        Err(conflict @ StoreError::Conflict { .. }) => Err(again(&conflict)),
        Err(other) => Err(other).or_fail(),
    }
}
