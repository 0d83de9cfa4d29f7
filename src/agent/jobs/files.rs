//! A job's folder: what it is told, who runs it, how it ended. Each file is written whole.

use crate::files;
use rustix::process::{Pid, Signal};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};
use trimtab_core::time::Millis;

/// What is run (`spec.json`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spec {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Environment variables over the agent's own.
    pub env: BTreeMap<String, String>,
    /// The working directory.
    pub cwd: PathBuf,
    /// How long it may run, in milliseconds.
    pub timeout_ms: u64,
}

/// How it ended (`exit.json`). Its presence means that nothing more happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Exit {
    /// Why the process ended.
    pub cause: Cause,
    /// Its exit code, when it exited by itself.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Why it could not be started.
    pub error: Option<String>,
    /// When.
    pub at: Millis,
}

/// Why a job's process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cause {
    /// By itself.
    Exited,
    /// It was asked to.
    Cancelled,
    /// It took too long.
    TimedOut,
    /// It never ran.
    NotStarted,
}

/// A process that can be told from a later one with the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    /// Its id.
    pub pid: u32,
    /// When it started, in the kernel's ticks since boot.
    pub start: u64,
}

impl Process {
    /// The process with this id, if it lives.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (state, start) = parse_stat(&stat)?;
        // A zombie has ended; only its parent has not looked yet.
        (!matches!(state, 'Z' | 'X')).then_some(Self { pid, start })
    }

    /// Whether it still runs.
    pub(crate) fn alive(self) -> bool {
        Self::of(self.pid) == Some(self)
    }

    /// Asks it to end. Nothing happens when it already has.
    pub(crate) fn terminate(self) {
        if self.alive()
            && let Some(pid) = raw(self.pid)
        {
            // It may have ended since.
            let _ = rustix::process::kill_process(pid, Signal::TERM);
        }
    }

    /// Ends the group it leads.
    pub(crate) fn kill_group(self) {
        if self.alive() {
            signal_group(self.pid, Signal::KILL);
        }
    }
}

/// Signals a process group.
pub(crate) fn signal_group(leader: u32, signal: Signal) {
    if let Some(pid) = raw(leader) {
        // An empty group has ended.
        let _ = rustix::process::kill_process_group(pid, signal);
    }
}

fn raw(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}

/// State and start time from `/proc/PID/stat`. The name in parentheses may hold anything.
fn parse_stat(stat: &str) -> Option<(char, u64)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?.chars().next()?;
    // Field 22 of the line; the state is field 3.
    Some((state, fields.nth(18)?.parse().ok()?))
}

/// A job's folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder(pub PathBuf);

impl Folder {
    pub(crate) fn spec(&self) -> io::Result<Spec> {
        read(&self.0.join("spec.json"))?.ok_or_else(|| ErrorKind::NotFound.into())
    }
    pub(crate) fn put_spec(&self, spec: &Spec) -> io::Result<()> {
        std::fs::create_dir_all(&self.0)?;
        write(&self.0.join("spec.json"), spec)
    }
    /// How it ended, once it has.
    pub(crate) fn exit(&self) -> io::Result<Option<Exit>> {
        read(&self.0.join("exit.json"))
    }
    pub(crate) fn put_exit(&self, exit: &Exit) -> io::Result<()> {
        write(&self.0.join("exit.json"), exit)
    }
    /// The process that supervises it.
    pub(crate) fn supervisor(&self) -> io::Result<Option<Process>> {
        read(&self.0.join("supervisor.json"))
    }
    pub(crate) fn put_supervisor(&self, process: Process) -> io::Result<()> {
        write(&self.0.join("supervisor.json"), &process)
    }
    /// The job's own process, which leads its group.
    pub(crate) fn child(&self) -> io::Result<Option<Process>> {
        read(&self.0.join("child.json"))
    }
    pub(crate) fn put_child(&self, process: Process) -> io::Result<()> {
        write(&self.0.join("child.json"), &process)
    }
    /// What the job says.
    pub(crate) fn log(&self) -> PathBuf {
        self.0.join("log.txt")
    }
    /// When the parts of it came.
    pub(crate) fn times(&self) -> PathBuf {
        self.0.join("log.times")
    }
    /// Held by the supervisor, so that there is one.
    pub(crate) fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match std::fs::read(path) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

fn write<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    files::replace(path, &serde_json::to_vec(value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_parentheses_do_not_confuse() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1 2";
        assert_eq!(parse_stat(stat), Some(('S', 98765)));
        assert_eq!(parse_stat("rubbish"), None);
    }

    #[test]
    fn this_process_lives_and_one_with_another_start_does_not() {
        let me = Process::of(std::process::id()).unwrap();
        assert!(me.alive());
        assert!(
            !Process {
                start: me.start + 1,
                ..me
            }
            .alive()
        );
    }
}
