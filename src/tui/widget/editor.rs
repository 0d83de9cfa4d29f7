//! Several lines of text being edited.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthChar as _;

use super::text::{Brush, width};
use crate::key::{Code, Key};
use crate::theme::Role;

/// Editable lines with a cursor. Long ones are scrolled, not wrapped: what stands there is what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    lines: Vec<String>,
    row: usize,
    /// Characters before the cursor.
    column: usize,
}

impl Editor {
    /// A text with the cursor at its end.
    #[must_use]
    pub fn with(text: &str) -> Self {
        let lines: Vec<String> = text.split('\n').map(plain).collect();
        let row = lines.len() - 1;
        Self {
            column: lines[row].chars().count(),
            lines,
            row,
        }
    }

    /// What was written.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Inserts at the cursor.
    pub fn insert(&mut self, text: &str) {
        for (i, part) in text.split('\n').enumerate() {
            if i > 0 {
                self.split();
            }
            let part = plain(part);
            let at = self.byte();
            self.lines[self.row].insert_str(at, &part);
            self.column += part.chars().count();
        }
    }

    fn split(&mut self) {
        let at = self.byte();
        let rest = self.lines[self.row].split_off(at);
        self.row += 1;
        self.lines.insert(self.row, rest);
        self.column = 0;
    }

    /// Handles an editing key; false when the key is not for a text.
    pub fn key(&mut self, key: Key) -> bool {
        if let Some(c) = key.typed() {
            self.insert(c.encode_utf8(&mut [0; 4]));
            return true;
        }
        let len = self.len();
        match (key.code, key.ctrl, key.alt) {
            (Code::Enter, false, false) => self.split(),
            (Code::Tab, false, false) => self.insert("    "),
            (Code::Backspace, false, false) => self.back(),
            (Code::Delete, false, false) => {
                if self.column < len {
                    let at = self.byte();
                    self.lines[self.row].remove(at);
                } else if self.row + 1 < self.lines.len() {
                    let next = self.lines.remove(self.row + 1);
                    self.lines[self.row].push_str(&next);
                }
            }
            (Code::Left, false, false) if self.column > 0 => self.column -= 1,
            (Code::Left, false, false) if self.row > 0 => {
                self.row -= 1;
                self.column = self.len();
            }
            (Code::Right, false, false) if self.column < len => self.column += 1,
            (Code::Right, false, false) if self.row + 1 < self.lines.len() => {
                (self.row, self.column) = (self.row + 1, 0);
            }
            (Code::Left | Code::Right, false, false) => {}
            (Code::Up, false, false) => self.vertical(-1),
            (Code::Down, false, false) => self.vertical(1),
            (Code::PageUp, false, false) => self.vertical(-10),
            (Code::PageDown, false, false) => self.vertical(10),
            (Code::Home, true, false) => (self.row, self.column) = (0, 0),
            (Code::End, true, false) => {
                self.row = self.lines.len() - 1;
                self.column = self.len();
            }
            (Code::Home, false, false) => self.column = 0,
            (Code::End, false, false) => self.column = len,
            (Code::Char('u'), true, false) => {
                let at = self.byte();
                self.lines[self.row].drain(..at);
                self.column = 0;
            }
            (Code::Char('w'), true, false) => {
                let at = self.byte();
                let head = &self.lines[self.row][..at];
                let keep = head.trim_end().rfind(' ').map_or(0, |i| i + 1);
                self.lines[self.row].replace_range(keep..at, "");
                self.column = self.lines[self.row][..keep].chars().count();
            }
            _ => return false,
        }
        true
    }

    fn back(&mut self) {
        if self.column > 0 {
            self.column -= 1;
            let at = self.byte();
            self.lines[self.row].remove(at);
        } else if self.row > 0 {
            let line = self.lines.remove(self.row);
            self.row -= 1;
            self.column = self.len();
            self.lines[self.row].push_str(&line);
        }
    }

    fn vertical(&mut self, by: isize) {
        let last = self.lines.len() - 1;
        self.row = self.row.saturating_add_signed(by).min(last);
        self.column = self.column.min(self.len());
    }

    fn len(&self) -> usize {
        self.lines[self.row].chars().count()
    }

    fn byte(&self) -> usize {
        let line = &self.lines[self.row];
        let mut at = line.char_indices();
        at.nth(self.column).map_or(line.len(), |(i, _)| i)
    }

    /// Draws the lines around the cursor, which is a reversed cell.
    pub fn draw(&self, brush: &mut Brush<'_>, area: Rect) {
        if area.is_empty() {
            return;
        }
        let rows = usize::from(area.height);
        let top = (self.row + 1).saturating_sub(rows);
        let before: String = self.lines[self.row].chars().take(self.column).collect();
        // Scrolls so that the cursor stays visible, half the width at once.
        let room = usize::from(area.width);
        let half = (room / 2).max(1);
        let left = match width(&before) >= room {
            true => (width(&before) + 1 - room).div_ceil(half) * half,
            false => 0,
        };
        for (i, line) in self.lines.iter().enumerate().skip(top).take(rows) {
            let y = area.y + (i - top) as u16;
            let mut used = 0;
            let shown: String = line
                .chars()
                .filter(|c| {
                    used += c.width().unwrap_or(0);
                    used > left
                })
                .collect();
            brush.put(area.x, y, area.width, &shown, Role::Text);
            if i == self.row {
                let x = area.x + (width(&before) - left.min(width(&before))) as u16;
                let cell = Rect {
                    x: x.min(area.right() - 1),
                    y,
                    width: 1,
                    height: 1,
                };
                brush.tint(cell, Style::new().add_modifier(Modifier::REVERSED));
            }
        }
    }
}

/// A line without control characters; tabs as blanks.
fn plain(line: &str) -> String {
    let line = line.replace('\t', "    ");
    line.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn press(editor: &mut Editor, keys: &[&str]) {
        for key in keys {
            editor.key(key.parse().unwrap());
        }
    }

    #[test]
    fn lines_are_split_and_joined() {
        let mut e = Editor::with("one\ntwo");
        press(&mut e, &["enter", "x", "up", "home", "backspace", "!"]);
        assert_eq!(e.text(), "one!two\nx");
        press(&mut e, &["end", "delete", "ctrl-u", "é"]);
        assert_eq!(e.text(), "éx");
        e.insert("a\r\nb\tc");
        assert_eq!(e.text(), "éa\nb    cx");
    }

    proptest! {
        #[test]
        fn the_cursor_stays_in_the_text(start in "[a-c世\n]{0,12}", keys in prop::collection::vec(0usize..14, 0..40)) {
            let names = ["left", "right", "up", "down", "home", "end", "backspace", "delete", "enter", "ctrl-w", "ctrl-u", "pgup", "pgdn", "é"];
            let mut e = Editor::with(&start);
            for k in keys {
                e.key(names[k].parse().unwrap());
                prop_assert!(e.row < e.lines.len() && e.column <= e.len());
            }
        }

        #[test]
        fn a_text_comes_back(text in "[a-z \n世]{0,40}") {
            prop_assert_eq!(Editor::with(&text).text(), text);
        }
    }
}
