//! Each run as a line across many columns, each with an axis of its own.

use std::sync::Arc;

use trimtab_core::compare::Spread;
use trimtab_core::run::{RunId, RunKey};

use super::Compare;
use super::crowd::telling_params;
use crate::model::Model;
use crate::widget::chart::{Chart, Line, words_scale};
use crate::widget::scale::{Bend, Scale};
use crate::widget::text::clean;

/// Metrics that have an axis when nobody chose.
const METRICS: usize = 3;

/// One axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What the runs have.
    pub spread: Spread,
    /// From values to places; `None` when no run has a place.
    pub scale: Option<Scale>,
}

impl Axis {
    fn of(spread: Spread) -> Self {
        let log = spread.spans_decades();
        let bend = if log { Bend::Log } else { Bend::Straight };
        let scale = if spread.words.is_empty() {
            Scale::cover(spread.values.iter().flatten().copied(), bend)
        } else {
            Some(words_scale(&spread.words))
        };
        Self { spread, scale }
    }

    /// Where a run stands, 0 at the bottom and 1 at the top.
    #[must_use]
    pub fn place(&self, run: usize) -> Option<f64> {
        let value = (*self.spread.values.get(run)?)?;
        self.scale?.place(value)
    }
}

/// The axes with the runs that cross them.
#[derive(Debug, Clone, PartialEq)]
pub struct Parallel {
    /// The runs; their places are their colours and markers.
    pub runs: Vec<RunId>,
    /// Left to right.
    pub axes: Vec<Axis>,
}

impl Parallel {
    /// A run's way over some axes; NaN where it has no place.
    #[must_use]
    pub fn lines_of(&self, run: usize, axes: &[Axis]) -> Vec<(f64, f64)> {
        let place = |(i, axis): (usize, &Axis)| (i as f64, axis.place(run).unwrap_or(f64::NAN));
        axes.iter().enumerate().map(place).collect()
    }
}

impl Compare {
    /// The columns of the axes: those chosen, or the parameters that differ and then the most telling metrics.
    #[must_use]
    pub fn parallel_keys(&self, model: &Model) -> Vec<RunKey> {
        if let Some(chosen) = &self.axes {
            return chosen.clone();
        }
        let rows = Self::known(model, &self.crowd(model));
        let metrics = crate::model::runs::Runs::metric_keys(rows.iter().copied());
        let mut metrics: Vec<String> = metrics.into_iter().take(METRICS).collect();
        // What one looks for stands at the end, where lines are followed to.
        metrics.reverse();
        if let Some(meant) = self.crowd_metric(model) {
            metrics.retain(|m| *m != meant);
            metrics.push(meant);
        }
        let metrics = metrics.into_iter().map(|m| self.statistic.key(m));
        telling_params(&rows).into_iter().chain(metrics).collect()
    }

    /// Every axis with its lines as a chart of shares: 0 is an axis's lower end, 1 its upper one.
    #[must_use]
    pub fn parallel_chart(&self, model: &Model) -> Chart {
        let all = self.parallel(model);
        let line = |run: usize| Line {
            name: Self::name(model, &all.runs[run]),
            points: Arc::new(all.lines_of(run, &all.axes)),
            series: run,
            faint: false,
        };
        let end = |axis: &Axis, at: f64| match axis.spread.words.get(at.round() as usize) {
            Some(word) => clean(word),
            None => crate::format::metric(at),
        };
        let name = |axis: &Axis| {
            let name = super::scatter::short(&axis.spread.key);
            match axis.spread.range() {
                Some((low, high)) => format!("{name} ({} to {})", end(axis, low), end(axis, high)),
                None => name,
            }
        };
        Chart {
            title: "parallel axes".into(),
            lines: (0..all.runs.len()).map(line).collect(),
            x_words: all.axes.iter().map(name).collect(),
            ..Chart::default()
        }
    }

    /// The axes with the runs.
    #[must_use]
    pub fn parallel(&self, model: &Model) -> Parallel {
        let mut runs = self.crowd(model);
        runs.retain(|id| model.data.run_by_id(id).is_some());
        let rows = Self::known(model, &runs);
        let keys = self.parallel_keys(model);
        let axes = keys
            .iter()
            .map(|k| Axis::of(Spread::of(k, &rows, model.now)))
            .collect();
        Parallel { runs, axes }
    }
}
