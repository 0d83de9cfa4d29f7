//! Which parameters go with a metric, in the lines of a table.

use trimtab_core::compare::{Factor, Importance, LeftOut};

use super::Compare;
use crate::model::Model;

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Line<'a> {
    /// A parameter with its correlation.
    Factor(&'a Factor),
    /// A parameter without one.
    LeftOut(&'a LeftOut),
}

impl Line<'_> {
    /// The parameter.
    #[must_use]
    pub fn param(&self) -> &str {
        match self {
            Self::Factor(f) => &f.param,
            Self::LeftOut(l) => &l.param,
        }
    }
}

impl Compare {
    /// What goes with the metric that is meant.
    #[must_use]
    pub fn importance(&self, model: &Model) -> Importance {
        let rows = Self::known(model, &self.all_runs(model));
        match self.crowd_metric(model) {
            Some(metric) => Importance::of(&rows, &self.statistic.key(metric), model.now),
            None => Importance::default(),
        }
    }

    /// The metrics of those runs, the most telling first.
    #[must_use]
    pub fn crowd_metrics(&self, model: &Model) -> Vec<String> {
        let rows = Self::known(model, &self.all_runs(model));
        crate::model::runs::Runs::metric_keys(rows.into_iter())
    }

    /// The metric that is meant, among those.
    #[must_use]
    pub fn crowd_metric(&self, model: &Model) -> Option<String> {
        let keys = self.crowd_metrics(model);
        let meant = self.metric.clone().filter(|m| keys.contains(m));
        meant.or_else(|| keys.into_iter().next())
    }
}

/// The lines of the table: what has a correlation, then what has none.
pub fn lines(found: &Importance) -> Vec<Line<'_>> {
    let factors = found.factors.iter().map(Line::Factor);
    factors
        .chain(found.left_out.iter().map(Line::LeftOut))
        .collect()
}
