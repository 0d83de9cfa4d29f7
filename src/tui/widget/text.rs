//! Text that fits: measured in terminal columns, cut with an ellipsis, never wrapped by accident.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::caps::Look;
use crate::theme::Role;

/// Terminal columns of a text.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// Cuts a text to `max` columns, with an ellipsis when something is lost.
#[must_use]
pub fn fit(text: &str, max: usize, ellipsis: &str) -> String {
    if text.width() <= max {
        return text.to_owned();
    }
    let room = max.saturating_sub(ellipsis.width());
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if used + w > room {
            break;
        }
        used += w;
        out.push(c);
    }
    if max >= ellipsis.width() {
        out.push_str(ellipsis);
    }
    out
}

/// Breaks a text into lines of at most `max` columns at spaces; longer words are cut.
#[must_use]
pub fn wrap(text: &str, max: usize) -> Vec<String> {
    let max = max.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let mut word = word.to_owned();
            loop {
                let gap = usize::from(!line.is_empty());
                if line.width() + gap + word.width() <= max {
                    if gap == 1 {
                        line.push(' ');
                    }
                    line.push_str(&word);
                    break;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    continue;
                }
                let head = fit(&word, max, "");
                if head.is_empty() {
                    // A wide character in a single column cannot be shown at all.
                    break;
                }
                word = word[head.len()..].to_owned();
                lines.push(head);
            }
        }
        lines.push(line);
    }
    lines
}

/// Makes text from outside safe to draw: no escape sequences, no control characters, tabs as spaces.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                Some('[') => {
                    for c in chars.by_ref() {
                        if ('\u{40}'..='\u{7e}').contains(&c) {
                            break;
                        }
                    }
                }
                Some(']') => {
                    while let Some(c) = chars.next() {
                        if c == '\u{7}' || (c == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                            break;
                        }
                    }
                }
                _ => {}
            },
            '\t' => out.push_str("    "),
            c if c.is_control() || is_bidi(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Characters that reorder what the operator reads.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A brush over one buffer with one look: the vocabulary of every widget and pane.
pub struct Brush<'a> {
    /// Where cells go.
    pub buf: &'a mut Buffer,
    /// How roles and glyphs appear.
    pub look: &'a Look,
}

impl Brush<'_> {
    /// Writes `text` at a place in at most `max` columns; returns the column after it.
    pub fn put(&mut self, x: u16, y: u16, max: u16, text: &str, style: impl Into<Ink>) -> u16 {
        let area = self.buf.area;
        if max == 0 || x < area.x || y < area.y || x >= area.right() || y >= area.bottom() {
            return x;
        }
        let max = max.min(area.right() - x);
        let style = style.into().style(self.look);
        let text = fit(text, max.into(), self.look.glyphs.ellipsis);
        let (end, _) = self.buf.set_stringn(x, y, text, max.into(), style);
        end
    }

    /// Writes a text so that it ends before column `x + max`.
    pub fn put_right(&mut self, x: u16, y: u16, max: u16, text: &str, style: impl Into<Ink>) {
        let w = (width(text) as u16).min(max);
        self.put(x + max - w, y, w, text, style);
    }

    /// Writes pieces one after the other in at most `max` columns; returns the column after them.
    pub fn pieces(&mut self, x: u16, y: u16, max: u16, pieces: &[(&str, Ink)]) -> u16 {
        let end = x.saturating_add(max);
        let mut at = x;
        for (text, ink) in pieces {
            if at >= end {
                break;
            }
            at = self.put(at, y, end - at, text, *ink);
        }
        at
    }

    /// Gives every cell of an area a style.
    pub fn tint(&mut self, area: Rect, style: impl Into<Ink>) {
        let style = style.into().style(self.look);
        self.buf.set_style(area.intersection(self.buf.area), style);
    }

    /// Empties an area, so that a dialog does not show through.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                self.buf[(x, y)].reset();
            }
        }
        self.buf.set_style(area, self.look.theme.ground());
    }

    /// The glyphs in use.
    #[must_use]
    pub fn glyphs(&self) -> &'static crate::glyphs::Glyphs {
        self.look.glyphs
    }
}

/// What to write with: a role of the theme, or a style made elsewhere (series, heat).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ink {
    /// A meaning.
    Role(Role),
    /// A style from the theme's series or heat scale.
    Style(Style),
}

impl Ink {
    /// The style in a look.
    #[must_use]
    pub fn style(self, look: &Look) -> Style {
        match self {
            Self::Role(role) => look.theme.style(role),
            Self::Style(style) => style,
        }
    }
}

impl From<Role> for Ink {
    fn from(role: Role) -> Self {
        Self::Role(role)
    }
}

impl From<Style> for Ink {
    fn from(style: Style) -> Self {
        Self::Style(style)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_text_is_defused() {
        assert_eq!(clean("a\u{1b}[31mred\u{1b}[0m\tb\r\n"), "ared    b");
        assert_eq!(clean("\u{1b}]0;title\u{7}x\u{202e}y"), "xy");
        assert_eq!(clean("\u{1b}]52;c;AAAA\u{1b}\\z"), "z");
    }

    #[test]
    fn wraps_at_words() {
        assert_eq!(
            wrap("roll late15 back from v4", 12),
            ["roll late15", "back from v4"]
        );
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
    }

    proptest! {
        #[test]
        fn fitted_text_fits(text in "\\PC{0,30}", max in 0usize..20) {
            prop_assert!(fit(&text, max, "…").width() <= max);
            for line in wrap(&text, max) {
                prop_assert!(line.width() <= max.max(1), "{line:?}");
            }
        }

        #[test]
        fn clean_text_has_no_controls(text in any::<String>()) {
            prop_assert!(!clean(&text).chars().any(char::is_control));
        }
    }
}
