//! Drives a real program in a pseudo-terminal, as an operator would.
//!
//! A thread feeds what the program writes to an emulator and wakes whoever waits for the screen to
//! say something. Tests name what they wait for; on timeout they fail with the screen printed.

use crate::{
    keys,
    program::Program,
    screen::{State, Terminal},
};
use portable_pty::{Child, ChildKiller, MasterPty, PtySize};
pub use rustix::process::Signal;
use std::{
    ffi::OsStr,
    io::{Read, Write},
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::{Duration, Instant},
};

/// How long a wait may take unless told otherwise.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Its exit code; 1 when a signal ended it.
    pub code: u32,
    /// The signal's name, as the system describes it.
    pub signal: Option<String>,
}

type Writer = Arc<Mutex<Box<dyn Write + Send>>>;

/// State and its bell: rung after every change.
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }
}

/// A program running in a terminal. Dropped, it kills the program.
pub struct Pty {
    shared: Arc<Shared>,
    writer: Writer,
    master: Box<dyn MasterPty + Send>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    pid: u32,
    program: Program,
}

impl Pty {
    /// Starts a program in a terminal of `rows` by `cols`; [`Program`] has more to say.
    ///
    /// # Panics
    /// As [`Program::spawn`].
    #[must_use]
    pub fn spawn(
        path: impl AsRef<Path>,
        args: &[&str],
        env: &[(&str, &str)],
        rows: u16,
        cols: u16,
    ) -> Self {
        let program = Program::new(path.as_ref())
            .args(args.iter().map(OsStr::new))
            .size(rows, cols);
        env.iter().fold(program, |p, (k, v)| p.env(*k, *v)).spawn()
    }

