//! The agent's socket: bound once the lock is held, never over somebody else's.

use crate::AgentError;
use rustix::process::geteuid;
use std::{
    fs::{self, DirBuilder, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};
use tokio::net::UnixListener;

/// A bound socket; its file goes when this does.
#[derive(Debug)]
pub(crate) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Binds the socket. Call only with the agent's lock held.
    pub(crate) fn bind(path: &Path, own: &Path) -> Result<Self, AgentError> {
        let folder = path.parent().unwrap_or(own);
        if folder != own {
            private_folder(folder)?;
        }
        clear(path)?;
        // Bound under another name and renamed, so that it is never reachable with wide permissions.
        let mut draft = path.as_os_str().to_owned();
        draft.push("~");
        let draft = PathBuf::from(draft);
        match fs::remove_file(&draft) {
            Err(e) if e.kind() != ErrorKind::NotFound => {
                return Err(AgentError::io("removing", &draft)(e));
            }
            _ => {}
        }
        let listener = UnixListener::bind(&draft).map_err(AgentError::io("binding", &draft))?;
        fs::set_permissions(&draft, Permissions::from_mode(0o600))
            .map_err(AgentError::io("guarding", &draft))?;
        fs::rename(&draft, path).map_err(AgentError::io("renaming", &draft))?;
        Ok(Self {
            listener,
            path: path.to_owned(),
        })
    }

    /// The next client.
    pub(crate) async fn accept(&self) -> io::Result<tokio::net::UnixStream> {
        Ok(self.listener.accept().await?.0)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the socket could not be removed");
        }
    }
}

/// Removes a socket that nobody answers on.
fn clear(path: &Path) -> Result<(), AgentError> {
    let taken = |reason: String| AgentError::Socket {
        path: path.to_owned(),
        reason,
    };
    match fs::symlink_metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(AgentError::io("looking at", path)(e)),
        Ok(meta) if !meta.file_type().is_socket() => {
            return Err(taken(
                "something that is no socket lies there; move it away".into(),
            ));
        }
        Ok(_) => {}
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => Err(taken(
            "another process answers on it; stop that one first".into(),
        )),
        Err(e) if e.kind() == ErrorKind::ConnectionRefused => {
            tracing::info!(path = %path.display(), "removing the socket of an agent that died");
            fs::remove_file(path).map_err(AgentError::io("removing", path))
        }
        Err(e) => Err(AgentError::io("connecting to", path)(e)),
    }
}

/// A folder that only this user may enter: `/tmp` is everybody's.
fn private_folder(folder: &Path) -> Result<(), AgentError> {
    match DirBuilder::new().recursive(true).mode(0o700).create(folder) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => {
            return Err(AgentError::io("creating", folder)(e));
        }
        _ => {}
    }
    let meta = fs::symlink_metadata(folder).map_err(AgentError::io("looking at", folder))?;
    if !meta.is_dir() || meta.uid() != geteuid().as_raw() || meta.mode() & 0o077 != 0 {
        return Err(AgentError::Socket {
            path: folder.to_owned(),
            reason: "it must be a folder of yours that nobody else may enter (mode 0700)".into(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_dead_agents_socket_is_replaced_and_a_live_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("agent.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let socket = Socket::bind(&path, dir.path()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let error = Socket::bind(&path, dir.path()).unwrap_err();
        assert!(
            error.to_string().contains("another process answers"),
            "{error}"
        );
        drop(socket);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_file_in_the_way_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("agent.sock");
        fs::write(&path, "precious").unwrap();
        assert!(Socket::bind(&path, dir.path()).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }
}
