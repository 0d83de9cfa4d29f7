//! Which program to run in a terminal, with what, and how large the terminal is.

use crate::pty::{DEADLINE, Pty};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::{ffi::OsString, path::PathBuf, time::Duration};

/// A program to be run in a terminal. Its environment is empty except for what is said here,
/// `PATH`, `LANG` and `TERM=xterm-256color`.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    cwd: Option<PathBuf>,
    pub(crate) rows: u16,
    pub(crate) cols: u16,
    pub(crate) log: Option<PathBuf>,
    pub(crate) deadline: Duration,
}

impl Program {
    /// A program by its path, or by its name in `PATH`, in a terminal of 100×30.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let env = vec![
            ("TERM".into(), "xterm-256color".into()),
            ("LANG".into(), "C.UTF-8".into()),
        ];
        Self {
            path: path.into(),
            args: Vec::new(),
            env,
            cwd: None,
            rows: 30,
            cols: 100,
            log: None,
            deadline: DEADLINE,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable; the last value counts.
    #[must_use]
    pub fn env(mut self, key: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((key.into(), value.into()));
        self
    }

    /// Starts in a folder.
    #[must_use]
    pub fn cwd(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cwd = Some(folder.into());
        self
    }

    /// Sets the terminal's size.
    #[must_use]
    pub fn size(mut self, rows: u16, cols: u16) -> Self {
        (self.rows, self.cols) = (rows, cols);
        self
    }

    /// A file whose last lines are printed when a wait fails.
    #[must_use]
    pub fn log(mut self, file: impl Into<PathBuf>) -> Self {
        self.log = Some(file.into());
        self
    }

    /// Waits this long instead of [`DEADLINE`].
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Starts it.
    ///
    /// # Panics
    /// When no terminal can be had, or the program cannot be started.
    #[must_use]
    pub fn spawn(self) -> Pty {
        let size = PtySize {
            rows: self.rows,
            cols: self.cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(&self.path);
        command.args(&self.args);
        command.env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        self.env.iter().for_each(|(k, v)| command.env(k, v));
        command.cwd(self.cwd.clone().unwrap_or_else(|| PathBuf::from("/")));
        let child = pair
            .slave
            .spawn_command(command)
            .unwrap_or_else(|e| panic!("{} cannot be started: {e}", self.path.display()));
        // Held open here, the terminal would never report its end.
        drop(pair.slave);
        Pty::watch(child, pair.master, self)
    }
}
