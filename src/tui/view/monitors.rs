//! Monitors: features by windows, the chosen cell's distribution, what is wrong with the input.

use ratatui::layout::Rect;
use trimtab_core::alert::State;
use trimtab_core::monitor::{Distribution, FeatureCell, InputProblem, MonitorState, WindowResult};
use trimtab_core::policy::{QualityMetric, Task};
use trimtab_core::segment::{self, SegmentResult};
use trimtab_core::stats::drift::Verdict;
use trimtab_core::stats::effect::{Method, Rule};

use super::fleet::line;
use super::{layout, notice};
use crate::format;
use crate::model::Model;
use crate::model::data::Slot;
use crate::model::fleet::quality_chart;
use crate::model::monitors::{CellAt, bad_quality, grid};
use crate::theme::Role;
use crate::widget::chart::Chart;
use crate::widget::histogram::Histogram;
use crate::widget::rule;
use crate::widget::text::{Brush, Ink};

/// Draws the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let Some(monitor) = model.monitors.current(model) else {
        let inner = rule::titled(brush, area, "Monitors", "", true);
        if !notice::feed(model, brush, inner, &model.data.monitors, "monitors") {
            notice::draw(
                brush,
                inner,
                "No monitors yet.",
                Role::Text,
                &["Describe one under [monitors.NAME] in trimtab.toml, then :reload policy."],
            );
        }
        return;
    };
    let heat = grid(&model.monitors, monitor, model);
    let rows = heat.rows.len() as u16 + heat.head_rows() + 1;
    let [a, b, c] = layout::monitors(area, rows, monitor.problems.len());
    let shown = usize::from(a.height.saturating_sub(heat.head_rows() + 1));
    let title = title(model, monitor, brush.glyphs().dot);
    let mut right = notice::condition(model, &model.data.monitors, Slot::Monitors);
    if right.is_empty() && shown < heat.rows.len() {
        let last = (heat.offset + shown).min(heat.rows.len());
        right = format!("{}-{last} of {}", heat.offset + 1, heat.rows.len());
    } else if right.is_empty() {
        right = legend(brush);
    }
    let inner = rule::titled(brush, a, &title, &right, true);
    if monitor.windows.is_empty() {
        notice::draw(
            brush,
            inner,
            "No window has been judged yet.",
            Role::Text,
            &["Windows appear as the inference log grows; r looks for new files now."],
        );
    } else {
        heat.draw(brush, inner);
        cell(model, brush, b, monitor);
    }
    if c.height > 0 {
        problems(brush, c, &monitor.problems);
    }
}

fn title(model: &Model, monitor: &MonitorState, dot: &str) -> String {
    let several = model.data.monitor_rows().len();
    let place = if several > 1 {
        format!(" {dot} {} of {several}", model.monitors.index + 1)
    } else {
        String::new()
    };
    // Unknown after a restart that had nothing to compute.
    let reference = match monitor.reference_rows {
        0 => "the reference".to_owned(),
        n => format!("{} reference rows", format::count(n)),
    };
    // What is well needs no words here; the window's facts have them all.
    if let Some(segment) = model.monitors.segment(monitor) {
        let all = segment::all(&monitor.windows);
        let at = all.iter().position(|s| s == segment).map_or(0, |i| i + 1);
        let found = model
            .monitors
            .window(model)
            .and_then(|w| w.segment(segment));
        let against = found.map_or_else(String::new, |s| {
            let whole = if s.own_reference {
                "its own part"
            } else {
                "all"
            };
            format!(" {dot} drift against {whole} of the reference")
        });
        return format!(
            "{}{place} {dot} {segment}, {at} of {}{against}",
            monitor.name,
            all.len()
        );
    }
    let alerts: String = monitor
        .alarms()
        .iter()
        .filter(|a| a.alert.state != State::Ok)
        .map(|a| format!(" {dot} {} {}", a.subject.word(), a.alert.state.word()))
        .collect();
    format!(
        "{}{place} {dot} drift against {reference}{alerts}",
        monitor.name
    )
}

/// What the shades say; without colour the cells say it in numbers. Each cell has its own threshold, of the
/// distance it is judged by.
fn legend(brush: &Brush<'_>) -> String {
    if !brush.look.theme.has_colour() {
        return "! drifted: over its threshold and significant".to_owned();
    }
    let [calm, light, middle, dark, hot] = brush.glyphs().shades;
    format!("{calm} calm  {light}{middle}{dark} nearer its threshold  {hot} drifted")
}

