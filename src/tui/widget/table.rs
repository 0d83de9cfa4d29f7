//! Tables that draw only what is visible and drop their least important columns when room is short.

use ratatui::layout::Rect;

use super::sparkline::Sparkline;
use super::text::{Brush, Ink, width};
use crate::theme::Role;

/// Where a column's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its head.
    pub title: String,
    /// Columns it needs.
    pub min: u16,
    /// Share of the room left over; 0 keeps it at `min`.
    pub grow: u16,
    /// Columns it takes at most: a name far from its numbers is hard to read.
    pub max: u16,
    /// Where its text stands.
    pub align: Align,
    /// 0 is always shown; the highest goes first when room is short.
    pub priority: u8,
    /// Sorted by it: ascending (true) or descending.
    pub sorted: Option<bool>,
    /// As which of several columns that it is sorted by; 0 when by one.
    pub rank: u8,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub fn left(title: &str, min: u16) -> Self {
        Self {
            title: title.to_owned(),
            min,
            grow: 0,
            max: u16::MAX,
            align: Align::Left,
            priority: 0,
            sorted: None,
            rank: 0,
        }
    }

    /// A column of numbers.
    #[must_use]
    pub fn right(title: &str, min: u16) -> Self {
        Self {
            align: Align::Right,
            ..Self::left(title, min)
        }
    }

    /// Takes a share of the room left over.
    #[must_use]
    pub const fn grow(mut self, share: u16) -> Self {
        self.grow = share;
        self
    }

    /// Takes so many columns at most.
    #[must_use]
    pub const fn at_most(mut self, max: u16) -> Self {
        self.max = max;
        self
    }

    /// Goes when room is short; higher goes earlier.
    #[must_use]
    pub const fn priority(mut self, priority: u8) -> Self {
        self.priority = priority;
        self
    }
}

/// What one cell shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text in one ink.
    Text(String, Ink),
    /// Several pieces one after the other.
    Pieces(Vec<(String, Ink)>),
    /// A row of values with a bound, and whether values above it are the bad ones.
    Spark(Vec<f64>, f64, bool),
}

impl Cell {
    /// Ordinary text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into(), Role::Text.into())
    }

    /// Text with a meaning.
    #[must_use]
    pub fn role(text: impl Into<String>, role: Role) -> Self {
        Self::Text(text.into(), role.into())
    }
}

/// A table over rows that are made when they are drawn.
pub struct Table<'a> {
    /// The columns, left to right.
    pub columns: &'a [Column],
    /// How many rows there are.
    pub len: usize,
    /// The first row drawn.
    pub offset: usize,
    /// The selected row.
    pub selected: Option<usize>,
    /// Whether the table has the focus.
    pub focused: bool,
    /// The cells of a row.
    pub row: &'a dyn Fn(usize) -> Vec<Cell>,
    /// Whether a row is marked.
    pub marked: &'a dyn Fn(usize) -> bool,
}

/// Columns between two columns.
const GAP: u16 = 2;
/// Columns for the selection bar and the mark.
const GUTTER: u16 = 2;

/// Widths of the columns that are shown, by index.
#[must_use]
pub fn layout(columns: &[Column], room: u16) -> Vec<(usize, u16)> {
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    let need = |shown: &[usize]| -> u32 {
        shown
            .iter()
            .map(|i| u32::from(columns[*i].min))
            .sum::<u32>()
            + u32::from(GAP) * shown.len().saturating_sub(1) as u32
    };
    while need(&shown) > u32::from(room) {
        // The last of the least important goes first.
        let victim = shown
            .iter()
            .enumerate()
            .filter(|(_, i)| columns[**i].priority > 0)
            .max_by_key(|(at, i)| (columns[**i].priority, *at));
        match victim {
            Some((at, _)) => {
                shown.remove(at);
            }
            None => break,
        }
    }
    let mut widths: Vec<(usize, u16)> = shown.iter().map(|i| (*i, columns[*i].min)).collect();
    let mut spare = u32::from(room).saturating_sub(need(&shown));
    // One column at a time to whoever has least of its share: a few hundred steps at most, and caps come
    // out right without a second pass.
    while spare > 0 {
        let hungry = widths
            .iter_mut()
            .filter(|(i, w)| columns[*i].grow > 0 && *w < columns[*i].max)
            .min_by_key(|(i, w)| {
                u32::from(*w - columns[*i].min) * 1_000 / u32::from(columns[*i].grow)
            });
        match hungry {
            Some((_, w)) => *w += 1,
            None => break,
        }
        spare -= 1;
    }
    widths
}

