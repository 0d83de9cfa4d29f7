//! Help, generated from the command table and the keymap in force.

use ratatui::layout::{Rect, Size};

use super::layout;
use crate::command::docs::of_scope;
use crate::command::{Scope, Tier};
use crate::model::Model;
use crate::theme::Role;
use crate::widget::dialog::{boxed, centred};
use crate::widget::text::{Brush, width, wrap};

/// Columns of the page at most.
const WIDTH: u16 = 96;
/// Columns of the keys.
const KEYS: usize = 17;

/// One line of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpLine {
    keys: String,
    text: String,
    role: Role,
}

fn page(size: Size) -> Rect {
    let body = layout::screen(size).body;
    centred(body, WIDTH, body.height)
}

/// Lines visible at once.
#[must_use]
pub fn rows(size: Size) -> usize {
    usize::from(page(size).height.saturating_sub(2)).max(1)
}

/// The whole page: first the pane in front, then the rest, then where things are.
#[must_use]
pub fn lines(model: &Model) -> Vec<HelpLine> {
    let room = usize::from(page(model.size).width)
        .saturating_sub(KEYS + 6)
        .max(12);
    let here = match crate::update::detail::is_front(model) {
        true => Scope::Detail,
        false => model.pane.scope(),
    };
    let mut scopes = vec![here, Scope::Everywhere];
    scopes.extend(
        Scope::ALL
            .into_iter()
            .filter(|s| *s != here && *s != Scope::Everywhere),
    );
    let mut out = Vec::new();
    for scope in scopes {
        if !out.is_empty() {
            out.push(HelpLine {
                keys: String::new(),
                text: String::new(),
                role: Role::Text,
            });
        }
        let title = if scope == here {
            format!("{} (in front)", scope.title())
        } else {
            scope.title().to_owned()
        };
        out.push(HelpLine {
            keys: title,
            text: String::new(),
            role: Role::Title,
        });
        for command in of_scope(scope) {
            let keys = model.keymap.keys_of(command.name).join(" ");
            let keys = if keys.is_empty() {
                format!(":{}", command.name)
            } else {
                // The command line opens over panes only.
                let aliases = if scope == Scope::Everywhere {
                    command.aliases
                } else {
                    &[]
                };
                let typed = aliases.first().map(|a| format!(" :{a}"));
                keys + typed.as_deref().unwrap_or_default()
            };
            let role = if command.tier == Tier::View {
                Role::Text
            } else {
                Role::Header
            };
            // Long names get a line of their own rather than being cut.
            let mut head = keys.clone();
            if width(&keys) > KEYS {
                out.push(HelpLine {
                    keys,
                    text: String::new(),
                    role,
                });
                head = String::new();
            }
            for (i, text) in wrap(command.doc, room).into_iter().enumerate() {
                out.push(HelpLine {
                    keys: if i == 0 { head.clone() } else { String::new() },
                    text,
                    role,
                });
            }
        }
    }
    out.push(HelpLine {
        keys: String::new(),
        text: String::new(),
        role: Role::Text,
    });
    out.push(HelpLine {
        keys: "Good to know".into(),
        text: String::new(),
        role: Role::Title,
    });
    let mut facts = vec![(
        "ctrl-z".to_owned(),
        "Suspends the console as any program; fg brings it back.".to_owned(),
    )];
    if let Some(w) = &model.link.welcome {
        facts.push(("workspace".into(), w.root.clone()));
        facts.push((
            "agent".into(),
            format!(
                "version {}, process {}, you are {}",
                w.version, w.pid, w.actor
            ),
        ));
    }
    if !model.log_path.is_empty() {
        facts.push(("log".into(), model.log_path.clone()));
    }
    for (keys, text) in facts {
        for (i, part) in wrap(&text, room).into_iter().enumerate() {
            out.push(HelpLine {
                keys: if i == 0 { keys.clone() } else { String::new() },
                text: part,
                role: Role::Text,
            });
        }
    }
    out
}

/// Draws the page over the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, scroll: usize) {
    let area = page(model.size);
    let lines = lines(model);
    let height = rows(model.size);
    let scroll = scroll.min(lines.len().saturating_sub(height));
    let inner = boxed(brush, area, "Keys", Role::Accent);
    for (i, line) in lines.iter().skip(scroll).take(height).enumerate() {
        let y = inner.y + i as u16;
        if y >= inner.bottom() {
            break;
        }
        if line.text.is_empty() {
            brush.put(
                inner.x,
                y,
                inner.width,
                &line.keys,
                if line.role == Role::Title {
                    Role::Title
                } else {
                    Role::Accent
                },
            );
        } else {
            brush.put(inner.x, y, KEYS as u16, &line.keys, Role::Accent);
            let x = inner.x + KEYS as u16 + 1;
            brush.put(x, y, inner.right().saturating_sub(x), &line.text, line.role);
        }
    }
    if lines.len() > height && area.width > 24 && area.height > 2 {
        let text = format!(
            " {} of {} ",
            (scroll + height).min(lines.len()),
            lines.len()
        );
        brush.put_right(
            area.right().saturating_sub(width(&text) as u16 + 2),
            area.bottom() - 1,
            width(&text) as u16,
            &text,
            Role::Dim,
        );
    }
}
