//! The Runs pane: a slice of all runs, marks across pages, and a run in detail.

use std::collections::{BTreeMap, BTreeSet};

use trimtab_core::run::{RunId, RunKey, RunOrder, RunQuery, RunRow};

use super::Model;
use super::list::List;

/// Rows asked for at a time.
pub const PAGE: u32 = 200;

/// The pane's own state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Runs {
    /// Selection among all runs that match.
    pub list: List,
    /// Words that must occur.
    pub filter: String,
    /// The order; newest first when absent.
    pub order: Option<RunOrder>,
    /// Rows passed over by the slice asked for.
    pub page_offset: u64,
    /// Marked runs in the order they were marked: the Compare pane's curves.
    pub marks: Vec<RunId>,
    /// Where a range of marks began.
    pub anchor: Option<usize>,
    /// Whether the selected run is shown in detail.
    pub detail: bool,
    /// The metric of the detail's curve; the first when absent.
    pub metric: Option<String>,
    /// Whether the slice must be asked for again once the answer in flight is there.
    pub dirty: bool,
}

impl Runs {
    /// The query for the slice that is shown.
    #[must_use]
    pub fn query(&self) -> RunQuery {
        RunQuery {
            experiment: None,
            words: self.filter.split_whitespace().map(str::to_owned).collect(),
            order: self.order.clone(),
            offset: self.page_offset,
            limit: PAGE,
        }
    }

    /// How many runs match in all.
    #[must_use]
    pub fn total(&self, model: &Model) -> usize {
        model
            .data
            .runs
            .value
            .as_ref()
            .map_or(0, |p| p.total as usize)
    }

    /// A row by its place among all that match; `None` when its slice is not here yet.
    #[must_use]
    pub fn row<'a>(&self, model: &'a Model, index: usize) -> Option<&'a RunRow> {
        let page = model.data.runs.value.as_ref()?;
        page.rows.get(index.checked_sub(page.offset as usize)?)
    }

    /// The rows of the slice that is here.
    pub fn page_rows<'a>(&self, model: &'a Model) -> impl Iterator<Item = &'a RunRow> + use<'a> {
        model.data.runs.value.iter().flat_map(|p| &p.rows)
    }

    /// The selected run.
    #[must_use]
    pub fn selected<'a>(&self, model: &'a Model) -> Option<&'a RunRow> {
        self.row(model, self.list.selected)
    }

    /// Metric keys of a set of runs, the most telling first.
    #[must_use]
    pub fn metric_keys<'a>(rows: impl Iterator<Item = &'a RunRow>) -> Vec<String> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for key in rows.flat_map(|r| r.metrics.keys()) {
            *counts.entry(key).or_default() += 1;
        }
        let mut keys: Vec<_> = counts.into_iter().collect();
        keys.sort_by_key(|(key, n)| (rank(key), usize::MAX - n, *key));
        keys.into_iter().map(|(key, _)| key.to_owned()).collect()
    }

    /// Parameters whose values differ among the rows of the slice, the most different first.
    #[must_use]
    pub fn telling_params(&self, model: &Model) -> Vec<String> {
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for row in self.page_rows(model) {
            for (key, value) in &row.params {
                values.entry(key).or_default().insert(value);
            }
        }
        let mut keys: Vec<_> = values
            .into_iter()
            .filter(|(_, v)| v.len() > 1)
            .map(|(k, v)| (usize::MAX - v.len(), k))
            .collect();
        keys.sort_unstable();
        keys.into_iter().map(|(_, k)| k.to_owned()).collect()
    }

    /// The metric whose curve the detail shows.
    #[must_use]
    pub fn detail_metric(&self, row: &RunRow) -> Option<String> {
        let chosen = self
            .metric
            .as_ref()
            .filter(|m| row.metrics.contains_key(*m));
        chosen.cloned().or_else(|| curve_key(row))
    }

    /// The orders worth offering: the table's own columns.
    #[must_use]
    pub fn orders(&self, model: &Model) -> Vec<(String, Option<RunOrder>)> {
        let by = |key: RunKey, descending| Some(RunOrder { key, descending });
        let mut out = vec![
            ("newest first".to_owned(), None),
            ("oldest first".to_owned(), by(RunKey::Started, false)),
            ("name".to_owned(), by(RunKey::Name, false)),
            ("status".to_owned(), by(RunKey::Status, false)),
        ];
        for key in Self::metric_keys(self.page_rows(model)) {
            out.push((
                format!("{key}, highest first"),
                by(RunKey::Metric(key.clone()), true),
            ));
            out.push((
                format!("{key}, lowest first"),
                by(RunKey::Metric(key), false),
            ));
        }
        for key in self.telling_params(model) {
            out.push((format!("parameter {key}"), by(RunKey::Param(key), false)));
        }
        out
    }
}

/// The metric worth a curve: the most telling one with more than one point.
fn curve_key(row: &RunRow) -> Option<String> {
    let mut keys: Vec<_> = row
        .metrics
        .iter()
        .map(|(k, m)| (m.count < 2, rank(k), k))
        .collect();
    keys.sort();
    keys.first().map(|(_, _, k)| (*k).clone())
}

/// Orders metric names by how much they tell about a model: scores, then losses, held-out before training,
/// the champion's copies last.
fn rank(key: &str) -> u8 {
    let k = key.to_ascii_lowercase();
    let copy = k.contains("champion") || k.starts_with("system");
    let training = k.starts_with("train");
    let score = ["auc", "acc", "f1", "r2", "map", "ndcg"]
        .iter()
        .any(|s| k.contains(s));
    let loss = ["loss", "rmse", "mae", "error"]
        .iter()
        .any(|s| k.contains(s));
    match (copy, training, score, loss) {
        (true, ..) => 6,
        (_, false, true, _) => 0,
        (_, false, _, true) => 1,
        (_, true, true, _) => 2,
        (_, true, _, true) => 3,
        (_, false, ..) => 4,
        _ => 5,
    }
}
