//! Box lines, blocks and braille as shapes: in a text they would depend on the viewer's font.

use crate::frame::{CELL_H, CELL_W};
use std::fmt::Write as _;

/// The SVG of a character in the cell at `(x, y)`, in `currentColor`; `None` when it is to be text.
pub(crate) fn path(c: char, x: f64, y: f64) -> Option<String> {
    match c {
        '\u{2800}'..='\u{28ff}' => Some(braille(c, x, y)),
        '\u{2580}'..='\u{2590}' | '▔' | '▕' => Some(block(c, x, y)),
        '░' | '▒' | '▓' => {
            let share = match c {
                '░' => 0.25,
                '▒' => 0.5,
                _ => 0.75,
            };
            Some(rect(x, y, CELL_W, CELL_H).replace("/>", &format!(" fill-opacity=\"{share}\"/>")))
        }
        _ => lines(c).map(|arms| strokes(arms, c, x, y)),
    }
}

fn rect(x: f64, y: f64, w: f64, h: f64) -> String {
    format!(
        "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{w:.2}\" height=\"{h:.2}\" fill=\"currentColor\"/>"
    )
}

fn block(c: char, x: f64, y: f64) -> String {
    let (w, h) = (CELL_W, CELL_H);
    match c {
        '▀' => rect(x, y, w, h / 2.0),
        '▐' => rect(x + w / 2.0, y, w / 2.0, h),
        '▔' => rect(x, y, w, h / 8.0),
        '▕' => rect(x + w * 7.0 / 8.0, y, w / 8.0, h),
        // Lower eighths up to the full block, then left eighths down from seven.
        '\u{2581}'..='\u{2588}' => {
            let part = h * f64::from(c as u32 - 0x2580) / 8.0;
            rect(x, y + h - part, w, part)
        }
        _ => rect(x, y, w * f64::from(0x2590 - c as u32) / 8.0, h),
    }
}

fn braille(c: char, x: f64, y: f64) -> String {
    // Bit to (column, row): the order in which braille numbers its dots.
    const DOTS: [(f64, f64); 8] = [
        (0.0, 0.0),
        (0.0, 1.0),
        (0.0, 2.0),
        (1.0, 0.0),
        (1.0, 1.0),
        (1.0, 2.0),
        (0.0, 3.0),
        (1.0, 3.0),
    ];
    let bits = c as u32 - 0x2800;
    let mut d = String::new();
    for (i, (column, row)) in DOTS.into_iter().enumerate() {
        if bits >> i & 1 == 1 {
            let (cx, cy) = (
                x + (column + 0.5) * CELL_W / 2.0,
                y + (row + 0.5) * CELL_H / 4.0,
            );
            // A dot is a stroke of no length with round ends.
            let _ = write!(d, "M{cx:.2} {cy:.2}h0");
        }
    }
    format!(
        "<path d=\"{d}\" stroke=\"currentColor\" stroke-width=\"2.8\" stroke-linecap=\"round\"/>"
    )
}

/// Arms of a box character: left, right, up, down; 0 none, 1 light, 2 heavy.
fn lines(c: char) -> Option<[u8; 4]> {
    Some(match c {
        '─' | '╌' | '┄' | '┈' => [1, 1, 0, 0],
        '│' | '╎' | '┆' | '┊' => [0, 0, 1, 1],
        '┌' | '╭' => [0, 1, 0, 1],
        '┐' | '╮' => [1, 0, 0, 1],
        '└' | '╰' => [0, 1, 1, 0],
        '┘' | '╯' => [1, 0, 1, 0],
        '├' => [0, 1, 1, 1],
        '┤' => [1, 0, 1, 1],
        '┬' => [1, 1, 0, 1],
        '┴' => [1, 1, 1, 0],
        '┼' => [1, 1, 1, 1],
        '━' => [2, 2, 0, 0],
        '┃' => [0, 0, 2, 2],
        '┏' => [0, 2, 0, 2],
        '┓' => [2, 0, 0, 2],
        '┗' => [0, 2, 2, 0],
        '┛' => [2, 0, 2, 0],
        '╴' => [1, 0, 0, 0],
        '╶' => [0, 1, 0, 0],
        '╵' => [0, 0, 1, 0],
        '╷' => [0, 0, 0, 1],
        _ => return None,
    })
}

fn strokes([left, right, up, down]: [u8; 4], c: char, x: f64, y: f64) -> String {
    let (cx, cy) = (x + CELL_W / 2.0, y + CELL_H / 2.0);
    let heavy = [left, right, up, down].contains(&2);
    let mut d = String::new();
    let r = CELL_W / 2.0;
    match c {
        '╭' => {
            _ = write!(
                d,
                "M{cx:.2} {:.2}V{:.2}Q{cx:.2} {cy:.2} {:.2} {cy:.2}",
                y + CELL_H,
                cy + r,
                x + CELL_W
            )
        }
        '╮' => {
            _ = write!(
                d,
                "M{cx:.2} {:.2}V{:.2}Q{cx:.2} {cy:.2} {x:.2} {cy:.2}",
                y + CELL_H,
                cy + r
            )
        }
        '╰' => {
            _ = write!(
                d,
                "M{cx:.2} {y:.2}V{:.2}Q{cx:.2} {cy:.2} {:.2} {cy:.2}",
                cy - r,
                x + CELL_W
            )
        }
        '╯' => {
            _ = write!(
                d,
                "M{cx:.2} {y:.2}V{:.2}Q{cx:.2} {cy:.2} {x:.2} {cy:.2}",
                cy - r
            )
        }
        _ => {
            for (arm, to) in [
                (left, (x, cy)),
                (right, (x + CELL_W, cy)),
                (up, (cx, y)),
                (down, (cx, y + CELL_H)),
            ] {
                if arm > 0 {
                    let _ = write!(d, "M{cx:.2} {cy:.2}L{:.2} {:.2}", to.0, to.1);
                }
            }
        }
    }
    let dash = match c {
        '╌' | '╎' | '┄' | '┆' | '┈' | '┊' => " stroke-dasharray=\"2.1 2.1\"",
        _ => "",
    };
    let width = if heavy { 2.4 } else { 1.2 };
    format!(
        "<path d=\"{d}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"{width}\"{dash}/>"
    )
}
