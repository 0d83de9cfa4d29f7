//! Lays out a chart of curves.
//!
//! ```text
//! title
//! note (what could not be drawn)
//! y label        marks' labels
//!    1.0 ┤                          ── name of curve 1
//!    0.5 ┤   curves                 ── name of curve 2
//!        └────┬────┬────
//!            ticks        x label
//! ```

use crate::{
    chart::{Chart, Series, XKind},
    legend::{self, Label},
    palette::{FAINT, GRID, INK, Marker, PAPER, colour},
    scale::{Scale, extent},
    scene::{Align, Scene},
    series::{pieces, thin},
    text::{clean, fit, width},
    ticks::{self, Tick},
};

/// Size of axis and legend text.
pub(crate) const TEXT: f64 = 12.0;
/// Distance from the edge.
pub(crate) const EDGE: f64 = 16.0;

/// The rectangle in which curves are drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

pub(crate) fn lay_out(chart: &Chart, scene: &mut Scene) {
    let log = chart.y.log && chart.y.symlog.is_none();
    let curves: Vec<_> = chart.series.iter().map(|s| pieces(s, log)).collect();
    let lost: usize = curves.iter().map(|c| c.1).sum();
    let note = match lost {
        0 => String::new(),
        n => {
            let values = if n == 1 { "value" } else { "values" };
            let why = if log {
                ", or not positive on a logarithmic axis"
            } else {
                ""
            };
            format!("{n} {values} not drawn: not finite{why}")
        }
    };
    let mut top = heading(scene, &chart.title, &note);

    let all = || curves.iter().flat_map(|c| c.0.iter().flatten());
    let (Some(xs), Some(ys)) = (
        extent(all().map(|p| p.0), false),
        extent(all().map(|p| p.1), log),
    ) else {
        scene.text(
            (scene.width / 2.0, scene.height / 2.0),
            "No data",
            16.0,
            FAINT,
            Align::Middle,
        );
        return;
    };
    let y = match chart.y.symlog {
        Some(knee) => Scale::symlog(ys.0, ys.1, knee),
        None if log => Scale::log(ys.0, ys.1),
        None => Scale::roomy(ys.0, ys.1),
    };
    let x = match &chart.x.kind {
        XKind::Category(names) => Scale::exact(-0.5, names.len().max(1) as f64 - 0.5),
        _ => Scale::exact(xs.0, xs.1),
    };

    let names_room = scene.width * 0.28;
    let names = chart
        .series
        .iter()
        .map(|s| fit(&s.name, TEXT, false, names_room))
        .collect::<Vec<_>>();
    let more = if names.len() > 8 {
        width("+99 more", TEXT, false)
    } else {
        0.0
    };
    let names_width = names
        .iter()
        .map(|n| width(n, TEXT, false))
        .fold(more, f64::max);
    let legend = if names_width > 0.0 {
        names_width + 34.0
    } else {
        0.0
    };
    let marks: Vec<_> = chart.marks.iter().filter(|m| x.holds(m.x)).collect();
    let label = fit(&chart.y.label, TEXT, false, scene.width - 2.0 * EDGE);
    if !label.is_empty() {
        scene.text((EDGE, top), label, TEXT, FAINT, Align::Start);
        top += 12.0;
    }
    let mark_rows = mark_rows(
        &marks
            .iter()
            .map(|m| width(&clean(&m.label), 11.0, false))
            .collect::<Vec<_>>(),
    );
    top += mark_rows as f64 * 14.0;

    let bottom = scene.height - EDGE - 16.0 - if chart.x.label.is_empty() { 0.0 } else { 20.0 };
    let y_ticks = y.number_ticks(((bottom - top) / 45.0).max(2.0) as usize);
    let tick_width = y_ticks
        .iter()
        .map(|t| width(&t.1, TEXT, false))
        .fold(0.0, f64::max);
    let area = Area {
        left: EDGE + tick_width + 8.0,
        right: scene.width - EDGE - legend.max(8.0),
        top,
        bottom,
    };
    let (x, y) = (x.over(area.left, area.right), y.over(area.bottom, area.top));

    y_axis(scene, area, &y, &y_ticks);
    x_axis(scene, area, &x, &chart.x.kind, &chart.x.label);
    let lines: Vec<(f64, String)> = marks
        .iter()
        .map(|m| (x.place(m.x), clean(&m.label)))
        .collect();
    draw_marks(scene, area, lines, mark_rows);

    let stroke = if chart.series.len() > 8 { 1.4 } else { 2.0 };
    let mut labels = Vec::new();
    for (i, (series, (parts, _))) in chart.series.iter().zip(curves).enumerate() {
        let (ink, stroke) = match series.faint {
            true => (colour(series.colour).mix(PAPER, 0.7), 1.0),
            false => (colour(series.colour), stroke),
        };
        let mut end = None;
        for piece in parts {
            let places: Vec<_> = piece
                .into_iter()
                .map(|(px, py)| (x.place(px), y.place(py)))
                .collect();
            end = places.last().copied().or(end);
            spots(scene, &places, series, i);
            let places = thin(places);
            if let [only] = places[..] {
                scene.marker(only, Marker::Circle, 2.5, ink);
            }
            scene.path(places, ink, stroke);
        }
        if let Some(end) = end.filter(|_| !names[i].is_empty()) {
            labels.push(Label {
                series: i,
                end,
                y: end.1,
            });
        }
    }
    legend::draw(scene, area, chart, &names, labels);
}

