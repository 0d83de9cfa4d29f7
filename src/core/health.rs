//! Whether a run goes well: rules over what the table knows of it, without history.

use crate::{
    metric::MetricSummary,
    run::{RunRow, RunStatus},
    time::{Millis, human_span},
};
use std::fmt;

/// Points that a loss must have before it can have diverged.
const FEW: u64 = 20;
/// A loss has diverged when it is so many times its least value, and near its greatest.
const TIMES: f64 = 3.0;
/// A running run has stalled after this long without a point, in milliseconds …
const STALL: i64 = 5 * 60_000;
/// … and this many times as long as its points are apart.
const STALL_INTERVALS: i64 = 10;
/// A host that reported its system metrics is lost after this long without one, in milliseconds.
const HEARTBEAT: i64 = 3 * 60_000;
/// A running run of which nothing was heard for so long is gone, in milliseconds.
const GONE: i64 = Millis::DAY;

/// The words of health: `ok` first, then each finding's.
pub const WORDS: [&str; 5] = ["ok", "nan", "diverged", "stalled", "crashed"];

/// What is wrong with a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding<'a> {
    /// A loss is not a finite number.
    NotFinite {
        /// The loss.
        key: &'a str,
        /// Its latest value.
        value: f64,
        /// At which step.
        step: i64,
    },
    /// A loss grew far over what it had been.
    Diverged {
        /// The loss.
        key: &'a str,
        /// Its latest value.
        latest: f64,
        /// Its least.
        least: f64,
    },
    /// It runs, and no point came for long.
    Stalled {
        /// How long, in milliseconds.
        silent: i64,
        /// How far apart its points were before, in milliseconds; `None` when there was none.
        usual: Option<i64>,
    },
    /// It is said to run, and nothing was heard from it for too long.
    Crashed {
        /// How long, in milliseconds.
        silent: i64,
        /// Whether its system metrics stopped; otherwise it had none.
        heartbeat: bool,
    },
}

impl Finding<'_> {
    /// One word; one of [`WORDS`].
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotFinite { .. } => "nan",
            Self::Diverged { .. } => "diverged",
            Self::Stalled { .. } => "stalled",
            Self::Crashed { .. } => "crashed",
        }
    }

    /// Where it stands among what may be wrong; 0 is worst.
    pub fn severity(&self) -> f64 {
        match self {
            Self::Crashed { .. } => 0.0,
            Self::NotFinite { .. } => 1.0,
            Self::Diverged { .. } => 2.0,
            Self::Stalled { .. } => 3.0,
        }
    }

    /// How long nothing was heard, in milliseconds, for what is about that.
    pub fn silent(&self) -> Option<i64> {
        match self {
            Self::Stalled { silent, .. } | Self::Crashed { silent, .. } => Some(*silent),
            Self::NotFinite { .. } | Self::Diverged { .. } => None,
        }
    }
}

impl fmt::Display for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite { key, value, step } => write!(f, "{key} is {value} at step {step}"),
            Self::Diverged { key, latest, least } => write!(
                f,
                "{key} is {latest:.4}, {:.1} times its least {least:.4} (rule: {TIMES} times, near its greatest)",
                latest / least
            ),
            Self::Stalled { silent, usual } => {
                write!(f, "no point for {}", human_span(*silent))?;
                match usual {
                    Some(usual) => write!(
                        f,
                        "; they came every {} (rule: {STALL_INTERVALS} times that, {} at least)",
                        human_span(*usual),
                        human_span(STALL)
                    ),
                    None => write!(f, " since it started"),
                }
            }
            Self::Crashed {
                silent,
                heartbeat: true,
            } => write!(
                f,
                "its host's metrics stopped {} ago (rule: {})",
                human_span(*silent),
                human_span(HEARTBEAT)
            ),
            Self::Crashed { silent, .. } => write!(
                f,
                "it is said to run, and nothing was heard for {} (rule: {})",
                human_span(*silent),
                human_span(GONE)
            ),
        }
    }
}

