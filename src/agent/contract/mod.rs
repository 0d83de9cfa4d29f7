//! The agent's contract: a real agent on a temporary workspace, real links, real processes.

mod bench;
mod details;
mod http;
mod jobs;
mod notices;
mod process;
mod recovery;
mod releases;
mod runs;
mod server;
mod session;
mod sql;

use std::time::Duration;

/// How long anything here may take. Generous: the machine that tests may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for a condition, and panics with what was waited for.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "waited {PATIENCE:?} for {what}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
