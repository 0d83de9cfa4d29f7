//! The user's taste: theme, mouse and keys, in `config.toml` of the user's config directory.
//!
//! Kept apart from the workspace's policy: it belongs to a person, not to a team's repository.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::command::keymap::{Keymap, KeymapError};
use crate::ring::Ring;
use crate::theme::Palette;

/// The file as written.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    /// A built-in theme, or the name of a file in `themes` beside this one.
    theme: Option<String>,
    /// Draw with ASCII only.
    ascii: bool,
    /// Take clicks, the wheel and drags from the terminal.
    mouse: bool,
    /// How an alert that fires is heard.
    alert: Ring,
    /// Keys of commands, by the command's name.
    keys: BTreeMap<String, Vec<String>>,
}

/// The built-in themes by name, for the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThemeName {
    /// For dark backgrounds.
    Dark,
    /// For light backgrounds.
    Light,
    /// Far apart from its own black ground.
    Contrast,
    /// The terminal's own sixteen colours.
    Sixteen,
    /// No colour.
    None,
}

impl From<ThemeName> for Palette {
    fn from(name: ThemeName) -> Self {
        match name {
            ThemeName::Dark => Self::Dark,
            ThemeName::Light => Self::Light,
            ThemeName::Contrast => Self::Contrast,
            ThemeName::Sixteen => Self::Sixteen,
            ThemeName::None => Self::Mono,
        }
    }
}

/// The user's taste, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Taste {
    /// The theme, if one was chosen; whether there is one of that name is not looked at here.
    pub theme: Option<String>,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// Take the mouse from the terminal.
    pub mouse: bool,
    /// How an alert that fires is heard.
    pub alert: Ring,
    /// The keys in force.
    pub keymap: Keymap,
}

/// The file cannot be used. It is named with what is wrong; the console does not start on half of it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there and cannot be read.
    #[error("{path} cannot be read: {source}. Check its permissions.")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no such TOML.
    #[error("{path}: {message}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Line, column and what was expected.
        message: String,
    },
    /// The keys cannot be bound so.
    #[error("{path}: {source}.")]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: KeymapError,
    },
}

/// Where the file is looked for: `~/.config/trimtab/config.toml` on Linux.
#[must_use]
pub fn default_path() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "trimtab")
        .map(|dirs| dirs.config_dir().join("config.toml"))
}

/// Reads the file; one that is not there is the default taste.
///
/// # Errors
/// [`ConfigError`] names the file and what is wrong with it.
pub fn load(path: Option<&Path>) -> Result<Taste, ConfigError> {
    let Some(path) = path else {
        return parse("", Path::new(""));
    };
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text, path),
        Err(e) if e.kind() == io::ErrorKind::NotFound => parse("", path),
        Err(source) => Err(ConfigError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

fn parse(text: &str, path: &Path) -> Result<Taste, ConfigError> {
    let file: File = toml::from_str(text).map_err(|e| ConfigError::Parse {
        path: path.to_owned(),
        message: e.to_string().trim_end().to_owned(),
    })?;
    let keymap = Keymap::with(&file.keys).map_err(|source| ConfigError::Keys {
        path: path.to_owned(),
        source,
    })?;
    Ok(Taste {
        theme: file.theme,
        ascii: file.ascii,
        mouse: file.mouse,
        alert: file.alert,
        keymap,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_or_named() {
        let path = Path::new("config.toml");
        let taste = parse(
            "theme = \"light\"\nmouse = true\nalert = \"osc9\"\n[keys]\npromote = [\"f6\"]\n",
            path,
        )
        .unwrap();
        assert_eq!(taste.theme.as_deref(), Some("light"));
        assert!(taste.mouse && !taste.ascii);
        assert_eq!(taste.alert, Ring::Osc9);
        assert_eq!(taste.keymap.keys_of("promote"), ["f6"]);
        for (text, needle) in [
            ("theme = 3", "line 1"),
            ("colour = 1", "colour"),
            ("alert = \"siren\"", "siren"),
            ("[keys]\npromote = [\"B\"]", "roll back"),
            ("[keys]\npromot = [\"B\"]", "promot"),
        ] {
            let error = parse(text, path).unwrap_err().to_string();
            assert!(
                error.starts_with("config.toml") && error.contains(needle),
                "{error}"
            );
        }
        assert!(load(None).is_ok());
        assert!(load(Some(Path::new("/nowhere/at/all.toml"))).is_ok());
    }
}
