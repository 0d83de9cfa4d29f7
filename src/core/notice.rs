//! Notices: which turns of an alert somebody is told of, and in what words.
//!
//! A reducer over what was told last, so that nothing is told twice and nothing is forgotten while
//! nobody could be reached: the next notice is made of where the alert stands then.

use crate::{
    alarm::{Alarm, Subject},
    alert::State,
    time::Millis,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A turn of an alert.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// It fires.
    Firing,
    /// It fires for long, and nobody acknowledged it.
    Escalated,
    /// It is over, or there is data again.
    Closed,
    /// Nothing could be judged for too long.
    NoData,
}

impl Occasion {
    /// The word in titles.
    pub fn word(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Escalated => "escalated",
            Self::Closed => "closed",
            Self::NoData => "no data",
        }
    }
}

/// What somebody was told last of an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// That it fires.
    pub open: bool,
    /// That it escalated.
    pub escalated: bool,
    /// That there is no data.
    pub silent: bool,
}

impl Told {
    /// What there is to tell now, and what will have been told with it.
    ///
    /// While an alert is snoozed nothing is told but its end; what still stands after that is told then.
    pub fn turn(self, alarm: &Alarm) -> (Self, Option<Occasion>) {
        let alert = &alarm.alert;
        let quiet = alert
            .snoozed_until
            .is_some_and(|until| alarm.judged.is_none_or(|at| at < until));
        let firing = Self {
            open: true,
            escalated: alert.escalated,
            silent: false,
        };
        let silent = Self {
            silent: true,
            ..Self::default()
        };
        if alert.state.is_open() {
            return match self {
                _ if quiet => (self, None),
                Self { open: false, .. } => (firing, Some(Occasion::Firing)),
                Self {
                    escalated: false, ..
                } if alert.escalated => (firing, Some(Occasion::Escalated)),
                _ => (firing, None),
            };
        }
        if alert.state == State::NoData {
            return match self {
                Self { silent: true, .. } => (self, None),
                _ if quiet => (self, None),
                _ => (silent, Some(Occasion::NoData)),
            };
        }
        let over = self.open || self.silent;
        (Self::default(), over.then_some(Occasion::Closed))
    }
}

/// What somebody is told of one alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The monitor's name.
    pub monitor: String,
    /// Which of its alerts.
    pub subject: Subject,
    /// What happened.
    pub occasion: Occasion,
    /// What, since when, how sure, and where to look.
    pub words: String,
}

/// One message about one or several alerts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The workspace's name.
    pub workspace: String,
    /// The alerts, the most pressing first.
    pub alerts: Vec<Item>,
}

impl Notice {
    /// A notice of these; `None` when there are none.
    pub fn of(workspace: &str, mut alerts: Vec<Item>) -> Option<Self> {
        let press = |item: &Item| match item.occasion {
            Occasion::Escalated => 0,
            Occasion::Firing => 1,
            Occasion::NoData => 2,
            Occasion::Closed => 3,
        };
        alerts.sort_by(|a, b| {
            let name = |item: &Item| (press(item), item.monitor.clone(), item.subject.word());
            name(a).cmp(&name(b))
        });
        (!alerts.is_empty()).then(|| Self {
            workspace: workspace.to_owned(),
            alerts,
        })
    }

    /// A notice of nothing, to see whether it arrives.
    pub fn trial(workspace: &str) -> Self {
        Self {
            workspace: workspace.to_owned(),
            alerts: Vec::new(),
        }
    }

    /// One line: the most pressing alert, and how many more there are.
    pub fn title(&self) -> String {
        let Some(first) = self.alerts.first() else {
            return format!("{}: this is a trial, nothing fires", self.workspace);
        };
        let more = match self.alerts.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        format!(
            "{}: {} of {} {}{more}",
            self.workspace,
            first.subject.word(),
            first.monitor,
            first.occasion.word()
        )
    }

    /// The title and a line for each alert.
    pub fn text(&self) -> String {
        let mut text = self.title();
        for item in &self.alerts {
            text.push('\n');
            text.push_str(&item.monitor);
            text.push_str(": ");
            text.push_str(&item.words);
        }
        text
    }
}

