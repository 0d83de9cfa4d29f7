//! Logging into a run.

use super::{RUN_NAME, active_run, invalid};
use crate::{
    Context,
    ingest::Ingest,
    service::logged_models::{self, Measured},
};
use trimtab_core::{metric::MetricEntry, record::RunRecord};
use trimtab_store::{Change, RunEdit};
use trimtab_wire::{Failure, FailureKind};

/// What one call logs: all of it, or nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    /// Metric values.
    pub metrics: Vec<MetricEntry>,
    /// Those of them that were measured of logged models.
    pub measured: Vec<Measured>,
    /// Parameters: never another value than before.
    pub params: Vec<(String, String)>,
    /// Tags: the last value stays.
    pub tags: Vec<(String, String)>,
}

/// Logs into a run that is not deleted.
pub(crate) async fn log(ctx: &Context, id: &str, mut batch: Batch) -> Result<(), Failure> {
    let run = active_run(ctx, id)?;
    if let [(key, name)] = batch.tags.as_slice()
        && key == RUN_NAME
        && name.is_empty()
    {
        // A run keeps its name.
        batch.tags.clear();
    }
    params_stay(&run, &batch.params)?;
    let named = |(key, name): &&(String, String)| key == RUN_NAME && !name.is_empty();
    let name = batch.tags.iter().rev().find(named);
    let rename = name.map(|(_, name)| Change::EditRun {
        run: run.id.clone(),
        edit: RunEdit {
            name: Some(name.clone()),
            ..RunEdit::default()
        },
    });
    let measured = logged_models::measured(ctx, &run.id, batch.measured)?;
    let logged = Ingest::log(
        ctx,
        run.id.clone(),
        batch.metrics,
        batch.params,
        batch.tags,
        rename.into_iter().chain(measured),
    );
    logged.await.map_err(|failure| match failure.kind {
        // Somebody else logged the same parameter, or deleted the run, at the same moment.
        FailureKind::Refused => invalid(failure.message),
        _ => failure,
    })
}

/// A parameter never changes.
fn params_stay(run: &RunRecord, params: &[(String, String)]) -> Result<(), Failure> {
    let old = |key: &str| run.params.get(key);
    let changed = |(key, value): &&(String, String)| old(key).is_some_and(|v| **v != **value);
    let changed: Vec<_> = params.iter().filter(changed).collect();
    match (params, changed.as_slice()) {
        (_, []) => Ok(()),
        ([_], [(key, value)]) => Err(invalid(format!(
            "Changing param values is not allowed. Param with key='{key}' was already logged with \
             value='{}' for run ID='{}'. Attempted logging new value '{value}'.",
            old(key).map_or("", |v| v),
            run.id
        ))),
        (_, changed) => {
            let said = |(key, value): &&(String, String)| {
                let old = old(key).map_or("", |v| v);
                format!("{{'key': '{key}', 'old_value': '{old}', 'new_value': '{value}'}}")
            };
            let said: Vec<String> = changed.iter().map(said).collect();
            Err(invalid(format!(
                "Changing param values is not allowed. Params were already logged='[{}]' for run \
                 ID='{}'.",
                said.join(", "),
                run.id
            )))
        }
    }
}
