//! Filling the catalogue with logged models.

use super::{
    load::text_of,
    logged::{Entry, Logged},
    words::Words,
};
use crate::{
    read::{each, parsed, word},
    writer::books::{KeyNo, ModelNo, RunNo},
};
use duckdb::Connection;
use std::{collections::HashSet, sync::Arc};
use trimtab_core::{
    logged_model::{DatasetName, LoggedModel, LoggedModelStatus, ModelMetrics},
    metric::Point,
    record::{RunRecord, Shared, Sorted},
    run::ExperimentId,
    time::Millis,
};

/// Reads every logged model. `keys` are the metrics' names by number.
pub(super) fn load(
    db: &Connection,
    records: &[RunRecord],
    keys: &[Shared],
    words: &mut Words,
) -> duckdb::Result<Logged> {
    let mut models = models(db)?;
    for (table, of) in [
        (
            "logged_model_params",
            (|m| &mut m.params) as fn(&mut LoggedModel) -> &mut Sorted<Shared>,
        ),
        ("logged_model_tags", |m| &mut m.tags),
    ] {
        let sql = format!("SELECT model_no, key, value FROM {table}");
        each(db, &sql, [], |r| {
            if let Some(model) = models.get_mut(r.get::<_, ModelNo>(0)? as usize) {
                let (key, value) = (text_of(r, 1)?, text_of(r, 2)?);
                of(model).push(words.share(key), words.share(value));
            }
            Ok(())
        })?;
    }
    let metrics = metrics(db, models.len(), records, keys)?;
    let mut logged = Logged::default();
    for (no, (mut model, metrics)) in (0..).zip(models.into_iter().zip(metrics)) {
        model.params.settle();
        model.tags.settle();
        let entry = Entry {
            model: Arc::new(model),
            metrics: Arc::new(metrics),
        };
        logged.put(no, entry);
    }
    Ok(logged)
}

/// The models by number, without parameters and tags.
fn models(db: &Connection) -> duckdb::Result<Vec<LoggedModel>> {
    let mut models: Vec<LoggedModel> = Vec::new();
    each(
        db,
        "SELECT model_no, id, experiment, name, status, kind, source_run, created, updated, deleted
         FROM logged_models ORDER BY model_no",
        [],
        |r| {
            // The writer numbers models without gaps and never takes one out.
            if r.get::<_, ModelNo>(0)? as usize != models.len() {
                return Err(duckdb::Error::IntegralValueOutOfRange(
                    0,
                    models.len() as i128,
                ));
            }
            models.push(LoggedModel {
                id: parsed(r, 1)?,
                experiment: ExperimentId(r.get(2)?),
                name: r.get(3)?,
                status: word(r, 4, LoggedModelStatus::from_word)?,
                kind: r.get(5)?,
                source_run: r.get(6)?,
                created: Millis(r.get(7)?),
                updated: Millis(r.get(8)?),
                deleted: r.get(9)?,
                params: Sorted::default(),
                tags: Sorted::default(),
            });
            Ok(())
        },
    )?;
    Ok(models)
}

fn metrics(
    db: &Connection,
    models: usize,
    records: &[RunRecord],
    keys: &[Shared],
) -> duckdb::Result<Vec<ModelMetrics>> {
    let mut metrics = vec![ModelMetrics::default(); models];
    let mut names: HashSet<Arc<DatasetName>> = HashSet::new();
    each(
        db,
        "SELECT model_no, run_no, key_no, step, time, value, dataset_name, dataset_digest
         FROM model_metrics",
        [],
        |r| {
            let dataset = match (r.get(6)?, r.get(7)?) {
                (Some(name), Some(digest)) => {
                    let new = DatasetName { name, digest };
                    let known = names.get(&new).cloned().unwrap_or_else(|| Arc::new(new));
                    names.insert(Arc::clone(&known));
                    Some(known)
                }
                _ => None,
            };
            let point = Point {
                step: r.get(3)?,
                time: Millis(r.get(4)?),
                value: r.get(5)?,
            };
            let model = metrics.get_mut(r.get::<_, ModelNo>(0)? as usize);
            let run = records.get(r.get::<_, RunNo>(1)? as usize);
            let key = keys.get(r.get::<_, KeyNo>(2)? as usize);
            if let (Some(model), Some(run), Some(key)) = (model, run, key) {
                model.add(key, &run.id, dataset.as_ref(), point);
            }
            Ok(())
        },
    )?;
    Ok(metrics)
}
