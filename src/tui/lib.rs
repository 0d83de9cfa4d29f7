//! The console: model, update, view, commands.
//!
//! `update` is pure and returns effects as data; `view` draws the model and decides nothing; effects run
//! on tokio and come back as messages. See ARCHITECTURE.md.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod backend;
pub mod caps;
pub mod clipboard;
mod clock;
pub mod command;
pub mod config;
mod effect;
mod export;
pub mod format;
pub mod glyphs;
pub mod key;
pub mod meter;
pub mod model;
pub mod mouse;
pub mod msg;
mod outlet;
mod outside;
mod pace;
pub mod picture;
pub mod remember;
pub mod ring;
mod runtime;
pub mod sheet;
pub mod taste;
pub mod term;
#[cfg(test)]
mod testing;
pub mod theme;
pub mod update;
pub mod view;
pub mod widget;

use std::io;
use std::path::PathBuf;

use trimtab_wire::Dial;

pub use config::ThemeName;
pub use runtime::run;

/// What the console is started with.
#[derive(Debug, Clone)]
pub struct ConsoleOptions {
    /// How to reach the agent; used again at every reconnect.
    pub dial: Dial,
    /// The user's config file; [`config::default_path`] is the usual one.
    pub config: Option<PathBuf>,
    /// A theme in place of the config's.
    pub theme: Option<ThemeName>,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// Use no colour, as with `NO_COLOR`.
    pub no_colour: bool,
    /// Refuse every act on this side, whatever the agent allows.
    pub read_only: bool,
    /// Where what is remembered of workspaces is kept; [`remember::default_folder`] is the usual place.
    pub state: Option<PathBuf>,
    /// The machine that the agent was dialled on, when it is another one: what is remembered is told apart by it.
    pub host: Option<String>,
    /// Where exported charts go; usually the current folder.
    pub export_dir: PathBuf,
    /// Shown on the help page.
    pub log_path: Option<PathBuf>,
}

impl ConsoleOptions {
    /// The usual options for an agent: the user's own config, exports into the current folder.
    #[must_use]
    pub fn new(dial: Dial) -> Self {
        Self {
            dial,
            config: config::default_path(),
            theme: None,
            ascii: false,
            no_colour: false,
            read_only: false,
            state: remember::default_folder(),
            host: None,
            export_dir: PathBuf::from("."),
            log_path: None,
        }
    }
}

/// Why the console could not start or had to end.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// The terminal cannot show it.
    #[error(transparent)]
    Terminal(#[from] caps::CapsError),
    /// The user's config cannot be used.
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    /// The terminal failed.
    #[error("The terminal failed: {0}.")]
    Io(io::Error),
    /// A task panicked; its report has been printed.
    #[error("The console ended because of a bug; the report is above.")]
    Panicked,
}

impl From<io::Error> for ConsoleError {
    fn from(error: io::Error) -> Self {
        // `Screen::take` wraps the one error that has an answer of its own.
        match error
            .get_ref()
            .and_then(|e| e.downcast_ref::<caps::CapsError>())
        {
            Some(caps) => Self::Terminal(caps.clone()),
            None => Self::Io(error),
        }
    }
}

/// The key reference as Markdown: `docs/keys.md`.
#[must_use]
pub fn keys_markdown() -> String {
    command::docs::markdown()
}
