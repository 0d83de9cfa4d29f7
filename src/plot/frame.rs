//! A terminal's frame as an SVG: the screenshots of the documentation, made from what was really drawn.

use crate::{glyph, palette::Rgb, render::escape, text::clean};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// One cell of a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What stands in it; empty in the cell that a wide symbol covers.
    pub text: String,
    /// Foreground; the frame's own when absent.
    pub fg: Option<Rgb>,
    /// Background; the frame's own when absent.
    pub bg: Option<Rgb>,
    /// Heavier strokes.
    pub bold: bool,
    /// Half as bright.
    pub dim: bool,
    /// Slanted.
    pub italic: bool,
    /// A line below.
    pub underline: bool,
    /// Foreground and background exchanged.
    pub reverse: bool,
}

/// What a terminal shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Written in the window's bar; no bar when empty.
    pub title: String,
    /// Cells in a row.
    pub columns: usize,
    /// Row by row. A last row that is not full is filled with blanks.
    pub cells: Vec<Cell>,
    /// The terminal's own foreground.
    pub fg: Rgb,
    /// The terminal's own background.
    pub bg: Rgb,
}

impl Frame {
    /// A frame with the colours of a dark terminal.
    pub fn dark(title: impl Into<String>, columns: usize, cells: Vec<Cell>) -> Self {
        Self {
            title: title.into(),
            columns,
            cells,
            fg: Rgb(216, 222, 233),
            bg: Rgb(22, 27, 34),
        }
    }
}

/// Width of a cell.
pub(crate) const CELL_W: f64 = 8.4;
/// Height of a cell.
pub(crate) const CELL_H: f64 = 18.0;
const PAD: f64 = 12.0;
const BAR: f64 = 30.0;
const FONTS: &str =
    "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";

/// What makes neighbouring cells one run: colours are resolved.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Look {
    fg: Rgb,
    bg: Rgb,
    bold: bool,
    italic: bool,
    underline: bool,
}

impl Look {
    fn of(cell: &Cell, frame: &Frame) -> Self {
        let (mut fg, mut bg) = (cell.fg.unwrap_or(frame.fg), cell.bg.unwrap_or(frame.bg));
        if cell.reverse {
            (fg, bg) = (bg, fg);
        }
        if cell.dim {
            fg = fg.mix(bg, 0.45);
        }
        Self {
            fg,
            bg,
            bold: cell.bold,
            italic: cell.italic,
            underline: cell.underline,
        }
    }
}