/// The window under the cursor and, on a feature's row, its distribution.
fn cell(model: &Model, brush: &mut Brush<'_>, area: Rect, monitor: &MonitorState) {
    let Some(window) = model.monitors.window(model) else {
        return;
    };
    let g = brush.glyphs();
    let versions: Vec<String> = window
        .versions
        .iter()
        .map(|(v, n)| format!("{v} {}", format::short_count(*n)))
        .collect();
    let shown = model.monitors.segment(monitor);
    let part = shown.map(|segment| window.of_segment(segment));
    let Some(window) = part.as_ref().map_or(Some(window), Option::as_ref) else {
        let title = format::window(window.start, monitor.rules.cut);
        let inner = rule::titled(brush, area, &title, "", false);
        notice::draw(
            brush,
            inner,
            "No rows of this segment in this window.",
            Role::Dim,
            &[],
        );
        return;
    };
    let mut title = format!(
        "{} {} {} rows",
        format::window(window.start, monitor.rules.cut),
        g.dot,
        format::count(window.rows)
    );
    if model.monitors.cell(model).is_some() {
        title.push_str(&format!(
            " {} {} this window  {} reference",
            g.dot, g.block[0], g.bar
        ));
    }
    let inner = rule::titled(
        brush,
        area,
        &title,
        &if versions.is_empty() {
            String::new()
        } else {
            format!("scored by {}", versions.join(", "))
        },
        false,
    );
    match model.monitors.cell(model) {
        Some(cell) => {
            let inner = line(brush, inner, &verdict(model, cell));
            distribution(model, brush, inner, cell);
        }
        None => facts(model, brush, inner, (monitor, window)),
    }
}

fn verdict(model: &Model, cell: &FeatureCell) -> Vec<(String, Ink)> {
    let g = model.look.glyphs;
    let (word, role): (String, Role) = match &cell.verdict {
        Verdict::Drifted => (format!("{} drifted", g.bad), Role::Bad),
        Verdict::Stable => (format!("{} stable", g.ok), Role::Ok),
        Verdict::NotEnoughData => (format!("{} not enough data", g.unknown), Role::Dim),
        Verdict::Error(why) => (format!("{} {why}", g.warn), Role::Warn),
    };
    let Rule {
        method, threshold, ..
    } = cell.rule;
    let sign = if cell.effect >= threshold {
        g.compare[0]
    } else {
        "<"
    };
    let test = if cell.categorical {
        ("TV", "chi-square")
    } else {
        ("KS", "KS")
    };
    let p = if cell.p_adjusted.is_nan() {
        String::new()
    } else if cell.p_adjusted < 0.0001 {
        format!("  {} p < 0.0001", test.1)
    } else {
        format!("  {} p {:.4}", test.1, cell.p_adjusted)
    };
    let nulls = if cell.rows == 0 {
        0.0
    } else {
        cell.nulls as f64 / cell.rows as f64
    };
    vec![
        (format!(" {}  ", cell.feature), Role::Header.into()),
        (word, role.into()),
        (
            format!(
                "  {} {} {sign} {threshold}",
                measure(method),
                format::score(cell.effect, g.none),
            ),
            Role::Text.into(),
        ),
        (
            format!(
                "  {} {}{p}  nulls {}",
                test.0,
                format::score(cell.distance, g.none),
                format::share(nulls, g.none)
            ),
            Role::Dim.into(),
        ),
    ]
}

/// A distance's name, short.
fn measure(method: Method) -> &'static str {
    match method {
        Method::Auto | Method::Psi => "PSI",
        Method::Ks => "KS",
        Method::Wasserstein => "W/std",
        Method::JensenShannon => "JS",
        Method::Hellinger => "Hellinger",
        Method::TotalVariation => "TV",
        Method::ChiSquare => "V",
        Method::ZTest => "difference",
    }
}

fn distribution(model: &Model, brush: &mut Brush<'_>, area: Rect, cell: &FeatureCell) {
    let start = model.monitors.window(model).map(|w| w.start);
    let monitor = model.monitors.current(model);
    let segment = monitor.and_then(|m| model.monitors.segment(m));
    let same = |at: &CellAt| {
        Some(at.start) == start && at.feature == cell.feature && at.segment.as_ref() == segment
    };
    match &model.monitors.distribution {
        Some((at, result)) if same(at) => match result {
            Ok(d) => {
                let area = numbers(brush, area, d);
                Histogram {
                    buckets: &d.buckets,
                    reference: &d.reference,
                    current: &d.current,
                }
                .draw(brush, area)
            }
            Err(trouble) => {
                notice::draw(brush, area, &trouble.message, Role::Bad, &[&trouble.hint])
            }
        },
        _ => notice::draw(
            brush,
            area,
            &format!("Loading the distribution{}", brush.glyphs().ellipsis),
            Role::Dim,
            &[],
        ),
    }
}

