//! The title rule that opens a region: `── Runs · 42 ───────────── sorted by auc ──`.

use ratatui::layout::Rect;

use super::text::{Brush, width};
use crate::theme::Role;

/// Draws a title rule over the first row of `area` and returns what is left below it.
pub fn titled(brush: &mut Brush<'_>, area: Rect, title: &str, right: &str, focused: bool) -> Rect {
    if area.height == 0 || area.width == 0 {
        return area;
    }
    let g = brush.glyphs();
    let line = g.rule.repeat(area.width.into());
    brush.put(area.x, area.y, area.width, &line, Role::Rule);
    let room = area.width.saturating_sub(4);
    let role = if focused { Role::Title } else { Role::Header };
    if !title.is_empty() && room > 0 {
        let used = (width(title) as u16).min(room);
        brush.put(area.x + 1, area.y, 1, " ", Role::Rule);
        brush.put(area.x + 2, area.y, used, title, role);
        brush.put(area.x + 2 + used, area.y, 1, " ", Role::Rule);
        let w = width(right) as u16;
        if w > 0 && room > used + w + 4 {
            let x = area.right() - w - 2;
            brush.put(x - 1, area.y, w + 2, &format!(" {right} "), Role::Dim);
        }
    }
    Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    }
}
