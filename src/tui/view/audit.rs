//! Audit: who did what, newest first; the selected entry in full below.

use ratatui::layout::Rect;

use super::fleet::line;
use super::{layout, listing, notice, status};
use crate::format;
use crate::model::Model;
use crate::model::data::Slot;
use crate::theme::Role;
use crate::widget::rule;
use crate::widget::table::{Cell, Column};
use crate::widget::text::{Brush, wrap};

/// Draws the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let rows = model.audit.rows(model);
    let (top, bottom) = layout::audit(area);
    let filter = if model.audit.filter.is_empty() {
        String::new()
    } else {
        format!(" with \"{}\"", model.audit.filter)
    };
    let title = notice::counted(
        model,
        &model.data.audit,
        "Audit",
        &format!("{}{filter}", format::count(rows.len() as u64)),
    );
    let inner = rule::titled(
        brush,
        top,
        &title,
        &notice::condition(model, &model.data.audit, Slot::Audit),
        true,
    );
    if notice::feed(model, brush, inner, &model.data.audit, "the audit") {
        return;
    }
    if rows.is_empty() {
        let hint = if model.audit.filter.is_empty() {
            "Every act is written here before and after it is done."
        } else {
            "Esc shows all entries."
        };
        notice::draw(
            brush,
            inner,
            if model.audit.filter.is_empty() {
                "Nobody has acted yet."
            } else {
                "No entry has all these words."
            },
            Role::Text,
            &[hint],
        );
        return;
    }
    // The selected entry's year is told below; a narrow table needs the room for what came of it.
    let (when, short) = if inner.width < 80 { (14, 5) } else { (19, 0) };
    let columns = [
        Column::right("no", 5).priority(3),
        Column::left("when (UTC)", when),
        Column::left("who", 8).grow(1).at_most(24).priority(1),
        Column::left("what", 18),
        Column::left("on", 10).grow(1).at_most(28),
        Column::left("outcome", 9),
        Column::left("reason", 16).grow(2).priority(2),
        Column::left("detail", 20).grow(3).priority(4),
    ];
    let g = model.look.glyphs;
    let row = |i: usize| -> Vec<Cell> {
        let e = rows[i];
        vec![
            Cell::role(e.seq.to_string(), Role::Dim),
            Cell::role(e.at.stamp().get(short..).unwrap_or_default(), Role::Dim),
            Cell::text(&e.actor),
            Cell::text(&e.action),
            Cell::text(&e.subject),
            status::outcome(g, e.outcome).cell(),
            Cell::text(&e.reason),
            Cell::role(&e.detail, Role::Dim),
        ]
    };
    listing::draw(
        brush,
        inner,
        &columns,
        &model.audit.list,
        true,
        rows.len(),
        &row,
    );
    detail(model, brush, bottom);
}

fn detail(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let Some(e) = model.audit.selected(model) else {
        return;
    };
    let g = brush.glyphs();
    let title = format!("{} {} {} {}", e.seq, g.dot, e.action, e.subject);
    let digest: String = e.digest.chars().take(16).collect();
    let mut rest = rule::titled(
        brush,
        area,
        &title,
        &format!("sha256 {digest}{}", g.ellipsis),
        false,
    );
    rest = line(
        brush,
        rest,
        &[
            (" ".into(), Role::Text.into()),
            status::outcome(g, e.outcome).piece(),
            (
                format!("  {} by {}", e.at.stamp(), e.actor),
                Role::Dim.into(),
            ),
        ],
    );
    let room = usize::from(area.width.saturating_sub(12)).max(8);
    for (label, text) in [(" reason  ", &e.reason), (" detail  ", &e.detail)] {
        for (i, part) in wrap(if text.is_empty() { g.none } else { text }, room)
            .into_iter()
            .enumerate()
        {
            let label = if i == 0 { label } else { "         " };
            rest = line(
                brush,
                rest,
                &[(label.into(), Role::Dim.into()), (part, Role::Text.into())],
            );
        }
    }
}
