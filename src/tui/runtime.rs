//! The loop: messages in, effects out, frames when there is time for one and the terminal has taken the last.
//!
//! A key is drawn at once, data at most every 16 ms ([`crate::pace`]). There is no tick: what changes with
//! time alone asks to be woken ([`Model::wake_in`]).

use std::collections::VecDeque;
use std::future;
use std::io;
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures::{FutureExt as _, StreamExt as _};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use trimtab_wire::Link;

use crate::caps::{Look, Wish};
use crate::clipboard::{self, Way};
use crate::effect::{Order, Paths, Runner};
use crate::key::Key;
use crate::meter::Meter;
use crate::model::Model;
use crate::mouse::Mouse;
use crate::msg::Msg;
use crate::pace::Pace;
use crate::term::{self, Screen};
use crate::theme::Palette;
use crate::update::{themes, update};
use crate::{ConsoleError, ConsoleOptions, clock, config, outside, taste, view};

/// Messages waiting at most; feeds wait beyond that, and the agent resyncs slow ones.
const QUEUE: usize = 1024;

/// Runs the console until the operator leaves or the system ends it.
///
/// # Errors
/// Before the screen is taken: the terminal, the user's config. After: the terminal is gone.
pub async fn run(options: ConsoleOptions) -> Result<(), ConsoleError> {
    let known = options.config.as_deref().map(taste::trace);
    let taste = config::load(options.config.as_deref())?;
    let named = taste.theme.as_deref().and_then(Palette::from_word);
    let wish = Wish {
        ascii: options.ascii || taste.ascii,
        no_colour: options.no_colour,
        palette: options.theme.map(Into::into).or(named),
    };
    let themes = options.config.as_deref().map(taste::themes);
    let look = Look::detect(wish, |name| std::env::var(name).ok())?;
    let mut signals = Signals::listen()?;
    let (mut screen, mut written) = Screen::take()?;
    let (inbox, mut queue) = mpsc::channel(QUEUE);
    let link = Link::persistent(&options.dial, "console");
    let clipboard = Way::detect(|name| std::env::var(name).ok(), clipboard::on_path);
    let paths = Paths {
        exports: options.export_dir,
        state: options.state,
        host: options.host,
    };
    let mut runner = Runner::new(link, inbox, paths, clipboard);

    let size = screen.terminal().size()?;
    let mut model = Model::new(look, size, taste.keymap.clone(), clock::now());
    model.taste.fixed = options.theme.is_some();
    themes::begin(&mut model, taste, themes.unwrap_or_default());
    if let Some(config) = options.config {
        model.taste.path = config.display().to_string();
        runner.watch(config, known.unwrap_or_default());
    }
    model.read_only = options.read_only;
    model.log_path = options
        .log_path
        .map(|p| p.display().to_string())
        .unwrap_or_default();
    let mut events = EventStream::new();
    let mut pace = Pace::new(Instant::now());
    let mut meter = Meter::new(Instant::now());
    // Whether the next frame shows nothing new but a reading of the meter.
    let mut reading = true;
    // Why the terminal is gone; what is to be remembered is written all the same.
    let mut gone: Option<io::Error> = None;
    let mut turn = Turn::Took(Msg::Resized(size.width, size.height));
    // What became of giving the terminal away for a while.
    let mut later: VecDeque<Msg> = VecDeque::new();
    loop {
        let silent = matches!(turn, Turn::Silent);
        if let Turn::Took(msg) = turn {
            match msg {
                Msg::Key(_) | Msg::Mouse(_) | Msg::Pasted(_) => pace.pressed(),
                _ => pace.changed(),
            }
            reading &= matches!(msg, Msg::Measured(_));
            for effect in update(&mut model, clock::now(), msg) {
                match runner.run(effect) {
                    None => {}
                    Some(Order::Quit) => {
                        runner.settle().await;
                        return gone.map_or(Ok(()), |e| Err(e.into()));
                    }
                    Some(Order::Send(bytes)) => screen.send(&bytes)?,
                    Some(Order::Redraw) => screen.repaint()?,
                    Some(Order::Edit { of, text }) => {
                        // Its reader would take the editor's keys.
                        drop(events);
                        screen.give_back();
                        let result = outside::edit(&text, |name| std::env::var(name).ok()).await;
                        screen.take_back()?;
                        events = EventStream::new();
                        signals.forget_interrupts();
                        let size = screen.terminal().size()?;
                        later.push_back(Msg::Resized(size.width, size.height));
                        later.push_back(Msg::Edited { of, result });
                    }
                    Some(Order::Suspend) => {
                        screen.suspend()?;
                        // The window may have changed its size meanwhile.
                        let size = screen.terminal().size()?;
                        later.push_back(Msg::Resized(size.width, size.height));
                    }
                }
            }
            if let Some(msg) = later.pop_front() {
                turn = Turn::Took(msg);
                continue;
            }
        }
        screen.take_mouse(model.mouse)?;
        if !term::is_held() {
            // A panic elsewhere has given the terminal back; its report must stay readable.
            return Err(ConsoleError::Panicked);
        }
        if !screen.is_busy() && pace.due(Instant::now(), silent, !queue.is_empty()) {
            let (from, sent) = (Instant::now(), screen.terminal().backend().bytes_sent());
            screen
                .terminal()
                .draw(|frame| view::view(&model, frame.buffer_mut()))?;
            let now = Instant::now();
            let bytes = screen.terminal().backend().bytes_sent() - sent;
            match model.stats {
                Some(_) => meter.drew(now, now - from, bytes, reading),
                None => meter = Meter::new(now),
            }
            reading = true;
            pace.drawn(now);
        }
        let busy = screen.is_busy();
        let wake = model
            .wake_in()
            .map(|ms| Instant::now() + Duration::from_millis(ms.unsigned_abs()));
        let measure = model.stats.and(meter.next());
        // Keys first: a person is slow, and a flood of deltas must not make them wait.
        turn = tokio::select! {
            biased;
            event = events.next() => match event {
                Some(Ok(event)) => translate(event).map_or(Turn::Nothing, Turn::Took),
                // The terminal is gone.
                Some(Err(_)) | None => Turn::Took(Msg::Terminated),
            },
            Some(piece) = written.recv() => {
                pace.wrote(Instant::now(), piece.took);
                meter.wrote(piece.took);
                match piece.result {
                    Ok(()) => Turn::Nothing,
                    Err(e) => {
                        gone = Some(e);
                        Turn::Took(Msg::Terminated)
                    }
                }
            }
            // No key is waiting, or an arm above had been taken.
            () = future::ready(()), if pace.awaits_silence() && !busy => Turn::Silent,
            msg = queue.recv() => msg.map_or(Turn::Nothing, Turn::Took),
            msg = signals.next() => Turn::Took(msg),
            () = term::lost() => Turn::Nothing,
            // While the terminal is busy, its being done is waited for.
            () = sleep_until(pace.next().unwrap_or_else(Instant::now)), if pace.next().is_some() && !busy => Turn::Nothing,
            () = sleep_until(measure.unwrap_or_else(Instant::now)), if measure.is_some() => {
                Turn::Took(Msg::Measured(meter.read(Instant::now(), pace.rest())))
            }
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
        Event::Mouse(mouse) => Mouse::from_event(mouse).map(Msg::Mouse),
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

    /// Forgets interrupts that were meant for a program that had the terminal meanwhile.
    fn forget_interrupts(&mut self) {
        while self.interrupt.recv().now_or_never().is_some() {}
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
