//! The Fleet pane: which model is selected.

use std::sync::Arc;

use trimtab_core::monitor::MonitorState;
use trimtab_core::policy::{Direction, QualityMetric};
use trimtab_core::time::Millis;
use trimtab_wire::FleetRow;

use super::Model;
use super::list::List;
use crate::widget::chart::{Chart, Line, Mark, XKind};

/// The pane's own state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fleet {
    /// Selection among the rows.
    pub list: List,
}

impl Fleet {
    /// The selected row.
    #[must_use]
    pub fn selected<'a>(&self, model: &'a Model) -> Option<&'a FleetRow> {
        model.data.fleet_rows().get(self.list.selected)
    }

    /// The monitor that watches the selected model.
    #[must_use]
    pub fn monitor<'a>(&self, model: &'a Model) -> Option<&'a MonitorState> {
        let row = self.selected(model)?;
        model
            .data
            .monitor_rows()
            .iter()
            .find(|m| m.model == row.model)
    }
}

/// Quality by window with its bound and the moments production moved.
#[must_use]
pub fn quality_chart(row: &FleetRow) -> Chart {
    let points: Vec<(f64, f64)> = row
        .quality
        .iter()
        .map(|q| (q.start.0 as f64, q.value))
        .collect();
    let (first, last) = (
        points.first().map_or(0.0, |p| p.0),
        points.last().map_or(0.0, |p| p.0),
    );
    // Windows stand at their start, so a version put there within the newest one lies beyond it; one put
    // there before the first row has no time in the data at all. Both belong on the chart's edge.
    let marks = row.deployments.iter().map(|d| Mark {
        x: d.data_time
            .map_or(first, |t| t.0 as f64)
            .max(first)
            .min(last),
        label: d.version.to_string(),
    });
    let marks = marks.collect();
    Chart {
        title: format!("{}: {} by window", row.model, row.quality_metric),
        lines: vec![Line {
            name: row.quality_metric.clone(),
            points: Arc::new(points),
            series: 0,
            faint: false,
        }],
        marks,
        bound: row
            .quality_min
            .is_finite()
            .then(|| (row.quality_min, format!("bound {:.2}", row.quality_min))),
        x_kind: XKind::Date,
        ..Chart::default()
    }
}

/// Whether less of a row's measure is better, so that its bound lies above.
#[must_use]
pub fn less_is_better(row: &FleetRow) -> bool {
    QualityMetric::from_word(&row.quality_metric)
        .is_some_and(|metric| metric.direction() == Direction::Min)
}

/// Whether a value of a row's measure is out of its bound.
#[must_use]
pub fn out_of_bound(row: &FleetRow, value: f64) -> bool {
    if less_is_better(row) {
        value > row.quality_min
    } else {
        value < row.quality_min
    }
}

/// The newest window that has a quality, and the change against the one before.
#[must_use]
pub fn latest_quality(row: &FleetRow) -> Option<(Millis, f64, f64)> {
    let mut known = row.quality.iter().rev().filter(|q| q.value.is_finite());
    let last = known.next()?;
    let before = known.next().map_or(f64::NAN, |q| q.value);
    Some((last.start, last.value, last.value - before))
}
