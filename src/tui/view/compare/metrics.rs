//! Every metric of the compared runs: the best marked, each against the baseline.

use ratatui::layout::Rect;
use trimtab_core::compare::Better;

use super::{layout, notice, run_cells, run_columns};
use crate::format;
use crate::model::Model;
use crate::model::compare::Compare;
use crate::model::compare::metrics::Column as Values;
use crate::theme::Role;
use crate::view::listing;
use crate::widget::rule;
use crate::widget::table::{Cell, Column};
use crate::widget::text::{Brush, Ink, clean, fit};

/// Draws the view.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let state = &model.compare;
    let (runs, metrics) = (state.runs(model), state.metrics(model));
    let dot = model.look.glyphs.dot;
    let mut title = format!(
        "{} {dot} {}",
        super::count(model, runs.len()),
        state.statistic.word()
    );
    if runs.len() > 1 {
        let base = Compare::name(model, &runs[state.baseline_at(&runs)]);
        title.push_str(&format!(" {dot} against {base}"));
    }
    let right = match metrics.len() {
        0 => String::new(),
        n => format!("metric {} of {n}", state.columns.selected + 1),
    };
    let inner = rule::titled(brush, area, &title, &right, false);
    if metrics.is_empty() {
        notice::draw(
            brush,
            inner,
            "These runs have logged no metric yet.",
            Role::Text,
            &[],
        );
        return;
    }
    let fitting = layout::metric_columns(area.width);
    let shown: Vec<Values> = metrics
        .iter()
        .skip(state.columns.offset)
        .take(fitting)
        .map(|m| state.metric_column(model, m))
        .collect();
    let mut columns = run_columns();
    for (i, values) in shown.iter().enumerate() {
        let selected = state.columns.offset + i == state.columns.selected;
        columns.push(Column::right(
            &head(model, &values.metric, selected),
            layout::METRIC,
        ));
    }
    let row = |i: usize| -> Vec<Cell> {
        let mut cells = run_cells(model, i, &runs);
        cells.extend(
            shown
                .iter()
                .map(|v| cell(model, v, i, state.baseline_at(&runs))),
        );
        cells
    };
    listing::draw(brush, inner, &columns, &state.list, true, runs.len(), &row);
}

/// A metric's name with the way in which it gets better; the selected one between brackets.
fn head(model: &Model, metric: &str, selected: bool) -> String {
    let g = model.look.glyphs;
    let way = match model.compare.better(metric) {
        Better::Higher => g.up,
        Better::Lower => g.down,
        Better::Neither => "",
    };
    let room = usize::from(layout::METRIC) - way.len().min(2) - 1 - 2 * usize::from(selected);
    let name = fit(&clean(metric), room, g.ellipsis);
    let gap = if way.is_empty() { "" } else { " " };
    if selected {
        format!("[{name}{gap}{way}]")
    } else {
        format!("{name}{gap}{way}")
    }
}

/// A value, and how far it is from the baseline's.
fn cell(model: &Model, values: &Values, at: usize, baseline: usize) -> Cell {
    let g = model.look.glyphs;
    let Some(Some(value)) = values.values.get(at).copied() else {
        return Cell::role(g.none, Role::Dim);
    };
    let best = values.best == Some(value);
    let role = if best { Role::Ok } else { Role::Text };
    let mut pieces: Vec<(String, Ink)> = Vec::new();
    if best {
        pieces.push((format!("{} ", g.best), Role::Ok.into()));
    }
    pieces.push((format::metric(value), role.into()));
    let base = values.values.get(baseline).copied().flatten();
    if let (Some(base), true) = (base, at != baseline) {
        let better = model.compare.better(&values.metric);
        let role = match (better.beats(value, base), better.beats(base, value)) {
            (true, _) => Role::Ok,
            (_, true) => Role::Warn,
            _ => Role::Dim,
        };
        pieces.push((
            format!(" {:>7}", format::change(value, base, g.none)),
            role.into(),
        ));
    } else if values.values.len() > 1 {
        // Values stand under each other, the baseline's, too.
        pieces.push((" ".repeat(8), Role::Dim.into()));
    }
    Cell::Pieces(pieces)
}
