//! A run's files as a tree, and one of them.

use ratatui::layout::Rect;
use trimtab_core::run::RunRow;

use crate::format;
use crate::model::Model;
use crate::model::detail::Tab;
use crate::model::detail::artifacts::Folder;
use crate::model::detail::viewer::{Show, Viewer};
use crate::picture::{Picture, lightness};
use crate::theme::Role;
use crate::view::{layout, notice, text};
use crate::widget::rule;
use crate::widget::table::{Cell, Column, Table};
use crate::widget::text::{Brush, clean, width};

/// Draws the tab.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) {
    match &model.detail.artifacts.viewer {
        Some(viewer) => file(model, brush, area, viewer),
        None => tree(model, brush, area, run),
    }
}

fn tree(model: &Model, brush: &mut Brush<'_>, area: Rect, _run: &RunRow) {
    let artifacts = &model.detail.artifacts;
    match artifacts.root() {
        Some(Folder::Here(entries)) if entries.is_empty() => {
            let place = format!("They would lie at {}.", clean(&artifacts.uri));
            let hints = ["mlflow.log_artifact(\"plot.png\")", place.as_str()];
            return notice::draw(
                brush,
                area,
                "This run has no artifacts.",
                Role::Text,
                &hints,
            );
        }
        Some(Folder::Here(_)) => {}
        Some(Folder::Failed(t)) => {
            return notice::draw(
                brush,
                area,
                &t.message,
                Role::Bad,
                &[&t.hint, "f5 asks again."],
            );
        }
        Some(Folder::Loading) | None => {
            let text = match model.is_up() {
                true => format!("Loading the artifacts{}", brush.glyphs().ellipsis),
                false => "Waiting for the agent.".to_owned(),
            };
            return notice::draw(brush, area, &text, Role::Dim, &[]);
        }
    }
    let filter = model.detail.filter(Tab::Artifacts);
    let nodes = artifacts.nodes(filter);
    if nodes.is_empty() {
        let text = format!("No file that is listed has \"{filter}\".");
        let hints = ["Folders are listed when they are opened. Esc shows all."];
        return notice::draw(brush, area, &text, Role::Text, &hints);
    }
    let g = brush.glyphs();
    let columns = [
        Column::left("artifact", 20).grow(1),
        Column::right("size", 9),
        Column::left("kind", 8).priority(1),
    ];
    let row = |i: usize| -> Vec<Cell> {
        let Some(node) = nodes.get(i) else {
            return Vec::new();
        };
        // Filtered, a name alone would not tell where it is.
        let (indent, name) = match filter.is_empty() {
            true => ("  ".repeat(node.depth), &node.name),
            false => (String::new(), &node.path),
        };
        let fold = match node.size {
            None => g.fold[usize::from(node.open)],
            Some(_) => "  ",
        };
        let mut pieces = vec![(
            format!("{indent}{fold}{}", clean(name)),
            if node.size.is_none() {
                Role::Header
            } else {
                Role::Text
            }
            .into(),
        )];
        pieces.extend(
            node.note
                .iter()
                .map(|note| (format!("  {}", clean(note)), Role::Dim.into())),
        );
        let kind = trimtab_core::artifact::ArtifactKind::of_name(&node.name);
        let kind = match (node.size, kind) {
            (None, _) => "folder",
            (Some(_), trimtab_core::artifact::ArtifactKind::Other) => "",
            (Some(_), kind) => kind.word(),
        };
        vec![
            Cell::Pieces(pieces),
            Cell::role(node.size.map_or_else(String::new, format::bytes), Role::Dim),
            Cell::role(kind, Role::Dim),
        ]
    };
    let place = model.detail.list(Tab::Artifacts);
    Table {
        columns: &columns,
        len: nodes.len(),
        offset: place.offset,
        selected: Some(place.selected),
        focused: true,
        row: &row,
        marked: &|_| false,
    }
    .draw(brush, area);
}

fn file(model: &Model, brush: &mut Brush<'_>, area: Rect, v: &Viewer) {
    let inner = layout::detail_text(area);
    rule::titled(brush, area, &clean(&v.path), &state(model, v), true);
    if let Some(trouble) = &v.trouble {
        return notice::draw(brush, inner, &trouble.message, Role::Bad, &[&trouble.hint]);
    }
    if v.total == Some(0) {
        return notice::draw(brush, inner, "The file is empty.", Role::Text, &[]);
    }
    let here = match v.show {
        Show::Table => v.table.is_some(),
        Show::Image => v.picture.is_some(),
        _ => !v.bytes.is_empty(),
    };
    if !here {
        let too_large = v.show == Show::Image && v.is_cut();
        if too_large {
            let hints = ["e saves it, v shows its first bytes."];
            return notice::draw(
                brush,
                inner,
                "This picture is too large to be shown here.",
                Role::Text,
                &hints,
            );
        }
        let text = match model.is_up() {
            true => format!("Loading{}", brush.glyphs().ellipsis),
            false => "Waiting for the agent.".to_owned(),
        };
        return notice::draw(brush, inner, &text, Role::Dim, &[]);
    }
    match v.show {
        Show::Table => rows(brush, inner, v),
        Show::Image => {
            if let Some(picture) = &v.picture {
                pixels(brush, inner, picture);
            }
        }
        Show::Markdown => {
            let lines = v.set.iter().flat_map(|s| &s.lines);
            let seen = lines.skip(v.pager.top).take(inner.height.into());
            for (i, line) in seen.enumerate() {
                line.draw(
                    brush,
                    inner.x + 1,
                    inner.y + i as u16,
                    inner.width.saturating_sub(1),
                );
            }
        }
        Show::Text | Show::Json | Show::Bytes => lines(brush, inner, v),
    }
}

