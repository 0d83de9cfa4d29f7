//! One line of text being edited.

use super::text::{Brush, width};
use crate::key::{Code, Key};
use crate::theme::Role;

/// Editable text with a cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    text: String,
    /// Characters before the cursor.
    at: usize,
}

impl Input {
    /// A field with text in it, the cursor at its end.
    #[must_use]
    pub fn with(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            at: text.chars().count(),
        }
    }

    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Bytes before the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.byte()
    }

    /// Puts a text in place of what stands between a byte and the cursor.
    pub fn replace_from(&mut self, from: usize, text: &str) {
        let to = self.byte();
        if from <= to && self.text.is_char_boundary(from) {
            self.text.replace_range(from..to, text);
            self.at = self.text[..from + text.len()].chars().count();
        }
    }

    /// Inserts at the cursor; control characters are left out.
    pub fn insert(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()) {
            let byte = self.byte();
            self.text.insert(byte, c);
            self.at += 1;
        }
    }

    /// Handles an editing key; false when the key is not for a text field.
    pub fn key(&mut self, key: Key) -> bool {
        if let Some(c) = key.typed() {
            self.insert(c.encode_utf8(&mut [0; 4]));
            return true;
        }
        let len = self.text.chars().count();
        match (key.code, key.ctrl, key.alt) {
            (Code::Backspace, false, false) if self.at > 0 => {
                self.at -= 1;
                let byte = self.byte();
                self.text.remove(byte);
            }
            (Code::Delete, false, false) if self.at < len => {
                let byte = self.byte();
                self.text.remove(byte);
            }
            (Code::Backspace | Code::Delete, false, false) => {}
            (Code::Left, false, false) => self.at = self.at.saturating_sub(1),
            (Code::Right, false, false) => self.at = (self.at + 1).min(len),
            (Code::Home, _, false) => self.at = 0,
            (Code::End, _, false) => self.at = len,
            (Code::Char('u'), true, false) => {
                self.text.drain(..self.byte());
                self.at = 0;
            }
            (Code::Char('w'), true, false) => {
                let head: String = self.text.chars().take(self.at).collect();
                let keep = head.trim_end().rfind(' ').map_or(0, |i| i + 1);
                self.text.replace_range(keep..self.byte(), "");
                self.at = self.text[..keep].chars().count();
            }
            _ => return false,
        }
        true
    }

    fn byte(&self) -> usize {
        self.text
            .char_indices()
            .nth(self.at)
            .map_or(self.text.len(), |(i, _)| i)
    }

    /// Draws the field; a focused one shows its cursor as a reversed cell.
    pub fn draw(&self, brush: &mut Brush<'_>, x: u16, y: u16, max: u16, focused: bool) {
        self.draw_with(brush, x, y, max, focused, 0..0);
    }

    /// The same, with a part of the text (in bytes) shown as wrong.
    pub fn draw_with(
        &self,
        brush: &mut Brush<'_>,
        x: u16,
        y: u16,
        max: u16,
        focused: bool,
        wrong: std::ops::Range<usize>,
    ) {
        if max == 0 {
            return;
        }
        let blank = " ".repeat(max.into());
        brush.put(x, y, max, &blank, Role::Field);
        // Scrolls so that the cursor stays visible.
        let before: String = self.text.chars().take(self.at).collect();
        let mut skip = 0;
        while width(&before.chars().skip(skip).collect::<String>()) + 1 > max.into() {
            skip += 1;
        }
        let shown: String = self.text.chars().skip(skip).collect();
        let cut = super::text::fit(&shown, max.into(), "");
        brush.put(x, y, max, &cut, Role::Field);
        let skipped: usize = self.text.chars().skip(skip).map(char::len_utf8).sum();
        let hidden = self.text.len() - skipped;
        let shown_bytes = |at: usize| at.saturating_sub(hidden).min(cut.len());
        let (from, to) = (shown_bytes(wrong.start), shown_bytes(wrong.end));
        if let (true, Some(before), Some(bad)) = (from < to, cut.get(..from), cut.get(from..to)) {
            let at = x + width(before) as u16;
            brush.put(at, y, width(bad) as u16, bad, Role::Bad);
        }
        if focused {
            let column = x + width(&before.chars().skip(skip).collect::<String>()) as u16;
            brush.tint(
                ratatui::layout::Rect {
                    x: column,
                    y,
                    width: 1,
                    height: 1,
                },
                ratatui::style::Style::new().add_modifier(ratatui::style::Modifier::REVERSED),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edits_in_the_middle() {
        let mut input = Input::with("late15");
        for key in ["left", "left", "backspace", "x", "end", "!"] {
            input.key(key.parse().unwrap());
        }
        assert_eq!(input.text(), "latx15!");
        input.key("ctrl-u".parse().unwrap());
        assert_eq!(input.text(), "");
    }

    proptest! {
        #[test]
        fn the_cursor_stays_inside(start in "\\PC{0,8}", keys in proptest::collection::vec(0usize..10, 0..30)) {
            let names = ["left", "right", "home", "end", "backspace", "delete", "ctrl-w", "ctrl-u", "é", "世"];
            let mut input = Input::with(&start);
            for k in keys {
                input.key(names[k].parse().unwrap());
                prop_assert!(input.at <= input.text.chars().count());
            }
        }
    }
}
