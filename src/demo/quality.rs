//! What production was worth, month by month, from the rows it really scored.

use crate::Error;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};
use trimtab_core::{stats::quality::auc, time::Millis};
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
    let mut months: BTreeMap<String, Tally> = BTreeMap::new();
    let (ids, versions) = (log.texts("request_id")?, log.texts("model_version")?);
    let probability = log.column("probability")?;
    for (row, at) in log.times("timestamp")?.iter().enumerate() {
        let Some(day) = at.map(Millis::date) else {
            continue;
        };
        let name = day
            .rsplit_once('-')
            .map_or(day.as_str(), |(month, _)| month);
        let tally = months.entry(name.to_owned()).or_default();
        tally.versions.extend(versions[row].clone());
        tally.rows += 1;
        let label = ids[row].as_ref().and_then(|id| labels.get(id));
        if let (Some(label), Some(p)) = (label, probability.number(row)) {
            tally.labels.push(*label);
            tally.scores.push(p);
        }
    }
    Ok(months
        .into_iter()
        .map(|(month, tally)| tally.judge(month))
        .collect())
}

/// What is gathered of one month.
#[derive(Default)]
struct Tally {
    versions: BTreeSet<String>,
    rows: usize,
    /// Of the labelled rows, as are the scores.
    labels: Vec<bool>,
    scores: Vec<f64>,
}

impl Tally {
    fn judge(self, month: String) -> Month {
        Month {
            month,
            versions: self.versions.into_iter().collect(),
            rows: self.rows,
            labelled: self.labels.len(),
            auc: auc(&self.labels, &self.scores),
        }
    }
}
