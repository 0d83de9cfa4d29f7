//! Each run as a line across many axes.
//!
//! ```text
//!   depth       learning_rate  heldout_auc
//!   8           0.1            0.7140
//!   │⠉⠒⠤⣀      │          ⣀⠤⠒⠉│
//!   │     ⠉⠒⠤⣀ │ ⣀⠤⠒⠉⠉       │
//!   4           0.05           0.6600
//! ```

use std::sync::Arc;

use ratatui::layout::Rect;

use super::{layout, notice, scatter::value};
use crate::format;
use crate::model::Model;
use crate::model::compare::Compare;
use crate::model::compare::parallel::{Axis, Parallel};
use crate::model::compare::scatter::short;
use crate::theme::Role;
use crate::view::listing;
use crate::widget::chart::{Line, strokes};
use crate::widget::rule;
use crate::widget::scale::{Bend, Scale};
use crate::widget::table::{Cell, Column};
use crate::widget::text::{Brush, clean, fit};

/// Draws the view.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let state = &model.compare;
    let crowd = state.crowd(model).len();
    let (top, bottom) = layout::compare_charts(area, crowd);
    let parallel = state.parallel(model);
    let count = parallel.axes.len();
    let fitting = layout::parallel_axes(area.width);
    let aside = if count > fitting {
        format!("axis {} of {count}", state.axis.selected + 1)
    } else {
        String::new()
    };
    let inner = rule::titled(brush, top, "parallel axes", &aside, true);
    if count == 0 || parallel.runs.is_empty() {
        notice::draw(
            brush,
            inner,
            "These runs differ in nothing that could be an axis.",
            Role::Text,
            &["= puts back the axes that were hidden."],
        );
        return;
    }
    let first = state.axis.offset.min(count - 1);
    let shown = &parallel.axes[first..(first + fitting).min(count)];
    plot(model, brush, inner, &parallel, shown, first);
    table(model, brush, bottom, &parallel, shown);
}

/// The axes with their names and ends, and the lines of the runs.
fn plot(
    model: &Model,
    brush: &mut Brush<'_>,
    area: Rect,
    all: &Parallel,
    shown: &[Axis],
    first: usize,
) {
    if area.height < 5 || area.width < 12 {
        return;
    }
    let step = (area.width.saturating_sub(14) / (shown.len() as u16 - 1).max(1)).max(11);
    let place = Rect {
        x: area.x + 2,
        y: area.y + 2,
        width: (step * (shown.len() as u16 - 1) + 1).min(area.width - 2),
        height: area.height - 3,
    };
    let column = |i: usize| place.x + step * i as u16;
    let room = step.min(area.width - 2).saturating_sub(1);
    for (i, axis) in shown.iter().enumerate() {
        let x = column(i);
        let selected = first + i == model.compare.axis.selected;
        let name = fit(
            &short(&axis.spread.key),
            usize::from(room) - 2,
            brush.glyphs().ellipsis,
        );
        let (name, role) = if selected {
            (format!("[{name}]"), Role::Title)
        } else {
            (name, Role::Column)
        };
        brush.put(x, area.y, room, &name, role);
        let (low, high) = ends(axis, brush.glyphs().none);
        brush.put(x, area.y + 1, room, &high, Role::Dim);
        brush.put(x, place.bottom(), room, &low, Role::Dim);
        for row in 0..place.height {
            brush.put(x, place.y + row, 1, brush.glyphs().bar, Role::Rule);
        }
    }
    let lines = lines(model, all, shown);
    let x = Scale {
        low: 0.0,
        high: (shown.len() as f64 - 1.0).max(1.0),
        bend: Bend::Straight,
    };
    let y = Scale {
        low: -0.02,
        high: 1.02,
        bend: Bend::Straight,
    };
    strokes(brush, place, &lines, x, y);
}

/// The runs as lines over the axes; the selected one is drawn last.
fn lines(model: &Model, all: &Parallel, shown: &[Axis]) -> Vec<Line> {
    let mut lines: Vec<Line> = (0..all.runs.len())
        .map(|run| Line {
            name: String::new(),
            points: Arc::new(all.lines_of(run, shown)),
            series: run,
            faint: false,
        })
        .collect();
    lines.sort_by_key(|l| l.series != model.compare.list.selected);
    lines
}

/// What stands at the ends of an axis.
fn ends(axis: &Axis, none: &str) -> (String, String) {
    let words = &axis.spread.words;
    if let (Some(first), Some(last)) = (words.first(), words.last()) {
        return (clean(first), clean(last));
    }
    let Some(scale) = axis.scale else {
        return (none.to_owned(), none.to_owned());
    };
    let log = if scale.bend == Bend::Log { " log" } else { "" };
    let end = |v: f64| match axis.spread.key {
        trimtab_core::run::RunKey::Duration => format::span(v as i64),
        trimtab_core::run::RunKey::Param(_) => v.to_string(),
        _ => format::metric(v),
    };
    (end(scale.low), format!("{}{log}", end(scale.high)))
}

fn table(model: &Model, brush: &mut Brush<'_>, area: Rect, all: &Parallel, shown: &[Axis]) {
    let title = super::crowd(model, all.runs.len());
    let inner = rule::titled(brush, area, &title, "", false);
    let mut columns = super::run_columns();
    for (i, axis) in shown.iter().enumerate() {
        let priority = u8::try_from(i).unwrap_or(u8::MAX);
        columns.push(Column::right(&short(&axis.spread.key), 11).priority(priority));
    }
    let row = |i: usize| -> Vec<Cell> {
        let ink = model.look.theme.series(i).into();
        let mut cells = vec![
            Cell::Text(model.look.glyphs.marker(i).to_owned(), ink),
            Cell::text(Compare::name(model, &all.runs[i])),
        ];
        cells.extend(shown.iter().map(|a| value(model, &a.spread, i)));
        cells
    };
    listing::draw(
        brush,
        inner,
        &columns,
        &model.compare.list,
        true,
        all.runs.len(),
        &row,
    );
}
