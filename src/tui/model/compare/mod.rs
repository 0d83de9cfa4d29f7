//! The Compare pane: what the compared runs are, and which view of them is in front.

pub mod axis;
pub mod crowd;
pub mod curves;
pub mod drawn;
pub mod importance;
pub mod metrics;
pub mod parallel;
pub mod params;
pub mod scatter;
pub mod sheets;

use std::collections::BTreeMap;

use trimtab_core::compare::Better;
use trimtab_core::run::{RunId, RunKey, RunRow};

use self::curves::Curves;
use self::metrics::Statistic;
use super::Model;
use super::list::List;

/// One view of the compared runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum View {
    /// Their curves over each other.
    #[default]
    Charts,
    /// What differs in their parameters and tags.
    Params,
    /// Their metrics, against a baseline.
    Metrics,
    /// Each run as a point between two columns.
    Scatter,
    /// Each run as a line across many columns.
    Parallel,
    /// Which parameters go with a metric.
    Importance,
}

impl View {
    /// Every view in the order of the tabs.
    pub const ALL: [Self; 6] = [
        Self::Charts,
        Self::Params,
        Self::Metrics,
        Self::Scatter,
        Self::Parallel,
        Self::Importance,
    ];

    /// The command that opens it.
    #[must_use]
    pub const fn command(self) -> &'static str {
        match self {
            Self::Charts => "charts",
            Self::Params => "differences",
            Self::Metrics => "metric table",
            Self::Scatter => "scatter",
            Self::Parallel => "parallel",
            Self::Importance => "importance",
        }
    }

    /// Its name on the tab.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Charts => "charts",
            Self::Params => "parameters",
            Self::Metrics => "metrics",
            Self::Scatter => "scatter",
            Self::Parallel => "parallel",
            Self::Importance => "importance",
        }
    }

    /// The view after it.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|v| *v == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

/// Runs compared at most: as many as the agent sends curves of, and as there are markers.
pub const MOST: usize = 50;

/// The pane's own state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compare {
    /// The view in front.
    pub view: View,
    /// The metric meant; the most telling one in common when absent.
    pub metric: Option<String>,
    /// How curves are drawn.
    pub curves: Curves,
    /// What the others are measured against; the first run when absent, or no longer compared.
    pub baseline: Option<RunId>,
    /// Selection among the runs: rows, or beside the parameters columns.
    pub list: List,
    /// Selection among the parameters.
    pub params: List,
    /// Whether parameters that are the same everywhere are shown, too.
    pub same_too: bool,
    /// Selection among the columns of the metric table.
    pub columns: List,
    /// Which value of each metric the table shows.
    pub statistic: Statistic,
    /// The columns of the scatter, across and up; what tells most when absent.
    pub scatter: (Option<RunKey>, Option<RunKey>),
    /// The columns of the parallel axes, in their order; those that differ when absent.
    pub axes: Option<Vec<RunKey>>,
    /// Selection among the parallel axes.
    pub axis: List,
    /// Selection among the parameters by importance.
    pub factors: List,
    /// Which way metrics get better, where the operator knows better than their names.
    pub better: BTreeMap<String, Better>,
}

impl Compare {
    /// The runs compared: the marked ones, or else the selected one.
    #[must_use]
    pub fn runs(&self, model: &Model) -> Vec<RunId> {
        if model.runs.marks.is_empty() {
            let selected = model.runs.selected(model);
            return selected.map(|r| r.id.clone()).into_iter().collect();
        }
        model.runs.marks.iter().take(MOST).cloned().collect()
    }

    /// The rows of the compared runs that are known.
    #[must_use]
    pub fn rows<'a>(&self, model: &'a Model) -> Vec<Option<&'a RunRow>> {
        let runs = self.runs(model);
        runs.iter().map(|id| model.data.run_by_id(id)).collect()
    }

    /// The selected run of the view in front.
    #[must_use]
    pub fn selected(&self, model: &Model) -> Option<RunId> {
        let runs = match self.view {
            View::Scatter | View::Parallel => self.crowd(model),
            View::Charts | View::Params | View::Metrics | View::Importance => self.runs(model),
        };
        runs.get(self.list.selected).cloned()
    }

    /// The place of the baseline among the compared runs.
    #[must_use]
    pub fn baseline_at(&self, runs: &[RunId]) -> usize {
        let chosen = self.baseline.as_ref();
        chosen
            .and_then(|id| runs.iter().position(|r| r == id))
            .unwrap_or(0)
    }

    /// What a run is called.
    #[must_use]
    pub fn name(model: &Model, run: &RunId) -> String {
        let row = model.data.run_by_id(run);
        row.map_or_else(
            || run.short().to_owned(),
            |r| crate::widget::text::clean(&r.name),
        )
    }

    /// The metrics of the compared runs, the most telling first, curves before single numbers.
    #[must_use]
    pub fn metrics(&self, model: &Model) -> Vec<String> {
        let (mut curves, points) = self.sorted_metrics(model);
        curves.extend(points);
        curves
    }

    /// The metrics with more than one point in any run, and the others.
    #[must_use]
    pub fn sorted_metrics(&self, model: &Model) -> (Vec<String>, Vec<String>) {
        let rows: Vec<&RunRow> = self.rows(model).into_iter().flatten().collect();
        let keys = super::runs::Runs::metric_keys(rows.iter().copied());
        keys.into_iter().partition(|k| {
            rows.iter()
                .any(|r| r.metrics.get(k).is_some_and(|m| m.count > 1))
        })
    }

    /// The metric meant.
    #[must_use]
    pub fn current_metric(&self, model: &Model) -> Option<String> {
        let keys = self.metrics(model);
        self.metric
            .clone()
            .filter(|m| keys.contains(m))
            .or_else(|| keys.into_iter().next())
    }

    /// Which way a metric gets better.
    #[must_use]
    pub fn better(&self, key: &str) -> Better {
        let told = self.better.get(key).copied();
        told.unwrap_or_else(|| Better::of(key))
    }
}
