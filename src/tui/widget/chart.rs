//! Line charts in cells: axes with round ticks, braille or ASCII curves, legends where the lines end.
//!
//! ```text
//!  0.72 ┤        ┊v2      ⡠⠊  ● deep-trees  0.714
//!  0.70 ┤    ⢀⠔⠊⠉⠉⠉⠉⠒⠤⠔⠁      ■ baseline    0.698
//!  0.66 ┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ min
//!       └──┬───────┬───────┬
//!          0       50     100  step
//! ```

mod canvas;
mod legend;

use ratatui::layout::Rect;

use self::canvas::Canvas;
use super::scale::{self, Scale};
use super::text::{Brush, width};
use crate::format;
use crate::theme::Role;
use trimtab_core::time::Millis;

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Shown in the legend.
    pub name: String,
    /// Values in rising x; NaN breaks the curve.
    pub points: Vec<(f64, f64)>,
    /// Its colour and marker.
    pub series: usize,
    /// The raw curve behind a smoothed one: dim, without legend.
    pub faint: bool,
}

/// A vertical line: something happened here.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where.
    pub x: f64,
    /// What, in a few characters.
    pub label: String,
}

/// What the x axis counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum XKind {
    /// Plain numbers (steps).
    #[default]
    Number,
    /// Milliseconds since 1970, as dates.
    Date,
    /// Milliseconds since the start, as spans.
    Elapsed,
}

/// A chart as data: drawn in cells here, exported as SVG or PNG elsewhere.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    /// Named on export.
    pub title: String,
    /// The curves, in order of importance; the first is drawn last.
    pub lines: Vec<Line>,
    /// Deployments and the like.
    pub marks: Vec<Mark>,
    /// A horizontal bound with its name.
    pub bound: Option<(f64, String)>,
    /// What x counts.
    pub x_kind: XKind,
    /// Named at the end of the x axis.
    pub x_label: String,
    /// The visible part of x; all when absent.
    pub x_range: Option<(f64, f64)>,
    /// Logarithmic y.
    pub log_y: bool,
    /// Read-out position.
    pub cursor: Option<f64>,
}

/// What stands around the curves.
struct Frame {
    plot: Rect,
    y_ticks: Vec<f64>,
    y_labels: Vec<String>,
    legend: legend::Plan,
}

/// Rows the axis takes below the plot.
const AXIS_ROWS: u16 = 2;

