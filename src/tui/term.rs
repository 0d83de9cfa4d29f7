//! The terminal's manners: taken at start, given back however the console ends.
//!
//! Quit and errors restore through `Drop`, panics through the hook, signals through the loop's select
//! (SIGTERM, SIGHUP and SIGINT are ordinary messages there). `ctrl-z` gives the terminal back, stops the
//! process as the shell expects, and takes the terminal again on SIGCONT.

use std::io::{self, IsTerminal as _, Write as _};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
};
use crossterm::execute;
use crossterm::style::{Print, ResetColor};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode,
    enable_raw_mode,
};
use ratatui::Terminal;
use tokio::sync::{Notify, mpsc};

use crate::backend::Quiet;
use crate::caps::CapsError;
use crate::mouse;
use crate::outlet::{Outlet, Written};

/// Whether this process holds the terminal now; read by the panic hook.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether the mouse is ours while the terminal is; taken again when a stopped console goes on.
static MOUSE: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();
/// Rung by the panic hook, so that the loop ends now and not with the next key.
static LOST: Notify = Notify::const_new();

/// What to do after a report; the report itself says where and why.
const ADVICE: &str = "\
The console ended because of this bug in it; the terminal is as it was.
The agent and its jobs go on without it: `trimtab` opens the console again, `trimtab agent status` tells
how the agent is.
Please report the lines above (with RUST_BACKTRACE=1, they say more).";

/// The real terminal, restored on drop.
pub struct Screen {
    terminal: Terminal<Quiet<Outlet>>,
}

impl Screen {
    /// Takes the terminal: raw mode, alternate screen, focus and paste events. Also tells of everything written to
    /// it from then on.
    ///
    /// # Errors
    /// When standard input or output is no terminal, or the terminal refuses.
    pub fn take() -> io::Result<(Self, mpsc::Receiver<Written>)> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                CapsError::NoTerminal,
            ));
        }
        install_hook();
        enter()?;
        let taken = || {
            let (outlet, written) = Outlet::start(write)?;
            let terminal = Terminal::new(Quiet::new(outlet))?;
            Ok((Self { terminal }, written))
        };
        taken().inspect_err(|_: &io::Error| {
            restore();
        })
    }

    /// The drawing surface.
    pub const fn terminal(&mut self) -> &mut Terminal<Quiet<Outlet>> {
        &mut self.terminal
    }

    /// Sends something that is no part of a frame.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.terminal.backend_mut().send(bytes)
    }

    /// Takes the mouse from the terminal, or leaves it; nothing to do when it is so already.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn take_mouse(&mut self, take: bool) -> io::Result<()> {
        if MOUSE.swap(take, Ordering::SeqCst) == take {
            return Ok(());
        }
        let sequence = if take { mouse::TAKE } else { mouse::LEAVE };
        self.send(sequence.as_bytes())
    }

    /// Whether the terminal has not yet taken what it was sent.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.terminal.backend().out().is_busy()
    }

    /// Gives the terminal back, stops this process until it is continued, and takes it again.
    ///
    /// # Errors
    /// When the terminal refuses on return.
    pub fn suspend(&mut self) -> io::Result<()> {
        restore();
        // The whole foreground job stops, as the kernel itself would do it: a wrapper script must not be
        // left waiting for a stopped child.
        rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?;
        // Here we are after SIGCONT.
        enter()?;
        self.repaint()
    }

    /// Gives the terminal to another program; nothing is drawn until it is taken back.
    pub fn give_back(&mut self) {
        restore();
    }

    /// Takes the terminal again.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn take_back(&mut self) -> io::Result<()> {
        enter()?;
        self.repaint()
    }

    /// Draws everything anew with the next frame.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn repaint(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().forget();
        self.terminal.clear()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Whether this process holds the terminal now.
#[must_use]
pub fn is_held() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Waits until a panic has given the terminal back.
pub async fn lost() {
    LOST.notified().await;
}

/// Writes a piece whole, unless the terminal has been given back meanwhile: a frame that waited in the queue must not
/// be drawn over the shell.
fn write(piece: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if !is_held() {
        return Ok(());
    }
    out.write_all(piece)?;
    out.flush()
}

fn enter() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableFocusChange,
        EnableBracketedPaste,
        SetTitle("trimtab")
    )
    .and_then(|()| {
        let taken = MOUSE.load(Ordering::SeqCst);
        execute!(io::stdout(), Print(if taken { mouse::TAKE } else { "" }))
    })
    .inspect_err(|_| {
        restore();
    })
}

/// Gives the terminal back; does nothing when it is not held, so it can be called from anywhere. Tells
/// whether it was held.
pub fn restore() -> bool {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return false;
    }
    // Nothing can be done about a terminal that is gone, and the exit must go on.
    let mut out = io::stdout();
    let _ = execute!(
        out,
        EndSynchronizedUpdate,
        // Whoever thinks that it was never taken may be wrong: a shell that prints on every click is worse.
        Print(mouse::LEAVE),
        DisableBracketedPaste,
        DisableFocusChange,
        ResetColor,
        LeaveAlternateScreen,
        Show
    );
    let _ = disable_raw_mode();
    let _ = out.flush();
    true
}

/// Restores before the report is printed, or the report would be drawn on the alternate screen and lost.
fn install_hook() {
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let held = restore();
            previous(info);
            if held {
                // Standard error may be closed; the exit code still tells.
                let _ = writeln!(io::stderr(), "\n{ADVICE}");
                LOST.notify_one();
            }
        }));
    });
}