/// The first rule that a run breaks; `None` when it is well.
pub fn look<'a>(
    status: RunStatus,
    started: Millis,
    metrics: impl Iterator<Item = (&'a str, &'a MetricSummary)> + Clone,
    now: Millis,
) -> Option<Finding<'a>> {
    // What the values say is looked at before the names: most values say nothing.
    let values = metrics.clone().filter_map(|(key, m)| {
        let (latest, least) = (m.latest.value, m.min);
        let finding = if !latest.is_finite() {
            Finding::NotFinite {
                key,
                value: latest,
                step: m.latest.step,
            }
        } else if m.count >= FEW && least > 0.0 && latest >= TIMES * least && latest >= 0.9 * m.max
        {
            Finding::Diverged { key, latest, least }
        } else {
            return None;
        };
        is_loss(key).then_some(finding)
    });
    let rank = |f: &Finding<'_>| matches!(f, Finding::Diverged { .. });
    if let Some(found) = values.min_by_key(rank) {
        return Some(found);
    }
    if status == RunStatus::Running {
        silence(started, metrics, now)
    } else {
        None
    }
}

/// A row's finding.
pub fn of_row(row: &RunRow, now: Millis) -> Option<Finding<'_>> {
    let metrics = row.metrics.iter().map(|(k, m)| (k.as_str(), m));
    look(row.status, row.started, metrics, now)
}

/// What the silence of a running run means.
fn silence<'a>(
    started: Millis,
    metrics: impl Iterator<Item = (&'a str, &'a MetricSummary)>,
    now: Millis,
) -> Option<Finding<'a>> {
    let (mut host, mut own) = (None::<Millis>, None::<Millis>);
    let mut points = 0;
    for (key, m) in metrics {
        if key.starts_with("system/") {
            host = host.max(Some(m.latest.time));
        } else {
            own = own.max(Some(m.latest.time));
            points = points.max(m.count);
        }
    }
    if let Some(last) = host.max(own.filter(|_| host.is_some())) {
        let silent = now.since(last);
        if silent >= HEARTBEAT {
            return Some(Finding::Crashed {
                silent,
                heartbeat: true,
            });
        }
    }
    let silent = now.since(own.unwrap_or(started));
    if silent >= GONE {
        return Some(Finding::Crashed {
            silent,
            heartbeat: false,
        });
    }
    let usual = own
        .map(|last| last.since(started).max(0) / i64::try_from(points.max(1)).unwrap_or(i64::MAX));
    // Before its first point a run may load its data for long.
    let patience = match usual {
        Some(usual) => usual.saturating_mul(STALL_INTERVALS).max(STALL),
        None => STALL.saturating_mul(STALL_INTERVALS),
    };
    (silent >= patience).then_some(Finding::Stalled { silent, usual })
}

