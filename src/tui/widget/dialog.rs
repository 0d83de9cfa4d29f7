//! The box that a dialog, the palette and help are drawn in, and its row of buttons.

use ratatui::layout::Rect;

use super::text::{Brush, width};
use crate::theme::Role;

/// A centred area of at most `w` × `h` inside `area`.
#[must_use]
pub fn centred(area: Rect, w: u16, h: u16) -> Rect {
    let (w, h) = (w.min(area.width), h.min(area.height));
    Rect {
        x: area.x + (area.width - w) / 2,
        y: area.y + (area.height - h) / 2,
        width: w,
        height: h,
    }
}

/// Draws an empty box with a title and returns the room inside.
pub fn boxed(brush: &mut Brush<'_>, area: Rect, title: &str, role: Role) -> Rect {
    let area = area.intersection(brush.buf.area);
    brush.clear(area);
    if area.width < 4 || area.height < 3 {
        return area;
    }
    let g = brush.glyphs();
    let line = g.rule.repeat(usize::from(area.width - 2));
    for (y, left, right) in [
        (area.y, g.corners[0], g.corners[1]),
        (area.bottom() - 1, g.corners[2], g.corners[3]),
    ] {
        brush.put(area.x, y, 1, left, role);
        brush.put(area.x + 1, y, area.width - 2, &line, role);
        brush.put(area.right() - 1, y, 1, right, role);
    }
    for y in area.y + 1..area.bottom() - 1 {
        brush.put(area.x, y, 1, g.bar, role);
        brush.put(area.right() - 1, y, 1, g.bar, role);
    }
    let room = area.width.saturating_sub(6);
    if room > 0 && !title.is_empty() {
        let end = brush.put(area.x + 3, area.y, room, title, Role::Title);
        brush.put(area.x + 2, area.y, 1, " ", role);
        brush.put(end, area.y, 1, " ", role);
    }
    Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width - 4,
        height: area.height - 2,
    }
}

/// Draws buttons in a row, the focused one bright; returns nothing, Enter decides in the model.
pub fn buttons(brush: &mut Brush<'_>, area: Rect, names: &[&str], focused: Option<usize>) {
    let mut x = area.x;
    for (i, name) in names.iter().enumerate() {
        let on = focused == Some(i);
        // Brackets say which one has the focus even where reverse video is all there is.
        let text = if on {
            format!("[ {name} ]")
        } else {
            format!("  {name}  ")
        };
        if x >= area.right() {
            return;
        }
        let role = if on {
            Role::ButtonFocused
        } else {
            Role::Button
        };
        x = brush.put(
            x,
            area.y,
            (width(&text) as u16).min(area.right() - x),
            &text,
            role,
        ) + 1;
    }
}
