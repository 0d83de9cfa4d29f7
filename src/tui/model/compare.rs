//! The Compare pane: curves of the marked runs, and what differs in their parameters.

use std::collections::BTreeSet;

use trimtab_core::metric::Series;
use trimtab_core::run::{RunId, RunRow};

use super::Model;
use super::data::Slot;
use super::list::List;
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

/// Runs drawn at most: more curves tell nothing, and the agent takes fifty.
pub const MOST: usize = 24;

/// The pane's own state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compare {
    /// The metric; the most telling one in common when absent.
    pub metric: Option<String>,
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
    /// Whether the parameters that differ are shown in place of the curves.
    pub differences: bool,
    /// Selection among the runs, or among the parameters.
    pub list: List,
}

impl Compare {
    /// The runs compared: the marked ones, or else the selected one.
    #[must_use]
    pub fn runs(&self, model: &Model) -> Vec<RunId> {
        let mut runs = model.runs.marks.clone();
        if runs.is_empty() {
            runs.extend(model.runs.selected(model).map(|r| r.id.clone()));
        }
        runs.truncate(MOST);
        runs
    }

    /// The metrics of the compared runs, the most telling first.
    #[must_use]
    pub fn metrics(&self, model: &Model) -> Vec<String> {
        let runs = self.runs(model);
        let rows: Vec<&RunRow> = runs
            .iter()
            .filter_map(|id| model.data.run_by_id(id))
            .collect();
        let keys = super::runs::Runs::metric_keys(rows.iter().copied());
        // Curves first: a metric of one point is a number, not a curve.
        let (curves, points): (Vec<_>, Vec<_>) = keys.into_iter().partition(|k| {
            rows.iter()
                .any(|r| r.metrics.get(k).is_some_and(|m| m.count > 1))
        });
        curves.into_iter().chain(points).collect()
    }

    /// The metric drawn.
    #[must_use]
    pub fn current_metric(&self, model: &Model) -> Option<String> {
        let keys = self.metrics(model);
        self.metric
            .clone()
            .filter(|m| keys.contains(m))
            .or_else(|| keys.into_iter().next())
    }

    /// The chart as it stands.
    #[must_use]
    pub fn chart(&self, model: &Model) -> Chart {
        let runs = self.runs(model);
        let metric = self.current_metric(model).unwrap_or_default();
        let curves = model.data.curves(Slot::Compare);
        let mut lines = Vec::new();
        for (i, id) in runs.iter().enumerate() {
            let Some(series) = curves.iter().find(|s| s.run == *id && s.key == metric) else {
                continue;
            };
            let name = model
                .data
                .run_by_id(id)
                .map_or_else(|| id.short().to_owned(), |r| r.name.clone());
            lines.extend(smoothed(
                name,
                points(series, self.axis),
                i,
                SMOOTHING[self.smoothing % SMOOTHING.len()],
            ));
        }
        Chart {
            title: metric,
            lines,
            x_kind: match self.axis {
                Axis::Step => XKind::Number,
                Axis::Time | Axis::Relative => XKind::Elapsed,
            },
            x_label: self.axis.word().to_owned(),
            x_range: self.zoom,
            log_y: self.log,
            cursor: self.cursor,
            ..Chart::default()
        }
        .anchored(self.axis == Axis::Time)
    }

    /// Parameters (and code and data versions) of the compared runs that are not the same in all of them.
    #[must_use]
    pub fn differences(&self, model: &Model) -> Vec<(String, Vec<Option<String>>)> {
        let runs = self.runs(model);
        let rows: Vec<Option<&RunRow>> = runs.iter().map(|id| model.data.run_by_id(id)).collect();
        let keys: BTreeSet<(u8, &str)> = rows
            .iter()
            .flatten()
            .flat_map(|r| {
                r.params
                    .keys()
                    .map(|k| (0, k.as_str()))
                    .chain(r.tags.keys().map(|k| (1, k.as_str())))
            })
            .filter(|(_, k)| !k.starts_with("mlflow."))
            .collect();
        keys.into_iter()
            .map(|(kind, key)| {
                let values: Vec<Option<String>> = rows
                    .iter()
                    .map(|r| {
                        r.and_then(|r| {
                            if kind == 0 {
                                r.params.get(key)
                            } else {
                                r.tags.get(key)
                            }
                        })
                        .cloned()
                    })
                    .collect();
                (key.to_owned(), values)
            })
            .filter(|(_, values)| values.len() < 2 || values.windows(2).any(|w| w[0] != w[1]))
            .collect()
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
