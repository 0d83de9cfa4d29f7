//! A user's own theme: a TOML file that changes some colours of a built-in one.
//!
//! ```toml
//! base = "dark"               # dark, light, contrast, sixteen or none
//! background = "#101418"      # the terminal's own when absent
//! foreground = "#d8dee9"
//! series = ["#56b4e9", "208"] # curves, in order of use
//! heat = ["#2c3e50", "#346e8c", "#d6b246", "#d55e00"]
//!
//! [roles]
//! bad = { fg = "#ff6b6b", bold = true }
//! selected = { bg = "#223a5e" }
//! ```

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ratatui::style::Modifier;
use serde::Deserialize;
use toml::Spanned;

use super::colour::Colour;
use super::tables::Rgb;
use super::{Palette, Role};
use crate::msg::Trouble;

/// Themes read at most, and bytes of one.
const MOST: usize = 100;
const LARGEST: u64 = 64 << 10;

/// What a role looks like where that differs from the base.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Own {
    pub(super) fg: Option<Colour>,
    pub(super) bg: Option<Colour>,
    pub(super) with: Modifier,
    pub(super) without: Modifier,
}

/// A theme as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserTheme {
    /// The file's name without extension.
    pub name: String,
    /// What it changes.
    pub base: Palette,
    pub(super) ground: (Option<Colour>, Option<Colour>),
    pub(super) roles: BTreeMap<Role, Own>,
    pub(super) series: Vec<Colour>,
    pub(super) heat: Option<[Rgb; 4]>,
}

/// A user's theme by name, or what is wrong with its file.
pub type Read = Result<Arc<UserTheme>, Trouble>;

/// The file as written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    base: Option<Spanned<String>>,
    background: Option<Spanned<String>>,
    foreground: Option<Spanned<String>>,
    series: Vec<Spanned<String>>,
    heat: Option<Spanned<Vec<Spanned<String>>>>,
    roles: BTreeMap<Spanned<String>, Written>,
}

/// A role as written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    fg: Option<Spanned<String>>,
    bg: Option<Spanned<String>>,
    bold: Option<bool>,
    dim: Option<bool>,
    italic: Option<bool>,
    underline: Option<bool>,
    reverse: Option<bool>,
}

/// What is wrong: the place in the file, the key, and why.
struct Wrong {
    at: Range<usize>,
    key: String,
    why: String,
}

fn wrong(at: Range<usize>, key: impl Into<String>, why: impl Display) -> Wrong {
    Wrong {
        at,
        key: key.into(),
        why: why.to_string(),
    }
}

/// The folder of themes beside a config file.
#[must_use]
pub fn folder(config: &Path) -> PathBuf {
    config.with_file_name("themes")
}

/// Reads every theme of a folder, by name; one that is not there is empty.
#[must_use]
pub fn read_all(folder: &Path) -> BTreeMap<String, Read> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|e| e.path()).filter(|p| {
        let toml = p.extension().is_some_and(|e| e == "toml");
        toml && p
            .file_stem()
            .is_some_and(|s| Palette::from_word(&s.to_string_lossy()).is_none())
    });
    let named = files.take(MOST).filter_map(|path| {
        let name = path.file_stem()?.to_string_lossy().into_owned();
        Some((name.clone(), read(&path, &name)))
    });
    named.collect()
}

fn read(path: &Path, name: &str) -> Read {
    let cannot = |why: String| Trouble {
        message: format!("The theme {} cannot be read: {why}.", path.display()),
        hint: "Make it a readable file; :theme then shows it.".into(),
    };
    let size = fs::metadata(path).map_err(|e| cannot(e.to_string()))?.len();
    if size > LARGEST {
        return Err(cannot(format!("it has more than {LARGEST} bytes")));
    }
    let text = fs::read_to_string(path).map_err(|e| cannot(e.to_string()))?;
    let theme = parse(name, &text).map_err(|w| {
        let (line, column) = place(&text, w.at.start);
        let key = if w.key.is_empty() {
            key_on(&text, line)
        } else {
            w.key
        };
        let key = if key.is_empty() {
            key
        } else {
            format!("{key}: ")
        };
        Trouble {
            message: format!("{}:{line}:{column}: {key}{}.", path.display(), w.why),
            hint: "The theme before stays until it is mended.".into(),
        }
    })?;
    Ok(Arc::new(theme))
}

/// Line and column, from 1, of a byte.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

