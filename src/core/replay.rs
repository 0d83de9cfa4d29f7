//! An alert rule over the stored history: how often it would have fired, so that a threshold is chosen by
//! looking.

use crate::{
    alarm::{Subject, WindowRules},
    alert::{Alert, Event, Said},
    monitor::{MonitorState, WindowResult},
    policy::{Direction, QualityPolicy},
    stats::{drift::Verdict, effect::Method},
    time::Millis,
    timeline::{events, judged},
};
use serde::Serialize;

/// What is tried instead of policy; absent: as policy has it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trial {
    /// Bad windows that make it fire.
    pub bad: Option<u32>,
    /// Judged windows looked back on.
    pub of: Option<u32>,
    /// Calm windows in a row that close it.
    pub calm: Option<u32>,
    /// Windows in a row that could not be judged, after which there is no data.
    pub silent: Option<u32>,
    /// The share of columns, by weight, from which on a window drifted.
    pub share: Option<f64>,
    /// From where on PSI is large enough, for columns that are judged by it and have no threshold of their own.
    pub psi: Option<f64>,
    /// Quality is bad below this.
    pub min: Option<f64>,
    /// Quality is bad above this.
    pub max: Option<f64>,
}

/// Why a rule cannot be tried.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TrialError {
    /// A number out of its range.
    #[error("{name} is {value}, expected {expected}")]
    Number {
        /// Which.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// Policy does not judge quality, so there is no measure to bound.
    #[error("policy does not judge quality")]
    NoQuality,
    /// The bound is on the side where the measure is good.
    #[error("{metric} is bad {side}")]
    WrongSide {
        /// The measure.
        metric: &'static str,
        /// Where it is bad, and by which bound that is said.
        side: &'static str,
    },
}

/// One alert that would have been raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Episode {
    /// The start of the oldest bad window that counted.
    pub since: Millis,
    /// The start of the window that made it fire.
    pub fired: Millis,
    /// The start of the calm window that closed it; `None` while it is open.
    pub ended: Option<Millis>,
    /// Bad windows of it.
    pub bad: u32,
    /// Whether it would have escalated, with nobody looking after it.
    pub escalated: bool,
}

/// What a rule makes of one subject's windows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Course {
    /// The subject.
    pub subject: Subject,
    /// Windows that could be judged.
    pub judged: usize,
    /// Those of them that were bad.
    pub bad: usize,
    /// The alerts, oldest first.
    pub alerts: Vec<Episode>,
}

/// One rule over the history. What people did is left out: it is the rule that is looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Replay {
    /// The rule.
    pub rules: WindowRules,
    /// From where on PSI was large enough.
    pub psi: f64,
    /// What it makes of each subject that is judged.
    pub courses: Vec<Course>,
}

/// Runs policy's own rule over the history.
pub fn by_policy(monitor: &MonitorState) -> Replay {
    run(monitor, monitor.rules.clone(), monitor.psi_threshold)
}

/// Runs a rule over the history that differs from policy's in what is tried.
///
/// # Errors
/// When a number makes no sense, or a bound is on a quality that policy does not judge.
pub fn with(monitor: &MonitorState, trial: &Trial) -> Result<Replay, TrialError> {
    let mut rules = monitor.rules.clone();
    let alert = &mut rules.alert;
    for (name, slot, tried) in [
        ("bad", &mut alert.bad, trial.bad),
        ("of", &mut alert.of, trial.of),
        ("calm", &mut alert.calm, trial.calm),
        ("silent", &mut alert.silent, trial.silent),
    ] {
        if let Some(n) = tried {
            number(name, f64::from(n), n >= 1, "1 or more windows")?;
            *slot = n;
        }
    }
    number(
        "bad",
        f64::from(alert.bad),
        alert.bad <= alert.of,
        "at most `of`",
    )?;
    if let Some(share) = trial.share {
        let fits = share > 0.0 && share <= 1.0;
        number("share", share, fits, "a number above 0 and at most 1")?;
        rules.share = share;
    }
    if let Some(psi) = trial.psi {
        number("psi", psi, psi > 0.0 && psi.is_finite(), "a number above 0")?;
    }
    for (name, tried, side) in [
        ("min", trial.min, Direction::Max),
        ("max", trial.max, Direction::Min),
    ] {
        let Some(bound) = tried else { continue };
        number(name, bound, bound.is_finite(), "a finite number")?;
        let quality = rules.quality.as_mut().ok_or(TrialError::NoQuality)?;
        set_bound(quality, bound, side)?;
    }
    Ok(run(
        monitor,
        rules,
        trial.psi.unwrap_or(monitor.psi_threshold),
    ))
}

fn number(
    name: &'static str,
    value: f64,
    fits: bool,
    expected: &'static str,
) -> Result<(), TrialError> {
    if fits {
        return Ok(());
    }
    Err(TrialError::Number {
        name,
        value,
        expected,
    })
}

fn set_bound(quality: &mut QualityPolicy, bound: f64, side: Direction) -> Result<(), TrialError> {
    let wrong = |side| TrialError::WrongSide {
        metric: quality.metric.word(),
        side,
    };
    match (quality.metric.direction(), side) {
        (Direction::Max, Direction::Max) => quality.min = Some(bound),
        (Direction::Min, Direction::Min) => quality.max = Some(bound),
        (Direction::Max, Direction::Min) => return Err(wrong("below a bound (min)")),
        (Direction::Min, Direction::Max) => return Err(wrong("above a bound (max)")),
    }
    Ok(())
}