/// Somebody who is told of alerts, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// The name in policy.
    pub name: String,
    /// How: the webhook's file, or the command.
    pub way: String,
    /// What is told.
    pub on: Vec<Occasion>,
    /// The monitors whose alerts are told; `None` for all.
    pub monitors: Option<Vec<String>>,
    /// When a notice was last taken since the agent's start, by the clock.
    pub last: Option<Millis>,
    /// Why the last notice was not taken.
    pub failing: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Alert;
    use proptest::prelude::*;

    fn alarm(state: State, escalated: bool, snoozed: bool) -> Alarm {
        Alarm {
            subject: Subject::Drift,
            alert: Alert {
                state,
                escalated,
                snoozed_until: snoozed.then_some(Millis(10)),
                ..Alert::default()
            },
            judged: Some(Millis(5)),
            words: "words".into(),
        }
    }

    fn told(alarms: &[Alarm]) -> Vec<Option<Occasion>> {
        let mut told = Told::default();
        alarms
            .iter()
            .map(|alarm| {
                let (next, occasion) = told.turn(alarm);
                told = next;
                occasion
            })
            .collect()
    }

    #[test]
    fn each_turn_is_told_once() {
        let now = |state| alarm(state, false, false);
        assert_eq!(
            told(&[
                now(State::Ok),
                now(State::Pending),
                now(State::Firing),
                now(State::KeepFiring),
                alarm(State::Firing, true, false),
                alarm(State::Firing, true, false),
                now(State::Ok),
                now(State::Ok),
                now(State::NoData),
                now(State::NoData),
                now(State::Pending),
            ]),
            [
                None,
                None,
                Some(Occasion::Firing),
                None,
                Some(Occasion::Escalated),
                None,
                Some(Occasion::Closed),
                None,
                Some(Occasion::NoData),
                None,
                Some(Occasion::Closed),
            ]
        );
    }

    #[test]
    fn a_snooze_puts_off_and_forgets_nothing() {
        let quiet = |state| alarm(state, false, true);
        assert_eq!(
            told(&[
                quiet(State::Firing),
                quiet(State::NoData),
                alarm(State::Firing, false, false),
                alarm(State::Firing, true, true),
                alarm(State::Firing, true, false),
                quiet(State::Ok),
            ]),
            [
                None,
                None,
                Some(Occasion::Firing),
                None,
                Some(Occasion::Escalated),
                Some(Occasion::Closed),
            ]
        );
    }

    #[test]
    fn the_most_pressing_is_the_title() {
        let item = |monitor: &str, occasion| Item {
            monitor: monitor.into(),
            subject: Subject::Drift,
            occasion,
            words: "drift so and so".into(),
        };
        assert_eq!(Notice::of("w", Vec::new()), None);
        let alerts = vec![
            item("b", Occasion::Closed),
            item("c", Occasion::Firing),
            item("a", Occasion::Firing),
        ];
        let notice = Notice::of("w", alerts).unwrap();
        assert_eq!(notice.title(), "w: drift of a firing, and 2 more");
        assert_eq!(
            notice.text(),
            "w: drift of a firing, and 2 more\na: drift so and so\nc: drift so and so\nb: drift so and so"
        );
    }

    fn any_alarm() -> impl Strategy<Value = Alarm> {
        let states = prop::sample::select(vec![
            State::Ok,
            State::Pending,
            State::Firing,
            State::KeepFiring,
            State::NoData,
        ]);
        (states, any::<bool>(), any::<bool>()).prop_map(|(state, escalated, snoozed)| {
            alarm(state, escalated && state.is_open(), snoozed)
        })
    }

    proptest! {
        #[test]
        fn nothing_is_told_twice_and_every_firing_has_its_end(alarms in prop::collection::vec(any_alarm(), 0..30)) {
            let mut open = false;
            for occasion in told(&alarms).into_iter().flatten() {
                match occasion {
                    Occasion::Firing => {
                        prop_assert!(!open);
                        open = true;
                    }
                    Occasion::Escalated => prop_assert!(open),
                    Occasion::Closed | Occasion::NoData => open = false,
                }
            }
        }

        #[test]
        fn the_same_state_again_says_nothing(alarms in prop::collection::vec(any_alarm(), 1..10)) {
            let twice: Vec<Alarm> = alarms.iter().flat_map(|a| [a.clone(), a.clone()]).collect();
            for pair in told(&twice).chunks(2) {
                prop_assert_eq!(pair[1], None);
            }
        }
    }
}