/// Draws title and note; returns where the rest begins.
pub(crate) fn heading(scene: &mut Scene, title: &str, note: &str) -> f64 {
    let room = scene.width - 2.0 * EDGE;
    let mut top = EDGE + 4.0;
    let title = fit(title, 17.0, true, room);
    if !title.is_empty() {
        scene.bold((EDGE, top + 4.0), title, 17.0, INK);
        top += 28.0;
    }
    if !note.is_empty() {
        scene.text(
            (EDGE, top),
            fit(note, 11.0, false, room),
            11.0,
            FAINT,
            Align::Start,
        );
        top += 20.0;
    }
    top
}

/// Draws grid lines and their values.
pub(crate) fn y_axis(scene: &mut Scene, area: Area, y: &Scale, ticks: &[Tick]) {
    for (value, text) in ticks {
        let at = y.place(*value);
        scene.line((area.left, at), (area.right, at), GRID, 1.0);
        scene.text((area.left - 6.0, at), text.clone(), TEXT, FAINT, Align::End);
    }
}

fn x_axis(scene: &mut Scene, area: Area, x: &Scale, kind: &XKind, label: &str) {
    let (lo, hi) = x.range();
    let most = ((area.right - area.left) / 90.0).max(2.0) as usize;
    let ticks = match kind {
        XKind::Step => ticks::linear(lo, hi, most, hi - lo >= 1.0),
        XKind::Time => ticks::time(lo, hi, most),
        XKind::Relative => ticks::relative(lo, hi, most),
        XKind::Category(names) => names
            .iter()
            .enumerate()
            .map(|(i, n)| (i as f64, clean(n)))
            .collect(),
    };
    scene.line(
        (area.left, area.bottom),
        (area.right, area.bottom),
        INK,
        1.0,
    );
    // A text that would touch its neighbour is left out; its tick stays.
    let mut free = 0.0;
    for (value, text) in ticks {
        let at = x.place(value);
        scene.line((at, area.bottom), (at, area.bottom + 4.0), INK, 1.0);
        let half = width(&text, TEXT, false) / 2.0;
        if at - half >= free && at + half <= scene.width {
            scene.text((at, area.bottom + 14.0), text, TEXT, FAINT, Align::Middle);
            free = at + half + 8.0;
        }
    }
    let label = match kind {
        XKind::Time if !label.is_empty() => format!("{label} (UTC)"),
        _ => label.to_owned(),
    };
    let label = fit(&label, TEXT, false, area.right - area.left);
    scene.text(
        ((area.left + area.right) / 2.0, area.bottom + 34.0),
        label,
        TEXT,
        FAINT,
        Align::Middle,
    );
}

/// Markers along a curve: on each point when there are few, else spaced, each curve at its own
/// phase so that curves which lie on each other still show both.
fn spots(scene: &mut Scene, places: &[(f64, f64)], series: &Series, index: usize) {
    const APART: f64 = 90.0;
    let phase = (index % 6) as f64 * APART / 6.0;
    let mut free = if places.len() <= 12 {
        f64::NEG_INFINITY
    } else {
        places.first().map_or(0.0, |p| p.0 + phase)
    };
    for &place in places {
        if place.0 >= free {
            scene.marker(place, series.marker, 3.5, colour(series.colour));
            if places.len() > 12 {
                free = place.0 + APART;
            }
        }
    }
}

/// Rows of text that the marks' labels need above the curves.
fn mark_rows(widths: &[f64]) -> usize {
    if widths.iter().all(|w| *w == 0.0) {
        0
    } else {
        widths.len().min(2)
    }
}

fn draw_marks(scene: &mut Scene, area: Area, mut lines: Vec<(f64, String)>, rows: usize) {
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free = vec![f64::NEG_INFINITY; rows];
    for (x, label) in lines {
        scene.dashes(x, area.top, area.bottom, FAINT);
        let wide = width(&label, 11.0, false);
        let from = (x - wide / 2.0).clamp(EDGE, (scene.width - EDGE - wide).max(EDGE));
        if let Some(row) = free.iter().position(|f| *f <= from) {
            scene.text(
                (from, area.top - 8.0 - row as f64 * 14.0),
                label,
                11.0,
                INK,
                Align::Start,
            );
            free[row] = from + wide + 8.0;
        }
    }
}