    pub(crate) fn watch(
        mut child: Box<dyn Child + Send + Sync>,
        master: Box<dyn MasterPty + Send>,
        program: Program,
    ) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(program.rows, program.cols)),
            changed: Condvar::new(),
        });
        let writer: Writer = Arc::new(Mutex::new(
            master.take_writer().expect("the terminal's keyboard"),
        ));
        let reader = master.try_clone_reader().expect("the terminal's screen");
        let (killer, pid) = (
            child.clone_killer(),
            child.process_id().expect("a process id"),
        );
        let (to_read, answers) = (Arc::clone(&shared), Arc::clone(&writer));
        thread::spawn(move || read(reader, &to_read, &answers));
        let to_wait = Arc::clone(&shared);
        thread::spawn(move || {
            let exit = child.wait().map_or(
                Exit {
                    code: 255,
                    signal: None,
                },
                |s| Exit {
                    code: s.exit_code(),
                    signal: s.signal().map(str::to_owned),
                },
            );
            to_wait.change(|s| s.exit = Some(exit));
        });
        Self {
            shared,
            writer,
            master,
            killer,
            pid,
            program,
        }
    }

    /// Presses keys, in the notation of [`keys`](mod@crate::keys).
    ///
    /// # Panics
    /// On an unknown key name.
    pub fn keys(&mut self, keys: &str) {
        for key in keys::parse(keys) {
            self.send(&key);
        }
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) {
        let mut writer = self
            .writer
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        // A program that has ended takes no keys; what the test waits for next says so better.
        let _ = writer.write_all(bytes).and_then(|()| writer.flush());
    }

    /// Waits until a condition on the screen holds.
    ///
    /// # Panics
    /// After the deadline, or when the program ended without it: with what was waited for, the
    /// screen and the log's tail.
    #[track_caller]
    pub fn wait_for(&self, mut condition: impl FnMut(&vt100::Screen) -> bool, what: &str) {
        self.until(
            |s| condition(s.parser.screen()).then_some(()),
            |s| s.closed,
            what,
        );
    }

    /// Waits until the screen shows a text.
    ///
    /// # Panics
    /// As [`Self::wait_for`].
    #[track_caller]
    pub fn wait_text(&self, text: &str) {
        self.until(
            |s| s.text().contains(text).then_some(()),
            |s| s.closed,
            &format!("the text {text:?}"),
        );
    }

    /// Waits until the screen no longer shows a text.
    ///
    /// # Panics
    /// As [`Self::wait_for`].
    #[track_caller]
    pub fn wait_gone(&self, text: &str) {
        self.until(
            |s| (!s.text().contains(text)).then_some(()),
            |s| s.closed,
            &format!("the text {text:?} to go"),
        );
    }

    /// Waits for the program's end, and for the last of what it wrote when no child of its holds
    /// the terminal.
    ///
    /// # Panics
    /// After the deadline.
    #[track_caller]
    pub fn exit_status(&self) -> Exit {
        let exit = self.until(|s| s.exit.clone(), |_| false, "the program's end");
        // The end is often known before the last words are read. They come with the terminal's
        // closing, unless a child of the program keeps it open: then one second has to do.
        let state = self.shared.lock();
        drop(
            self.shared
                .changed
                .wait_timeout_while(state, Duration::from_secs(1), |s| !s.closed),
        );
        exit
    }

    /// Waits until the program has been stopped (as `ctrl-z` does it) since the last call.
    ///
    /// # Panics
    /// After the deadline.
    #[track_caller]
    pub fn wait_stopped(&self) {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let pid = self.system_pid();
        // Only a stop is taken notice of; the end is left to the thread that waits for it.
        let stopped = || {
            let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG;
            waitid(WaitId::Pid(pid), options).is_ok_and(|s| s.is_some())
        };
        let deadline = Instant::now() + self.program.deadline;
        // Nothing rings when a program stops.
        while !stopped() {
            self.listen(Duration::from_millis(10));
            let state = self.shared.lock();
            if state.exit.is_some() || Instant::now() > deadline {
                self.fail(&state, "the program to stop");
            }
        }
    }

    /// Waits until the program has written nothing for a while, and at least once since the last
    /// [`Self::take_bytes`]. For counting bytes; conditions are better for everything else.
    ///
    /// # Panics
    /// After the deadline.
    #[track_caller]
    pub fn settle(&self, quiet: Duration) {
        self.until(
            |s| (s.bytes > s.taken || s.closed).then_some(()),
            |_| false,
            "any output",
        );
        let deadline = Instant::now() + self.program.deadline;
        let mut state = self.shared.lock();
        loop {
            let before = state.bytes;
            let (next, timeout) = self
                .shared
                .changed
                .wait_timeout(state, quiet)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            state = next;
            if timeout.timed_out() && state.bytes == before {
                return;
            }
            if Instant::now() > deadline {
                self.fail(&state, "silence");
            }
        }
    }

    /// Listens for a while and returns how many bytes the program wrote meanwhile.
    pub fn listen(&self, span: Duration) -> u64 {
        let deadline = Instant::now() + span;
        let mut state = self.shared.lock();
        let before = state.bytes;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return state.bytes - before;
            }
            state = self
                .shared
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .0;
        }
    }

    #[track_caller]
    fn until<T>(
        &self,
        mut found: impl FnMut(&State) -> Option<T>,
        hopeless: impl Fn(&State) -> bool,
        what: &str,
    ) -> T {
        let deadline = Instant::now() + self.program.deadline;
        let mut state = self.shared.lock();
        loop {
            if let Some(found) = found(&state) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || hopeless(&state) {
                self.fail(&state, what);
            }
            state = self
                .shared
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .0;
        }
    }

    #[track_caller]
    fn fail(&self, state: &State, what: &str) -> ! {
        let how = match (&state.exit, state.closed) {
            (Some(exit), _) => format!("the program ended ({exit:?})"),
            (None, true) => "the program closed its terminal".to_owned(),
            (None, false) => format!("{:?} passed", self.program.deadline),
        };
        let log = self.program.log.as_deref().map(tail).unwrap_or_default();
        panic!(
            "waited for {what}, but {how}. The screen:\n{}{log}",
            boxed(&state.text())
        );
    }

    /// What the screen shows, without blanks at the ends of lines.
    pub fn screen_text(&self) -> String {
        self.shared.lock().text()
    }

    /// Looks at the screen.
    pub fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.shared.lock().parser.screen())
    }

    fn terminal<T>(&self, look: impl FnOnce(&Terminal) -> T) -> T {
        look(self.shared.lock().parser.callbacks())
    }

    /// Whether the program has the alternate screen: true in a console, false after it.
    pub fn alternate_screen(&self) -> bool {
        self.screen(vt100::Screen::alternate_screen)
    }

    /// Whether the cursor is hidden.
    pub fn cursor_hidden(&self) -> bool {
        self.screen(vt100::Screen::hide_cursor)
    }

    /// Whether the program has taken the mouse from the terminal.
    pub fn mouse_taken(&self) -> bool {
        self.screen(vt100::Screen::mouse_protocol_mode) != vt100::MouseProtocolMode::None
    }

    /// The last text copied with OSC 52, in base64.
    pub fn clipboard(&self) -> Option<String> {
        self.terminal(|t| t.clipboard.clone())
    }

    /// The window's title.
    pub fn title(&self) -> String {
        self.terminal(|t| t.title.clone())
    }

    /// Whether the terminal is in its usual (cooked) mode: it echoes and edits lines.
    pub fn cooked(&self) -> bool {
        use rustix::termios::{LocalModes, tcgetattr};
        let fd = self.master.as_raw_fd();
        // The master's own modes are the terminal's; asking by its name keeps this free of unsafe.
        let name = self.master.tty_name();
        let modes = fd
            .and(name)
            .and_then(|n| std::fs::File::open(n).ok())
            .and_then(|f| tcgetattr(f).ok());
        modes.is_some_and(|m| {
            m.local_modes
                .contains(LocalModes::ECHO | LocalModes::ICANON)
        })
    }

    /// Changes the terminal's size; the program is told by SIGWINCH.
    ///
    /// # Panics
    /// When the terminal is gone.
    pub fn resize(&mut self, rows: u16, cols: u16) {
        self.shared.lock().resize(rows, cols);
        self.master
            .resize(PtySize {
                rows,
                cols,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("the terminal to take a size");
    }

    /// Sends the program a signal.
    ///
    /// # Panics
    /// When the program is gone.
    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.system_pid(), signal)
            .expect("the program to take a signal");
    }

    fn system_pid(&self) -> rustix::process::Pid {
        i32::try_from(self.pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw)
            .expect("a process id")
    }

    /// The program's process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Bytes that the program wrote so far.
    pub fn bytes(&self) -> u64 {
        self.shared.lock().bytes
    }

    /// Bytes that the program wrote since the last call.
    pub fn take_bytes(&self) -> u64 {
        let mut state = self.shared.lock();
        let fresh = state.bytes - state.taken;
        state.taken = state.bytes;
        fresh
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // Asked while the waiter has not seen the end: the process id cannot have been reused.
        if self.shared.lock().exit.is_none() {
            let _ = self.killer.kill();
        }
    }
}

fn read(mut reader: Box<dyn Read + Send>, shared: &Shared, writer: &Writer) {
    let mut buffer = vec![0; 64 * 1024];
    // Linux answers with an error, not with zero bytes, when the last program has left.
    while let Ok(n @ 1..) = reader.read(&mut buffer) {
        let mut replies = Vec::new();
        shared.change(|s| {
            s.bytes += n as u64;
            s.parser.process(&buffer[..n]);
            replies = std::mem::take(&mut s.parser.callbacks_mut().replies);
        });
        if !replies.is_empty() {
            let _ = writer
                .lock()
                .map(|mut w| w.write_all(&replies).and_then(|()| w.flush()));
        }
    }
    shared.change(|s| s.closed = true);
}

fn boxed(screen: &str) -> String {
    screen.lines().map(|l| format!("  │{l}\n")).collect()
}

/// The last lines of a log.
fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(30)..];
    format!("The end of {}:\n{}\n", log.display(), last.join("\n"))
}

#[cfg(test)]
mod tests;
