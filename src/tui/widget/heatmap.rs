//! A grid of windows: one row for each feature, one column for each window, newest at the right.
//!
//! A cell says its level three times: by glyph, by colour and, for the cursor's column, by its value at the
//! right edge. Without colour the cells themselves print their values.

use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::text::{Brush, width};
use crate::theme::Role;

/// What one cell says.
#[derive(Debug, Clone, PartialEq)]
pub enum Heat {
    /// Calm to hot, 0 to 1; 1 is over the threshold.
    Level(f64),
    /// A value in a row of its own (quality, coverage): height 0 to 1, and whether it is under its bound.
    Bar(f64, bool),
    /// Too few rows.
    Unknown,
    /// Could not be computed.
    Broken,
}

/// One row of the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatRow {
    /// Its label.
    pub name: String,
    /// A cell and its value as text for each window; `None` where there is nothing.
    pub cells: Vec<Option<(Heat, String)>>,
}

/// The whole grid.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Heatmap {
    /// The rows that stay on top: quality, coverage.
    pub fixed: Vec<HeatRow>,
    /// The rows that scroll.
    pub rows: Vec<HeatRow>,
    /// Heads of the columns; an empty one is not drawn.
    pub heads: Vec<String>,
    /// Deployments: the column from which on a version answered, and its name.
    pub marks: Vec<(usize, String)>,
    /// Selected row (counted over `fixed` then `rows`) and column.
    pub cursor: (usize, usize),
    /// The first of `rows` that is drawn.
    pub offset: usize,
    /// Whether the grid has the focus.
    pub focused: bool,
}

/// Columns kept for the value at the right edge.
const VALUE: u16 = 7;

/// How a grid falls on an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Grid {
    label: u16,
    cell: u16,
    first: usize,
    shown: usize,
}

impl Heatmap {
    /// Rows needed for heads, marks and the fixed rows.
    #[must_use]
    pub fn head_rows(&self) -> u16 {
        1 + u16::from(!self.marks.is_empty()) + self.fixed.len() as u16
    }

    fn grid(&self, area: Rect, values: bool) -> Grid {
        let columns = self.heads.len();
        let longest = self
            .fixed
            .iter()
            .chain(&self.rows)
            .map(|r| width(&r.name))
            .max()
            .unwrap_or(0) as u16;
        let label = longest.clamp(4, (area.width / 4).max(6)) + 2;
        let room = area.width.saturating_sub(label + VALUE + 1);
        let cell = if values {
            4
        } else {
            (room / columns.max(1) as u16).clamp(1, 3)
        };
        let fit = usize::from(room / cell.max(1)).max(1);
        let shown = fit.min(columns);
        // Keeps the cursor visible, the newest windows by preference.
        let first = (columns - shown).min(self.cursor.1.saturating_sub(shown / 3));
        let first = if self.cursor.1 >= columns.saturating_sub(shown) {
            columns - shown
        } else {
            first
        };
        Grid {
            label,
            cell,
            first,
            shown,
        }
    }

    /// The row and the column under a cell of the screen; the column is absent beside the cells.
    #[must_use]
    pub fn at(&self, area: Rect, values: bool, at: Position) -> Option<(usize, Option<usize>)> {
        let drawn = area.width >= 12 && !self.heads.is_empty() && area.contains(at);
        let below = usize::from(at.y.checked_sub(area.y)?);
        let heads = 1 + usize::from(!self.marks.is_empty());
        let row = below.checked_sub(heads).filter(|_| drawn)?;
        let row = if row < self.fixed.len() {
            row
        } else {
            row + self.offset
        };
        let grid = self.grid(area, values);
        let across = at.x.checked_sub(area.x + grid.label);
        let column = across.map(|x| usize::from(x / grid.cell.max(1)));
        let column = column.filter(|c| *c < grid.shown).map(|c| c + grid.first);
        (row < self.fixed.len() + self.rows.len()).then_some((row, column))
    }

