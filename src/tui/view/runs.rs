//! Runs: a table over every run, its visible slice asked from the agent.

use ratatui::layout::Rect;
use trimtab_core::run::{RunKey, RunRow};

use super::{layout, notice, run_detail, status};
use crate::format;
use crate::model::Model;
use crate::model::data::Slot;
use crate::model::runs::Runs;
use crate::theme::Role;
use crate::widget::rule;
use crate::widget::table::{Cell, Column, Table};
use crate::widget::text::Brush;

/// Metrics and parameters offered to the table at most.
const METRICS: usize = 4;
const PARAMS: usize = 4;

/// Draws the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let state = &model.runs;
    let (top, detail) = layout::runs(area, state.detail);
    let table = rule::titled(
        brush,
        top,
        &title(model, brush.glyphs().dot),
        &notice::condition(model, &model.data.runs, Slot::Runs),
        true,
    );
    if notice::feed(model, brush, table, &model.data.runs, "runs") {
        return;
    }
    let total = state.total(model);
    if total == 0 {
        if state.filter.is_empty() {
            let hints =
                ["Log one with any mlflow client (MLFLOW_TRACKING_URI), or train with T in Fleet."];
            notice::draw(brush, table, "No runs yet.", Role::Text, &hints);
        } else {
            notice::draw(
                brush,
                table,
                &format!(
                    "No run has \"{}\" in its name, id, tags or parameters.",
                    state.filter
                ),
                Role::Text,
                &["Esc shows all runs."],
            );
        }
        return;
    }
    let metrics: Vec<String> = Runs::metric_keys(state.page_rows(model))
        .into_iter()
        .take(METRICS)
        .collect();
    let params: Vec<String> = state
        .telling_params(model)
        .into_iter()
        .take(PARAMS)
        .collect();
    let range = state
        .anchor
        .map(|a| (a.min(state.list.selected), a.max(state.list.selected)));
    Table {
        columns: &columns(model, &metrics, &params),
        len: total,
        offset: state.list.offset,
        selected: Some(state.list.selected),
        focused: true,
        row: &|i| match state.row(model, i) {
            Some(row) => cells(model, row, &metrics, &params),
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

fn title(model: &Model, dot: &str) -> String {
    let state = &model.runs;
    let mut title = notice::counted(
        model,
        &model.data.runs,
        "Runs",
        &format::count(state.total(model) as u64),
    );
    if !state.filter.is_empty() {
        title.push_str(&format!(" with \"{}\"", state.filter));
    }
    if !state.marks.is_empty() {
        title.push_str(&format!(" {dot} {} marked", state.marks.len()));
    }
    if state.anchor.is_some() {
        title.push_str(&format!(" {dot} range"));
    }
    title
}

fn columns(model: &Model, metrics: &[String], params: &[String]) -> Vec<Column> {
    let order = model.runs.order.as_ref();
    let sorted = |key: RunKey| order.filter(|o| o.key == key).map(|o| !o.descending);
    let mut columns = vec![
        Column {
            sorted: sorted(RunKey::Name),
            ..Column::left("run", 16).grow(3).at_most(40)
        },
        Column {
            sorted: sorted(RunKey::Status),
            ..Column::left("status", 11)
        },
    ];
    for (i, key) in metrics.iter().enumerate() {
        let w = (crate::widget::text::width(key) as u16).clamp(8, 14);
        let column = Column::right(key, w).priority(i as u8 * 2);
        columns.push(Column {
            sorted: sorted(RunKey::Metric(key.clone())),
            ..column
        });
    }
    for (i, key) in params.iter().enumerate() {
        let w = (crate::widget::text::width(key) as u16).clamp(5, 12);
        let column = Column::right(key, w).priority(3 + i as u8 * 2);
        columns.push(Column {
            sorted: sorted(RunKey::Param(key.clone())),
            ..column
        });
    }
    columns.push(Column::right("took", 6).priority(4));
    columns.push(Column {
        sorted: order.map_or(Some(false), |o| {
            (o.key == RunKey::Started).then_some(!o.descending)
        }),
        ..Column::right("started", 8).priority(1)
    });
    columns.push(Column::left("user", 8).priority(9));
    columns.push(Column::left("experiment", 10).priority(8));
    columns
}

fn cells(model: &Model, row: &RunRow, metrics: &[String], params: &[String]) -> Vec<Cell> {
    let g = model.look.glyphs;
    let mut cells = vec![Cell::text(&row.name), status::run(g, row.status).cell()];
    for key in metrics {
        cells.push(match row.metric(key) {
            Some(v) if v.is_finite() => Cell::text(format::metric(v)),
            Some(v) => Cell::role(format::metric(v), Role::Warn),
            None => Cell::role(g.none, Role::Dim),
        });
    }
    for key in params {
        cells.push(
            row.params
                .get(key)
                .map_or_else(|| Cell::role(g.none, Role::Dim), Cell::text),
        );
    }
    cells.push(Cell::text(format::took(model.now, row.started, row.ended)));
    cells.push(Cell::role(format::ago(model.now, row.started), Role::Dim));
    cells.push(Cell::role(&row.user, Role::Dim));
    cells.push(Cell::role(&row.experiment_name, Role::Dim));
    cells
}
