//! What webhooks sign with: in a file of its own beside the store, readable by the owner alone.
//!
//! Secrets are needed in plain text to sign with, and must not be in the store, whose copies travel.
//! They are never shown, logged or written to the audit.

use crate::files::sync_parent;
use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Secrets by webhook.
pub(crate) struct Secrets {
    path: PathBuf,
    known: Mutex<BTreeMap<String, String>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// Reads the file. One that cannot be read is said, and counts as empty: deliveries then go unsigned.
    pub(crate) fn open(path: PathBuf) -> Self {
        let known = match fs::read(&path) {
            // What is wrong with the text is not said: the text would be said with it.
            Ok(text) => serde_json::from_slice(&text).unwrap_or_else(|_| {
                tracing::error!(path = %path.display(), "the webhooks' secrets are no JSON: deliveries go unsigned until they are set again");
                BTreeMap::new()
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => {
                tracing::error!(%error, path = %path.display(), "the webhooks' secrets cannot be read: deliveries go unsigned");
                BTreeMap::new()
            }
        };
        Self {
            path,
            known: Mutex::new(known),
        }
    }

    /// A webhook's secret.
    pub(crate) fn get(&self, webhook: &str) -> Option<String> {
        self.known().get(webhook).cloned()
    }

    /// Keeps a webhook's secret, durably; an empty one is none.
    ///
    /// # Errors
    /// The file cannot be written; nothing changed then.
    pub(crate) fn set(&self, webhook: &str, secret: &str) -> io::Result<()> {
        let mut known = self.known();
        let mut next = known.clone();
        match secret.is_empty() {
            true => next.remove(webhook),
            false => next.insert(webhook.to_owned(), secret.to_owned()),
        };
        if next != *known {
            self.write(&next)?;
            *known = next;
        }
        Ok(())
    }

    /// Forgets what no webhook needs any more: left by an agent that was killed between two steps.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn keep_only(&self, needed: impl Fn(&str) -> bool) -> io::Result<()> {
        let mut known = self.known();
        let before = known.len();
        let mut next = known.clone();
        next.retain(|id, _| needed(id));
        if next.len() != before {
            self.write(&next)?;
            *known = next;
        }
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, secrets: &BTreeMap<String, String>) -> io::Result<()> {
        let draft = self.path.with_extension("tmp");
        // A draft that was left may be readable by others; a new file never is.
        match fs::remove_file(&draft) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(&serde_json::to_vec(secrets)?)?;
        file.sync_all()?;
        fs::rename(&draft, &self.path)?;
        sync_parent(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt as _;

    #[test]
    fn they_are_kept_for_the_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secrets.json");
        let secrets = Secrets::open(path.clone());
        secrets.set("a", "one").unwrap();
        secrets.set("b", "two").unwrap();
        secrets.set("a", "").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let again = Secrets::open(path.clone());
        assert_eq!(
            (again.get("a"), again.get("b").as_deref()),
            (None, Some("two"))
        );
        assert!(!format!("{again:?}").contains("two"));
        again.keep_only(|id| id == "c").unwrap();
        assert!(!fs::read_to_string(&path).unwrap().contains("two"));
        fs::write(&path, "two").unwrap();
        assert_eq!(Secrets::open(path).get("b"), None);
    }
}
