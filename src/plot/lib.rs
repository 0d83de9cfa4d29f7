//! Charts as data, drawn to SVG and PNG through plotters.
//!
//! What a chart says is a plain value ([`Chart`], [`Heatmap`], [`Histogram`]); how it looks is decided
//! here and nowhere else. Drawing goes through a list of shapes in logical pixels, painted by
//! plotters onto either format, so SVG and PNG cannot drift apart. Nothing here reads a clock, a
//! file or the environment.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod chart;
mod curves;
mod format;
mod frame;
mod glyph;
mod heatmap;
mod histogram;
mod legend;
mod paint;
mod palette;
mod render;
mod scale;
mod scene;
mod series;
mod text;
mod ticks;

pub use chart::{Chart, ChartKind, Heatmap, Histogram, Mark, Series, XAxis, XKind, YAxis};
pub use frame::{Cell, Frame, frame_svg};
pub use palette::{Marker, OKABE_ITO, Rgb};
pub use render::{Format, PlotError, Size, render};