impl Table<'_> {
    /// Draws heads and visible rows.
    pub fn draw(&self, brush: &mut Brush<'_>, area: Rect) {
        if area.height == 0 || area.width <= GUTTER {
            return;
        }
        let widths = layout(self.columns, area.width - GUTTER);
        self.heads(brush, area, &widths);
        let g = brush.glyphs();
        for line in 1..area.height {
            let index = self.offset + usize::from(line) - 1;
            if index >= self.len {
                break;
            }
            let y = area.y + line;
            let selected = self.selected == Some(index);
            let cells = (self.row)(index);
            let mut x = area.x + GUTTER;
            for (column, w) in &widths {
                if x >= area.right() {
                    break;
                }
                let w = (*w).min(area.right() - x);
                if let Some(cell) = cells.get(*column) {
                    draw_cell(brush, cell, x, y, w, self.columns[*column].align);
                }
                x = x.saturating_add(w + GAP);
            }
            if selected {
                let role = if self.focused {
                    Role::Selected
                } else {
                    Role::SelectedDim
                };
                brush.tint(
                    Rect {
                        x: area.x,
                        y,
                        width: area.width,
                        height: 1,
                    },
                    role,
                );
                brush.put(
                    area.x,
                    y,
                    1,
                    g.cursor,
                    if self.focused {
                        Role::Accent
                    } else {
                        Role::Rule
                    },
                );
            }
            if (self.marked)(index) {
                brush.put(area.x + 1, y, 1, g.mark, Role::Marked);
            }
        }
        self.scroll_note(brush, area);
    }

    fn heads(&self, brush: &mut Brush<'_>, area: Rect, widths: &[(usize, u16)]) {
        let g = brush.glyphs();
        let mut x = area.x + GUTTER;
        for (i, w) in widths {
            if x >= area.right() {
                break;
            }
            let column = &self.columns[*i];
            let w = (*w).min(area.right() - x);
            let mut title = column.title.clone();
            if let Some(ascending) = column.sorted {
                title.push_str(g.sort[usize::from(!ascending)]);
                if column.rank > 0 {
                    title.push_str(&column.rank.to_string());
                }
            }
            match column.align {
                Align::Left => {
                    brush.put(x, area.y, w, &title, Role::Column);
                }
                Align::Right => brush.put_right(x, area.y, w, &title, Role::Column),
            }
            x = x.saturating_add(w + GAP);
        }
    }

    /// `12–40 of 315` over the end of the head line, when not everything is visible.
    fn scroll_note(&self, brush: &mut Brush<'_>, area: Rect) {
        let rows = usize::from(area.height.saturating_sub(1));
        if self.len <= rows || rows == 0 {
            return;
        }
        let last = crate::format::count((self.offset + rows).min(self.len) as u64);
        let text = format!("{last} of {}", crate::format::count(self.len as u64));
        let w = width(&text) as u16;
        // On the rule above the table, where it is nobody's column, unless something else stands there.
        let (x, y) = (area.right().saturating_sub(w + 3), area.y.saturating_sub(1));
        let rule = brush.glyphs().rule;
        let free = area.width > w + 30
            && area.y > 0
            && (x..area.right())
                .all(|x| brush.buf.cell((x, y)).is_some_and(|c| c.symbol() == rule));
        if free {
            brush.put(x, y, w + 2, &format!(" {text} "), Role::Dim);
        }
    }
}

fn draw_cell(brush: &mut Brush<'_>, cell: &Cell, x: u16, y: u16, w: u16, align: Align) {
    match (cell, align) {
        (Cell::Text(text, ink), Align::Left) => {
            brush.put(x, y, w, text, *ink);
        }
        (Cell::Text(text, ink), Align::Right) => brush.put_right(x, y, w, text, *ink),
        (Cell::Pieces(pieces), _) => {
            let total: usize = pieces.iter().map(|p| width(&p.0)).sum();
            let start = if align == Align::Right {
                x + w.saturating_sub(total as u16)
            } else {
                x
            };
            let borrowed: Vec<(&str, Ink)> = pieces.iter().map(|(t, i)| (t.as_str(), *i)).collect();
            brush.pieces(start, y, (x + w).saturating_sub(start), &borrowed);
        }
        (Cell::Spark(values, bound, above), _) => {
            Sparkline {
                values,
                bound: *bound,
                above: *above,
                range: None,
            }
            .draw(brush, x, y, w);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_least_important_column_goes_first() {
        let columns = [
            Column::left("name", 10).grow(1),
            Column::right("auc", 6),
            Column::left("user", 8).priority(2),
            Column::left("started", 8).priority(1),
        ];
        let names = |room| {
            layout(&columns, room)
                .iter()
                .map(|(i, w)| (columns[*i].title.clone(), *w))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names(38),
            [
                ("name".into(), 10),
                ("auc".into(), 6),
                ("user".into(), 8),
                ("started".into(), 8)
            ]
        );
        assert_eq!(
            names(37),
            [
                ("name".into(), 19),
                ("auc".into(), 6),
                ("started".into(), 8)
            ]
            .map(|(n, w): (String, u16)| (n, if w == 19 { 19 } else { w }))
        );
        assert_eq!(names(20), [("name".into(), 12), ("auc".into(), 6)]);
    }

    proptest! {
        #[test]
        fn columns_use_the_room_and_no_more(mins in proptest::collection::vec((1u16..12, 0u16..3, 0u8..4), 1..8), room in 0u16..120) {
            let columns: Vec<_> = mins.iter().map(|(m, g, p)| Column::left("c", *m).grow(*g).priority(*p)).collect();
            let shown = layout(&columns, room);
            let used: u16 = shown.iter().map(|s| s.1).sum::<u16>() + GAP * shown.len().saturating_sub(1) as u16;
            let optional = shown.iter().any(|(i, _)| columns[*i].priority > 0);
            prop_assert!(used <= room || !optional);
        }
    }
}
