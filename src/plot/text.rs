//! Measuring and fitting text with the font that ships in `assets/fonts`.

use crate::render::PlotError;
use plotters::style::{FontFamily, FontStyle, IntoTextStyle, register_font};
use std::sync::LazyLock;

/// The family named in SVG: ours, then what viewers without it have. It is also the name under
/// which the shipped font is registered, so both formats measure alike.
pub(crate) const FAMILY: &str = "DejaVu Sans, Verdana, Helvetica, sans-serif";

static REGULAR: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans-Subset.ttf");
static BOLD: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans-Bold-Subset.ttf");

static READY: LazyLock<bool> = LazyLock::new(|| {
    register_font(FAMILY, FontStyle::Normal, REGULAR).is_ok()
        && register_font(FAMILY, FontStyle::Bold, BOLD).is_ok()
});

/// Longest text looked at; longer ones are cut before they are measured.
const LONGEST: usize = 200;

/// plotters takes a font's size as its line height; SVG gets this part of it as `font-size`.
pub(crate) const EM: f64 = 1.24;

/// Makes the font known to plotters.
///
/// # Errors
/// When the shipped file is damaged.
pub(crate) fn ready() -> Result<(), PlotError> {
    if *READY {
        Ok(())
    } else {
        Err(PlotError::Draw(
            "the built-in font cannot be read".to_owned(),
        ))
    }
}

/// The width of a text in logical pixels; an estimate by length when the font says nothing.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let style = if bold {
        FontStyle::Bold
    } else {
        FontStyle::Normal
    };
    // Measured large, because plotters answers in whole pixels.
    let font = (FontFamily::Name(FAMILY), size * EM * 16.0, style)
        .into_text_style(&(1, 1))
        .font;
    match font.box_size(text) {
        Ok((w, _)) => f64::from(w) / 16.0,
        Err(_) => text.chars().count() as f64 * size * 0.6,
    }
}

/// The text, shortened with `…` to fit a width; empty when not even that fits.
pub(crate) fn fit(text: &str, size: f64, bold: bool, room: f64) -> String {
    let text = clean(text);
    if width(&text, size, bold) <= room {
        return text;
    }
    let chars: Vec<char> = text.chars().collect();
    let cut = |n: usize| chars[..n].iter().collect::<String>().trim_end().to_owned() + "…";
    let (mut low, mut high) = (0, chars.len());
    while low < high {
        let mid = (low + high).div_ceil(2);
        if width(&cut(mid), size, bold) <= room {
            low = mid
        } else {
            high = mid - 1
        }
    }
    if low == 0 { String::new() } else { cut(low) }
}

/// The text without what XML forbids or a font cannot show: control characters become spaces.
pub(crate) fn clean(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') {
            ' '
        } else {
            c
        }
    };
    let mut out: String = text.chars().take(LONGEST).map(shown).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_measured_and_fitted() {
        ready().unwrap();
        let (short, long) = (width("il", 12.0, false), width("MW", 12.0, false));
        assert!(short > 4.0 && long > 2.0 * short, "{short} {long}");
        assert_eq!(fit("hello", 12.0, false, 100.0), "hello");
        let cut = fit("a rather long name", 12.0, false, 60.0);
        assert!(
            cut.ends_with('…') && width(&cut, 12.0, false) <= 60.0,
            "{cut}"
        );
        assert_eq!(fit("hello", 12.0, false, 3.0), "");
    }

    #[test]
    fn forbidden_characters_are_replaced() {
        assert_eq!(clean("a\u{1b}[31mb\nc"), "a [31mb c");
        assert_eq!(clean(&"x".repeat(5000)).chars().count(), LONGEST + 1);
    }
}
