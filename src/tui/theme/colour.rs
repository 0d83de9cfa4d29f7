//! A colour as it is written, and as near as the terminal comes to it.

use std::str::FromStr;

use ratatui::style::Color;

use super::Depth;
use super::tables::Rgb;

/// One colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// 24 bits.
    Rgb(Rgb),
    /// Of the terminal's 256.
    Indexed(u8),
    /// Of the terminal's own sixteen.
    Named(Color),
}

/// The sixteen by name.
const NAMES: [(&str, Color); 16] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("gray", Color::Gray),
    ("dark-gray", Color::DarkGray),
    ("light-red", Color::LightRed),
    ("light-green", Color::LightGreen),
    ("light-yellow", Color::LightYellow),
    ("light-blue", Color::LightBlue),
    ("light-magenta", Color::LightMagenta),
    ("light-cyan", Color::LightCyan),
    ("white", Color::White),
];

impl Colour {
    /// The colour on a terminal; `None` where it has nothing near enough.
    #[must_use]
    pub fn on(self, depth: Depth) -> Option<Color> {
        match (depth, self) {
            (Depth::None, _) => None,
            (_, Self::Named(colour)) => Some(colour),
            (_, Self::Indexed(i)) if i < 16 => Some(NAMED_BY_INDEX[usize::from(i)]),
            (Depth::Basic, _) => None,
            (_, Self::Indexed(i)) => Some(Color::Indexed(i)),
            (Depth::True, Self::Rgb((r, g, b))) => Some(Color::Rgb(r, g, b)),
            (Depth::Indexed, Self::Rgb((r, g, b))) => Some(Color::Indexed(cube(r, g, b))),
        }
    }
}

/// The sixteen in the order of their numbers.
const NAMED_BY_INDEX: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            let names: Vec<&str> = NAMES.iter().map(|(n, _)| *n).collect();
            format!(
                "\"{text}\" is no colour; write \"#rrggbb\", a number from 0 to 255, or one of {}",
                names.join(", ")
            )
        };
        if let Some((_, colour)) = NAMES.iter().find(|(n, _)| *n == text) {
            return Ok(Self::Named(*colour));
        }
        if let Some(hex) = text.strip_prefix('#') {
            return hexadecimal(hex).map(Self::Rgb).ok_or_else(wrong);
        }
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = digits.then(|| text.parse().ok()).flatten();
        number.map(Self::Indexed).ok_or_else(wrong)
    }
}

/// `rrggbb` or `rgb`.
fn hexadecimal(text: &str) -> Option<Rgb> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect();
    match digits?.as_slice() {
        [r, g, b] => Some((r * 17, g * 17, b * 17)),
        [a, b, c, d, e, f] => Some((a * 16 + b, c * 16 + d, e * 16 + f)),
        _ => None,
    }
}

/// Mixes the stops of a ramp at `level`, 0 to 1.
pub fn blend(stops: &[Rgb; 4], level: f64) -> Rgb {
    let at = level * 3.0;
    // `level` is clamped by the caller, so the index is 0, 1 or 2.
    let i = (at.floor() as usize).min(2);
    let t = at - i as f64;
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
    let (a, b) = (stops[i], stops[i + 1]);
    (mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// The nearest colour of the 6×6×6 cube or the grey ramp of 256-colour terminals.
pub fn cube(r: u8, g: u8, b: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let nearest = |v: u8| {
        (0..6u8)
            .min_by_key(|i| STEPS[*i as usize].abs_diff(v))
            .unwrap_or(0)
    };
    let (ri, gi, bi) = (nearest(r), nearest(g), nearest(b));
    let distance = |x: Rgb| {
        let d = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        d(x.0, r) + d(x.1, g) + d(x.2, b)
    };
    let in_cube = (STEPS[ri as usize], STEPS[gi as usize], STEPS[bi as usize]);
    let grey = (0..24u8)
        .min_by_key(|i| {
            let v = 8 + 10 * i;
            distance((v, v, v))
        })
        .unwrap_or(0);
    let v = 8 + 10 * grey;
    if distance((v, v, v)) < distance(in_cube) {
        232 + grey
    } else {
        16 + 36 * ri + 6 * gi + bi
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn colours_are_read_and_brought_near() {
        let read = |text: &str| text.parse::<Colour>();
        assert_eq!(read("#56b4e9"), Ok(Colour::Rgb((86, 180, 233))));
        assert_eq!(read("#f0A"), Ok(Colour::Rgb((255, 0, 170))));
        assert_eq!(read("208"), Ok(Colour::Indexed(208)));
        assert_eq!(read("light-red"), Ok(Colour::Named(Color::LightRed)));
        for wrong in ["", "#", "#12", "#ggg", "256", "-1", "+1", "pink", "#é1"] {
            assert!(read(wrong).unwrap_err().contains("#rrggbb"), "{wrong}");
        }
        assert_eq!((cube(255, 255, 255), cube(0, 0, 0)), (231, 16));
        let sky = Colour::Rgb((86, 180, 233));
        assert_eq!(sky.on(Depth::True), Some(Color::Rgb(86, 180, 233)));
        assert_eq!(sky.on(Depth::Indexed), Some(Color::Indexed(74)));
        assert_eq!((sky.on(Depth::Basic), sky.on(Depth::None)), (None, None));
        assert_eq!(Colour::Indexed(9).on(Depth::Basic), Some(Color::LightRed));
        assert_eq!(Colour::Indexed(99).on(Depth::Basic), None);
    }

    proptest! {
        #[test]
        fn any_text_is_a_colour_or_said_to_be_none(text in ".{0,9}") {
            let _ = text.parse::<Colour>();
        }
    }
}
