//! Where somebody is in a long text: scrolled, wrapped, searched.

use std::ops::Range;

use unicode_width::UnicodeWidthChar as _;

use super::list::Move;

/// A text in lines.
pub trait Lines {
    /// How many lines there are.
    fn count(&self) -> usize;
    /// One of them; empty behind the end.
    fn line(&self, index: usize) -> &str;
}

impl Lines for [String] {
    fn count(&self) -> usize {
        self.len()
    }
    fn line(&self, index: usize) -> &str {
        self.get(index).map_or("", String::as_str)
    }
}

/// The part of the screen that the text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Columns for the text itself.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
}

/// A place in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// The line at the top.
    pub top: usize,
    /// The row of that line at the top, when it is wrapped.
    pub part: usize,
    /// Columns passed over at the left, while lines are not wrapped.
    pub left: usize,
    /// Whether long lines go on in the next row.
    pub wrap: bool,
    /// What is looked for; empty for nothing.
    pub find: String,
    /// The line of the match that was gone to last.
    pub hit: Option<usize>,
}

impl Pager {
    /// At the beginning, wrapped.
    #[must_use]
    pub fn wrapped() -> Self {
        Self {
            wrap: true,
            ..Self::default()
        }
    }

    fn rows_of(&self, line: &str, columns: usize) -> usize {
        if self.wrap {
            pieces(line, columns).len()
        } else {
            1
        }
    }

    /// Moves.
    pub fn go<L: Lines + ?Sized>(&mut self, motion: Move, lines: &L, room: Room) {
        let half = (room.rows / 2).max(1) as isize;
        match motion {
            Move::By(n) => self.scroll(n, lines, room),
            Move::HalfPages(n) => self.scroll(n.saturating_mul(half), lines, room),
            Move::First => (self.top, self.part) = (0, 0),
            Move::Last => (self.top, self.part) = self.last(lines, room),
        }
        self.clamp(lines, room);
    }

    fn scroll<L: Lines + ?Sized>(&mut self, by: isize, lines: &L, room: Room) {
        // Nobody scrolls further at once; a longer way would only take time.
        for _ in 0..by.unsigned_abs().min(10_000) {
            if by > 0 {
                if self.part + 1 < self.rows_of(lines.line(self.top), room.columns) {
                    self.part += 1;
                } else if self.top + 1 < lines.count() {
                    (self.top, self.part) = (self.top + 1, 0);
                } else {
                    return;
                }
            } else if self.part > 0 {
                self.part -= 1;
            } else if self.top > 0 {
                self.top -= 1;
                self.part = self.rows_of(lines.line(self.top), room.columns) - 1;
            } else {
                return;
            }
        }
    }

    /// The place from which the end of the text fills the room.
    fn last<L: Lines + ?Sized>(&self, lines: &L, room: Room) -> (usize, usize) {
        let mut left = room.rows.max(1);
        for at in (0..lines.count()).rev() {
            let rows = self.rows_of(lines.line(at), room.columns);
            if rows >= left {
                return (at, rows - left);
            }
            left -= rows;
        }
        (0, 0)
    }

    /// Brings the place back into the text, without blank rows behind its end.
    pub fn clamp<L: Lines + ?Sized>(&mut self, lines: &L, room: Room) {
        self.top = self.top.min(lines.count().saturating_sub(1));
        let rows = self.rows_of(lines.line(self.top), room.columns);
        self.part = self.part.min(rows - 1);
        let last = self.last(lines, room);
        if (self.top, self.part) > last {
            (self.top, self.part) = last;
        }
        self.hit = self.hit.filter(|h| *h < lines.count());
    }

    /// Whether the end of the text is in the room.
    #[must_use]
    pub fn at_end<L: Lines + ?Sized>(&self, lines: &L, room: Room) -> bool {
        (self.top, self.part) >= self.last(lines, room)
    }

    /// Shows a line, a third of the room below the top.
    pub fn show<L: Lines + ?Sized>(&mut self, line: usize, lines: &L, room: Room) {
        (self.top, self.part) = (line, 0);
        self.scroll(-((room.rows / 3) as isize), lines, room);
        self.clamp(lines, room);
    }

    /// Goes to the next line that matches, going round at the end; from the top of the room when none was gone to.
    /// False when none matches.
    pub fn seek<L: Lines + ?Sized>(&mut self, forward: bool, lines: &L, room: Room) -> bool {
        let count = lines.count();
        if self.find.is_empty() || count == 0 {
            return false;
        }
        let start = match (self.hit, forward) {
            (Some(hit), true) => hit + 1,
            (Some(hit), false) => hit + count - 1,
            (None, true) => self.top,
            (None, false) => self.top + count - 1,
        };
        let found = (0..count)
            .map(|i| {
                if forward {
                    (start + i) % count
                } else {
                    (start + count - i) % count
                }
            })
            .find(|at| matches_any(lines.line(*at), &self.find));
        self.hit = found;
        if let Some(at) = found {
            self.show(at, lines, room);
        }
        found.is_some()
    }

    /// Moves to the side; wrapped lines have none.
    pub fn sideways(&mut self, by: isize) {
        if !self.wrap {
            self.left = self.left.saturating_add_signed(by * 8).min(100_000);
        }
    }

