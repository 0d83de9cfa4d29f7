//! A file that is being written.

use super::{ArtifactError, ArtifactPath, Depot, blocking, place};
use crate::files::sync_parent;
use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};
use tokio::io::AsyncWriteExt as _;

/// What is collected before it is written, in bytes: all the memory that an upload takes.
const BUFFER: usize = 1 << 20;

/// A file on its way; gone when dropped before [`Draft::publish`].
#[derive(Debug)]
pub(crate) struct Draft {
    loose: Loose,
    target: PathBuf,
    depot: Depot,
    path: ArtifactPath,
}

/// A file that is written for now, and goes when dropped.
#[derive(Debug)]
pub(crate) struct Loose {
    file: tokio::fs::File,
    own: OwnFile,
}

/// A file that goes with its owner, unless it was renamed.
#[derive(Debug)]
pub(super) struct OwnFile(pub(super) PathBuf);

impl Drop for OwnFile {
    fn drop(&mut self) {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(%error, path = %self.0.display(), "a draft was not removed");
            }
            _ => {}
        }
    }
}

impl Loose {
    pub(super) fn create(at: PathBuf) -> Result<Self, ArtifactError> {
        let file = File::options().write(true).create_new(true).open(&at)?;
        let own = OwnFile(at);
        let mut file = tokio::fs::File::from_std(file);
        file.set_max_buf_size(BUFFER);
        Ok(Self { file, own })
    }

    /// Writes the next piece. The disk is waited for one piece later.
    pub(crate) async fn write(&mut self, piece: &[u8]) -> Result<(), ArtifactError> {
        Ok(self.file.write_all(piece).await?)
    }

    /// The file, with all that was written in it, and the owner of its name.
    pub(super) async fn end(mut self) -> Result<(File, OwnFile), ArtifactError> {
        self.file.flush().await?;
        Ok((self.file.into_std().await, self.own))
    }
}

impl Draft {
    pub(super) fn create(
        draft: PathBuf,
        target: PathBuf,
        depot: Depot,
        path: ArtifactPath,
    ) -> Result<Self, ArtifactError> {
        Ok(Self {
            loose: Loose::create(draft)?,
            target,
            depot,
            path,
        })
    }

    /// Writes the next piece. The disk is waited for one piece later.
    pub(crate) async fn write(&mut self, piece: &[u8]) -> Result<(), ArtifactError> {
        self.loose.write(piece).await
    }

    /// Makes the file what its path leads to, durably, in place of what was there.
    pub(crate) async fn publish(self) -> Result<(), ArtifactError> {
        let (file, own) = self.loose.end().await?;
        let Self {
            target,
            depot,
            path,
            ..
        } = self;
        blocking(move || publish(file, &own, &target, &depot, &path)).await
    }
}

/// Makes a written file what its path leads to, durably.
pub(super) fn publish(
    file: File,
    own: &OwnFile,
    target: &Path,
    depot: &Depot,
    path: &ArtifactPath,
) -> Result<(), ArtifactError> {
    file.sync_all()?;
    drop(file);
    // Links may have been made since the draft was begun.
    place::vacant(&depot.0.root, path)?;
    if let Some(folder) = target.parent() {
        make_folders(folder)?;
    }
    fs::rename(&own.0, target)?;
    Ok(sync_parent(target)?)
}

/// Makes a folder and those above it, each durably in the one above.
pub(super) fn make_folders(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Ok(()) => sync_parent(folder),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let above = folder.parent().ok_or(error)?;
            make_folders(above)?;
            make_folders(folder)
        }
        Err(error) => Err(error),
    }
}
