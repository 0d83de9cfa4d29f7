//! Curves of the compared runs over each other.

use trimtab_core::metric::Series;

use super::Compare;
use crate::model::Model;
use crate::model::data::Slot;
use crate::widget::chart::{Chart, Line, XKind};
use crate::widget::scale;

/// What the x axis counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Axis {
    /// The trainer's steps.
    #[default]
    Step,
    /// Wall-clock time.
    Time,
    /// Time since each run's first point.
    Relative,
}

impl Axis {
    /// The next kind.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Step => Self::Relative,
            Self::Relative => Self::Time,
            Self::Time => Self::Step,
        }
    }

    /// Shown beside the title.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Time => "time",
            Self::Relative => "elapsed",
        }
    }
}

/// Weights of the smoothing that `S` walks through.
pub const SMOOTHING: [f64; 4] = [0.0, 0.6, 0.9, 0.97];

/// How curves are drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curves {
    /// The x axis.
    pub axis: Axis,
    /// Index into [`SMOOTHING`].
    pub smoothing: usize,
    /// Logarithmic y.
    pub log: bool,
    /// The visible part of x; all when absent.
    pub zoom: Option<(f64, f64)>,
    /// The read-out's x.
    pub cursor: Option<f64>,
}

impl Compare {
    /// The chart as it stands.
    #[must_use]
    pub fn chart(&self, model: &Model) -> Chart {
        let runs = self.runs(model);
        let metric = self.current_metric(model).unwrap_or_default();
        let curves = model.data.curves(Slot::Compare);
        let state = &self.curves;
        let mut lines = Vec::new();
        for (i, id) in runs.iter().enumerate() {
            let Some(series) = curves.iter().find(|s| s.run == *id && s.key == metric) else {
                continue;
            };
            lines.extend(smoothed(
                Self::name(model, id),
                points(series, state.axis),
                i,
                SMOOTHING[state.smoothing % SMOOTHING.len()],
            ));
        }
        Chart {
            title: metric,
            lines,
            x_kind: match state.axis {
                Axis::Step => XKind::Number,
                Axis::Time | Axis::Relative => XKind::Elapsed,
            },
            x_label: state.axis.word().to_owned(),
            x_range: state.zoom,
            log_y: state.log,
            cursor: state.cursor,
            ..Chart::default()
        }
        .anchored(state.axis == Axis::Time)
    }
}

/// A stored curve on an axis.
#[must_use]
pub fn points(series: &Series, axis: Axis) -> Vec<(f64, f64)> {
    let start = series.points.iter().map(|p| p.time.0).min().unwrap_or(0);
    let mut out: Vec<(f64, f64)> = series
        .points
        .iter()
        .map(|p| {
            let x = match axis {
                Axis::Step => p.step as f64,
                Axis::Time => p.time.0 as f64,
                Axis::Relative => (p.time.0 - start) as f64,
            };
            (x, p.value)
        })
        .collect();
    // Trainers may log out of order (resumed runs); a curve goes from left to right.
    out.sort_by(|a, b| a.0.total_cmp(&b.0));
    out
}

/// The curve, and behind it the raw one when it is smoothed.
fn smoothed(name: String, raw: Vec<(f64, f64)>, series: usize, weight: f64) -> Vec<Line> {
    if weight == 0.0 {
        return vec![Line {
            name,
            points: raw,
            series,
            faint: false,
        }];
    }
    vec![
        Line {
            name: name.clone(),
            points: scale::ema(&raw, weight),
            series,
            faint: false,
        },
        Line {
            name,
            points: raw,
            series,
            faint: true,
        },
    ]
}

impl Chart {
    /// Wall-clock time is read as time since the first point of the first run.
    fn anchored(mut self, anchor: bool) -> Self {
        if anchor && let Some((start, _)) = self.extent() {
            for line in &mut self.lines {
                for p in &mut line.points {
                    p.0 -= start;
                }
            }
        }
        self
    }
}
