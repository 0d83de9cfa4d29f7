//! Compare: curves over each other, the runs below, or what differs in their parameters.

use ratatui::layout::Rect;
use trimtab_core::run::RunRow;

use super::{layout, notice, status};
use crate::format;
use crate::model::Model;
use crate::model::compare::SMOOTHING;
use crate::model::data::{Feed, Slot};
use crate::theme::Role;
use crate::widget::rule;
use crate::widget::table::{Cell, Column, Table};
use crate::widget::text::Brush;

/// Draws the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let runs = model.compare.runs(model);
    if runs.is_empty() {
        let inner = rule::titled(brush, area, "Compare", "", true);
        notice::draw(
            brush,
            inner,
            "No runs to compare.",
            Role::Text,
            &["Mark some with Space in Runs (2), then press c."],
        );
        return;
    }
    if model.compare.differences {
        differences(model, brush, area);
        return;
    }
    let (top, bottom) = layout::compare(area, runs.len());
    let g = brush.glyphs();
    let state = &model.compare;
    let metric = state
        .current_metric(model)
        .unwrap_or_else(|| "no metric".into());
    let mut title = format!("Compare {} {metric}", g.dot);
    if SMOOTHING[state.smoothing] > 0.0 {
        title.push_str(&format!(
            " {} smoothed {}",
            g.dot, SMOOTHING[state.smoothing]
        ));
    }
    if state.log {
        title.push_str(&format!(" {} log", g.dot));
    }
    if state.zoom.is_some() {
        title.push_str(&format!(" {} zoomed", g.dot));
    }
    let unknown = Feed::default();
    let feed = model.data.series.get(&Slot::Compare).unwrap_or(&unknown);
    let inner = rule::titled(
        brush,
        top,
        &title,
        &notice::condition(model, feed, Slot::Compare),
        true,
    );
    let chart = state.chart(model);
    if !chart.is_empty() {
        chart.draw(brush, inner);
    } else if !notice::feed(model, brush, inner, feed, "curves") {
        notice::draw(
            brush,
            inner,
            &format!("None of these runs has logged {metric} yet."),
            Role::Dim,
            &["m chooses another metric."],
        );
    }
    table(model, brush, bottom);
}

fn table(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let runs = model.compare.runs(model);
    let keys: Vec<String> = model.compare.metrics(model).into_iter().take(5).collect();
    let title = if model.runs.marks.is_empty() {
        "the selected run".to_owned()
    } else {
        format!("{} marked", format::plural(runs.len() as u64, "run"))
    };
    let inner = rule::titled(brush, area, &title, "", false);
    let shown = model.compare.current_metric(model);
    let mut columns = vec![
        Column::left("", 1),
        Column::left("run", 16).grow(1).at_most(40),
        Column::left("status", 11).priority(9),
    ];
    for (i, key) in keys.iter().enumerate() {
        let w = (crate::widget::text::width(key) as u16).clamp(8, 20);
        let priority = if shown.as_ref() == Some(key) {
            0
        } else {
            i as u8 + 1
        };
        columns.push(Column::right(key, w).priority(priority));
    }
    columns.push(Column::right("took", 6).priority(8));
    let row = |i: usize| -> Vec<Cell> {
        let id = &runs[i];
        let marker = Cell::Text(
            model.look.glyphs.markers[i % 8].to_owned(),
            model.look.theme.series(i).into(),
        );
        let Some(run) = model.data.run_by_id(id) else {
            return vec![marker, Cell::text(id.short())];
        };
        let mut cells = vec![
            marker,
            Cell::text(&run.name),
            status::run(model.look.glyphs, run.status).cell(),
        ];
        cells.extend(keys.iter().map(|k| value(model, run, k, &runs)));
        cells.push(Cell::role(
            format::took(model.now, run.started, run.ended),
            Role::Dim,
        ));
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

/// A metric's latest value; the best among the runs stands out (highest, or lowest of a loss).
fn value(model: &Model, run: &RunRow, key: &str, runs: &[trimtab_core::run::RunId]) -> Cell {
    let Some(v) = run.metric(key) else {
        return Cell::role(model.look.glyphs.none, Role::Dim);
    };
    let lower = ["loss", "rmse", "mae", "error", "seconds", "_ms"]
        .iter()
        .any(|s| key.contains(s));
    let all = runs
        .iter()
        .filter_map(|id| model.data.run_by_id(id)?.metric(key))
        .filter(|v| v.is_finite());
    let best = if lower {
        all.fold(f64::INFINITY, f64::min)
    } else {
        all.fold(f64::NEG_INFINITY, f64::max)
    };
    let role = if runs.len() > 1 && v == best {
        Role::Ok
    } else {
        Role::Text
    };
    Cell::role(format::metric(v), role)
}

fn differences(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let runs = model.compare.runs(model);
    let rows = model.compare.differences(model);
    let title = format!(
        "Compare {} what differs among {}",
        brush.glyphs().dot,
        format::plural(runs.len() as u64, "run")
    );
    let inner = rule::titled(brush, area, &title, "x shows the curves", true);
    if rows.is_empty() {
        notice::draw(
            brush,
            inner,
            "These runs have the same parameters and tags.",
            Role::Text,
            &[],
        );
        return;
    }
    let mut columns = vec![Column::left("parameter or tag", 18)];
    for (i, id) in runs.iter().enumerate() {
        let name = model
            .data
            .run_by_id(id)
            .map_or_else(|| id.short().to_owned(), |r| r.name.clone());
        let marked = format!("{} {name}", brush.glyphs().markers[i % 8]);
        columns.push(Column::left(&marked, 14).grow(1).priority(i as u8));
    }
    let row = |i: usize| -> Vec<Cell> {
        let (key, values) = &rows[i];
        let mut cells = vec![Cell::role(key, Role::Dim)];
        cells.extend(values.iter().map(|v| {
            v.as_ref()
                .map_or_else(|| Cell::role(model.look.glyphs.none, Role::Dim), Cell::text)
        }));
        cells
    };
    let list = &model.compare.list;
    Table {
        columns: &columns,
        len: rows.len(),
        offset: list.offset,
        selected: Some(list.selected),
        focused: true,
        row: &row,
        marked: &|_| false,
    }
    .draw(brush, inner);
}
