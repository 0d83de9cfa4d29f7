//! The Runs pane: a slice of all runs, marks across pages, and a run in detail.

use std::collections::{BTreeMap, BTreeSet};

use trimtab_core::health::{self, Finding};
use trimtab_core::run::{RunId, RunKey, RunLine, RunNames, RunOrder, RunQuery, RunRow};
use trimtab_core::time::Millis;

use super::Model;
use super::list::List;
use super::run_table::RunView;

/// Rows asked for at a time.
pub const PAGE: u32 = 200;
/// Milliseconds between two slices that are asked for because runs changed.
const EVERY: i64 = 1_000;

/// The pane's own state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Runs {
    /// Selection among all runs that match.
    pub list: List,
    /// What is shown, and how.
    pub view: RunView,
    /// Views saved under names.
    pub views: BTreeMap<String, RunView>,
    /// The name of the view that was opened or saved last, while it is unchanged.
    pub view_name: Option<String>,
    /// Groups and parents that show what is under them.
    pub open: BTreeSet<String>,
    /// What a filter may name, as last told by the agent.
    pub names: RunNames,
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
    /// The visible part of that curve; all of it when absent.
    pub close: Option<Close>,
    /// Whether the slice must be asked for again once the answer in flight is there.
    pub dirty: bool,
    /// When a slice was asked for last, so that busy runs do not make us ask all the time.
    pub asked: Millis,
}

/// A part of a run's curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Close {
    /// The run; another one is shown whole.
    pub run: RunId,
    /// The visible steps.
    pub shown: (f64, f64),
    /// Those that a finer curve is asked for, around them.
    pub window: (f64, f64),
}

impl Runs {
    /// The query for the slice that is shown.
    #[must_use]
    pub fn query(&self) -> RunQuery {
        RunQuery {
            filter: self.view.filter.clone(),
            fuzzy: true,
            order: self.view.order.clone(),
            group: self.view.group.clone(),
            nest: self.view.nest,
            open: self.open.clone(),
            deleted: self.view.deleted,
            offset: self.page_offset,
            limit: PAGE,
            ..RunQuery::default()
        }
    }

    /// Whether a query, apart from its slice, is that of the table which is shown.
    #[must_use]
    pub fn is_same_table(&self, query: &RunQuery) -> bool {
        let own = RunQuery {
            offset: query.offset,
            limit: query.limit,
            ..self.query()
        };
        own == *query
    }

    /// Milliseconds until a slice that is out of date may be asked for again; `None` when none is.
    #[must_use]
    pub fn ask_in(&self, now: Millis) -> Option<i64> {
        let due = now.since(self.asked);
        // A clock that was set back must not hold the slice up.
        let wait = if due < 0 { 0 } else { EVERY - due };
        self.dirty.then_some(wait.max(0))
    }

    /// Goes back to the top of another table.
    pub fn restart(&mut self) {
        self.list = List::default();
        self.page_offset = 0;
        self.anchor = None;
    }

    /// What a line is, by its place; that of a run on its own when its slice is not here yet.
    #[must_use]
    pub fn line(&self, model: &Model, index: usize) -> RunLine {
        let page = model.data.runs.value.as_ref();
        page.and_then(|p| Some(p.line(index.checked_sub(p.offset as usize)?)))
            .unwrap_or_default()
    }

    /// The name under which a line's opening is remembered; `None` when nothing is under it.
    #[must_use]
    pub fn fold_key(&self, model: &Model, index: usize) -> Option<String> {
        let line = self.line(model, index);
        let row = self.row(model, index)?;
        (line.under > 0).then(|| line.group.unwrap_or_else(|| row.id.to_string()))
    }

    /// Whether the selected line is a run, and not the head of a group.
    #[must_use]
    pub fn on_run(&self, model: &Model) -> bool {
        self.selected(model).is_some() && self.line(model, self.list.selected).group.is_none()
    }

    /// What is wrong with a run.
    #[must_use]
    pub fn finding<'a>(model: &Model, row: &'a RunRow) -> Option<Finding<'a>> {
        health::of_row(row, model.now)
    }

    /// Whether a line of the slice has a run that is not well, shown or folded away under it.
    #[must_use]
    pub fn is_unwell(&self, model: &Model, index: usize) -> bool {
        let line = self.line(model, index);
        let ill = |r: &RunRow| Self::finding(model, r).is_some();
        let own = line.group.is_none() && self.row(model, index).is_some_and(ill);
        own || (!line.open && line.unwell > 0)
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
    pub fn orders(&self, model: &Model) -> Vec<(String, Vec<RunOrder>)> {
        let by = |key: RunKey, descending| vec![RunOrder { key, descending }];
        let mut out = vec![
            ("newest first".to_owned(), Vec::new()),
            ("oldest first".to_owned(), by(RunKey::Started, false)),
            ("name".to_owned(), by(RunKey::Name, false)),
            ("status".to_owned(), by(RunKey::Status, false)),
            ("health".to_owned(), by(RunKey::Health, false)),
            ("longest first".to_owned(), by(RunKey::Duration, true)),
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

    /// What grouping is worth offering.
    #[must_use]
    pub fn groups(&self, model: &Model) -> Vec<Option<RunKey>> {
        let mut out = vec![
            None,
            Some(RunKey::Experiment),
            Some(RunKey::Status),
            Some(RunKey::User),
            Some(RunKey::Health),
        ];
        let known = |told: &[String], seen: Vec<String>| {
            let mut keys = seen;
            keys.extend(told.iter().filter(|k| !k.starts_with("mlflow.")).cloned());
            let mut had = BTreeSet::new();
            keys.retain(|k| had.insert(k.clone()));
            keys
        };
        let params = known(&self.names.params, self.telling_params(model));
        let tags: BTreeSet<String> = self
            .page_rows(model)
            .flat_map(|r| r.tags.keys())
            .filter(|k| !k.starts_with("mlflow."))
            .cloned()
            .collect();
        let tags = known(&self.names.tags, tags.into_iter().collect());
        out.extend(params.into_iter().map(|k| Some(RunKey::Param(k))));
        out.extend(tags.into_iter().map(|k| Some(RunKey::Tag(k))));
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
