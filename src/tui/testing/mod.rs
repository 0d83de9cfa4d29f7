//! Looks and a frame printer for snapshot tests: the text, then one line for each run of style.

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
pub use trimtab_testkit::frame::{print as frame, text};

pub mod compare;
pub mod detail;
pub mod fixtures;
pub mod harness;
