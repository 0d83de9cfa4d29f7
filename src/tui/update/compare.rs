//! Commands of charts.

use super::{prompt, runs};
use crate::model::Model;
use crate::model::compare::SMOOTHING;
use crate::model::layer::Choice;
use crate::model::nav::Pane;
use crate::model::runs::Runs;
use crate::msg::Effect;

/// Steps of the read-out across the visible part.
const STEPS: f64 = 60.0;

/// The metrics of the run or job in front.
#[must_use]
pub fn detail_keys(model: &Model) -> Vec<String> {
    let run = if model.pane == Pane::Retrain {
        model
            .retrain
            .selected(model)
            .and_then(|j| model.data.run_by_id(j.run.as_ref()?))
    } else {
        runs::subject(model)
    };
    Runs::metric_keys(run.into_iter())
}

/// Whether `m` has something to offer.
#[must_use]
pub fn has_metrics(model: &Model) -> bool {
    match model.pane {
        Pane::Compare => !model.compare.metrics(model).is_empty(),
        _ => !detail_keys(model).is_empty(),
    }
}

/// `m`.
pub fn choose_metric(model: &mut Model) -> Vec<Effect> {
    let (choice, keys, now) = match model.pane {
        Pane::Compare => (
            Choice::CompareMetric,
            model.compare.metrics(model),
            model.compare.current_metric(model),
        ),
        Pane::Retrain => (
            Choice::DetailMetric,
            detail_keys(model),
            model.retrain.current_metric(model),
        ),
        _ => (
            Choice::DetailMetric,
            detail_keys(model),
            model
                .runs
                .selected(model)
                .and_then(|r| model.runs.detail_metric(r)),
        ),
    };
    let selected = now
        .and_then(|n| keys.iter().position(|k| *k == n))
        .unwrap_or(0);
    prompt::pick(model, choice, "Metric", keys, selected)
}

/// `x`.
pub fn differences(model: &mut Model) -> Vec<Effect> {
    model.compare.differences = !model.compare.differences;
    Vec::new()
}

/// `X`.
pub fn axis(model: &mut Model) -> Vec<Effect> {
    model.compare.axis = model.compare.axis.next();
    model.compare.zoom = None;
    model.compare.cursor = None;
    Vec::new()
}

/// `S`.
pub fn smooth(model: &mut Model) -> Vec<Effect> {
    model.compare.smoothing = (model.compare.smoothing + 1) % SMOOTHING.len();
    Vec::new()
}

/// `L`.
pub fn log(model: &mut Model) -> Vec<Effect> {
    model.compare.log = !model.compare.log;
    Vec::new()
}

/// The whole x range and the visible part of it.
fn ranges(model: &Model) -> Option<((f64, f64), (f64, f64))> {
    let whole = model.compare.chart(model).extent()?;
    Some((whole, model.compare.zoom.unwrap_or(whole)))
}

/// `+` and `-`.
pub fn zoom(model: &mut Model, factor: f64) -> Vec<Effect> {
    let Some((whole, (low, high))) = ranges(model) else {
        return Vec::new();
    };
    let centre = model
        .compare
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
    model.compare.zoom = (low > whole.0 || high < whole.1).then_some((low, high));
}

/// `=`.
pub fn reset(model: &mut Model) -> Vec<Effect> {
    model.compare.zoom = None;
    model.compare.cursor = None;
    Vec::new()
}

/// `h` and `l`: the read-out walks over the visible part.
pub fn read_out(model: &mut Model, by: isize) {
    let Some((_, (low, high))) = ranges(model) else {
        return;
    };
    let from = model
        .compare
        .cursor
        .unwrap_or(if by < 0 { high } else { low });
    let to = from + (high - low) / STEPS * by as f64;
    model.compare.cursor = Some(to.clamp(low, high));
}
