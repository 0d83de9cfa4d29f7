//! Experiments and runs, as MLflow's API knows them. What is refused is said in MLflow's words: its
//! clients look for them.

mod experiments;
mod history;
mod log;
mod names;
mod runs;
mod search;

pub(crate) use experiments::{
    create_experiment, delete_experiment_tag, edit_experiment, ensure_default,
    set_experiment_deleted,
};
pub(crate) use history::{Sampling, history, sampled};
pub(crate) use log::{Batch, log};
pub(crate) use names::random as random_name;
pub(crate) use runs::{NewTrackedRun, create_run, delete_run_tag, set_run_deleted, update_run};
pub(crate) use search::{experiments, runs};
// What calls are made of: the HTTP layer does not know the store.
pub(crate) use trimtab_store::{ExperimentEdit, HistoryMark, View};

use crate::Context;
use std::sync::Arc;
use trimtab_core::{
    record::RunRecord,
    run::{Experiment, ExperimentId},
};
use trimtab_wire::{Failure, FailureKind};

/// The tag that carries a run's name.
pub(crate) const RUN_NAME: &str = "mlflow.runName";

/// No such thing, said as MLflow says it.
fn missing(message: String) -> Failure {
    Failure::new(FailureKind::NotFound, message, "")
}

/// Not like that, said as MLflow says it.
fn invalid(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Invalid, message, "")
}

/// A run, deleted or not.
pub(crate) fn run(ctx: &Context, id: &str) -> Result<Arc<RunRecord>, Failure> {
    let found = id.parse().ok().and_then(|id| ctx.store.record(&id));
    found.ok_or_else(|| missing(format!("Run with id={id} not found")))
}

/// A run that may be changed.
pub(crate) fn active_run(ctx: &Context, id: &str) -> Result<Arc<RunRecord>, Failure> {
    let run = run(ctx, id)?;
    if run.deleted.is_some() {
        return Err(invalid(format!(
            "The run {id} must be in the 'active' state. Current state is deleted."
        )));
    }
    Ok(run)
}

/// The number that a client writes as text.
pub(crate) fn experiment_number(text: &str) -> Result<i64, Failure> {
    text.trim().parse().map_err(|_| {
        invalid(format!(
            "Invalid experiment ID '{text}'. Experiment ID must be a valid integer."
        ))
    })
}

/// An experiment, deleted or not. No text means the default one.
pub(crate) fn experiment(ctx: &Context, text: &str) -> Result<Arc<Experiment>, Failure> {
    let number = match text {
        "" => 0,
        text => experiment_number(text)?,
    };
    let id = u32::try_from(number).ok().map(ExperimentId);
    let found = id.and_then(|id| ctx.store.experiment(id));
    found.ok_or_else(|| no_experiment(number))
}

/// The experiment of a name, deleted or not.
pub(crate) fn experiment_named(ctx: &Context, name: &str) -> Option<Arc<Experiment>> {
    let all = ctx.store.experiments();
    all.into_iter().find(|e| e.name == name)
}

/// The experiment that a run belongs to.
pub(crate) fn experiment_of(ctx: &Context, run: &RunRecord) -> Option<Arc<Experiment>> {
    ctx.store.experiment(run.experiment)
}

fn no_experiment(number: i64) -> Failure {
    missing(format!("No Experiment with id={number} exists"))
}

/// An experiment that may be changed.
pub(crate) fn active_experiment(ctx: &Context, text: &str) -> Result<Arc<Experiment>, Failure> {
    let experiment = experiment(ctx, text)?;
    if experiment.deleted {
        return Err(invalid(format!(
            "The experiment {} must be in the 'active' state. Current state is deleted.",
            experiment.id.0
        )));
    }
    Ok(experiment)
}
