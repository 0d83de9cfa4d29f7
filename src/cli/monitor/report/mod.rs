//! `trimtab monitor report`: a monitor's windows as one HTML file, to be mailed, attached or archived.

mod html;

use super::show::{SEGMENT_HEADS, list_quality, segment_rows};
use crate::cli::{
    error::{CliError, CliResult},
    output::{Output, number, percent, whole},
    plot,
};
use html::Page;
use std::path::{Path, PathBuf};
use trimtab_core::{
    monitor::{Distribution, FeatureCell, MonitorState, WindowResult},
    stats::drift::Verdict,
    time::Millis,
};
use trimtab_plot::{Chart, ChartKind, Format, Heatmap, Series, Size, XAxis, XKind, YAxis, render};
use trimtab_wire::{Link, Reply, Request};

/// What is reported, and where to.
#[derive(clap::Args, Debug)]
pub struct ReportArgs {
    /// The monitor's name.
    pub monitor: String,
    /// The file to write. Default: MONITOR-WINDOW.html.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The window that this day (`YYYY-MM-DD`) or instant (RFC 3339) falls into; of several the one that began
    /// last. Default: the last that could be judged.
    #[arg(long, value_name = "DAY")]
    pub window: Option<String>,
    /// How many features to draw, the furthest from the reference first.
    #[arg(long, default_value_t = 8)]
    pub features: usize,
}

/// How wide pictures are, in pixels.
const WIDTH: u32 = 1120;
/// The most windows drawn; older ones are left out.
const WINDOWS: usize = 120;
/// The most features in one picture, the furthest from the reference first.
const FEATURES: usize = 60;

/// Writes the report.
pub async fn report(link: &Link, args: ReportArgs, out: &mut Output) -> CliResult<()> {
    let state = plot::state(link, &args.monitor).await?;
    let window = match &args.window {
        Some(day) => super::window_on(&state, day)?,
        None => newest(&state),
    };
    let file = args.output.unwrap_or_else(|| {
        // Colons are no part of a file's name everywhere.
        let name = state.named(window.start).replace(':', "");
        PathBuf::from(format!("{}-{name}.html", state.name))
    });
    let mut drawn = Vec::new();
    for cell in ranked(window).into_iter().take(args.features) {
        let request = Request::Distribution {
            monitor: state.name.clone(),
            start: window.start,
            feature: cell.feature.clone(),
            segment: None,
        };
        // Files may be gone; what was stored is reported all the same.
        if let Ok(Reply::Distribution(d)) = link.request(request).await {
            drawn.push(d);
        }
    }
    let quality = plot::quality(link, &state).await?;
    let made = page(&state, window, quality, &drawn).map_err(|e| failed(&file, &e))?;
    std::fs::write(&file, made).map_err(|e| failed(&file, &e))?;
    if out.json {
        let said = serde_json::json!({ "file": file, "window": state.named(window.start) });
        return out.json(&said);
    }
    out.line(file.display().to_string())
}

