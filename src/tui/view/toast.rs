//! Messages at the bottom right: what happened, what to do.

use ratatui::layout::Rect;

use crate::model::{Model, Tone};
use crate::theme::Role;
use crate::widget::dialog::boxed;
use crate::widget::text::{Brush, width, wrap};

/// Draws the newest messages over the pane's lower right corner.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    if area.width < 20 || area.height < 4 {
        return;
    }
    let g = brush.glyphs();
    let mut bottom = area.bottom();
    for toast in model.toasts.iter().rev() {
        let (glyph, role) = match toast.tone {
            Tone::Good => (g.ok, Role::Ok),
            Tone::Note => (g.waiting, Role::Accent),
            Tone::Bad => (g.bad, Role::Bad),
        };
        let room = usize::from(area.width.saturating_sub(8)).clamp(8, 64);
        let mut lines: Vec<(String, Role)> = wrap(&format!("{glyph} {}", toast.text), room)
            .into_iter()
            .map(|l| (l, role))
            .collect();
        if !toast.hint.is_empty() {
            lines.extend(
                wrap(&toast.hint, room - 2)
                    .into_iter()
                    .map(|l| (format!("  {l}"), Role::Text)),
            );
        }
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
        let inner = boxed(brush, rect, "", role);
        for (i, (line, role)) in lines.iter().enumerate() {
            brush.put(inner.x, inner.y + i as u16, inner.width, line, *role);
        }
        bottom -= height;
    }
}
