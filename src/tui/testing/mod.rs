//! Looks and a frame printer for snapshot tests: the text, then one line for each run of style.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::Color;

use crate::caps::Look;
use crate::glyphs::{ASCII, UNICODE};
use crate::theme::{Depth, Palette, Theme};

/// The default look.
pub fn look() -> Look {
    Look {
        theme: Theme::new(Palette::Dark, Depth::Indexed),
        glyphs: &UNICODE,
    }
}

/// The sixteen colours and ASCII, as on the kernel's console.
pub fn ascii() -> Look {
    Look {
        theme: Theme::new(Palette::Sixteen, Depth::Basic),
        glyphs: &ASCII,
    }
}

/// `NO_COLOR`.
pub fn mono() -> Look {
    Look {
        theme: Theme::new(Palette::Mono, Depth::None),
        glyphs: &UNICODE,
    }
}

/// Prints a buffer for a snapshot.
pub fn frame(buf: &Buffer) -> String {
    let width = usize::from(buf.area.width);
    let (mut out, mut styles) = (String::new(), String::new());
    for (y, row) in buf.content.chunks(width.max(1)).enumerate() {
        let mut line = String::new();
        let mut x = 0;
        while x < row.len() {
            line.push_str(row[x].symbol());
            x += unicode_width::UnicodeWidthStr::width(row[x].symbol()).max(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
        let mut x = 0;
        while x < row.len() {
            let (style, start) = (row[x].style(), x);
            while x < row.len() && row[x].style() == style {
                x += 1;
            }
            let plain = style.fg == Some(Color::Reset)
                && style.bg == Some(Color::Reset)
                && style.add_modifier.is_empty();
            if !plain {
                let (fg, bg) = (style.fg.unwrap_or_default(), style.bg.unwrap_or_default());
                let _ = writeln!(
                    styles,
                    "{y}:{start}..{x} {fg}/{bg} {:?}",
                    style.add_modifier
                );
            }
        }
    }
    if styles.is_empty() {
        out
    } else {
        format!("{out}--- styles\n{styles}")
    }
}

pub mod fixtures;
pub mod harness;