/// Whether a metric is one that training makes small.
pub fn is_loss(key: &str) -> bool {
    // Asked of each metric whose values look ill, of every run that is listed: nothing is copied.
    let has = |word: &str| {
        let mut places = key.as_bytes().windows(word.len());
        places.any(|found| found.eq_ignore_ascii_case(word.as_bytes()))
    };
    [
        "loss",
        "error",
        "rmse",
        "mae",
        "mse",
        "nll",
        "perplexity",
        "cost",
    ]
    .into_iter()
    .any(has)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Point;

    const NOW: Millis = Millis(1_000_000_000_000);

    fn ago(ms: i64) -> Millis {
        Millis(NOW.0 - ms)
    }

    fn metric(latest: f64, min: f64, max: f64, count: u64, at: Millis) -> MetricSummary {
        MetricSummary {
            latest: Point {
                step: 7,
                time: at,
                value: latest,
            },
            min,
            max,
            count,
        }
    }

    fn word(status: RunStatus, started: i64, metrics: &[(&str, MetricSummary)]) -> String {
        let metrics = metrics.iter().map(|(k, m)| (*k, m));
        look(status, ago(started), metrics, NOW)
            .map_or("ok".into(), |f| format!("{}: {f}", f.word()))
    }

    #[test]
    fn losses_are_told_by_their_names_in_any_case() {
        for loss in ["loss", "val/RMSE", "trainLoss", "é_Mse_é", "COST"] {
            assert!(is_loss(loss), "{loss}");
        }
        for other in ["", "lo", "auc", "ms\u{17f}e", "los s"] {
            assert!(!is_loss(other), "{other}");
        }
    }

    #[test]
    fn losses_that_are_no_numbers() {
        let nan = metric(f64::NAN, 0.3, 0.9, 40, ago(1_000));
        assert_eq!(
            word(RunStatus::Finished, 9_000, &[("train_loss", nan)]),
            "nan: train_loss is NaN at step 7"
        );
        // A score that could not be computed is no illness.
        assert_eq!(word(RunStatus::Finished, 9_000, &[("auc", nan)]), "ok");
        let inf = metric(f64::INFINITY, 0.3, 0.9, 40, ago(1_000));
        assert!(word(RunStatus::Running, 9_000, &[("loss", inf)]).starts_with("nan: loss is inf"));
    }

    #[test]
    fn losses_that_grew() {
        let grown = metric(4.2, 0.3, 4.3, 40, ago(1_000));
        assert_eq!(
            word(RunStatus::Running, 9_000, &[("loss", grown)]),
            "diverged: loss is 4.2000, 14.0 times its least 0.3000 (rule: 3 times, near its greatest)"
        );
        let came_back = metric(1.0, 0.3, 9.0, 40, ago(1_000));
        assert_eq!(
            word(RunStatus::Running, 9_000, &[("loss", came_back)]),
            "ok"
        );
        let young = metric(4.2, 0.3, 4.3, 5, ago(1_000));
        assert_eq!(word(RunStatus::Running, 9_000, &[("loss", young)]), "ok");
        // What is no number is told first.
        let nan = metric(f64::NAN, 0.3, 0.9, 40, ago(1_000));
        assert!(
            word(
                RunStatus::Running,
                9_000,
                &[("a_loss", grown), ("loss", nan)]
            )
            .starts_with("nan")
        );
    }

    #[test]
    fn silence_is_a_stall_and_then_a_crash() {
        let hour = 3_600_000;
        let last = |at| metric(0.5, 0.4, 0.9, 60, ago(at));
        // Every minute for an hour, then nothing.
        assert_eq!(
            word(RunStatus::Running, hour, &[("loss", last(60_000))]),
            "ok"
        );
        assert_eq!(
            word(RunStatus::Running, 2 * hour, &[("loss", last(hour))]),
            "stalled: no point for 1h 00m; they came every 1m 00s (rule: 10 times that, 5m 00s at least)"
        );
        assert_eq!(
            word(RunStatus::Finished, 2 * hour, &[("loss", last(hour))]),
            "ok"
        );
        assert!(
            word(RunStatus::Running, 30 * hour, &[("loss", last(25 * hour))])
                .starts_with("crashed")
        );
        assert_eq!(word(RunStatus::Running, 60_000, &[]), "ok");
        assert!(word(RunStatus::Running, hour, &[]).ends_with("since it started"));
        assert!(word(RunStatus::Running, 25 * hour, &[]).starts_with("crashed"));
    }

    #[test]
    fn a_host_that_stopped_reporting_is_lost() {
        let at = |ms| metric(50.0, 1.0, 60.0, 99, ago(ms));
        let told = word(
            RunStatus::Running,
            3_600_000,
            &[("system/cpu", at(600_000))],
        );
        assert_eq!(
            told,
            "crashed: its host's metrics stopped 10m 00s ago (rule: 3m 00s)"
        );
        // The host lives, the training does not.
        let both = [
            ("loss", metric(0.5, 0.4, 0.9, 60, ago(1_800_000))),
            ("system/cpu", at(5_000)),
        ];
        assert!(word(RunStatus::Running, 3_600_000, &both).starts_with("stalled"));
    }
}