fn failed(file: &Path, error: &(dyn std::error::Error + 'static)) -> CliError {
    CliError::refused(
        format!("The report cannot be written to {}.", file.display()),
        "Choose another file with `-o`.",
    )
    .caused_by(error)
}

/// The last window that an alert judges, else the last.
fn newest(state: &MonitorState) -> &WindowResult {
    let judged: Vec<Millis> = state.alarms().iter().filter_map(|a| a.judged).collect();
    let last = judged.into_iter().max();
    let judged = state.windows.iter().rev().find(|w| Some(w.start) == last);
    // There is one: a monitor without windows is refused before.
    judged.unwrap_or(&state.windows[state.windows.len() - 1])
}

/// Cells, the furthest beyond their thresholds first.
fn ranked(window: &WindowResult) -> Vec<&FeatureCell> {
    let far = |c: &FeatureCell| match c.effect / c.rule.threshold {
        far if far.is_nan() => -1.0,
        far => far,
    };
    let mut cells: Vec<&FeatureCell> = window.cells.iter().collect();
    cells.sort_by(|a, b| {
        let drifted = |c: &FeatureCell| c.verdict == Verdict::Drifted || c.is_lost();
        (drifted(b), far(b))
            .partial_cmp(&(drifted(a), far(a)))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    cells
}

fn page(
    state: &MonitorState,
    window: &WindowResult,
    quality: ChartKind,
    drawn: &[Distribution],
) -> Result<String, trimtab_plot::PlotError> {
    let draw = |chart: &ChartKind, height: u32| {
        let size = Size {
            width: WIDTH,
            height,
        };
        let svg = render(chart, size, Format::Svg)?;
        Ok::<_, trimtab_plot::PlotError>(String::from_utf8_lossy(&svg).into_owned())
    };
    let mut page = Page::new(&format!(
        "{}: window of {}",
        state.name,
        state.named(window.start)
    ));
    let versions: Vec<String> = window.versions.iter().map(|(v, _)| v.to_string()).collect();
    let against = match state.reference_rows {
        // Not known before the agent's first look.
        0 => String::new(),
        rows => format!(" against {rows} of the reference"),
    };
    page.text(
        "faint",
        &format!(
            "model {} {}; {} rows{against}; windows: {}; made by trimtab {}",
            state.model,
            versions.join(", "),
            window.rows,
            state.rules.cut.words(),
            env!("CARGO_PKG_VERSION")
        ),
    );

    page.heading(2, "Alerts, as they stand now");
    for alarm in state.alarms() {
        let class = if alarm.alert.state.is_open() {
            "bad"
        } else {
            "ok"
        };
        page.text(class, &alarm.words);
    }
    for problem in &state.problems {
        page.text(
            "bad",
            &format!(
                "{}: {} ({} rows)",
                problem.file, problem.reason, problem.rows
            ),
        );
    }

    page.heading(2, "Features of this window");
    page.text("faint", "Drifted: the distance is over its threshold, and significant after correction for the number of features, and there are enough rows.");
    let rows: Vec<Vec<String>> = ranked(window).into_iter().map(row).collect();
    page.table(
        &[
            "feature",
            "verdict",
            "distance",
            ">value",
            ">threshold",
            ">p corrected",
            ">PSI",
            ">without value",
        ],
        &rows,
    );

    if !window.segments.is_empty() {
        page.heading(2, "Segments of this window");
        page.text("faint", "The features of all segments are judged together. A segment of which the reference has too few rows is compared with the whole reference.");
        page.table(&SEGMENT_HEADS, &segment_rows(state, window));
    }

    page.heading(2, "Drift by feature and window");
    let recent = &state.windows[state.windows.len().saturating_sub(WINDOWS)..];
    let map = heatmap(state, recent, window);
    let height = 130 + 22 * u32::try_from(map.rows.len()).unwrap_or(0);
    page.svg(&draw(&map.into(), height)?);

    page.heading(2, "Quality");
    page.svg(&draw(&quality, 340)?);
    page.table(&["measure", ">value"], &list_quality(window));

    page.heading(2, "Service");
    page.svg(&draw(&latency(recent), 320)?);
    page.text(
        "",
        &format!(
            "errors in this window: {} %",
            number(window.service.error_rate * 100.0)
        ),
    );

    page.heading(2, "Distributions");
    for d in drawn {
        page.heading(3, &d.feature);
        page.svg(&draw(&plot::histogram(d.clone()), 300)?);
        page.folded("every number, with its definition", |page| {
            let rows: Vec<Vec<String>> = d
                .numbers
                .iter()
                .map(|n| vec![n.key.clone(), whole(n.value), n.about.clone()])
                .collect();
            page.table(&["number", ">value", "definition"], &rows);
        });
    }
    Ok(page.end())
}

fn row(cell: &FeatureCell) -> Vec<String> {
    let verdict = match &cell.verdict {
        Verdict::Drifted => "!drifted".to_owned(),
        Verdict::Stable => "stable".into(),
        Verdict::NotEnoughData => "not enough rows".into(),
        Verdict::Error(why) => format!("!{why}"),
    };
    vec![
        cell.feature.clone(),
        verdict,
        cell.rule.method.word().to_owned(),
        number(cell.effect),
        number(cell.rule.threshold),
        p_value(cell.p_adjusted),
        number(cell.psi),
        percent(cell.nulls, cell.rows),
    ]
}

/// A p-value that is too small for a number is below the smallest.
fn p_value(p: f64) -> String {
    match p {
        0.0 => "< 1e-300".to_owned(),
        p => number(p),
    }
}

/// How far each feature was over its own threshold, so that all have one scale.
fn heatmap(state: &MonitorState, recent: &[WindowResult], window: &WindowResult) -> Heatmap {
    let ranked: Vec<&str> = ranked(window)
        .into_iter()
        .take(FEATURES)
        .map(|c| c.feature.as_str())
        .collect();
    let far = |feature: &str, w: &WindowResult| {
        let cell = w.cells.iter().find(|c| c.feature == feature)?;
        let far = cell.effect / cell.rule.threshold;
        far.is_finite().then_some(far)
    };
    Heatmap {
        title: format!("{}: distances, in thresholds", state.name),
        value: "distance / threshold".into(),
        cells: ranked
            .iter()
            .flat_map(|feature| recent.iter().map(|w| far(feature, w)))
            .collect(),
        rows: ranked.into_iter().map(str::to_owned).collect(),
        cols: recent.iter().map(|w| state.named(w.start)).collect(),
        thresholds: vec![1.0, 2.0],
    }
}

fn latency(recent: &[WindowResult]) -> ChartKind {
    let series = |index, name: &str, of: fn(&WindowResult) -> f64| {
        let points = recent.iter().map(|w| (w.start.0 as f64, of(w)));
        Series::new(index, name, points.filter(|(_, v)| v.is_finite()).collect())
    };
    Chart {
        title: "latency by window".into(),
        x: XAxis {
            label: String::new(),
            kind: XKind::Time,
        },
        y: YAxis {
            label: "ms".into(),
            log: false,
            symlog: None,
        },
        series: vec![
            series(0, "p50", |w| w.service.p50_ms),
            series(1, "p95", |w| w.service.p95_ms),
            series(2, "p99", |w| w.service.p99_ms),
        ],
        marks: Vec::new(),
    }
    .into()
}

#[cfg(test)]
mod tests;
