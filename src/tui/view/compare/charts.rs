//! Curves over each other, the runs below.

use ratatui::layout::Rect;

use super::{layout, notice, run_cells, run_columns};
use crate::format;
use crate::model::Model;
use crate::model::compare::curves::SMOOTHING;
use crate::model::data::{Feed, Slot};
use crate::theme::Role;
use crate::view::status;
use crate::widget::rule;
use crate::widget::table::{Cell, Column, Table};
use crate::widget::text::{Brush, width};

/// Draws the view.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let runs = model.compare.runs(model);
    let (top, bottom) = layout::compare_charts(area, runs.len());
    let metric = model.compare.current_metric(model);
    let metric = metric.unwrap_or_else(|| "no metric".into());
    let unknown = Feed::default();
    let feed = model.data.series.get(&Slot::Compare).unwrap_or(&unknown);
    let chart = model.compare.chart(model);
    if !chart.is_empty() {
        chart.draw(brush, top);
    } else if !notice::feed(model, brush, top, feed, "curves") {
        notice::draw(
            brush,
            top,
            &format!("None of these runs has logged {metric} yet."),
            Role::Dim,
            &["m chooses another metric."],
        );
    }
    table(model, brush, bottom);
}

/// What the curves were put through.
fn manner(model: &Model) -> String {
    let state = &model.compare.curves;
    let mut parts = Vec::new();
    if SMOOTHING[state.smoothing % SMOOTHING.len()] > 0.0 {
        parts.push(format!("smoothed {}", SMOOTHING[state.smoothing]));
    }
    if state.log {
        parts.push("log".to_owned());
    }
    if state.zoom.is_some() {
        parts.push("zoomed".to_owned());
    }
    parts.join(&format!(" {} ", model.look.glyphs.dot))
}

fn table(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let runs = model.compare.runs(model);
    let keys: Vec<String> = model.compare.metrics(model).into_iter().take(5).collect();
    let title = super::count(model, runs.len());
    let inner = rule::titled(brush, area, &title, &manner(model), false);
    let shown = model.compare.current_metric(model);
    let mut columns = run_columns();
    columns.push(Column::left("status", 11).priority(9));
    for (i, key) in keys.iter().enumerate() {
        let w = (width(key) as u16).clamp(8, 20);
        let priority = if shown.as_ref() == Some(key) {
            0
        } else {
            i as u8 + 1
        };
        columns.push(Column::right(key, w).priority(priority));
    }
    columns.push(Column::right("took", 6).priority(8));
    let row = |i: usize| -> Vec<Cell> {
        let mut cells = run_cells(model, i, &runs);
        let Some(run) = model.data.run_by_id(&runs[i]) else {
            return cells;
        };
        cells.push(status::run(model.look.glyphs, run.status).cell());
        cells.extend(keys.iter().map(|k| match run.metric(k) {
            Some(v) => Cell::text(format::metric(v)),
            None => Cell::role(model.look.glyphs.none, Role::Dim),
        }));
        let took = format::took(model.now, run.started, run.ended);
        cells.push(Cell::role(took, Role::Dim));
        cells
    };
    let list = &model.compare.list;
    Table {
        columns: &columns,
        len: runs.len(),
        offset: list.offset,
        selected: Some(list.selected),
        focused: true,
        row: &row,
        marked: &|_| false,
    }
    .draw(brush, inner);
}