/// What other measures say of the cell, where the screen is tall enough for more than the histogram.
fn numbers(brush: &mut Brush<'_>, area: Rect, d: &Distribution) -> Rect {
    if area.height < NUMBERS_HEIGHT {
        return area;
    }
    let none = brush.glyphs().none;
    let line_of = |names: &[(&str, &str)]| {
        let known = names
            .iter()
            .filter_map(|(word, key)| Some((word, d.number(key)?)));
        known.fold(String::new(), |text, (word, value)| {
            format!("{text}  {word} {}", format::score(value, none))
        })
    };
    let ours = line_of(&[
        ("W/std", "wasserstein_norm"),
        ("JS", "js_q10_b2"),
        ("JS", "js_cat_b2"),
        ("Hellinger", "hellinger_q10"),
        ("Hellinger", "hellinger_cat"),
        ("TV", "tvd_q10"),
        ("unseen", "unseen_rate"),
        ("Z", "z_prop.z"),
    ]);
    let theirs = line_of(&[
        ("Evidently", "ev_default"),
        ("psi", "ev_psi"),
        ("NannyML js", "nml_js"),
        ("ks", "nml_ks"),
        ("chi2", "nml_chi2"),
    ]);
    [ours, theirs]
        .into_iter()
        .filter(|text| !text.is_empty())
        .fold(area, |area, text| {
            line(
                brush,
                area,
                &[(format!(" {}", text.trim_start()), Role::Dim.into())],
            )
        })
}

/// Rows from which the other measures are drawn above a histogram.
const NUMBERS_HEIGHT: u16 = 12;

/// Quality and service of the window.
fn facts(
    model: &Model,
    brush: &mut Brush<'_>,
    area: Rect,
    (monitor, window): (&MonitorState, &WindowResult),
) {
    let part = model.monitors.segment(monitor).is_some();
    let none = brush.glyphs().none;
    let q = &window.quality;
    let coverage = if window.rows == 0 {
        0.0
    } else {
        q.labelled as f64 / window.rows as f64
    };
    let mut rest = line(brush, area, &measures(monitor, window, none));
    let last = match task(monitor, window) {
        Task::Classification => format!("  positive {}", format::share(q.positive_rate, none)),
        Task::Regression => format!("  bias {}", format::score(q.bias, none)),
    };
    rest = line(
        brush,
        rest,
        &[
            (
                format!(
                    " labels for {} of {} rows ({})",
                    format::count(q.labelled),
                    format::count(window.rows),
                    format::share(coverage, none)
                ),
                Role::Text.into(),
            ),
            (last, Role::Dim.into()),
        ],
    );
    if let Some(e) = &window.estimate {
        rest = line(
            brush,
            rest,
            &[(
                format!(
                    " estimated without labels: auc {}  accuracy {}  F1 {}",
                    format::score(e.auc, none),
                    format::score(e.accuracy, none),
                    format::score(e.f1, none)
                ),
                Role::Dim.into(),
            )],
        );
    }
    let s = &window.service;
    let all = if part { "   of all rows" } else { "" };
    rest = line(
        brush,
        rest,
        &[(
            format!(
                " latency p50 {}  p95 {}  p99 {}   errors {}{all}",
                format::millis(s.p50_ms, none),
                format::millis(s.p95_ms, none),
                format::millis(s.p99_ms, none),
                format::share(s.error_rate, none)
            ),
            Role::Text.into(),
        )],
    );
    let names: Vec<&str> = window
        .cells
        .iter()
        .filter(|c| c.verdict == Verdict::Drifted)
        .map(|c| c.feature.as_str())
        .collect();
    let text = if names.is_empty() {
        " no feature drifted".to_owned()
    } else {
        format!(" {} drifted: {}", names.len(), names.join(", "))
    };
    rest = line(
        brush,
        rest,
        &[(
            text,
            if names.is_empty() {
                Role::Dim.into()
            } else {
                Role::Warn.into()
            },
        )],
    );
    if !part && !window.segments.is_empty() {
        rest = line(brush, rest, &[segments(monitor, window)]);
    }
    for alarm in monitor.alarms() {
        let role = match alarm.alert.state {
            State::Ok => Role::Dim,
            State::Firing | State::KeepFiring => Role::Bad,
            State::Pending | State::NoData => Role::Warn,
        };
        rest = line(brush, rest, &[(format!(" {}", alarm.words), role.into())]);
    }
    quality(model, brush, rest, monitor);
}

