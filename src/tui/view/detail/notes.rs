//! What people wrote about a run.

use ratatui::layout::Rect;
use trimtab_core::run::RunRow;

use crate::model::Model;
use crate::model::detail::note_of;
use crate::theme::Role;
use crate::view::notice;
use crate::widget::markdown;
use crate::widget::text::Brush;

/// Draws the tab.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) {
    let note = note_of(run);
    if note.trim().is_empty() {
        let hints = ["E writes one, in Markdown. MLflow's page shows the same."];
        return notice::draw(
            brush,
            area,
            "Nobody has written a note yet.",
            Role::Text,
            &hints,
        );
    }
    let columns = usize::from(area.width.saturating_sub(2)).max(1);
    let set = markdown::set(note, columns, brush.glyphs());
    let pager = &model.detail.note;
    let seen = set.iter().enumerate().skip(pager.top);
    for (i, (at, line)) in seen.take(area.height.into()).enumerate() {
        let y = area.y + i as u16;
        if pager.hit == Some(at) {
            let cursor = brush.glyphs().cursor;
            brush.put(area.x, y, 1, cursor, Role::Accent);
        }
        line.draw(brush, area.x + 2, y, area.width.saturating_sub(2));
    }
}
