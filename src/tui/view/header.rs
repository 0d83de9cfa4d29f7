//! The top lines: whose workspace, how the link is, what time it is there; below, the panes.

use ratatui::layout::Rect;
use trimtab_wire::LinkState;

use crate::format;
use crate::model::Model;
use crate::model::nav::Pane;
use crate::theme::Role;
use crate::widget::text::{Brush, Ink, width};

/// Draws the header.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let mut left: Vec<(String, Ink)> = vec![(" trimtab ".into(), Role::Title.into())];
    if let Some(welcome) = &model.link.welcome {
        left.push((format!("{}  ", welcome.workspace), Role::Header.into()));
    }
    left.extend(link(model, brush));
    let borrowed: Vec<(&str, Ink)> = left.iter().map(|(t, i)| (t.as_str(), *i)).collect();
    let end = brush.pieces(area.x, area.y, area.width, &borrowed);
    // The link's state comes first; of the clock only what fits whole is shown.
    let room = area.right().saturating_sub(end + 2);
    let mut right = live(model, brush);
    right.extend(clock(model, brush));
    while !right.is_empty() && pieces_width(&right) > room {
        right.remove(0);
    }
    let x = area.right().saturating_sub(pieces_width(&right) + 1);
    let borrowed: Vec<(&str, Ink)> = right.iter().map(|(t, i)| (t.as_str(), *i)).collect();
    brush.pieces(x, area.y, area.right().saturating_sub(x), &borrowed);
    if area.height > 1 {
        tabs(
            model,
            brush,
            Rect {
                y: area.y + 1,
                height: 1,
                ..area
            },
        );
    }
}

fn pieces_width(pieces: &[(String, Ink)]) -> u16 {
    pieces.iter().map(|p| width(&p.0) as u16).sum()
}

/// How many runs are being logged right now.
fn live(model: &Model, brush: &Brush<'_>) -> Vec<(String, Ink)> {
    match model.data.runs.value.as_ref().map_or(0, |p| p.running) {
        0 => Vec::new(),
        n => {
            let text = format!(
                "{} {} live  ",
                brush.glyphs().running,
                format::plural(n, "run")
            );
            vec![(text, Role::Running.into())]
        }
    }
}

fn link(model: &Model, brush: &Brush<'_>) -> Vec<(String, Ink)> {
    let g = brush.glyphs();
    let mut pieces: Vec<(String, Ink)> = match &model.link.state {
        LinkState::Up(welcome) => {
            let mut text = format!("{} connected", g.ok);
            if welcome.read_only {
                text.push_str(", read-only");
            }
            vec![(text, Role::Ok.into())]
        }
        LinkState::Connecting { tries: 0, .. } if model.link.welcome.is_none() => {
            vec![(format!("{} connecting", g.running), Role::Running.into())]
        }
        LinkState::Connecting { tries, .. } => {
            let lost = model.link.lost.map_or_else(String::new, |at| {
                format!(", lost {} ago", format::span(model.now.since(at)))
            });
            vec![(
                format!("{} reconnecting{lost}, try {}", g.warn, tries + 1),
                Role::Warn.into(),
            )]
        }
        LinkState::Down { reason } => vec![(
            format!("{} disconnected: {reason}", g.bad),
            Role::Bad.into(),
        )],
    };
    if let Some(lag) = model.lag() {
        let text = format!("  {} no answer for {}", g.warn, format::span(lag));
        pieces.push((text, Role::Warn.into()));
    }
    if model.link.dropped > 0 {
        pieces.push((
            format!(
                "  {} {} missed",
                g.warn,
                format::plural(model.link.dropped, "update")
            ),
            Role::Warn.into(),
        ));
    }
    pieces
}

/// The demo's week, or the time (UTC).
fn clock(model: &Model, brush: &Brush<'_>) -> Vec<(String, Ink)> {
    let g = brush.glyphs();
    let mut pieces: Vec<(String, Ink)> = Vec::new();
    match &model.data.demo {
        Some(demo) => {
            let week = if demo.week.is_empty() {
                "before the first week".to_owned()
            } else {
                format!("week of {}", demo.week)
            };
            pieces.push((format!("{week} "), Role::Text.into()));
            let count = format!("{}/{}", demo.weeks_done, demo.total_weeks);
            pieces.push((count, Role::Text.into()));
            let (text, role) = if demo.finished {
                (format!(" {} over", g.ok), Role::Dim)
            } else if demo.paused {
                (format!(" {} paused", g.warn), Role::Warn)
            } else if demo.speed_ms == 0 {
                (format!(" {} fast", g.running), Role::Dim)
            } else {
                (
                    format!(" {} {:.1}s", g.running, demo.speed_ms as f64 / 1000.0),
                    Role::Dim,
                )
            };
            pieces.push((text, role.into()));
        }
        None => {
            let at = format::clock(model.now);
            // To the minute: a clock with seconds would redraw an idle console.
            pieces.push((format!("{} UTC", &at[..5]), Role::Dim.into()));
        }
    }
    pieces
}

/// `1 Fleet  2 Runs …`, shortened to the digits when there is no room.
fn tabs(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let full: u16 = Pane::ALL.iter().map(|p| width(p.tab().1) as u16 + 4).sum();
    let mut x = area.x + 1;
    for pane in Pane::ALL {
        let (digit, name) = pane.tab();
        let on = pane == model.pane;
        let name = if area.width >= full + 2 || on {
            name
        } else {
            ""
        };
        if x >= area.right() {
            return;
        }
        x = brush.put(
            x,
            area.y,
            area.right() - x,
            &digit.to_string(),
            if on { Role::Title } else { Role::Accent },
        );
        if !name.is_empty() {
            x = brush.put(
                x + 1,
                area.y,
                area.right().saturating_sub(x + 1),
                name,
                if on { Role::Title } else { Role::Dim },
            );
            if on {
                let w = width(name) as u16 + 2;
                let style =
                    ratatui::style::Style::new().add_modifier(ratatui::style::Modifier::UNDERLINED);
                brush.tint(
                    Rect {
                        x: x.saturating_sub(w).max(area.x),
                        y: area.y,
                        width: w,
                        height: 1,
                    },
                    style,
                );
            }
        }
        let marked = model.runs.marks.len();
        if pane == Pane::Compare && marked > 0 {
            x = brush.put(
                x,
                area.y,
                5.min(area.right().saturating_sub(x)),
                &format!(" {}{marked}", brush.glyphs().mark),
                Role::Marked,
            );
        }
        x += 2;
    }
}
