//! The world's clock: what it is told (`demo/control.json`) and what it says (`demo/state.json`).

use super::plan::{Plan, Turn};
use crate::{Error, dataset, files};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::Instant;
use trimtab_core::{registry::Version, time::Millis};
use trimtab_wire::DemoState;

/// How often the control file is looked at while the clock waits.
const POLL: Duration = Duration::from_millis(100);
const STATE: &str = "demo/state.json";
const CONTROL: &str = "demo/control.json";

/// What the world is told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Control {
    /// Milliseconds from one week to the next; 0 is as fast as possible.
    pub speed_ms: u64,
    /// Stand still.
    pub paused: bool,
    /// Stand still before the first week that starts on or after this day (`YYYY-MM-DD`).
    pub until: Option<String>,
}

impl Control {
    /// Where it lies in a workspace.
    pub fn path(root: &Path) -> PathBuf {
        root.join(CONTROL)
    }

    /// Whether the clock must not make the turn of this Monday.
    fn holds(&self, monday: Millis) -> bool {
        self.paused || self.until.as_ref().is_some_and(|day| monday.date() >= *day)
    }
}

/// How the world stands; [`DemoState`] with the names of its own file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct State(DemoState);

impl State {
    /// The Monday of the week that comes next, `YYYY-MM-DD`; `None` after the last.
    pub fn week_after(&self) -> Option<String> {
        if self.0.total_weeks > 0 && self.0.weeks_done >= self.0.total_weeks {
            return None;
        }
        match Millis::parse(&self.0.week) {
            Some(monday) => Some(Millis(monday.0 + Millis::WEEK).date()),
            None => Millis::parse(dataset::REPLAY_FROM).map(|first| dataset::monday(first).date()),
        }
    }
}

impl std::ops::Deref for State {
    type Target = DemoState;
    fn deref(&self) -> &DemoState {
        &self.0
    }
}

impl From<State> for DemoState {
    fn from(state: State) -> Self {
        state.0
    }
}

/// What the world last said of itself; the default before it said anything.
///
/// # Errors
/// The file cannot be read.
pub fn state(root: &Path) -> Result<State, Error> {
    let path = root.join(STATE);
    if !path.exists() {
        return Ok(State::default());
    }
    files::read_json(&path, "the world's state")
}

/// Keeps the pace and publishes how far the world is.
#[derive(Debug)]
pub(super) struct Clock {
    root: PathBuf,
    control: Control,
    /// The control file as it was last read.
    heard: Vec<u8>,
    said: State,
    /// What the state file holds.
    written: Option<State>,
    last_turn: Option<Instant>,
    /// The version that answered last.
    pub(super) version: Option<Version>,
}

impl Clock {
    pub(super) fn start(root: &Path, plan: &Plan) -> Result<Self, Error> {
        let version = state(root).ok().and_then(|s| s.version);
        let mut clock = Self {
            root: root.to_owned(),
            // Until told, the world stands still.
            control: Control {
                paused: true,
                ..Control::default()
            },
            heard: Vec::new(),
            said: State::default(),
            written: None,
            last_turn: None,
            version,
        };
        let turns = plan.next_turn().map_or(usize::MAX, |turn| turn.number);
        if let Some((monday, weeks)) = plan.so_far(turns) {
            clock.said.0.week = monday.date();
            clock.said.0.weeks_done = small(weeks);
        }
        clock.said.0.total_weeks = small(plan.total());
        clock.listen();
        Ok(clock)
    }

    pub(super) fn next_turn(&self, plan: &Plan) -> Option<Turn> {
        plan.next_turn()
    }

    /// Returns when the turn is due. Changes of the control file count at once.
    pub(super) async fn wait_for(&mut self, turn: &Turn) -> Result<(), Error> {
        loop {
            self.listen();
            let held = self.control.holds(turn.monday);
            self.say(held)?;
            let pace = Duration::from_millis(self.control.speed_ms);
            let due = self.last_turn.map_or_else(Instant::now, |last| last + pace);
            let now = Instant::now();
            if !held && now >= due {
                self.last_turn = Some(now);
                return Ok(());
            }
            let left = due.saturating_duration_since(now);
            tokio::time::sleep(if held { POLL } else { left.min(POLL) }).await;
        }
    }

    /// A turn is done.
    pub(super) fn done(&mut self, turn: &Turn, plan: &Plan) -> Result<(), Error> {
        if let Some((monday, weeks)) = plan.so_far(turn.number + 1) {
            self.said.0.week = monday.date();
            self.said.0.weeks_done = small(weeks);
        }
        self.said.0.last_error = None;
        self.listen();
        let held = plan
            .next_turn()
            .is_some_and(|next| self.control.holds(next.monday));
        self.say(held)
    }

    /// Something went wrong; the world goes on trying.
    pub(super) fn failed(&mut self, error: &Error) -> Result<(), Error> {
        tracing::warn!(%error, "the week is tried again");
        self.said.0.last_error = Some(error.to_string());
        self.listen();
        self.say(self.control.paused)
    }

    /// The year is over.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        self.said.0.finished = true;
        self.say(false)
    }

    /// Publishes the state, if the file holds another.
    fn say(&mut self, paused: bool) -> Result<(), Error> {
        self.said.0.speed_ms = self.control.speed_ms;
        self.said.0.paused = paused;
        self.said.0.version = self.version;
        if self.written.as_ref() != Some(&self.said) {
            files::write_json(&self.root.join(STATE), "the world's state", &self.said)?;
            self.written = Some(self.said.clone());
        }
        Ok(())
    }

    /// Reads the control file. One that cannot be understood changes nothing. Its age is no
    /// help: two orders may fall into one tick of the file system's clock.
    fn listen(&mut self) {
        let Ok(text) = fs::read(Control::path(&self.root)) else {
            return;
        };
        if text == self.heard {
            return;
        }
        match serde_json::from_slice(&text) {
            Ok(control) => self.control = control,
            Err(error) => {
                self.said.0.last_error =
                    Some(format!("{CONTROL} is not the clock's control: {error}"));
            }
        }
        self.heard = text;
    }
}

fn small(weeks: usize) -> u32 {
    u32::try_from(weeks).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_week_after_is_known_from_the_start() {
        let mut s = State::default();
        assert_eq!(s.week_after().as_deref(), Some("2013-01-28"));
        s.0 = DemoState {
            week: "2013-06-24".into(),
            weeks_done: 22,
            total_weeks: 49,
            ..s.0
        };
        assert_eq!(s.week_after().as_deref(), Some("2013-07-01"));
        s.0.weeks_done = 49;
        assert_eq!(s.week_after(), None);
    }

    #[test]
    fn a_day_holds_the_weeks_from_it_on() {
        let monday = |d| Millis::parse(d).unwrap();
        let control = Control {
            until: Some("2013-07-01".into()),
            ..Control::default()
        };
        assert!(!control.holds(monday("2013-06-24")));
        assert!(control.holds(monday("2013-07-01")));
        assert!(
            Control {
                paused: true,
                ..Control::default()
            }
            .holds(monday("2013-02-04"))
        );
    }
}
