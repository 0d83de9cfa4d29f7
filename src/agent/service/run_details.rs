//! What a console shows of one run beside its row: curves of many metrics, what it read and made.

use crate::{
    Context,
    error::{OrFail as _, invalid, missing},
};
use trimtab_core::{
    inputs::{InputDataset, LinkedModel, RunInputs},
    links::{CONTEXT, DatasetUse},
    metric::{Series, SeriesQuery, Span},
    record::RunRecord,
    run::RunId,
};
use trimtab_wire::{Failure, Reply};

/// Metrics in one answer.
const MOST: usize = 64;
/// Pixel columns of each at most.
const COLUMNS: u32 = 2_000;

/// A run that is known, deleted or not.
pub(super) fn record(ctx: &Context, run: &RunId) -> Result<std::sync::Arc<RunRecord>, Failure> {
    let found = ctx.store.record(run);
    found.ok_or_else(|| missing("run", run, "See `trimtab runs list`."))
}

/// Several metrics, each thinned.
pub(super) async fn curves(
    ctx: &Context,
    run: RunId,
    keys: Vec<String>,
    columns: u32,
) -> Result<Reply, Failure> {
    if keys.len() > MOST {
        return Err(invalid(
            format!("{} curves cannot be asked for at once.", keys.len()),
            format!("Ask for at most {MOST}."),
        ));
    }
    let mut curves: Vec<Series> = Vec::new();
    for key in keys {
        let query = SeriesQuery {
            run: run.clone(),
            key,
            span: Span::default(),
            smoothing: 0.0,
            columns: columns.clamp(1, COLUMNS),
        };
        let curve = ctx.store.series(query).await.or_fail()?;
        if curve.total > 0 {
            curves.push(curve);
        }
    }
    Ok(Reply::RunCurves(curves))
}

/// What a run read and made.
pub(super) fn inputs(ctx: &Context, run: &RunId) -> Result<Reply, Failure> {
    let record = record(ctx, run)?;
    let links = record.links();
    let read = links.inputs.iter().map(|id| model(ctx, id, None));
    let made = links
        .outputs
        .iter()
        .map(|(id, step)| model(ctx, id, Some(*step)));
    Ok(Reply::RunInputs(Box::new(RunInputs {
        datasets: links.datasets.iter().map(dataset).collect(),
        models: read.chain(made).collect(),
    })))
}

fn dataset(used: &DatasetUse) -> InputDataset {
    let d = &used.dataset;
    let others = used.tags.iter().filter(|(key, _)| &***key != CONTEXT);
    InputDataset {
        name: d.name.clone(),
        digest: d.digest.clone(),
        context: used.context().unwrap_or_default().to_owned(),
        source_type: d.source_type.clone(),
        source: d.source.clone(),
        schema: d.schema.clone(),
        profile: d.profile.clone(),
        tags: others
            .map(|(key, value)| (key.to_string(), value.to_string()))
            .collect(),
    }
}

fn model(ctx: &Context, id: &str, made_at: Option<i64>) -> LinkedModel {
    let known = id.parse().ok().and_then(|id| ctx.store.logged_model(&id));
    let unknown = LinkedModel {
        id: id.to_owned(),
        made_at,
        ..LinkedModel::default()
    };
    match known {
        None => unknown,
        Some(found) => LinkedModel {
            name: found.model.name.clone(),
            kind: found.model.kind.clone(),
            status: if found.model.deleted {
                "deleted".into()
            } else {
                found.model.status.word().into()
            },
            uri: found.artifact_uri,
            ..unknown
        },
    }
}
