//! The top lines: whose workspace, how the link is, what time it is there; below, the panes.

use ratatui::layout::{Position, Rect};
use trimtab_wire::LinkState;

use crate::format;
use crate::model::Model;
use crate::model::nav::Pane;
use crate::theme::Role;
use crate::widget::text::{Brush, Ink, width};

/// Milliseconds between two frames from which on the link is slow.
const SLOW: u64 = 40;

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
    right.extend(stats(model));
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

/// What drawing costs, the least telling first: that goes first when there is no room.
fn stats(model: &Model) -> Vec<(String, Ink)> {
    let Some(s) = &model.stats else {
        return Vec::new();
    };
    let ms = |us: u64| format::millis(us as f64 / 1_000.0, "");
    let answer = model.link.answer.map_or_else(String::new, |ms| {
        format!("  lag {}", format::millis(ms as f64, ""))
    });
    let mut pieces = vec![
        (format!("  write {}", ms(s.write_us)), Role::Dim),
        (format!("  frame {}", ms(s.frame_us)), Role::Dim),
        (answer, Role::Dim),
        (format!("  {} fps", s.frames), Role::Text),
        (format!("  {}/s", format::bytes(s.bytes)), Role::Text),
    ];
    if s.rest_ms > SLOW {
        let text = format!("  slow link: a frame in {}", ms(s.rest_ms * 1_000));
        pieces.push((text, Role::Warn));
    }
    pieces.into_iter().map(|(t, r)| (t, r.into())).collect()
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

/// One pane's place among the tabs.
struct Tab {
    pane: Pane,
    /// Its first column and the one after its last.
    from: u16,
    to: u16,
    name: &'static str,
    /// Marked runs, beside Compare.
    marks: String,
}

/// `1 Fleet  2 Runs …`, shortened to the digits when there is no room.
fn tab_places(model: &Model, area: Rect) -> Vec<Tab> {
    // SQL is for those who ask for it: its tab comes with it.
    let shown = Pane::ALL
        .into_iter()
        .filter(|p| *p != Pane::Sql || model.pane == Pane::Sql);
    let full: u16 = shown.clone().map(|p| width(p.tab().1) as u16 + 4).sum();
    let mut x = area.x + 1;
    let mut out = Vec::new();
    for pane in shown {
        let (_, name) = pane.tab();
        let named = area.width >= full + 2 || pane == model.pane;
        let name = if named { name } else { "" };
        let marked = model.runs.marks.len();
        let marks = if pane == Pane::Compare && marked > 0 {
            format!(" {}{marked}", model.look.glyphs.mark)
        } else {
            String::new()
        };
        let gap = u16::from(!name.is_empty());
        let to = x + 1 + gap + width(name) as u16 + (width(&marks) as u16).min(5);
        out.push(Tab {
            pane,
            from: x,
            to,
            name,
            marks,
        });
        x = to + 2;
    }
    out
}

/// The pane whose tab is under a cell of the screen.
#[must_use]
pub fn tab_at(model: &Model, at: Position) -> Option<Pane> {
    let area = super::layout::screen(model.size).header;
    let on = area.height > 1 && at.y == area.y + 1;
    let tabs = tab_places(model, area);
    tabs.into_iter()
        .find(|t| on && (t.from..t.to).contains(&at.x))
        .map(|t| t.pane)
}

fn tabs(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    for tab in tab_places(model, area) {
        if tab.from >= area.right() {
            return;
        }
        let on = tab.pane == model.pane;
        let room = |x: u16| area.right().saturating_sub(x);
        let role = |off: Role| if on { Role::Title } else { off };
        let digit = tab.pane.tab().0.to_string();
        let mut x = brush.put(tab.from, area.y, room(tab.from), &digit, role(Role::Accent));
        if !tab.name.is_empty() {
            x = brush.put(x + 1, area.y, room(x + 1), tab.name, role(Role::Dim));
            if on {
                let w = width(tab.name) as u16 + 2;
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
        if !tab.marks.is_empty() {
            brush.put(x, area.y, room(x).min(5), &tab.marks, Role::Marked);
        }
    }
}
