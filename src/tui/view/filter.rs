//! The filter being typed: its line at the bottom, and above it what is wrong and what may follow.

use ratatui::layout::Rect;

use crate::model::Model;
use crate::model::layer::FilterLine;
use crate::theme::Role;
use crate::update::run_filter::completion;
use crate::widget::text::{Brush, width, wrap};

/// Options shown at once.
const OPTIONS: u16 = 8;

/// The line in place of the hints.
pub fn draw_line(brush: &mut Brush<'_>, area: Rect, line: &FilterLine) {
    let x = brush.put(area.x, area.y, area.width, "/", Role::Accent);
    let note = "enter keeps  esc clears";
    let room = area.right().saturating_sub(x);
    // A long filter needs the line more than the note does.
    let aside = match room > width(line.input.text()) as u16 + width(note) as u16 + 4 {
        true => width(note) as u16 + 2,
        false => 0,
    };
    let wrong = line.error.as_ref().map_or(0..0, |e| e.at.clone());
    line.input
        .draw_with(brush, x, area.y, room - aside, true, wrong);
    if aside > 0 {
        brush.put(area.right() - aside + 2, area.y, aside - 2, note, Role::Dim);
    }
}

/// What is wrong, and the completions, over the last rows of the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, body: Rect, line: &FilterLine) {
    let found = completion(model);
    let room = usize::from(body.width.saturating_sub(4)).max(1);
    let wrong: Vec<(String, Role)> = match &line.error {
        Some(error) => {
            // What is merely missing at the end is about to be typed.
            let typing = error.at.is_empty();
            let role = if typing { Role::Dim } else { Role::Bad };
            let mut lines = wrap(&error.to_string(), room);
            lines.truncate(2);
            lines.into_iter().map(|l| (l, role)).collect()
        }
        None => Vec::new(),
    };
    let rows = (found.options.len() as u16).min(OPTIONS);
    let height = (rows + wrong.len() as u16).min(body.height);
    if height == 0 {
        return;
    }
    let area = Rect {
        y: body.bottom() - height,
        height,
        ..body
    };
    brush.clear(area);
    let mut y = area.y;
    for (text, role) in wrong.iter().take(usize::from(height)) {
        brush.put(area.x + 1, y, area.width.saturating_sub(1), text, *role);
        y += 1;
    }
    // Under the word that they complete, as far as there is room.
    let widest = found.options.iter().map(|o| width(o)).max().unwrap_or(0) as u16;
    let before = line.input.text().get(..found.from).map_or(0, width) as u16;
    let x = (area.x + 1 + before)
        .min(area.right().saturating_sub(widest + 2))
        .max(area.x);
    let first = line
        .selected
        .saturating_sub(usize::from(rows.saturating_sub(1)));
    for (i, option) in found.options.iter().enumerate().skip(first) {
        if y >= area.bottom() {
            break;
        }
        let w = area.right().saturating_sub(x + 1);
        let role = if i == line.selected {
            Role::Accent
        } else {
            Role::Text
        };
        if i == line.selected {
            brush.put(x, y, 1, brush.glyphs().cursor, Role::Accent);
        }
        brush.put(x + 1, y, w, option, role);
        y += 1;
    }
}
