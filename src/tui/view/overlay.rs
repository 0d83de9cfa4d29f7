//! What lies over the panes: dialogs, the palette, pickers, help.

use ratatui::layout::{Position, Rect};

use super::fleet::line;
use super::layout::Screen;
use crate::command::Tier;
use crate::command::search::search;
use crate::model::Model;
use crate::model::layer::{
    ActDialog, Digest, Layer, NoteEditor, Palette, Part, Picker, RetrainForm, Stage,
};
use crate::theme::Role;
use crate::widget::dialog::{boxed, buttons, centred};
use crate::widget::text::{Brush, clean, width, wrap};

/// Draws every layer, the front one last.
pub fn draw(model: &Model, brush: &mut Brush<'_>, screen: Screen) {
    let all = over(screen);
    for layer in &model.layers {
        match layer {
            Layer::Help { scroll } => super::help::draw(model, brush, *scroll),
            Layer::Palette(palette) => draw_palette(model, brush, all, palette),
            // Lines are written where the hints are; above them what may follow.
            Layer::Filter(line) => super::filter::draw(model, brush, screen.body, line),
            Layer::Ask(_) => {}
            Layer::Digest(digest) => super::digest::draw(brush, all, digest),
            Layer::Columns(list) => super::columns::draw(model, brush, all, list),
            Layer::Picker(picker) => draw_picker(brush, all, picker),
            Layer::Act(dialog) => draw_act(brush, all, dialog),
            Layer::Retrain(form) => draw_form(brush, all, form),
            Layer::Note(note) => draw_note(brush, all, note),
        }
    }
}

/// The text over the whole pane; below it why it is not saved.
fn draw_note(brush: &mut Brush<'_>, area: Rect, note: &NoteEditor) {
    let title = format!("Note on {} (Markdown)", clean(&note.of.to_string()));
    let inner = boxed(brush, area, &title, Role::Accent);
    let told = u16::from(note.complaint.is_some() && inner.height > 1);
    let (text, below) = super::layout::bottom(inner, told);
    let mut editor = note.editor.clone();
    editor.follow(text.width, text.height);
    editor.draw(brush, text, &[], true);
    if let Some(complaint) = note.complaint.as_deref().filter(|_| told > 0) {
        brush.put(below.x, below.y, below.width, complaint, Role::Bad);
    }
}

fn draw_palette(model: &Model, brush: &mut Brush<'_>, area: Rect, palette: &Palette) {
    let found = search(model, palette.input.text());
    let rows = (found.len() as u16).clamp(1, 12);
    let h = (rows + 4).min(area.height);
    let rect = Rect {
        y: area.y + (area.height - h).min(2),
        height: h,
        ..centred(area, 78, h)
    };
    let inner = boxed(brush, rect, "Command", Role::Accent);
    if inner.height == 0 {
        return;
    }
    let x = brush.put(inner.x, inner.y, inner.width, ":", Role::Accent);
    palette
        .input
        .draw(brush, x, inner.y, inner.right().saturating_sub(x), true);
    let list = Rect {
        y: inner.y + 2.min(inner.height),
        height: inner.height.saturating_sub(2),
        ..inner
    };
    let height = usize::from(list.height);
    let first = palette.selected.saturating_sub(height.saturating_sub(1));
    for (i, command) in found.iter().enumerate().skip(first).take(height) {
        let y = list.y + (i - first) as u16;
        let possible = (command.enabled)(model);
        let role = match (possible, command.tier) {
            (false, _) => Role::Dim,
            (true, Tier::View) => Role::Text,
            (true, _) => Role::Header,
        };
        let name = if command.args.is_empty() {
            command.name.to_owned()
        } else {
            format!("{} {}", command.name, command.args)
        };
        let doc_at = 24.min(list.width);
        brush.put(list.x + 1, y, doc_at.saturating_sub(2), &name, role);
        let keys = model.keymap.keys_of(command.name).join(" ");
        let keys_width = width(&keys) as u16;
        brush.put(
            list.x + doc_at,
            y,
            list.width.saturating_sub(doc_at + keys_width + 2),
            command.doc.trim_end_matches('.'),
            Role::Dim,
        );
        brush.put_right(
            list.right().saturating_sub(keys_width + 1),
            y,
            keys_width,
            &keys,
            Role::Accent,
        );
        if i == palette.selected {
            brush.tint(
                Rect {
                    x: list.x,
                    y,
                    width: list.width,
                    height: 1,
                },
                Role::Selected,
            );
            brush.put(list.x, y, 1, brush.glyphs().cursor, Role::Accent);
        }
    }
    if found.is_empty() {
        brush.put(
            list.x + 1,
            list.y,
            list.width.saturating_sub(1),
            "No command like this.",
            Role::Dim,
        );
    }
}

