//! A monitor's alerts, made from its windows and what people did about them: always the same from the
//! same, in the agent, in the console and in a replay.

use crate::{
    alert::{Alert, Handling, Persistence, Said, State},
    monitor::{FeatureCell, MonitorState, Quality, WindowResult},
    policy::{Cut, Direction, QualityPolicy},
    segment::SegmentResult,
    shell,
    stats::drift::Verdict,
    time::Millis,
    timeline::{DataClock, events, judged},
};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// So many features drifted that the whole window did.
    Drift,
    /// The measure that policy names is out of its bound.
    Quality,
}

impl Subject {
    /// Every subject.
    pub const ALL: [Self; 2] = [Self::Drift, Self::Quality];

    /// The word stored and typed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Quality => "quality",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// What somebody did about an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handled {
    /// The monitor's name.
    pub monitor: String,
    /// Which of its alerts.
    pub subject: Subject,
    /// What.
    pub handling: Handling,
    /// The start of the last window judged then: it comes after that one, and before the next.
    pub after: Millis,
    /// When, by the clock.
    pub at: Millis,
    /// Who.
    pub actor: String,
}

/// What windows are judged by, as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowRules {
    /// The share of features, by weight, from which on a window counts as drifted.
    pub share: f64,
    /// When quality counts as bad; not judged when absent.
    pub quality: Option<QualityPolicy>,
    /// How windows become an alert.
    pub alert: Persistence,
    /// The corrected p-value below which a cell's effect is no accident.
    pub alpha: f64,
    /// How the log is cut into windows.
    #[serde(default)]
    pub cut: Cut,
}

/// One alert of a monitor, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// What it is about.
    pub subject: Subject,
    /// Where it stands.
    pub alert: Alert,
    /// The start of the last window that could be judged.
    pub judged: Option<Millis>,
    /// What, since when, how sure, and where to look.
    pub words: String,
}

impl Alarm {
    /// Whether people should be told.
    pub fn tells(&self) -> bool {
        self.judged.is_some_and(|at| self.alert.tells(at))
    }
}

impl WindowRules {
    /// What one window says about a subject.
    pub fn said(&self, subject: Subject, window: &WindowResult) -> Said {
        match subject {
            Subject::Drift => {
                let segments = window.segments.iter().map(SegmentResult::drifted_share);
                let shares = segments.chain([window.drifted_share()]).flatten();
                match shares.max_by(f64::total_cmp) {
                    None => Said::Nothing,
                    Some(most) if most >= self.share => Said::Bad,
                    Some(_) => Said::Calm,
                }
            }
            Subject::Quality => self.said_of(&window.quality),
        }
    }

    /// What a quality says, of a window or of a part of it.
    pub fn said_of(&self, quality: &Quality) -> Said {
        match self.quality.as_ref().map(|q| (q, measured(q, quality))) {
            Some((q, Some(value))) if bad(q, value) => Said::Bad,
            Some((_, Some(_))) => Said::Calm,
            _ => Said::Nothing,
        }
    }
}

/// Segments that an alert names; of more it says how many.
const SEGMENTS_NAMED: usize = 4;

/// The measure, where the window has labels enough.
fn measured(q: &QualityPolicy, quality: &Quality) -> Option<f64> {
    let value = quality.measure(q.metric.word())?;
    (quality.labelled >= q.min_labels && !value.is_nan()).then_some(value)
}

fn bad(q: &QualityPolicy, value: f64) -> bool {
    match q.metric.direction() {
        Direction::Max => q.min.is_some_and(|min| value < min),
        Direction::Min => q.max.is_some_and(|max| value > max),
    }
}

impl MonitorState {
    /// What time it is to its data.
    pub fn clock(&self) -> DataClock {
        DataClock::of(&self.windows, self.newest, self.now)
    }

