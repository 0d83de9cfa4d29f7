//! Colours and markers that stay apart for colour-blind eyes and on paper.

/// A colour: red, green, blue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// `#rrggbb`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// The colour a share `t` (0 to 1) of the way to `other`.
    pub fn mix(self, other: Self, t: f64) -> Self {
        let t = t.clamp(0.0, 1.0);
        let part = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
        Self(
            part(self.0, other.0),
            part(self.1, other.1),
            part(self.2, other.2),
        )
    }

    /// Perceived lightness, 0 (black) to 1 (white).
    pub fn luma(self) -> f64 {
        (0.299 * f64::from(self.0) + 0.587 * f64::from(self.1) + 0.114 * f64::from(self.2)) / 255.0
    }
}

/// The palette of Okabe and Ito (2008), ordered so that the first few contrast best on white;
/// yellow, hard to see there, is darkened.
pub const OKABE_ITO: [Rgb; 8] = [
    Rgb(0, 114, 178),
    Rgb(213, 94, 0),
    Rgb(0, 158, 115),
    Rgb(204, 121, 167),
    Rgb(230, 159, 0),
    Rgb(86, 180, 233),
    Rgb(0, 0, 0),
    Rgb(200, 184, 20),
];

/// The colour of an index, taken modulo the palette.
pub(crate) fn colour(index: usize) -> Rgb {
    OKABE_ITO[index % OKABE_ITO.len()]
}

/// The page.
pub(crate) const PAPER: Rgb = Rgb(255, 255, 255);
/// Text and axes.
pub(crate) const INK: Rgb = Rgb(31, 41, 51);
/// Labels of lesser weight.
pub(crate) const FAINT: Rgb = Rgb(97, 110, 124);
/// Grid lines.
pub(crate) const GRID: Rgb = Rgb(228, 231, 235);
/// The reference distribution, and "no data".
pub(crate) const SHADE: Rgb = Rgb(203, 210, 217);

/// The shape drawn along a curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Marker {
    /// Nothing.
    #[default]
    None,
    /// A disc.
    Circle,
    /// A square.
    Square,
    /// A triangle that points up.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// A diagonal cross.
    Cross,
    /// An upright cross.
    Plus,
    /// A triangle that points down.
    Wedge,
}

impl Marker {
    /// The marker of an index, taken modulo their number. Seven markers against eight colours:
    /// 56 curves before a pair repeats.
    pub fn nth(index: usize) -> Self {
        const CYCLE: [Marker; 7] = [
            Marker::Circle,
            Marker::Square,
            Marker::Triangle,
            Marker::Diamond,
            Marker::Cross,
            Marker::Plus,
            Marker::Wedge,
        ];
        CYCLE[index % CYCLE.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn fifty_curves_are_told_apart() {
        let looks: HashSet<_> = (0..56).map(|i| (colour(i), Marker::nth(i))).collect();
        assert_eq!(looks.len(), 56);
    }

    #[test]
    fn every_colour_shows_on_paper() {
        for c in OKABE_ITO {
            assert!(c.luma() < 0.75, "{} is too light", c.hex());
        }
    }
}
