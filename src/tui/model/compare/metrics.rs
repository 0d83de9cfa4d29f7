//! The metrics of the compared runs in a table: which is best, and how far each is from the baseline.

use trimtab_core::run::{RunId, RunKey, RunRow};

use super::Compare;
use crate::model::Model;

/// Which value of a metric.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Statistic {
    /// The last one.
    #[default]
    Latest,
    /// The least finite one.
    Least,
    /// The greatest finite one.
    Greatest,
}

impl Statistic {
    /// The next kind.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Latest => Self::Least,
            Self::Least => Self::Greatest,
            Self::Greatest => Self::Latest,
        }
    }

    /// Shown beside the table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Latest => "latest values",
            Self::Least => "least values",
            Self::Greatest => "greatest values",
        }
    }

    /// A run's value of a metric.
    #[must_use]
    pub fn of(self, row: &RunRow, key: &str) -> Option<f64> {
        let m = row.metrics.get(key)?;
        match self {
            Self::Latest => Some(m.latest.value),
            Self::Least => m.range().map(|r| r.0),
            Self::Greatest => m.range().map(|r| r.1),
        }
    }

    /// The column that has it.
    #[must_use]
    pub fn key(self, metric: String) -> RunKey {
        match self {
            Self::Latest => RunKey::Metric(metric),
            Self::Least => RunKey::Least(metric),
            Self::Greatest => RunKey::Greatest(metric),
        }
    }
}

/// One metric across the compared runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The metric.
    pub metric: String,
    /// What each run has, in the order of the runs.
    pub values: Vec<Option<f64>>,
    /// The best of them, when one of several is better.
    pub best: Option<f64>,
}

impl Compare {
    /// A column of the table.
    #[must_use]
    pub fn metric_column(&self, model: &Model, metric: &str) -> Column {
        let rows = self.rows(model);
        let value = |row: &Option<&RunRow>| self.statistic.of((*row)?, metric);
        let values: Vec<Option<f64>> = rows.iter().map(value).collect();
        let told = || values.iter().flatten().copied();
        let best = self.better(metric).best(told());
        let alike = told().all(|v| Some(v) == best);
        Column {
            metric: metric.to_owned(),
            best: best.filter(|_| !alike),
            values,
        }
    }

    /// The selected column's metric.
    #[must_use]
    pub fn selected_metric(&self, model: &Model) -> Option<String> {
        self.metrics(model).into_iter().nth(self.columns.selected)
    }

    /// The compared runs, the best of a metric first; those without a number last, each in the order they had.
    #[must_use]
    pub fn best_first(&self, model: &Model, metric: &str) -> Vec<RunId> {
        let runs = self.runs(model);
        let column = self.metric_column(model, metric);
        let better = self.better(metric);
        let mut order: Vec<usize> = (0..runs.len()).collect();
        order.sort_by(|a, b| {
            let value = |i: &usize| column.values[*i].unwrap_or(f64::NAN);
            let (a, b) = (value(a), value(b));
            better.beats(b, a).cmp(&better.beats(a, b))
        });
        order.into_iter().map(|i| runs[i].clone()).collect()
    }
}