    /// Its alerts: drift, and quality where policy judges it.
    pub fn alarms(&self) -> Vec<Alarm> {
        let (rules, clock) = (&self.rules, self.clock());
        Subject::ALL
            .into_iter()
            .filter(|s| *s == Subject::Drift || rules.quality.is_some())
            .map(|subject| {
                let events = events(rules, subject, &self.windows, clock, &self.handled);
                let alert = Alert::after(events, rules.alert);
                let windows = judged(rules, subject, &self.windows, clock);
                let says = |w: &&WindowResult| rules.said(subject, w) != Said::Nothing;
                let last = windows.into_iter().rev().find(says);
                let words = self.words(subject, &alert, last);
                Alarm {
                    subject,
                    alert,
                    judged: last.map(|w| w.start),
                    words,
                }
            })
            .collect()
    }

    /// What the window that starts then is called, wherever it is told of or asked for.
    pub fn named(&self, start: Millis) -> String {
        self.rules.cut.name(start)
    }

    fn words(&self, subject: Subject, alert: &Alert, last: Option<&WindowResult>) -> String {
        let mut text = format!("{} {}", subject.word(), alert.state.word());
        // Writing to a string cannot fail.
        if let Some(since) = alert.since {
            let _ = write!(text, " since {}", self.named(since));
        }
        let hits = alert.recent.iter().filter(|bad| **bad).count();
        if matches!(alert.state, State::Pending | State::Firing) {
            let _ = write!(text, ", {hits} of the last {} windows", alert.recent.len());
        } else if alert.state == State::KeepFiring {
            let _ = write!(
                text,
                ", {} of {} calm windows",
                alert.calm, self.rules.alert.calm
            );
        }
        if let Some(window) = last {
            let _ = write!(text, ": {}", self.evidence(subject, window));
        }
        if alert.escalated {
            text.push_str("; escalated");
        }
        if let Some(note) = &alert.acknowledged {
            let _ = write!(text, "; acknowledged ({note})");
        }
        if let Some(until) = alert.snoozed_until {
            let _ = write!(text, "; snoozed until {}", self.named(until));
        }
        text
    }

    /// Segments of a window that drifted as a whole, the one with most rows first.
    fn bad_segments<'a>(
        &self,
        window: &'a WindowResult,
    ) -> impl Iterator<Item = &'a SegmentResult> + use<'a> {
        let share = self.rules.share;
        let bad = |s: &&SegmentResult| s.drifted_share().is_some_and(|s| s >= share);
        let mut found: Vec<&SegmentResult> = window.segments.iter().filter(bad).collect();
        found.sort_by_key(|s| std::cmp::Reverse(s.rows));
        found.into_iter()
    }

    /// Which segments drifted as a whole; nothing where none did.
    fn parts(&self, window: &WindowResult) -> String {
        let bad: Vec<String> = self
            .bad_segments(window)
            .map(|s| format!("{} ({} of {})", s.segment, s.drifted(), s.cells.len()))
            .collect();
        let (named, more) = bad.split_at(bad.len().min(SEGMENTS_NAMED));
        match (named, more) {
            ([], _) => String::new(),
            (_, []) => format!("in segments {}", named.join(", ")),
            _ => format!("in segments {} and {} more", named.join(", "), more.len()),
        }
    }

    /// What the window says, how sure that is, and where to look.
    fn evidence(&self, subject: Subject, window: &WindowResult) -> String {
        match (subject, &self.rules.quality) {
            (Subject::Quality, Some(q)) => {
                let value = window.quality.measure(q.metric.word()).unwrap_or(f64::NAN);
                let (word, bound) = match q.metric.direction() {
                    Direction::Max => ("at least", q.min),
                    Direction::Min => ("at most", q.max),
                };
                let bound = bound.map_or_else(String::new, |b| format!(", wanted {word} {b}"));
                format!(
                    "{} {value:.4}{bound}, from {} labels for {} rows of {}",
                    q.metric,
                    window.quality.labelled,
                    window.rows,
                    self.named(window.start)
                )
            }
            _ => {
                let share = window.drifted_share().unwrap_or(0.0);
                let lost = match window.lost() {
                    0 => String::new(),
                    lost => format!(" and {lost} lost"),
                };
                let mut text = format!(
                    "{} of {} columns drifted{lost} in the window of {}, {:.0} % by weight, counted from {:.0} %",
                    window.drifted(),
                    window.cells.len(),
                    self.named(window.start),
                    share * 100.0,
                    self.rules.share * 100.0
                );
                let parts = self.parts(window);
                if !parts.is_empty() {
                    let _ = write!(text, "; {parts}");
                }
                let whole = worst(&window.cells).map(|cell| (cell, None));
                let part = || {
                    let bad = self.bad_segments(window).next()?;
                    Some((worst(&bad.cells)?, Some(bad)))
                };
                if let Some((worst, of)) = whole.or_else(part) {
                    let why = match &worst.verdict {
                        Verdict::Error(why) => why.clone(),
                        _ => format!(
                            "{} {:.3} from {}, p {} after correction",
                            worst.rule.method.word(),
                            worst.effect,
                            worst.rule.threshold,
                            p_value(worst.p_adjusted)
                        ),
                    };
                    let _ = write!(
                        text,
                        "; most of all {}{}: {why}, {} rows; see trimtab monitor show {} --window {}{} --feature {}",
                        worst.feature,
                        of.map_or_else(String::new, |s| format!(" of {}", s.segment)),
                        worst.rows,
                        shell::word(&self.name),
                        self.named(window.start),
                        of.map_or_else(String::new, |s| {
                            format!(" --segment {}", shell::word(&s.segment.to_string()))
                        }),
                        shell::word(&worst.feature)
                    );
                }
                text
            }
        }
    }
}

