//! `trimtab agent`: run, start, stop, status; `attach` and a job's supervisor.

use super::{
    context::{Global, expect_reply, socket},
    error::{CliError, CliResult, Exit},
    narrate,
    output::Output,
    this_exe,
};
use std::path::Path;
use tokio::io::AsyncWriteExt as _;
use trimtab_agent::{AgentError, AgentOptions, Listener, Probe, Workspace};
use trimtab_core::time::human_span;
use trimtab_wire::{Dial, Link, LinkState, Reply, Request, Status, WireError};

/// How long an agent may take to stop.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// The process that owns the store.
#[derive(clap::Subcommand, Debug)]
pub enum AgentCommand {
    /// Run the agent in the foreground.
    Run {
        /// Refuse every act.
        #[arg(long)]
        read_only: bool,
    },
    /// Start it in the background, unless one answers.
    Start,
    /// Stop it cleanly.
    Stop,
    /// Say how it is. Exit 3 when none answers.
    Status,
}

/// Runs the command.
pub async fn run(command: AgentCommand, global: &Global, out: &mut Output) -> CliResult {
    let root = global.root()?;
    match command {
        AgentCommand::Run { read_only } => {
            log_to_stderr();
            let options = AgentOptions {
                root,
                read_only,
                exe: this_exe()?,
                listener: Listener::Unix,
            };
            trimtab_agent::run(options, stop_signal()?)
                .await
                .map_err(|e| failed(&e))?;
            Ok(Exit::Done)
        }
        AgentCommand::Start => {
            ensure(&root).await?;
            status(&root, out).await
        }
        AgentCommand::Stop => match trimtab_agent::probe(&root).await {
            Probe::NotRunning => {
                narrate("no agent runs here");
                Ok(Exit::Done)
            }
            _ => match Link::connect(&Dial::Unix(socket(&root)), "cli").await {
                Ok(link) => stop(&link).await.map(|()| Exit::Done),
                // Of another version, or deaf: what every program understands.
                Err(why) => {
                    let why = why.to_string();
                    let why = why.trim_end_matches('.');
                    narrate(&format!(
                        "the agent does not answer ({why}); it is told to end"
                    ));
                    let ended = trimtab_agent::end_holder(&Workspace::new(&root), PATIENCE).await;
                    ended.map(|_| Exit::Done).map_err(|error| {
                        CliError::unreachable(
                            "The agent does not answer, and could not be ended.",
                            "Its process id is in .trimtab/agent.lock; its log is .trimtab/agent.log.",
                        )
                        .caused_by(&error)
                    })
                }
            },
        },
        AgentCommand::Status => status(&root, out).await,
    }
}

/// Stops an agent and waits until its store is closed: the connection ends last.
pub async fn stop(link: &Link) -> CliResult<()> {
    expect_reply!(link.request(Request::Stop).await?, Reply::Done => ());
    let mut state = link.state();
    let ended = state.wait_for(|s| matches!(s, LinkState::Down { .. }));
    tokio::time::timeout(PATIENCE, ended)
        .await
        .map(|_| ())
        .map_err(|_| {
            CliError::unreachable(
                "The agent did not stop within 10 s.",
                "See .trimtab/agent.log.",
            )
        })
}

async fn status(root: &Path, out: &mut Output) -> CliResult {
    let hint = "Start it with `trimtab agent start`; its log is .trimtab/agent.log.";
    match trimtab_agent::probe(root).await {
        Probe::NotRunning => {
            return Err(CliError::unreachable(
                "No agent runs for this workspace.",
                hint,
            ));
        }
        Probe::Wedged(why) => {
            return Err(CliError::unreachable(
                format!("The agent does not answer: {}.", why.trim_end_matches('.')),
                hint,
            ));
        }
        Probe::Ready(_) => {}
    }
    let link = Link::connect(&Dial::Unix(socket(root)), "cli").await?;
    let status = expect_reply!(link.request(Request::Status).await?, Reply::Status(s) => s);
    if out.json {
        out.json(&status)?
    } else {
        show(&status, out)?
    }
    Ok(Exit::Done)
}

