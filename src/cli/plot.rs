//! `trimtab plot`: the console's charts as SVG or PNG.

use super::{
    context::{Global, expect_reply},
    error::{CliError, CliResult, Exit},
    monitor,
    output::Output,
    runs,
};
use std::path::PathBuf;
use trimtab_core::{
    metric::{SeriesQuery, Span},
    monitor::MonitorState,
};
use trimtab_plot::{
    Chart, ChartKind, Format, Heatmap, Histogram, Mark, Series, Size, XAxis, XKind, YAxis, render,
};
use trimtab_wire::{Link, Reply, Request};

/// Charts.
#[derive(clap::Subcommand, Debug)]
pub enum PlotCommand {
    /// One metric of one or more runs.
    Metric {
        /// The metric's key.
        key: String,
        /// The runs: ids, starts of ids, or names.
        #[arg(required = true)]
        runs: Vec<String>,
        /// Logarithmic y axis.
        #[arg(long)]
        log: bool,
        /// x is the time since the run's start instead of the step.
        #[arg(long)]
        relative: bool,
        #[command(flatten)]
        to: To,
    },
    /// A monitor's drift: features by window.
    Drift {
        /// The monitor's name.
        monitor: String,
        #[command(flatten)]
        to: To,
    },
    /// A model's quality by window, with its deployments.
    Quality {
        /// The monitor's name.
        monitor: String,
        #[command(flatten)]
        to: To,
    },
    /// One feature's distribution in a window against the reference.
    Distribution {
        /// The monitor's name.
        monitor: String,
        /// The feature.
        feature: String,
        /// The window that this day (`YYYY-MM-DD`) falls into.
        window: String,
        #[command(flatten)]
        to: To,
    },
}

/// Where the picture goes.
#[derive(clap::Args, Debug)]
pub struct To {
    /// The file; `.svg` or `.png`.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Width in pixels.
    #[arg(long, default_value_t = 1200)]
    width: u32,
    /// Height in pixels.
    #[arg(long, default_value_t = 700)]
    height: u32,
}

/// Runs the command.
pub async fn run(command: PlotCommand, global: &Global, out: &mut Output) -> CliResult {
    let (PlotCommand::Metric { to, .. }
    | PlotCommand::Drift { to, .. }
    | PlotCommand::Quality { to, .. }
    | PlotCommand::Distribution { to, .. }) = &command;
    // Before anything is asked: a file name that cannot work is known now.
    let format = format_of(to)?;
    let link = global.link().await?;
    let (chart, to) = match command {
        PlotCommand::Metric {
            key,
            runs,
            log,
            relative,
            to,
        } => (curves(&link, key, &runs, log, relative, &to).await?, to),
        PlotCommand::Drift { monitor, to } => (heatmap(&state(&link, &monitor).await?), to),
        PlotCommand::Quality { monitor, to } => {
            (quality(&link, &state(&link, &monitor).await?).await?, to)
        }
        PlotCommand::Distribution {
            monitor,
            feature,
            window,
            to,
        } => (distribution(&link, monitor, feature, &window).await?, to),
    };
    let failed = |e: &(dyn std::error::Error + 'static)| {
        CliError::refused(
            format!("The chart cannot be written to {}.", to.output.display()),
            "",
        )
        .caused_by(e)
    };
    let picture = render(
        &chart,
        Size {
            width: to.width,
            height: to.height,
        },
        format,
    )
    .map_err(|e| failed(&e))?;
    std::fs::write(&to.output, picture).map_err(|e| failed(&e))?;
    if out.json {
        out.json(&serde_json::json!({ "file": to.output, "title": chart.title() }))?;
    } else {
        out.line(to.output.display().to_string())?;
    }
    Ok(Exit::Done)
}

fn format_of(to: &To) -> CliResult<Format> {
    to.output
        .extension()
        .and_then(|e| e.to_str())
        .and_then(Format::of_extension)
        .ok_or_else(|| {
            CliError::usage(
                format!("{} ends neither in .svg nor in .png.", to.output.display()),
                "The file's name says the format: `-o drift.svg`.",
            )
        })
}

