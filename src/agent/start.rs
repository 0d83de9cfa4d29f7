//! Finding an agent, and starting one in the background, as clients do.
//!
//! Alive is who answers a hello in time: neither a process id nor a socket file proves anything.

use crate::{AgentError, Workspace, files, lock};
use std::{
    io::ErrorKind,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tokio::time::{Instant, sleep, timeout};
use trimtab_wire::{Dial, Hello, Welcome, WireError, framed, greet};

/// How long an agent has to answer a hello.
const ANSWER: Duration = Duration::from_secs(2);
/// How long a started agent has to answer at all: it may have a large store to open.
const START: Duration = Duration::from_secs(15);
/// The longest pause between two looks at a starting agent.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// How much of the log is shown when a start fails, in bytes.
const LOG: u64 = 2000;

/// How a workspace's agent is.
#[derive(Debug)]
pub enum Probe {
    /// It answered.
    Ready(Box<Welcome>),
    /// Nobody listens.
    NotRunning,
    /// Somebody listens and does not answer as an agent should, and why.
    Wedged(String),
}

/// Asks the workspace's agent for a hello.
pub async fn probe(root: &Path) -> Probe {
    let socket = Workspace::new(root).socket();
    let stream = match Dial::Unix(socket).open().await {
        Ok(stream) => stream,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            return Probe::NotRunning;
        }
        Err(e) => return Probe::Wedged(e.to_string()),
    };
    match timeout(ANSWER, greet(&mut framed(stream), &Hello::new("probe"))).await {
        Ok(Ok(welcome)) => Probe::Ready(Box::new(welcome)),
        // It was just stopping.
        Ok(Err(WireError::Closed | WireError::Io(_))) => Probe::NotRunning,
        Ok(Err(error)) => Probe::Wedged(error.to_string()),
        Err(_) => Probe::Wedged(format!("no answer within {ANSWER:?}")),
    }
}

/// Makes sure that an agent answers for the workspace: starts `exe agent run` in the background when none does.
///
/// # Errors
/// [`AgentError::NotReady`] with the end of the agent's log when it does not come up; an agent that is there but
/// does not answer is not replaced.
pub async fn ensure_running(root: &Path, exe: &Path) -> Result<Welcome, AgentError> {
    let workspace = Workspace::new(root);
    let log = workspace.log_file();
    // What earlier tries wrote says nothing about this one.
    let before = std::fs::metadata(&log).map_or(0, |m| m.len());
    let not_ready = |reason: String| AgentError::NotReady {
        reason,
        log: files::tail_after(&log, before, LOG),
    };
    match probe(root).await {
        Probe::Ready(welcome) => return Ok(*welcome),
        Probe::Wedged(reason) => {
            let log = files::tail(&log, LOG);
            return Err(AgentError::NotReady { reason, log });
        }
        Probe::NotRunning => {}
    }
    let mut child = spawn(&workspace, exe)?;
    let deadline = Instant::now() + START;
    let mut pause = Duration::from_millis(2);
    let mut seen = String::from("it does not listen");
    loop {
        match probe(root).await {
            Probe::Ready(welcome) => {
                reap(child);
                return Ok(*welcome);
            }
            Probe::Wedged(reason) => seen = reason,
            Probe::NotRunning => {}
        }
        match child.try_wait() {
            // Another client may have been quicker: its agent holds the lock and will answer.
            Ok(Some(status)) if !matches!(lock::holder(&workspace), Ok(Some(_))) => {
                return Err(not_ready(format!("it ended with {status}")));
            }
            _ => {}
        }
        if Instant::now() >= deadline {
            reap(child);
            return Err(not_ready(format!("{seen} after {START:?}")));
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Starts an agent that outlives this process and its terminal.
fn spawn(workspace: &Workspace, exe: &Path) -> Result<Child, AgentError> {
    use std::os::unix::process::CommandExt as _;
    let own = workspace.own();
    std::fs::create_dir_all(&own).map_err(AgentError::io("creating", &own))?;
    let path = workspace.log_file();
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(AgentError::io("opening", &path))?;
    Command::new(exe)
        .args(["agent", "run", "--workspace"])
        .arg(workspace.root())
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        // A group of its own: the terminal's ctrl-c and hang-up do not reach it.
        .process_group(0)
        .spawn()
        .map_err(AgentError::io("starting", exe))
}

/// Waits for the agent's end in a thread, so that it leaves no zombie while this process lives.
fn reap(mut child: Child) {
    let reaper = std::thread::Builder::new().name("reap-agent".into());
    // Without a thread the zombie goes with this process.
    let _ = reaper.spawn(move || child.wait());
}
