//! The command line: one file per noun, each the headless twin of a pane.

mod act;
mod agent;
mod audit;
mod console;
mod context;
mod demo;
mod doctor;
mod error;
mod generate;
mod models;
mod monitor;
mod note;
mod output;
mod plot;
mod policy;
mod retrain;
mod runs;
mod serve;
mod sql;
mod stamped;

use clap::{CommandFactory as _, Parser as _};
use context::Global;
pub use error::{CliError, CliResult, Exit};
use output::Output;
use std::io::Write as _;

/// The operations console for machine-learning models.
///
/// Without a command, opens the console on the workspace, starting its agent if none answers.
#[derive(clap::Parser, Debug)]
#[command(name = "trimtab", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(flatten)]
    console: console::ConsoleArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 refused or failed by judgement, 2 usage, 3 agent or peer unreachable.
Standard output is data, standard error is narration.";

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Open the console (the default).
    Open,
    /// Make a folder a workspace: write a commented trimtab.toml.
    Init {
        /// The folder.
        #[arg(default_value = ".")]
        dir: std::path::PathBuf,
    },
    /// Show Trimtab on a year of real flights, alive.
    Demo(demo::DemoArgs),
    /// The agent: owns the store, runs jobs and monitors.
    #[command(subcommand)]
    Agent(agent::AgentCommand),
    /// Runs of experiments.
    #[command(subcommand)]
    Runs(runs::RunsCommand),
    /// Models, versions, promotion and rollback.
    #[command(subcommand)]
    Models(models::ModelsCommand),
    /// Drift, quality and service of production.
    #[command(subcommand)]
    Monitor(monitor::MonitorCommand),
    /// Retraining jobs.
    #[command(subcommand)]
    Retrain(retrain::RetrainCommand),
    /// The record of every act.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Ask the store in SQL.
    Sql(sql::SqlArgs),
    /// Draw a chart to SVG or PNG.
    #[command(subcommand)]
    Plot(plot::PlotCommand),
    /// Serve a model over HTTP on loopback, following a symlink.
    Serve(serve::ServeArgs),
    /// Check the policy file.
    Check,
    /// Say what is well and what is not: policy, agent, store, terminal.
    Doctor,
    /// Carry the console protocol over standard input and output (for `--host`).
    Attach,
    /// Print a shell's completions.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write man pages, or print the main one.
    Man {
        /// Write one page for each command into this folder.
        #[arg(long)]
        dir: Option<std::path::PathBuf>,
    },
    /// Print the key list or the command reference as Markdown.
    #[command(hide = true)]
    Docs {
        /// Which.
        what: generate::Page,
    },
    /// Run a recorded job (started by the agent).
    #[command(hide = true)]
    JobExec {
        /// The job's folder.
        #[arg(long)]
        dir: std::path::PathBuf,
    },
}

/// Parses the command line, runs the command and returns the exit code.
pub fn main() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let code = if e.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
            // A closed standard error is no reason to fail differently.
            let _ = e.print();
            return code as u8;
        }
    };
    match dispatch(cli) {
        Ok(exit) => exit as u8,
        Err(error) => {
            error.print();
            error.exit as u8
        }
    }
}

fn dispatch(cli: Cli) -> CliResult {
    // Before any runtime exists: a job's supervisor leaves its session and forks.
    if let Some(Command::JobExec { dir }) = &cli.command {
        return agent::job_exec(dir);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| {
            CliError::refused("The asynchronous runtime cannot start.", "").caused_by(&e)
        })?;
    let exit = runtime.block_on(run(cli));
    // A reader blocked on the terminal must not hold the exit up.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    exit
}

async fn run(cli: Cli) -> CliResult {
    let Cli {
        global,
        console,
        command,
    } = cli;
    let mut out = Output::stdout(global.json);
    let exit = match command.unwrap_or(Command::Open) {
        Command::Open => console::open(&global, &console).await,
        Command::Init { dir } => policy::init(&dir, &mut out),
        Command::Demo(args) => demo::run(args, &global, &console, &mut out).await,
        Command::Agent(command) => agent::run(command, &global, &mut out).await,
        Command::Runs(command) => runs::run(command, &global, &mut out).await,
        Command::Models(command) => models::run(command, &global, &mut out).await,
        Command::Monitor(command) => monitor::run(command, &global, &mut out).await,
        Command::Retrain(command) => retrain::run(command, &global, &mut out).await,
        Command::Audit(command) => audit::run(command, &global, &mut out).await,
        Command::Sql(args) => sql::run(args, &global, &mut out).await,
        Command::Plot(command) => plot::run(command, &global, &mut out).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Check => policy::check(&global, &mut out),
        Command::Doctor => doctor::run(&global, &mut out).await,
        Command::Attach => agent::attach(&global).await,
        Command::Completions { shell } => {
            generate::completions(shell, &mut Cli::command(), &mut out)
        }
        Command::Man { dir } => generate::man(dir.as_deref(), Cli::command(), &mut out),
        Command::Docs { what } => generate::docs(what, Cli::command(), &mut out),
        Command::JobExec { dir } => agent::job_exec(&dir),
    }?;
    out.finish()?;
    Ok(exit)
}

/// Tells the person something, on standard error.
fn narrate(text: &str) {
    // Nobody to tell is no failure.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Like [`narrate`], without a line's end.
fn narrate_raw(text: &str) {
    let _ = write!(std::io::stderr().lock(), "{text}");
}

/// This executable.
fn this_exe() -> CliResult<std::path::PathBuf> {
    std::env::current_exe().map_err(|e| {
        CliError::refused("This program's own file cannot be found.", "").caused_by(&e)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        super::Cli::command().debug_assert();
    }
}