    /// Draws the grid.
    pub fn draw(&self, brush: &mut Brush<'_>, area: Rect) {
        if area.width < 12 || area.height == 0 || self.heads.is_empty() {
            return;
        }
        let values = !brush.look.theme.has_colour();
        let grid = self.grid(area, values);
        let mut y = area.y;
        self.heads_line(brush, area, grid, y);
        y += 1;
        if !self.marks.is_empty() && y < area.bottom() {
            self.marks_line(brush, area, grid, y);
            y += 1;
        }
        for (i, row) in self.fixed.iter().enumerate() {
            if y >= area.bottom() {
                return;
            }
            self.row(brush, area, grid, y, row, i, values);
            y += 1;
        }
        for (i, row) in self.rows.iter().enumerate().skip(self.offset) {
            if y >= area.bottom() {
                return;
            }
            self.row(brush, area, grid, y, row, self.fixed.len() + i, values);
            y += 1;
        }
    }

    fn x(&self, area: Rect, grid: Grid, column: usize) -> u16 {
        area.x + grid.label + ((column - grid.first) as u16) * grid.cell
    }

    fn heads_line(&self, brush: &mut Brush<'_>, area: Rect, grid: Grid, y: u16) {
        let end = area.x + grid.label + grid.shown as u16 * grid.cell;
        // From the right: where two do not fit, the first one's columns are few, at the grid's edge.
        let mut free = end + 1;
        for column in (grid.first..grid.first + grid.shown).rev() {
            let head = &self.heads[column];
            let x = self.x(area, grid, column);
            let w = width(head) as u16;
            if !head.is_empty() && x + w < free {
                brush.put(x, y, w, head, Role::Dim);
                free = x;
            }
        }
    }

