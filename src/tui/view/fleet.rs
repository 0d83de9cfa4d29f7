//! Fleet: every model in a row, the selected one's quality over time below.

use ratatui::layout::Rect;
use trimtab_wire::FleetRow;

use super::{layout, notice, status};
use crate::format;
use crate::model::Model;
use crate::model::data::Slot;
use crate::model::fleet::{latest_quality, less_is_better, out_of_bound, quality_chart};
use crate::model::registry::awaiting;
use crate::theme::Role;
use crate::widget::rule;
use crate::widget::table::{Cell, Column, Table};
use crate::widget::text::{Brush, Ink};

/// Draws the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let rows = model.data.fleet_rows();
    let (top, bottom) = layout::fleet(area, rows.len());
    let title = notice::counted(
        model,
        &model.data.fleet,
        "Fleet",
        &format::plural(rows.len() as u64, "model"),
    );
    let table = rule::titled(
        brush,
        top,
        &title,
        &notice::condition(model, &model.data.fleet, Slot::Fleet),
        true,
    );
    if notice::feed(model, brush, table, &model.data.fleet, "the fleet") {
        return;
    }
    if rows.is_empty() {
        let hints = [
            "Register a version from a run (trimtab runs, or any mlflow client),",
            "or describe a model in trimtab.toml and train it: trimtab retrain start.",
        ];
        notice::draw(brush, area, "No models yet.", Role::Text, &hints);
        return;
    }
    Table {
        columns: &columns(rows),
        len: rows.len(),
        offset: model.fleet.list.offset,
        selected: Some(model.fleet.list.selected),
        focused: true,
        row: &|i| cells(brush_look(model), &rows[i]),
        marked: &|_| false,
    }
    .draw(brush, table);
    if let Some(row) = model.fleet.selected(model) {
        detail(model, brush, bottom, row);
    }
}

fn brush_look(model: &Model) -> &crate::caps::Look {
    &model.look
}

fn columns(rows: &[FleetRow]) -> Vec<Column> {
    let metric = rows
        .first()
        .map_or("quality", |r| r.quality_metric.as_str());
    vec![
        Column::left("health", 9),
        Column::left("model", 10).grow(2).at_most(32),
        Column::left("production", 10).priority(1),
        Column::right(metric, 5),
        Column::left("by window", 12)
            .grow(5)
            .at_most(60)
            .priority(2),
        Column::right("drift", 5).priority(4),
        Column::right("p95", 6).priority(5),
        Column::right("errors", 6).priority(6),
        Column::right("rows", 5).priority(7),
        Column::left("waiting", 19).priority(3),
    ]
}

fn cells(look: &crate::caps::Look, row: &FleetRow) -> Vec<Cell> {
    let g = look.glyphs;
    let latest = latest_quality(row);
    let bad = latest.is_some_and(|(_, v, _)| out_of_bound(row, v));
    let (drifted, judged) = row.drifted;
    let service = row.service.as_ref();
    vec![
        status::health(g, row.health).cell(),
        Cell::text(&row.model),
        production(g, row),
        Cell::role(
            latest.map_or_else(|| g.none.to_owned(), |(_, v, _)| format!("{v:.3}")),
            if bad { Role::Bad } else { Role::Text },
        ),
        Cell::Spark(
            row.quality.iter().map(|q| q.value).collect(),
            row.quality_min,
            less_is_better(row),
        ),
        Cell::role(
            if judged == 0 {
                g.none.to_owned()
            } else {
                format!("{drifted}/{judged}")
            },
            if drifted > 0 { Role::Warn } else { Role::Dim },
        ),
        Cell::text(service.map_or_else(|| g.none.to_owned(), |s| format::millis(s.p95_ms, g.none))),
        Cell::role(
            service.map_or_else(
                || g.none.to_owned(),
                |s| format::share(s.error_rate, g.none),
            ),
            if service.is_some_and(|s| s.error_rate > 0.01) {
                Role::Bad
            } else {
                Role::Text
            },
        ),
        Cell::text(format::short_count(row.rows)),
        waiting(g, row),
    ]
}

/// The registry's version, and the one that answers when it is another.
fn production(g: &crate::glyphs::Glyphs, row: &FleetRow) -> Cell {
    let champion = row
        .champion
        .map_or_else(|| g.none.to_owned(), |v| v.to_string());
    // Before the first promotion there is nothing that could answer.
    match row
        .serving
        .as_ref()
        .filter(|s| s.ok || row.champion.is_some())
    {
        None => Cell::text(champion),
        Some(s) if s.ok && s.version == row.champion => Cell::Pieces(vec![
            (champion, Role::Text.into()),
            (format!(" {}", g.ok), Role::Ok.into()),
        ]),
        Some(s) if s.ok => {
            let answers = s.version.map_or_else(|| "?".to_owned(), |v| v.to_string());
            Cell::Pieces(vec![
                (champion, Role::Text.into()),
                (format!(" {} {answers}", g.warn), Role::Warn.into()),
            ])
        }
        Some(_) => Cell::Pieces(vec![
            (champion, Role::Text.into()),
            (format!(" {} down", g.bad), Role::Bad.into()),
        ]),
    }
}

