//! `trimtab monitor`: list, run, show.

use super::{
    context::{Global, expect_reply},
    error::{CliError, CliResult, Exit},
    output::{Output, number, percent},
};
use trimtab_core::{
    alarm::{Alarm, Subject},
    alert::Handling,
    monitor::{Distribution, MonitorState, WindowResult},
    stats::drift::Verdict,
    time::Millis,
};
use trimtab_wire::{Link, Reply, Request};

/// Monitors: inputs, quality and service of production.
#[derive(clap::Subcommand, Debug)]
pub enum MonitorCommand {
    /// List monitors with their newest window.
    List,
    /// Look for new files and compute what is new, now.
    Run {
        /// The monitor's name.
        monitor: String,
    },
    /// Say where alerts stand, in words: what, since when, how sure, where to look. Exit code 1 while one
    /// fires.
    Alerts {
        /// The monitor's name. Default: all.
        monitor: Option<String>,
    },
    /// Look after a firing alert: it no longer escalates.
    Acknowledge {
        /// The monitor's name.
        monitor: String,
        /// `drift` or `quality`.
        #[arg(value_parser = subject)]
        subject: Subject,
        /// Who looks after it, and how.
        #[arg(long)]
        note: String,
    },
    /// Keep an alert quiet for some of the data's time.
    Snooze {
        /// The monitor's name.
        monitor: String,
        /// `drift` or `quality`.
        #[arg(value_parser = subject)]
        subject: Subject,
        /// The first day (`YYYY-MM-DD`) whose windows may tell of it again.
        #[arg(long)]
        until: String,
    },
    /// End an alert by hand: what was bad up to now is not counted again.
    Close {
        /// The monitor's name.
        monitor: String,
        /// `drift` or `quality`.
        #[arg(value_parser = subject)]
        subject: Subject,
    },
    /// Show a monitor's windows, or one window's features.
    Show {
        /// The monitor's name.
        monitor: String,
        /// The window that this day (`YYYY-MM-DD`) falls into.
        #[arg(long)]
        window: Option<String>,
        /// With `--window`: this feature's distribution against the reference.
        #[arg(long, requires = "window")]
        feature: Option<String>,
        /// With `--feature`: say how each number is defined.
        #[arg(long, requires = "feature")]
        explain: bool,
    },
}

/// Runs the command.
pub async fn run(command: MonitorCommand, global: &Global, out: &mut Output) -> CliResult {
    let link = global.link().await?;
    match command {
        MonitorCommand::List => {
            let monitors =
                expect_reply!(link.request(Request::Monitors).await?, Reply::Monitors(m) => m);
            if out.json {
                out.json(&monitors)?;
            } else {
                let rows: Vec<_> = monitors.iter().map(list_row).collect();
                out.table(
                    &[
                        "monitor",
                        "model",
                        ">windows",
                        "newest",
                        ">rows",
                        ">drifted",
                        ">quality",
                        ">labels",
                        ">problems",
                    ],
                    &rows,
                )?;
            }
        }
        MonitorCommand::Run { monitor } => {
            let monitors = expect_reply!(link.request(Request::RunMonitor { monitor: monitor.clone() }).await?, Reply::Monitors(m) => m);
            let state = pick(monitors, &monitor)?;
            if out.json {
                out.json(&state)?
            } else {
                show(&state, out)?
            }
        }
        MonitorCommand::Alerts { monitor } => {
            let mut monitors =
                expect_reply!(link.request(Request::Monitors).await?, Reply::Monitors(m) => m);
            if let Some(name) = monitor {
                monitors = vec![pick(monitors, &name)?];
            }
            return alerts(&monitors, out);
        }
        MonitorCommand::Acknowledge {
            monitor,
            subject,
            note,
        } => {
            let handling = Handling::Acknowledge { note };
            return handle(&link, monitor, subject, handling, out).await;
        }
        MonitorCommand::Snooze {
            monitor,
            subject,
            until,
        } => {
            let until = day(&until)?;
            return handle(&link, monitor, subject, Handling::Snooze { until }, out).await;
        }
        MonitorCommand::Close { monitor, subject } => {
            return handle(&link, monitor, subject, Handling::Close, out).await;
        }
        MonitorCommand::Show {
            monitor,
            window,
            feature,
            explain,
        } => {
            let monitors =
                expect_reply!(link.request(Request::Monitors).await?, Reply::Monitors(m) => m);
            let state = pick(monitors, &monitor)?;
            let Some(day) = window else {
                if out.json {
                    out.json(&state)?
                } else {
                    show(&state, out)?
                }
                return Ok(Exit::Done);
            };
            let window = window_on(&state, &day)?;
            match feature {
                None if out.json => out.json(window)?,
                None => show_window(window, out)?,
                Some(feature) => {
                    let request = Request::Distribution {
                        monitor,
                        start: window.start,
                        feature,
                    };
                    let d =
                        expect_reply!(link.request(request).await?, Reply::Distribution(d) => d);
                    if out.json {
                        out.json(&d)?;
                    } else {
                        let rows: Vec<_> = d
                            .buckets
                            .iter()
                            .zip(d.reference.iter().zip(&d.current))
                            .map(|(b, (r, c))| {
                                vec![b.clone(), number(*r), number(*c), number(c - r)]
                            })
                            .collect();
                        out.table(&["bucket", ">reference", ">window", ">change"], &rows)?;
                        out.line("")?;
                        numbers(&d, explain, out)?;
                    }
                }
            }
        }
    }
    Ok(Exit::Done)
}

