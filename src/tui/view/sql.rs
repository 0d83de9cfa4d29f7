//! SQL: the query above, its result below as a table or a chart, and what may be typed next over it.

use std::ops::Range;

use ratatui::layout::Rect;
use trimtab_core::sql::{KEYWORDS, SqlCell, SqlPage, SqlTable, TokenKind, tokens};

use super::{layout, notice};
use crate::format;
use crate::model::Model;
use crate::model::sql::{Outcome, Region};
use crate::theme::Role;
use crate::update::sql::is_writing;
use crate::widget::rule;
use crate::widget::table::{Align, Cell, Column, Table};
use crate::widget::text::{Brush, Ink, clean, fit, width, wrap};

/// Suggestions shown at once.
const SUGGESTIONS: u16 = 8;

/// Draws the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let (query, result) = layout::sql(area, model.sql.editor.lines());
    let writing = model.sql.region == Region::Query;
    let aside = match &model.sql.running {
        Some(running) => format!("running {}", format::span(model.now.since(running.since))),
        None => String::new(),
    };
    let inner = rule::titled(brush, query, "Query", &aside, writing);
    let text = Rect {
        x: inner.x + u16::from(inner.width > 0),
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let sql = model.sql.editor.text();
    if sql.is_empty() {
        let hint = "SELECT name, status, started FROM runs ORDER BY started DESC;";
        brush.put(
            text.x + 1,
            text.y,
            text.width.saturating_sub(1),
            hint,
            Role::Dim,
        );
    }
    model.sql.editor.draw(brush, text, &inks(model), writing);
    outcome(model, brush, result);
    if is_writing(model) {
        suggestions(model, brush, text, area);
    }
}

/// The inks of a query's pieces; a place that is wrong comes first.
fn inks(model: &Model) -> Vec<(Range<usize>, Ink)> {
    let sql = model.sql.editor.text();
    let is_keyword = |word: &str| {
        KEYWORDS
            .iter()
            .flat_map(|k| k.split(' '))
            .any(|k| k.eq_ignore_ascii_case(word))
    };
    let role = |kind: TokenKind, text: &str| match kind {
        TokenKind::Word if is_keyword(text) => Some(Role::Accent),
        TokenKind::Text => Some(Role::Ok),
        TokenKind::Remark => Some(Role::Dim),
        _ => None,
    };
    let pieces = tokens(sql).into_iter();
    let pieces = pieces.filter_map(|t| Some((t.at.clone(), role(t.kind, &sql[t.at])?.into())));
    pieces.collect()
}

fn outcome(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let focused = model.sql.region == Region::Result;
    let g = model.look.glyphs;
    match &model.sql.outcome {
        Outcome::Nothing => {
            let inner = rule::titled(brush, area, "Result", "", focused);
            let (first, rest): (&str, [&str; 3]) = match &model.sql.running {
                Some(_) => (
                    "The query runs.",
                    ["esc stops it; nothing waits for it.", "", ""],
                ),
                None => (
                    "Ask for anything that the store knows: runs, metrics, params, model_versions, drift, jobs, audit.",
                    [
                        "ctrl-r runs the query, and enter does after a semicolon.",
                        "Tab completes; SHOW TABLES; lists the views, DESCRIBE runs; the columns of one.",
                        "Queries read, and nothing else.",
                    ],
                ),
            };
            notice::draw(brush, inner, first, Role::Text, &rest);
        }
        Outcome::Wrong { text, wrong } => {
            let inner = rule::titled(brush, area, "No result", "", focused);
            let room = usize::from(inner.width.saturating_sub(2)).max(1);
            let mut lines: Vec<(String, Role)> = Vec::new();
            lines.extend(
                wrap(&clean(&wrong.message), room)
                    .into_iter()
                    .map(|l| (l, Role::Bad)),
            );
            if let Some(place) = wrong.place {
                let line = text
                    .split('\n')
                    .nth(place.line as usize - 1)
                    .unwrap_or_default();
                let at = format!("line {}, column {}", place.line, place.column);
                lines.push((at, Role::Dim));
                let before: String = line.chars().take(place.column as usize - 1).collect();
                // A long line is shown around its place.
                let skip = width(&before).saturating_sub(room / 2);
                let shown: String = line.chars().skip(skip).collect();
                lines.push((clean(&shown), Role::Text));
                let indent = width(&before)
                    .saturating_sub(skip)
                    .min(room.saturating_sub(1));
                lines.push((format!("{}^", " ".repeat(indent)), Role::Bad));
            }
            lines.extend(wrap(&wrong.hint, room).into_iter().map(|l| (l, Role::Dim)));
            for (y, (text, role)) in (inner.y..inner.bottom()).zip(lines) {
                brush.put(inner.x + 1, y, inner.width.saturating_sub(1), &text, role);
            }
        }
        Outcome::Page(page) => {
            let title = if model.sql.chart { "Chart" } else { "Result" };
            let title = format!("{title} {} {}", g.dot, counted(page));
            let elapsed = format::millis(page.elapsed_ms, g.none);
            let inner = rule::titled(brush, area, &title, &elapsed, focused);
            if model.sql.chart {
                match model.sql.curves() {
                    Ok(chart) => chart.draw(brush, inner),
                    Err(why) => {
                        notice::draw(brush, inner, why, Role::Text, &["c shows the table."])
                    }
                }
            } else if let Some(plan) = model.sql.plan() {
                let lines = plan.lines().skip(model.sql.list.offset);
                for (y, line) in (inner.y..inner.bottom()).zip(lines) {
                    brush.put(
                        inner.x + 1,
                        y,
                        inner.width.saturating_sub(1),
                        line,
                        Role::Text,
                    );
                }
            } else if page.table.rows() == 0 {
                let columns: Vec<&str> = page.table.columns.iter().map(|c| &*c.name).collect();
                let columns = clean(&columns.join(", "));
                notice::draw(
                    brush,
                    inner,
                    "The query has no rows.",
                    Role::Text,
                    &[&columns],
                );
            } else {
                table(model, brush, inner, &page.table);
            }
        }
    }
}

