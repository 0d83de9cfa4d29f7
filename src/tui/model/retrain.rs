//! The Retrain pane: jobs, the selected one's log and live curve.

use std::sync::Arc;

use trimtab_core::job::Job;

use super::Model;
use super::compare::axis::{Axis, points};
use super::data::Slot;
use super::list::List;
use crate::widget::chart::{Chart, Line};

/// The pane's own state.
#[derive(Debug, Clone, PartialEq)]
pub struct Retrain {
    /// Selection among the jobs.
    pub list: List,
    /// Whether the log stays at its end.
    pub follow: bool,
    /// Lines scrolled up from the end, while not following.
    pub back: usize,
    /// Whether the log takes the curve's place.
    pub wide_log: bool,
    /// The curve's metric; the most telling one when absent.
    pub metric: Option<String>,
}

impl Default for Retrain {
    fn default() -> Self {
        Self {
            list: List::default(),
            follow: true,
            back: 0,
            wide_log: false,
            metric: None,
        }
    }
}

impl Retrain {
    /// The selected job.
    #[must_use]
    pub fn selected<'a>(&self, model: &'a Model) -> Option<&'a Job> {
        model.data.job_rows().get(self.list.selected)
    }

    /// The metric whose curve is shown: a loss while it trains tells most, and every trainer logs one.
    #[must_use]
    pub fn current_metric(&self, model: &Model) -> Option<String> {
        let run = model.data.run_by_id(self.selected(model)?.run.as_ref()?)?;
        let chosen = self
            .metric
            .as_ref()
            .filter(|m| run.metrics.contains_key(*m));
        chosen.cloned().or_else(|| model.runs.detail_metric(run))
    }

    /// The live curve.
    #[must_use]
    pub fn chart(&self, model: &Model) -> Chart {
        let lines = model
            .data
            .curves(Slot::JobCurve)
            .iter()
            .enumerate()
            .map(|(i, s)| Line {
                name: s.key.clone(),
                points: Arc::new(points(&s.points, &Axis::Step, 0, None)),
                series: i,
                faint: false,
            })
            .collect();
        Chart {
            title: self.current_metric(model).unwrap_or_default(),
            lines,
            x_label: "step".into(),
            ..Chart::default()
        }
    }
}