fn subject(word: &str) -> Result<Subject, String> {
    Subject::from_word(word).ok_or_else(|| "an alert is about drift or quality".to_owned())
}

async fn handle(
    link: &Link,
    monitor: String,
    subject: Subject,
    handling: Handling,
    out: &mut Output,
) -> CliResult {
    let request = Request::HandleAlert {
        monitor,
        subject,
        handling,
    };
    let monitors = expect_reply!(link.request(request).await?, Reply::Monitors(m) => m);
    alerts(&monitors, out)?;
    Ok(Exit::Done)
}

/// Every alert in words. 1 while one tells.
fn alerts(monitors: &[MonitorState], out: &mut Output) -> CliResult {
    let mut all: Vec<(&str, Alarm)> = Vec::new();
    let mut telling = false;
    for m in monitors {
        let newest = m.windows.last().map(|w| w.start);
        for alarm in m.alarms() {
            telling |= newest.is_some_and(|at| alarm.alert.tells(at));
            all.push((&m.name, alarm));
        }
    }
    if out.json {
        out.json(&all)?;
    } else {
        for (monitor, alarm) in &all {
            out.line(format!("{monitor}: {}", alarm.words))?;
        }
    }
    Ok(if telling { Exit::Refused } else { Exit::Done })
}

/// One monitor by name.
pub fn pick(monitors: Vec<MonitorState>, name: &str) -> CliResult<MonitorState> {
    let known: Vec<String> = monitors.iter().map(|m| m.name.clone()).collect();
    monitors
        .into_iter()
        .find(|m| m.name == name)
        .ok_or_else(|| {
            CliError::usage(
                format!("There is no monitor {name:?}."),
                match known.is_empty() {
                    true => "Policy (trimtab.toml) declares none.".to_owned(),
                    false => format!("Policy declares: {}.", known.join(", ")),
                },
            )
        })
}

fn day(day: &str) -> CliResult<Millis> {
    Millis::parse(day)
        .ok_or_else(|| CliError::usage(format!("{day:?} is not a day."), "Write it as YYYY-MM-DD."))
}

/// The window that a day (`YYYY-MM-DD`) falls into.
pub fn window_on<'a>(state: &'a MonitorState, day: &str) -> CliResult<&'a WindowResult> {
    let at = self::day(day)?;
    state
        .windows
        .iter()
        .find(|w| w.start <= at && at < w.end)
        .ok_or_else(|| {
            CliError::usage(
                format!("The monitor {} has no window on {day}.", state.name),
                "See `trimtab monitor show`.",
            )
        })
}

fn list_row(m: &MonitorState) -> Vec<String> {
    let newest = m.windows.last();
    let judged = m.windows.iter().rev().find_map(|w| {
        let value = w.quality.measure(&m.quality_metric)?;
        (!value.is_nan()).then_some(value)
    });
    vec![
        m.name.clone(),
        m.model.clone(),
        m.windows.len().to_string(),
        newest.map_or_else(|| "-".into(), |w| w.start.date()),
        newest.map_or_else(|| "-".into(), |w| w.rows.to_string()),
        newest.map_or_else(
            || "-".into(),
            |w| format!("{}/{}", w.drifted(), w.cells.len()),
        ),
        judged.map_or_else(|| "-".into(), number),
        newest.map_or_else(|| "-".into(), |w| percent(w.quality.labelled, w.rows)),
        m.problems.len().to_string(),
    ]
}