async fn curves(
    link: &Link,
    key: String,
    names: &[String],
    log: bool,
    relative: bool,
    to: &To,
) -> CliResult<ChartKind> {
    let mut series = Vec::new();
    for name in names {
        let run = runs::find(link, name).await?;
        let query = SeriesQuery {
            run: run.id.clone(),
            key: key.clone(),
            span: Span::All,
            smoothing: 0.0,
            columns: to.width,
        };
        let s = expect_reply!(link.request(Request::Series(query)).await?, Reply::Series(s) => s);
        if s.total == 0 {
            return Err(CliError::usage(
                format!("The run {} has no metric {key:?}.", run.name),
                format!(
                    "It has: {}.",
                    run.metrics.keys().cloned().collect::<Vec<_>>().join(", ")
                ),
            ));
        }
        let x = |p: &trimtab_core::metric::Point| match relative {
            true => p.time.since(run.started) as f64,
            false => p.step as f64,
        };
        let points = s.points.iter().map(|p| (x(p), p.value)).collect();
        series.push(Series::new(series.len(), run.name, points));
    }
    let x = match relative {
        true => XAxis {
            label: "since the start".into(),
            kind: XKind::Relative,
        },
        false => XAxis {
            label: "step".into(),
            kind: XKind::Step,
        },
    };
    Ok(Chart {
        title: key.clone(),
        x,
        y: YAxis {
            label: key,
            log,
            ..YAxis::default()
        },
        series,
        marks: Vec::new(),
    }
    .into())
}

pub(super) async fn state(link: &Link, name: &str) -> CliResult<MonitorState> {
    let monitors = expect_reply!(link.request(Request::Monitors).await?, Reply::Monitors(m) => m);
    let state = monitor::pick(monitors, name)?;
    match state.windows.is_empty() {
        true => Err(CliError::refused(
            format!("The monitor {name} has no window yet."),
            "Run `trimtab monitor run`.",
        )),
        false => Ok(state),
    }
}

fn heatmap(m: &MonitorState) -> ChartKind {
    let mut features: Vec<String> = Vec::new();
    for cell in m.windows.iter().flat_map(|w| &w.cells) {
        if !features.contains(&cell.feature) {
            features.push(cell.feature.clone());
        }
    }
    let value = |feature: &str, w: &trimtab_core::monitor::WindowResult| {
        w.cells
            .iter()
            .find(|c| c.feature == feature)
            .map(|c| c.psi)
            .filter(|p| p.is_finite())
    };
    let cells = features
        .iter()
        .flat_map(|f| m.windows.iter().map(|w| value(f, w)))
        .collect();
    Heatmap {
        title: format!("{}: drift by feature and window", m.name),
        value: "PSI".into(),
        rows: features,
        cols: m.windows.iter().map(|w| w.start.date()).collect(),
        cells,
        // The field's own two steps: policy's threshold, and 0.25.
        thresholds: vec![m.psi_threshold, m.psi_threshold.max(0.25)],
    }
    .into()
}

pub(super) async fn quality(link: &Link, m: &MonitorState) -> CliResult<ChartKind> {
    let fleet = expect_reply!(link.request(Request::Fleet).await?, Reply::Fleet(f) => f);
    let row = fleet.into_iter().find(|r| r.model == m.model);
    let points = m
        .windows
        .iter()
        .filter_map(|w| Some((w.start.0 as f64, w.quality.measure(&m.quality_metric)?)))
        .collect::<Vec<_>>();
    let mut series = vec![Series::new(0, m.quality_metric.clone(), points.clone())];
    if let (true, Some(first), Some(last)) =
        (m.quality_min.is_finite(), points.first(), points.last())
    {
        let line = vec![(first.0, m.quality_min), (last.0, m.quality_min)];
        series.push(Series::new(1, "bound", line));
    }
    let marks = row
        .iter()
        .flat_map(|r| &r.deployments)
        .filter_map(|d| {
            Some(Mark {
                x: d.data_time?.0 as f64,
                label: format!("{} {}", d.kind.word(), d.version),
            })
        })
        .collect();
    Ok(Chart {
        title: format!("{}: {} by window", m.model, m.quality_metric),
        x: XAxis {
            label: String::new(),
            kind: XKind::Time,
        },
        y: YAxis {
            label: m.quality_metric.clone(),
            ..YAxis::default()
        },
        series,
        marks,
    }
    .into())
}

async fn distribution(
    link: &Link,
    monitor: String,
    feature: String,
    day: &str,
) -> CliResult<ChartKind> {
    let state = state(link, &monitor).await?;
    let window = monitor::window_on(&state, day)?;
    let request = Request::Distribution {
        monitor,
        start: window.start,
        feature,
        segment: None,
    };
    let d = expect_reply!(link.request(request).await?, Reply::Distribution(d) => d);
    Ok(histogram(d))
}

/// A feature's shares in a window beside the reference's.
pub(super) fn histogram(d: trimtab_core::monitor::Distribution) -> ChartKind {
    Histogram {
        title: format!("{} against the reference", d.feature),
        label: d.feature,
        bins: d.buckets,
        reference_name: "reference".into(),
        reference: d.reference,
        current_name: format!("window of {}", d.start.date()),
        current: d.current,
    }
    .into()
}
