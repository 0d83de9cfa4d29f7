//! Commands of the curves: axes, smoothing, zoom and the read-out.

use trimtab_core::metric::Span;
use trimtab_wire::Topic;

use super::crowd;

use crate::model::compare::axis::Axis;
use crate::model::compare::curves::{CLIPS, Curves, SMOOTHING};
use crate::model::compare::{View, drawn};
use crate::model::data::Slot;
use crate::model::layer::Choice;
use crate::model::{Model, Tone, zoom};
use crate::msg::Effect;
use crate::view::layout;

/// Steps of the read-out across the visible part.
const STEPS: f64 = 60.0;

/// Whether the curves are in front, and there are any.
#[must_use]
pub fn has_curves(model: &Model) -> bool {
    model.compare.view == View::Charts && super::has_metrics(model)
}

/// Whether there is something to move or to hide: a zoomed part, or parallel axes.
#[must_use]
pub fn can_pan(model: &Model) -> bool {
    has_curves(model) || crowd::has_axes(model)
}

/// Whether `=` has something to put back.
#[must_use]
pub fn is_moved(model: &Model) -> bool {
    if model.compare.view == View::Parallel {
        return model.compare.axes.is_some();
    }
    let state = &model.compare.curves;
    has_curves(model) && (state.zoom.is_some() || state.cursor.is_some())
}

/// What must be followed for the charts on the screen.
#[must_use]
pub fn topics(model: &Model) -> Vec<(Slot, Topic)> {
    let state = &model.compare;
    if state.view != View::Charts {
        return Vec::new();
    }
    let runs = state.runs(model);
    let page = state.page(model);
    let places = layout::charts(state.charts_area(model), page.len());
    let topic = |key: &str, width: u16, spans: Vec<Span>, smoothing| Topic::Series {
        runs: runs.clone(),
        key: key.to_owned(),
        // Twice the cells, as braille has; in steps, so that a resize by a column asks for nothing anew. Of a part, what
        // stands around it needs as much again.
        columns: u32::from(width.max(20)).next_multiple_of(20)
            * if spans.is_empty() { 2 } else { 4 },
        spans,
        smoothing,
    };
    let weight = state.curves.weight();
    let mut topics = Vec::new();
    for (place, (key, area)) in (0..).zip(page.iter().zip(places)) {
        let whole = topic(key, area.width, Vec::new(), weight);
        topics.push((Slot::Compare(place), whole));
        let window = state.curves.window;
        let spans = window.and_then(|w| drawn::spans(model, place, key, &runs, w));
        if let Some(spans) = spans {
            let part = topic(key, area.width, spans, weight);
            topics.push((Slot::CompareZoom(place), part));
        }
    }
    if let Axis::Of(key) = &state.curves.axis {
        let counter = topic(key, model.size.width, Vec::new(), 0.0);
        topics.push((Slot::CompareX, counter));
    }
    topics
}

/// Settles which part of x finer curves are asked for.
pub fn look(model: &mut Model) {
    let curves = &mut model.compare.curves;
    curves.window = zoom::window(curves.window, curves.zoom);
}

/// `X`: the next axis, or the metric that is named.
pub fn axis(model: &mut Model, named: &str) -> Vec<Effect> {
    if model.compare.view == View::Scatter {
        return match named.trim() {
            "" => crowd::choose(model, Choice::ScatterX),
            column => crowd::scatter(model, column),
        };
    }
    let axes = model.compare.axes(model);
    let state = &model.compare.curves;
    let next = match named.trim() {
        "" => {
            let now = axes.iter().position(|a| *a == state.axis);
            axes[now.map_or(0, |at| at + 1) % axes.len()].clone()
        }
        word => match axes.into_iter().find(|a| a.word() == word) {
            Some(axis) => axis,
            None if model.compare.metrics(model).iter().any(|m| m == word) => {
                Axis::Of(word.to_owned())
            }
            None => {
                let told = format!("There is no \"{word}\" to be the x axis.");
                model.toast(
                    Tone::Note,
                    told,
                    "step, elapsed, time, or a metric of these runs.",
                );
                return Vec::new();
            }
        },
    };
    model.compare.curves = Curves {
        axis: next,
        zoom: None,
        window: None,
        cursor: None,
        ..model.compare.curves.clone()
    };
    Vec::new()
}

