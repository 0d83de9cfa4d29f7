//! Curves of the compared runs over each other: a grid of charts with one x axis and one read-out.

use trimtab_core::metric::Series;
use trimtab_core::run::RunId;

use super::Compare;
use super::axis::{Axis, points};
use crate::model::Model;
use crate::model::data::Slot;
use crate::view::layout;
use crate::widget::chart::{Chart, Line, XKind, YScale};
use crate::widget::scale;

/// Weights of the smoothing that `S` walks through.
pub const SMOOTHING: [f64; 4] = [0.0, 0.6, 0.9, 0.97];

/// Shares of the values at either end that `%` cuts off.
pub const CLIPS: [f64; 3] = [0.0, 0.01, 0.05];

/// How curves are drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curves {
    /// The x axis.
    pub axis: Axis,
    /// Index into [`SMOOTHING`].
    pub smoothing: usize,
    /// How y is spread.
    pub y_scale: YScale,
    /// Index into [`CLIPS`].
    pub clip: usize,
    /// The visible part of x; all when absent.
    pub zoom: Option<(f64, f64)>,
    /// The read-out's x.
    pub cursor: Option<f64>,
    /// Whether one chart has all the room.
    pub alone: bool,
}

impl Compare {
    /// The metrics that have charts: curves, or when there are none single points.
    #[must_use]
    pub fn charted(&self, model: &Model) -> Vec<String> {
        let (curves, points) = self.sorted_metrics(model);
        if curves.is_empty() { points } else { curves }
    }

    /// The metrics whose charts are on the screen: the page of the grid with the one that is meant.
    #[must_use]
    pub fn page(&self, model: &Model) -> Vec<String> {
        let Some(meant) = self.current_metric(model) else {
            return Vec::new();
        };
        let all = self.charted(model);
        let Some(at) = all.iter().position(|m| *m == meant) else {
            return vec![meant];
        };
        if self.curves.alone {
            return vec![meant];
        }
        let (columns, rows) = layout::most_charts(self.charts_area(model));
        let first = at - at % (columns * rows);
        all.into_iter().skip(first).take(columns * rows).collect()
    }

    /// Where the charts are.
    #[must_use]
    pub fn charts_area(&self, model: &Model) -> ratatui::layout::Rect {
        let (below, _) = layout::compare_head(layout::screen(model.size).body);
        layout::compare_charts(below, self.runs(model).len()).0
    }

    /// The charts on the screen, with one x axis and one read-out.
    #[must_use]
    pub fn charts(&self, model: &Model) -> Vec<Chart> {
        let (runs, page) = (self.runs(model), self.page(model));
        let mut charts: Vec<Chart> = page
            .iter()
            .enumerate()
            .map(|(place, metric)| self.chart(model, &runs, place, metric))
            .collect();
        if self.curves.axis == Axis::Time {
            anchor(&mut charts);
        }
        let range = self.curves.zoom.or_else(|| extent(&charts));
        for chart in &mut charts {
            chart.x_range = range;
            chart.small = page.len() > 1;
        }
        charts
    }

    /// The chart of the metric that is meant.
    #[must_use]
    pub fn focused_chart(&self, model: &Model) -> Option<Chart> {
        let meant = self.current_metric(model)?;
        let charts = self.charts(model);
        let chart = charts.into_iter().find(|c| c.title == meant)?;
        Some(Chart {
            small: false,
            ..chart
        })
    }

    fn chart(&self, model: &Model, runs: &[RunId], place: usize, metric: &str) -> Chart {
        let state = &self.curves;
        let weight = SMOOTHING[state.smoothing % SMOOTHING.len()];
        let mut lines = Vec::new();
        for (i, id) in runs.iter().enumerate() {
            let Some(series) = found(model, place, id, metric) else {
                continue;
            };
            let raw = points(series, &state.axis, x_series(model, id, &state.axis));
            lines.extend(smoothed(Self::name(model, id), raw, i, weight));
        }
        // The selected run is drawn over the others.
        lines.sort_by_key(|l| l.series != self.list.selected);
        Chart {
            title: metric.to_owned(),
            lines,
            x_kind: match state.axis {
                Axis::Step | Axis::Of(_) => XKind::Number,
                Axis::Time | Axis::Relative => XKind::Elapsed,
            },
            x_label: crate::widget::text::clean(state.axis.word()),
            y_scale: state.y_scale,
            clip: CLIPS[state.clip % CLIPS.len()],
            cursor: state.cursor,
            ..Chart::default()
        }
    }

    /// A run's value of a metric at the read-out, as it was logged; `None` where no curve on the screen tells.
    #[must_use]
    pub fn read_out(charts: &[Chart], series: usize, metric: &str) -> Option<f64> {
        let chart = charts.iter().find(|c| c.title == metric)?;
        let mut lines = chart.lines.iter().filter(|l| l.series == series);
        // Behind a smoothed line stands the one that was logged.
        lines.next_back()?.at(chart.cursor)
    }
}

/// The x range of several charts.
#[must_use]
pub fn extent(charts: &[Chart]) -> Option<(f64, f64)> {
    let ranges = charts.iter().filter_map(Chart::extent);
    ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

/// The curve of a chart; while its own is on its way, what another place has of it.
fn found<'a>(model: &'a Model, place: usize, run: &RunId, metric: &str) -> Option<&'a Series> {
    let own = u8::try_from(place).ok().map(Slot::Compare);
    let others = model.data.series.keys().copied();
    let slots = own
        .into_iter()
        .chain(others.filter(|s| matches!(s, Slot::Compare(_)) && Some(*s) != own));
    slots
        .flat_map(|s| model.data.curves(s))
        .find(|s| s.run == *run && s.key == metric)
}

/// The metric of a run that is the x axis.
fn x_series<'a>(model: &'a Model, run: &RunId, axis: &Axis) -> Option<&'a Series> {
    let Axis::Of(key) = axis else { return None };
    let mut curves = model.data.curves(Slot::CompareX).iter();
    curves.find(|s| s.run == *run && s.key == *key)
}

/// The curve, and behind it the raw one when it is smoothed.
fn smoothed(name: String, raw: Vec<(f64, f64)>, series: usize, weight: f64) -> Vec<Line> {
    let line = |points, faint| Line {
        name: name.clone(),
        points,
        series,
        faint,
    };
    if weight == 0.0 {
        return vec![line(raw, false)];
    }
    vec![line(scale::ema(&raw, weight), false), line(raw, true)]
}

/// Wall-clock time is read as time since the first point of all.
fn anchor(charts: &mut [Chart]) {
    let Some((start, _)) = extent(charts) else {
        return;
    };
    let lines = charts.iter_mut().flat_map(|c| &mut c.lines);
    for point in lines.flat_map(|l| &mut l.points) {
        point.0 -= start;
    }
}