fn show(s: &Status, out: &mut Output) -> CliResult<()> {
    let w = &s.welcome;
    out.line(format!(
        "agent {} (protocol {}), pid {}",
        w.version, w.protocol, w.pid
    ))?;
    out.line(format!("workspace {} in {}", w.workspace, w.root))?;
    let up = now().map_or_else(String::new, |t| {
        format!(", up {}", human_span(t - w.started.0))
    });
    out.line(format!(
        "started {}{up}; you are {}",
        w.started.stamp(),
        w.actor
    ))?;
    out.line(format!(
        "{} runs, {} points, {} commits, {} clients, {} updates dropped, {:.0} MB",
        s.runs,
        s.points,
        s.commits,
        s.clients,
        s.dropped,
        s.memory as f64 / 1e6
    ))?;
    if let Some(url) = &s.http {
        out.line(format!("MLflow API at {url}"))?;
    }
    for line in &w.recovered {
        out.line(format!("recovered: {line}"))?;
    }
    match &s.policy_error {
        Some(error) => out.line(format!("policy: {error}")),
        None => Ok(()),
    }
}

fn now() -> Option<i64> {
    Some(jiff::Timestamp::now().as_millisecond())
}

/// Makes sure that an agent answers for this workspace.
pub async fn ensure(root: &Path) -> CliResult<()> {
    trimtab_agent::ensure_running(root, &this_exe()?)
        .await
        .map(|_| ())
        .map_err(|e| failed(&e))
}

/// An agent inside this process.
pub async fn standalone(root: &Path) -> CliResult<Dial> {
    let (queue, inbox) = tokio::sync::mpsc::channel(8);
    let options = AgentOptions {
        root: root.to_owned(),
        read_only: false,
        exe: this_exe()?,
        listener: Listener::Memory(inbox),
    };
    let (failed_tx, mut failed_rx) = tokio::sync::oneshot::channel();
    let signal = stop_signal()?;
    tokio::spawn(async move {
        if let Err(error) = trimtab_agent::run(options, signal).await {
            // The receiver is gone once the agent serves; then there is nobody to tell but the log.
            let _ = failed_tx.send(error);
        }
    });
    let dial = Dial::Memory(queue);
    loop {
        tokio::select! {
            biased;
            // An agent that failed says why; that is the better answer.
            ended = &mut failed_rx => return Err(match ended {
                Ok(error) => failed(&error),
                Err(_) => WireError::Closed.into(),
            }),
            tried = Link::connect(&dial, "cli") => match tried {
                Ok(_) => return Ok(dial),
                // A store that is put right after a crash, or a busy host: it is coming.
                Err(WireError::Deadline(_)) => {}
                Err(lost) => return Err(match failed_rx.await {
                    Ok(error) => failed(&error),
                    Err(_) => lost.into(),
                }),
            },
        }
    }
}

/// Carries bytes between standard input and output and the agent's socket.
pub async fn attach(global: &Global) -> CliResult {
    let root = global.root()?;
    ensure(&root).await?;
    let lost =
        |e: std::io::Error| CliError::unreachable("The agent's socket broke.", "").caused_by(&e);
    let socket = tokio::net::UnixStream::connect(socket(&root))
        .await
        .map_err(lost)?;
    let (mut from, mut to) = socket.into_split();
    let (mut stdin, mut stdout) = (tokio::io::stdin(), tokio::io::stdout());
    tokio::select! {
        sent = async { tokio::io::copy(&mut stdin, &mut to).await?; to.shutdown().await } => sent.map_err(lost)?,
        got = tokio::io::copy(&mut from, &mut stdout) => { got.map_err(lost)?; }
    }
    Ok(Exit::Done)
}

/// Supervises one recorded job, in a process of its own that outlives the agent.
pub fn job_exec(dir: &Path) -> CliResult {
    match trimtab_agent::job_exec(dir) {
        0 => Ok(Exit::Done),
        _ => Ok(Exit::Refused),
    }
}

/// Ends at SIGTERM, SIGINT or SIGHUP.
pub fn stop_signal() -> CliResult<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed =
        |e: std::io::Error| CliError::refused("Signals cannot be watched.", "").caused_by(&e);
    let mut term = signal(SignalKind::terminate()).map_err(failed)?;
    let mut int = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut hup = signal(SignalKind::hangup()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
            _ = hup.recv() => {}
        }
    })
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("TRIMTAB_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // A second subscriber can only be set by tests.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .try_init();
}

fn failed(error: &AgentError) -> CliError {
    let hint = match error {
        // The log could not be written either.
        AgentError::ReadOnlyDisk { .. } | AgentError::DiskFull { .. } => {
            "`trimtab doctor` tells when the disk can be written."
        }
        _ => "See .trimtab/agent.log and `trimtab doctor`.",
    };
    CliError::unreachable("The agent cannot run.", hint).caused_by(error)
}
