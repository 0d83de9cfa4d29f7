//! Where the agent's socket lies.
//!
//! A Unix socket's path is limited to about 100 bytes. A workspace whose own path is longer
//! gets its socket in the runtime directory, under a name made from the workspace's path.

use std::{
    ffi::OsString,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
};

/// The longest path used for a socket; `sun_path` holds 108 bytes on Linux, 104 on macOS.
pub const LONGEST: usize = 100;

/// The socket of the workspace at `root` (absolute). `runtime` is `XDG_RUNTIME_DIR`, when set.
pub fn path(root: &Path, runtime: Option<OsString>) -> PathBuf {
    let own = root.join(".trimtab/agent.sock");
    if own.as_os_str().len() <= LONGEST {
        return own;
    }
    let dir = match runtime.filter(|r| !r.is_empty()) {
        Some(dir) => PathBuf::from(dir).join("trimtab"),
        None => PathBuf::from(format!(
            "/tmp/trimtab-{}",
            rustix::process::geteuid().as_raw()
        )),
    };
    dir.join(format!("{:016x}.sock", fnv(root.as_os_str().as_bytes())))
}

/// FNV-1a, 64 bits: a stable name for a path, not a secret.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_workspaces_move_their_socket() {
        let short = path(Path::new("/w"), None);
        assert_eq!(short, Path::new("/w/.trimtab/agent.sock"));
        let root = PathBuf::from(format!("/{}", "deep/".repeat(40)));
        let long = path(&root, Some("/run/user/7".into()));
        assert!(long.starts_with("/run/user/7/trimtab"));
        assert!(long.as_os_str().len() <= LONGEST);
        assert_ne!(long, path(&root.join("other"), Some("/run/user/7".into())));
    }
}