/// What the right end of the rule says: form, size, place.
fn state(model: &Model, v: &Viewer) -> String {
    let size = v.total.map_or_else(String::new, format::bytes);
    let dot = model.look.glyphs.dot;
    let place = match (v.show, &v.table, &v.picture) {
        (Show::Table, Some(t), _) => {
            let at = format::count((v.list.selected + 1).min(t.rows.len()) as u64);
            let all = t.total.map_or_else(|| "many".to_owned(), format::count);
            let cut = match v.is_cut() {
                true => format!(", the first {} here", format::count(t.rows.len() as u64)),
                false => String::new(),
            };
            format!("row {at} of {all}{cut}")
        }
        (Show::Image, _, Some(p)) => {
            format!("{} {} {}", p.size.0, model.look.glyphs.times, p.size.1)
        }
        (Show::Text | Show::Json | Show::Markdown, ..) => {
            text::place(v.shown(), &v.pager, !v.is_whole())
        }
        (Show::Bytes, ..) if v.is_cut() => "the first 64 KiB".to_owned(),
        _ => String::new(),
    };
    [v.show.word().to_owned(), size, place]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(&format!(" {dot} "))
}

fn lines(brush: &mut Brush<'_>, area: Rect, v: &Viewer) {
    let digits = v.lines.len().to_string().len() as u16;
    let numbers = v.numbers && v.show != Show::Bytes;
    let look = text::Look {
        margin: if numbers { digits + 3 } else { 1 },
        before: &|at| (at + 1).to_string(),
        role: &|_, _| Role::Text,
    };
    text::draw(brush, area, &v.lines[..], &v.pager, &look);
}

/// Rows and columns, from the first column shown; what looks like numbers stands at the right.
fn rows(brush: &mut Brush<'_>, area: Rect, v: &Viewer) {
    let Some(table) = &v.table else { return };
    if table.columns.is_empty() {
        return notice::draw(brush, area, "The table has no columns.", Role::Text, &[]);
    }
    let sample = &table.rows[..table.rows.len().min(200)];
    let columns: Vec<Column> = table
        .columns
        .iter()
        .enumerate()
        .skip(v.column)
        .map(|(i, (name, _))| {
            let cells = sample.iter().filter_map(|r| r.get(i)?.as_deref());
            let longest = cells.clone().map(width).max().unwrap_or(0);
            let numeric = longest > 0
                && cells
                    .clone()
                    .all(|c| c.is_empty() || c.parse::<f64>().is_ok());
            let wide = longest.max(width(name)).clamp(3, 32) as u16;
            let column = match numeric {
                true => Column::right(&clean(name), wide),
                false => Column::left(&clean(name), wide),
            };
            // What does not fit goes, the last first.
            column.priority(u8::from(i > v.column))
        })
        .collect();
    let none = brush.glyphs().none;
    let row = |at: usize| -> Vec<Cell> {
        let cells = table.rows.get(at).into_iter().flatten().skip(v.column);
        cells
            .map(|cell| match cell {
                Some(text) => Cell::text(clean(text)),
                None => Cell::role(none, Role::Dim),
            })
            .collect()
    };
    Table {
        columns: &columns,
        len: table.rows.len(),
        offset: v.list.offset,
        selected: Some(v.list.selected),
        focused: true,
        row: &row,
        marked: &|_| false,
    }
    .draw(brush, area);
}

/// A picture in cells of two pixels; where there are too few colours, in characters from dark to light.
fn pixels(brush: &mut Brush<'_>, area: Rect, picture: &Picture) {
    let g = brush.glyphs();
    let light = brush.look.theme.palette() == crate::theme::Palette::Light;
    for (y, row) in picture.rows().take(area.height.into()).enumerate() {
        for (x, cell) in row.iter().take(area.width.into()).enumerate() {
            let (at_x, at_y) = (area.x + x as u16, area.y + y as u16);
            match brush.look.theme.pixels(*cell).filter(|_| g.braille) {
                Some(style) => {
                    brush.put(at_x, at_y, 1, g.half, style);
                }
                None => {
                    let level = (lightness(cell[0]) + lightness(cell[1])) / 2.0;
                    let level = if light { 1.0 - level } else { level };
                    let step = ((level * 9.0).round() as usize).min(9);
                    brush.put(at_x, at_y, 1, g.ramp[step], Role::Text);
                }
            }
        }
    }
}
