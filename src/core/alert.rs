//! Alerts: what a row of judged windows amounts to, so that one odd window wakes nobody and one calm
//! window hides nothing.
//!
//! A pure reducer: the same windows and acts give the same alert, whenever they are asked for. States
//! are Prometheus' (`for`, `keep_firing_for`, no data apart from calm).

use crate::time::Millis;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When windows become an alert, and when it ends. All are numbers of windows, at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Persistence {
    /// Bad windows among the last `of` judged ones that make it fire. Default 2.
    pub bad: u32,
    /// Judged windows looked back on. Default 3.
    pub of: u32,
    /// Calm windows in a row after which it closes by itself. Default 2.
    pub calm: u32,
    /// Windows in a row that could not be judged, after which there is no data. Default 3.
    pub silent: u32,
    /// Bad windows of one firing, unacknowledged, after which it escalates. Default 6.
    pub escalate: u32,
}

impl Default for Persistence {
    fn default() -> Self {
        Self {
            bad: 2,
            of: 3,
            calm: 2,
            silent: 3,
            escalate: 6,
        }
    }
}

/// What one window said about the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Out of bounds.
    Bad,
    /// Within bounds.
    Calm,
    /// Too few rows or labels, or an error: neither.
    Nothing,
}

/// What a person does about an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handling {
    /// Someone looks after it: it does not escalate.
    Acknowledge {
        /// Who and why.
        note: String,
    },
    /// No notice of it for data before this instant.
    Snooze {
        /// The end, in the data's time.
        until: Millis,
    },
    /// It is over: what was bad up to now is not counted again.
    Close,
}

/// Something that happens to an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A window was judged.
    Window {
        /// The window's start.
        start: Millis,
        /// What it said.
        said: Said,
    },
    /// A person did something.
    Handled(Handling),
}

/// Where an alert stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing is wrong.
    #[default]
    Ok,
    /// Bad windows, not enough to fire.
    Pending,
    /// Enough bad windows; the last judged one was bad.
    Firing,
    /// It fired, and not enough calm windows have come since to close it.
    KeepFiring,
    /// Nothing could be judged for too long. Not the same as calm.
    NoData,
}

impl State {
    /// The word in lists.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::KeepFiring => "keep-firing",
            Self::NoData => "no-data",
        }
    }

    /// Whether it has fired and not closed.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Firing | Self::KeepFiring)
    }
}

/// One alert, after the events so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Where it stands.
    pub state: State,
    /// The start of the first window of this state; of the oldest bad one that counted while pending or when it
    /// fired; `None` before any window.
    pub since: Option<Millis>,
    /// The last judged windows, newest last, at most as many as are looked back on: whether each was bad.
    pub recent: Vec<bool>,
    /// The starts of those windows.
    pub starts: Vec<Millis>,
    /// Bad windows since it fired.
    pub bad: u32,
    /// Calm windows in a row since the last bad one.
    pub calm: u32,
    /// Windows in a row that could not be judged.
    pub silent: u32,
    /// The note of who looks after it.
    pub acknowledged: Option<String>,
    /// No notice of it for windows that start before this.
    pub snoozed_until: Option<Millis>,
    /// It was bad for long and nobody acknowledged it.
    pub escalated: bool,
}

impl Alert {
    /// The alert after all of these events, oldest first.
    pub fn after(events: impl IntoIterator<Item = Event>, rule: Persistence) -> Self {
        events
            .into_iter()
            .fold(Self::default(), |alert, event| alert.step(event, rule))
    }

    /// The alert after one event more.
    #[must_use]
    pub fn step(mut self, event: Event, rule: Persistence) -> Self {
        match event {
            Event::Window { start, said } => self.window(start, said, rule),
            Event::Handled(Handling::Acknowledge { note }) if self.state.is_open() => {
                self.acknowledged = Some(note);
                self.escalated = false;
            }
            // Nothing fires that could be looked after.
            Event::Handled(Handling::Acknowledge { .. }) => {}
            Event::Handled(Handling::Snooze { until }) => self.snoozed_until = Some(until),
            Event::Handled(Handling::Close) => self = self.closed(None),
        }
        self
    }

    /// Whether people should be told when the window that starts then is the newest.
    pub fn tells(&self, at: Millis) -> bool {
        self.state.is_open() && self.snoozed_until.is_none_or(|until| at >= until)
    }

    fn closed(self, since: Option<Millis>) -> Self {
        Self {
            since,
            snoozed_until: self.snoozed_until,
            ..Self::default()
        }
    }

    fn window(&mut self, start: Millis, said: Said, rule: Persistence) {
        if said == Said::Nothing {
            self.silent = self.silent.saturating_add(1);
            // What fires goes on firing: silence is no sign of health.
            if self.silent >= rule.silent.max(1) && !self.state.is_open() {
                self.become_(State::NoData, start);
            }
            return;
        }
        self.silent = 0;
        // Only by what was judged: a window whose labels are still to come ends no snooze.
        if self.snoozed_until.is_some_and(|until| start >= until) {
            self.snoozed_until = None;
        }
        let bad = said == Said::Bad;
        self.recent.push(bad);
        self.starts.push(start);
        let of = rule.of.max(1) as usize;
        let surplus = self.recent.len().saturating_sub(of);
        self.recent.drain(..surplus);
        self.starts.drain(..surplus);
        self.calm = if bad { 0 } else { self.calm.saturating_add(1) };
        let first = self.starts.iter().zip(&self.recent).find(|(_, bad)| **bad);
        let first = first.map(|(start, _)| *start);
        let hits = self.recent.iter().filter(|bad| **bad).count();
        let enough = hits >= rule.bad.clamp(1, rule.of.max(1)) as usize;
        if self.state.is_open() {
            if bad {
                self.state = State::Firing;
                self.bad = self.bad.saturating_add(1);
            } else if self.calm >= rule.calm.max(1) {
                *self = std::mem::take(self).closed(Some(start));
                // The calm ones that closed it are all that it knows.
                self.recent = vec![false];
                self.starts = vec![start];
            } else {
                self.state = State::KeepFiring;
            }
        } else if bad && enough {
            self.state = State::Firing;
            self.since = first;
            self.bad = hits as u32;
        } else if hits > 0 {
            self.state = State::Pending;
            self.since = first;
        } else {
            self.become_(State::Ok, start);
        }
        if self.state == State::Firing
            && self.acknowledged.is_none()
            && self.bad >= rule.escalate.max(1)
        {
            self.escalated = true;
        }
    }

