//! What can be wrong with an artifact.

use std::io::{self, ErrorKind};
use trimtab_wire::Failure;

/// Why an artifact was not read or written. The messages are those of MLflow's server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArtifactError {
    /// The path leads out, or is none.
    #[error("Invalid path")]
    Invalid,
    /// There is none.
    #[error("No such artifact: '{0}'")]
    Missing(String),
    /// It is a folder, and a file is wanted.
    #[error("Artifact path refers to a directory, not a file: '{0}'")]
    Folder(String),
    /// A part of its path is a file.
    #[error("Artifact path lies below a file: '{0}'")]
    BelowFile(String),
    /// It lies where this agent does not read.
    #[error(
        "This server does not reach the artifacts at '{0}'. An MLflow client reads them itself: mlflow.artifacts.list_artifacts(artifact_uri=...)"
    )]
    Elsewhere(String),
    /// Object storage refuses, or is not reached.
    #[error(
        "The object storage cannot be read: {0}. The agent's environment says where it is and with which keys: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, MLFLOW_S3_ENDPOINT_URL."
    )]
    Remote(String),
    /// No such upload in parts is under way.
    #[error(
        "No upload in parts '{0}' is under way: it was completed, aborted, left alone for a day, or the agent was started anew. Upload the file again."
    )]
    NoUpload(String),
    /// A part is not there, or not the one that is meant.
    #[error(
        "Part {0} of the upload was not received as it is named here; upload it again. Parts are named once each, in order, by number and ETag."
    )]
    Part(i64),
    /// More is under way than the agent keeps.
    #[error("Too many uploads in parts are under way; complete or abort some.")]
    Crowded,
    /// The disk is full.
    #[error("The disk of the artifacts is full.")]
    Full,
    /// The agent does not do it.
    #[error("{}", .0.message)]
    Refused(Failure),
    /// The disk fails.
    #[error("The artifacts' disk: {0}.")]
    Io(io::Error),
}

impl From<io::Error> for ArtifactError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            // Names over 255 bytes, paths over 4096.
            ErrorKind::InvalidFilename | ErrorKind::InvalidInput => Self::Invalid,
            _ => Self::Io(error),
        }
    }
}
