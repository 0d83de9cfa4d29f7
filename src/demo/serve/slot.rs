//! The version being served, and how another takes its place.

use crate::{
    Error,
    model::{self, Model},
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};
use tokio::sync::{Mutex, watch};

/// A version in memory.
#[derive(Debug)]
pub(super) struct Loaded {
    /// Its number in the registry: the name of its folder.
    pub(super) version: u32,
    /// The model.
    pub(super) model: Model,
}

/// What the pointer named when it was last followed: another value means work to do.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    folder: PathBuf,
    modified: Option<SystemTime>,
    length: u64,
}

/// How the slot stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// The version that answers.
    pub(super) loaded: Option<Arc<Loaded>>,
    /// Why the pointer's version does not, when it does not.
    pub(super) error: Option<String>,
}

/// The place of the version being served.
#[derive(Debug)]
pub(super) struct Slot {
    link: PathBuf,
    /// Read by every request, without waiting; written in one step.
    standing: watch::Sender<Standing>,
    /// Held over a change, so that two never race; remembers what was last tried.
    tried: Mutex<Option<Seen>>,
}

impl Slot {
    pub(super) fn new(link: PathBuf) -> Self {
        Self {
            link,
            standing: watch::Sender::default(),
            tried: Mutex::default(),
        }
    }

    pub(super) fn standing(&self) -> Standing {
        self.standing.borrow().clone()
    }

    /// Follows the pointer; reads what it names if that changed since the last time.
    pub(super) async fn refresh(&self) {
        let mut tried = self.tried.lock().await;
        let found = look(&self.link);
        let (seen, outcome) = match found {
            Ok(seen) if tried.as_ref() == Some(&seen) => return,
            Ok(seen) => {
                let folder = seen.folder.clone();
                let read = tokio::task::spawn_blocking(move || load(&folder)).await;
                (
                    Some(seen),
                    read.unwrap_or_else(|e| Err(Error::Fit(e.to_string()))),
                )
            }
            Err(error) => (None, Err(error)),
        };
        *tried = seen;
        self.standing.send_modify(|standing| match outcome {
            Ok(loaded) => {
                tracing::info!(version = loaded.version, "now answering");
                *standing = Standing {
                    loaded: Some(Arc::new(loaded)),
                    error: None,
                };
            }
            Err(error) => {
                let error = error.to_string();
                if standing.error.as_ref() != Some(&error) {
                    tracing::warn!(%error, "the pointer's version cannot be served");
                }
                standing.error = Some(error);
            }
        });
    }
}

fn look(link: &Path) -> Result<Seen, Error> {
    let folder = fs::canonicalize(link).map_err(Error::io("following", link))?;
    let file = folder.join(model::FILE);
    let about = fs::metadata(&file).map_err(Error::io("reading", &file))?;
    Ok(Seen {
        folder,
        modified: about.modified().ok(),
        length: about.len(),
    })
}

fn load(folder: &Path) -> Result<Loaded, Error> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let version = name
        .trim_start_matches('v')
        .parse()
        .map_err(|_| Error::Value {
            name: "the folder that the pointer names".into(),
            value: folder.display().to_string(),
            expected: "a folder named by a version's number".into(),
        })?;
    Ok(Loaded {
        version,
        model: Model::load(&folder.join(model::FILE))?,
    })
}
