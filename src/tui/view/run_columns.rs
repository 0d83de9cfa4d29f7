//! What the runs table says in each column.

use trimtab_core::health::{Finding, WORDS};
use trimtab_core::run::{RunKey, RunLine, RunRow};

use super::status;
use crate::format;
use crate::model::Model;
use crate::model::run_columns::shown;
use crate::model::run_table::Chosen;
use crate::model::runs::Runs;
use crate::theme::Role;
use crate::widget::table::{Cell, Column, layout};
use crate::widget::text::{Ink, clean, width};

/// The columns with their heads and widths.
pub fn columns(model: &Model) -> Vec<Column> {
    let (mut metrics, mut params) = (0, 0);
    let chosen = model.runs.view.columns.is_some();
    shown(model)
        .iter()
        .enumerate()
        .map(|(place, c)| {
            let mut column = usual(&c.key, &mut metrics, &mut params);
            if chosen {
                // Whoever chose the order wants the first ones most.
                column.priority = u8::try_from(place).unwrap_or(u8::MAX);
            }
            if let Some(width) = c.width {
                (column.min, column.max, column.grow) = (width, width, 0);
            }
            let (sorted, rank) = sorted(model, &c.key);
            Column {
                sorted,
                rank,
                ..column
            }
        })
        .collect()
}

/// The width that a column has on the screen now.
pub fn width_now(model: &Model, at: usize, room: u16) -> u16 {
    let columns = columns(model);
    let widths = layout(&columns, room);
    let drawn = widths.iter().find(|(i, _)| *i == at).map(|(_, w)| *w);
    drawn
        .or_else(|| columns.get(at).map(|c| c.min))
        .unwrap_or(8)
}

/// A column as its content asks for it.
fn usual(key: &RunKey, metrics: &mut u8, params: &mut u8) -> Column {
    let fit = |title: &str, least: u16, most: u16| (width(title) as u16).clamp(least, most);
    let next = |n: &mut u8| {
        let now = *n;
        *n = n.saturating_add(2);
        now
    };
    let title = title(key);
    match key {
        RunKey::Name => Column::left(&title, 16).grow(3).at_most(40),
        RunKey::Status => Column::left(&title, 11),
        RunKey::Health => Column::left(&title, 10),
        RunKey::Metric(_) | RunKey::Least(_) | RunKey::Greatest(_) => {
            Column::right(&title, fit(&title, 8, 14)).priority(next(metrics))
        }
        RunKey::Param(_) => {
            Column::right(&title, fit(&title, 5, 12)).priority(next(params).saturating_add(3))
        }
        RunKey::Tag(_) => Column::left(&title, fit(&title, 8, 16)).priority(7),
        RunKey::Duration => Column::right(&title, 6).priority(4),
        RunKey::Age => Column::right(&title, 8).priority(1),
        RunKey::Started | RunKey::Ended => Column::left(&title, 19).priority(5),
        RunKey::User => Column::left(&title, 8).priority(9),
        RunKey::Experiment => Column::left(&title, 10).priority(8),
        RunKey::Id => Column::left(&title, 8).priority(6),
        RunKey::Source => Column::left(&title, 14).priority(8),
        RunKey::Parent => Column::left(&title, 8).priority(8),
    }
}

/// A column's head.
fn title(key: &RunKey) -> String {
    match key {
        RunKey::Name => "run".into(),
        RunKey::Duration => "took".into(),
        RunKey::Age => "started".into(),
        RunKey::Metric(key) | RunKey::Param(key) | RunKey::Tag(key) => clean(key),
        RunKey::Least(key) => format!("min {}", clean(key)),
        RunKey::Greatest(key) => format!("max {}", clean(key)),
        other => other.name(),
    }
}

/// Whether a column orders the table, which way, and as which of several.
fn sorted(model: &Model, key: &RunKey) -> (Option<bool>, u8) {
    let order = &model.runs.view.order;
    if order.is_empty() {
        return (matches!(key, RunKey::Age).then_some(false), 0);
    }
    let same = |k: &RunKey| k == key || (*k == RunKey::Started && *key == RunKey::Age);
    match order.iter().position(|o| same(&o.key)) {
        Some(at) => {
            let rank = if order.len() > 1 { at + 1 } else { 0 };
            (Some(!order[at].descending), u8::try_from(rank).unwrap_or(0))
        }
        None => (None, 0),
    }
}

