//! A monitor's alerts, made from its windows and what people did about them: always the same from the
//! same, in the agent, in the console and in a replay.

use crate::{
    alert::{Alert, Event, Handling, Persistence, Said, State},
    monitor::{FeatureCell, MonitorState, WindowResult},
    policy::{Direction, QualityPolicy},
    stats::drift::Verdict,
    time::Millis,
};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The start of the newest window then: it comes after that one, and before the next.
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
}

/// One alert of a monitor, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// What it is about.
    pub subject: Subject,
    /// Where it stands.
    pub alert: Alert,
    /// What, since when, how sure, and where to look.
    pub words: String,
}

impl WindowRules {
    /// What one window says about a subject.
    pub fn said(&self, subject: Subject, window: &WindowResult) -> Said {
        match subject {
            Subject::Drift => match window.drifted_share() {
                None => Said::Nothing,
                Some(share) if share >= self.share => Said::Bad,
                Some(_) => Said::Calm,
            },
            Subject::Quality => match self.quality.as_ref().map(|q| (q, measured(q, window))) {
                Some((q, Some(value))) if bad(q, value) => Said::Bad,
                Some((_, Some(_))) => Said::Calm,
                _ => Said::Nothing,
            },
        }
    }

    /// A subject's alert after these windows, oldest first, and what was done about it, in the order done.
    pub fn alert<'a>(
        &self,
        subject: Subject,
        windows: &[WindowResult],
        handled: impl IntoIterator<Item = &'a Handled>,
    ) -> Alert {
        let mut acts = handled
            .into_iter()
            .filter(|h| h.subject == subject)
            .peekable();
        let mut events = Vec::new();
        for window in windows {
            while let Some(act) = acts.next_if(|h| h.after < window.start) {
                events.push(Event::Handled(act.handling.clone()));
            }
            events.push(Event::Window {
                start: window.start,
                said: self.said(subject, window),
            });
        }
        events.extend(acts.map(|h| Event::Handled(h.handling.clone())));
        Alert::after(events, self.alert)
    }
}

/// The measure, where the window has labels enough.
fn measured(q: &QualityPolicy, window: &WindowResult) -> Option<f64> {
    let value = window.quality.measure(q.metric.word())?;
    (window.quality.labelled >= q.min_labels && !value.is_nan()).then_some(value)
}

fn bad(q: &QualityPolicy, value: f64) -> bool {
    match q.metric.direction() {
        Direction::Max => q.min.is_some_and(|min| value < min),
        Direction::Min => q.max.is_some_and(|max| value > max),
    }
}

impl MonitorState {
    /// Its alerts: drift, and quality where policy judges it.
    pub fn alarms(&self) -> Vec<Alarm> {
        Subject::ALL
            .into_iter()
            .filter(|s| *s == Subject::Drift || self.rules.quality.is_some())
            .map(|subject| {
                let alert = self.rules.alert(subject, &self.windows, &self.handled);
                let words = self.words(subject, &alert);
                Alarm {
                    subject,
                    alert,
                    words,
                }
            })
            .collect()
    }

    fn words(&self, subject: Subject, alert: &Alert) -> String {
        let mut text = format!("{} {}", subject.word(), alert.state.word());
        // Writing to a string cannot fail.
        if let Some(since) = alert.since {
            let _ = write!(text, " since {}", since.date());
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
        let judged = |w: &&WindowResult| self.rules.said(subject, w) != Said::Nothing;
        if let Some(window) = self.windows.iter().rev().find(judged) {
            let _ = write!(text, ": {}", self.evidence(subject, window));
        }
        if alert.escalated {
            text.push_str("; escalated");
        }
        if let Some(note) = &alert.acknowledged {
            let _ = write!(text, "; acknowledged ({note})");
        }
        if let Some(until) = alert.snoozed_until {
            let _ = write!(text, "; snoozed until {}", until.date());
        }
        text
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
                    window.start.date()
                )
            }
            _ => {
                let share = window.drifted_share().unwrap_or(0.0);
                let mut text = format!(
                    "{} of {} columns drifted in the window of {}, {:.0} % by weight, counted from {:.0} %",
                    window.drifted(),
                    window.cells.len(),
                    window.start.date(),
                    share * 100.0,
                    self.rules.share * 100.0
                );
                if let Some(worst) = worst(window) {
                    let _ = write!(
                        text,
                        "; most of all {}: {} {:.3} from {}, p {:.2e} after correction, {} rows; see trimtab monitor show {} --window {} --feature {}",
                        worst.feature,
                        worst.rule.method.word(),
                        worst.effect,
                        worst.rule.threshold,
                        worst.p_adjusted,
                        worst.rows,
                        self.name,
                        window.start.date(),
                        worst.feature
                    );
                }
                text
            }
        }
    }
}

/// The drifted cell that is furthest beyond its threshold, by weight.
fn worst(window: &WindowResult) -> Option<&FeatureCell> {
    let beyond = |c: &FeatureCell| c.effect / c.rule.threshold * c.rule.weight;
    window
        .cells
        .iter()
        .filter(|c| c.verdict == Verdict::Drifted)
        .max_by(|a, b| beyond(a).total_cmp(&beyond(b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        monitor::{Quality, Service},
        policy::QualityMetric,
        stats::effect::{Method, Rule},
    };

    fn cell(feature: &str, verdict: Verdict, weight: f64) -> FeatureCell {
        FeatureCell {
            feature: feature.into(),
            categorical: false,
            rows: 500,
            nulls: 0,
            psi: 0.5,
            distance: 0.2,
            p: 1e-9,
            p_adjusted: 2e-9,
            rule: Rule {
                method: Method::Psi,
                threshold: 0.1,
                weight,
            },
            effect: 0.5,
            verdict,
        }
    }

    fn window(day: i64, drifted: bool, auc: f64) -> WindowResult {
        let verdict = if drifted {
            Verdict::Drifted
        } else {
            Verdict::Stable
        };
        WindowResult {
            monitor: "m".into(),
            start: Millis(day * 86_400_000),
            end: Millis((day + 1) * 86_400_000),
            rows: 500,
            versions: Vec::new(),
            cells: vec![
                cell("temp", verdict, 3.0),
                cell("dest", Verdict::Stable, 1.0),
                cell("few", Verdict::NotEnoughData, 9.0),
            ],
            quality: Quality {
                labelled: if auc.is_nan() { 0 } else { 400 },
                auc,
                ..Quality::unknown()
            },
            estimate: None,
            service: Service {
                p50_ms: 1.0,
                p95_ms: 1.0,
                p99_ms: 1.0,
                error_rate: 0.0,
            },
            computed: Millis(0),
        }
    }

    fn state(windows: Vec<WindowResult>) -> MonitorState {
        MonitorState {
            name: "m".into(),
            model: "m".into(),
            psi_threshold: 0.1,
            quality_metric: "auc".into(),
            quality_min: 0.7,
            reference_rows: 1_000,
            rules: WindowRules {
                share: 0.7,
                quality: Some(QualityPolicy {
                    metric: QualityMetric::Auc,
                    min: Some(0.7),
                    max: None,
                    min_labels: 300,
                }),
                alert: Persistence::default(),
            },
            handled: Vec::new(),
            windows,
            problems: Vec::new(),
        }
    }

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
}
