//! Runs: opened, changed, deleted and restored.

use super::{RUN_NAME, active_experiment, active_run, invalid, missing, names, run};
use crate::{
    Context, clock,
    service::{Actor, Audited, runs::random_id},
};
use std::{collections::BTreeMap, sync::Arc};
use trimtab_core::{
    record::RunRecord,
    run::{NewRun, RunId, RunStatus},
    time::Millis,
};
use trimtab_store::{Change, RunEdit};
use trimtab_wire::Failure;

/// What a client says to open a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewTrackedRun {
    /// The experiment's number as text; the default one when empty.
    pub experiment: String,
    /// Who starts it; may be empty.
    pub user: String,
    /// Its name; empty lets us choose one.
    pub name: String,
    /// When it started.
    pub started: Millis,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// Opens a run.
pub(crate) async fn create_run(
    ctx: &Context,
    new: NewTrackedRun,
) -> Result<Arc<RunRecord>, Failure> {
    let experiment = active_experiment(ctx, &new.experiment)?;
    let mut tags = new.tags;
    let tagged = tags.get(RUN_NAME).filter(|n| !n.is_empty()).cloned();
    let name = match (new.name, tagged) {
        (name, Some(tagged)) if !name.is_empty() && name != tagged => {
            return Err(invalid(format!(
                "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with \
                 different values (run_name='{name}', mlflow.runName='{tagged}')."
            )));
        }
        (_, Some(tagged)) => tagged,
        (name, None) if !name.is_empty() => name,
        (_, None) => names::random()?,
    };
    tags.insert(RUN_NAME.into(), name.clone());
    let id = random_id()?;
    let open = Change::CreateRun {
        id: id.clone(),
        new: NewRun {
            experiment: experiment.name.clone(),
            name: name.clone(),
            user: new.user,
            job: None,
            tags,
        },
        within: Some(experiment.id),
        name,
        at: new.started,
    };
    ctx.record(vec![open]).await?;
    run(ctx, id.as_str())
}

/// Changes a run's status, end or name.
pub(crate) async fn update_run(
    ctx: &Context,
    id: &str,
    status: Option<RunStatus>,
    ended: Option<Millis>,
    name: Option<String>,
) -> Result<Arc<RunRecord>, Failure> {
    let known = active_run(ctx, id)?;
    let name = name.filter(|n| !n.is_empty());
    let mut changes = vec![Change::EditRun {
        run: known.id.clone(),
        edit: RunEdit {
            status,
            ended,
            name: name.clone(),
        },
    }];
    if let Some(name) = name {
        changes.push(tag(&known.id, RUN_NAME, &name));
    }
    ctx.record(changes).await?;
    run(ctx, id)
}

fn tag(run: &RunId, key: &str, value: &str) -> Change {
    Change::LogBatch {
        run: run.clone(),
        metrics: Vec::new(),
        params: Vec::new(),
        tags: vec![(key.to_owned(), value.to_owned())],
    }
}

/// Deletes a run, or restores it. Audited.
pub(crate) async fn set_run_deleted(
    ctx: &Context,
    actor: &Actor,
    id: &str,
    deleted: bool,
) -> Result<(), Failure> {
    let known = run(ctx, id)?;
    if known.deleted.is_some() == deleted {
        return Ok(());
    }
    let action = if deleted { "run.delete" } else { "run.restore" };
    let act = Audited::begin(ctx, actor, action, format!("run {id}"), "").await?;
    let change = Change::SetRunDeleted {
        run: known.id.clone(),
        deleted: deleted.then(clock::now),
    };
    let said = act.done(&known.name);
    let result = ctx.record(vec![change, said]).await.map(drop);
    act.close(result).await
}

/// Takes a tag off a run.
pub(crate) async fn delete_run_tag(ctx: &Context, id: &str, key: &str) -> Result<(), Failure> {
    let known = active_run(ctx, id)?;
    let none = || missing(format!("No tag with name: {key} in run with id {id}"));
    if known.tags.get(key).is_none() {
        return Err(none());
    }
    let change = Change::DeleteRunTag {
        run: known.id.clone(),
        key: key.to_owned(),
    };
    ctx.record(vec![change]).await.map(drop)
}