fn waiting(g: &crate::glyphs::Glyphs, row: &FleetRow) -> Cell {
    let mut pieces: Vec<(String, Ink)> = Vec::new();
    if row.open_requests > 0 {
        pieces.push((
            format!(
                "{} {}",
                g.waiting,
                format::plural(row.open_requests.into(), "request")
            ),
            Role::Warn.into(),
        ));
    }
    if row.running_jobs > 0 {
        let gap = if pieces.is_empty() { "" } else { " " };
        pieces.push((
            format!(
                "{gap}{} {}",
                g.running,
                format::plural(row.running_jobs.into(), "job")
            ),
            Role::Running.into(),
        ));
    }
    if pieces.is_empty() {
        Cell::role(g.none, Role::Dim)
    } else {
        Cell::Pieces(pieces)
    }
}

fn detail(model: &Model, brush: &mut Brush<'_>, area: Rect, row: &FleetRow) {
    let g = brush.glyphs();
    let title = format!("{} {} {} by window", row.model, g.dot, row.quality_metric);
    let asked = row
        .serving
        .as_ref()
        .filter(|s| s.ok || row.champion.is_some());
    let right = asked.map_or_else(String::new, |s| {
        let answers = s
            .version
            .map_or_else(|| "no version".to_owned(), |v| v.to_string());
        if s.ok {
            format!("production answers {answers}")
        } else {
            "production does not answer".to_owned()
        }
    });
    let mut inner = rule::titled(brush, area, &title, &right, false);
    let state = status::health(g, row.health);
    inner = line(
        brush,
        inner,
        &[state.piece(), (format!("  {}", row.why), Role::Text.into())],
    );
    if let Some(request) = awaiting(model, &row.model) {
        let text = format!(
            "{} {} asks for production: request {} by {}",
            g.waiting, request.version, request.id, request.author
        );
        inner = line(
            brush,
            inner,
            &[
                (text, Role::Warn.into()),
                ("  A approves, R rejects".into(), Role::Dim.into()),
            ],
        );
    } else if let (Some(newest), true) = (row.newest, row.newest > row.champion) {
        let text = format!("{} {newest} is newer than production", g.up);
        inner = line(
            brush,
            inner,
            &[
                (text, Role::Accent.into()),
                ("  P asks for its promotion".into(), Role::Dim.into()),
            ],
        );
    }
    let chart = quality_chart(row);
    if chart.is_empty() {
        notice::draw(
            brush,
            inner,
            "No window has been judged yet.",
            Role::Dim,
            &["Quality appears when labels arrive; drift when a window of the log is complete."],
        );
        return;
    }
    let (chart_area, facts) = if inner.height >= 8 {
        layout::bottom(inner, 1)
    } else {
        (inner, Rect { height: 0, ..inner })
    };
    chart.draw(brush, chart_area);
    if facts.height > 0 {
        let mut pieces: Vec<(String, Ink)> = Vec::new();
        if let Some((start, value, change)) = latest_quality(row) {
            pieces.push((
                format!(" last judged {} ", format::month_day(start)),
                Role::Dim.into(),
            ));
            pieces.push((
                format!("{} {value:.3}", row.quality_metric),
                Role::Text.into(),
            ));
            if change.is_finite() {
                let arrow = if change < 0.0 { g.down } else { g.up };
                pieces.push((format!(" {arrow}{:.3}", change.abs()), Role::Dim.into()));
            }
        }
        if let Some(s) = &row.service {
            let p99 = if facts.width >= 100 {
                format!("  p99 {}", format::millis(s.p99_ms, g.none))
            } else {
                String::new()
            };
            let text = format!(
                "   p50 {}  p95 {}{p99}  errors {}",
                format::millis(s.p50_ms, g.none),
                format::millis(s.p95_ms, g.none),
                format::share(s.error_rate, g.none)
            );
            pieces.push((text, Role::Dim.into()));
        }
        line(brush, facts, &pieces);
    }
}

/// Writes one line of pieces and returns the area below it.
pub fn line(brush: &mut Brush<'_>, area: Rect, pieces: &[(String, Ink)]) -> Rect {
    if area.height == 0 {
        return area;
    }
    let borrowed: Vec<(&str, Ink)> = pieces.iter().map(|(t, i)| (t.as_str(), *i)).collect();
    brush.pieces(area.x, area.y, area.width, &borrowed);
    Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    }
}
