//! Prints what a frame shows, styles included, for snapshots.
//!
//! The text grid comes first, then one line for each run of styled cells, so that a highlight that
//! moves changes the snapshot though no letter does.

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// The frame as text, then `--- styles` and the style runs: `row:from..to fg/bg modifiers`.
pub fn print(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let (mut out, mut styles) = (String::new(), String::new());
    if width == 0 {
        return out;
    }
    for (y, row) in buffer.content.chunks(width).enumerate() {
        out.push_str(line(row).trim_end());
        out.push('\n');
        let mut x = 0;
        for run in row.chunk_by(|a, b| look(a) == look(b)) {
            if let Some(text) = describe(&run[0]) {
                let _ = writeln!(styles, "{y}:{x}..{} {text}", x + run.len());
            }
            x += run.len();
        }
    }
    if styles.is_empty() {
        out
    } else {
        format!("{out}--- styles\n{styles}")
    }
}

/// Only the text of a frame, without blanks at the ends of lines.
pub fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    buffer
        .content
        .chunks(width)
        .map(|row| line(row).trim_end().to_owned() + "\n")
        .collect()
}

/// A row's symbols. The blank cell behind a wide symbol is part of it, and left out.
fn line(row: &[Cell]) -> String {
    let mut out = String::new();
    let mut covered = 0;
    for cell in row {
        if covered > 0 {
            covered -= 1;
            continue;
        }
        out.push_str(cell.symbol());
        covered = cell.symbol().width().saturating_sub(1);
    }
    out
}

fn look(cell: &Cell) -> (Color, Color, Modifier) {
    (cell.fg, cell.bg, cell.modifier)
}

/// The style in words; `None` when it is the terminal's own.
fn describe(cell: &Cell) -> Option<String> {
    let (fg, bg, modifier) = look(cell);
    if (fg, bg) == (Color::Reset, Color::Reset) && modifier.is_empty() {
        return None;
    }
    let name = |c: Color| {
        if c == Color::Reset {
            "-".to_owned()
        } else {
            c.to_string()
        }
    };
    let mut text = format!("{}/{}", name(fg), name(bg));
    for (flag, _) in modifier.iter_names() {
        let _ = write!(text, " {}", flag.to_lowercase());
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::{layout::Rect, style::Style};

    fn buffer(width: u16, height: u16) -> Buffer {
        Buffer::empty(Rect::new(0, 0, width, height))
    }

    #[test]
    fn a_moved_highlight_changes_the_print() {
        let mut b = buffer(6, 2);
        b.set_string(0, 0, "one", Style::new());
        b.set_string(
            0,
            1,
            "two",
            Style::new()
                .fg(Color::Red)
                .add_modifier(Modifier::REVERSED | Modifier::BOLD),
        );
        assert_eq!(
            print(&b),
            "one\ntwo\n--- styles\n1:0..3 Red/- bold reversed\n"
        );
        assert_eq!(text(&b), "one\ntwo\n");
    }

    #[test]
    fn wide_symbols_stand_once() {
        let mut b = buffer(6, 1);
        b.set_string(0, 0, "日本x", Style::new());
        assert_eq!(print(&b), "日本x\n");
    }

    #[test]
    fn an_empty_frame_prints_nothing() {
        assert_eq!(print(&buffer(0, 0)), "");
        assert_eq!(text(&buffer(0, 3)), "");
    }
}
