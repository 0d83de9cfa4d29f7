//! The shapes of a drawing, in logical pixels, before any format is chosen.

use crate::palette::{Marker, Rgb};

/// A place: right, down.
pub(crate) type At = (f64, f64);

/// The length of a dash.
pub(crate) const DASH: f64 = 4.0;
/// From one dash to the next.
const STRIDE: f64 = 7.0;

/// Where a text stands relative to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Start,
    Middle,
    End,
}

/// One thing to draw.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// A stroke through points.
    Path {
        points: Vec<At>,
        ink: Rgb,
        width: f64,
    },
    /// A filled area.
    Area { points: Vec<At>, ink: Rgb },
    /// A filled rectangle: corner, width, height.
    Rect { at: At, size: At, ink: Rgb },
    /// A filled disc.
    Disc { at: At, radius: f64, ink: Rgb },
    /// A line of text, centred vertically on its place; turned texts read upwards.
    Text {
        at: At,
        text: String,
        size: f64,
        bold: bool,
        ink: Rgb,
        align: Align,
        turned: bool,
    },
}

/// A drawing: its size and its shapes, back to front.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    /// Width in logical pixels.
    pub width: f64,
    /// Height in logical pixels.
    pub height: f64,
    /// The shapes.
    pub shapes: Vec<Shape>,
}

impl Scene {
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            shapes: Vec::new(),
        }
    }

    pub fn path(&mut self, points: Vec<At>, ink: Rgb, width: f64) {
        self.shapes.push(Shape::Path { points, ink, width });
    }

    pub fn line(&mut self, from: At, to: At, ink: Rgb, width: f64) {
        self.path(vec![from, to], ink, width);
    }

    /// An upright line of dashes.
    pub fn dashes(&mut self, x: f64, top: f64, bottom: f64, ink: Rgb) {
        let mut y = top;
        while y < bottom {
            self.line((x, y), (x, (y + DASH).min(bottom)), ink, 1.0);
            y += STRIDE;
        }
    }

    /// A level line of dashes.
    pub fn level_dashes(&mut self, y: f64, left: f64, right: f64, ink: Rgb) {
        let mut x = left + STRIDE - DASH;
        while x < right {
            self.line((x, y), ((x + DASH).min(right), y), ink, 1.0);
            x += STRIDE;
        }
    }

    pub fn rect(&mut self, at: At, size: At, ink: Rgb) {
        self.shapes.push(Shape::Rect { at, size, ink });
    }

    pub fn text(&mut self, at: At, text: impl Into<String>, size: f64, ink: Rgb, align: Align) {
        self.shapes.push(Shape::Text {
            at,
            text: text.into(),
            size,
            bold: false,
            ink,
            align,
            turned: false,
        });
    }

    pub fn bold(&mut self, at: At, text: impl Into<String>, size: f64, ink: Rgb) {
        self.shapes.push(Shape::Text {
            at,
            text: text.into(),
            size,
            bold: true,
            ink,
            align: Align::Start,
            turned: false,
        });
    }

    /// Text that reads upwards and ends at its place.
    pub fn turned(&mut self, at: At, text: impl Into<String>, size: f64, ink: Rgb) {
        self.shapes.push(Shape::Text {
            at,
            text: text.into(),
            size,
            bold: false,
            ink,
            align: Align::End,
            turned: true,
        });
    }

    pub fn marker(&mut self, (x, y): At, marker: Marker, r: f64, ink: Rgb) {
        let area = |points| Shape::Area { points, ink };
        let stroke = |from, to| Shape::Path {
            points: vec![from, to],
            ink,
            width: 2.0,
        };
        match marker {
            Marker::None => {}
            Marker::Circle => self.shapes.push(Shape::Disc {
                at: (x, y),
                radius: r,
                ink,
            }),
            Marker::Square => self.rect((x - r * 0.9, y - r * 0.9), (r * 1.8, r * 1.8), ink),
            Marker::Triangle => self.shapes.push(area(vec![
                (x, y - r * 1.2),
                (x + r * 1.1, y + r * 0.8),
                (x - r * 1.1, y + r * 0.8),
            ])),
            Marker::Wedge => self.shapes.push(area(vec![
                (x, y + r * 1.2),
                (x + r * 1.1, y - r * 0.8),
                (x - r * 1.1, y - r * 0.8),
            ])),
            Marker::Diamond => {
                let d = r * 1.3;
                self.shapes
                    .push(area(vec![(x, y - d), (x + d, y), (x, y + d), (x - d, y)]));
            }
            Marker::Cross => {
                self.shapes.push(stroke((x - r, y - r), (x + r, y + r)));
                self.shapes.push(stroke((x - r, y + r), (x + r, y - r)));
            }
            Marker::Plus => {
                let d = r * 1.25;
                self.shapes.push(stroke((x - d, y), (x + d, y)));
                self.shapes.push(stroke((x, y - d), (x, y + d)));
            }
        }
    }
}
