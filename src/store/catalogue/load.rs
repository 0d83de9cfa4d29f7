//! Filling the catalogue from the store, when it is opened.

use super::{
    Catalogue, Entry, Pages,
    load_links::{self, Known},
    load_logged,
    words::Words,
};
use crate::{
    read::{each, parsed, word},
    writer::{
        books::{DatasetNo, KeyNo, RunNo},
        latest::Summaries,
    },
};
use duckdb::Connection;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, RwLock},
};
use trimtab_core::{
    job::JobId,
    record::{RunRecord, Shared, Sorted},
    run::{Experiment, ExperimentId, RunStatus},
    time::Millis,
};

/// Reads every experiment, run and logged model; what is known of runs' metrics was read before. The
/// data sets, by number, come back beside.
pub(crate) fn load(
    db: &Connection,
    summaries: &Summaries,
) -> duckdb::Result<(Catalogue, HashMap<DatasetNo, Known>)> {
    let mut words = Words::default();
    let experiments = experiments(db)?;
    let mut records = runs(db, &mut words)?;
    for (table, of) in [
        (
            "params",
            (|r| &mut r.params) as fn(&mut RunRecord) -> &mut Sorted<Shared>,
        ),
        ("tags", |r| &mut r.tags),
    ] {
        let sql = format!("SELECT run_no, key, value FROM {table}");
        each(db, &sql, [], |r| {
            let no = r.get::<_, RunNo>(0)? as usize;
            if let Some(record) = records.get_mut(no) {
                let (key, value) = (text_of(r, 1)?, text_of(r, 2)?);
                of(record).push(words.share(key), words.share(value));
            }
            Ok(())
        })?;
    }
    let mut keys: Vec<Shared> = Vec::new();
    each(
        db,
        "SELECT key_no, key FROM metric_keys ORDER BY key_no",
        [],
        |r| {
            let no = r.get::<_, KeyNo>(0)? as usize;
            keys.resize(no, Shared::from(""));
            keys.push(words.share(text_of(r, 1)?));
            Ok(())
        },
    )?;
    for ((no, key), summary) in summaries {
        if let (Some(record), Some(key)) = (records.get_mut(*no as usize), keys.get(*key as usize))
        {
            record.metrics.push(Arc::clone(key), *summary);
        }
    }
    let datasets = load_links::load(db, &mut records, &mut words)?;
    let logged = load_logged::load(db, &records, &keys, &mut words)?;
    let mut pages = Pages {
        experiments,
        logged,
        keys,
        words,
        ..Pages::default()
    };
    for (no, mut record) in (0..).zip(records) {
        record.params.settle();
        record.tags.settle();
        record.metrics.settle();
        for (name, metric) in record.metrics.iter() {
            pages.columns.put(name, no, metric.latest.value);
        }
        pages.add(no, Entry::new(record));
    }
    Ok((Catalogue(RwLock::new(pages)), datasets))
}

fn experiments(db: &Connection) -> duckdb::Result<BTreeMap<ExperimentId, Arc<Experiment>>> {
    let mut found = BTreeMap::new();
    each(
        db,
        "SELECT id, name, artifact_location, created, updated, deleted FROM experiments",
        [],
        |r| {
            let id = ExperimentId(r.get(0)?);
            let experiment = Experiment {
                id,
                name: r.get(1)?,
                artifact_location: r.get(2)?,
                created: Millis(r.get(3)?),
                updated: Millis(r.get(4)?),
                deleted: r.get(5)?,
                tags: BTreeMap::new(),
            };
            found.insert(id, experiment);
            Ok(())
        },
    )?;
    each(
        db,
        "SELECT experiment, key, value FROM experiment_tags",
        [],
        |r| {
            if let Some(experiment) = found.get_mut(&ExperimentId(r.get(0)?)) {
                experiment.tags.insert(r.get(1)?, r.get(2)?);
            }
            Ok(())
        },
    )?;
    Ok(found.into_iter().map(|(id, e)| (id, Arc::new(e))).collect())
}

/// The runs by number, without parameters, tags and metrics.
fn runs(db: &Connection, words: &mut Words) -> duckdb::Result<Vec<RunRecord>> {
    let mut records: Vec<RunRecord> = Vec::new();
    each(
        db,
        "SELECT run_no, id, experiment, name, status, author, started, ended, job, deleted
         FROM runs ORDER BY run_no",
        [],
        |r| {
            // The writer numbers runs without gaps and never takes one out.
            if r.get::<_, RunNo>(0)? as usize != records.len() {
                return Err(duckdb::Error::IntegralValueOutOfRange(
                    0,
                    records.len() as i128,
                ));
            }
            records.push(RunRecord {
                id: parsed(r, 1)?,
                experiment: ExperimentId(r.get(2)?),
                name: r.get(3)?,
                status: word(r, 4, RunStatus::from_word)?,
                user: words.share(text_of(r, 5)?),
                started: Millis(r.get(6)?),
                ended: r.get::<_, Option<i64>>(7)?.map(Millis),
                job: r.get::<_, Option<u64>>(8)?.map(JobId),
                deleted: r.get::<_, Option<i64>>(9)?.map(Millis),
                params: Sorted::default(),
                tags: Sorted::default(),
                metrics: Sorted::default(),
                links: None,
            });
            Ok(())
        },
    )?;
    Ok(records)
}

pub(super) fn text_of<'r>(r: &'r duckdb::Row<'_>, column: usize) -> duckdb::Result<&'r str> {
    let value = r.get_ref(column)?;
    value.as_str().map_err(|e| {
        duckdb::Error::FromSqlConversionFailure(column, duckdb::types::Type::Text, Box::new(e))
    })
}
