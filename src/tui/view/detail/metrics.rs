//! Metrics: a table with small curves, and those of the machine as a grid of charts.

use ratatui::layout::Rect;
use trimtab_core::metric::MetricSummary;
use trimtab_core::run::RunRow;

use crate::format;
use crate::model::Model;
use crate::model::compare::axis::{Axis, points};
use crate::model::detail::Tab;
use crate::model::detail::curves::spark;
use crate::theme::Role;
use crate::update::detail::asks::{SPARK, charted};
use crate::update::detail::is_filtered_empty;
use crate::view::{layout, notice, run_detail};
use crate::widget::chart::{Chart, Line};
use crate::widget::table::{Cell, Column, Table};
use crate::widget::text::{Brush, clean};

/// Draws the table, or the selected metric's chart alone.
pub fn table(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) {
    let detail = &model.detail;
    let keys = detail.metric_keys(run);
    if keys.is_empty() {
        return nothing(model, brush, area, run);
    }
    if detail.alone {
        return alone(model, brush, area, run);
    }
    let columns = [
        Column::left("metric", 18).grow(2).at_most(48),
        Column::right("latest", 9),
        Column::right("min", 9).priority(1),
        Column::right("max", 9).priority(1),
        Column::right("step", 8).priority(2),
        Column::right("points", 8).priority(3),
        Column::left("curve", 12).grow(1).at_most(SPARK).priority(4),
    ];
    let g = brush.glyphs();
    let bound = |v: f64| match v.is_nan() {
        true => g.none.to_owned(),
        false => format::metric(v),
    };
    let row = |i: usize| -> Vec<Cell> {
        let Some((key, m)) = keys.get(i).and_then(|k| Some((k, run.metrics.get(k)?))) else {
            return Vec::new();
        };
        vec![
            Cell::text(clean(key)),
            latest(m),
            Cell::role(bound(m.min), Role::Dim),
            Cell::role(bound(m.max), Role::Dim),
            Cell::role(m.latest.step.to_string(), Role::Dim),
            Cell::role(format::count(m.count), Role::Dim),
            curve(model, run, key, m),
        ]
    };
    let place = detail.list(Tab::Metrics);
    Table {
        columns: &columns,
        len: keys.len(),
        offset: place.offset,
        selected: Some(place.selected),
        focused: true,
        row: &row,
        marked: &|_| false,
    }
    .draw(brush, area);
}

/// The latest value; what is no number is not well.
fn latest(m: &MetricSummary) -> Cell {
    let role = if m.latest.value.is_finite() {
        Role::Text
    } else {
        Role::Bad
    };
    Cell::role(format::metric(m.latest.value), role)
}

fn curve(model: &Model, run: &RunRow, key: &str, m: &MetricSummary) -> Cell {
    match model.detail.curves.get(&run.id, key) {
        _ if m.count < 2 => Cell::role("one point", Role::Dim),
        Some(series) => Cell::Spark(spark(series, SPARK.into()), f64::NAN, false),
        None if model.detail.curves.error.is_some() => Cell::role("not here", Role::Dim),
        None => Cell::role(model.look.glyphs.ellipsis, Role::Dim),
    }
}

/// Draws the grid, or one of its charts alone.
pub fn grid(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) {
    if model.detail.metric_keys(run).is_empty() {
        return nothing(model, brush, area, run);
    }
    if model.detail.alone {
        return alone(model, brush, area, run);
    }
    let (keys, _) = charted(model, run);
    let selected = model.detail.charted(&model.runs, run);
    for (key, cell) in keys.iter().zip(layout::charts(area, keys.len())) {
        let meant = selected.as_ref() == Some(key);
        let latest = run.metric(key).map_or_else(String::new, format::metric);
        let name = clean(key.strip_prefix("system/").unwrap_or(key));
        let title = match meant {
            true => format!("{} {name}", brush.glyphs().running),
            false => name,
        };
        let inner = crate::widget::rule::titled(brush, cell, &title, &latest, meant);
        match model.detail.curves.get(&run.id, key) {
            Some(series) => Chart {
                title: key.clone(),
                lines: vec![Line {
                    name: key.clone(),
                    points: points(&series.points, &Axis::Step, 0, None).into(),
                    series: 0,
                    faint: false,
                }],
                small: true,
                ..Chart::default()
            }
            .draw(brush, inner),
            None => {
                let text = match &model.detail.curves.error {
                    Some(trouble) => trouble.message.clone(),
                    None => format!("Loading{}", brush.glyphs().ellipsis),
                };
                notice::draw(brush, inner, &text, Role::Dim, &[]);
            }
        }
    }
}

/// The selected metric's chart in all the room, with its read-out.
fn alone(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) {
    let key = model.detail.charted(&model.runs, run).unwrap_or_default();
    let read = run_detail::read_out(model);
    let inner = crate::widget::rule::titled(brush, area, &clean(&key), &read, true);
    run_detail::chart(model, brush, inner, run);
}

fn nothing(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) {
    let detail = &model.detail;
    if is_filtered_empty(model, run) {
        let text = format!("No metric has \"{}\".", detail.filter(detail.tab));
        return notice::draw(brush, area, &text, Role::Text, &["Esc shows all."]);
    }
    let (text, hint) = match detail.tab {
        Tab::System => (
            "This run has logged nothing of its machine.",
            "mlflow.enable_system_metrics_logging() before it starts.",
        ),
        _ => (
            "This run has logged no metric.",
            "mlflow.log_metric(\"loss\", 0.3, step=1)",
        ),
    };
    notice::draw(brush, area, text, Role::Text, &[hint]);
}