/// `n` and `N`: the chart after or before, round at the ends.
pub fn next_chart(model: &mut Model, by: isize) -> Vec<Effect> {
    let all = model.compare.charted(model);
    let meant = model.compare.current_metric(model);
    let at = all.iter().position(|m| Some(m) == meant.as_ref());
    let to = match at {
        Some(at) => (at as isize + by).rem_euclid(all.len() as isize) as usize,
        None => 0,
    };
    model.compare.metric = all.into_iter().nth(to);
    Vec::new()
}

/// Whether there are several charts.
#[must_use]
pub fn several_charts(model: &Model) -> bool {
    model.compare.view == View::Charts && model.compare.charted(model).len() > 1
}

/// Enter: one chart alone, or all of them.
pub fn alone(model: &mut Model) -> Vec<Effect> {
    model.compare.curves.alone = !model.compare.curves.alone;
    Vec::new()
}

/// `S`.
pub fn smooth(model: &mut Model) -> Vec<Effect> {
    model.compare.curves.smoothing = (model.compare.curves.smoothing + 1) % SMOOTHING.len();
    Vec::new()
}

/// `L`.
pub fn spread(model: &mut Model) -> Vec<Effect> {
    model.compare.curves.y_scale = model.compare.curves.y_scale.next();
    Vec::new()
}

/// `%`.
pub fn clip(model: &mut Model) -> Vec<Effect> {
    model.compare.curves.clip = (model.compare.curves.clip + 1) % CLIPS.len();
    Vec::new()
}

/// The whole x range and the visible part of it.
fn ranges(model: &Model) -> Option<((f64, f64), (f64, f64))> {
    let whole = model.compare.extent(model)?;
    Some((whole, model.compare.curves.zoom.unwrap_or(whole)))
}

/// `-`.
pub fn zoom_out(model: &mut Model) -> Vec<Effect> {
    if model.compare.view == View::Parallel {
        return crowd::hide_axis(model);
    }
    zoom(model, 2.0)
}

/// `+` and `-`.
pub fn zoom(model: &mut Model, factor: f64) -> Vec<Effect> {
    let Some((whole, shown)) = ranges(model) else {
        return Vec::new();
    };
    let curves = &mut model.compare.curves;
    let centre = curves
        .cursor
        .filter(|c| (shown.0..=shown.1).contains(c))
        .unwrap_or(f64::midpoint(shown.0, shown.1));
    let least = zoom::least(&curves.axis, whole);
    curves.zoom = zoom::zoomed(whole, shown, centre, factor, least);
    Vec::new()
}

/// `[` and `]`.
pub fn pan(model: &mut Model, share: f64) -> Vec<Effect> {
    if model.compare.view == View::Parallel {
        return crowd::move_axis(model, if share < 0.0 { -1 } else { 1 });
    }
    if let Some((whole, shown)) = ranges(model) {
        model.compare.curves.zoom = zoom::panned(whole, shown, share);
    }
    Vec::new()
}

/// `=`.
pub fn reset(model: &mut Model) -> Vec<Effect> {
    if model.compare.view == View::Parallel {
        return crowd::reset_axes(model);
    }
    model.compare.curves.zoom = None;
    model.compare.curves.cursor = None;
    Vec::new()
}

/// `h` and `l`: the read-out walks over the visible part.
pub fn read_out(model: &mut Model, by: isize) {
    let Some((_, (low, high))) = ranges(model) else {
        return;
    };
    let from = model
        .compare
        .curves
        .cursor
        .unwrap_or(if by < 0 { high } else { low });
    let to = from + (high - low) / STEPS * by as f64;
    model.compare.curves.cursor = Some(to.clamp(low, high));
}