/// A line's cells.
pub fn cells(model: &Model, row: &RunRow, line: &RunLine, columns: &[Chosen]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = columns
        .iter()
        .map(|c| match c.key {
            RunKey::Name => name(model, row, line),
            _ => cell(model, &c.key, row),
        })
        .collect();
    // A group says what it is, whatever the first column is.
    if line.group.is_some()
        && let Some(first) = cells.first_mut()
    {
        *first = name(model, row, line);
    }
    cells
}

/// A run's name under its parents, or what a group has in common.
fn name(model: &Model, row: &RunRow, line: &RunLine) -> Cell {
    let g = model.look.glyphs;
    if line.under == 0 && line.depth == 0 && line.group.is_none() {
        return Cell::text(&row.name);
    }
    let indent = "  ".repeat(usize::from(line.depth));
    let fold = match (line.under, line.open) {
        (0, _) => "  ",
        (_, true) => g.fold[1],
        (_, false) => g.fold[0],
    };
    let mut pieces: Vec<(String, Ink)> = vec![(format!("{indent}{fold}"), Role::Dim.into())];
    let under = format::count(u64::from(line.under));
    match &line.group {
        Some(value) => {
            let shown = if value.is_empty() { "(none)" } else { value };
            pieces.push((clean(shown), Role::Header.into()));
            pieces.push((format!(" {under}"), Role::Dim.into()));
        }
        None => {
            pieces.push((row.name.clone(), Role::Text.into()));
            if line.under > 0 {
                pieces.push((format!(" +{under}"), Role::Dim.into()));
            }
        }
    }
    if line.unwell > 0 && !line.open {
        pieces.push((format!(" {}{}", g.warn, line.unwell), Role::Warn.into()));
    }
    Cell::Pieces(pieces)
}

fn cell(model: &Model, key: &RunKey, row: &RunRow) -> Cell {
    let g = model.look.glyphs;
    let none = || Cell::role(g.none, Role::Dim);
    let number = |value: Option<f64>| match value {
        Some(v) if v.is_finite() => Cell::text(format::metric(v)),
        Some(v) => Cell::role(format::metric(v), Role::Warn),
        None => none(),
    };
    let text =
        |value: Option<&String>, role| value.map_or_else(none, |v| Cell::role(clean(v), role));
    match key {
        RunKey::Status => status::run(g, row.status).cell(),
        RunKey::Health => match Runs::finding(model, row) {
            Some(finding) => status::finding(g, &finding).cell(),
            None => Cell::role(WORDS[0], Role::Dim),
        },
        RunKey::Metric(_) | RunKey::Least(_) | RunKey::Greatest(_) => number(key.number_of(row)),
        RunKey::Param(key) => text(row.params.get(key), Role::Text),
        RunKey::Tag(key) => text(row.tags.get(key), Role::Text),
        RunKey::Duration => Cell::text(format::took(model.now, row.started, row.ended)),
        RunKey::Age => Cell::role(format::ago(model.now, row.started), Role::Dim),
        RunKey::Id => Cell::role(row.id.short(), Role::Dim),
        RunKey::User => text(Some(&row.user), Role::Dim),
        RunKey::Experiment => text(Some(&row.experiment_name), Role::Dim),
        RunKey::Parent => {
            let id = key.text_of(row, model.now);
            id.map_or_else(none, |id| {
                Cell::role(id.chars().take(8).collect::<String>(), Role::Dim)
            })
        }
        RunKey::Name => Cell::text(&row.name),
        RunKey::Started | RunKey::Ended | RunKey::Source => {
            let said = key.text_of(row, model.now);
            said.map_or_else(none, |t| Cell::role(clean(&t), Role::Dim))
        }
    }
}

/// What is wrong with the selected run, and by which rule.
pub fn rule(model: &Model) -> Option<String> {
    if !model.runs.on_run(model) {
        return None;
    }
    let row = model.runs.selected(model)?;
    let finding: Finding<'_> = Runs::finding(model, row)?;
    Some(format!("{}: {finding}", finding.word()))
}
