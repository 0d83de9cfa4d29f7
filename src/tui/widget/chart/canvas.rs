//! The dots of a chart: 2×4 to the cell in braille, one to the cell in ASCII.

use ratatui::layout::Rect;

use super::Line;
use crate::theme::Role;
use crate::widget::scale::Scale;
use crate::widget::text::Brush;

/// Braille dot bits by row and column within a cell.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// One cell: its braille dots, coarse hits and who drew last.
#[derive(Debug, Clone, Copy, Default)]
struct Dots {
    bits: u8,
    owner: usize,
    /// Raw curves behind smoothed ones: shown only where nothing else runs.
    faint_bits: u8,
}

/// Dots of all curves, before they become characters.
#[derive(Debug, Clone)]
pub struct Canvas {
    width: u16,
    height: u16,
    cells: Vec<Dots>,
    /// The last place of each line that is inside, by series.
    ends: Vec<(usize, u16, u16)>,
    /// Where a value was no number, by series.
    gaps: Vec<(usize, u16, u16)>,
}

impl Canvas {
    /// An empty canvas of so many cells.
    pub fn new(width: u16, height: u16) -> Self {
        Self {
            width,
            height,
            cells: vec![Dots::default(); usize::from(width) * usize::from(height)],
            ends: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// Whether a curve runs through a cell.
    pub fn taken(&self, column: u16, row: u16) -> bool {
        self.at(column, row)
            .is_some_and(|c| c.bits | c.faint_bits != 0)
    }

    fn at(&self, column: u16, row: u16) -> Option<&Dots> {
        if column >= self.width || row >= self.height {
            return None;
        }
        self.cells
            .get(usize::from(row) * usize::from(self.width) + usize::from(column))
    }

    /// Draws one curve.
    pub fn line(&mut self, line: &Line, x: Scale, y: Scale) {
        let (w, h) = (
            f64::from(self.width) * 2.0 - 1.0,
            f64::from(self.height) * 4.0 - 1.0,
        );
        let (x, y) = (x.placer(), y.placer());
        let mut previous: Option<(f64, f64)> = None;
        let mut end = None;
        for &(px, py) in line.points.iter() {
            let (Some(ax), Some(ay)) = (x(px), y(py)) else {
                self.gap((x(px), py), h, end, line);
                previous = None;
                continue;
            };
            let here = (ax * w, (1.0 - ay) * h);
            match previous {
                Some(from) => self.segment(from, here, (w, h), line),
                None => self.segment(here, here, (w, h), line),
            }
            if (0.0..=1.0).contains(&ax) && (0.0..=1.0).contains(&ay) {
                end = Some(here);
            }
            previous = Some(here);
        }
        if let (Some((ex, ey)), false) = (end, line.faint) {
            self.ends.push((
                line.series,
                (ex.round() as u16) / 2,
                (ey.round() as u16) / 4,
            ));
        }
    }

    /// Draws a curve that is there already once more, over all others.
    pub fn on_top(&mut self, line: &Line, x: Scale, y: Scale) {
        self.ends.retain(|e| e.0 != line.series);
        self.gaps.retain(|g| g.0 != line.series);
        self.line(line, x, y);
    }

    /// Notes a value that is no finite number: where the curve was last, or at the end that it went out of.
    fn gap(
        &mut self,
        (place, py): (Option<f64>, f64),
        h: f64,
        end: Option<(f64, f64)>,
        line: &Line,
    ) {
        let inside = place.filter(|p| (0.0..=1.0).contains(p));
        let (Some(ax), false, false) = (inside, line.faint, py.is_finite()) else {
            return;
        };
        let row = match py {
            f64::INFINITY => 0.0,
            f64::NEG_INFINITY => h,
            _ => end.map_or(h, |e| e.1),
        };
        let column = (ax * (f64::from(self.width) * 2.0 - 1.0)).round() as u16 / 2;
        self.gaps
            .push((line.series, column, row.round() as u16 / 4));
    }

    fn segment(&mut self, from: (f64, f64), to: (f64, f64), size: (f64, f64), line: &Line) {
        let Some((a, b)) = clip(from, to, size) else {
            return;
        };
        let steps = (b.0 - a.0).abs().max((b.1 - a.1).abs()).ceil().max(1.0) as u32;
        for i in 0..=steps {
            let t = f64::from(i) / f64::from(steps);
            let dot = (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
            self.dot(dot.0.round() as u16, dot.1.round() as u16, line);
        }
    }

    fn dot(&mut self, x: u16, y: u16, line: &Line) {
        let (column, row) = (x / 2, y / 4);
        if column >= self.width || row >= self.height {
            return;
        }
        let cell =
            &mut self.cells[usize::from(row) * usize::from(self.width) + usize::from(column)];
        let dot = DOTS[usize::from(y % 4)][usize::from(x % 2)];
        if line.faint {
            cell.faint_bits |= dot;
        } else {
            cell.bits |= dot;
            cell.owner = line.series;
        }
    }

    /// Turns dots into characters; returns where each line ends, for the legend.
    pub fn paint(
        &self,
        brush: &mut Brush<'_>,
        area: Rect,
        lines: &[Line],
    ) -> Vec<(usize, u16, u16)> {
        let g = brush.glyphs();
        let mut text = [0u8; 4];
        for row in 0..self.height.min(area.height) {
            for column in 0..self.width.min(area.width) {
                let Some(cell) = self.at(column, row).filter(|c| c.bits | c.faint_bits != 0) else {
                    continue;
                };
                let (series, faint) = (cell.owner, cell.bits == 0);
                let bits = if faint { cell.faint_bits } else { cell.bits };
                let style = if faint {
                    brush.look.theme.style(Role::Rule)
                } else {
                    brush.look.theme.series(series)
                };
                let symbol = if g.braille {
                    char::from_u32(0x2800 + u32::from(bits))
                        .map_or(" ", |c| c.encode_utf8(&mut text))
                } else if faint {
                    "."
                } else {
                    if series < 8 {
                        g.lines[series]
                    } else {
                        g.marker(series)
                    }
                };
                brush.put(area.x + column, area.y + row, 1, symbol, style);
            }
        }
        // Without colour the markers are what tells the lines apart, so they also stand along the way.
        if !brush.look.theme.has_colour() && g.braille && lines.len() > 1 {
            self.milestones(brush, area, lines);
        }
        for (series, column, row) in self
            .gaps
            .iter()
            .filter(|g| g.1 < area.width && g.2 < area.height)
        {
            let style = brush.look.theme.series(*series);
            brush.put(area.x + column, area.y + row, 1, g.gap, style);
        }
        if !lines.is_empty() {
            for (series, column, row) in &self.ends {
                let style = brush.look.theme.series(*series);
                brush.put(area.x + column, area.y + row, 1, g.marker(*series), style);
            }
        }
        self.ends.clone()
    }

    fn milestones(&self, brush: &mut Brush<'_>, area: Rect, lines: &[Line]) {
        for line in lines.iter().filter(|l| !l.faint) {
            let first = 4 + (line.series as u16 * 3) % 12;
            for column in (first..self.width).step_by(12) {
                let row = (0..self.height).find(|r| {
                    self.at(column, *r)
                        .is_some_and(|c| c.bits != 0 && c.owner == line.series)
                });
                if let Some(row) = row {
                    let glyph = brush.glyphs().marker(line.series);
                    brush.put(area.x + column, area.y + row, 1, glyph, Role::Text);
                }
            }
        }
    }
}

/// The part of a segment inside `[0, w] × [0, h]` (Liang and Barsky), so that a far point costs nothing.
fn clip(a: (f64, f64), b: (f64, f64), (w, h): (f64, f64)) -> Option<((f64, f64), (f64, f64))> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut t0, mut t1) = (0.0f64, 1.0f64);
    for (p, q) in [(-dx, a.0), (dx, w - a.0), (-dy, a.1), (dy, h - a.1)] {
        if p == 0.0 {
            if q < 0.0 {
                return None;
            }
        } else if p < 0.0 {
            t0 = t0.max(q / p);
        } else {
            t1 = t1.min(q / p);
        }
    }
    (t0 <= t1 && t0.is_finite() && t1.is_finite()).then_some((
        (a.0 + t0 * dx, a.1 + t0 * dy),
        (a.0 + t1 * dx, a.1 + t1 * dy),
    ))
}
