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
use super::scale::{Bend, Scale};
use super::text::{Brush, fit, width};
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

/// How the values of an axis are spread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum YScale {
    /// Evenly.
    #[default]
    Straight,
    /// Logarithmically; what is at or below zero is left out.
    Log,
    /// Logarithmically on both sides of zero.
    Symlog,
}

impl YScale {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Straight => Self::Log,
            Self::Log => Self::Symlog,
            Self::Symlog => Self::Straight,
        }
    }

    /// The bend that suits some values.
    #[must_use]
    pub fn bend(self, values: impl Iterator<Item = f64>) -> Bend {
        match self {
            Self::Straight => Bend::Straight,
            Self::Log => Bend::Log,
            Self::Symlog => Bend::symlog(values),
        }
    }
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
    /// Words in place of numbers on the x axis, at 0, 1, 2, …
    pub x_words: Vec<String>,
    /// And on the y axis.
    pub y_words: Vec<String>,
    /// Logarithmic x.
    pub x_log: bool,
    /// How y is spread.
    pub y_scale: YScale,
    /// The share of values at either end that y does not make room for.
    pub clip: f64,
    /// Read-out position.
    pub cursor: Option<f64>,
    /// Lines are single points, which need no legend: something beside the chart has one.
    pub points: bool,
    /// One of several: the legend has no names, something beside the chart has.
    pub small: bool,
}

impl Line {
    /// The point at the read-out, or the last one. What is no number is a value, too.
    #[must_use]
    pub fn at(&self, cursor: Option<f64>) -> Option<f64> {
        let mut points = self.points.iter().rev();
        let found = match cursor {
            // Behind its end a curve says nothing.
            Some(x) if self.points.last().is_some_and(|p| p.0 < x) => None,
            Some(x) => points.find(|p| p.0 <= x),
            None => points.next(),
        };
        found.map(|p| p.1)
    }
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
            Bend::Straight,
        )?;
        Some((s.low, s.high))
    }

    /// What y makes room for.
    #[must_use]
    pub fn y_range(&self) -> Option<(f64, f64)> {
        self.scales().map(|(_, y)| (y.low, y.high))
    }

    /// How many values have no place on a logarithmic axis.
    #[must_use]
    pub fn unplaced(&self) -> usize {
        let values = self
            .lines
            .iter()
            .filter(|l| !l.faint)
            .flat_map(|l| &l.points);
        match self.y_scale {
            YScale::Log => values.filter(|p| p.1.is_finite() && p.1 <= 0.0).count(),
            YScale::Straight | YScale::Symlog => 0,
        }
    }

    fn scales(&self) -> Option<(Scale, Scale)> {
        let (low, high) = self.x_range.or_else(|| self.extent())?;
        let log = self.x_log && low > 0.0;
        let x = Scale {
            low,
            high: if high > low { high } else { low + 1.0 },
            bend: if log { Bend::Log } else { Bend::Straight },
        };
        let shown = || {
            let points = self.lines.iter().flat_map(|l| &l.points);
            let visible = points.filter(|p| p.0 >= x.low && p.0 <= x.high);
            visible.map(|p| p.1)
        };
        let bend = self.y_scale.bend(shown());
        if !self.y_words.is_empty() {
            return Some((x, words_scale(&self.y_words)));
        }
        let y = Scale::clipped(shown(), bend, self.clip);
        // A bound is worth its room, whatever is clipped.
        let bound = self.bound.iter().map(|b| b.0);
        let ends = y.iter().flat_map(|y| [y.low, y.high]).chain(bound);
        let y = Scale::cover(ends, bend)?.padded(0.04);
        Some((x, y))
    }

    /// Ticks of the y axis with their labels.
    fn y_ticks(&self, y: Scale, rows: u16) -> (Vec<f64>, Vec<String>) {
        if self.y_words.is_empty() {
            let ticks = y.ticks((rows / 2).clamp(3, 8).into());
            let labels = y.labels(&ticks);
            return (ticks, labels);
        }
        let every = self.y_words.len().div_ceil(usize::from(rows).max(1)).max(1);
        let words = self.y_words.iter().enumerate().step_by(every);
        words.map(|(i, w)| (i as f64, fit(w, 12, "."))).unzip()
    }

    /// Draws the chart; an empty one leaves the area blank, the pane says why.
    pub fn draw(&self, brush: &mut Brush<'_>, area: Rect) {
        let Some((x, y)) = self.scales() else { return };
        if area.is_empty() {
            return;
        }
        if area.width < 18 || area.height < 5 {
            // No room for axes: the shape alone still tells something.
            self.curves(area, x, y).paint(brush, area, &[]);
            return;
        }
        let plot_rows = area.height - AXIS_ROWS;
        let (y_ticks, y_labels) = self.y_ticks(y, plot_rows);
        let gutter = y_labels.iter().map(|l| width(l)).max().unwrap_or(0) as u16 + 2;
        let legend = legend::plan(self, area, gutter);
        let plot = Rect {
            x: area.x + gutter,
            y: area.y + legend.top,
            width: area.width.saturating_sub(gutter + legend.right),
            height: plot_rows.saturating_sub(legend.top),
        };
        if plot.width < 4 || plot.height < 2 {
            self.curves(area, x, y).paint(brush, area, &[]);
            return;
        }
        self.axis_y(brush, plot, y, &y_ticks, &y_labels);
        self.axis_x(brush, plot, x);
        let canvas = self.curves(plot, x, y);
        self.rules(brush, plot, x, y, &canvas);
        let ends = canvas.paint(brush, plot, &self.lines);
        legend::draw(self, brush, area, plot, &legend, &ends);
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
        if !self.x_words.is_empty() {
            let word = (x >= 0.0).then(|| self.x_words.get(x.round() as usize));
            return word.flatten().cloned().unwrap_or_default();
        }
        match self.x_kind {
            XKind::Number if self.points => {
                let text = format::metric(x);
                let digits = text.contains('.') && !text.contains('e');
                let short = text.trim_end_matches('0').trim_end_matches('.');
                if digits { short.to_owned() } else { text }
            }
            // Steps are whole; epochs of a short run are not.
            XKind::Number if self.x_range.is_some_and(|(low, high)| high - low < 20.0) => {
                format::metric(x)
            }
            XKind::Number => format!("{x:.0}"),
            XKind::Date => format::month_day(Millis(x as i64)),
            XKind::Elapsed => format::span(x as i64),
        }
    }

    fn x_ticks(&self, x: Scale, columns: u16) -> Vec<(f64, String)> {
        let max = usize::from(columns / 10).clamp(1, 12);
        if !self.x_words.is_empty() {
            let every = self.x_words.len().div_ceil(max.max(1)).max(1);
            let words = self.x_words.iter().enumerate().step_by(every);
            return words.map(|(i, w)| (i as f64, fit(w, 12, "."))).collect();
        }
        match self.x_kind {
            XKind::Number => {
                let ticks = x.ticks(max);
                let labels = x.labels(&ticks);
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

/// Draws lines without axes; the first line lies on top.
pub fn strokes(brush: &mut Brush<'_>, area: Rect, lines: &[Line], x: Scale, y: Scale) {
    let mut canvas = Canvas::new(area.width, area.height);
    for line in lines.iter().rev() {
        canvas.line(line, x, y);
    }
    canvas.paint(brush, area, lines);
}

/// The scale on which words stand at 0, 1, 2, …
#[must_use]
pub fn words_scale(words: &[String]) -> Scale {
    Scale {
        low: -0.5,
        high: words.len().max(1) as f64 - 0.5,
        bend: Bend::Straight,
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
