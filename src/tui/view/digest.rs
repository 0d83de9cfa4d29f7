//! What changed while nobody looked, in a box over the pane.

use ratatui::layout::Rect;

use crate::format;
use crate::model::digest::Weight;
use crate::model::layer::Digest;
use crate::theme::Role;
use crate::widget::dialog::{boxed, centred};
use crate::widget::text::{Brush, width};

/// Columns of the box at most.
const WIDTH: usize = 100;

fn title(digest: &Digest) -> String {
    let away = format::span(digest.until.since(digest.since));
    format!("While you were away ({away})")
}

/// Where the box is.
pub fn place(area: Rect, digest: &Digest) -> Rect {
    let title = title(digest);
    let widest = digest
        .changes
        .iter()
        .map(|c| width(&c.text) + 4)
        .max()
        .unwrap_or(0)
        .max(width(&title) + 2)
        .clamp(30, WIDTH) as u16;
    let rows = digest.changes.len() as u16;
    let h = rows
        .saturating_add(2)
        .min(area.height.saturating_sub(2).max(3));
    centred(area, widest + 4, h)
}

/// Draws the box; on a short screen the selected change stays in sight.
pub fn draw(brush: &mut Brush<'_>, area: Rect, digest: &Digest) {
    let outer = place(area, digest);
    let inner = boxed(brush, outer, &title(digest), Role::Accent);
    let height = usize::from(inner.height).max(1);
    let first = digest.selected.saturating_sub(height - 1);
    let shown = digest.changes.iter().enumerate().skip(first).take(height);
    for (i, change) in shown {
        let y = inner.y + (i - first) as u16;
        if y >= inner.bottom() {
            break;
        }
        let g = brush.glyphs();
        let (glyph, role) = match change.weight {
            Weight::Bad => (g.bad, Role::Bad),
            Weight::Look => (g.warn, Role::Warn),
            Weight::Good => (g.ok, Role::Ok),
        };
        let x = brush.put(inner.x + 1, y, inner.width.saturating_sub(1), glyph, role) + 1;
        let room = inner.right().saturating_sub(x);
        brush.put(x, y, room, &change.text, Role::Text);
        if i == digest.selected {
            let row = Rect {
                y,
                height: 1,
                ..inner
            };
            brush.tint(row, Role::Selected);
            brush.put(inner.x, y, 1, g.cursor, Role::Accent);
        }
    }
}
