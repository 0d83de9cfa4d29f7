//! Artifacts on the agent's disk. Reading and adding them is logging; deleting is an act.

use super::{Actor, Audited, audit};
use crate::{
    Context,
    artifacts::{
        self, Address, ArtifactError, ArtifactPath, Draft, Entry, Found, Loose, Part, bucket,
    },
};
use std::path::Path;
use trimtab_wire::{Failure, FailureKind};

/// Opens a file for reading.
pub(crate) async fn open(ctx: &Context, path: ArtifactPath) -> Result<Found, ArtifactError> {
    ctx.artifacts.open(path).await
}

/// A folder's entries by name; none when there is no such folder.
pub(crate) async fn list(ctx: &Context, path: ArtifactPath) -> Result<Vec<Entry>, ArtifactError> {
    ctx.artifacts.list(path).await
}

/// What lies below an address that a run or a model carries. A folder of this host is only looked into
/// when it is the workspace's: the agent tells nobody what else the host holds.
///
/// # Errors
/// [`ArtifactError::Elsewhere`] for all other places.
pub(crate) async fn list_at(
    ctx: &Context,
    uri: &str,
    path: ArtifactPath,
) -> Result<Vec<Entry>, ArtifactError> {
    match Address::parse(uri)? {
        Address::Depot(root) => list(ctx, root.join(&path)).await,
        Address::Folder(folder) => {
            let path = in_workspace(ctx, uri, &folder)?.join(&path);
            artifacts::list(ctx.workspace.root().to_owned(), path).await
        }
        Address::Bucket(name, prefix) => bucket::list(&name, &prefix.join(&path)).await,
        Address::Elsewhere => Err(ArtifactError::Elsewhere(uri.to_owned())),
    }
}

/// Where a folder of this host is in the workspace.
fn in_workspace(ctx: &Context, uri: &str, folder: &Path) -> Result<ArtifactPath, ArtifactError> {
    let below = folder.strip_prefix(ctx.workspace.root()).ok();
    let below = below.and_then(|below| below.to_str());
    ArtifactPath::parse(below.ok_or_else(|| ArtifactError::Elsewhere(uri.to_owned()))?)
}

/// Opens a file below an address that a run or a model carries, where [`list_at`] would list it on a disk.
///
/// # Errors
/// [`ArtifactError::Elsewhere`] for all other places.
pub(crate) async fn open_at(
    ctx: &Context,
    uri: &str,
    path: ArtifactPath,
) -> Result<Found, ArtifactError> {
    match Address::parse(uri)? {
        Address::Depot(root) => open(ctx, root.join(&path)).await,
        Address::Folder(folder) => {
            let path = in_workspace(ctx, uri, &folder)?.join(&path);
            artifacts::open(ctx.workspace.root().to_owned(), path).await
        }
        Address::Bucket(..) | Address::Elsewhere => Err(ArtifactError::Elsewhere(uri.to_owned())),
    }
}

/// The path with this agent of what lies below an address that a run or a model carries.
///
/// # Errors
/// [`ArtifactError::Elsewhere`] when the agent does not keep it.
pub(crate) fn kept_at(uri: &str, path: &ArtifactPath) -> Result<ArtifactPath, ArtifactError> {
    match Address::parse(uri)? {
        Address::Depot(root) => Ok(root.join(path)),
        _ => Err(ArtifactError::Elsewhere(uri.to_owned())),
    }
}

/// Begins a file.
///
/// # Errors
/// The agent is read-only, or no file can lie there.
pub(crate) async fn begin(ctx: &Context, path: ArtifactPath) -> Result<Draft, ArtifactError> {
    if ctx.read_only {
        return Err(ArtifactError::Refused(audit::read_only()));
    }
    ctx.artifacts.begin(path).await
}

/// Begins a file that comes in parts.
///
/// # Errors
/// As [`begin`]; too many parts, or too many such files under way.
pub(crate) async fn begin_parts(
    ctx: &Context,
    id: String,
    path: ArtifactPath,
    parts: i64,
) -> Result<(), ArtifactError> {
    if ctx.read_only {
        return Err(ArtifactError::Refused(audit::read_only()));
    }
    ctx.artifacts.begin_parts(id, path, parts).await
}

/// A place for a part; the id is all the right that is needed.
pub(crate) async fn begin_part(
    ctx: &Context,
    id: &str,
    number: i64,
) -> Result<Loose, ArtifactError> {
    ctx.artifacts.begin_part(id, number).await
}

/// Takes a part that is written whole; answers its `ETag`.
pub(crate) async fn keep_part(
    ctx: &Context,
    id: &str,
    number: i64,
    part: Loose,
) -> Result<String, ArtifactError> {
    ctx.artifacts.keep_part(id, number, part).await
}

/// Makes a file of its parts.
pub(crate) async fn complete_parts(
    ctx: &Context,
    id: String,
    path: ArtifactPath,
    parts: Vec<Part>,
) -> Result<(), ArtifactError> {
    ctx.artifacts.complete_parts(id, path, parts).await
}

/// Gives up a file that comes in parts.
pub(crate) async fn abort_parts(
    ctx: &Context,
    id: String,
    path: ArtifactPath,
) -> Result<(), ArtifactError> {
    ctx.artifacts.abort_parts(id, path).await
}

/// Deletes a file, or a folder with all that is in it.
pub(crate) async fn delete(
    ctx: &Context,
    actor: &Actor,
    path: ArtifactPath,
) -> Result<(), ArtifactError> {
    let refused = ArtifactError::Refused;
    let subject = path.to_string();
    let act = Audited::begin(ctx, actor, "artifact.delete", subject, "")
        .await
        .map_err(refused)?;
    match ctx.artifacts.delete(path).await {
        Ok(()) => {
            let stored = ctx.record(vec![act.done("")]).await;
            stored.map(|_| ()).map_err(refused)
        }
        Err(error) => {
            let kind = match error {
                ArtifactError::Io(_) | ArtifactError::Full => FailureKind::Store,
                _ => FailureKind::Invalid,
            };
            let failure = Failure::new(kind, error.to_string(), "");
            let told: Result<(), Failure> = act.close(Err(failure)).await;
            // It was only to be written down.
            drop(told);
            Err(error)
        }
    }
}
