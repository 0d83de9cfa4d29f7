//! Filling in what runs read and made.

use super::{load::text_of, words::Words};
use crate::{
    read::each,
    writer::books::{DatasetNo, RunNo},
};
use duckdb::Connection;
use std::{collections::HashMap, sync::Arc};
use trimtab_core::{
    links::{Dataset, DatasetUse, RunLinks},
    record::{RunRecord, Shared, Sorted},
    run::ExperimentId,
};

/// A data set, and the experiment that knows it.
pub(crate) type Known = (ExperimentId, Arc<Dataset>);

/// Reads every link into the records; the data sets, by number, come back.
pub(super) fn load(
    db: &Connection,
    records: &mut [RunRecord],
    words: &mut Words,
) -> duckdb::Result<HashMap<DatasetNo, Known>> {
    let datasets = datasets(db)?;
    let mut links: HashMap<RunNo, RunLinks> = HashMap::new();
    let mut tags: HashMap<(RunNo, DatasetNo), Sorted<Shared>> = HashMap::new();
    each(
        db,
        "SELECT run_no, dataset_no, key, value FROM dataset_input_tags",
        [],
        |r| {
            let of: &mut Sorted<Shared> = tags.entry((r.get(0)?, r.get(1)?)).or_default();
            of.push(words.share(text_of(r, 2)?), words.share(text_of(r, 3)?));
            Ok(())
        },
    )?;
    each(
        db,
        "SELECT run_no, dataset_no FROM dataset_inputs ORDER BY rowid",
        [],
        |r| {
            let (run, no): (RunNo, DatasetNo) = (r.get(0)?, r.get(1)?);
            if let Some((_, dataset)) = datasets.get(&no) {
                let mut tags = tags.remove(&(run, no)).unwrap_or_default();
                tags.settle();
                let dataset = Arc::clone(dataset);
                let used = DatasetUse { dataset, tags };
                links.entry(run).or_default().add_dataset(used);
            }
            Ok(())
        },
    )?;
    each(db, "SELECT run_no, model FROM model_inputs", [], |r| {
        let model = words.share(text_of(r, 1)?);
        links.entry(r.get(0)?).or_default().add_input(model);
        Ok(())
    })?;
    each(
        db,
        "SELECT run_no, model, step FROM model_outputs",
        [],
        |r| {
            let model = words.share(text_of(r, 1)?);
            let of = links.entry(r.get(0)?).or_default();
            of.add_output(model, r.get(2)?);
            Ok(())
        },
    )?;
    for (run, links) in links {
        if let Some(record) = records.get_mut(run as usize) {
            record.links = Some(Arc::new(links));
        }
    }
    Ok(datasets)
}

fn datasets(db: &Connection) -> duckdb::Result<HashMap<DatasetNo, Known>> {
    let mut found = HashMap::new();
    each(
        db,
        "SELECT dataset_no, experiment, name, digest, source_type, source, columns, profile
         FROM datasets",
        [],
        |r| {
            let dataset = Dataset {
                name: r.get(2)?,
                digest: r.get(3)?,
                source_type: r.get(4)?,
                source: r.get(5)?,
                schema: r.get(6)?,
                profile: r.get(7)?,
            };
            found.insert(r.get(0)?, (ExperimentId(r.get(1)?), Arc::new(dataset)));
            Ok(())
        },
    )?;
    Ok(found)
}
