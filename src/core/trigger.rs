//! Triggers: whether what the windows say is reason enough to retrain.
//!
//! Pure: the caller brings the windows, when the trigger last fired and what time it is in the data. A
//! trigger needs persistence (so many windows in a row) and rests after it fired, so that one bad week
//! or a slow recovery does not start a storm of jobs.

use crate::{
    monitor::WindowResult,
    policy::{Direction, QualityPolicy, TriggerPolicy, TriggerRule},
    time::{Millis, human_span},
};
use serde::{Deserialize, Serialize};

/// What a trigger needs to know of one window. Only final windows count: those whose rows and labels
/// are no longer expected to change.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowFact {
    /// The window's first instant.
    pub start: Millis,
    /// Its end (exclusive).
    pub end: Millis,
    /// The measure that the trigger names; `None` when labels are too few or it cannot be computed.
    pub quality: Option<f64>,
    /// The share of judged cells that drifted, by weight; `None` when none could be judged.
    pub drifted_share: Option<f64>,
}

impl WindowFact {
    /// What a trigger needs of a judged window. Quality counts from `min_labels` of the monitor's policy on.
    pub fn of(window: &WindowResult, rule: &TriggerRule, quality: Option<&QualityPolicy>) -> Self {
        let min_labels = quality.map_or(1, |q| q.min_labels.max(1));
        let measure = match rule {
            TriggerRule::Metric { metric, .. } => window.quality.measure(metric.word()),
            TriggerRule::DriftedShare { .. } | TriggerRule::Schedule { .. } => None,
        };
        Self {
            start: window.start,
            end: window.end,
            quality: measure.filter(|v| !v.is_nan() && window.quality.labelled >= min_labels),
            drifted_share: window.drifted_share(),
        }
    }
}

/// What a trigger remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerState {
    /// When it last fired: the end of the newest window then, or the clock for schedules.
    pub last_fired: Option<Millis>,
}

/// What a trigger decides.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Retrain.
    Fire {
        /// Why, in a sentence.
        reason: String,
        /// What to remember as [`TriggerState::last_fired`].
        at: Millis,
    },
    /// Do nothing.
    Hold {
        /// Why not, in a sentence.
        why: String,
    },
}

/// Decides for a trigger that looks at windows, given oldest first. Windows that ended by the last firing
/// are spent; a window without a value is no evidence, so it holds.
pub fn decide(trigger: &TriggerPolicy, windows: &[WindowFact], state: TriggerState) -> Decision {
    let hold = |why: String| Decision::Hold { why };
    let fresh: &[WindowFact] = match state.last_fired {
        Some(fired) => &windows[windows.partition_point(|w| w.end <= fired)..],
        None => windows,
    };
    let Some(newest) = fresh.last() else {
        return hold("No final window since it last fired.".into());
    };
    if let (Some(fired), Some(cooldown)) = (state.last_fired, trigger.cooldown) {
        let left = cooldown.millis().saturating_sub(newest.end.since(fired));
        if left > 0 {
            return hold(format!(
                "It fired at {} and rests for {} more of data.",
                fired.date(),
                human_span(left)
            ));
        }
    }
    let needed = trigger.windows.max(1) as usize;
    // The run of bad windows up to now, and what ended it.
    let mut run = 0;
    let mut ended_by = None;
    for window in fresh.iter().rev().take(needed) {
        match breach(&trigger.rule, window) {
            Ok(true) => run += 1,
            Ok(false) => {
                ended_by = Some(format!("{} was well", describe(&trigger.rule, window)));
                break;
            }
            Err(why) => {
                ended_by = Some(format!("the window of {} {why}", window.start.brief()));
                break;
            }
        }
    }
    if run >= needed {
        let told: Vec<String> = fresh[fresh.len() - needed..]
            .iter()
            .map(|w| describe(&trigger.rule, w))
            .collect();
        return Decision::Fire {
            reason: format!(
                "{} for {}: {}.",
                limit(&trigger.rule),
                count(needed),
                told.join(", ")
            ),
            at: newest.end,
        };
    }
    let why = ended_by.unwrap_or_else(|| "there are no more windows".into());
    hold(format!(
        "{} bad of the {needed} needed in a row; {why}.",
        run
    ))
}

