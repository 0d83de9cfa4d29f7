//! Parameters and tags of the compared runs: what differs, or all.

use ratatui::layout::Rect;
use trimtab_core::run::RunKey;

use super::{layout, notice};
use crate::model::Model;
use crate::model::compare::Compare;
use crate::theme::Role;
use crate::view::listing;
use crate::widget::rule;
use crate::widget::table::{Cell, Column};
use crate::widget::text::{Brush, clean};

/// Draws the view.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let state = &model.compare;
    let runs = state.runs(model);
    let (all, lines) = (state.all_params(model).len(), state.params(model));
    let dot = model.look.glyphs.dot;
    let count = super::count(model, runs.len());
    let title = if lines.len() < all {
        format!("{count} {dot} {} of {all} differ", lines.len())
    } else {
        format!("{count} {dot} all {all} parameters and tags")
    };
    let right = match runs.len() {
        0 | 1 => String::new(),
        n => format!("run {} of {n}", state.list.selected + 1),
    };
    let inner = rule::titled(brush, area, &title, &right, false);
    if lines.is_empty() {
        let (first, rest) = match all {
            0 => ("These runs have no parameters and no tags.", ""),
            _ => (
                "These runs have the same parameters and tags.",
                "x shows them all.",
            ),
        };
        notice::draw(brush, inner, first, Role::Text, &[rest]);
        return;
    }
    let mut columns = vec![
        Column::left("parameter or tag", layout::NAME)
            .grow(1)
            .at_most(40),
    ];
    let fitting = layout::param_columns(area.width);
    let shown: Vec<usize> = (state.list.offset..runs.len()).take(fitting).collect();
    for i in &shown {
        let name = Compare::name(model, &runs[*i]);
        let marked = format!("{} {name}", brush.glyphs().marker(*i));
        let marked = if *i == state.list.selected && runs.len() > 1 {
            format!("[{marked}]")
        } else {
            marked
        };
        columns.push(Column::left(&marked, layout::PARAM).grow(1).at_most(40));
    }
    let baseline = state.baseline_at(&runs);
    let row = |i: usize| -> Vec<Cell> {
        let line = &lines[i];
        let mut cells = vec![Cell::role(name(&line.key), Role::Dim)];
        let base = line.values.get(baseline);
        cells.extend(shown.iter().map(|at| match line.values.get(*at) {
            Some(Some(value)) => {
                // What is as in the baseline steps back.
                let same = *at != baseline && line.values.get(*at) == base;
                Cell::role(clean(value), if same { Role::Dim } else { Role::Text })
            }
            _ => Cell::role(model.look.glyphs.none, Role::Dim),
        }));
        cells
    };
    listing::draw(
        brush,
        inner,
        &columns,
        &state.params,
        true,
        lines.len(),
        &row,
    );
}

/// Parameters by their name; tags say that they are tags.
fn name(key: &RunKey) -> String {
    match key {
        RunKey::Param(key) => clean(key),
        RunKey::Tag(key) => format!("tag {}", clean(key)),
        other => other.name(),
    }
}
