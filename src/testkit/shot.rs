//! Screenshots: what a terminal shows, as the SVG that the documentation carries.

use trimtab_plot::{Cell, Frame, Rgb, frame_svg};

/// The screen as an SVG, with a title in the window's bar.
pub fn svg(screen: &vt100::Screen, title: &str) -> String {
    let (rows, cols) = screen.size();
    let cells = (0..rows.get()).flat_map(|row| (0..cols.get()).map(move |col| (row, col)));
    let cells = cells
        .map(|(row, col)| screen.cell(row, col).map(cell).unwrap_or_default())
        .collect();
    frame_svg(&Frame::dark(title, usize::from(cols.get()), cells))
}

fn cell(cell: &vt100::Cell) -> Cell {
    let text = match (cell.is_wide_continuation(), cell.has_contents()) {
        (true, _) => String::new(),
        (false, true) => cell.contents().to_owned(),
        (false, false) => " ".to_owned(),
    };
    Cell {
        text,
        fg: rgb(cell.fgcolor()),
        bg: rgb(cell.bgcolor()),
        bold: cell.bold(),
        dim: cell.dim(),
        italic: cell.italic(),
        underline: cell.underline(),
        reverse: cell.inverse(),
    }
}

/// The colours that terminals agree on, the first sixteen as in a usual dark theme.
fn rgb(color: vt100::Color) -> Option<Rgb> {
    const FIRST: [Rgb; 16] = [
        Rgb(40, 44, 52),
        Rgb(224, 108, 117),
        Rgb(152, 195, 121),
        Rgb(229, 192, 123),
        Rgb(97, 175, 239),
        Rgb(198, 120, 221),
        Rgb(86, 182, 194),
        Rgb(200, 205, 214),
        Rgb(110, 118, 131),
        Rgb(240, 140, 148),
        Rgb(181, 219, 153),
        Rgb(242, 213, 159),
        Rgb(140, 199, 247),
        Rgb(217, 158, 235),
        Rgb(125, 207, 217),
        Rgb(255, 255, 255),
    ];
    match color {
        vt100::Color::Default => None,
        vt100::Color::Rgb(r, g, b) => Some(Rgb(r, g, b)),
        vt100::Color::Idx(i @ 0..16) => Some(FIRST[usize::from(i)]),
        // A cube of six levels each, then 24 greys.
        vt100::Color::Idx(i @ 16..232) => {
            let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            let i = i - 16;
            Some(Rgb(level(i / 36), level(i / 6 % 6), level(i % 6)))
        }
        vt100::Color::Idx(i) => {
            let grey = 8 + 10 * (i - 232);
            Some(Rgb(grey, grey, grey))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coloured_screen_becomes_text_in_colour() {
        let two = std::num::NonZeroU16::new(2).unwrap();
        let mut parser = vt100::Parser::new(two, std::num::NonZeroU16::new(20).unwrap(), 0);
        parser.process(b"\x1b[38;5;196mred\x1b[0m \x1b[1mbold");
        let svg = svg(parser.screen(), "Trimtab");
        assert!(svg.contains("fill=\"#ff0000\">red</text>"), "{svg}");
        assert!(svg.contains("font-weight=\"bold\">bold</text>"), "{svg}");
    }
}
