//! Text of several lines being edited.

use std::ops::Range;

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::text::{Brush, Ink, width};
use crate::key::{Code, Key};
use crate::theme::Role;

/// Bytes at most: a paste by mistake must not be carried about.
const MOST: usize = 1_000_000;

/// Editable lines with a cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Editor {
    text: String,
    /// Bytes before the cursor.
    at: usize,
    /// The first line and the first column drawn.
    scroll: (usize, usize),
}

impl Editor {
    /// A field with text in it, the cursor at its end.
    #[must_use]
    pub fn with(text: &str) -> Self {
        let mut editor = Self::default();
        editor.insert(text);
        editor
    }

    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Bytes before the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.at
    }

    /// The line of the cursor and the characters before it in that line, 0 first.
    #[must_use]
    pub fn place(&self) -> (usize, usize) {
        let before = &self.text[..self.at];
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        (
            before.matches('\n').count(),
            before[start..].chars().count(),
        )
    }

    /// How many lines there are; 1 in an empty field.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.text.matches('\n').count() + 1
    }

    /// Inserts at the cursor: line breaks stay, tabs are blanks, other control characters are left out.
    pub fn insert(&mut self, text: &str) {
        let room = MOST.saturating_sub(self.text.len());
        let text = text.replace("\r\n", "\n").replace('\t', "    ");
        let mut clean: String = text
            .chars()
            .filter(|c| !c.is_control() || *c == '\n')
            .collect();
        while clean.len() > room {
            clean.pop();
        }
        self.text.insert_str(self.at, &clean);
        self.at += clean.len();
    }

    /// Puts a text in place of what stands between a byte and the cursor.
    pub fn replace_from(&mut self, from: usize, text: &str) {
        if from <= self.at && self.text.is_char_boundary(from) {
            self.text.replace_range(from..self.at, "");
            self.at = from;
            self.insert(text);
        }
    }

    /// Puts the cursor at a line and a character in it, 1 first, as far as they are there.
    pub fn go_to(&mut self, line: u32, column: u32) {
        self.jump(
            (line as usize).saturating_sub(1),
            (column as usize).saturating_sub(1),
        );
    }

    /// Handles an editing key; false when the key is not for a text field, or goes nowhere in it.
    pub fn key(&mut self, key: Key) -> bool {
        if let Some(c) = key.typed() {
            self.insert(c.encode_utf8(&mut [0; 4]));
            return true;
        }
        let (line, column) = self.place();
        match (key.code, key.ctrl, key.alt) {
            (Code::Enter, false, false) => self.insert("\n"),
            (Code::Backspace, false, false) => self.remove(self.before()..self.at),
            (Code::Delete, false, false) => self.remove(self.at..self.after()),
            (Code::Left, false, false) => self.at = self.before(),
            (Code::Right, false, false) => self.at = self.after(),
            (Code::Left, true, false) => self.at = self.word_before(),
            (Code::Right, true, false) => self.at = self.word_after(),
            (Code::Up, false, false) if line > 0 => self.jump(line - 1, column),
            (Code::Down, false, false) if line + 1 < self.lines() => self.jump(line + 1, column),
            (Code::Home, true, false) => self.at = 0,
            (Code::End, true, false) => self.at = self.text.len(),
            (Code::Home, false, false) => self.jump(line, 0),
            (Code::End, false, false) => self.jump(line, usize::MAX),
            (Code::Char('u'), true, false) => self.remove(self.line_start()..self.at),
            (Code::Char('w'), true, false) => self.remove(self.word_before()..self.at),
            _ => return false,
        }
        true
    }

    /// Handles the keys that a text alone on the screen takes as well: indenting, and going by ten lines.
    pub fn page(&mut self, key: Key) -> bool {
        let (line, column) = self.place();
        match (key.code, key.ctrl, key.alt) {
            (Code::Tab, false, false) => self.insert("\t"),
            (Code::PageUp, false, false) => self.jump(line.saturating_sub(10), column),
            (Code::PageDown, false, false) => self.jump(line + 10, column),
            _ => return false,
        }
        true
    }

    fn before(&self) -> usize {
        let before = self.text[..self.at].char_indices().next_back();
        before.map_or(0, |(i, _)| i)
    }

    fn after(&self) -> usize {
        let next = self.text[self.at..].chars().next();
        self.at + next.map_or(0, char::len_utf8)
    }

    fn line_start(&self) -> usize {
        self.text[..self.at].rfind('\n').map_or(0, |i| i + 1)
    }

    fn word_before(&self) -> usize {
        let head =
            self.text[..self.at].trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
        let cut = head.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
        cut.len()
    }

    fn word_after(&self) -> usize {
        let rest = &self.text[self.at..];
        let word = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        let next = word.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
        self.text.len() - next.len()
    }

    fn remove(&mut self, bytes: Range<usize>) {
        self.at = bytes.start;
        self.text.replace_range(bytes, "");
    }

    fn jump(&mut self, line: usize, column: usize) {
        let mut start = 0;
        for text in self.text.split('\n').take(line.min(self.lines() - 1)) {
            start += text.len() + 1;
        }
        let rest = &self.text[start..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let within = line
            .char_indices()
            .nth(column)
            .map_or(line.len(), |(i, _)| i);
        self.at = start + within;
    }

    /// Keeps the cursor in a part of so many columns and rows.
    pub fn follow(&mut self, columns: u16, rows: u16) {
        let (line, _) = self.place();
        let before = width(&self.text[self.line_start()..self.at]);
        let (rows, columns) = (usize::from(rows.max(1)), usize::from(columns.max(1)));
        let keep =
            |from: usize, at: usize, room: usize| from.min(at).max((at + 1).saturating_sub(room));
        self.scroll = (
            keep(self.scroll.0, line, rows).min(self.lines().saturating_sub(rows)),
            keep(self.scroll.1, before, columns),
        );
    }

    /// Where the cursor is drawn in an area that it was kept in.
    #[must_use]
    pub fn on_screen(&self, area: Rect) -> (u16, u16) {
        let (line, _) = self.place();
        let before = width(&self.text[self.line_start()..self.at]);
        let x = before
            .saturating_sub(self.scroll.1)
            .min(usize::from(area.width));
        let y = line
            .saturating_sub(self.scroll.0)
            .min(usize::from(area.height));
        (area.x + x as u16, area.y + y as u16)
    }

    /// Draws the visible lines, parts of them (in bytes, in order) in inks of their own.
    pub fn draw(
        &self,
        brush: &mut Brush<'_>,
        area: Rect,
        inks: &[(Range<usize>, Ink)],
        focused: bool,
    ) {
        let mut start = 0;
        for (i, line) in self.text.split('\n').enumerate() {
            let row = i.checked_sub(self.scroll.0);
            if let Some(row) = row.filter(|r| *r < usize::from(area.height)) {
                let y = area.y + row as u16;
                let line_at = start..start + line.len();
                self.draw_line(brush, area, y, line_at, inks);
            }
            start += line.len() + 1;
        }
        let (x, y) = self.on_screen(area);
        if focused && x < area.right() && y < area.bottom() {
            let cell = Rect {
                x,
                y,
                width: 1,
                height: 1,
            };
            brush.tint(cell, Style::new().add_modifier(Modifier::REVERSED));
        }
    }

    fn draw_line(
        &self,
        brush: &mut Brush<'_>,
        area: Rect,
        y: u16,
        line: Range<usize>,
        inks: &[(Range<usize>, Ink)],
    ) {
        let mut column = 0usize;
        let (from, room) = (self.scroll.1, usize::from(area.width));
        for (at, c) in self.text[line.clone()].char_indices() {
            let mut buffer = [0; 4];
            let text: &str = c.encode_utf8(&mut buffer);
            let w = width(text);
            if column >= from && column + w <= from + room {
                let byte = line.start + at;
                let ink = inks.iter().find(|(range, _)| range.contains(&byte));
                let ink = ink.map_or(Role::Text.into(), |(_, ink)| *ink);
                brush.put(area.x + (column - from) as u16, y, w as u16, text, ink);
            }
            column += w;
        }
    }
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
    fn lines_are_walked_and_edited() {
        let mut editor = Editor::with("SELECT a\nFROM runs");
        press(&mut editor, &["up", "end", ",", "b"]);
        assert_eq!(editor.text(), "SELECT a,b\nFROM runs");
        press(&mut editor, &["down", "home", "backspace"]);
        assert_eq!(editor.text(), "SELECT a,bFROM runs");
        press(&mut editor, &["enter", "ctrl-left"]);
        assert_eq!(editor.place(), (0, 9));
        press(&mut editor, &["ctrl-end", "ctrl-w"]);
        assert_eq!(editor.text(), "SELECT a,b\nFROM ");
        assert!(
            !editor.key("down".parse().unwrap()),
            "there is no line below"
        );
        assert!(editor.page("pgup".parse().unwrap()) && editor.page("tab".parse().unwrap()));
        assert_eq!(editor.text(), "SELEC    T a,b\nFROM ");
        press(
            &mut editor,
            &["backspace", "backspace", "backspace", "backspace"],
        );
        editor.go_to(1, 8);
        assert_eq!(editor.cursor(), 7);
    }

    #[test]
    fn pasted_lines_stay_lines() {
        let mut editor = Editor::default();
        editor.insert("a\r\n\tb\u{1b}[31m");
        assert_eq!(editor.text(), "a\n    b[31m");
    }

    proptest! {
        #[test]
        fn the_cursor_stays_inside(start in "[a-z é世\n]{0,30}", keys in prop::collection::vec(0usize..16, 0..60), w in 0u16..12, h in 0u16..5) {
            let names = ["left", "right", "up", "down", "home", "end", "backspace", "delete", "enter", "ctrl-w", "ctrl-u",
                "ctrl-left", "ctrl-right", "ctrl-home", "é", "世"];
            let mut editor = Editor::with(&start);
            for k in keys {
                editor.key(names[k].parse().unwrap());
                editor.follow(w, h);
                prop_assert!(editor.text().is_char_boundary(editor.cursor()));
                prop_assert!(editor.place().0 < editor.lines());
            }
        }
    }
}