fn counted(page: &SqlPage) -> String {
    let rows = format::plural(page.table.rows() as u64, "row");
    match page.more {
        true => format!("the first {rows}; trimtab sql -o FILE writes all"),
        false => rows,
    }
}

fn table(model: &Model, brush: &mut Brush<'_>, area: Rect, table: &SqlTable) {
    let sql = &model.sql;
    let g = model.look.glyphs;
    let (rows, told) = layout::bottom(area, 1);
    let shown: Vec<usize> = (sql.first..table.columns.len()).collect();
    let columns: Vec<Column> = shown
        .iter()
        .map(|i| {
            let of = &table.columns[*i];
            let mark = if *i == sql.column { g.cursor } else { "" };
            let head = format!("{mark}{}", clean(&of.name));
            let w = sql.width(*i);
            let head = fit(&head, w.into(), g.ellipsis);
            match of.kind.is_number() {
                true => Column::right(&head, w),
                false => Column::left(&head, w),
            }
        })
        .collect();
    // Columns beyond the edge are not made; the last that begins on the screen is cut there.
    let mut room = u32::from(rows.width.saturating_sub(2));
    let fitting = columns
        .iter()
        .take_while(|c| {
            let fits = room > 0;
            room = room.saturating_sub(u32::from(c.min) + 2);
            fits
        })
        .count();
    let mut columns: Vec<Column> = columns.into_iter().take(fitting).collect();
    let before: u16 = columns.iter().rev().skip(1).map(|c| c.min + 2).sum();
    if let Some(last) = columns.last_mut() {
        last.min = last.min.min(rows.width.saturating_sub(before + 2)).max(1);
        if last.title.len() > usize::from(last.min) {
            last.align = Align::Left;
        }
    }
    let cell = |row: usize, column: usize| {
        let text = clean(&sql.cell(row, column));
        let role = match table.cell(row, column) {
            SqlCell::Null => Role::Dim,
            _ if column == sql.column && row == sql.list.selected => Role::Accent,
            _ => Role::Text,
        };
        Cell::role(text, role)
    };
    Table {
        columns: &columns,
        len: table.rows(),
        offset: sql.list.offset,
        selected: Some(sql.list.selected),
        focused: sql.region == Region::Result,
        row: &|row| shown.iter().take(fitting).map(|c| cell(row, *c)).collect(),
        marked: &|_| false,
    }
    .draw(brush, rows);
    // The selected value: a column may be too narrow for it.
    if let Some(of) = table.columns.get(sql.column) {
        let place = format!("{}/{}", sql.column + 1, table.columns.len());
        let value = sql.value();
        let value = clean(&value.as_deref().unwrap_or("NULL").replace('\n', " "));
        let name = format!(" {} {} ", clean(&of.name), of.type_name);
        let x = brush.put(told.x, told.y, told.width, &name, Role::Dim);
        let x = brush.put(
            x,
            told.y,
            told.right().saturating_sub(x),
            &format!("{place} "),
            Role::Rule,
        );
        brush.put(
            x,
            told.y,
            told.right().saturating_sub(x),
            &value,
            Role::Text,
        );
    }
}

/// What may be typed next, under the cursor, or above it where there is no room.
fn suggestions(model: &Model, brush: &mut Brush<'_>, text: Rect, body: Rect) {
    let found = model.sql.completion();
    if found.options.is_empty() {
        return;
    }
    let (x, y) = model.sql.editor.on_screen(text);
    let typed = model
        .sql
        .editor
        .text()
        .get(found.from..model.sql.editor.cursor());
    let x = x.saturating_sub(typed.map_or(0, width) as u16);
    let below = body.bottom().saturating_sub(y + 1);
    let rows = (found.options.len() as u16).min(SUGGESTIONS).min(below);
    if rows == 0 {
        return;
    }
    let widest = found
        .options
        .iter()
        .map(|o| width(&o.text))
        .max()
        .unwrap_or(0) as u16;
    let sorts = 9;
    let docs = found
        .options
        .iter()
        .map(|o| width(&o.doc))
        .max()
        .unwrap_or(0) as u16;
    let w = (widest + sorts + docs + 4).min(body.width);
    let area = Rect {
        x: x.min(body.right().saturating_sub(w)).max(body.x),
        y: y + 1,
        width: w,
        height: rows,
    };
    brush.clear(area);
    let selected = model.sql.suggestion.min(found.options.len() - 1);
    let first = selected.saturating_sub(usize::from(rows) - 1);
    let g = brush.glyphs();
    for (y, (i, option)) in
        (area.y..area.bottom()).zip(found.options.iter().enumerate().skip(first))
    {
        let on = i == selected;
        let role = if on { Role::Accent } else { Role::Text };
        if on {
            brush.put(area.x, y, 1, g.cursor, Role::Accent);
        }
        let room = |x: u16| area.right().saturating_sub(x);
        brush.put(area.x + 1, y, room(area.x + 1), &option.text, role);
        let x = area.x + 2 + widest;
        brush.put(x, y, room(x), option.sort.word(), Role::Rule);
        brush.put(x + sorts, y, room(x + sorts), &option.doc, Role::Dim);
        if on {
            let line = Rect {
                y,
                height: 1,
                ..area
            };
            brush.tint(line, Role::SelectedDim);
        }
    }
}