fn run(monitor: &MonitorState, rules: WindowRules, psi: f64) -> Replay {
    let mut windows = monitor.windows.clone();
    if psi != monitor.psi_threshold {
        for window in &mut windows {
            judge_again(window, monitor.psi_threshold, psi, rules.alpha);
        }
    }
    let clock = monitor.clock();
    let courses = Subject::ALL
        .into_iter()
        .filter(|s| *s == Subject::Drift || rules.quality.is_some())
        .map(|subject| {
            let said: Vec<Said> = judged(&rules, subject, &windows, clock)
                .into_iter()
                .map(|w| rules.said(subject, w))
                .collect();
            Course {
                subject,
                judged: said.iter().filter(|s| **s != Said::Nothing).count(),
                bad: said.iter().filter(|s| **s == Said::Bad).count(),
                alerts: episodes(events(&rules, subject, &windows, clock, []), &rules),
            }
        })
        .collect();
    Replay {
        rules,
        psi,
        courses,
    }
}

/// Judges the cells by PSI again whose threshold is the monitor's. Which distance a cell is judged by stays.
fn judge_again(window: &mut WindowResult, before: f64, psi: f64, alpha: f64) {
    let segments = window.segments.iter_mut().flat_map(|s| &mut s.cells);
    for cell in window.cells.iter_mut().chain(segments) {
        let by_it = cell.rule.method == Method::Psi && cell.rule.threshold == before;
        if by_it && matches!(cell.verdict, Verdict::Drifted | Verdict::Stable) {
            cell.rule.threshold = psi;
            cell.verdict = if cell.effect >= psi && cell.p_adjusted < alpha {
                Verdict::Drifted
            } else {
                Verdict::Stable
            };
        }
    }
}

fn episodes(events: Vec<Event>, rules: &WindowRules) -> Vec<Episode> {
    let mut found: Vec<Episode> = Vec::new();
    let mut alert = Alert::default();
    for event in events {
        let Event::Window { start, .. } = event else {
            continue;
        };
        let before = alert.state.is_open();
        alert = alert.step(event, rules.alert);
        match (before, alert.state.is_open()) {
            (false, true) => found.push(Episode {
                since: alert.since.unwrap_or(start),
                fired: start,
                ended: None,
                bad: alert.bad,
                escalated: alert.escalated,
            }),
            (true, open) => {
                if let Some(last) = found.last_mut() {
                    if open {
                        (last.bad, last.escalated) = (alert.bad, alert.escalated);
                    } else {
                        last.ended = Some(start);
                    }
                }
            }
            (false, false) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::testing::{state, window};

    /// Days on which drift is bad where there is an `x`.
    fn days(text: &str) -> MonitorState {
        let windows = text.chars().enumerate();
        state(
            windows
                .map(|(day, c)| window(day as i64, c == 'x', 0.75))
                .collect(),
        )
    }

    fn spans(replay: &Replay) -> Vec<(i64, i64, Option<i64>, u32)> {
        let day = |at: Millis| at.0 / Millis::DAY;
        let alerts = &replay.courses[0].alerts;
        alerts
            .iter()
            .map(|e| (day(e.since), day(e.fired), e.ended.map(day), e.bad))
            .collect()
    }

    #[test]
    fn each_alert_has_a_beginning_and_perhaps_an_end() {
        let m = days(".xx...x.x");
        let policy = by_policy(&m);
        assert_eq!(spans(&policy), [(1, 2, Some(4), 2), (6, 8, None, 2)]);
        assert_eq!((policy.courses[0].judged, policy.courses[0].bad), (9, 4));
        // It is what the monitor itself says in the end.
        assert!(m.alarms()[0].alert.state.is_open());
        let trial = Trial {
            bad: Some(1),
            of: Some(1),
            calm: Some(1),
            ..Trial::default()
        };
        let tried = with(&m, &trial).unwrap();
        assert_eq!(
            spans(&tried),
            [(1, 1, Some(3), 2), (6, 6, Some(7), 1), (8, 8, None, 1)]
        );
        assert_eq!(with(&m, &Trial::default()).unwrap(), policy);
    }

    #[test]
    fn thresholds_are_tried_on_stored_numbers() {
        let mut m = days("xxx");
        // Its effect is 0.5; that of a column with a threshold of its own stays as it was judged.
        let psi = |psi| Trial {
            psi: Some(psi),
            ..Trial::default()
        };
        assert_eq!(with(&m, &psi(0.6)).unwrap().courses[0].bad, 0);
        for w in &mut m.windows {
            w.cells[0].rule.threshold = 0.2;
        }
        assert_eq!(with(&m, &psi(0.6)).unwrap().courses[0].bad, 3);
        let share = Trial {
            share: Some(0.8),
            ..Trial::default()
        };
        assert_eq!(with(&m, &share).unwrap().courses[0].bad, 0);
        let min = Trial {
            min: Some(0.76),
            ..Trial::default()
        };
        assert_eq!(by_policy(&m).courses[1].bad, 0);
        assert_eq!(with(&m, &min).unwrap().courses[1].bad, 3);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let mut m = days("x");
        let none = Trial::default();
        for trial in [
            Trial {
                bad: Some(4),
                ..none
            },
            Trial {
                of: Some(0),
                ..none
            },
            Trial {
                share: Some(0.0),
                ..none
            },
            Trial {
                psi: Some(f64::NAN),
                ..none
            },
            Trial {
                min: Some(f64::INFINITY),
                ..none
            },
        ] {
            let refused = with(&m, &trial);
            assert!(
                matches!(refused, Err(TrialError::Number { .. })),
                "{trial:?}"
            );
        }
        let max = Trial {
            max: Some(0.7),
            ..none
        };
        let text = with(&m, &max).unwrap_err().to_string();
        assert_eq!(text, "auc is bad below a bound (min)");
        m.rules.quality = None;
        assert_eq!(with(&m, &max), Err(TrialError::NoQuality));
    }
}
