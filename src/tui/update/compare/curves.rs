//! Commands of the curves: axes, smoothing, zoom and the read-out.

use crate::model::Model;
use crate::model::compare::View;
use crate::model::compare::curves::SMOOTHING;
use crate::msg::Effect;

/// Steps of the read-out across the visible part.
const STEPS: f64 = 60.0;

/// Whether the curves are in front, and there are any.
#[must_use]
pub fn has_curves(model: &Model) -> bool {
    model.compare.view == View::Charts && super::has_metrics(model)
}

/// Whether `=` has something to put back.
#[must_use]
pub fn is_moved(model: &Model) -> bool {
    let state = &model.compare.curves;
    has_curves(model) && (state.zoom.is_some() || state.cursor.is_some())
}

/// `X`.
pub fn axis(model: &mut Model) -> Vec<Effect> {
    model.compare.curves.axis = model.compare.curves.axis.next();
    model.compare.curves.zoom = None;
    model.compare.curves.cursor = None;
    Vec::new()
}

/// `S`.
pub fn smooth(model: &mut Model) -> Vec<Effect> {
    model.compare.curves.smoothing = (model.compare.curves.smoothing + 1) % SMOOTHING.len();
    Vec::new()
}

/// `L`.
pub fn log(model: &mut Model) -> Vec<Effect> {
    model.compare.curves.log = !model.compare.curves.log;
    Vec::new()
}

/// The whole x range and the visible part of it.
fn ranges(model: &Model) -> Option<((f64, f64), (f64, f64))> {
    let whole = model.compare.chart(model).extent()?;
    Some((whole, model.compare.curves.zoom.unwrap_or(whole)))
}

/// `+` and `-`.
pub fn zoom(model: &mut Model, factor: f64) -> Vec<Effect> {
    let Some((whole, (low, high))) = ranges(model) else {
        return Vec::new();
    };
    let centre = model
        .compare
        .curves
        .cursor
        .filter(|c| (low..=high).contains(c))
        .unwrap_or(f64::midpoint(low, high));
    let least = (whole.1 - whole.0) / 1_000.0;
    let half = ((high - low) * factor / 2.0).max(least);
    set(model, whole, centre - half, centre + half);
    Vec::new()
}

/// `[` and `]`.
pub fn pan(model: &mut Model, share: f64) -> Vec<Effect> {
    let Some((whole, (low, high))) = ranges(model) else {
        return Vec::new();
    };
    let by = (high - low) * share;
    let by = by.clamp(whole.0 - low, whole.1 - high);
    set(model, whole, low + by, high + by);
    Vec::new()
}

fn set(model: &mut Model, whole: (f64, f64), low: f64, high: f64) {
    let (low, high) = (low.max(whole.0), high.min(whole.1));
    model.compare.curves.zoom = (low > whole.0 || high < whole.1).then_some((low, high));
}

/// `=`.
pub fn reset(model: &mut Model) -> Vec<Effect> {
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
