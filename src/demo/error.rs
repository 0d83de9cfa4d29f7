//! What can go wrong in the demonstration.

use std::path::{Path, PathBuf};
use trimtab_store::frame::FrameError;

/// Why a part of the demonstration did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Rows could not be read or written.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A file could not be read or written.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// `reading`, `writing`, …
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A JSON file does not hold what it should.
    #[error("{} is not {expected}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
        /// Where it is wrong.
        source: serde_json::Error,
    },
    /// The folder holds something else.
    #[error("{} is not empty and not a demonstration workspace", .0.display())]
    Foreign(PathBuf),
    /// A parameter, a variable or an option has a value that makes no sense.
    #[error("{name} is {value:?}: expected {expected}")]
    Value {
        /// Which.
        name: String,
        /// What it is.
        value: String,
        /// What it should be.
        expected: String,
    },
    /// There is not enough to train on or to judge with.
    #[error("{0}")]
    NotEnough(String),
    /// The boosting library refused.
    #[error("training: {0}")]
    Fit(String),
    /// The agent did not take what was logged.
    #[error("{0}")]
    Undelivered(String),
    /// The model server did not answer as it should.
    #[error("the model server at {address}: {problem}")]
    Server {
        /// Its address.
        address: String,
        /// What it did instead.
        problem: String,
    },
    /// Somebody asked for the end.
    #[error("stopped")]
    Stopped,
}

impl Error {
    /// An input or output failure on a path.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }
}
