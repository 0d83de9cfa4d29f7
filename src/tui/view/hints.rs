//! The bottom line: the keys worth knowing now, or the prompt that has them.

use ratatui::layout::Rect;

use crate::command::{COMMANDS, Command, Tier};
use crate::key::Key;
use crate::model::Model;
use crate::model::layer::Layer;
use crate::theme::Role;
use crate::update::scopes;
use crate::widget::text::{Brush, width};

/// Draws the line.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    match model.layers.last() {
        Some(Layer::Filter(line)) => return super::filter::draw_line(brush, area, line),
        Some(Layer::Ask(ask)) => {
            let x = brush.put(
                area.x,
                area.y,
                area.width,
                ask.question.words(),
                Role::Accent,
            );
            let room = area.right().saturating_sub(x);
            let note = ask
                .complaint
                .as_deref()
                .unwrap_or("enter goes on  esc leaves");
            let aside = (width(note) as u16 + 2).min(room / 2);
            ask.input.draw(brush, x, area.y, room - aside, true);
            let role = if ask.complaint.is_some() {
                Role::Bad
            } else {
                Role::Dim
            };
            brush.put(
                x + room - aside + 2,
                area.y,
                aside.saturating_sub(2),
                note,
                role,
            );
            return;
        }
        _ => {}
    }
    if !model.pending.is_empty() {
        let text = Key::print_sequence(&model.pending);
        brush.put(area.x + 1, area.y, area.width, &text, Role::Accent);
        return;
    }
    let scopes = scopes(model);
    let mut commands: Vec<&Command> = COMMANDS
        .iter()
        .filter(|c| c.hint > 0 && c.scopes.iter().any(|s| scopes.contains(s)) && (c.enabled)(model))
        .collect();
    commands.sort_by_key(|c| c.hint);
    // Help is what one needs most when the line is cut, so its place is kept.
    let keep = commands
        .iter()
        .position(|c| c.name == "help")
        .map(|i| commands.remove(i));
    let kept = keep.map_or(0, |c| hint_width(model, c));
    let mut x = area.x + 1;
    for command in commands
        .into_iter()
        .filter(|c| !model.keymap.keys_of(c.name).is_empty())
    {
        if x + hint_width(model, command) + kept >= area.right() {
            continue;
        }
        x = hint(model, brush, command, x, area);
    }
    if let Some(help) = keep {
        hint(model, brush, help, x, area);
    }
}

fn hint_width(model: &Model, command: &Command) -> u16 {
    let key = model
        .keymap
        .keys_of(command.name)
        .first()
        .map_or(0, |k| width(k));
    (key + 1 + width(command.title) + 2) as u16
}

fn hint(model: &Model, brush: &mut Brush<'_>, command: &Command, x: u16, area: Rect) -> u16 {
    let Some(key) = model.keymap.keys_of(command.name).first() else {
        return x;
    };
    let room = area.right().saturating_sub(x);
    let x = brush.put(
        x,
        area.y,
        room,
        key,
        if command.tier == Tier::View {
            Role::Accent
        } else {
            Role::Title
        },
    );
    let room = area.right().saturating_sub(x + 1);
    brush.put(
        x + 1,
        area.y,
        room,
        command.title,
        if command.tier == Tier::View {
            Role::Dim
        } else {
            Role::Text
        },
    ) + 2
}
