//! A long text in its room: rows of lines, what is looked for marked.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::model::pager::{Lines, Pager, Room, matches_in};
use crate::theme::Role;
use crate::widget::text::{Brush, Ink, width};

/// What stands before a line and how it is set, by its index.
pub struct Look<'a> {
    /// Columns before the text, the mark of the match among them.
    pub margin: u16,
    /// What stands there.
    pub before: &'a dyn Fn(usize) -> String,
    /// How the line is set.
    pub role: &'a dyn Fn(usize, &str) -> Role,
}

/// Draws the rows that are in sight. The line that was gone to has a mark before it, matches are reversed.
pub fn draw<L: Lines + ?Sized>(
    brush: &mut Brush<'_>,
    area: Rect,
    lines: &L,
    pager: &Pager,
    look: &Look<'_>,
) {
    let room = Room {
        columns: usize::from(area.width.saturating_sub(look.margin)).max(1),
        rows: area.height.into(),
    };
    let cursor = brush.glyphs().cursor;
    for (i, (at, first, part)) in pager.rows(lines, room).into_iter().enumerate() {
        let y = area.y + i as u16;
        let line = lines.line(at);
        if first && pager.hit == Some(at) {
            brush.put(area.x, y, 1, cursor, Role::Accent);
        }
        if first && look.margin > 2 {
            let before = (look.before)(at);
            let room = look.margin - 2;
            brush.put_right(area.x + 1, y, room, &before, Role::Dim);
        }
        let x = area.x + look.margin;
        let max = area.right().saturating_sub(x);
        let Some(text) = line.get(part.clone()) else {
            continue;
        };
        let role = (look.role)(at, line);
        brush.put(x, y, max, text, role);
        if pager.find.is_empty() {
            continue;
        }
        let found: Ink = brush
            .look
            .theme
            .style(Role::Match)
            .add_modifier(Modifier::REVERSED)
            .into();
        for place in matches_in(line, &pager.find) {
            let (from, to) = (place.start.max(part.start), place.end.min(part.end));
            if let (true, Some(before), Some(word)) =
                (from < to, line.get(part.start..from), line.get(from..to))
            {
                let skip = width(before).min(usize::from(max)) as u16;
                brush.put(x + skip, y, max - skip, word, found);
            }
        }
    }
}

/// Nothing before lines, ordinary text.
pub const PLAIN: Look<'static> = Look {
    margin: 1,
    before: &|_| String::new(),
    role: &|_, _| Role::Text,
};

/// How far somebody is, and what is looked for.
#[must_use]
pub fn place<L: Lines + ?Sized>(lines: &L, pager: &Pager, more: bool) -> String {
    let count = lines.count();
    let all = crate::format::count(count as u64);
    let plus = if more { "+" } else { "" };
    let at = crate::format::count((pager.top + 1).min(count) as u64);
    let find = if pager.find.is_empty() {
        String::new()
    } else {
        format!("  /{}", pager.find)
    };
    format!("line {at} of {all}{plus}{find}")
}
