//! One agent for each workspace: a lock that the system releases however the agent ends.

use crate::{AgentError, Workspace};
use rustix::{
    fs::{FlockOperation, flock},
    process::{Pid, Signal, kill_process},
};
use std::{
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
    time::{Duration, Instant},
};

/// The held lock. Its file says who holds it; the file's existence means nothing.
#[derive(Debug)]
pub(crate) struct AgentLock {
    _file: File,
}

impl AgentLock {
    /// Takes the lock or says who has it. Never waits.
    pub(crate) fn take(workspace: &Workspace) -> Result<Self, AgentError> {
        let own = workspace.own();
        std::fs::create_dir_all(&own).map_err(AgentError::io("creating", &own))?;
        let path = workspace.lock_file();
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(AgentError::io("opening", &path))?;
        if let Err(errno) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            if errno != rustix::io::Errno::WOULDBLOCK {
                return Err(AgentError::io("locking", &path)(errno.into()));
            }
            let mut text = String::new();
            // Whatever cannot be read is an unknown holder; the lock itself is certain.
            let _ = file.read_to_string(&mut text);
            return Err(AgentError::AlreadyRunning {
                root: workspace.root().to_owned(),
                pid: text.trim().parse().ok(),
            });
        }
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        written.map_err(AgentError::io("writing", &path))?;
        Ok(Self { _file: file })
    }
}

/// Asks the process that holds a workspace's lock to end, as the system asks: for an agent whose language a
/// client does not speak, of another version or one that answers nothing. Whether there was one.
///
/// # Errors
/// The lock cannot be looked at, its holder is unknown or not ours, or it does not end within `patience`.
pub async fn end_holder(workspace: &Workspace, patience: Duration) -> io::Result<bool> {
    let Some(said) = holder(workspace)? else {
        return Ok(false);
    };
    let pid = said.trim().parse().ok().and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| io::Error::other("the lock does not say who holds it"))?;
    kill_process(pid, Signal::TERM)?;
    let end = Instant::now() + patience;
    while holder(workspace)?.is_some() {
        if Instant::now() >= end {
            return Err(io::ErrorKind::TimedOut.into());
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(true)
}

/// What the lock's file says of the agent that holds it; `None` when none does.
///
/// # Errors
/// The lock cannot be looked at.
pub(crate) fn holder(workspace: &Workspace) -> io::Result<Option<String>> {
    let mut file = match File::open(workspace.lock_file()) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // Shared, so that two who look at once do not take each other for an agent.
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(None),
        Err(rustix::io::Errno::WOULDBLOCK) => {
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            Ok(Some(text))
        }
        Err(errno) => Err(errno.into()),
    }
}

/// The time between two looks at a lock.
const LOOK: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_agent_learns_who_holds_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let ws = Workspace::new(dir.path());
        let held = AgentLock::take(&ws).unwrap();
        let error = AgentLock::take(&ws).unwrap_err();
        assert!(
            error.to_string().contains(&std::process::id().to_string()),
            "{error}"
        );
        drop(held);
        AgentLock::take(&ws).unwrap();
    }
}
