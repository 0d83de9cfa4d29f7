//! `trimtab monitor replay`: an alert rule over the stored history.

use crate::cli::{
    error::{CliError, CliResult},
    output::Output,
};
use serde::Serialize;
use trimtab_core::{
    alarm::WindowRules,
    monitor::MonitorState,
    replay::{Course, Replay, Trial, by_policy, with},
    shell,
    time::Millis,
};

/// The rule to be tried; what is left out is as policy has it.
#[derive(clap::Args, Debug)]
pub struct ReplayArgs {
    /// The monitor's name.
    pub monitor: String,
    /// Bad windows that make it fire.
    #[arg(long)]
    bad: Option<u32>,
    /// Judged windows looked back on.
    #[arg(long)]
    of: Option<u32>,
    /// Calm windows in a row that close it.
    #[arg(long)]
    calm: Option<u32>,
    /// Windows in a row that could not be judged, after which there is no data.
    #[arg(long)]
    silent: Option<u32>,
    /// The share of columns, by weight, from which on a window drifted.
    #[arg(long)]
    share: Option<f64>,
    /// From where on PSI is large enough. Columns judged by another distance, or by a threshold of their own,
    /// stay as they were judged.
    #[arg(long)]
    psi: Option<f64>,
    /// Quality is bad below this.
    #[arg(long, allow_hyphen_values = true)]
    min: Option<f64>,
    /// Quality is bad above this, where less is better.
    #[arg(long, allow_hyphen_values = true)]
    max: Option<f64>,
}

impl ReplayArgs {
    fn trial(&self) -> Trial {
        Trial {
            bad: self.bad,
            of: self.of,
            calm: self.calm,
            silent: self.silent,
            share: self.share,
            psi: self.psi,
            min: self.min,
            max: self.max,
        }
    }
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Report<'a> {
    monitor: &'a str,
    windows: usize,
    policy: Replay,
    /// Absent when nothing was tried.
    tried: Option<Replay>,
}

/// Prints what the rule would have raised, beside policy's own.
pub(super) fn replay(m: &MonitorState, args: &ReplayArgs, out: &mut Output) -> CliResult<()> {
    let trial = args.trial();
    let tried = match trial == Trial::default() {
        true => None,
        false => Some(with(m, &trial).map_err(|why| {
            CliError::usage(
                format!("The rule cannot be tried on the monitor {}: {why}.", m.name),
                format!(
                    "`trimtab monitor replay {}` shows policy's own rule.",
                    shell::word(&m.name)
                ),
            )
        })?),
    };
    let report = Report {
        monitor: &m.name,
        windows: m.windows.len(),
        policy: by_policy(m),
        tried,
    };
    if out.json {
        return out.json(&report);
    }
    out.line(format!("{}: {} windows", report.monitor, report.windows))?;
    let replays = [
        ("policy", Some(&report.policy)),
        ("tried", report.tried.as_ref()),
    ];
    let replays = replays.map(|(name, replay)| replay.map(|r| (name, r)));
    for (name, replay) in replays.iter().flatten() {
        out.line(format!("{name}: {}", rule(&replay.rules, replay.psi)))?;
    }
    out.line("")?;
    let rows: Vec<_> = replays
        .iter()
        .flatten()
        .flat_map(|(name, r)| r.courses.iter().map(|c| count(name, c)))
        .collect();
    out.table(&["rule", "alert", ">judged", ">bad", ">alerts"], &rows)?;
    let rows: Vec<_> = replays
        .iter()
        .flatten()
        .flat_map(|(name, r)| r.courses.iter().flat_map(|c| alerts(m, name, c)))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    out.line("")?;
    out.table(
        &[
            "rule",
            "alert",
            "since",
            "fired",
            "ended",
            ">bad",
            "escalated",
        ],
        &rows,
    )
}

/// A rule in a line.
fn rule(rules: &WindowRules, psi: f64) -> String {
    let a = &rules.alert;
    let quality = rules.quality.as_ref().map_or_else(String::new, |q| {
        let side = |word, bound: Option<f64>| bound.map(|b| format!(", {} {word} {b}", q.metric));
        side("below", q.min)
            .or_else(|| side("above", q.max))
            .unwrap_or_default()
    });
    format!(
        "{} bad of {}, closed by {} calm, no data after {} silent; bad: {} of the columns by weight, psi from {psi}{quality}",
        a.bad, a.of, a.calm, a.silent, rules.share
    )
}

fn count(name: &str, course: &Course) -> Vec<String> {
    vec![
        name.to_owned(),
        course.subject.word().to_owned(),
        course.judged.to_string(),
        course.bad.to_string(),
        course.alerts.len().to_string(),
    ]
}

fn alerts(m: &MonitorState, name: &str, course: &Course) -> Vec<Vec<String>> {
    let when = |at: Millis| m.named(at);
    course
        .alerts
        .iter()
        .map(|e| {
            vec![
                name.to_owned(),
                course.subject.word().to_owned(),
                when(e.since),
                when(e.fired),
                e.ended.map_or_else(|| "open".to_owned(), when),
                e.bad.to_string(),
                if e.escalated { "yes" } else { "no" }.to_owned(),
            ]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use trimtab_core::{
        alert::Persistence,
        policy::{Cut, QualityMetric, QualityPolicy},
    };

    #[test]
    fn a_rule_fits_a_line() {
        let mut rules = WindowRules {
            share: 0.5,
            quality: None,
            alert: Persistence::default(),
            alpha: 0.05,
            cut: Cut::default(),
        };
        let drift = "2 bad of 3, closed by 2 calm, no data after 3 silent; bad: 0.5 of the columns by weight, psi from 0.1";
        assert_eq!(rule(&rules, 0.1), drift);
        rules.quality = Some(QualityPolicy {
            metric: QualityMetric::LogLoss,
            min: None,
            max: Some(0.6),
            min_labels: 1,
            label_delay: None,
        });
        assert_eq!(rule(&rules, 0.1), format!("{drift}, log_loss above 0.6"));
    }
}
