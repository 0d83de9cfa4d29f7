//! A run in detail: its curve, metrics, parameters and tags.

use ratatui::layout::Rect;
use trimtab_core::run::RunRow;

use super::fleet::line;
use super::{layout, notice, status};
use crate::format;
use crate::model::Model;
use crate::model::data::Slot;
use crate::model::runs::Runs;
use crate::theme::Role;
use crate::update::runs::detail_chart;
use crate::widget::rule;
use crate::widget::text::Brush;

/// Draws the selected run.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let Some(run) = model.runs.selected(model) else {
        return;
    };
    let g = brush.glyphs();
    let stale = notice::curve_condition(model, Slot::Detail);
    let right = if stale.is_empty() {
        run.id.to_string()
    } else {
        stale
    };
    let inner = rule::titled(brush, area, &run.name, &right, false);
    let took = format::took(model.now, run.started, run.ended);
    let mut head = vec![
        status::run(g, run.status).piece(),
        (
            format!("  started {} {} took {took}", run.started.stamp(), g.dot),
            Role::Dim.into(),
        ),
    ];
    if let Some(job) = run.job {
        head.push((format!(" {} job {job}", g.dot), Role::Dim.into()));
    }
    let mut inner = line(brush, inner, &head);
    if let Some(finding) = Runs::finding(model, run) {
        let rule = format!("  {finding}");
        inner = line(
            brush,
            inner,
            &[
                status::finding(g, &finding).piece(),
                (rule, Role::Text.into()),
            ],
        );
    }
    body(model, brush, inner, run);
}

/// The curve and the facts, beside or below each other.
pub fn body(model: &Model, brush: &mut Brush<'_>, inner: Rect, run: &RunRow) {
    // Facts need two columns of about 36; the curve takes what is left.
    if inner.width >= 100 {
        let (facts_area, curve) = layout::left(inner, 46);
        facts(model, brush, facts_area, run);
        chart(model, brush, curve, run);
    } else {
        let rows = inner.height / 2;
        let (curve, facts_area) = if rows >= 5 {
            layout::top(inner, rows)
        } else {
            layout::top(inner, 0)
        };
        chart(model, brush, curve, run);
        facts(model, brush, facts_area, run);
    }
}

/// The step and the value that the chart is read out at; empty without a read-out.
#[must_use]
pub fn read_out(model: &Model) -> String {
    let value = |x: f64| Some((x, crate::update::detail::read_out(model, x)?));
    model
        .detail
        .cursor
        .and_then(value)
        .map_or_else(String::new, |(x, v)| {
            format!("step {x}: {}", format::metric(v))
        })
}

/// The curve of the metric in front, or why there is none.
pub fn chart(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) {
    if area.height < 3 {
        return;
    }
    match detail_chart(model).filter(|c| !c.is_empty()) {
        Some(chart) => chart.draw(brush, area),
        None if run.metrics.is_empty() => notice::draw(
            brush,
            area,
            "This run has logged no metric.",
            Role::Dim,
            &[],
        ),
        None => notice::draw(
            brush,
            area,
            &format!("Loading the curve{}", brush.glyphs().ellipsis),
            Role::Dim,
            &[],
        ),
    }
}

/// Metrics at the left, parameters and tags at the right.
fn facts(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) {
    let g = brush.glyphs();
    let shown = model.runs.detail_metric(run);
    let mut lines: Vec<(String, String, Role)> = Vec::new();
    for (key, m) in &run.metrics {
        let role = if shown.as_ref() == Some(key) {
            Role::Accent
        } else {
            Role::Text
        };
        let latest = format::metric(m.latest.value);
        let full = format!(
            "{latest}  {} {} {}",
            format::metric(m.min),
            g.arrow,
            format::metric(m.max)
        );
        let fits = crate::widget::text::width(&full) + 26
            <= usize::from(area.width / if area.width >= 72 { 2 } else { 1 });
        lines.push((
            key.clone(),
            if m.count > 1 && m.min.is_finite() && fits {
                full
            } else {
                latest
            },
            role,
        ));
    }
    for (key, value) in &run.params {
        lines.push((key.clone(), value.clone(), Role::Text));
    }
    for (key, value) in &run.tags {
        lines.push((key.clone(), value.clone(), Role::Dim));
    }
    let rows = usize::from(area.height);
    if rows == 0 {
        return;
    }
    let columns = if area.width >= 72 {
        lines.len().div_ceil(rows).clamp(1, 2)
    } else {
        1
    };
    let w = area.width / columns as u16;
    for (i, (key, value, role)) in lines.iter().enumerate() {
        let (column, row) = (i / rows, i % rows);
        if column >= columns {
            let text = format!("and {} more: Y copies all", lines.len() - i + 1);
            brush.put(
                area.x + (columns as u16 - 1) * w,
                area.bottom() - 1,
                w,
                &format!("{text:<width$}", width = usize::from(w)),
                Role::Dim,
            );
            break;
        }
        let x = area.x + column as u16 * w;
        let y = area.y + row as u16;
        let name = (w / 2).clamp(8, 24);
        brush.put(
            x,
            y,
            name,
            key,
            if *role == Role::Accent {
                Role::Accent
            } else {
                Role::Dim
            },
        );
        brush.put(x + name + 1, y, w.saturating_sub(name + 2), value, *role);
    }
}
