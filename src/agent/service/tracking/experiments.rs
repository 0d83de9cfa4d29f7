//! Experiments: made, renamed, tagged, deleted and restored.

use super::{active_experiment, experiment, invalid, missing, no_experiment};
use crate::{
    Context, clock,
    error::OrFail as _,
    service::{Actor, Audited},
};
use std::{collections::BTreeMap, sync::Arc};
use trimtab_core::{
    location,
    run::{Experiment, ExperimentId},
};
use trimtab_store::{Applied, Change, ExperimentEdit, Place, StoreError};
use trimtab_wire::{Failure, FailureKind};

/// Where artifacts go when neither a client nor policy says: to the agent.
const ROOT: &str = "mlflow-artifacts:/";

/// Where artifacts of a new experiment go when its client does not say.
fn usual_place(ctx: &Context) -> Place {
    let policy = ctx.policy();
    let root = policy.agent.artifact_root.as_deref().unwrap_or(ROOT);
    Place::Below(location::resolve(root, ctx.workspace.root()))
}

/// Makes the experiment `Default`, number 0, which every MLflow client expects.
pub(crate) async fn ensure_default(ctx: &Context) -> Result<(), Failure> {
    if ctx.store.experiment(ExperimentId(0)).is_some() {
        return Ok(());
    }
    create_experiment(ctx, "Default".into(), None, BTreeMap::new())
        .await
        .map(drop)
}

/// Makes an experiment. `None` when the name is taken, by a deleted one too.
pub(crate) async fn create_experiment(
    ctx: &Context,
    name: String,
    location: Option<String>,
    tags: BTreeMap<String, String>,
) -> Result<Option<ExperimentId>, Failure> {
    let make = Change::CreateExperiment {
        name,
        artifact_location: location.map_or_else(|| usual_place(ctx), Place::At),
        tags,
        at: clock::now(),
    };
    match ctx.try_record(vec![make]).await {
        Ok(applied) => match applied.into_iter().next() {
            Some(Applied::Experiment(made)) => Ok(Some(made.id)),
            other => Err(Failure::new(
                FailureKind::Internal,
                format!("Expected an experiment, the store recorded {other:?}."),
                "",
            )),
        },
        Err(StoreError::Conflict { .. }) => Ok(None),
        Err(other) => Err(other).or_fail(),
    }
}

/// Renames an experiment or sets a tag. `None` when the name is taken.
pub(crate) async fn edit_experiment(
    ctx: &Context,
    id: &str,
    edit: ExperimentEdit,
) -> Result<Option<()>, Failure> {
    let known = match edit {
        ExperimentEdit::Rename(_) => {
            let known = experiment(ctx, id)?;
            if known.deleted {
                return Err(invalid("Cannot rename a non-active experiment."));
            }
            known
        }
        _ => active_experiment(ctx, id)?,
    };
    let change = Change::EditExperiment {
        id: known.id,
        edit,
        at: clock::now(),
    };
    match ctx.try_record(vec![change]).await {
        Ok(_) => Ok(Some(())),
        Err(StoreError::Conflict { .. }) => Ok(None),
        Err(other) => Err(other).or_fail(),
    }
}

/// Takes a tag off an experiment.
pub(crate) async fn delete_experiment_tag(
    ctx: &Context,
    id: &str,
    key: &str,
) -> Result<(), Failure> {
    let known = active_experiment(ctx, id)?;
    if !known.tags.contains_key(key) {
        return Err(missing(format!(
            "No tag with name: {key} in experiment with id {id}"
        )));
    }
    let edit = ExperimentEdit::DeleteTag(key.to_owned());
    edit_experiment(ctx, id, edit).await.map(drop)
}

/// Deletes an experiment and its runs, or restores them. Audited.
pub(crate) async fn set_experiment_deleted(
    ctx: &Context,
    actor: &Actor,
    id: &str,
    deleted: bool,
) -> Result<(), Failure> {
    let known: Arc<Experiment> = experiment(ctx, id)?;
    if known.deleted == deleted {
        return Err(no_experiment(known.id.0.into()));
    }
    let (action, edit) = match deleted {
        true => ("experiment.delete", ExperimentEdit::Delete),
        false => ("experiment.restore", ExperimentEdit::Restore),
    };
    let act = Audited::begin(ctx, actor, action, known.name.clone(), "").await?;
    let change = Change::EditExperiment {
        id: known.id,
        edit,
        at: clock::now(),
    };
    let runs = ctx.store.runs_of(known.id).len();
    let said = act.done(&format!("{} with {runs} runs", known.name));
    let result = ctx.record(vec![change, said]).await.map(drop);
    act.close(result).await
}
