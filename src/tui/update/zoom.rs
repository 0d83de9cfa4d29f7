//! Zooming into the chart in front: the curves of Compare, or that of the run in detail.

use trimtab_core::metric::Span;
use trimtab_wire::Topic;

use super::compare::curves;
use super::runs::{detail_chart, detail_series};
use crate::model::compare::axis::Axis;
use crate::model::nav::Pane;
use crate::model::runs::Close;
use crate::model::{Model, zoom};
use crate::msg::Effect;

/// Whether a run's own curve is in front.
fn on_run(model: &Model) -> bool {
    let shown = match model.detail.is_open() {
        true => model.detail.has_chart(),
        false => model.runs.detail,
    };
    model.pane == Pane::Runs && shown && detail_series(model).is_some()
}

/// Whether there is a curve to zoom into.
#[must_use]
pub fn can_zoom(model: &Model) -> bool {
    on_run(model) || model.pane == Pane::Compare && curves::has_curves(model)
}

/// Whether there is something to move.
#[must_use]
pub fn can_pan(model: &Model) -> bool {
    on_run(model) && model.runs.close.is_some()
        || model.pane == Pane::Compare && curves::can_pan(model)
}

/// Whether `=` has something to put back.
#[must_use]
pub fn is_moved(model: &Model) -> bool {
    match model.pane {
        Pane::Runs => can_pan(model),
        _ => curves::is_moved(model),
    }
}

/// `+`.
pub fn closer(model: &mut Model) -> Vec<Effect> {
    if on_run(model) {
        return run_by(model, 0.5);
    }
    curves::zoom(model, 0.5)
}

/// `-`.
pub fn out(model: &mut Model) -> Vec<Effect> {
    if on_run(model) {
        return run_by(model, 2.0);
    }
    curves::zoom_out(model)
}

/// `[` and `]`.
pub fn pan(model: &mut Model, share: f64) -> Vec<Effect> {
    if !on_run(model) {
        return curves::pan(model, share);
    }
    if let Some((whole, shown)) = ranges(model) {
        show(model, zoom::panned(whole, shown, share));
    }
    Vec::new()
}

/// `=`.
pub fn reset(model: &mut Model) -> Vec<Effect> {
    if on_run(model) {
        model.runs.close = None;
        return Vec::new();
    }
    curves::reset(model)
}

fn run_by(model: &mut Model, factor: f64) -> Vec<Effect> {
    if let Some((whole, shown)) = ranges(model) {
        let centre = f64::midpoint(shown.0, shown.1);
        let least = zoom::least(&Axis::Step, whole);
        show(model, zoom::zoomed(whole, shown, centre, factor, least));
    }
    Vec::new()
}

/// The whole range of the run's curve, and the visible part of it.
fn ranges(model: &Model) -> Option<((f64, f64), (f64, f64))> {
    let whole = detail_chart(model)?.extent()?;
    let shown = model.runs.close.as_ref().map(|c| c.shown);
    Some((whole, shown.unwrap_or(whole)))
}

fn show(model: &mut Model, shown: Option<(f64, f64)>) {
    let run = model.run_in_front().map(|r| r.id.clone());
    let asked = model.runs.close.take().map(|c| c.window);
    model.runs.close = shown.zip(run).map(|(shown, run)| Close {
        run,
        shown,
        window: zoom::window(asked, Some(shown)).unwrap_or(shown),
    });
}

/// Another run is shown whole.
pub fn look(model: &mut Model) {
    let selected = model.run_in_front().map(|r| &r.id);
    let close = model.runs.close.as_ref();
    if close.is_some_and(|c| selected != Some(&c.run)) {
        model.runs.close = None;
    }
}

/// What must be followed for the visible part, beside the whole curve of `topic`; nothing when that has every point.
#[must_use]
pub fn part(model: &Model, topic: &Topic) -> Option<Topic> {
    let close = model.runs.close.as_ref()?;
    let whole = detail_series(model)?;
    let Topic::Series {
        runs, key, columns, ..
    } = topic
    else {
        return None;
    };
    if whole.points.len() as u64 >= whole.total {
        return None;
    }
    let span: Span = zoom::span(&Axis::Step, close.window, None, None);
    Some(Topic::Series {
        runs: runs.clone(),
        key: key.clone(),
        spans: vec![span],
        smoothing: 0.0,
        columns: columns.saturating_mul(2),
    })
}
