//! What runs read and made: data sets and models, logged and summed up.

use super::tracking::{active_run, experiment_number};
use crate::{Context, error::OrFail as _};
use std::collections::BTreeSet;
use trimtab_core::run::ExperimentId;
use trimtab_store::{Change, StoreError};
use trimtab_wire::{Failure, FailureKind};

pub(crate) use trimtab_store::NewDatasetUse;

/// Data sets in one summary, as in MLflow.
const SUMMED: usize = 1000;

/// A data set of an experiment, and what a run of it read it for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DatasetSummary {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The data set's name.
    pub name: String,
    /// The digest of its contents.
    pub digest: String,
    /// What for.
    pub context: Option<String>,
}

/// Says what a run read. What is known of a data set, and of a use of it, stays as it is.
pub(crate) async fn log_inputs(
    ctx: &Context,
    run: &str,
    datasets: Vec<NewDatasetUse>,
    models: Vec<String>,
) -> Result<(), Failure> {
    let run = active_run(ctx, run)?;
    write(
        ctx,
        Change::LogInputs {
            run: run.id.clone(),
            datasets,
            models,
        },
    )
    .await
}

/// Says which models a run made, each at which step.
pub(crate) async fn log_outputs(
    ctx: &Context,
    run: &str,
    models: Vec<(String, i64)>,
) -> Result<(), Failure> {
    let run = active_run(ctx, run)?;
    let run = run.id.clone();
    write(ctx, Change::LogOutputs { run, models }).await
}

/// The data sets that runs of these experiments read, deleted runs too.
pub(crate) fn summaries(ctx: &Context, within: &[String]) -> Result<Vec<DatasetSummary>, Failure> {
    let mut experiments = BTreeSet::new();
    for text in within {
        experiments.extend(u32::try_from(experiment_number(text)?).map(ExperimentId));
    }
    let mut found = BTreeSet::new();
    let readers = ctx
        .store
        .readers_of_datasets(|r| experiments.contains(&r.experiment));
    for run in readers {
        found.extend(run.links().datasets.iter().map(|used| DatasetSummary {
            experiment: run.experiment,
            name: used.dataset.name.clone(),
            digest: used.dataset.digest.clone(),
            context: used.context().map(str::to_owned),
        }));
    }
    Ok(found.into_iter().take(SUMMED).collect())
}

async fn write(ctx: &Context, change: Change) -> Result<(), Failure> {
    match ctx.try_record(vec![change]).await {
        Ok(_) => Ok(()),
        Err(conflict @ StoreError::Conflict { .. }) => Err(again(&conflict)),
        Err(other) => Err(other).or_fail(),
    }
}

/// Something is there already, or twice: `BAD_REQUEST`, as MLflow's database makes it.
pub(super) fn again(why: &StoreError) -> Failure {
    Failure::new(
        FailureKind::Incompatible,
        crate::error::sentence(&why.to_string()),
        "",
    )
}