impl Chart {
    /// Whether there is anything to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self
            .lines
            .iter()
            .any(|l| l.points.iter().any(|p| p.1.is_finite()))
    }

    /// The x range of the data.
    #[must_use]
    pub fn extent(&self) -> Option<(f64, f64)> {
        let s = Scale::cover(
            self.lines.iter().flat_map(|l| l.points.iter().map(|p| p.0)),
            false,
        )?;
        Some((s.low, s.high))
    }

    fn scales(&self) -> Option<(Scale, Scale)> {
        let (low, high) = self.x_range.or_else(|| self.extent())?;
        let x = Scale {
            low,
            high: if high > low { high } else { low + 1.0 },
            log: false,
        };
        let visible = self
            .lines
            .iter()
            .flat_map(|l| &l.points)
            .filter(|p| p.0 >= x.low && p.0 <= x.high)
            .map(|p| p.1)
            .chain(self.bound.iter().map(|b| b.0));
        let y = Scale::cover(visible, self.log_y)?.padded(0.04);
        Some((x, y))
    }

    /// Draws the chart; an empty one leaves the area blank, the pane says why.
    pub fn draw(&self, brush: &mut Brush<'_>, area: Rect) {
        let Some((x, y)) = self.scales() else { return };
        if area.is_empty() {
            return;
        }
        let Some(frame) = self.frame(area, y) else {
            // No room for axes: the shape alone still tells something.
            self.curves(area, x, y).paint(brush, area, &[]);
            return;
        };
        let Frame {
            plot,
            y_ticks,
            y_labels,
            legend,
        } = frame;
        self.axis_y(brush, plot, y, &y_ticks, &y_labels);
        self.axis_x(brush, plot, x);
        let canvas = self.curves(plot, x, y);
        self.rules(brush, plot, x, y, &canvas);
        let ends = canvas.paint(brush, plot, &self.lines);
        legend::draw(self, brush, area, plot, &legend, &ends);
    }

    /// What stands around the curves; `None` when there is no room for it.
    fn frame(&self, area: Rect, y: Scale) -> Option<Frame> {
        if area.width < 18 || area.height < 5 {
            return None;
        }
        let plot_rows = area.height - AXIS_ROWS;
        let y_ticks = y.ticks((plot_rows / 2).clamp(3, 8).into());
        let y_labels = scale::labels(&y_ticks);
        let gutter = y_labels.iter().map(|l| width(l)).max().unwrap_or(0) as u16 + 2;
        let legend = legend::plan(self, area, gutter);
        let plot = Rect {
            x: area.x + gutter,
            y: area.y + legend.top,
            width: area.width.saturating_sub(gutter + legend.right),
            height: plot_rows.saturating_sub(legend.top),
        };
        (plot.width >= 4 && plot.height >= 2).then_some(Frame {
            plot,
            y_ticks,
            y_labels,
            legend,
        })
    }

    /// The x value at a column of the screen, of a chart drawn in `area`; the nearest end's beside the curves.
    #[must_use]
    pub fn x_at(&self, area: Rect, column: u16) -> Option<f64> {
        let (x, y) = self.scales().filter(|_| !area.is_empty())?;
        let plot = self.frame(area, y).map_or(area, |f| f.plot);
        let column = column.clamp(plot.x, plot.right().saturating_sub(1)) - plot.x;
        let place = (f64::from(column) + 0.5) / f64::from(plot.width.max(1));
        Some(x.value(place))
    }

    fn curves(&self, plot: Rect, x: Scale, y: Scale) -> Canvas {
        let mut canvas = Canvas::new(plot.width, plot.height);
        // Faint first, then from the least to the most important, so that the first line stays on top.
        for faint in [true, false] {
            for line in self.lines.iter().filter(|l| l.faint == faint).rev() {
                canvas.line(line, x, y);
            }
        }
        canvas
    }

    fn axis_y(
        &self,
        brush: &mut Brush<'_>,
        plot: Rect,
        y: Scale,
        ticks: &[f64],
        labels: &[String],
    ) {
        let g = brush.glyphs();
        for row in 0..plot.height {
            brush.put(plot.x - 1, plot.y + row, 1, g.bar, Role::Rule);
        }
        for (tick, label) in ticks.iter().zip(labels) {
            let Some(row) = y.place(*tick).and_then(|p| cell(1.0 - p, plot.height)) else {
                continue;
            };
            let w = width(label) as u16;
            brush.put(
                (plot.x - 1).saturating_sub(w + 1),
                plot.y + row,
                w,
                label,
                Role::Dim,
            );
            brush.put(plot.x - 1, plot.y + row, 1, g.tick_y, Role::Rule);
        }
    }

    fn axis_x(&self, brush: &mut Brush<'_>, plot: Rect, x: Scale) {
        let g = brush.glyphs();
        let line = plot.bottom();
        brush.put(plot.x - 1, line, 1, g.corner, Role::Rule);
        for column in 0..plot.width {
            brush.put(plot.x + column, line, 1, g.rule, Role::Rule);
        }
        let mut free = plot.x.saturating_sub(2);
        let cursor = self.cursor.and_then(|c| {
            x.place(c)
                .and_then(|p| cell(p, plot.width))
                .map(|col| (col, self.x_text(c)))
        });
        let reserved = cursor.as_ref().map(|(col, text)| {
            let w = width(text) as u16;
            let from = (plot.x + *col)
                .saturating_sub(w / 2)
                .min((plot.right() + 1).saturating_sub(w))
                .max(plot.x);
            from..from + w
        });
        let end_label = width(&self.x_label) as u16;
        for (value, label) in self.x_ticks(x, plot.width) {
            let Some(column) = x.place(value).and_then(|p| cell(p, plot.width)) else {
                continue;
            };
            brush.put(plot.x + column, line, 1, g.tick_x, Role::Rule);
            let w = width(&label) as u16;
            let from = (plot.x + column).saturating_sub(w / 2);
            let to = from + w;
            let clash = reserved
                .as_ref()
                .is_some_and(|r| from < r.end + 1 && to + 1 > r.start);
            if from > free
                && to + end_label < brush.buf.area.right().min(plot.right() + 12)
                && !clash
            {
                brush.put(from, line + 1, w, &label, Role::Dim);
                free = to;
            }
        }
        if !self.x_label.is_empty() && free + 1 + end_label < brush.buf.area.right() {
            let at = (plot.right()).saturating_sub(end_label).max(free + 2);
            if reserved.as_ref().is_none_or(|r| at > r.end) {
                brush.put(at, line + 1, end_label, &self.x_label, Role::Dim);
            }
        }
        if let (Some((column, text)), Some(range)) = (cursor, reserved) {
            brush.put(plot.x + column, line, 1, g.tick_x, Role::Accent);
            brush.put(
                range.start,
                line + 1,
                width(&text) as u16,
                &text,
                Role::Accent,
            );
        }
    }

    /// Bound, marks and read-out line, wherever no curve runs.
    fn rules(&self, brush: &mut Brush<'_>, plot: Rect, x: Scale, y: Scale, canvas: &Canvas) {
        let g = brush.glyphs();
        if let Some((value, label)) = &self.bound
            && let Some(row) = y.place(*value).and_then(|p| cell(1.0 - p, plot.height))
        {
            for column in 0..plot.width {
                if !canvas.taken(column, row) {
                    brush.put(plot.x + column, plot.y + row, 1, g.dash, Role::Warn);
                }
            }
            let label = format!(" {label} ");
            let w = width(&label) as u16;
            // Where the curve leaves room: at the left, else at the right, else not at all.
            let room = |from: u16| {
                from + w <= plot.width && (from..from + w).all(|c| !canvas.taken(c, row))
            };
            if let Some(from) = [1, plot.width.saturating_sub(w + 1)]
                .into_iter()
                .find(|f| room(*f))
            {
                brush.put(plot.x + from, plot.y + row, w, &label, Role::Warn);
            }
        }
        // The newest first: where labels meet, it is the one that stays.
        let mut taken: Vec<std::ops::Range<u16>> = Vec::new();
        for mark in self.marks.iter().rev() {
            let Some(column) = x.place(mark.x).and_then(|p| cell(p, plot.width)) else {
                continue;
            };
            self.upright(brush, plot, column, canvas, Role::Dim);
            let w = width(&mark.label) as u16;
            // To the right of its line, or to the left at the plot's edge.
            let right = (column + 1 + w <= plot.width).then_some(column + 1);
            let left = column.checked_sub(w);
            let free = |from: &u16| {
                let range = *from..from + w;
                let clear = range.clone().all(|c| !canvas.taken(c, 0));
                clear
                    && !taken
                        .iter()
                        .any(|t| t.start <= range.end && range.start <= t.end)
            };
            if let Some(from) = right.filter(free).or(left.filter(free)) {
                brush.put(plot.x + from, plot.y, w, &mark.label, Role::Dim);
                taken.push(from..from + w);
            }
        }
        if let Some(column) = self
            .cursor
            .and_then(|c| x.place(c))
            .and_then(|p| cell(p, plot.width))
        {
            self.upright(brush, plot, column, canvas, Role::Accent);
        }
    }

    fn upright(&self, brush: &mut Brush<'_>, plot: Rect, column: u16, canvas: &Canvas, role: Role) {
        let g = brush.glyphs();
        for row in 0..plot.height {
            if !canvas.taken(column, row) {
                brush.put(plot.x + column, plot.y + row, 1, g.dash_y, role);
            }
        }
    }

    /// An x value in words.
    #[must_use]
    pub fn x_text(&self, x: f64) -> String {
        match self.x_kind {
            XKind::Number => format!("{x:.0}"),
            XKind::Date => format::month_day(Millis(x as i64)),
            XKind::Elapsed => format::span(x as i64),
        }
    }

    fn x_ticks(&self, x: Scale, columns: u16) -> Vec<(f64, String)> {
        let max = usize::from(columns / 10).clamp(1, 12);
        match self.x_kind {
            XKind::Number => {
                let ticks = scale::ticks(x.low, x.high, max);
                let labels = scale::labels(&ticks);
                ticks.into_iter().zip(labels).collect()
            }
            XKind::Date => date_ticks(x, max),
            XKind::Elapsed => {
                const STEPS: [f64; 14] = [
                    1., 2., 5., 10., 15., 30., 60., 120., 300., 600., 1_800., 3_600., 14_400.,
                    86_400.,
                ];
                let raw = (x.high - x.low) / 1000.0 / max as f64;
                let step = STEPS.into_iter().find(|s| *s >= raw).unwrap_or(raw) * 1000.0;
                (0..=max + 1)
                    .map(|i| ((x.low / step).ceil() + i as f64) * step)
                    .take_while(|v| *v <= x.high)
                    .map(|v| (v, format::span(v as i64)))
                    .collect()
            }
        }
    }
}

