//! Values that runs measure of logged models.

use crate::Context;
use trimtab_core::{
    logged_model::{DatasetName, ModelMetric},
    metric::MetricEntry,
    run::RunId,
};
use trimtab_store::Change;
use trimtab_wire::{Failure, FailureKind};

/// A value measured of a model, as a client says it.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    /// The model's id.
    pub model: String,
    /// The value; the run logs it as its own too.
    pub metric: MetricEntry,
    /// What it was measured on.
    pub dataset: Option<DatasetName>,
}

/// What stores the values, together with the run's own; nothing when there are none.
///
/// # Errors
/// There is no such model: `BAD_REQUEST`, as MLflow's database makes it.
pub(crate) fn measured(
    ctx: &Context,
    run: &RunId,
    values: Vec<Measured>,
) -> Result<Option<Change>, Failure> {
    if values.is_empty() {
        return Ok(None);
    }
    let known = |value: Measured| {
        let id = value.model.parse().ok();
        let model = id.filter(|id| ctx.store.logged_model(id).is_some());
        let model = model.ok_or_else(|| {
            let why = format!("Logged model with ID '{}' not found.", value.model);
            Failure::new(FailureKind::Incompatible, why, "")
        })?;
        Ok(ModelMetric {
            model,
            key: value.metric.key,
            point: value.metric.point,
            dataset: value.dataset,
        })
    };
    let metrics: Result<Vec<_>, Failure> = values.into_iter().map(known).collect();
    Ok(Some(Change::LogModelMetrics {
        run: run.clone(),
        metrics: metrics?,
    }))
}
