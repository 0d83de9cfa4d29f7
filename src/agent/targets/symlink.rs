//! A symlink to a version's folder, and the server that reads it.

use super::{
    SwitchError,
    http::{ask, tell},
    place,
};
use crate::{clock, files};
use std::{
    fs, io,
    path::{Component, Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::time::{Instant, sleep, timeout_at};
use trimtab_core::{
    policy::SymlinkTarget,
    registry::{Model, ModelVersion, Version},
};
use trimtab_store::Store;
use trimtab_wire::Serving;

/// The pause between two questions while a switch is verified.
const POLL: Duration = Duration::from_millis(10);

/// The link and its server.
#[derive(Debug)]
pub(crate) struct Symlink {
    root: PathBuf,
    /// The link's path, relative to the root as policy writes it.
    path: PathBuf,
    reload: Option<String>,
    verify: Option<String>,
    timeout: Duration,
    client: reqwest::Client,
    /// Knows where runs' artifacts are.
    store: Store,
}

impl Symlink {
    pub(super) fn new(
        root: &Path,
        policy: &SymlinkTarget,
        client: reqwest::Client,
        store: Store,
    ) -> Self {
        Self {
            root: root.to_owned(),
            path: PathBuf::from(&policy.path),
            reload: policy.reload.clone(),
            verify: policy.verify.clone(),
            timeout: policy.timeout.duration(),
            client,
            store,
        }
    }

    /// The folder of a version's files: relative to the root, or from the system's.
    pub(super) fn folder(&self, version: &ModelVersion) -> Result<PathBuf, String> {
        place::folder(&self.root, &self.store, version)
    }

    fn link(&self) -> PathBuf {
        self.root.join(&self.path)
    }

    pub(super) fn current(&self, model: &Model) -> Option<Version> {
        let points_at = fs::canonicalize(self.link()).ok()?;
        let is_it = |version: &&Arc<ModelVersion>| {
            let folder = self.folder(version).ok();
            folder
                .and_then(|f| fs::canonicalize(self.root.join(f)).ok())
                .is_some_and(|f| f == points_at)
        };
        model.versions.iter().find(is_it).map(|v| v.version)
    }

    pub(super) async fn switch(&self, model: &Model, to: Version) -> Result<String, SwitchError> {
        let aim = self.aim(model, to).map_err(SwitchError::untouched)?;
        let before = self.read().map_err(SwitchError::untouched)?;
        self.set(Some(&aim)).map_err(SwitchError::untouched)?;
        match self.verify(model, to).await {
            Ok(answer) => Ok(answer),
            Err(reason) => {
                let put_back = self.set(before.as_deref());
                if put_back.is_ok() {
                    // The server also looks at the link by itself; this only makes it sooner.
                    let _ = self.tell_server().await;
                }
                Err(SwitchError { reason, put_back })
            }
        }
    }

    pub(super) async fn point(&self, model: &Model, to: Option<Version>) -> Result<(), String> {
        let aim = to.map(|v| self.aim(model, v)).transpose()?;
        self.set(aim.as_deref())?;
        let _ = self.tell_server().await;
        Ok(())
    }

    pub(super) async fn verify(&self, model: &Model, version: Version) -> Result<String, String> {
        let deadline = Instant::now() + self.timeout;
        let told = self.tell_server().await;
        let Some(url) = &self.verify else {
            // Nobody can be asked: then being told must at least have worked.
            return told.map(|()| format!("{} points at {version}", self.path.display()));
        };
        // A server that did not hear may still look at the link by itself: its answer decides.
        let mut last = told.err().unwrap_or_default();
        loop {
            match timeout_at(deadline, ask(&self.client, url)).await {
                Ok(Ok(answer)) if answer.model.as_ref().is_some_and(|m| *m != model.name) => {
                    return Err(format!(
                        "{url} answers for the model {}",
                        answer.model.unwrap_or_default()
                    ));
                }
                Ok(Ok(answer)) if answer.version == Some(version) => return Ok(answer.text),
                Ok(Ok(answer)) => {
                    last = match answer.version {
                        Some(other) => format!("{url} still answers {other}"),
                        None => format!("{url} answers without a version"),
                    };
                }
                Ok(Err(reason)) => last = reason,
                Err(_) => {}
            }
            if Instant::now() + POLL >= deadline {
                return Err(format!(
                    "{version} did not answer within {:?}: {last}",
                    self.timeout
                ));
            }
            sleep(POLL).await;
        }
    }

    pub(super) async fn probe(&self, model: &Model) -> Serving {
        let checked = clock::now();
        let Some(url) = &self.verify else {
            let version = self.current(model);
            let detail = match version {
                Some(v) => format!("{} points at {v}", self.path.display()),
                None => format!("{} points at no registered version", self.path.display()),
            };
            return Serving {
                version,
                ok: version.is_some(),
                detail,
                checked,
            };
        };
        match ask(&self.client, url).await {
            Ok(answer) => {
                let detail = answer.version.map_or_else(
                    || "answers without a version".into(),
                    |v| format!("answers {v}"),
                );
                Serving {
                    version: answer.version,
                    ok: answer.version.is_some(),
                    detail,
                    checked,
                }
            }
            Err(reason) => Serving {
                version: None,
                ok: false,
                detail: reason,
                checked,
            },
        }
    }

    pub(super) fn describe(&self, to: Version) -> Vec<String> {
        let mut lines = vec![format!("{} → {to}", self.path.display())];
        lines.extend(self.reload.as_ref().map(|url| format!("POST {url}")));
        lines.extend(self.verify.as_ref().map(|url| {
            format!(
                "GET {url} until {to} answers; after {:?} without, everything is put back",
                self.timeout
            )
        }));
        lines
    }

    /// What the link must hold to name a version: relative, so that a workspace can be moved.
    fn aim(&self, model: &Model, to: Version) -> Result<PathBuf, String> {
        let version = model
            .version(to)
            .ok_or_else(|| format!("{} {to} is not registered", model.name))?;
        let lies = self.folder(version)?;
        let folder = self.root.join(&lies);
        if !folder.is_dir() {
            return Err(format!(
                "the folder {} of {} {to} is missing",
                lies.display(),
                model.name
            ));
        }
        if self.path.is_absolute() || lies.is_absolute() {
            return Ok(folder);
        }
        let depth = self
            .path
            .components()
            .filter(|c| matches!(c, Component::Normal(_)))
            .count();
        let up: PathBuf = std::iter::repeat_n("..", depth.saturating_sub(1)).collect();
        Ok(up.join(lies))
    }

    /// What the link holds now.
    fn read(&self) -> Result<Option<PathBuf>, String> {
        let path = self.path.display();
        match fs::symlink_metadata(self.link()) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(format!("{path} cannot be read: {e}")),
            Ok(meta) if !meta.is_symlink() => Err(format!("{path} is no symlink; move it away")),
            Ok(_) => fs::read_link(self.link())
                .map(Some)
                .map_err(|e| format!("{path} cannot be read: {e}")),
        }
    }

    /// Replaces the link in one step, durably; `None` removes it.
    fn set(&self, aim: Option<&Path>) -> Result<(), String> {
        let link = self.link();
        let replace = || -> io::Result<()> {
            let Some(aim) = aim else {
                return match fs::remove_file(&link) {
                    Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
                    _ => files::sync_parent(&link),
                };
            };
            if let Some(parent) = link.parent() {
                fs::create_dir_all(parent)?;
            }
            let mut draft = link.as_os_str().to_owned();
            draft.push(".next");
            let draft = PathBuf::from(draft);
            match fs::remove_file(&draft) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
            std::os::unix::fs::symlink(aim, &draft)?;
            fs::rename(&draft, &link)?;
            files::sync_parent(&link)
        };
        replace().map_err(|e| format!("{} cannot be replaced: {e}", self.path.display()))
    }

    async fn tell_server(&self) -> Result<(), String> {
        match &self.reload {
            Some(url) => tell(&self.client, url).await,
            None => Ok(()),
        }
    }
}