/// Decides for a schedule: `due` is the latest instant, not after now, at which the cron expression is due.
/// `watching_since` is when the agent first saw the trigger, so that a new schedule does not fire for the past.
pub fn decide_schedule(
    trigger: &TriggerPolicy,
    due: Option<Millis>,
    watching_since: Millis,
    state: TriggerState,
) -> Decision {
    let after = state.last_fired.unwrap_or(watching_since);
    match due.filter(|due| *due > after) {
        None => Decision::Hold {
            why: format!("Not due since {after}."),
        },
        Some(due) => match (state.last_fired, trigger.cooldown) {
            (Some(fired), Some(rest)) if due.since(fired) < rest.millis() => Decision::Hold {
                why: format!("Due at {due}, but it fired at {fired} and rests for {rest}."),
            },
            _ => Decision::Fire {
                reason: format!("Due at {due} by its schedule."),
                at: due,
            },
        },
    }
}

/// Whether a window is on the wrong side; or why that cannot be said.
fn breach(rule: &TriggerRule, window: &WindowFact) -> Result<bool, &'static str> {
    match rule {
        TriggerRule::Metric {
            bound, direction, ..
        } => {
            let value = window.quality.ok_or("has too few labels to judge")?;
            Ok(match direction {
                Direction::Max => value < *bound,
                Direction::Min => value > *bound,
            })
        }
        TriggerRule::DriftedShare { share, .. } => Ok(window
            .drifted_share
            .ok_or("has no cell that could be judged")?
            >= *share),
        TriggerRule::Schedule { .. } => Err("says nothing to a schedule"),
    }
}

fn limit(rule: &TriggerRule) -> String {
    match rule {
        TriggerRule::Metric {
            metric,
            bound,
            direction: Direction::Max,
            ..
        } => format!("{metric} below {bound}"),
        TriggerRule::Metric {
            metric,
            bound,
            direction: Direction::Min,
            ..
        } => format!("{metric} above {bound}"),
        TriggerRule::DriftedShare { share, .. } => {
            format!("{:.0} % or more of the cells drifted", share * 100.0)
        }
        TriggerRule::Schedule { cron } => cron.clone(),
    }
}

fn describe(rule: &TriggerRule, window: &WindowFact) -> String {
    let value = match rule {
        TriggerRule::Metric { .. } => window.quality.map(|v| format!("{v:.4}")),
        TriggerRule::DriftedShare { .. } | TriggerRule::Schedule { .. } => {
            window.drifted_share.map(|v| format!("{:.0} %", v * 100.0))
        }
    };
    format!(
        "{} ({})",
        window.start.brief(),
        value.unwrap_or_else(|| "unknown".into())
    )
}

