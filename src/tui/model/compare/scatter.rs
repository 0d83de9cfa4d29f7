//! Each run as a point between two columns.

use std::sync::Arc;

use trimtab_core::compare::Spread;
use trimtab_core::run::{RunId, RunKey};
use trimtab_core::stats::rank;

use super::Compare;
use super::crowd::telling_params;
use crate::model::Model;
use crate::widget::chart::{Chart, Line, XKind, words_scale};
use crate::widget::scale::{Bend, Scale};
use crate::widget::text::clean;

/// Runs between two columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Scatter {
    /// The runs; their places are their colours and markers.
    pub runs: Vec<RunId>,
    /// Across.
    pub x: Spread,
    /// Up.
    pub y: Spread,
}

impl Scatter {
    /// The place of a run, when it has both values.
    #[must_use]
    pub fn point(&self, at: usize) -> Option<(f64, f64)> {
        Some(((*self.x.values.get(at)?)?, (*self.y.values.get(at)?)?))
    }

    /// The points, and the runs that they are.
    pub fn points(&self) -> impl Iterator<Item = (usize, (f64, f64))> + '_ {
        (0..self.runs.len()).filter_map(|i| Some((i, self.point(i)?)))
    }

    /// Spearman's ρ with the number of points; `None` where words have no order or there is nothing to correlate.
    #[must_use]
    pub fn correlation(&self) -> Option<(f64, usize)> {
        if self.x.words.len() > 2 || self.y.words.len() > 2 {
            return None;
        }
        let (x, y): (Vec<f64>, Vec<f64>) = self.points().map(|p| p.1).unzip();
        Some((rank::spearman(&x, &y)?, x.len()))
    }
}

impl Compare {
    /// The columns across and up: those chosen, or what differs most plainly against the metric that is meant.
    #[must_use]
    pub fn scatter_keys(&self, model: &Model) -> Option<(RunKey, RunKey)> {
        let rows = Self::known(model, &self.crowd(model));
        let y = match &self.scatter.1 {
            Some(y) => y.clone(),
            None => self.statistic.key(self.crowd_metric(model)?),
        };
        let x = match &self.scatter.0 {
            Some(x) => x.clone(),
            // Numbers spread better than words.
            None => {
                let params = telling_params(&rows);
                let numeric = |k: &&RunKey| Spread::of(k, &rows, model.now).words.is_empty();
                let best = params.iter().find(numeric).or(params.first());
                best.cloned().unwrap_or(RunKey::Duration)
            }
        };
        Some((x, y))
    }

    /// The runs between the two columns.
    #[must_use]
    pub fn scattered(&self, model: &Model) -> Option<Scatter> {
        let mut runs = self.crowd(model);
        runs.retain(|id| model.data.run_by_id(id).is_some());
        let rows = Self::known(model, &runs);
        let (x, y) = self.scatter_keys(model)?;
        Some(Scatter {
            x: Spread::of(&x, &rows, model.now),
            y: Spread::of(&y, &rows, model.now),
            runs,
        })
    }

    /// The scatter as a chart of single points.
    #[must_use]
    pub fn scatter_chart(&self, model: &Model) -> Option<Chart> {
        let s = self.scattered(model)?;
        let mut lines: Vec<Line> = s
            .points()
            .map(|(at, point)| Line {
                name: Self::name(model, &s.runs[at]),
                points: Arc::new(vec![point]),
                series: at,
                faint: false,
            })
            .collect();
        lines.sort_by_key(|l| l.series != self.list.selected);
        let x_log = s.x.spans_decades();
        let bend = if x_log { Bend::Log } else { Bend::Straight };
        let scale = if s.x.words.is_empty() {
            Scale::cover(s.points().map(|p| p.1.0), bend)?.padded(0.04)
        } else {
            words_scale(&s.x.words)
        };
        let (x, y) = (short(&s.x.key), short(&s.y.key));
        let words = |spread: &Spread| spread.words.iter().map(|w| clean(w)).collect();
        Some(Chart {
            title: format!("{y} by {x}"),
            lines,
            x_label: if x_log { format!("{x} (log)") } else { x },
            x_words: words(&s.x),
            y_words: words(&s.y),
            x_log,
            x_range: Some((scale.low, scale.high)),
            y_scale: self.curves.y_scale,
            x_kind: match s.x.key {
                RunKey::Duration | RunKey::Age => XKind::Elapsed,
                RunKey::Started | RunKey::Ended => XKind::Date,
                _ => XKind::Number,
            },
            points: true,
            ..Chart::default()
        })
    }
}

/// A column's name where it is clear what it is.
#[must_use]
pub fn short(key: &RunKey) -> String {
    match key {
        RunKey::Metric(k) | RunKey::Param(k) | RunKey::Tag(k) => clean(k),
        RunKey::Least(k) => format!("least {}", clean(k)),
        RunKey::Greatest(k) => format!("greatest {}", clean(k)),
        other => other.name(),
    }
}