    fn become_(&mut self, state: State, start: Millis) {
        if self.state != state || self.since.is_none() {
            self.state = state;
            self.since = Some(start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    const RULE: Persistence = Persistence {
        bad: 2,
        of: 3,
        calm: 2,
        silent: 2,
        escalate: 4,
    };

    /// `x` bad, `.` calm, `?` nothing, `a` acknowledged, `c` closed, `s` snoozed to window 100.
    fn events(text: &str) -> Vec<Event> {
        let mut start = 0;
        let mut window = |said| {
            start += 1;
            Event::Window {
                start: Millis(start),
                said,
            }
        };
        text.chars()
            .map(|c| match c {
                'x' => window(Said::Bad),
                '.' => window(Said::Calm),
                '?' => window(Said::Nothing),
                'a' => Event::Handled(Handling::Acknowledge { note: "me".into() }),
                'c' => Event::Handled(Handling::Close),
                _ => Event::Handled(Handling::Snooze { until: Millis(100) }),
            })
            .collect()
    }

    fn after(text: &str) -> Alert {
        Alert::after(events(text), RULE)
    }

    #[test]
    fn states() {
        for (text, state, since) in [
            ("", State::Ok, None),
            ("..", State::Ok, Some(1)),
            (".x", State::Pending, Some(2)),
            (".x...", State::Ok, Some(5)),
            ("x???.", State::Pending, Some(1)),
            ("x..x", State::Pending, Some(4)),
            (".xx", State::Firing, Some(2)),
            (".x.x", State::Firing, Some(2)),
            (".xx.", State::KeepFiring, Some(2)),
            (".xx.x", State::Firing, Some(2)),
            (".xx..", State::Ok, Some(5)),
            (".xx..x", State::Pending, Some(6)),
            ("xx??", State::Firing, Some(1)),
            (".?", State::Ok, Some(1)),
            (".??", State::NoData, Some(3)),
            (".??.", State::Ok, Some(4)),
            ("xxc", State::Ok, None),
            ("xxcx", State::Pending, Some(3)),
        ] {
            let alert = after(text);
            assert_eq!(
                (alert.state, alert.since),
                (state, since.map(Millis)),
                "{text}"
            );
        }
    }

    #[test]
    fn people() {
        assert!(after("xxxx").escalated && !after("xxx").escalated);
        let looked_after = after("xxxax");
        assert!(!looked_after.escalated && looked_after.acknowledged.as_deref() == Some("me"));
        // An acknowledgement ends with what it was about, and there is none in advance.
        assert_eq!(after("xxa..").acknowledged, None);
        assert_eq!(after("axx").acknowledged, None);
        assert!(after("xx").tells(Millis(3)) && !after("xxs").tells(Millis(3)));
        assert!(after("xxs").tells(Millis(100)));
        // A window that could not be judged ends no snooze.
        let snoozed = |said| {
            let event = Event::Window {
                start: Millis(100),
                said,
            };
            after("xxs").step(event, RULE).snoozed_until
        };
        assert_eq!(snoozed(Said::Nothing), Some(Millis(100)));
        assert_eq!(snoozed(Said::Bad), None);
    }

    fn event() -> impl Strategy<Value = char> {
        prop_oneof![5 => Just('x'), 5 => Just('.'), 2 => Just('?'), 1 => Just('a'), 1 => Just('c'), 1 => Just('s')]
    }

    proptest! {
        #[test]
        fn whatever_happens(text in vec(event(), 0..60), rule in (1u32..5, 0u32..6, 0u32..4, 0u32..4, 0u32..6)) {
            let rule = Persistence { bad: rule.0, of: rule.1, calm: rule.2, silent: rule.3, escalate: rule.4 };
            let mut alert = Alert::default();
            for event in events(&text.iter().collect::<String>()) {
                let before = alert.clone();
                alert = alert.step(event.clone(), rule);
                prop_assert!(alert.recent.len() <= rule.of.max(1) as usize);
                prop_assert_eq!(alert.recent.len(), alert.starts.len());
                // It fires on a bad window only, and never out of silence.
                if alert.state == State::Firing && before.state != State::Firing {
                    let bad = matches!(event, Event::Window { said: Said::Bad, .. });
                    prop_assert!(bad);
                }
                // What fires closes only after calm windows or by hand.
                if before.state.is_open() && !alert.state.is_open() {
                    let by_hand = event == Event::Handled(Handling::Close);
                    prop_assert!(by_hand || before.calm + 1 >= rule.calm.max(1));
                }
                prop_assert!(!alert.escalated || alert.state.is_open());
                prop_assert!(alert.acknowledged.is_none() || alert.state.is_open());
                prop_assert_eq!(alert.state == State::KeepFiring, alert.state.is_open() && alert.calm > 0);
            }
        }

        #[test]
        fn one_calm_run_long_enough_ends_all(text in vec(event(), 0..40)) {
            let calm: String = text.into_iter().chain("....".chars()).collect();
            prop_assert_eq!(after(&calm).state, State::Ok);
        }
    }
}
