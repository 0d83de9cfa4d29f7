//! Where things lie in a workspace. Finding the workspace is the client's business.

use std::path::{Path, PathBuf};
use trimtab_core::{job::JobId, registry::Version, run::RunId};

/// A workspace's folder and the places in it.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace at `root`, an absolute path.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }
    /// The policy file.
    pub fn policy_file(&self) -> PathBuf {
        self.root.join("trimtab.toml")
    }
    /// What the agent keeps.
    pub fn own(&self) -> PathBuf {
        self.root.join(".trimtab")
    }
    /// The store.
    pub fn store_file(&self) -> PathBuf {
        self.own().join("store.duckdb")
    }
    /// The lock that one agent holds.
    pub fn lock_file(&self) -> PathBuf {
        self.own().join("agent.lock")
    }
    /// What a background agent says.
    pub fn log_file(&self) -> PathBuf {
        self.own().join("agent.log")
    }
    /// The agent's socket.
    pub fn socket(&self) -> PathBuf {
        trimtab_wire::socket::path(&self.root, std::env::var_os("XDG_RUNTIME_DIR"))
    }
    /// A job's folder.
    pub fn job(&self, job: JobId) -> PathBuf {
        self.own().join("jobs").join(job.0.to_string())
    }
    /// A version's folder, relative to the workspace.
    pub fn version(model: &str, version: Version) -> PathBuf {
        Path::new(".trimtab/models")
            .join(model)
            .join(version.0.to_string())
    }
    /// The files behind `mlflow-artifacts:` addresses.
    pub fn artifact_root(&self) -> PathBuf {
        self.own().join("artifacts")
    }
    /// What webhooks sign with; readable by the owner alone.
    pub fn webhook_secrets(&self) -> PathBuf {
        self.own().join("webhook-secrets.json")
    }
    /// What was told of alerts, and to whom.
    pub fn notices(&self) -> PathBuf {
        self.own().join("notices.json")
    }
    /// Files on their way to [`Workspace::artifact_root`].
    pub fn drafts(&self) -> PathBuf {
        self.own().join("drafts")
    }
    /// A run's artifacts, when its experiment keeps them neither with the agent nor in a folder.
    pub fn artifacts(&self, run: &RunId) -> PathBuf {
        self.own().join("runs").join(run.as_str()).join("artifacts")
    }
    /// The demonstration's folder; only there in a demonstration workspace.
    pub fn demo(&self) -> PathBuf {
        self.root.join("demo")
    }
}
