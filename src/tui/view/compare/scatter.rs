//! Each run as a point between two columns, the runs with their values below.

use ratatui::layout::Rect;
use trimtab_core::compare::Spread;
use trimtab_core::run::RunKey;
use trimtab_core::stats::rank;

use super::{layout, notice};
use crate::format;
use crate::model::Model;
use crate::model::compare::Compare;
use crate::model::compare::scatter::{Scatter, short};
use crate::theme::Role;
use crate::view::listing;
use crate::widget::chart::{Chart, YScale};
use crate::widget::rule;
use crate::widget::table::{Cell, Column};
use crate::widget::text::{Brush, clean};

/// Draws the view.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let crowd = model.compare.crowd(model).len();
    let (top, bottom) = layout::compare_charts(area, crowd);
    let Some(scatter) = model.compare.scattered(model) else {
        nothing(brush, area);
        return;
    };
    let aside = aside(&scatter);
    let inner = rule::titled(brush, top, &title(model, &scatter), &aside, true);
    match model.compare.scatter_chart(model) {
        Some(chart) => {
            let at = scatter.point(model.compare.list.selected);
            Chart {
                cursor: at.map(|p| p.0),
                ..chart
            }
            .draw(brush, inner);
        }
        None => nothing(brush, inner),
    }
    table(model, brush, bottom, &scatter);
}

fn nothing(brush: &mut Brush<'_>, area: Rect) {
    notice::draw(
        brush,
        area,
        "No run has both values.",
        Role::Text,
        &["m chooses what is up, X what is across."],
    );
}

fn title(model: &Model, scatter: &Scatter) -> String {
    let dot = model.look.glyphs.dot;
    let (x, y) = (short(&scatter.x.key), short(&scatter.y.key));
    let mut title = format!("{y} by {x}");
    if let Some((rho, n)) = scatter.correlation() {
        let chance = match rank::noise(n) {
            c if rho.abs() > c => "",
            _ => ", within chance",
        };
        title.push_str(&format!(" {dot} rank corr {rho:+.2}, {n} runs{chance}"));
    }
    if model.compare.curves.y_scale == YScale::Symlog {
        title.push_str(&format!(" {dot} symlog"));
    } else if model.compare.curves.y_scale == YScale::Log {
        title.push_str(&format!(" {dot} log"));
    }
    title
}

/// How many runs have no place.
fn aside(scatter: &Scatter) -> String {
    let without = scatter.runs.len() - scatter.points().count();
    match without {
        0 => String::new(),
        n => format!("{n} without a place"),
    }
}

/// What a run has of an axis, in words.
pub fn value(model: &Model, spread: &Spread, run: usize) -> Cell {
    let Some(Some(value)) = spread.values.get(run).copied() else {
        return Cell::role(model.look.glyphs.none, Role::Dim);
    };
    if let Some(word) = spread.words.get(value as usize) {
        return Cell::text(clean(word));
    }
    Cell::text(match spread.key {
        RunKey::Duration | RunKey::Age => format::span(value as i64),
        RunKey::Started | RunKey::Ended => trimtab_core::time::Millis(value as i64).stamp(),
        RunKey::Param(_) => value.to_string(),
        _ => format::metric(value),
    })
}

fn table(model: &Model, brush: &mut Brush<'_>, area: Rect, scatter: &Scatter) {
    let title = super::crowd(model, scatter.runs.len());
    let inner = rule::titled(brush, area, &title, "", false);
    let mut columns = super::run_columns();
    for key in [&scatter.y.key, &scatter.x.key] {
        columns.push(Column::right(&short(key), layout::NAME));
    }
    let row = |i: usize| -> Vec<Cell> {
        let ink = model.look.theme.series(i).into();
        vec![
            Cell::Text(model.look.glyphs.marker(i).to_owned(), ink),
            Cell::text(Compare::name(model, &scatter.runs[i])),
            value(model, &scatter.y, i),
            value(model, &scatter.x, i),
        ]
    };
    listing::draw(
        brush,
        inner,
        &columns,
        &model.compare.list,
        true,
        scatter.runs.len(),
        &row,
    );
}