fn count(windows: usize) -> String {
    if windows == 1 {
        "one window".into()
    } else {
        format!("{windows} windows in a row")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{QualityMetric, Span};
    use proptest::{option, prelude::*};

    fn trigger(windows: u32, cooldown: &str) -> TriggerPolicy {
        let rule = TriggerRule::Metric {
            monitor: "m".into(),
            metric: QualityMetric::Auc,
            bound: 0.66,
            direction: Direction::Max,
        };
        TriggerPolicy {
            rule,
            windows,
            cooldown: cooldown.parse::<Span>().ok(),
        }
    }

    /// Weeks from 3 June 2013 on with these values.
    fn weeks(values: &[Option<f64>]) -> Vec<WindowFact> {
        let first = Millis::parse("2013-06-03").unwrap().0;
        let at = |i: usize| Millis(first + i as i64 * Millis::WEEK);
        values
            .iter()
            .enumerate()
            .map(|(i, v)| WindowFact {
                start: at(i),
                end: at(i + 1),
                quality: *v,
                drifted_share: *v,
            })
            .collect()
    }

    fn fires(d: &Decision) -> bool {
        matches!(d, Decision::Fire { .. })
    }

    fn why(d: Decision) -> String {
        match d {
            Decision::Hold { why } => why,
            Decision::Fire { reason, .. } => reason,
        }
    }

    #[test]
    fn it_takes_as_many_windows_as_policy_says() {
        let t = trigger(2, "4w");
        let new = TriggerState::default();
        let held = why(decide(&t, &weeks(&[Some(0.7), Some(0.6)]), new));
        assert_eq!(
            held,
            "1 bad of the 2 needed in a row; 2013-06-03 (0.7000) was well."
        );
        let fired = decide(&t, &weeks(&[Some(0.7), Some(0.6), Some(0.61)]), new);
        let Decision::Fire { reason, at } = fired else {
            panic!("{fired:?}")
        };
        assert_eq!(
            reason,
            "auc below 0.66 for 2 windows in a row: 2013-06-10 (0.6000), 2013-06-17 (0.6100)."
        );
        assert_eq!(at.date(), "2013-06-24");
        assert_eq!(
            why(decide(&t, &weeks(&[Some(0.6)]), new)),
            "1 bad of the 2 needed in a row; there are no more windows."
        );
        assert!(why(decide(&t, &[], new)).starts_with("No final window"));
    }

    #[test]
    fn a_window_without_labels_is_no_evidence() {
        let held = why(decide(
            &trigger(2, ""),
            &weeks(&[Some(0.6), Some(0.6), None]),
            TriggerState::default(),
        ));
        assert_eq!(
            held,
            "0 bad of the 2 needed in a row; the window of 2013-06-17 has too few labels to judge."
        );
        assert!(!fires(&decide(
            &trigger(2, ""),
            &weeks(&[Some(0.6), None, Some(0.6)]),
            TriggerState::default()
        )));
    }

    #[test]
    fn it_rests_after_it_fired_and_then_needs_new_evidence() {
        let t = trigger(2, "4w");
        let mut values = vec![Some(0.6); 2];
        let mut fired_at = Vec::new();
        let mut state = TriggerState::default();
        for _ in 0..12 {
            if let Decision::Fire { at, .. } = decide(&t, &weeks(&values), state) {
                state.last_fired = Some(at);
                fired_at.push(values.len());
            }
            values.push(Some(0.6));
        }
        assert_eq!(fired_at, [2, 6, 10]);
        let resting = why(decide(
            &t,
            &weeks(&[Some(0.6); 3]),
            TriggerState {
                last_fired: Some(weeks(&[None; 2])[1].end),
            },
        ));
        assert_eq!(
            resting,
            "It fired at 2013-06-17 and rests for 21d 00h more of data."
        );
        // Without a rest, windows that it fired for do not count twice.
        let after = TriggerState {
            last_fired: Some(weeks(&[None; 2])[1].end),
        };
        assert!(!fires(&decide(
            &trigger(2, ""),
            &weeks(&[Some(0.6); 3]),
            after
        )));
        assert!(fires(&decide(
            &trigger(2, ""),
            &weeks(&[Some(0.6); 4]),
            after
        )));
    }

    #[test]
    fn losses_fire_above_and_drift_from_its_share_on() {
        let mut t = trigger(1, "");
        t.rule = TriggerRule::Metric {
            monitor: "m".into(),
            metric: QualityMetric::LogLoss,
            bound: 0.5,
            direction: Direction::Min,
        };
        assert!(fires(&decide(
            &t,
            &weeks(&[Some(0.6)]),
            TriggerState::default()
        )));
        assert!(!fires(&decide(
            &t,
            &weeks(&[Some(0.5)]),
            TriggerState::default()
        )));
        t.rule = TriggerRule::DriftedShare {
            monitor: "m".into(),
            share: 0.5,
        };
        let fired = decide(&t, &weeks(&[Some(0.5)]), TriggerState::default());
        assert_eq!(
            why(fired),
            "50 % or more of the cells drifted for one window: 2013-06-03 (50 %)."
        );
    }

    #[test]
    fn a_schedule_fires_once_for_each_due_time_and_never_for_the_past() {
        let t = TriggerPolicy {
            rule: TriggerRule::Schedule {
                cron: "0 3 * * 1".into(),
            },
            windows: 1,
            cooldown: None,
        };
        let new = TriggerState::default();
        assert!(!fires(&decide_schedule(
            &t,
            Some(Millis(50)),
            Millis(100),
            new
        )));
        assert!(!fires(&decide_schedule(&t, None, Millis(100), new)));
        let fired = decide_schedule(&t, Some(Millis(200)), Millis(100), new);
        assert!(matches!(
            fired,
            Decision::Fire {
                at: Millis(200),
                ..
            }
        ));
        assert!(!fires(&decide_schedule(
            &t,
            Some(Millis(200)),
            Millis(100),
            TriggerState {
                last_fired: Some(Millis(200))
            }
        )));
        let resting = TriggerPolicy {
            cooldown: "1s".parse().ok(),
            ..t
        };
        let fired = TriggerState {
            last_fired: Some(Millis(200)),
        };
        assert!(!fires(&decide_schedule(
            &resting,
            Some(Millis(900)),
            Millis(100),
            fired
        )));
        assert!(fires(&decide_schedule(
            &resting,
            Some(Millis(1_200)),
            Millis(100),
            fired
        )));
    }

    proptest! {
        #[test]
        fn it_fires_only_on_an_unbroken_run(values in prop::collection::vec(option::of(0.5f64..0.8), 0..12), needed in 0u32..4) {
            let fired = fires(&decide(&trigger(needed, ""), &weeks(&values), TriggerState::default()));
            let n = needed.max(1) as usize;
            let bad = values.len() >= n && values[values.len() - n..].iter().all(|v| v.is_some_and(|v| v < 0.66));
            prop_assert_eq!(fired, bad);
        }
    }
}
