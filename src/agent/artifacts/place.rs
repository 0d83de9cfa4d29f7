//! Where a path really leads: links are followed, and may not lead out of the root.

use super::{ArtifactError, ArtifactPath};
use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

/// The real path of what exists; `None` when nothing does.
///
/// # Errors
/// [`ArtifactError::Invalid`] when it lies outside the root.
pub(super) fn real(root: &Path, path: &ArtifactPath) -> Result<Option<PathBuf>, ArtifactError> {
    let Some(root) = canonical(root)? else {
        return Ok(None);
    };
    match canonical(&root.join(path.relative()))? {
        Some(place) if place.starts_with(&root) => Ok(Some(place)),
        Some(_) => Err(ArtifactError::Invalid),
        None => Ok(None),
    }
}

/// Where a path stands, its last part not followed; `None` when nothing is there.
pub(super) fn named(root: &Path, path: &ArtifactPath) -> Result<Option<PathBuf>, ArtifactError> {
    let (Some(root), Some(name)) = (canonical(root)?, path.name()) else {
        return Ok(None);
    };
    let Some(folder) = canonical(&root.join(path.folder()))? else {
        return Ok(None);
    };
    if !folder.starts_with(&root) {
        return Err(ArtifactError::Invalid);
    }
    let place = folder.join(name);
    match fs::symlink_metadata(&place) {
        Ok(_) => Ok(Some(place)),
        Err(error) if absent(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Where a file of this path can be put. Its folder need not exist yet.
///
/// # Errors
/// Something in the way: a folder of this name, a file in place of a folder, a link that leads out.
pub(super) fn vacant(root: &Path, path: &ArtifactPath) -> Result<PathBuf, ArtifactError> {
    let place = root.join(path.relative());
    if let Some(real_root) = canonical(root)? {
        let below = place.ancestors().skip(1);
        for folder in below.take_while(|folder| folder.starts_with(root)) {
            let Some(real) = canonical(folder)? else {
                continue;
            };
            if !real.starts_with(&real_root) {
                return Err(ArtifactError::Invalid);
            }
            if !real.is_dir() {
                return Err(ArtifactError::BelowFile(path.to_string()));
            }
            break;
        }
    }
    match fs::symlink_metadata(&place) {
        Ok(meta) if meta.is_dir() => Err(ArtifactError::Folder(path.to_string())),
        Err(error) if !absent(&error) => Err(error.into()),
        _ => Ok(place),
    }
}

/// Whether a link ends inside the root.
pub(super) fn leads_inside(root: &Path, link: &Path) -> Result<bool, ArtifactError> {
    let (root, end) = (canonical(root)?, canonical(link)?);
    Ok(root
        .zip(end)
        .is_some_and(|(root, end)| end.starts_with(root)))
}

fn canonical(path: &Path) -> io::Result<Option<PathBuf>> {
    match path.canonicalize() {
        Ok(path) => Ok(Some(path)),
        Err(error) if absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether an error means that there is nothing: also below a file, and behind links in a circle.
fn absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
        || error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}
