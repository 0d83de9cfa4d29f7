//! Line charts in cells: axes with round ticks, braille or ASCII curves, legends where the lines end.
//!
//! ```text
//!  0.72 ┤        ┊v2      ⡠⠊  ● deep-trees  0.714
//!  0.70 ┤    ⢀⠔⠊⠉⠉⠉⠉⠒⠤⠔⠁      ■ baseline    0.698
//!  0.66 ┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ min
//!       └──┬───────┬───────┬
//!          0       50     100  step
//! ```

mod axes;
mod canvas;
mod legend;
mod rules;
mod sketch;

use std::sync::Arc;

use ratatui::layout::Rect;

use self::canvas::Canvas;
pub use self::sketch::Sketch;
use super::scale::{Bend, Scale};
use super::text::{Brush, width};

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Shown in the legend.
    pub name: String,
    /// Values in rising x; NaN breaks the curve.
    pub points: Arc<Vec<(f64, f64)>>,
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
    /// Keeps what drawing these lines came to, for the next frame.
    pub sketch: Option<Arc<Sketch>>,
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
            .flat_map(|l| l.points.iter());
        match self.y_scale {
            YScale::Log => values.filter(|p| p.1.is_finite() && p.1 <= 0.0).count(),
            YScale::Straight | YScale::Symlog => 0,
        }
    }

    fn scales(&self) -> Option<(Scale, Scale)> {
        match &self.sketch {
            Some(sketch) => sketch.scales(self, || self.fitted()),
            None => self.fitted(),
        }
    }

    /// The scales that fit what is visible.
    fn fitted(&self) -> Option<(Scale, Scale)> {
        let (low, high) = self.x_range.or_else(|| self.extent())?;
        let log = self.x_log && low > 0.0;
        let x = Scale {
            low,
            high: if high > low { high } else { low + 1.0 },
            bend: if log { Bend::Log } else { Bend::Straight },
        };
        let shown = || {
            let points = self.lines.iter().flat_map(|l| l.points.iter());
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
        let (y_ticks, y_labels) = self.y_ticks(y, plot_rows);
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
        let size = (plot.width, plot.height);
        match &self.sketch {
            Some(sketch) => sketch.canvas(&self.lines, size, x, y),
            None => all_on_canvas(self.lines.iter(), size, x, y),
        }
    }
}

/// Lines on a canvas: faint ones first, then from the last to the first, which stays on top.
fn all_on_canvas<'a>(
    lines: impl DoubleEndedIterator<Item = &'a Line> + Clone,
    (width, height): (u16, u16),
    x: Scale,
    y: Scale,
) -> Canvas {
    let mut canvas = Canvas::new(width, height);
    for faint in [true, false] {
        for line in lines.clone().filter(|l| l.faint == faint).rev() {
            canvas.line(line, x, y);
        }
    }
    canvas
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

/// The cell of `cells` that a place 0..1 falls into; `None` outside.
fn cell(place: f64, cells: u16) -> Option<u16> {
    if cells == 0 || !(-1e-9..=1.0 + 1e-9).contains(&place) {
        return None;
    }
    Some(((place * f64::from(cells)) as u16).min(cells - 1))
}

#[cfg(test)]
mod tests;
