//! A temporary workspace, and the real binary in it with an environment of its own.

use crate::program::Program;
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

/// A folder with a `trimtab.toml` and a home that nobody else uses. Dropped, it stops the agent
/// that a test left there and removes everything.
pub struct Workspace {
    /// Holds `work/` and `home/`.
    root: TempDir,
    binary: PathBuf,
}

impl Workspace {
    /// A workspace for a binary (in integration tests `env!("CARGO_BIN_EXE_trimtab")`) with the
    /// text of a policy.
    ///
    /// # Panics
    /// When the folder cannot be made.
    #[must_use]
    pub fn new(binary: impl Into<PathBuf>, policy: &str) -> Self {
        // Short, because a socket's path must be.
        let root = tempfile::Builder::new()
            .prefix("tt-")
            .tempdir()
            .expect("a temporary folder");
        let this = Self {
            root,
            binary: binary.into(),
        };
        fs::create_dir_all(this.path()).expect("the workspace's folder");
        fs::create_dir_all(this.home().join("run")).expect("the home's folder");
        this.write("trimtab.toml", policy);
        this
    }

    /// The workspace's folder.
    pub fn path(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// The home folder that the binary sees.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// A file of the workspace.
    pub fn file(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.path().join(relative)
    }

    /// The agent's log.
    pub fn log(&self) -> PathBuf {
        self.file(".trimtab/agent.log")
    }

    /// Writes a file, making its folders.
    ///
    /// # Panics
    /// When that fails.
    pub fn write(&self, relative: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let file = self.file(relative);
        fs::create_dir_all(file.parent().expect("a file in a folder")).expect("the file's folder");
        fs::write(&file, text).expect("the file to be written");
    }

    /// The whole environment of the binary: nothing of the developer's own reaches it.
    fn environment(&self) -> Vec<(OsString, OsString)> {
        let home = self.home();
        let mut env: Vec<(OsString, OsString)> = vec![
            ("HOME".into(), home.clone().into()),
            ("XDG_CONFIG_HOME".into(), home.join("config").into()),
            ("XDG_DATA_HOME".into(), home.join("data").into()),
            ("XDG_STATE_HOME".into(), home.join("state").into()),
            ("XDG_CACHE_HOME".into(), home.join("cache").into()),
            ("XDG_RUNTIME_DIR".into(), home.join("run").into()),
            ("TRIMTAB_WORKSPACE".into(), self.path().into()),
            ("LANG".into(), "C.UTF-8".into()),
            ("TZ".into(), "UTC".into()),
            ("COLUMNS".into(), "100".into()),
        ];
        // The search path, and a prebuilt DuckDB where the build links one.
        let kept = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];
        env.extend(
            kept.into_iter()
                .filter_map(|k| Some((k.into(), std::env::var_os(k)?))),
        );
        env
    }

    /// The binary with arguments, in the workspace's folder.
    #[must_use]
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(args)
            .env_clear()
            .envs(self.environment())
            .current_dir(self.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs the binary to its end.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::new(
            args,
            self.command(args)
                .output()
                .unwrap_or_else(|e| panic!("{} cannot be started: {e}", self.binary.display())),
        )
    }

    /// The binary in a terminal; `spawn()` starts it.
    #[must_use]
    pub fn pty(&self, args: &[&str]) -> Program {
        self.pty_of(&self.binary, args)
    }

    /// Another program in a terminal, in the same folder and environment.
    #[must_use]
    pub fn pty_of(&self, program: impl Into<PathBuf>, args: &[&str]) -> Program {
        let program = Program::new(program)
            .args(args.iter().copied())
            .cwd(self.path())
            .log(self.log());
        // A terminal has its own width, which `COLUMNS` would belie.
        self.environment()
            .into_iter()
            .filter(|(k, _)| k != "COLUMNS")
            .fold(program, |p, (k, v)| p.env(k, v))
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if self.file(".trimtab/agent.lock").exists() {
            let _ = self
                .command(&["agent", "stop"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
        }
    }
}

/// What a command answered.
#[must_use = "a command's exit code is to be checked"]
#[derive(Debug)]
pub struct Ran {
    args: String,
    /// Its exit code; -1 when a signal ended it.
    pub code: i32,
    /// Its data.
    pub stdout: String,
    /// Its narration.
    pub stderr: String,
}

impl Ran {
    fn new(args: &[&str], output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self {
            args: args.join(" "),
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// The data of a command that did what was asked.
    ///
    /// # Panics
    /// When it did not, with what it said.
    #[track_caller]
    pub fn ok(self) -> String {
        self.exited(0).stdout
    }

    /// The answer of a command that must have ended with an exit code.
    ///
    /// # Panics
    /// When it ended with another, with what it said.
    #[track_caller]
    pub fn exited(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "trimtab {}\n{}{}",
            self.args, self.stdout, self.stderr
        );
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_sees_only_its_own_world() {
        let w = Workspace::new("/bin/sh", "[workspace]\n");
        let out = w
            .run(&[
                "-c",
                "echo $HOME:$TRIMTAB_WORKSPACE:$CARGO; pwd; cat trimtab.toml",
            ])
            .ok();
        let expected = format!(
            "{}:{}:\n{}\n[workspace]\n",
            w.home().display(),
            w.path().display(),
            w.path().display()
        );
        assert_eq!(out, expected);
        assert_eq!(
            w.run(&["-c", "echo no >&2; exit 3"]).exited(3).stderr,
            "no\n"
        );
    }

    #[test]
    fn terminals_open_in_the_workspace() {
        let w = Workspace::new("/bin/sh", "");
        let pty = w.pty(&["-c", "cat x; read y"]).size(10, 200).spawn();
        pty.wait_text("No such file");
        w.write("deep/x", "text");
        assert!(w.file("deep/x").exists());
    }
}
