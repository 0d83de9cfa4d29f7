//! Curves over each other, the runs below.

use ratatui::layout::Rect;
use trimtab_core::run::RunRow;

use super::{layout, notice, run_cells, run_columns};
use crate::format;
use crate::model::Model;
use crate::model::compare::Compare;
use crate::model::compare::curves::{CLIPS, SMOOTHING};
use crate::model::data::{Feed, Slot};
use crate::theme::Role;
use crate::view::listing;
use crate::view::status;
use crate::widget::chart::{Chart, YScale};
use crate::widget::rule;
use crate::widget::table::{Cell, Column};
use crate::widget::text::{Brush, clean, width};

/// Draws the view.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let runs = model.compare.runs(model);
    let (top, bottom) = layout::compare_charts(area, runs.len());
    let charts = model.compare.charts(model);
    if charts.is_empty() {
        notice::draw(
            brush,
            top,
            "These runs have logged no metric yet.",
            Role::Text,
            &[],
        );
    }
    let meant = model.compare.current_metric(model);
    let places = layout::charts(top, charts.len());
    for (slot, (chart, place)) in (0..).map(Slot::Compare).zip(charts.iter().zip(places)) {
        let focused = meant.as_ref() == Some(&chart.title);
        one(model, brush, place, chart, slot, focused);
    }
    table(model, brush, bottom, &charts);
}

/// One chart under its title, or why there is none.
fn one(model: &Model, brush: &mut Brush<'_>, area: Rect, chart: &Chart, slot: Slot, focused: bool) {
    let unknown = Feed::default();
    let feed = model.data.series.get(&slot).unwrap_or(&unknown);
    let mut aside = notice::condition(model, feed, slot);
    let unplaced = chart.unplaced();
    if aside.is_empty() && unplaced > 0 {
        aside = format!("{unplaced} at or below 0");
    }
    let inner = rule::titled(brush, area, &clean(&chart.title), &aside, focused);
    if !chart.is_empty() {
        chart.draw(brush, inner);
    } else if !notice::feed(model, brush, inner, feed, "curves") {
        notice::draw(
            brush,
            inner,
            "Nothing to draw yet.",
            Role::Dim,
            &["n moves to the next chart."],
        );
    }
}

/// How many of the charts are shown, and what their curves were put through.
fn manner(model: &Model, shown: usize) -> String {
    let state = &model.compare.curves;
    let mut parts = Vec::new();
    let all = model.compare.charted(model).len();
    if shown < all {
        parts.push(format!("{shown} of {all} charts"));
    }
    if SMOOTHING[state.smoothing % SMOOTHING.len()] > 0.0 {
        parts.push(format!("smoothed {}", SMOOTHING[state.smoothing]));
    }
    match state.y_scale {
        YScale::Straight => {}
        YScale::Log => parts.push("log".to_owned()),
        YScale::Symlog => parts.push("symlog".to_owned()),
    }
    let clip = CLIPS[state.clip % CLIPS.len()] * 100.0;
    if clip > 0.0 {
        parts.push(format!("without {clip}% at either end"));
    }
    if state.zoom.is_some() {
        parts.push("zoomed".to_owned());
    }
    parts.join(&format!(" {} ", model.look.glyphs.dot))
}

/// The runs with their values: the last ones, or those at the read-out.
fn table(model: &Model, brush: &mut Brush<'_>, area: Rect, charts: &[Chart]) {
    let runs = model.compare.runs(model);
    // What is on the screen first; the read-out knows nothing else.
    let mut keys: Vec<String> = charts.iter().map(|c| c.title.clone()).collect();
    let at = model.compare.curves.cursor;
    if at.is_none() {
        let others = model.compare.metrics(model);
        keys.extend(
            others
                .into_iter()
                .filter(|m| !charts.iter().any(|c| c.title == *m)),
        );
    }
    keys.truncate(8);
    let mut title = super::count(model, runs.len());
    if let (Some(x), Some(chart)) = (at, charts.first()) {
        let dot = model.look.glyphs.dot;
        title.push_str(&format!(" {dot} at {} {}", chart.x_label, chart.x_text(x)));
    }
    let inner = rule::titled(brush, area, &title, &manner(model, charts.len()), false);
    let shown = model.compare.current_metric(model);
    let mut columns = run_columns();
    columns.push(Column::left("status", 11).priority(9));
    for (i, key) in keys.iter().enumerate() {
        let w = (width(key) as u16).clamp(8, 14);
        let priority = if shown.as_ref() == Some(key) {
            0
        } else {
            i as u8 + 1
        };
        columns.push(Column::right(&clean(key), w).priority(priority));
    }
    columns.push(Column::right("took", 6).priority(8));
    let row = |i: usize| -> Vec<Cell> {
        let mut cells = run_cells(model, i, &runs);
        let Some(run) = model.data.run_by_id(&runs[i]) else {
            return cells;
        };
        cells.push(status::run(model.look.glyphs, run.status).cell());
        cells.extend(keys.iter().map(|k| match value(model, charts, i, run, k) {
            Some(v) => Cell::text(format::metric(v)),
            None => Cell::role(model.look.glyphs.none, Role::Dim),
        }));
        let took = format::took(model.now, run.started, run.ended);
        cells.push(Cell::role(took, Role::Dim));
        cells
    };
    listing::draw(
        brush,
        inner,
        &columns,
        &model.compare.list,
        true,
        runs.len(),
        &row,
    );
}

/// A run's value of a metric: its last, or at the read-out.
fn value(model: &Model, charts: &[Chart], at: usize, run: &RunRow, key: &str) -> Option<f64> {
    match model.compare.curves.cursor {
        Some(_) => Compare::read_out(charts, at, key),
        None => run.metric(key),
    }
}
