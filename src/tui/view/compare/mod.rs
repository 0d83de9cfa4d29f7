//! Compare: a row of tabs, below it one view of the compared runs.

mod charts;
mod importance;
mod metrics;
mod parallel;
mod params;
mod scatter;

use ratatui::layout::Rect;

use super::{layout, notice};
use crate::model::Model;
use crate::model::compare::{Compare, View};
use crate::theme::Role;
use crate::widget::rule;
use crate::widget::table::{Cell, Column};
use crate::widget::text::{Brush, Ink, width};

/// Draws the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let (below, head) = layout::compare_head(area);
    tabs(model, brush, head);
    let crowded = matches!(
        model.compare.view,
        View::Scatter | View::Parallel | View::Importance
    );
    if model.compare.runs(model).is_empty() && !crowded {
        notice::draw(
            brush,
            below,
            "No runs to compare.",
            Role::Text,
            &["Mark some with Space in Runs (2), then press c."],
        );
        return;
    }
    match model.compare.view {
        View::Charts => charts::draw(model, brush, below),
        View::Params => params::draw(model, brush, below),
        View::Metrics => metrics::draw(model, brush, below),
        View::Scatter => scatter::draw(model, brush, below),
        View::Parallel => parallel::draw(model, brush, below),
        View::Importance => importance::draw(model, brush, below),
    }
}

/// The views with their keys; where room is short only the one in front has its name.
fn tabs(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    rule::titled(brush, area, "Compare", "", true);
    let key = |v: View| {
        let keys = model.keymap.keys_of(v.command());
        keys.first().map_or("", String::as_str).to_owned()
    };
    let room = usize::from(area.width.saturating_sub(2));
    let whole: usize = View::ALL
        .iter()
        .map(|v| width(&key(*v)) + width(v.word()) + 3)
        .sum();
    let mut x = area.x + 1;
    for view in View::ALL {
        let front = view == model.compare.view;
        let mut pieces: Vec<(String, Ink)> = vec![(format!(" {}", key(view)), Role::Accent.into())];
        if front || whole <= room {
            let role = if front { Role::Title } else { Role::Dim };
            pieces.push((format!(" {}", view.word()), role.into()));
        }
        pieces.push((" ".into(), Role::Dim.into()));
        let borrowed: Vec<(&str, Ink)> = pieces.iter().map(|(t, i)| (t.as_str(), *i)).collect();
        x = brush.pieces(x, area.y, area.right().saturating_sub(x + 1), &borrowed);
    }
}

/// How many runs are compared, and what made them so.
fn count(model: &Model, runs: usize) -> String {
    let marked = model.runs.marks.len();
    match (marked, marked > runs) {
        (0, _) => "the selected run".to_owned(),
        (_, true) => format!("the first {runs} of {marked} marked runs"),
        _ => format!("{} marked", crate::format::plural(runs as u64, "run")),
    }
}

/// How many runs of those that are marked, or of the table's slice.
fn crowd(model: &Model, runs: usize) -> String {
    let runs = crate::format::plural(runs as u64, "run");
    if Compare::is_crowd_marked(model) {
        format!("{runs} marked")
    } else {
        format!("{runs} of the table")
    }
}

/// The columns of a run's marker and name, with which every table of runs begins.
fn run_columns() -> Vec<Column> {
    vec![
        Column::left("", 1),
        Column::left("run", layout::NAME).grow(1).at_most(40),
    ]
}

/// And their cells. The baseline is told by a word, too.
fn run_cells(model: &Model, at: usize, runs: &[trimtab_core::run::RunId]) -> Vec<Cell> {
    let ink: Ink = model.look.theme.series(at).into();
    let marker = Cell::Text(model.look.glyphs.marker(at).to_owned(), ink);
    let mut name = vec![(Compare::name(model, &runs[at]), Role::Text.into())];
    if runs.len() > 1 && model.compare.baseline_at(runs) == at {
        name.insert(
            0,
            (format!("{} ", model.look.glyphs.base), Role::Accent.into()),
        );
    }
    vec![marker, Cell::Pieces(name)]
}
