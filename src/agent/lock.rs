//! One agent for each workspace: a lock that the system releases however the agent ends.

use crate::{AgentError, Workspace};
use rustix::fs::{FlockOperation, flock};
use std::{
    fs::File,
    io::{Read as _, Seek as _, Write as _},
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
