//! Curves of the compared runs over each other: a grid of charts with one x axis and one read-out.

use std::sync::Arc;

use trimtab_core::run::RunId;

use super::Compare;
use super::axis::Axis;
use super::drawn::Drawn;
use crate::model::Model;
use crate::view::layout;
use crate::widget::chart::{Chart, XKind, YScale};

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
    /// The part of x that finer curves were asked for, around the visible one.
    pub window: Option<(f64, f64)>,
    /// The read-out's x.
    pub cursor: Option<f64>,
    /// Whether one chart has all the room.
    pub alone: bool,
}

impl Curves {
    /// The weight of the smoothing.
    #[must_use]
    pub fn weight(&self) -> f64 {
        SMOOTHING[self.smoothing % SMOOTHING.len()]
    }
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
        let drawn = self.drawn(model);
        let small = drawn.len() > 1;
        let range = self.curves.zoom.or_else(|| extent(&drawn));
        let charts = drawn.into_iter().map(|(metric, drawn)| Chart {
            x_range: range,
            small,
            ..self.chart(metric, &drawn)
        });
        charts.collect()
    }

    /// The range of x of the charts on the screen.
    #[must_use]
    pub fn extent(&self, model: &Model) -> Option<(f64, f64)> {
        extent(&self.drawn(model))
    }

    /// The metrics of the charts on the screen with their curves.
    fn drawn(&self, model: &Model) -> Vec<(String, Arc<Drawn>)> {
        let runs = self.runs(model).into_iter();
        let names = |run: RunId| {
            let name = Self::name(model, &run);
            (run, name)
        };
        let runs = Arc::new(runs.map(names).collect::<Vec<_>>());
        let page = self.page(model);
        model.drawn.retain(page.len());
        (0..=u8::MAX)
            .zip(page)
            .map(|(place, metric)| {
                let drawn = model.drawn.of(model, place, &metric, &runs);
                (metric, drawn)
            })
            .collect()
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

    fn chart(&self, metric: String, drawn: &Drawn) -> Chart {
        let state = &self.curves;
        let mut lines = drawn.lines.clone();
        // The selected run is drawn over the others.
        lines.sort_by_key(|l| l.series != self.list.selected);
        Chart {
            title: metric,
            lines,
            x_kind: match state.axis {
                Axis::Step | Axis::Of(_) => XKind::Number,
                Axis::Time | Axis::Relative => XKind::Elapsed,
            },
            x_label: crate::widget::text::clean(state.axis.word()),
            y_scale: state.y_scale,
            clip: CLIPS[state.clip % CLIPS.len()],
            cursor: state.cursor,
            sketch: Some(Arc::clone(&drawn.sketch)),
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

/// The range of x of several charts.
fn extent(drawn: &[(String, Arc<Drawn>)]) -> Option<(f64, f64)> {
    let ranges = drawn.iter().filter_map(|(_, d)| d.extent);
    ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}