    fn marks_line(&self, brush: &mut Brush<'_>, area: Rect, grid: Grid, y: u16) {
        brush.put(area.x, y, grid.label - 1, "serving", Role::Dim);
        let mut free = 0;
        let end = area.x + grid.label + grid.shown as u16 * grid.cell;
        for column in grid.first..grid.first + grid.shown {
            let x = self.x(area, grid, column);
            // Several moves in one window: the last one stays.
            if let Some((_, name)) = self.marks.iter().rev().find(|m| m.0 == column) {
                let w = (width(name) as u16).min(end.saturating_sub(x));
                if x >= free && w > 0 {
                    brush.put(x, y, w, name, Role::Accent);
                    free = x + w;
                    continue;
                }
            }
            let started = self.marks.iter().any(|m| m.0 <= column);
            for i in 0..grid.cell {
                if started && x + i >= free {
                    brush.put(x + i, y, 1, brush.glyphs().dash, Role::Rule);
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one row's place in a grid")]
    fn row(
        &self,
        brush: &mut Brush<'_>,
        area: Rect,
        grid: Grid,
        y: u16,
        row: &HeatRow,
        index: usize,
        values: bool,
    ) {
        let current = index == self.cursor.0;
        let g = brush.glyphs();
        if current {
            brush.put(area.x, y, 1, g.cursor, Role::Accent);
        }
        let role = match (current, self.focused) {
            (true, true) => Role::Title,
            (true, false) => Role::Header,
            _ => Role::Text,
        };
        brush.put(area.x + 1, y, grid.label - 2, &row.name, role);
        for column in grid.first..grid.first + grid.shown {
            let x = self.x(area, grid, column);
            let under = column == self.cursor.1;
            if let Some(Some((heat, text))) = row.cells.get(column) {
                let (glyph, style) = appearance(brush, heat);
                if values {
                    let style = if matches!(heat, Heat::Level(l) if *l >= 1.0) {
                        style.add_modifier(Modifier::BOLD)
                    } else {
                        style
                    };
                    let short: String = if text.starts_with("0.") {
                        &text[1..]
                    } else {
                        text
                    }
                    .chars()
                    .take(3)
                    .collect();
                    brush.put_right(x, y, grid.cell - 1, &short, style);
                    if matches!(heat, Heat::Level(l) if *l >= 1.0) {
                        brush.put(x + grid.cell - 1, y, 1, "!", style);
                    }
                } else {
                    for i in 0..grid.cell.max(1) {
                        // A column of air between cells once there is room for it.
                        if grid.cell < 3 || i < 2 {
                            brush.put(x + i, y, 1, glyph, style);
                        }
                    }
                }
            }
            if under && current {
                let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
                brush.tint(
                    Rect {
                        x,
                        y,
                        width: if grid.cell == 3 && !values {
                            2
                        } else {
                            grid.cell
                        },
                        height: 1,
                    },
                    style,
                );
            }
        }
        if let Some(Some((heat, text))) = row.cells.get(self.cursor.1) {
            let role = match heat {
                Heat::Level(l) if *l >= 1.0 => Role::Bad,
                Heat::Bar(_, true) => Role::Bad,
                Heat::Broken => Role::Warn,
                _ if current => Role::Text,
                _ => Role::Dim,
            };
            // Beside the grid, not at the far edge, so that the eye need not travel.
            let end = area.x + grid.label + grid.shown as u16 * grid.cell;
            brush.put_right(
                (end + 1).min(area.right().saturating_sub(VALUE)),
                y,
                VALUE,
                text,
                role,
            );
        }
    }
}

fn appearance(brush: &Brush<'_>, heat: &Heat) -> (&'static str, Style) {
    let (g, theme) = (brush.glyphs(), &brush.look.theme);
    match heat {
        Heat::Level(level) if *level >= 1.0 => (g.shades[4], theme.heat(1.0)),
        Heat::Level(level) => {
            let level = if level.is_finite() {
                level.clamp(0.0, 1.0)
            } else {
                0.0
            };
            (
                g.shades[((level * 4.0) as usize).min(3)],
                theme.heat(level * 0.8),
            )
        }
        Heat::Bar(height, bad) => {
            let step = ((height.clamp(0.0, 1.0) * 7.0).round() as usize).min(7);
            (
                g.levels[step],
                theme.style(if *bad { Role::Bad } else { Role::Accent }),
            )
        }
        Heat::Unknown => (g.unknown, theme.style(Role::Dim)),
        Heat::Broken => ("!", theme.style(Role::Warn)),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::testing;

    fn sample() -> Heatmap {
        let cells = |f: &dyn Fn(usize) -> f64| {
            (0..50)
                .map(|i| Some((Heat::Level(f(i) / 0.1), format!("{:.2}", f(i)))))
                .collect::<Vec<_>>()
        };
        let mut broken = cells(&|i| i as f64 * 0.004);
        broken[10] = Some((Heat::Unknown, "few".into()));
        broken[11] = Some((Heat::Broken, "error".into()));
        broken[12] = None;
        Heatmap {
            fixed: vec![HeatRow {
                name: "auc".into(),
                cells: (0..50)
                    .map(|i| {
                        (i < 46).then(|| {
                            (
                                Heat::Bar(1.0 - f64::from(i) / 50.0, i > 30),
                                "0.701".to_owned(),
                            )
                        })
                    })
                    .collect(),
            }],
            rows: vec![
                HeatRow {
                    name: "distance".into(),
                    cells: cells(&|_| 0.02),
                },
                HeatRow {
                    name: "temperature_at_departure".into(),
                    cells: broken,
                },
            ],
            heads: (0..50)
                .map(|i| {
                    if i % 4 == 0 {
                        ["Jan", "Apr", "Jul", "Oct"][i / 13].to_owned()
                    } else {
                        String::new()
                    }
                })
                .collect(),
            marks: vec![(0, "v1".into()), (28, "v4".into())],
            cursor: (2, 30),
            offset: 0,
            focused: true,
        }
    }

    fn draw(map: &Heatmap, w: u16, h: u16, look: &crate::caps::Look) -> String {
        let area = Rect::new(0, 0, w, h);
        let mut buf = Buffer::empty(area);
        map.draw(
            &mut Brush {
                buf: &mut buf,
                look,
            },
            area,
        );
        testing::frame(&buf)
    }

    #[test]
    fn grids() {
        insta::assert_snapshot!("heatmap_80", draw(&sample(), 80, 7, &testing::look()));
        insta::assert_snapshot!(
            "heatmap_160_ascii",
            draw(&sample(), 160, 7, &testing::ascii())
        );
        insta::assert_snapshot!("heatmap_80_mono", draw(&sample(), 80, 7, &testing::mono()));
    }

    #[test]
    fn any_size() {
        for w in 1..90 {
            for h in [1, 2, 3, 8] {
                for cursor in [(0, 0), (2, 49), (99, 99)] {
                    let map = Heatmap { cursor, ..sample() };
                    let _ = draw(&map, w, h, &testing::mono());
                    let _ = draw(&map, w, h, &testing::look());
                }
            }
        }
        let _ = draw(&Heatmap::default(), 80, 24, &testing::look());
    }
}
