//! The loop: messages in, effects out, frames when there is time for one.
//!
//! A frame is drawn when the queue is empty or 33 ms have passed since the last one, and at most every
//! 16 ms. There is no tick: what changes with time alone asks to be woken ([`Model::wake_in`]).

use std::io;
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures::StreamExt as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use trimtab_wire::Link;

use crate::caps::{Look, Wish};
use crate::effect::{Order, Runner};
use crate::key::Key;
use crate::model::Model;
use crate::msg::Msg;
use crate::term::{self, Screen};
use crate::update::update;
use crate::{ConsoleError, ConsoleOptions, clock, config, view};

/// Least time between two frames.
const BREATH: Duration = Duration::from_millis(16);
/// Most time that a full queue may hold back a frame.
const PATIENCE: Duration = Duration::from_millis(33);
/// Messages waiting at most; feeds wait beyond that, and the agent resyncs slow ones.
const QUEUE: usize = 1024;

/// Runs the console until the operator leaves or the system ends it.
///
/// # Errors
/// Before the screen is taken: the terminal, the user's config. After: the terminal is gone.
pub async fn run(options: ConsoleOptions) -> Result<(), ConsoleError> {
    let taste = config::load(options.config.as_deref())?;
    let wish = Wish {
        ascii: options.ascii || taste.ascii,
        no_colour: options.no_colour,
        palette: options.theme.map(Into::into).or(taste.palette),
    };
    let look = Look::detect(wish, |name| std::env::var(name).ok())?;
    let mut signals = Signals::listen()?;
    let mut screen = Screen::take()?;
    let (inbox, mut queue) = mpsc::channel(QUEUE);
    let link = Link::persistent(&options.dial, "console");
    let mut runner = Runner::new(link, inbox, options.export_dir);

    let size = screen.terminal().size()?;
    let mut model = Model::new(look, size, taste.keymap, clock::now());
    model.read_only = options.read_only;
    model.log_path = options
        .log_path
        .map(|p| p.display().to_string())
        .unwrap_or_default();
    let mut events = EventStream::new();
    let mut next = Some(Msg::Resized(size.width, size.height));
    let mut dirty = true;
    let mut drawn = Instant::now() - PATIENCE;
    loop {
        if let Some(msg) = next.take() {
            for effect in update(&mut model, clock::now(), msg) {
                match runner.run(effect) {
                    None => {}
                    Some(Order::Quit) => return Ok(()),
                    Some(Order::Copy(text)) => term::copy(&text)?,
                    Some(Order::Redraw) => screen.repaint()?,
                    Some(Order::Suspend) => {
                        screen.suspend()?;
                        // The window may have changed its size meanwhile.
                        let size = screen.terminal().size()?;
                        model.size = size;
                    }
                }
            }
            dirty = true;
        }
        if !term::is_held() {
            // A panic elsewhere has given the terminal back; its report must stay readable.
            return Err(ConsoleError::Panicked);
        }
        let waited = drawn.elapsed();
        if dirty && waited >= if queue.is_empty() { BREATH } else { PATIENCE } {
            screen
                .terminal()
                .draw(|frame| view::view(&model, frame.buffer_mut()))?;
            (dirty, drawn) = (false, Instant::now());
        }
        let wake = model
            .wake_in()
            .map(|ms| Instant::now() + Duration::from_millis(ms.unsigned_abs()));
        // Keys first: a person is slow, and a flood of deltas must not make them wait.
        next = tokio::select! {
            biased;
            event = events.next() => match event {
                Some(Ok(event)) => translate(event),
                // The terminal is gone.
                Some(Err(_)) | None => return Ok(()),
            },
            msg = queue.recv() => msg,
            msg = signals.next() => Some(msg),
            () = sleep_until(drawn + BREATH), if dirty => None,
            () = sleep_until(wake.unwrap_or(drawn)), if wake.is_some() => Some(Msg::Woke),
        };
    }
}

/// Turns a terminal event into the few the console cares about.
fn translate(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) => Key::from_event(key).map(Msg::Key),
        Event::Paste(text) => Some(Msg::Pasted(text)),
        Event::Resize(width, height) => Some(Msg::Resized(width, height)),
        Event::FocusGained => Some(Msg::Focused(true)),
        Event::FocusLost => Some(Msg::Focused(false)),
        Event::Mouse(_) => None,
    }
}

/// The signals that end or stop a program of a terminal.
struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    stop: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            // SIGTSTP from outside (`kill -TSTP`), which would otherwise leave the terminal raw.
            stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
        })
    }

    async fn next(&mut self) -> Msg {
        tokio::select! {
            _ = self.terminate.recv() => Msg::Terminated,
            _ = self.hang_up.recv() => Msg::Terminated,
            _ = self.interrupt.recv() => Msg::Terminated,
            _ = self.stop.recv() => Msg::Stopped,
        }
    }
}
