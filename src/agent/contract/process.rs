//! The test binary as the program that agents launch: an agent of its own, or a job's supervisor.

use crate::{AgentOptions, Listener, job_exec, run};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// Writes a program that answers `agent run --workspace ROOT` and `job-exec --dir DIR` as the real one does.
pub(super) fn program(dir: &Path) -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let path = dir.join("trimtab");
    let text = format!(
        r#"#!/bin/sh
case "$1" in
agent) TRIMTAB_TEST_AGENT="$4" exec '{this}' --ignored --exact contract::process::as_agent --nocapture ;;
job-exec) TRIMTAB_TEST_JOB="$3" exec '{this}' --ignored --exact contract::process::as_supervisor ;;
esac
"#,
        this = this.display()
    );
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
#[ignore = "an entry for other tests, not a test"]
fn as_agent() {
    let Some(root) = std::env::var_os("TRIMTAB_TEST_AGENT") else {
        return;
    };
    let root = PathBuf::from(root);
    let exe = root.join("trimtab");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = AgentOptions {
        root,
        read_only: false,
        exe,
        listener: Listener::Unix,
    };
    if let Err(error) = runtime.block_on(run(options, std::future::pending())) {
        panic!("{error}");
    }
}

#[test]
#[ignore = "an entry for other tests, not a test"]
fn as_supervisor() {
    if let Some(dir) = std::env::var_os("TRIMTAB_TEST_JOB") {
        // How the job ended is in its folder.
        job_exec(Path::new(&dir));
    }
}
