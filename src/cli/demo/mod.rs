//! `trimtab demo`: a year of real flights, alive in the console, or told without a terminal.

mod stage;
mod story;

use super::{
    console::{self, ConsoleArgs},
    context::Global,
    error::{CliError, CliResult, Exit},
    narrate,
    output::Output,
};
use stage::Stage;
use std::{collections::BTreeMap, path::PathBuf};
use trimtab_wire::DemoCommand;

/// Weeks that are replayed before the console opens, so that it opens on something: up to this day.
const HISTORY_UNTIL: &str = "2013-03-25";

/// Options of the demonstration.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DemoArgs {
    /// The demonstration's folder; kept, and gone on with next time [default: demo in the user's data folder].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Tell the operator's story without a terminal, as fast as possible, and check each step.
    #[arg(long)]
    headless: bool,
    /// Seconds between two weeks of the year.
    #[arg(long, default_value_t = 4.0)]
    speed: f64,
    #[command(subcommand)]
    part: Option<DemoPart>,
}

/// The demonstration's own processes.
#[derive(clap::Subcommand, Debug)]
enum DemoPart {
    /// Fit a classifier on a window of the log (a job of the recipe).
    Train,
    /// Replay the year.
    #[command(hide = true)]
    World {
        /// End when standard input closes.
        #[arg(long)]
        with_parent: bool,
    },
}

/// Runs the demonstration, or one of its processes.
pub async fn run(
    args: DemoArgs,
    global: &Global,
    console: &ConsoleArgs,
    out: &mut Output,
) -> CliResult {
    match args.part {
        Some(DemoPart::Train) => return train(global).await,
        Some(DemoPart::World { with_parent }) => return world(global, with_parent).await,
        None => {}
    }
    if args.headless {
        // A story told before must not colour this one.
        let fresh = match &args.dir {
            Some(dir) => Place::Named(dir.clone()),
            None => Place::Temporary(
                std::env::temp_dir().join(format!("trimtab-demo-{}", std::process::id())),
            ),
        };
        let stage = Stage::set(fresh.path()).await?;
        let told = story::play(&stage, out).await;
        stage.strike().await;
        fresh.clear(told.is_ok());
        return told;
    }
    if !(args.speed.is_finite() && args.speed >= 0.0) {
        return Err(CliError::usage(
            format!("{} is not a number of seconds.", args.speed),
            "Try `--speed 4`.",
        ));
    }
    console::needs_terminal()?;
    let dir = match args.dir {
        Some(dir) => dir,
        None => directories::ProjectDirs::from("", "", "trimtab")
            .map(|d| d.data_dir().join("demo"))
            .ok_or_else(|| {
                CliError::usage(
                    "There is no home folder for the demonstration.",
                    "Name one with `--dir`.",
                )
            })?,
    };
    narrate(&format!("demonstration in {}", dir.display()));
    let stage = Stage::set(&dir).await?;
    let shown = show(&stage, args.speed, console).await;
    let root = stage.root.clone();
    stage.strike().await;
    if shown.is_ok() {
        narrate(&format!(
            "kept in {}; `trimtab demo --dir {}` goes on",
            root.display(),
            root.display()
        ));
    }
    shown
}

/// Brings the stage to the moment at which the console opens, and opens it.
async fn show(stage: &Stage, speed: f64, args: &ConsoleArgs) -> CliResult {
    if stage.champion().await?.is_none() {
        narrate("training the first three models on January's flights …");
        let jobs = stage.bootstrap().await?;
        narrate(&format!(
            "{} models trained, the best is in production; replaying the first weeks …",
            jobs.len()
        ));
        stage.replay_until(HISTORY_UNTIL).await?;
        // One run trains in front of the user; the pause between rounds is what makes it watchable.
        let params: BTreeMap<String, String> = [
            ("run_name", "february-march"),
            ("rounds", "120"),
            ("pace_ms", "250"),
        ]
        .map(|(k, v)| (k.into(), v.into()))
        .into();
        stage
            .launch(
                "2013-02-01",
                "2013-03-25",
                params,
                "newest weeks, to see whether they help",
            )
            .await?;
    }
    stage
        .steer(DemoCommand::Speed((speed * 1000.0) as u64))
        .await?;
    stage.steer(DemoCommand::Resume { until: None }).await?;
    console::open_at(stage.root.clone(), args).await
}

/// A folder for one story.
enum Place {
    Named(PathBuf),
    Temporary(PathBuf),
}

impl Place {
    fn path(&self) -> &std::path::Path {
        match self {
            Self::Named(p) | Self::Temporary(p) => p,
        }
    }
    /// Removes a temporary folder after a good end; a bad end leaves its evidence.
    fn clear(self, well: bool) {
        if let Self::Temporary(dir) = self {
            if well {
                // What stays behind lies in the system's temporary folder.
                let _ = std::fs::remove_dir_all(dir);
            } else {
                narrate(&format!("the evidence is kept in {}", dir.display()));
            }
        }
    }
}

async fn train(global: &Global) -> CliResult {
    let root = global.root()?;
    let socket = super::context::socket(&root);
    let options = trimtab_demo::train::Options::from_env(&root, &socket)
        .map_err(|e| CliError::usage("The training's options make no sense.", "").caused_by(&e))?;
    trimtab_demo::train::train(options)
        .await
        .map_err(|e| CliError::refused("The training failed.", "").caused_by(&e))?;
    Ok(Exit::Done)
}

async fn world(global: &Global, with_parent: bool) -> CliResult {
    let root = global.root()?;
    trimtab_demo::world::run(&root, with_parent)
        .await
        .map_err(|e| CliError::refused("The world stopped.", "").caused_by(&e))?;
    Ok(Exit::Done)
}
