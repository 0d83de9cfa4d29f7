//! `trimtab monitor`: list, run, alerts, show.

mod check;
mod notify;
mod replay;
mod report;
mod show;

use super::{
    context::{Global, expect_reply},
    error::{CliError, CliResult, Exit},
    output::{Output, number},
};
use check::CheckArgs;
use show::{list_row, numbers, show, show_window};
use trimtab_core::{
    alarm::{Alarm, Subject},
    alert::{Handling, Said},
    monitor::{MonitorState, WindowResult},
    segment::Segment,
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
        /// Exit code 1 when the newest window, or one computed just now, drifted as a whole.
        #[arg(long, value_enum)]
        fail_on: Option<RunFailOn>,
    },
    /// Hold one file against a reference: drift, schema and data, for CI. Needs no workspace. Exit code 1
    /// when it finds what `--fail-on` names.
    Check(CheckArgs),
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
    /// List who is told of alerts, and how that went; or try one now.
    Notify {
        /// Whom to send a trial notice.
        trial: Option<String>,
    },
    /// Write a window with its history as one HTML file: alerts, features, quality, service, distributions.
    Report(report::ReportArgs),
    /// Try an alert rule on the stored history: how many alerts it would have raised, beside policy's own.
    Replay(replay::ReplayArgs),
    /// Show a monitor's windows, or one window's features.
    Show {
        /// The monitor's name.
        monitor: String,
        /// The window that this day (`YYYY-MM-DD`) or instant (RFC 3339) falls into; of several the one that
        /// began last.
        #[arg(long)]
        window: Option<String>,
        /// Only the rows of this segment, `COLUMN=VALUE`; `COLUMN=(other)` for the values that are not told apart.
        #[arg(long)]
        segment: Option<Segment>,
        /// With `--window`: this feature's distribution against the reference.
        #[arg(long, requires = "window")]
        feature: Option<String>,
        /// With `--feature`: say how each number is defined, where the bins' edges are, and with which SQL the rows
        /// are counted.
        #[arg(long, requires = "feature")]
        explain: bool,
    },
}

/// What `run` fails on.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunFailOn {
    /// Drift of the window, by its share of drifted features.
    Drift,
}

/// Runs the command.
pub async fn run(command: MonitorCommand, global: &Global, out: &mut Output) -> CliResult {
    if let MonitorCommand::Check(args) = &command {
        return check::run(args, out);
    }
    let link = global.link().await?;
    match command {
        // Answered above, without an agent.
        MonitorCommand::Check(_) => {}
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
        MonitorCommand::Run { monitor, fail_on } => {
            let before = match fail_on {
                None => Vec::new(),
                Some(RunFailOn::Drift) => {
                    expect_reply!(link.request(Request::Monitors).await?, Reply::Monitors(m) => m)
                }
            };
            let monitors = expect_reply!(link.request(Request::RunMonitor { monitor: monitor.clone() }).await?, Reply::Monitors(m) => m);
            let state = pick(monitors, &monitor)?;
            if out.json {
                out.json(&state)?
            } else {
                show(&state, true, out)?
            }
            let before = before.iter().find(|m| m.name == monitor);
            if fail_on.is_some() && new_drift(before, &state) {
                return Ok(Exit::Refused);
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
        MonitorCommand::Notify { trial } => {
            let request = Request::Notify { trial };
            let recipients = expect_reply!(link.request(request).await?, Reply::Recipients(r) => r);
            notify::list(&recipients, out)?;
        }
        MonitorCommand::Report(args) => report::report(&link, args, out).await?,
        MonitorCommand::Replay(args) => {
            let monitors =
                expect_reply!(link.request(Request::Monitors).await?, Reply::Monitors(m) => m);
            let state = pick(monitors, &args.monitor)?;
            replay::replay(&state, &args, out)?;
        }
        MonitorCommand::Show {
            monitor,
            window,
            segment,
            feature,
            explain,
        } => {
            let monitors =
                expect_reply!(link.request(Request::Monitors).await?, Reply::Monitors(m) => m);
            let mut state = pick(monitors, &monitor)?;
            if let Some(segment) = &segment {
                state = show::of_segment(state, segment)?;
            }
            let Some(day) = window else {
                if out.json {
                    out.json(&state)?
                } else {
                    show(&state, segment.is_none(), out)?
                }
                return Ok(Exit::Done);
            };
            let window = window_on(&state, &day)?;
            match feature {
                None if out.json => out.json(window)?,
                None => show_window(&state, window, out)?,
                Some(feature) => {
                    let request = Request::Distribution {
                        monitor,
                        start: window.start,
                        feature,
                        segment,
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
                        if explain {
                            show::explain(&d, out)?;
                        }
                    }
                }
            }
        }
    }
    Ok(Exit::Done)
}

/// Whether the newest window, or one computed since `before`, drifted as a whole.
fn new_drift(before: Option<&MonitorState>, now: &MonitorState) -> bool {
    let known = |w: &WindowResult| {
        let mut windows = before.iter().flat_map(|m| &m.windows);
        windows.any(|b| b.start == w.start && b.computed == w.computed)
    };
    let newest = now.windows.last().map(|w| w.start);
    now.windows
        .iter()
        .filter(|w| Some(w.start) == newest || !known(w))
        .any(|w| now.rules.said(Subject::Drift, w) == Said::Bad)
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
        for alarm in m.alarms() {
            telling |= alarm.tells();
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
    Millis::parse(day).ok_or_else(|| {
        CliError::usage(
            format!("{day:?} is not a day."),
            "Write it as YYYY-MM-DD, or an instant as 2013-06-03T05:00:00Z.",
        )
    })
}

/// The window that a day (`YYYY-MM-DD`) or an instant (RFC 3339) falls into; of those that overlap the one that
/// began last, which is the one of that name where there is one.
pub fn window_on<'a>(state: &'a MonitorState, day: &str) -> CliResult<&'a WindowResult> {
    let at = self::day(day)?;
    state
        .windows
        .iter()
        .rfind(|w| w.start <= at && at < w.end)
        .ok_or_else(|| {
            CliError::usage(
                format!("The monitor {} has no window on {day}.", state.name),
                "See `trimtab monitor show`.",
            )
        })
}
