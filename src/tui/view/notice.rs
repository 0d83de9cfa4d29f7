//! What stands in a region that has nothing to show: why, and what to do next.

use ratatui::layout::Rect;

use crate::model::Model;
use crate::model::data::{Feed, Slot};
use crate::theme::Role;
use crate::widget::text::{Brush, width, wrap};

/// Writes a few centred lines; the first is the statement, the others say what to do.
pub fn draw(brush: &mut Brush<'_>, area: Rect, first: &str, first_role: Role, rest: &[&str]) {
    if area.is_empty() {
        return;
    }
    let room = usize::from(area.width.saturating_sub(4)).clamp(1, 72);
    let mut lines: Vec<(String, Role)> = wrap(first, room)
        .into_iter()
        .map(|l| (l, first_role))
        .collect();
    for text in rest.iter().filter(|t| !t.is_empty()) {
        lines.extend(wrap(text, room).into_iter().map(|l| (l, Role::Dim)));
    }
    lines.truncate(area.height.into());
    let top = area.y + (area.height - lines.len() as u16) / 3;
    for (i, (line, role)) in lines.iter().enumerate() {
        let w = (width(line) as u16).min(area.width);
        brush.put(
            area.x + (area.width - w) / 2,
            top + i as u16,
            w,
            line,
            *role,
        );
    }
}

/// For a feed without data: its error, or that it is on its way. True when something was drawn.
pub fn feed<T>(
    model: &Model,
    brush: &mut Brush<'_>,
    area: Rect,
    feed: &Feed<T>,
    what: &str,
) -> bool {
    if feed.value.is_some() {
        return false;
    }
    match &feed.error {
        Some(failure) => draw(brush, area, &failure.message, Role::Bad, &[&failure.hint]),
        None if model.is_up() => draw(
            brush,
            area,
            &format!("Loading {what}{}", brush.glyphs().ellipsis),
            Role::Dim,
            &[],
        ),
        None => draw(
            brush,
            area,
            "Waiting for the agent.",
            Role::Dim,
            &["The console connects by itself; ? tells where the log is."],
        ),
    }
    true
}

/// A region's title with its count, once that is known.
pub fn counted<T>(model: &Model, feed: &Feed<T>, title: &str, count: &str) -> String {
    if feed.value.is_some() {
        format!("{title} {} {count}", model.look.glyphs.dot)
    } else {
        title.to_owned()
    }
}

/// The same for the curves of a slot.
pub fn curve_condition(model: &Model, slot: Slot) -> String {
    let feed = model.data.series.get(&slot);
    feed.map_or_else(String::new, |f| condition(model, f, slot))
}

/// What the right end of a region's rule says about its data: an error, or since when it is stale.
pub fn condition<T>(model: &Model, feed: &Feed<T>, slot: Slot) -> String {
    if feed.value.is_none() {
        return String::new();
    }
    if let Some(failure) = &feed.error {
        return format!("stale: {}", failure.message);
    }
    match model.link.lost {
        Some(at) => format!("stale since {}", crate::format::clock(at)),
        None if model.is_stale(slot) => "catching up".to_owned(),
        None => String::new(),
    }
}