/// Starts of months, or days at even distances when the range is short.
fn date_ticks(x: Scale, max: usize) -> Vec<(f64, String)> {
    let day = Millis::DAY as f64;
    let days = (x.high - x.low) / day;
    if days < 70.0 {
        let every = [1.0, 2.0, 7.0, 14.0]
            .into_iter()
            .find(|e| days / e <= max as f64)
            .unwrap_or(28.0)
            * day;
        return (0..=max + 1)
            .map(|i| x.low + i as f64 * every)
            .take_while(|v| *v <= x.high)
            .map(|v| (v, format::month_day(Millis(v as i64))))
            .collect();
    }
    let every = (days / 30.4 / max as f64).ceil().max(1.0) as usize;
    let start = Millis(x.low as i64).civil().date().first_of_month();
    let years = days > 600.0;
    (0..600i64)
        .step_by(every)
        .filter_map(|i| start.checked_add(jiff::Span::new().months(i)).ok())
        .filter_map(Millis::from_date)
        .map(|at| at.0 as f64)
        .take_while(|v| *v <= x.high)
        .filter(|v| *v >= x.low)
        .map(|v| {
            let at = Millis(v as i64);
            (
                v,
                if years {
                    at.date()[..7].to_owned()
                } else {
                    format::month(at).to_owned()
                },
            )
        })
        .collect()
}

/// The cell of `cells` that a place 0..1 falls into; `None` outside.
fn cell(place: f64, cells: u16) -> Option<u16> {
    if cells == 0 || !(-1e-9..=1.0 + 1e-9).contains(&place) {
        return None;
    }
    Some(((place * f64::from(cells)) as u16).min(cells - 1))
}

#[cfg(test)]
mod tests;