/// The key of a line, for what the parser itself finds wrong.
fn key_on(text: &str, line: usize) -> String {
    let written = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let key = written.split_once('=').map_or("", |(key, _)| key.trim());
    key.chars().take(40).collect()
}

fn parse(name: &str, text: &str) -> Result<UserTheme, Wrong> {
    let file: File = toml::from_str(text).map_err(|e| {
        let why = e.message().replace('\n', ", ").replace('`', "\"");
        wrong(e.span().unwrap_or(0..0), "", why)
    })?;
    let base = match &file.base {
        None => Palette::Dark,
        Some(word) => Palette::from_word(word.get_ref()).ok_or_else(|| {
            let known = Palette::ALL.map(Palette::word).join(", ");
            let why = format!(
                "\"{}\" is no built-in theme; write one of {known}",
                word.get_ref()
            );
            wrong(word.span(), "base", why)
        })?,
    };
    let mut roles = BTreeMap::new();
    for (name, written) in &file.roles {
        let role = Role::ALL.iter().find(|(known, _)| known == name.get_ref());
        let Some((word, role)) = role else {
            let known = Role::ALL.map(|(n, _)| n).join(", ");
            let why = format!("there is no such role; there are {known}");
            return Err(wrong(name.span(), format!("roles.{}", name.get_ref()), why));
        };
        roles.insert(*role, own(word, written)?);
    }
    let series = file.series.iter().enumerate();
    let series = series.map(|(i, s)| colour(s, &format!("series[{i}]")));
    Ok(UserTheme {
        name: name.to_owned(),
        base,
        ground: (
            file.foreground
                .as_ref()
                .map(|c| colour(c, "foreground"))
                .transpose()?,
            file.background
                .as_ref()
                .map(|c| colour(c, "background"))
                .transpose()?,
        ),
        roles,
        series: series.collect::<Result<_, _>>()?,
        heat: file.heat.as_ref().map(heat).transpose()?,
    })
}

fn colour(text: &Spanned<String>, key: &str) -> Result<Colour, Wrong> {
    let read = text.get_ref().parse();
    read.map_err(|why: String| wrong(text.span(), key, why))
}

/// Four stops to mix between, so only colours of 24 bits.
fn heat(written: &Spanned<Vec<Spanned<String>>>) -> Result<[Rgb; 4], Wrong> {
    let stops = written.get_ref().iter().enumerate();
    let stops = stops.map(|(i, s)| match colour(s, &format!("heat[{i}]"))? {
        Colour::Rgb(rgb) => Ok(rgb),
        _ => Err(wrong(
            s.span(),
            format!("heat[{i}]"),
            "heat is mixed from colours written as \"#rrggbb\"",
        )),
    });
    let stops: Vec<Rgb> = stops.collect::<Result<_, _>>()?;
    let n = stops.len();
    stops.try_into().map_err(|_| {
        wrong(
            written.span(),
            "heat",
            format!("write four colours, calm to hot, not {n}"),
        )
    })
}

