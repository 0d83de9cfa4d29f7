//! A run's artifacts as consoles and commands ask for them: by run and path, in pieces, tables by their first rows.

use super::{artifacts, run_details::record};
use crate::{
    Context,
    artifacts::{Address, ArtifactError, ArtifactPath, bucket},
    error::{broken, invalid},
};
use rustix::fs::MemfdFlags;
use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::fd::AsRawFd as _,
};
use trimtab_core::{
    artifact::{ArtifactEntry, ArtifactFolder, ArtifactKind, ArtifactPart, Blob, PART},
    run::RunId,
};
use trimtab_store::peek;
use trimtab_wire::{Failure, FailureKind, Reply};

/// The largest table in object storage that is fetched to be looked into, in bytes.
const FETCHED: u64 = 64 << 20;

/// What lies in a folder.
pub(super) async fn folder(ctx: &Context, run: &RunId, path: &str) -> Result<Reply, Failure> {
    let uri = uri(ctx, run)?;
    let entries = match parse(path) {
        Ok(path) => artifacts::list_at(ctx, &uri, path).await,
        Err(error) => Err(error),
    };
    let entries = entries.map_err(|e| failed(e, "listed", path))?;
    let entry = |e: crate::artifacts::Entry| ArtifactEntry {
        name: e.name,
        size: e.size,
    };
    Ok(Reply::Artifacts(ArtifactFolder {
        uri,
        entries: entries.into_iter().map(entry).collect(),
    }))
}

/// A piece of a file.
pub(super) async fn part(
    ctx: &Context,
    run: &RunId,
    path: &str,
    offset: u64,
    max: u64,
) -> Result<Reply, Failure> {
    let uri = uri(ctx, run)?;
    let max = if max == 0 { PART } else { max.min(PART) };
    let read = read(ctx, &uri, path, offset, max).await;
    let (bytes, total) = read.map_err(|e| failed(e, "read", path))?;
    Ok(Reply::ArtifactPart(ArtifactPart {
        offset,
        total,
        bytes: Blob(bytes),
    }))
}

/// The first rows of a table.
pub(super) async fn table(
    ctx: &Context,
    run: &RunId,
    path: &str,
    rows: u32,
) -> Result<Reply, Failure> {
    let uri = uri(ctx, run)?;
    let kind = ArtifactKind::of_name(path);
    if !kind.is_table() {
        return Err(invalid(
            format!("{path} is no table by its name."),
            "Tables end in .parquet, .csv, .tsv, .csv.gz or .tsv.gz.",
        ));
    }
    let (file, size) = open(ctx, &uri, path)
        .await
        .map_err(|e| failed(e, "read", path))?;
    let packed = path.to_ascii_lowercase().ends_with(".gz");
    let read = tokio::task::spawn_blocking(move || {
        // The file that was opened, whatever its name means to DuckDB's patterns, and whatever lies there by now.
        let place = format!("/proc/self/fd/{}", file.as_raw_fd());
        peek::head(&place, kind, packed, size, rows)
    });
    let head = read
        .await
        .map_err(|e| broken("Reading the table failed", &e))?;
    head.map(Reply::ArtifactTable).map_err(|error| {
        let text = error.to_string();
        let line = text.lines().next().unwrap_or_default();
        Failure::new(
            FailureKind::Invalid,
            format!("{path} cannot be read as {}: {line}", kind.word()),
            "`v` shows it as bytes; `trimtab runs artifacts RUN PATH -o FILE` saves it.",
        )
    })
}

/// The address of a run's artifacts.
fn uri(ctx: &Context, run: &RunId) -> Result<String, Failure> {
    let run = record(ctx, run)?;
    let experiment = ctx.store.experiment(run.experiment);
    Ok(experiment.map_or_else(String::new, |e| e.artifact_uri(&run.id)))
}

/// A path as people write it: they do not encode, so that what looks encoded is taken as it is or refused.
fn parse(path: &str) -> Result<ArtifactPath, ArtifactError> {
    ArtifactPath::parse(path)
}

async fn read(
    ctx: &Context,
    uri: &str,
    path: &str,
    offset: u64,
    max: u64,
) -> Result<(Vec<u8>, u64), ArtifactError> {
    let path = parse(path)?;
    if let Address::Bucket(name, prefix) = Address::parse(uri)? {
        return bucket::read(&name, &prefix.join(&path), offset, max).await;
    }
    let found = artifacts::open_at(ctx, uri, path).await?;
    let read = tokio::task::spawn_blocking(move || -> io::Result<Vec<u8>> {
        let mut file = found.file;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(max).read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    let bytes = read.await.map_err(io::Error::other)??;
    Ok((bytes, found.length))
}

/// A file that can be read on this host, and its length: that in object storage as a copy in memory.
async fn open(ctx: &Context, uri: &str, path: &str) -> Result<(File, u64), ArtifactError> {
    let path = parse(path)?;
    let Address::Bucket(name, prefix) = Address::parse(uri)? else {
        let found = artifacts::open_at(ctx, uri, path).await?;
        return Ok((found.file, found.length));
    };
    let (bytes, total) = bucket::read(&name, &prefix.join(&path), 0, FETCHED).await?;
    if total > FETCHED {
        return Err(ArtifactError::Remote(format!(
            "it has {total} bytes, and tables of up to {FETCHED} are fetched to be looked into"
        )));
    }
    let memory = rustix::fs::memfd_create("table", MemfdFlags::CLOEXEC).map_err(io::Error::from)?;
    let mut file = File::from(memory);
    file.write_all(&bytes)?;
    Ok((file, total))
}

/// What failed, on what, and what to do.
fn failed(error: ArtifactError, verb: &str, path: &str) -> Failure {
    let shown = if path.is_empty() {
        "The run's artifacts".to_owned()
    } else {
        path.to_owned()
    };
    let (kind, hint) = match &error {
        ArtifactError::Missing(_) => (FailureKind::NotFound, "See `trimtab runs artifacts RUN`."),
        ArtifactError::Invalid | ArtifactError::Folder(_) | ArtifactError::BelowFile(_) => (
            FailureKind::Invalid,
            "Name a path below the run's artifacts: no `..`, no leading `/`, no `#`.",
        ),
        ArtifactError::Elsewhere(_) => (
            FailureKind::Refused,
            "The agent reads its own artifacts, folders of the workspace and s3: addresses.",
        ),
        ArtifactError::Remote(_) => (
            FailureKind::Peer,
            "Check the storage and the agent's environment.",
        ),
        ArtifactError::Io(_) | ArtifactError::Full => {
            (FailureKind::Store, "See .trimtab/agent.log.")
        }
        _ => (FailureKind::Invalid, ""),
    };
    let why = error.to_string();
    let why = why.trim_end_matches('.');
    Failure::new(kind, format!("{shown} cannot be {verb}: {why}."), hint)
}
