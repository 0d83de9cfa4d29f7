//! Runs: a table over every run, its visible slice asked from the agent.

use ratatui::layout::Rect;

use super::{layout, notice, run_columns, run_detail};
use crate::format;
use crate::model::Model;
use crate::model::data::Slot;
use crate::model::run_columns::shown;
use crate::theme::Role;
use crate::widget::rule;
use crate::widget::table::{Cell, Table};
use crate::widget::text::Brush;

/// Draws the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    if model.detail.is_open() {
        return super::detail::draw(model, brush, area);
    }
    let state = &model.runs;
    let (top, detail) = layout::runs(area, state.detail);
    let table = rule::titled(
        brush,
        top,
        &title(model, brush.glyphs().dot),
        &condition(model),
        true,
    );
    if notice::feed(model, brush, table, &model.data.runs, "runs") {
        return;
    }
    let total = state.total(model);
    if total == 0 {
        nothing(model, brush, table);
        return;
    }
    let shown = shown(model);
    let range = state
        .anchor
        .map(|a| (a.min(state.list.selected), a.max(state.list.selected)));
    Table {
        columns: &run_columns::columns(model),
        len: total,
        offset: state.list.offset,
        selected: Some(state.list.selected),
        focused: true,
        row: &|i| match state.row(model, i) {
            Some(row) => run_columns::cells(model, row, &state.line(model, i), &shown),
            None => vec![Cell::role(model.look.glyphs.ellipsis, Role::Dim)],
        },
        marked: &|i| {
            state
                .row(model, i)
                .is_some_and(|r| state.marks.contains(&r.id))
                || range.is_some_and(|(a, b)| (a..=b).contains(&i))
        },
    }
    .draw(brush, table);
    if let Some(area) = detail {
        run_detail::draw(model, brush, area);
    }
}

/// What stands in place of rows when there are none.
fn nothing(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let view = &model.runs.view;
    let (text, hints): (String, &[&str]) = match (view.filter.is_empty(), view.deleted) {
        (false, _) => (
            format!("No run matches {}", view.filter),
            &["Esc shows all runs."],
        ),
        (true, true) => ("No run is deleted.".to_owned(), &["Esc shows the others."]),
        (true, false) => (
            "No runs yet.".to_owned(),
            &["Log one with any mlflow client (MLFLOW_TRACKING_URI), or train with T in Fleet."],
        ),
    };
    notice::draw(brush, area, &text, Role::Text, hints);
}

/// The right end of the rule: what is wrong with the data, else with the selected run.
fn condition(model: &Model) -> String {
    let data = notice::condition(model, &model.data.runs, Slot::Runs);
    if data.is_empty() {
        run_columns::rule(model).unwrap_or_default()
    } else {
        data
    }
}

fn title(model: &Model, dot: &str) -> String {
    let state = &model.runs;
    let view = &state.view;
    let page = model.data.runs.value.as_ref();
    // Folded lines and heads of groups are not counted: runs are.
    let matching = page.map_or(0, |p| {
        if p.lines.is_empty() {
            p.total
        } else {
            p.matching
        }
    });
    let mut title = notice::counted(
        model,
        &model.data.runs,
        if view.deleted { "Deleted runs" } else { "Runs" },
        &format::count(matching),
    );
    if let Some(name) = &state.view_name {
        title.push_str(&format!(" {dot} view {name}"));
    }
    if !view.filter.is_empty() {
        let how = if page.is_some_and(|p| p.fuzzy) {
            "like"
        } else {
            "where"
        };
        title.push_str(&format!(" {how} {}", view.filter));
    }
    if let Some(key) = &view.group {
        title.push_str(&format!(" by {}", key.name()));
    }
    if !state.marks.is_empty() {
        title.push_str(&format!(" {dot} {} marked", state.marks.len()));
    }
    if state.anchor.is_some() {
        title.push_str(&format!(" {dot} range"));
    }
    title
}
