//! What production was worth, month by month, from the rows it really scored.

use crate::Error;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};
use trimtab_core::stats::quality::auc;
use trimtab_store::frame::{FrameError, Select, read_parquet};

/// One month of production.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Month {
    /// `YYYY-MM`.
    pub month: String,
    /// The versions that scored it.
    pub versions: Vec<String>,
    /// Rows scored.
    pub rows: usize,
    /// Rows whose label has arrived.
    pub labelled: usize,
    /// Area under the ROC curve of those; NaN when both classes have not occurred.
    pub auc: f64,
}

/// The quality of every month in the log, oldest first; empty before the first week. Blocking.
///
/// # Errors
/// A log or label file cannot be read; it is named.
pub fn by_month(root: &Path) -> Result<Vec<Month>, Error> {
    let read = |pattern: &str, columns: &[&str]| {
        let select =
            Select::all(root.join(pattern).to_string_lossy()).columns(columns.iter().copied());
        match read_parquet(&select) {
            Err(FrameError::NoFiles { .. }) => Ok(None),
            other => other.map(Some),
        }
    };
    let columns = ["timestamp", "request_id", "model_version", "probability"];
    let Some(log) = read("log/**/*.parquet", &columns)? else {
        return Ok(Vec::new());
    };
    let mut labels: HashMap<String, bool> = HashMap::new();
    if let Some(arrived) = read("labels/**/*.parquet", &["request_id", "label"])? {
        let label = arrived.column("label")?;
        for (row, id) in arrived.texts("request_id")?.iter().enumerate() {
            if let (Some(id), Some(y)) = (id, label.number(row)) {
                labels.insert(id.clone(), y > 0.5);
            }
        }
    }
    let mut months: BTreeMap<String, (BTreeSet<String>, usize, Vec<bool>, Vec<f64>)> =
        BTreeMap::new();
    let (ids, versions) = (log.texts("request_id")?, log.texts("model_version")?);
    let probability = log.column("probability")?;
    for (row, at) in log.times("timestamp")?.iter().enumerate() {
        let Some(at) = at else { continue };
        let day = at.date();
        let month = months
            .entry(
                day.rsplit_once('-')
                    .map_or(day.clone(), |(m, _)| m.to_owned()),
            )
            .or_default();
        month.0.extend(versions[row].clone());
        month.1 += 1;
        let label = ids[row].as_ref().and_then(|id| labels.get(id));
        if let (Some(label), Some(p)) = (label, probability.number(row)) {
            month.2.push(*label);
            month.3.push(p);
        }
    }
    let month = |(month, (versions, rows, labels, scores)): (
        String,
        (BTreeSet<String>, usize, Vec<bool>, Vec<f64>),
    )| Month {
        month,
        versions: versions.into_iter().collect(),
        rows,
        labelled: labels.len(),
        auc: auc(&labels, &scores),
    };
    Ok(months.into_iter().map(month).collect())
}