/// Which segments drifted as a whole.
fn segments(monitor: &MonitorState, window: &WindowResult) -> (String, Ink) {
    let bad = |s: &&SegmentResult| s.drifted_share().is_some_and(|s| s >= monitor.rules.share);
    let bad: Vec<String> = window
        .segments
        .iter()
        .filter(bad)
        .map(|s| s.segment.to_string())
        .collect();
    let all = format::plural(window.segments.len() as u64, "segment");
    if bad.is_empty() {
        (
            format!(" none of {all} drifted as a whole"),
            Role::Dim.into(),
        )
    } else {
        let text = format!(
            " {} of {all} drifted as a whole: {}",
            bad.len(),
            bad.join(", ")
        );
        (text, Role::Warn.into())
    }
}

/// What the monitor's model answers with: by the measure that policy judges, else by what there is.
fn task(monitor: &MonitorState, window: &WindowResult) -> Task {
    match &monitor.rules.quality {
        Some(rule) => rule.metric.task(),
        None if window.quality.mae.is_finite() => Task::Regression,
        None => Task::Classification,
    }
}

/// The window's measures, the judged one coloured when it is bad, then its bound.
fn measures(monitor: &MonitorState, window: &WindowResult, none: &str) -> Vec<(String, Ink)> {
    use QualityMetric::{Accuracy, Auc, F1, LogLoss, Mae, R2, Rmse};
    let judged = monitor.rules.quality.as_ref().map(|rule| rule.metric);
    let mut shown = match task(monitor, window) {
        Task::Classification => vec![Auc, LogLoss, Accuracy, F1],
        Task::Regression => vec![Mae, Rmse, R2],
    };
    shown.extend(judged.filter(|metric| !shown.contains(metric)));
    let bad = bad_quality(monitor, &window.quality);
    let mut pieces: Vec<(String, Ink)> = Vec::new();
    for (i, metric) in shown.into_iter().enumerate() {
        let word = match metric {
            LogLoss => "log loss",
            F1 => "F1",
            other => other.word(),
        };
        let value = window.quality.measure(metric.word()).unwrap_or(f64::NAN);
        let role = match i {
            _ if bad && judged == Some(metric) => Role::Bad,
            0 => Role::Header,
            _ => Role::Text,
        };
        let gap = if i == 0 { " " } else { "  " };
        pieces.push((
            format!("{gap}{word} {}", format::score(value, none)),
            role.into(),
        ));
        let (low, high) = window.quality.auc_95;
        if metric == Auc && !low.is_nan() {
            pieces.push((format!(" ({low:.3} to {high:.3})"), Role::Dim.into()));
        }
    }
    if !monitor.quality_min.is_nan() {
        pieces.push((
            format!(
                "  bound on {} {:.2}",
                monitor.quality_metric, monitor.quality_min
            ),
            Role::Dim.into(),
        ));
    }
    pieces
}

/// The course of the quality up to now, where a tall screen has room for it below the facts.
fn quality(model: &Model, brush: &mut Brush<'_>, area: Rect, monitor: &MonitorState) {
    let rows = model.data.fleet_rows();
    let Some(row) = rows.iter().find(|r| r.model == monitor.model) else {
        return;
    };
    let (_, area) = layout::top(area, 1);
    let chart = Chart {
        cursor: model.monitors.window(model).map(|w| w.start.0 as f64),
        ..quality_chart(row)
    };
    if area.height >= 6 && row.quality_metric == monitor.quality_metric && !chart.is_empty() {
        chart.draw(brush, area);
    }
}

fn problems(brush: &mut Brush<'_>, area: Rect, problems: &[InputProblem]) {
    let g = brush.glyphs();
    let title = format!(
        "{} {} in the input",
        g.warn,
        format::plural(problems.len() as u64, "problem")
    );
    let mut rest = rule::titled(brush, area, &title, "the rest goes on", false);
    let narrow = area.width < layout::PROBLEM_WIDTH;
    let fit = usize::from(rest.height) / if narrow { 2 } else { 1 };
    for (i, p) in problems.iter().enumerate() {
        if i + 1 >= fit.max(1) && problems.len() > fit.max(1) {
            line(
                brush,
                rest,
                &[(
                    format!(" and {} more: trimtab monitor show", problems.len() - i),
                    Role::Dim.into(),
                )],
            );
            return;
        }
        let lost = if p.rows == 0 {
            "whole file".to_owned()
        } else {
            format::plural(p.rows, "row")
        };
        let head = [
            (format!(" {}  ", p.file), Role::Warn.into()),
            (format!("{lost}  "), Role::Dim.into()),
        ];
        if narrow {
            rest = line(brush, rest, &head);
            rest = line(
                brush,
                rest,
                &[(format!("   {}", p.reason), Role::Text.into())],
            );
        } else {
            let [file, lost] = head;
            rest = line(
                brush,
                rest,
                &[file, lost, (p.reason.clone(), Role::Text.into())],
            );
        }
    }
}