/// What a click on a list over the panes fell on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// A row.
    Row(usize),
    /// The list's frame.
    Frame,
    /// The pane behind.
    Beside,
}

/// Where a row of a list in a box is. `first` is the first one shown.
fn hit(outer: Rect, first: usize, len: usize, at: Position) -> Hit {
    if !outer.contains(at) {
        return Hit::Beside;
    }
    let row = usize::from(at.y - outer.y)
        .checked_sub(1)
        .map(|y| y + first);
    match row.filter(|r| *r < len && at.y + 1 < outer.bottom()) {
        Some(row) => Hit::Row(row),
        None => Hit::Frame,
    }
}

/// The screen without its last line, which layers leave free.
fn over(screen: Screen) -> Rect {
    Rect {
        y: screen.header.y,
        height: screen.header.height + screen.body.height,
        ..screen.body
    }
}

/// The row of a picker under the mouse.
#[must_use]
pub fn picker_row(screen: Screen, picker: &Picker, at: Position) -> Hit {
    let outer = picker_box(over(screen), picker);
    let height = usize::from(outer.height.saturating_sub(2)).max(1);
    let first = picker.selected.saturating_sub(height - 1);
    hit(outer, first, picker.options.len(), at)
}

/// The row of the digest under the mouse.
#[must_use]
pub fn digest_row(screen: Screen, digest: &Digest, at: Position) -> Hit {
    let outer = super::digest::place(over(screen), digest);
    let height = usize::from(outer.height.saturating_sub(2)).max(1);
    let first = digest.selected.saturating_sub(height - 1);
    hit(outer, first, digest.changes.len(), at)
}

fn picker_box(area: Rect, picker: &Picker) -> Rect {
    let widest = picker
        .options
        .iter()
        .map(|o| width(o))
        .max()
        .unwrap_or(0)
        .max(width(&picker.title) + 2) as u16;
    let h = (picker.options.len() as u16)
        .saturating_add(2)
        .min(area.height.saturating_sub(2).max(3));
    centred(area, widest.clamp(24, 60) + 6, h)
}

fn draw_picker(brush: &mut Brush<'_>, area: Rect, picker: &Picker) {
    let outer = picker_box(area, picker);
    let inner = boxed(brush, outer, &picker.title, Role::Accent);
    let height = usize::from(inner.height).max(1);
    let first = picker.selected.saturating_sub(height - 1);
    for (i, option) in picker.options.iter().enumerate().skip(first).take(height) {
        let y = inner.y + (i - first) as u16;
        brush.put(
            inner.x + 1,
            y,
            inner.width.saturating_sub(1),
            option,
            Role::Text,
        );
        if i == picker.selected {
            brush.tint(
                Rect {
                    x: inner.x,
                    y,
                    width: inner.width,
                    height: 1,
                },
                Role::Selected,
            );
            brush.put(inner.x, y, 1, brush.glyphs().cursor, Role::Accent);
        }
    }
}

/// The lines of an act's dialog above its reason and buttons.
fn act_lines(brush: &Brush<'_>, dialog: &ActDialog, room: usize) -> Vec<(String, Role)> {
    let mut lines: Vec<(String, Role)> = Vec::new();
    let g = brush.glyphs();
    let mut section = |title: &str, items: &[String], role: Role| {
        if items.iter().all(String::is_empty) {
            return;
        }
        lines.push((title.to_owned(), Role::Dim));
        for item in items.iter().filter(|i| !i.is_empty()) {
            // The agent begins the evidence of a rule with its verdict.
            let (glyph, role) = match item.split(' ').next() {
                Some("passed") => (g.ok, Role::Ok),
                Some("failed") => (g.bad, Role::Bad),
                _ => (g.dot, role),
            };
            for (i, part) in wrap(item, room.saturating_sub(4)).into_iter().enumerate() {
                let lead = if i == 0 {
                    format!("  {glyph} ")
                } else {
                    "    ".to_owned()
                };
                lines.push((format!("{lead}{part}"), role));
            }
        }
    };
    match &dialog.stage {
        Stage::Loading => lines.push((
            format!("Asking the agent what this would do{}", g.ellipsis),
            Role::Dim,
        )),
        Stage::Failed(message, hint) => {
            lines.extend(wrap(message, room).into_iter().map(|l| (l, Role::Bad)));
            lines.extend(wrap(hint, room).into_iter().map(|l| (l, Role::Text)));
        }
        Stage::Ready(p) | Stage::Doing(p) => {
            section("What changes", &p.changes, Role::Text);
            section("Evidence", &p.evidence, Role::Text);
            section("What undoes it", std::slice::from_ref(&p.undo), Role::Text);
            section(
                "The same without the console",
                std::slice::from_ref(&p.call),
                Role::Accent,
            );
            if let Some(refusal) = &p.refusal {
                lines.push((String::new(), Role::Text));
                lines.extend(
                    wrap(&format!("{} {refusal}", g.bad), room)
                        .into_iter()
                        .map(|l| (l, Role::Bad)),
                );
            }
            if matches!(dialog.stage, Stage::Doing(_)) {
                lines.push((String::new(), Role::Text));
                lines.push((
                    format!(
                        "{} Under way{} Esc leaves; the result is told in any case.",
                        g.running, g.ellipsis
                    ),
                    Role::Running,
                ));
            }
        }
    }
    lines
}

