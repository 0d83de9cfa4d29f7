//! Two distributions over the same buckets: bars for now, a tick for the reference.

use ratatui::layout::Rect;

use super::text::{Brush, width};
use crate::format;
use crate::theme::Role;

/// Shares of two samples in labelled buckets.
#[derive(Debug, Clone, Copy)]
pub struct Histogram<'a> {
    /// A label for each bucket.
    pub buckets: &'a [String],
    /// The reference's shares.
    pub reference: &'a [f64],
    /// The current shares.
    pub current: &'a [f64],
}

impl Histogram<'_> {
    fn len(&self) -> usize {
        self.buckets
            .len()
            .min(self.reference.len())
            .min(self.current.len())
    }

    /// Draws one row for each bucket, in several columns when they do not fit below each other.
    pub fn draw(&self, brush: &mut Brush<'_>, area: Rect) {
        let n = self.len();
        if n == 0 || area.height == 0 || area.width < 16 {
            return;
        }
        let rows = usize::from(area.height);
        let columns = n.div_ceil(rows).min(usize::from(area.width / 36).max(1));
        let per_column = n.div_ceil(columns);
        // Longer bars tell no more, and the numbers would stand far from their labels.
        let column_width = (area.width / columns as u16).min(120);
        let top = self
            .reference
            .iter()
            .chain(self.current)
            .copied()
            .filter(|v| v.is_finite())
            .fold(0.0f64, f64::max);
        let label = self.buckets.iter().map(|b| width(b)).max().unwrap_or(0) as u16;
        let label = label.clamp(3, column_width / 3);
        for column in 0..columns {
            let x = area.x + column as u16 * column_width;
            for line in 0..per_column.min(rows) {
                let i = column * per_column + line;
                if i >= n {
                    break;
                }
                let y = area.y + line as u16;
                if line + 1 == rows && line + 1 < per_column {
                    let text = format!("and {} more", per_column - line);
                    brush.put(
                        x + label + 1,
                        y,
                        column_width.saturating_sub(label + 2),
                        &text,
                        Role::Dim,
                    );
                    break;
                }
                self.bucket(brush, (x, y), column_width.saturating_sub(2), label, i, top);
            }
        }
    }

    fn bucket(
        &self,
        brush: &mut Brush<'_>,
        (x, y): (u16, u16),
        w: u16,
        label: u16,
        i: usize,
        top: f64,
    ) {
        let g = brush.glyphs();
        let (now, then) = (self.current[i], self.reference[i]);
        brush.put_right(x, y, label, &self.buckets[i], Role::Text);
        let numbers = 12;
        let bar = w.saturating_sub(label + 1 + numbers);
        let cells = |v: f64| {
            if top > 0.0 && v.is_finite() {
                (v / top * f64::from(bar)).round() as u16
            } else {
                0
            }
        };
        let start = x + label + 1;
        let style = brush.look.theme.series(0);
        for column in 0..cells(now).min(bar) {
            brush.put(start + column, y, 1, g.block[0], style);
        }
        // The tick stands on the cell where the reference ends.
        if bar > 0 {
            let at = cells(then)
                .saturating_sub(u16::from(cells(then) > 0))
                .min(bar - 1);
            let inside = at < cells(now);
            let tick = brush.look.theme.series(1);
            let style = if inside {
                tick.patch(ratatui::style::Style::new().bg(style.fg.unwrap_or_default()))
            } else {
                tick
            };
            brush.put(
                start + at,
                y,
                1,
                g.bar,
                if brush.look.theme.has_colour() {
                    style
                } else {
                    tick
                },
            );
        }
        let far = (now - then).abs() >= 0.05;
        let x = start + bar + 1;
        brush.put_right(
            x,
            y,
            4,
            &format::share(now, g.none),
            if far { Role::Header } else { Role::Text },
        );
        brush.put(
            x + 5,
            y,
            7,
            &format!("({})", format::share(then, g.none)),
            Role::Dim,
        );
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::testing;

    fn draw(n: usize, w: u16, h: u16, look: &crate::caps::Look) -> String {
        let area = Rect::new(0, 0, w, h);
        let mut buf = Buffer::empty(area);
        let buckets: Vec<String> = (0..n)
            .map(|i| format!("[{}, {})", i * 100, (i + 1) * 100))
            .collect();
        let reference: Vec<f64> = (0..n).map(|_| 1.0 / n as f64).collect();
        let current: Vec<f64> = (0..n).map(|i| 2.0 * i as f64 / (n * n) as f64).collect();
        Histogram {
            buckets: &buckets,
            reference: &reference,
            current: &current,
        }
        .draw(
            &mut Brush {
                buf: &mut buf,
                look,
            },
            area,
        );
        testing::frame(&buf)
    }

    #[test]
    fn bars_and_ticks() {
        insta::assert_snapshot!("histogram_one_column", draw(11, 70, 11, &testing::look()));
        insta::assert_snapshot!(
            "histogram_two_columns_ascii",
            draw(11, 80, 6, &testing::ascii())
        );
    }

    #[test]
    fn any_size() {
        for w in 1..100 {
            for h in 1..6 {
                let _ = draw(9, w, h, &testing::mono());
            }
        }
    }
}