fn own(role: &str, written: &Written) -> Result<Own, Wrong> {
    let side = |c: &Option<Spanned<String>>, key: &str| {
        let c = c
            .as_ref()
            .map(|c| colour(c, &format!("roles.{role}.{key}")));
        c.transpose()
    };
    let mut own = Own {
        fg: side(&written.fg, "fg")?,
        bg: side(&written.bg, "bg")?,
        ..Own::default()
    };
    for (said, modifier) in [
        (written.bold, Modifier::BOLD),
        (written.dim, Modifier::DIM),
        (written.italic, Modifier::ITALIC),
        (written.underline, Modifier::UNDERLINED),
        (written.reverse, Modifier::REVERSED),
    ] {
        match said {
            Some(true) => own.with |= modifier,
            Some(false) => own.without |= modifier,
            None => {}
        }
    }
    Ok(own)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::Color;

    use super::super::{Depth, Theme};
    use super::*;

    const NIGHT: &str = r##"
base = "light"
background = "#101418"
series = ["#ff0000", "12"]
heat = ["#000000", "#111111", "#222222", "#ffffff"]

[roles]
bad = { fg = "#ff6b6b", bold = false, underline = true }
selected-dim = { bg = "blue" }
"##;

    fn theme(text: &str, depth: Depth) -> Theme {
        let read = parse("night", text).map_err(|w| w.why);
        Theme::of_user(Arc::new(read.unwrap()), depth)
    }

    #[test]
    fn what_it_says_holds_and_the_rest_is_the_bases() {
        let t = theme(NIGHT, Depth::True);
        assert_eq!(t.name(), "night");
        let bad = t.style(Role::Bad);
        assert_eq!(bad.fg, Some(Color::Rgb(255, 107, 107)));
        assert!(bad.add_modifier.contains(Modifier::UNDERLINED));
        assert!(!bad.add_modifier.contains(Modifier::BOLD));
        assert_eq!(t.style(Role::SelectedDim).bg, Some(Color::Blue));
        assert_eq!(t.ground().bg, Some(Color::Rgb(16, 20, 24)));
        assert_eq!(t.series(2).fg, Some(Color::Rgb(255, 0, 0)));
        assert_eq!(t.series(1).fg, Some(Color::LightBlue));
        assert_eq!(t.heat(1.0).fg, Some(Color::Rgb(255, 255, 255)));
        let light = Theme::new(Palette::Light, Depth::True);
        assert_eq!(t.style(Role::Ok), light.style(Role::Ok));
        // Where the terminal has no such colours, the base's are as good as it gets.
        let basic = theme(NIGHT, Depth::Basic);
        assert_eq!(basic.style(Role::Bad).fg, Some(Color::LightRed));
        assert_eq!(
            (basic.palette(), basic.ground().bg),
            (Palette::Sixteen, None)
        );
        let none = theme(NIGHT, Depth::None);
        assert_eq!((none.style(Role::Bad).fg, none.series(0).fg), (None, None));
        assert!(!none.has_colour());
    }

    #[test]
    fn mistakes_name_the_key_and_the_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("night.toml");
        let told = |text: &str| {
            fs::write(&path, text).unwrap();
            let all = read_all(dir.path());
            all["night"].clone().unwrap_err().message
        };
        for (text, place, words) in [
            ("base = \"pink\"", ":1:8: base: ", "no built-in theme"),
            (
                "\n\nbackground = \"#12\"",
                ":3:14: background: ",
                "no colour",
            ),
            (
                "[roles]\nbad = { fg = \"x\" }",
                ":2:14: roles.bad.fg: ",
                "no colour",
            ),
            (
                "[roles]\nworse = { }",
                ":2:1: roles.worse: ",
                "no such role",
            ),
            (
                "[roles]\nbad = { fgg = \"red\" }",
                ":2:9: bad: ",
                "unknown field",
            ),
            ("[roles.ok]\nbold = 3", ":2:8: bold: ", "expected a boolean"),
            (
                "series = [\"red\", \"rad\"]",
                ":1:18: series[1]: ",
                "no colour",
            ),
            ("heat = [\"#000\"]", ":1:8: heat: ", "four colours"),
            ("heat = [\"1\"]", ":1:9: heat[0]: ", "mixed"),
            ("colour = 1", ":1:1: colour: ", "unknown field"),
            ("a = ", ":1:", ""),
        ] {
            let told = told(text);
            assert!(
                told.contains(place) && told.contains(words),
                "{text}: {told}"
            );
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        let all = read_all(dir.path());
        assert!(
            all["night"]
                .clone()
                .unwrap_err()
                .message
                .contains("cannot be read")
        );
        assert!(read_all(Path::new("/nowhere/at/all")).is_empty());
    }

    #[test]
    fn the_manuals_example_is_a_theme() {
        let manual = include_str!("../../../docs/console.md");
        let example = manual.split("```toml\n").nth(2).unwrap();
        let (example, _) = example.split_once("```").unwrap();
        let t = theme(example, Depth::True);
        assert_eq!(t.style(Role::Rule).fg, Some(Color::DarkGray));
        assert_eq!(t.series(4).fg, Some(Color::Indexed(208)));
        for (role, _) in Role::ALL {
            assert!(manual.contains(role), "{role}");
        }
    }

    #[test]
    fn a_file_does_not_hide_a_built_in_theme() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("dark.toml"), "").unwrap();
        fs::write(dir.path().join("notes.txt"), "").unwrap();
        fs::write(dir.path().join("mine.toml"), "").unwrap();
        let names: Vec<String> = read_all(dir.path()).into_keys().collect();
        assert_eq!(names, ["mine"]);
    }

    proptest! {
        #[test]
        fn any_text_is_a_theme_or_said_to_be_none(text in "(\\PC|\n){0,60}") {
            if let Err(w) = parse("x", &text) {
                let _ = place(&text, w.at.start);
            }
        }
    }
}
