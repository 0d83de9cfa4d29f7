//! Opening the console.

use super::{
    agent,
    context::{Global, socket},
    error::{CliError, CliResult, Exit},
};
use std::{io::IsTerminal as _, path::PathBuf};
use trimtab_tui::{ConsoleError, ConsoleOptions, ThemeName};
use trimtab_wire::Dial;

/// Options of the console.
#[derive(clap::Args, Clone, Debug)]
pub struct ConsoleArgs {
    /// Draw with ASCII only.
    #[arg(long)]
    ascii: bool,
    /// Colours, over those of the user's config.
    #[arg(long, value_name = "NAME")]
    theme: Option<Theme>,
    /// Refuse every act.
    #[arg(long)]
    read_only: bool,
}

/// Themes by name.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Theme {
    /// For dark backgrounds.
    Dark,
    /// For light backgrounds.
    Light,
    /// Far apart, from a black ground of its own.
    Contrast,
    /// The terminal's own sixteen colours.
    Sixteen,
    /// No colour.
    None,
}

impl From<Theme> for ThemeName {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::Dark => Self::Dark,
            Theme::Light => Self::Light,
            Theme::Contrast => Self::Contrast,
            Theme::Sixteen => Self::Sixteen,
            Theme::None => Self::None,
        }
    }
}

/// Opens the console on the workspace.
pub async fn open(global: &Global, args: &ConsoleArgs) -> CliResult {
    needs_terminal()?;
    let dial = global.dial().await?;
    let log = global
        .host
        .is_none()
        .then(|| global.root())
        .transpose()?
        .map(|r| r.join(".trimtab/agent.log"));
    show(dial, global.host.clone(), log, args).await
}

/// Opens the console on the workspace at `root`, whose agent answers.
pub async fn open_at(root: PathBuf, args: &ConsoleArgs) -> CliResult {
    agent::ensure(&root).await?;
    show(
        Dial::Unix(socket(&root)),
        None,
        Some(root.join(".trimtab/agent.log")),
        args,
    )
    .await
}

/// Refuses to draw into a file or a pipe.
pub fn needs_terminal() -> CliResult<()> {
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(CliError::usage(
        "The console needs a terminal, and standard input or output is none.",
        "Use a command instead, such as `trimtab runs list`; see `trimtab --help`.",
    ))
}

async fn show(
    dial: Dial,
    host: Option<String>,
    log_path: Option<PathBuf>,
    args: &ConsoleArgs,
) -> CliResult {
    let options = ConsoleOptions {
        theme: args.theme.map(ThemeName::from),
        ascii: args.ascii,
        read_only: args.read_only,
        host,
        log_path,
        // https://no-color.org: present and not empty.
        no_colour: std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()),
        ..ConsoleOptions::new(dial)
    };
    match trimtab_tui::run(options).await {
        Ok(_) => Ok(Exit::Done),
        Err(error @ (ConsoleError::Terminal(_) | ConsoleError::Config(_))) => {
            Err(CliError::usage(error.to_string(), "See `trimtab doctor`."))
        }
        Err(error) => Err(CliError::refused("The console ended.", "").caused_by(&error)),
    }
}