fn show(m: &MonitorState, out: &mut Output) -> CliResult<()> {
    let rows: Vec<_> = m
        .windows
        .iter()
        .map(|w| {
            let versions: Vec<String> = w.versions.iter().map(|(v, _)| v.to_string()).collect();
            let names: Vec<&str> = w
                .cells
                .iter()
                .filter(|c| c.verdict == Verdict::Drifted)
                .map(|c| c.feature.as_str())
                .collect();
            vec![
                w.start.date(),
                w.rows.to_string(),
                versions.join("+"),
                number(w.quality.auc),
                number(w.quality.log_loss),
                percent(w.quality.labelled, w.rows),
                number(w.service.p95_ms),
                names.len().to_string(),
                names.join(" "),
            ]
        })
        .collect();
    out.table(
        &[
            "window",
            ">rows",
            "version",
            ">auc",
            ">log loss",
            ">labels",
            ">p95 ms",
            ">drifted",
            "features",
        ],
        &rows,
    )?;
    for alarm in m.alarms() {
        out.line(format!("alert: {}", alarm.words))?;
    }
    for p in &m.problems {
        out.line(format!(
            "problem: {}: {} ({} rows)",
            p.file, p.reason, p.rows
        ))?;
    }
    Ok(())
}

/// Every number about a cell; with the sentences that define them when asked to explain.
fn numbers(d: &Distribution, explain: bool, out: &mut Output) -> CliResult<()> {
    let rows: Vec<_> = d
        .numbers
        .iter()
        .map(|n| {
            let mut row = vec![n.key.clone(), number(n.value)];
            row.extend(explain.then(|| n.about.clone()));
            row
        })
        .collect();
    let heads: &[&str] = match explain {
        true => &["number", ">value", "definition"],
        false => &["number", ">value"],
    };
    out.table(heads, &rows)
}

/// Quality of one window: what is known, how sure that is, what is only estimated.
fn show_quality(w: &WindowResult, out: &mut Output) -> CliResult<()> {
    let q = &w.quality;
    out.line(format!(
        "labels for {} of {} rows ({})",
        q.labelled,
        w.rows,
        percent(q.labelled, w.rows)
    ))?;
    let interval = |(low, high): (f64, f64)| format!(" ({} to {})", number(low), number(high));
    let known = [
        ("auc", q.auc, interval(q.auc_95)),
        ("pr auc", q.average_precision, String::new()),
        ("log loss", q.log_loss, String::new()),
        ("brier", q.brier, String::new()),
        ("calibration error", q.calibration_error, String::new()),
        ("accuracy", q.accuracy, interval(q.accuracy_95)),
        ("precision", q.precision, String::new()),
        ("recall", q.recall, String::new()),
        ("f1", q.f1, interval(q.f1_95)),
        ("f1 macro", q.f1_macro, String::new()),
        ("f1 weighted", q.f1_weighted, String::new()),
        ("mae", q.mae, String::new()),
        ("rmse", q.rmse, String::new()),
        ("mape", q.mape, String::new()),
        ("r2", q.r2, String::new()),
        ("bias", q.bias, String::new()),
    ];
    let known: Vec<String> = known
        .iter()
        .filter(|(_, value, _)| !value.is_nan())
        .map(|(name, value, sure)| format!("{name} {}{sure}", number(*value)))
        .collect();
    if !known.is_empty() {
        out.line(format!("quality: {}", known.join(", ")))?;
    }
    if let Some(e) = &w.estimate {
        out.line(format!(
            "estimated from {} scores, without labels: auc {}, accuracy {}, precision {}, recall {}, f1 {}",
            e.rows,
            number(e.auc),
            number(e.accuracy),
            number(e.precision),
            number(e.recall),
            number(e.f1)
        ))?;
    }
    Ok(())
}

fn show_window(w: &WindowResult, out: &mut Output) -> CliResult<()> {
    show_quality(w, out)?;
    let rows: Vec<_> = w
        .cells
        .iter()
        .map(|c| {
            let verdict = match &c.verdict {
                Verdict::Drifted => "▲ drifted".to_owned(),
                Verdict::Stable => "  stable".to_owned(),
                Verdict::NotEnoughData => "? not enough data".to_owned(),
                Verdict::Error(why) => format!("! {why}"),
            };
            vec![
                c.feature.clone(),
                verdict,
                c.rule.method.word().to_owned(),
                number(c.effect),
                number(c.rule.threshold),
                number(c.p_adjusted),
                number(c.psi),
                number(c.distance),
                c.rows.to_string(),
                percent(c.nulls, c.rows),
            ]
        })
        .collect();
    out.table(
        &[
            "feature",
            "verdict",
            "by",
            ">effect",
            ">from",
            ">p adjusted",
            ">psi",
            ">distance",
            ">rows",
            ">nulls",
        ],
        &rows,
    )
}
