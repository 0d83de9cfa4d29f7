//! What the terminal can show, judged once at start from the environment and the command line.
//!
//! The judgement is pure (the environment comes in as a function), so every combination is tested.

use crate::glyphs::{ASCII, Glyphs, UNICODE};
use crate::theme::{Depth, Palette, Theme};

/// What the operator asked for, before the terminal had its say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wish {
    /// Draw with ASCII only.
    pub ascii: bool,
    /// Use no colour.
    pub no_colour: bool,
    /// A palette by name; otherwise dark.
    pub palette: Option<Palette>,
}

/// The terminal cannot run the console.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CapsError {
    /// `TERM` says that the terminal cannot move its cursor.
    #[error(
        "The terminal (TERM={0}) cannot draw screens. Set TERM to your terminal's real type, or use the headless commands: trimtab --help."
    )]
    Dumb(String),
    /// Standard output or input is a file or pipe.
    #[error(
        "The console needs a terminal on standard input and output. Use the headless commands in scripts: trimtab --help."
    )]
    NoTerminal,
}

/// How to draw on this terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Roles to styles.
    pub theme: Theme,
    /// The characters to draw with.
    pub glyphs: &'static Glyphs,
}

impl Look {
    /// Decides from the operator's wish and the environment.
    ///
    /// # Errors
    /// When the terminal cannot draw screens at all.
    pub fn detect(wish: Wish, env: impl Fn(&str) -> Option<String>) -> Result<Self, CapsError> {
        let term = env("TERM").unwrap_or_default();
        if term.is_empty() || term == "dumb" {
            return Err(CapsError::Dumb(if term.is_empty() {
                "(unset)".to_owned()
            } else {
                term
            }));
        }
        let no_colour = wish.no_colour
            || env("NO_COLOR").is_some_and(|v| !v.is_empty())
            || term == "vt100"
            || term == "vt220";
        let true_colour = env("COLORTERM").is_some_and(|v| v == "truecolor" || v == "24bit")
            || term.ends_with("-direct");
        let depth = if no_colour {
            Depth::None
        } else if true_colour {
            Depth::True
        } else if term.contains("256")
            || env("TMUX").is_some()
            || [
                "alacritty",
                "xterm-kitty",
                "xterm-ghostty",
                "foot",
                "wezterm",
            ]
            .contains(&term.as_str())
        {
            Depth::Indexed
        } else {
            Depth::Basic
        };
        // The kernel's own console has 512 glyphs and no braille among them.
        let ascii = wish.ascii || term == "linux" || !utf8(&env);
        let palette = wish
            .palette
            .unwrap_or_else(|| background(env("COLORFGBG").as_deref()));
        Ok(Self {
            theme: Theme::new(palette, depth),
            glyphs: if ascii { &ASCII } else { &UNICODE },
        })
    }
}

/// The first of the locale variables that is set decides, as in POSIX.
fn utf8(env: &impl Fn(&str) -> Option<String>) -> bool {
    let value = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| env(name).filter(|v| !v.is_empty()));
    // Containers often set no locale at all while the terminal outside is UTF-8.
    value.is_none_or(|v| {
        let v = v.to_ascii_lowercase();
        v.contains("utf-8") || v.contains("utf8")
    })
}

/// Some terminals tell their background as `fg;bg` in the sixteen colours.
fn background(colorfgbg: Option<&str>) -> Palette {
    match colorfgbg.and_then(|v| v.rsplit(';').next()?.parse::<u8>().ok()) {
        Some(7 | 15) => Palette::Light,
        _ => Palette::Dark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(wish: Wish, env: &[(&str, &str)]) -> Result<Look, CapsError> {
        Look::detect(wish, |name| {
            env.iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| (*v).to_owned())
        })
    }

    #[test]
    fn judges_common_terminals() -> Result<(), CapsError> {
        let ghostty = look(
            Wish::default(),
            &[
                ("TERM", "xterm-256color"),
                ("COLORTERM", "truecolor"),
                ("LANG", "C.UTF-8"),
            ],
        )?;
        assert_eq!(ghostty.theme, Theme::new(Palette::Dark, Depth::True));
        assert!(ghostty.glyphs.braille);
        let linux = look(
            Wish::default(),
            &[("TERM", "linux"), ("LANG", "en_US.UTF-8")],
        )?;
        assert_eq!(linux.theme.palette(), Palette::Sixteen);
        assert!(!linux.glyphs.braille);
        let plain = look(
            Wish::default(),
            &[("TERM", "xterm-256color"), ("NO_COLOR", "1")],
        )?;
        assert!(!plain.theme.has_colour() && plain.glyphs.braille);
        let latin = look(
            Wish::default(),
            &[
                ("TERM", "xterm"),
                ("LC_ALL", "en_US.ISO-8859-1"),
                ("LANG", "en_US.UTF-8"),
            ],
        )?;
        assert!(!latin.glyphs.braille);
        let light = look(
            Wish::default(),
            &[("TERM", "tmux-256color"), ("COLORFGBG", "0;15")],
        )?;
        assert_eq!(light.theme, Theme::new(Palette::Light, Depth::Indexed));
        Ok(())
    }

    #[test]
    fn dumb_terminals_are_told_so() {
        assert_eq!(
            look(Wish::default(), &[("TERM", "dumb")]),
            Err(CapsError::Dumb("dumb".into()))
        );
        assert!(look(Wish::default(), &[]).is_err());
    }
}
