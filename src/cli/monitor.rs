//! `trimtab monitor`: list, run, show.

use super::{
    context::{Global, expect_reply},
    error::{CliError, CliResult, Exit},
    output::{Output, number, percent},
};
use trimtab_core::{
    monitor::{Distribution, MonitorState, WindowResult},
    stats::drift::Verdict,
    time::Millis,
};
use trimtab_wire::{Reply, Request};

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

/// The window that a day (`YYYY-MM-DD`) falls into.
pub fn window_on<'a>(state: &'a MonitorState, day: &str) -> CliResult<&'a WindowResult> {
    let at = Millis::parse(day).ok_or_else(|| {
        CliError::usage(format!("{day:?} is not a day."), "Write it as YYYY-MM-DD.")
    })?;
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

fn show_window(w: &WindowResult, out: &mut Output) -> CliResult<()> {
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
                number(c.psi),
                number(c.distance),
                number(c.p_adjusted),
                c.rows.to_string(),
                percent(c.nulls, c.rows),
            ]
        })
        .collect();
    out.table(
        &[
            "feature",
            "verdict",
            ">psi",
            ">distance",
            ">p adjusted",
            ">rows",
            ">nulls",
        ],
        &rows,
    )
}
