//! Messages at the bottom right: what happened, what to do.

use ratatui::layout::Rect;

use crate::model::{Model, Toast, Tone};
use crate::theme::Role;
use crate::widget::dialog::boxed;
use crate::widget::text::{Brush, width, wrap};

/// Rows below which boxes would hide too much of the pane.
const ROOMY: u16 = 30;

/// Draws the newest messages: boxes over the lower right corner where there is room, else the newest one
/// as a strip over the last lines.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    if area.width < 20 || area.height < 4 {
        return;
    }
    if area.height < ROOMY {
        strip(model, brush, area);
    } else {
        boxes(model, brush, area);
    }
}

fn strip(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let Some(toast) = model.toasts.last() else {
        return;
    };
    let lines = lines(brush, toast, usize::from(area.width.saturating_sub(2)));
    let height = (lines.len() as u16).min(area.height / 2);
    let (_, rect) = super::layout::bottom(area, height);
    brush.clear(rect);
    for (i, (line, role)) in lines.iter().take(height.into()).enumerate() {
        let y = rect.y + i as u16;
        brush.put(rect.x + 1, y, rect.width - 1, line, *role);
    }
    brush.tint(rect, Role::SelectedDim);
}

fn boxes(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let mut bottom = area.bottom();
    for toast in model.toasts.iter().rev() {
        let room = usize::from(area.width.saturating_sub(8)).clamp(8, 64);
        let lines = lines(brush, toast, room);
        let height = lines.len() as u16 + 2;
        if bottom < area.y + height {
            return;
        }
        let w = lines.iter().map(|l| width(&l.0)).max().unwrap_or(0) as u16 + 4;
        let rect = Rect {
            x: area.right().saturating_sub(w + 1),
            y: bottom - height,
            width: w,
            height,
        };
        let inner = boxed(brush, rect, "", tone(brush, toast.tone).1);
        for (i, (line, role)) in lines.iter().enumerate() {
            brush.put(inner.x, inner.y + i as u16, inner.width, line, *role);
        }
        bottom -= height;
    }
}

fn tone(brush: &Brush<'_>, tone: Tone) -> (&'static str, Role) {
    let g = brush.glyphs();
    match tone {
        Tone::Good => (g.ok, Role::Ok),
        Tone::Note => (g.waiting, Role::Accent),
        Tone::Bad => (g.bad, Role::Bad),
    }
}

/// What happened, and below it what to do.
fn lines(brush: &Brush<'_>, toast: &Toast, room: usize) -> Vec<(String, Role)> {
    let (glyph, role) = tone(brush, toast.tone);
    let text = format!("{glyph} {}", toast.text);
    let mut lines: Vec<(String, Role)> = wrap(&text, room).into_iter().map(|l| (l, role)).collect();
    if !toast.hint.is_empty() {
        let hint = wrap(&toast.hint, room.saturating_sub(2).max(1));
        lines.extend(hint.into_iter().map(|l| (format!("  {l}"), Role::Text)));
    }
    lines
}
