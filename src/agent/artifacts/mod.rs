//! Artifacts on this host's disk: the files behind `mlflow-artifacts:` addresses.
//!
//! A file is there whole or not at all: it is written in a folder of drafts, synced, and renamed into
//! its place. What a killed agent left among the drafts is removed at the next start. Nothing is read
//! or written outside the root, whatever a path or a link says.

mod address;
pub(crate) mod bucket;
mod draft;
mod error;
mod parts;
mod path;
mod place;

#[cfg(test)]
mod tests;

pub(crate) use address::Address;
pub(crate) use draft::{Draft, Loose};
pub(crate) use error::ArtifactError;
pub(crate) use parts::Part;
pub(crate) use path::ArtifactPath;

use crate::files::sync_parent;
use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

/// The folder that holds all artifacts.
#[derive(Clone, Debug)]
pub(crate) struct Depot(Arc<Folders>);

#[derive(Debug)]
struct Folders {
    root: PathBuf,
    drafts: PathBuf,
    /// Drafts begun since the start; their names.
    begun: AtomicU64,
    /// Files that come in parts.
    uploads: parts::Uploads,
}

/// A file that can be read, and what is known of it.
#[derive(Debug)]
pub(crate) struct Found {
    /// The open file.
    pub file: File,
    /// Its length in bytes.
    pub length: u64,
    /// When it was last written; the epoch where the system does not say.
    pub modified: SystemTime,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its name in the folder.
    pub name: String,
    /// Its size in bytes; `None` for a folder.
    pub size: Option<u64>,
}

impl Depot {
    /// The depot with these folders; they are made when first needed.
    pub(crate) fn new(root: PathBuf, drafts: PathBuf) -> Self {
        Self(Arc::new(Folders {
            root,
            drafts,
            begun: AtomicU64::new(0),
            uploads: parts::Uploads::default(),
        }))
    }

    /// Removes what a killed agent left. Call only with the agent's lock held.
    pub(crate) fn tidy(&self) {
        match fs::remove_dir_all(&self.0.drafts) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(%error, folder = %self.0.drafts.display(), "old drafts were not removed");
            }
            _ => {}
        }
    }

    /// Begins a file. It comes to be with [`Draft::publish`], and leaves nothing without.
    pub(crate) async fn begin(&self, path: ArtifactPath) -> Result<Draft, ArtifactError> {
        let depot = self.clone();
        blocking(move || {
            let target = depot.target(&path)?;
            let draft = depot.draft()?;
            Draft::create(draft, target, depot, path)
        })
        .await
    }

    /// Opens a file for reading.
    pub(crate) async fn open(&self, path: ArtifactPath) -> Result<Found, ArtifactError> {
        open(self.0.root.clone(), path).await
    }

    /// A folder's entries by name; none for a file, and for what does not exist.
    pub(crate) async fn list(&self, path: ArtifactPath) -> Result<Vec<Entry>, ArtifactError> {
        list(self.0.root.clone(), path).await
    }

    /// The folder itself that a path leads to, made if need be; for programs on this host.
    pub(crate) async fn folder(&self, path: ArtifactPath) -> Result<PathBuf, ArtifactError> {
        let depot = self.clone();
        blocking(move || {
            let folder = place::vacant(&depot.0.root, &path.join(&ArtifactPath::parse("x")?))?;
            let folder = folder.parent().map(Path::to_owned).unwrap_or(folder);
            draft::make_folders(&folder)?;
            Ok(folder)
        })
        .await
    }

    /// Deletes a file, or a folder with all that is in it. What does not exist is deleted already.
    pub(crate) async fn delete(&self, path: ArtifactPath) -> Result<(), ArtifactError> {
        let depot = self.clone();
        blocking(move || {
            if path.name().is_none() {
                return Err(ArtifactError::Invalid);
            }
            let Some(place) = place::named(&depot.0.root, &path)? else {
                return Ok(());
            };
            if !fs::symlink_metadata(&place)?.is_dir() {
                fs::remove_file(&place)?;
                return Ok(sync_parent(&place)?);
            }
            // A folder goes at once or not at all; its files follow.
            let away = depot.draft()?;
            fs::rename(&place, &away)?;
            sync_parent(&place)?;
            Ok(fs::remove_dir_all(&away)?)
        })
        .await
    }

    /// Where a new file will lie; says early what publishing would say late.
    fn target(&self, path: &ArtifactPath) -> Result<PathBuf, ArtifactError> {
        if path.name().is_none() {
            return Err(ArtifactError::Folder(path.to_string()));
        }
        place::vacant(&self.0.root, path)
    }

    /// A name among the drafts that nobody has.
    fn draft(&self) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.0.drafts)?;
        let number = self.0.begun.fetch_add(1, Ordering::Relaxed);
        Ok(self.0.drafts.join(number.to_string()))
    }
}

/// Opens a file below `root` for reading.
pub(crate) async fn open(root: PathBuf, path: ArtifactPath) -> Result<Found, ArtifactError> {
    blocking(move || {
        let real =
            place::real(&root, &path)?.ok_or_else(|| ArtifactError::Missing(path.to_string()))?;
        let meta = fs::metadata(&real)?;
        if meta.is_dir() {
            return Err(ArtifactError::Folder(path.to_string()));
        }
        if !meta.is_file() {
            // Opening a pipe would wait for its writer.
            return Err(ArtifactError::Missing(path.to_string()));
        }
        let file = File::open(&real)?;
        let meta = file.metadata()?;
        Ok(Found {
            file,
            length: meta.len(),
            modified: meta.modified().unwrap_or(SystemTime::UNIX_EPOCH),
        })
    })
    .await
}

/// The entries by name of a folder below `root`; none for a file, and for what does not exist.
pub(crate) async fn list(root: PathBuf, path: ArtifactPath) -> Result<Vec<Entry>, ArtifactError> {
    blocking(move || match place::real(&root, &path)? {
        Some(real) if real.is_dir() => entries(&root, &real),
        _ => Ok(Vec::new()),
    })
    .await
}

/// The entries of a folder. Links that lead out of the root, or nowhere, are not shown.
fn entries(root: &Path, folder: &Path) -> Result<Vec<Entry>, ArtifactError> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_symlink() && !place::leads_inside(root, &entry.path())? {
            continue;
        }
        let meta = match fs::metadata(entry.path()) {
            Ok(meta) => meta,
            // Deleted meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        entries.push(Entry {
            name: entry.file_name().to_string_lossy().into_owned(),
            size: (!meta.is_dir()).then_some(meta.len()),
        });
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// Does file work where it delays nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ArtifactError> + Send + 'static,
) -> Result<T, ArtifactError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error).into()))
}
