//! The loop: messages in, effects out, frames when there is time for one.
//!
//! A key is drawn at once, data at most every 16 ms ([`crate::pace`]). There is no tick: what changes with
//! time alone asks to be woken ([`Model::wake_in`]).

use std::future;
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
use crate::pace::Pace;
use crate::term::{self, Screen};
use crate::update::update;
use crate::{ConsoleError, ConsoleOptions, clock, config, view};

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
    let mut runner = Runner::new(link, inbox, options.export_dir, options.state, options.host);

    let size = screen.terminal().size()?;
    let mut model = Model::new(look, size, taste.keymap, clock::now());
    model.read_only = options.read_only;
    model.log_path = options
        .log_path
        .map(|p| p.display().to_string())
        .unwrap_or_default();
    let mut events = EventStream::new();
    let mut pace = Pace::new(Instant::now());
    let mut turn = Turn::Took(Msg::Resized(size.width, size.height));
    loop {
        let silent = matches!(turn, Turn::Silent);
        if let Turn::Took(msg) = turn {
            match msg {
                Msg::Key(_) | Msg::Pasted(_) => pace.pressed(),
                _ => pace.changed(),
            }
            let mut back = None;
            for effect in update(&mut model, clock::now(), msg) {
                match runner.run(effect) {
                    None => {}
                    Some(Order::Quit) => {
                        runner.settle().await;
                        return Ok(());
                    }
                    Some(Order::Copy(text)) => term::copy(&text)?,
                    Some(Order::Redraw) => screen.repaint()?,
                    Some(Order::Suspend) => {
                        screen.suspend()?;
                        // The window may have changed its size meanwhile.
                        let size = screen.terminal().size()?;
                        back = Some(Msg::Resized(size.width, size.height));
                    }
                }
            }
            if let Some(msg) = back {
                turn = Turn::Took(msg);
                continue;
            }
        }
        if !term::is_held() {
            // A panic elsewhere has given the terminal back; its report must stay readable.
            return Err(ConsoleError::Panicked);
        }
        if pace.due(Instant::now(), silent, !queue.is_empty()) {
            screen
                .terminal()
                .draw(|frame| view::view(&model, frame.buffer_mut()))?;
            pace.drawn(Instant::now());
        }
        let wake = model
            .wake_in()
            .map(|ms| Instant::now() + Duration::from_millis(ms.unsigned_abs()));
        // Keys first: a person is slow, and a flood of deltas must not make them wait.
        turn = tokio::select! {
            biased;
            event = events.next() => match event {
                Some(Ok(event)) => translate(event).map_or(Turn::Nothing, Turn::Took),
                // The terminal is gone.
                Some(Err(_)) | None => return Ok(()),
            },
            // No key is waiting, or the arm above had been taken.
            () = future::ready(()), if pace.awaits_silence() => Turn::Silent,
            msg = queue.recv() => msg.map_or(Turn::Nothing, Turn::Took),
            msg = signals.next() => Turn::Took(msg),
            () = term::lost() => Turn::Nothing,
            () = sleep_until(pace.next().unwrap_or_else(Instant::now)), if pace.next().is_some() => Turn::Nothing,
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => Turn::Took(Msg::Woke),
        };
    }
}

/// What a turn of the loop brought.
enum Turn {
    /// A message.
    Took(Msg),
    /// The knowledge that no further key has arrived.
    Silent,
    /// A reason to look whether something is due.
    Nothing,
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