/// The lost cell, else the drifted one, that is furthest beyond its threshold, by weight.
fn worst(cells: &[FeatureCell]) -> Option<&FeatureCell> {
    let beyond = |c: &FeatureCell| {
        // What is lost is infinitely far: then weight alone says.
        let far = if c.is_lost() {
            1.0
        } else {
            c.effect / c.rule.threshold
        };
        (c.is_lost(), far * c.rule.weight)
    };
    cells
        .iter()
        .filter(|c| c.verdict == Verdict::Drifted || c.is_lost())
        .max_by(|a, b| {
            let (a, b) = (beyond(a), beyond(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        })
}

/// A p-value for people: below 1e-300 a double keeps no digits of it, or nothing at all.
fn p_value(p: f64) -> String {
    if p < 1e-300 {
        "< 1e-300".to_owned()
    } else {
        format!("{p:.2e}")
    }
}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::{
        testing::{state, window},
        *,
    };

    #[test]
    fn weight_decides_whether_a_window_drifted() {
        let rules = state(Vec::new()).rules;
        assert_eq!(rules.said(Subject::Drift, &window(0, true, 0.8)), Said::Bad);
        assert_eq!(
            rules.said(Subject::Drift, &window(0, false, 0.8)),
            Said::Calm
        );
        let mut few = window(0, true, 0.8);
        few.cells.drain(..2);
        assert_eq!(rules.said(Subject::Drift, &few), Said::Nothing);
        assert_eq!(
            rules.said(Subject::Quality, &window(0, true, 0.6)),
            Said::Bad
        );
        let unlabelled = window(0, true, f64::NAN);
        assert_eq!(rules.said(Subject::Quality, &unlabelled), Said::Nothing);
    }

    #[test]
    fn it_says_what_since_when_how_sure_and_where() {
        let m = state(vec![
            window(0, false, 0.8),
            window(1, true, 0.6),
            window(2, true, f64::NAN),
        ]);
        let words: Vec<String> = m.alarms().into_iter().map(|a| a.words).collect();
        assert_eq!(
            words,
            [
                "drift firing since 1970-01-02, 2 of the last 3 windows: 1 of 3 columns drifted in the window of 1970-01-03, 75 % by weight, counted from 70 %; most of all temp: psi 0.500 from 0.1, p 2.00e-9 after correction, 500 rows; see trimtab monitor show m --window 1970-01-03 --feature temp",
                "quality pending since 1970-01-02, 1 of the last 2 windows: auc 0.6000, wanted at least 0.7, from 400 labels for 500 rows of 1970-01-02",
            ]
        );
    }

    #[test]
    fn a_part_that_drifts_is_named() {
        let part = |value: Option<&str>, drifted: bool| SegmentResult {
            segment: crate::segment::Segment {
                column: "land".into(),
                value: value.map(str::to_owned),
            },
            rows: if value.is_some() { 200 } else { 100 },
            own_reference: true,
            cells: window(0, drifted, 0.8).cells,
            quality: Quality::unknown(),
        };
        let mut w = window(0, false, 0.8);
        w.segments = vec![
            part(Some("D E"), true),
            part(Some("FR"), false),
            part(None, true),
        ];
        let m = state(vec![w.clone()]);
        assert_eq!(m.rules.said(Subject::Drift, &w), Said::Bad);
        let words = &m.alarms()[0].words;
        for text in [
            "0 of 3 columns drifted in the window of 1970-01-01, 0 % by weight",
            "; in segments land=D E (1 of 3), land=(other) (1 of 3); most of all temp of land=D E: psi",
            "--window 1970-01-01 --segment 'land=D E' --feature temp",
        ] {
            assert!(words.contains(text), "{words}");
        }
        // What happens to the whole comes first, and what cannot be judged says nothing.
        w.cells = window(0, true, 0.8).cells;
        let words = &state(vec![w.clone()]).alarms()[0].words;
        assert!(words.contains("most of all temp: psi"), "{words}");
        w.segments.retain(|s| s.drifted() == 0);
        w.cells.clear();
        assert_eq!(m.rules.said(Subject::Drift, &w), Said::Calm);
        w.segments.clear();
        assert_eq!(m.rules.said(Subject::Drift, &w), Said::Nothing);
    }

    #[test]
    fn what_was_done_counts_from_where_it_was_done() {
        let mut m = state((0..4).map(|day| window(day, true, 0.8)).collect());
        m.handled.push(Handled {
            monitor: "m".into(),
            subject: Subject::Drift,
            handling: Handling::Close,
            after: m.windows[2].start,
            at: Millis(1),
            actor: "ana".into(),
        });
        let drift = &m.alarms()[0].alert;
        assert_eq!(
            (drift.state, drift.since),
            (State::Pending, Some(m.windows[3].start))
        );
    }

    #[test]
    fn a_column_that_vanishes_counts_as_drifted() {
        let rules = state(Vec::new()).rules;
        let mut w = window(0, false, 0.8);
        w.cells[0].verdict = Verdict::Error("column missing in window".into());
        // An error alone says nothing.
        w.cells[0].effect = f64::NAN;
        assert_eq!(w.drifted_share(), Some(0.0));
        w.cells[0].effect = f64::INFINITY;
        assert_eq!((w.drifted_share(), w.lost()), (Some(0.75), 1));
        assert_eq!(rules.said(Subject::Drift, &w), Said::Bad);
        let words = &state(vec![w]).alarms()[0].words;
        assert!(
            words.contains("0 of 3 columns drifted and 1 lost")
                && words.contains("most of all temp: column missing in window, 500 rows"),
            "{words}"
        );
    }

    #[test]
    fn hours_and_odd_names_can_be_pasted() {
        let mut w = window(0, true, 0.8);
        w.start = Millis(7_200_000);
        w.end = Millis(10_800_000);
        w.cells[0].feature = "wind speed".into();
        w.cells[0].p_adjusted = 0.0;
        let mut m = state(vec![w]);
        m.rules.cut.window = crate::policy::Window::Hour;
        let words = &m.alarms()[0].words;
        for part in [
            "pending since 1970-01-01T02:00:00Z",
            "in the window of 1970-01-01T02:00:00Z",
            "p < 1e-300 after",
            "--window 1970-01-01T02:00:00Z --feature 'wind speed'",
        ] {
            assert!(words.contains(part), "{words}");
        }
    }
}