fn draw_act(brush: &mut Brush<'_>, area: Rect, dialog: &ActDialog) {
    let w = 84.min(area.width);
    let lines = act_lines(brush, dialog, usize::from(w.saturating_sub(4)).max(8));
    let decides = dialog.can_confirm();
    // Reason, complaint and buttons, each with air when there is room.
    let foot = if decides { 4 } else { 2 };
    let h = (lines.len() as u16 + foot + 2).min(area.height);
    let title = dialog.preview().map_or("Preview", |p| p.title.as_str());
    let inner = boxed(
        brush,
        centred(area, w, h),
        title,
        if dialog.preview().is_some_and(|p| p.refusal.is_some()) {
            Role::Bad
        } else {
            Role::Accent
        },
    );
    let foot = foot.min(inner.height);
    let mut rest = Rect {
        height: inner.height - foot,
        ..inner
    };
    let hidden = lines.len().saturating_sub(usize::from(rest.height));
    for (i, (text, role)) in lines.iter().enumerate() {
        if rest.height == 1 && i + 1 < lines.len() {
            line(
                brush,
                rest,
                &[(
                    format!(
                        "{} {} more: make the window taller",
                        brush.glyphs().ellipsis,
                        hidden + 1
                    ),
                    Role::Dim.into(),
                )],
            );
            break;
        }
        rest = line(brush, rest, &[(text.clone(), (*role).into())]);
    }
    let y = inner.bottom() - foot;
    if decides && foot >= 4 {
        let required = dialog.preview().is_some_and(|p| p.reason_required);
        let label = if required {
            "Reason (required) "
        } else {
            "Reason (optional) "
        };
        let x = brush.put(
            inner.x,
            y + 1,
            inner.width,
            label,
            if dialog.focus == Part::Reason {
                Role::Title
            } else {
                Role::Dim
            },
        );
        dialog.reason.draw(
            brush,
            x,
            y + 1,
            inner.right().saturating_sub(x),
            dialog.focus == Part::Reason,
        );
        if let Some(complaint) = dialog.complaint {
            brush.put(inner.x, y + 2, inner.width, complaint, Role::Bad);
        }
    }
    let row = Rect {
        y: inner.bottom().saturating_sub(1),
        height: 1,
        ..inner
    };
    if decides {
        let focused = match dialog.focus {
            Part::Reason => None,
            Part::Confirm => Some(0),
            Part::Cancel => Some(1),
        };
        buttons(brush, row, &[dialog.verb, "Cancel"], focused);
    } else {
        buttons(brush, row, &["Close"], Some(0));
    }
}

fn draw_form(brush: &mut Brush<'_>, area: Rect, form: &RetrainForm) {
    let inner = boxed(brush, centred(area, 72, 18), "Retrain", Role::Accent);
    let row = Rect {
        y: inner.bottom().saturating_sub(1),
        height: 1,
        ..inner
    };
    // Each field with what it means below it, the meanings going first when there is no room.
    let tall = inner.height >= 16;
    let mut y = inner.y;
    for (i, (label, help)) in RetrainForm::LABELS.iter().enumerate() {
        if y >= row.y {
            break;
        }
        let on = form.focus == i;
        brush.put(
            inner.x,
            y,
            12,
            label,
            if on { Role::Title } else { Role::Text },
        );
        let x = inner.x + 13;
        form.fields[i].draw(brush, x, y, inner.right().saturating_sub(x), on);
        let complaint = form
            .complaint
            .as_ref()
            .filter(|(field, _)| *field == i)
            .map(|(_, why)| why.as_str());
        let (text, role) = complaint.map_or((*help, Role::Dim), |why| (why, Role::Bad));
        if (tall || complaint.is_some()) && y + 1 < row.y {
            brush.put(x, y + 1, inner.right().saturating_sub(x), text, role);
        }
        y += if tall { 3 } else { 2 };
    }
    buttons(
        brush,
        row,
        &["Preview", "Cancel"],
        form.focus.checked_sub(RetrainForm::CONTINUE),
    );
}