    /// The rows in the room: the line, whether the row begins it, and the part of it (bytes).
    #[must_use]
    pub fn rows<L: Lines + ?Sized>(
        &self,
        lines: &L,
        room: Room,
    ) -> Vec<(usize, bool, Range<usize>)> {
        let mut out = Vec::new();
        let mut skip = self.part;
        for at in self.top..lines.count() {
            let line = lines.line(at);
            if self.wrap {
                for (i, piece) in pieces(line, room.columns)
                    .into_iter()
                    .enumerate()
                    .skip(skip)
                {
                    out.push((at, i == 0, piece));
                }
                skip = 0;
            } else {
                out.push((at, true, beyond(line, self.left)..line.len()));
            }
            if out.len() >= room.rows {
                break;
            }
        }
        out.truncate(room.rows);
        out
    }
}

/// The byte behind the first so many columns.
fn beyond(line: &str, columns: usize) -> usize {
    let mut used = 0;
    for (at, c) in line.char_indices() {
        if used >= columns {
            return at;
        }
        used += c.width().unwrap_or(0);
    }
    line.len()
}

/// A line cut into rows of so many columns; one empty row for an empty line.
#[must_use]
pub fn pieces(line: &str, columns: usize) -> Vec<Range<usize>> {
    let columns = columns.max(1);
    let mut out = Vec::new();
    let (mut from, mut used) = (0, 0);
    for (at, c) in line.char_indices() {
        let width = c.width().unwrap_or(0);
        if used + width > columns && at > from {
            out.push(from..at);
            (from, used) = (at, 0);
        }
        used += width;
    }
    out.push(from..line.len());
    out
}

/// Whether a text has what is looked for in it.
#[must_use]
pub fn matches_any(text: &str, find: &str) -> bool {
    next_match(text, find, 0).is_some()
}

/// Where a text has it (bytes), without overlaps. Small letters stand for capitals, too, unless what is looked for has
/// a capital itself.
#[must_use]
pub fn matches_in(text: &str, find: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    while let Some(found) = next_match(text, find, from) {
        from = found.end;
        out.push(found);
    }
    out
}

fn next_match(text: &str, find: &str, from: usize) -> Option<Range<usize>> {
    if find.is_empty() {
        return None;
    }
    let exact = find.chars().any(char::is_uppercase);
    if exact {
        let at = text.get(from..)?.find(find)? + from;
        return Some(at..at + find.len());
    }
    let bytes = text.as_bytes();
    let (first, find) = (find.as_bytes()[0].to_ascii_lowercase(), find.as_bytes());
    (from..=bytes.len().checked_sub(find.len())?)
        .find(|at| {
            bytes[*at].to_ascii_lowercase() == first
                && bytes[*at..*at + find.len()].eq_ignore_ascii_case(find)
        })
        .map(|at| at..at + find.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|l| (*l).to_owned()).collect()
    }

    #[test]
    fn small_letters_find_capitals_but_not_the_other_way_round() {
        assert_eq!(matches_in("Loss loss LOSS", "loss"), [0..4, 5..9, 10..14]);
        assert_eq!(
            matches_in("Loss loss", "Loss"),
            vec![std::ops::Range { start: 0, end: 4 }]
        );
        assert_eq!(
            matches_in("naïve Ï", "ï"),
            vec![std::ops::Range { start: 2, end: 4 }]
        );
        assert_eq!(matches_in("aaaa", "aa"), [0..2, 2..4]);
        assert!(!matches_any("x", ""));
    }

    #[test]
    fn a_search_goes_round() {
        let lines = text(&["a", "error 1", "b", "Error 2"]);
        let room = Room {
            columns: 10,
            rows: 2,
        };
        let mut pager = Pager {
            find: "error".into(),
            ..Pager::wrapped()
        };
        for expected in [1, 3, 1] {
            assert!(pager.seek(true, &lines[..], room));
            assert_eq!(pager.hit, Some(expected));
        }
        assert!(pager.seek(false, &lines[..], room));
        assert_eq!(pager.hit, Some(3));
        pager.find = "none".into();
        assert!(!pager.seek(true, &lines[..], room));
    }

    proptest! {
        #[test]
        fn the_room_is_filled_and_nothing_is_lost(
            lines in prop::collection::vec("[a-z世 ]{0,30}", 0..20),
            moves in prop::collection::vec((0usize..4, -9isize..9), 0..20),
            columns in 1usize..12, rows in 1usize..8, wrap in any::<bool>(),
        ) {
            let room = Room { columns, rows };
            let mut pager = Pager { wrap, ..Pager::default() };
            for (kind, n) in moves {
                let motion = [Move::By(n), Move::HalfPages(n), Move::First, Move::Last][kind];
                pager.go(motion, &lines[..], room);
                let shown = pager.rows(&lines[..], room);
                let all: usize = lines.iter().map(|l| pager.rows_of(l, columns)).sum();
                prop_assert_eq!(shown.len(), rows.min(all));
            }
            pager.go(Move::First, &lines[..], room);
            prop_assert!(pager.top == 0 && pager.part == 0);
            for line in &lines {
                let whole: String = pieces(line, columns).into_iter().map(|r| &line[r]).collect();
                prop_assert_eq!(&whole, line);
            }
        }
    }
}
