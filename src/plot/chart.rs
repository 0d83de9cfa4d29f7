//! What a chart says: plain values, without any notion of pixels.

use crate::palette::Marker;

/// Any chart that can be rendered.
#[derive(Clone, Debug, PartialEq)]
pub enum ChartKind {
    /// Curves over a shared x axis.
    Curves(Chart),
    /// Values in rows and columns.
    Heatmap(Heatmap),
    /// A distribution laid over a reference distribution.
    Histogram(Histogram),
}

impl ChartKind {
    /// The chart's title.
    pub fn title(&self) -> &str {
        match self {
            Self::Curves(c) => &c.title,
            Self::Heatmap(h) => &h.title,
            Self::Histogram(h) => &h.title,
        }
    }
}

impl From<Chart> for ChartKind {
    fn from(chart: Chart) -> Self {
        Self::Curves(chart)
    }
}

impl From<Heatmap> for ChartKind {
    fn from(heatmap: Heatmap) -> Self {
        Self::Heatmap(heatmap)
    }
}

impl From<Histogram> for ChartKind {
    fn from(histogram: Histogram) -> Self {
        Self::Histogram(histogram)
    }
}

/// Curves over a shared x axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// What the chart shows, in a few words.
    pub title: String,
    /// The horizontal axis.
    pub x: XAxis,
    /// The vertical axis.
    pub y: YAxis,
    /// The curves, in the order in which they are drawn.
    pub series: Vec<Series>,
    /// Events on the x axis (deployments, triggers).
    pub marks: Vec<Mark>,
}

/// The horizontal axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct XAxis {
    /// What it measures; may be empty.
    pub label: String,
    /// How x values read.
    pub kind: XKind,
}

/// How the values of the x axis read.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum XKind {
    /// Counts (training steps, rounds).
    #[default]
    Step,
    /// Instants: milliseconds of UTC since 1970.
    Time,
    /// Spans: milliseconds since something's start.
    Relative,
    /// Names: x is the index into this list.
    Category(Vec<String>),
}

/// The vertical axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct YAxis {
    /// What it measures; may be empty.
    pub label: String,
    /// Logarithmic. Values of zero or less are then left out, and the chart says how many.
    pub log: bool,
    /// Logarithmic on both sides of zero, linear below this size; overrules `log`.
    pub symlog: Option<f64>,
}

/// One curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// `(x, y)` in drawing order. A y that is not finite breaks the line.
    pub points: Vec<(f64, f64)>,
    /// Index into [`OKABE_ITO`](crate::OKABE_ITO), taken modulo its length.
    pub colour: usize,
    /// Drawn along the line, so that curves are told apart without colour.
    pub marker: Marker,
    /// Thin and pale: the raw curve behind a smoothed one.
    pub faint: bool,
}

impl Series {
    /// The `index`-th curve of a chart, with that index's colour and marker.
    pub fn new(index: usize, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self {
            name: name.into(),
            points,
            colour: index,
            marker: Marker::nth(index),
            faint: false,
        }
    }
}

/// An event on the x axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mark {
    /// Where, in the unit of the x axis.
    pub x: f64,
    /// What happened, in a word or two.
    pub label: String,
}

/// Values in rows and columns, such as drift of each feature in each week.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heatmap {
    /// What the chart shows, in a few words.
    pub title: String,
    /// What a cell's value is (`PSI`); may be empty.
    pub value: String,
    /// Row names, top to bottom.
    pub rows: Vec<String>,
    /// Column names, left to right.
    pub cols: Vec<String>,
    /// Row by row: `rows.len() * cols.len()` cells. `None` is "no data"; NaN is taken for it.
    pub cells: Vec<Option<f64>>,
    /// Where the colour changes, ascending. Empty: five even steps over the values.
    pub thresholds: Vec<f64>,
}

/// A distribution laid over a reference distribution.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// What the chart shows, in a few words.
    pub title: String,
    /// What the bins are values of; may be empty.
    pub label: String,
    /// One name for each bin.
    pub bins: Vec<String>,
    /// What the reference is called (`January`).
    pub reference_name: String,
    /// The reference's share of each bin (0 to 1).
    pub reference: Vec<f64>,
    /// What the current distribution is called (`week of 2013-07-08`).
    pub current_name: String,
    /// The current share of each bin (0 to 1).
    pub current: Vec<f64>,
}