/// Draws a frame as an SVG. Text is text; box lines, blocks and braille are drawn as shapes, so
/// that curves and borders join whatever font the viewer has.
pub fn frame_svg(frame: &Frame) -> String {
    let columns = frame.columns.max(1);
    let rows = frame.cells.len().div_ceil(columns).max(1);
    let bar = if frame.title.is_empty() { 0.0 } else { BAR };
    let (w, h) = (
        columns as f64 * CELL_W + 2.0 * PAD,
        rows as f64 * CELL_H + 2.0 * PAD + bar,
    );
    let title = escape(&clean(&frame.title));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w:.0}\" height=\"{h:.0}\" viewBox=\"0 0 {w:.1} {h:.1}\" role=\"img\">\n\
         <title>{title}</title>\n\
         <rect width=\"{w:.1}\" height=\"{h:.1}\" rx=\"8\" fill=\"{}\"/>\n",
        frame.bg.hex()
    );
    if !frame.title.is_empty() {
        for (i, dot) in ["#ff5f57", "#febc2e", "#28c840"].into_iter().enumerate() {
            let _ = writeln!(
                out,
                "<circle cx=\"{}\" cy=\"17\" r=\"5.5\" fill=\"{dot}\"/>",
                20 + i * 18
            );
        }
        let faint = frame.fg.mix(frame.bg, 0.4).hex();
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"21\" text-anchor=\"middle\" font-family=\"{FONTS}\" font-size=\"12\" fill=\"{faint}\">{title}</text>",
            w / 2.0
        );
    }
    let _ = writeln!(
        out,
        "<g font-family=\"{FONTS}\" font-size=\"14\" xml:space=\"preserve\">"
    );
    for (y, row) in frame.cells.chunks(columns).enumerate() {
        let top = bar + PAD + y as f64 * CELL_H;
        let looks: Vec<Look> = row.iter().map(|c| Look::of(c, frame)).collect();
        // A row's backgrounds come first, so that none covers a wide or slanted glyph.
        runs(
            &looks,
            |a, b| a.bg == b.bg,
            |from, to| {
                if looks[from].bg != frame.bg {
                    rect(
                        &mut out,
                        PAD + from as f64 * CELL_W,
                        top,
                        (to - from) as f64 * CELL_W,
                        CELL_H,
                        looks[from].bg,
                    );
                }
            },
        );
        runs(
            &looks,
            |a, b| a == b,
            |from, to| {
                run(
                    &mut out,
                    &row[from..to],
                    looks[from],
                    PAD + from as f64 * CELL_W,
                    top,
                )
            },
        );
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// Calls back for each stretch of looks that are alike.
fn runs(looks: &[Look], alike: impl Fn(&Look, &Look) -> bool, mut found: impl FnMut(usize, usize)) {
    let mut from = 0;
    for group in looks.chunk_by(|a, b| alike(a, b)) {
        found(from, from + group.len());
        from += group.len();
    }
}

fn rect(out: &mut String, x: f64, y: f64, w: f64, h: f64, ink: Rgb) {
    let _ = writeln!(
        out,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" fill=\"{}\"/>",
        ink.hex()
    );
}

/// One run of cells that look alike, at a place.
fn run(out: &mut String, cells: &[Cell], look: Look, left: f64, top: f64) {
    let mut text = String::new();
    let mut start = left;
    for (i, cell) in cells.iter().enumerate() {
        let x = left + i as f64 * CELL_W;
        let symbol = if cell.text.is_empty() {
            " "
        } else {
            cell.text.as_str()
        };
        let shape = symbol.chars().next().and_then(|c| glyph::path(c, x, top));
        if shape.is_none() && symbol.is_ascii() && !cell.text.is_empty() {
            text.push_str(symbol);
            continue;
        }
        words(out, &text, look, start, top);
        text.clear();
        start = x + CELL_W;
        if let Some(shape) = shape {
            let _ = writeln!(out, "{}", shape.replace("currentColor", &look.fg.hex()));
        } else if symbol != " " {
            // On its own: its advance depends on the viewer's font.
            letters(out, symbol, look, x, top, symbol.width().max(1));
        }
    }
    words(out, &text, look, start, top);
}

/// Plain text, without the blanks at its ends (they may be underlined, then they stay).
fn words(out: &mut String, text: &str, look: Look, x: f64, top: f64) {
    let trimmed = if look.underline {
        text
    } else {
        text.trim_start_matches(' ')
    };
    let x = x + (text.len() - trimmed.len()) as f64 * CELL_W;
    let trimmed = if look.underline {
        trimmed
    } else {
        trimmed.trim_end_matches(' ')
    };
    if !trimmed.is_empty() {
        letters(out, trimmed, look, x, top, trimmed.len());
    }
}

fn letters(out: &mut String, text: &str, look: Look, x: f64, top: f64, cells: usize) {
    let mut more = String::new();
    if look.bold {
        more.push_str(" font-weight=\"bold\"");
    }
    if look.italic {
        more.push_str(" font-style=\"italic\"");
    }
    if look.underline {
        more.push_str(" text-decoration=\"underline\"");
    }
    // The length pins the columns, whatever the viewer's font.
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{more}>{}</text>",
        top + 13.5,
        cells as f64 * CELL_W,
        look.fg.hex(),
        escape(&text.replace(
            |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'),
            " "
        )),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(text: &str) -> Vec<Cell> {
        text.chars()
            .map(|c| Cell {
                text: c.to_string(),
                ..Cell::default()
            })
            .collect()
    }

    fn texts(svg: &str) -> Vec<String> {
        let doc = roxmltree::Document::parse(svg).unwrap();
        doc.descendants()
            .filter(|n| n.has_tag_name("text"))
            .map(|n| n.text().unwrap_or_default().to_owned())
            .collect()
    }

    #[test]
    fn text_stays_text_and_styles_split_runs() {
        let mut row = cells("  run <a> ok");
        row[10].bold = true;
        row[11].bold = true;
        let svg = frame_svg(&Frame::dark("", 12, row));
        assert_eq!(texts(&svg), ["run <a>", "ok"]);
        assert!(svg.contains("font-weight=\"bold\""));
    }

    #[test]
    fn reverse_paints_the_background() {
        let mut row = cells("ab");
        row[1].reverse = true;
        let frame = Frame::dark("Trimtab", 2, row);
        let svg = frame_svg(&frame);
        assert!(
            svg.contains(&format!(
                "width=\"8.4\" height=\"18.0\" fill=\"{}\"",
                frame.fg.hex()
            )),
            "{svg}"
        );
        assert_eq!(texts(&svg), ["Trimtab", "a", "b"]);
    }

    #[test]
    fn lines_and_braille_are_shapes() {
        let svg = frame_svg(&Frame::dark("", 4, cells("┌─⣿█")));
        assert!(texts(&svg).is_empty(), "{svg}");
    }

    #[test]
    fn wide_symbols_take_two_cells() {
        let mut row = cells("日xa");
        row[1].text.clear();
        let svg = frame_svg(&Frame::dark("", 3, row));
        assert_eq!(texts(&svg), ["日", "a"]);
        assert!(svg.contains("textLength=\"16.8\""));
    }

    proptest! {
        #[test]
        fn any_frame_is_well_formed(texts in prop::collection::vec(any::<String>(), 0..40), columns in 0usize..9, title: String) {
            let cells = texts.into_iter().map(|text| Cell { text, underline: true, ..Cell::default() }).collect();
            let svg = frame_svg(&Frame::dark(title, columns, cells));
            prop_assert!(roxmltree::Document::parse(&svg).is_ok());
        }
    }
}
