//! Commands of the Compare pane, and the choice of a curve's metric in every pane.

pub mod crowd;
pub mod curves;
mod moves;

pub use moves::{clamp, go, sideways};

use super::{prompt, runs};
use crate::model::compare::{Compare, View};
use crate::model::layer::Choice;
use crate::model::nav::Pane;
use crate::model::runs::Runs;
use crate::model::{Model, Tone};
use crate::msg::Effect;

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
    match (model.pane, model.compare.view) {
        (Pane::Compare, View::Scatter) => !model.compare.axis_columns(model).is_empty(),
        (Pane::Compare, View::Parallel | View::Importance) => {
            model.compare.crowd_metric(model).is_some()
        }
        (Pane::Compare, _) => !model.compare.metrics(model).is_empty(),
        _ => !detail_keys(model).is_empty(),
    }
}

/// `m`.
pub fn choose_metric(model: &mut Model) -> Vec<Effect> {
    if model.pane == Pane::Compare && model.compare.view == View::Scatter {
        return crowd::choose(model, Choice::ScatterY);
    }
    let (choice, keys, now) = match model.pane {
        Pane::Compare if matches!(model.compare.view, View::Parallel | View::Importance) => (
            Choice::CrowdMetric,
            model.compare.crowd_metrics(model),
            model.compare.crowd_metric(model),
        ),
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
                .run_in_front()
                .and_then(|r| model.detail.charted(&model.runs, r)),
        ),
    };
    let selected = now
        .and_then(|n| keys.iter().position(|k| *k == n))
        .unwrap_or(0);
    prompt::pick(model, choice, "Metric", keys, selected)
}

/// Brings a view to the front.
pub fn show(model: &mut Model, view: View) -> Vec<Effect> {
    model.pane = Pane::Compare;
    model.compare.view = view;
    Vec::new()
}

/// `x`: the parameters that differ; there, all of them and back.
pub fn params(model: &mut Model) -> Vec<Effect> {
    if model.pane == Pane::Compare && model.compare.view == View::Params {
        model.compare.same_too = !model.compare.same_too;
    }
    show(model, View::Params)
}

/// Esc: back to the curves, and from one of them to all. False when all of them are in front.
pub fn leave(model: &mut Model) -> bool {
    let state = &mut model.compare;
    let left = state.view != View::Charts || state.curves.alone;
    state.curves.alone &= state.view != View::Charts;
    state.view = View::Charts;
    left
}

/// `b`: the selected run is what the others are measured against; when it is that already, the first one is.
pub fn baseline(model: &mut Model) -> Vec<Effect> {
    let runs = model.compare.runs(model);
    let Some(run) = model.compare.selected(model) else {
        return Vec::new();
    };
    let again = model.compare.baseline_at(&runs) == model.compare.list.selected;
    model.compare.baseline = if again { None } else { Some(run) };
    let now = model.compare.baseline_at(&runs);
    let name = runs
        .get(now)
        .map(|id| Compare::name(model, id))
        .unwrap_or_default();
    model.toast(Tone::Note, format!("{name} is the baseline."), "");
    Vec::new()
}

/// Whether one run can be measured against another.
#[must_use]
pub fn several(model: &Model) -> bool {
    model.compare.runs(model).len() > 1
}

/// Whether the view in front shows one value of each metric.
#[must_use]
pub fn has_statistic(model: &Model) -> bool {
    !matches!(model.compare.view, View::Charts | View::Params) && has_metrics(model)
}

/// Enter: one chart alone or all of them; from a parameter to its scatter.
pub fn closer(model: &mut Model) -> Vec<Effect> {
    match model.compare.view {
        View::Charts => curves::alone(model),
        View::Importance => crowd::scatter_factor(model),
        _ => Vec::new(),
    }
}

/// Whether Enter leads anywhere.
#[must_use]
pub fn can_go_closer(model: &Model) -> bool {
    match model.compare.view {
        View::Charts => curves::several_charts(model),
        View::Importance => model.compare.crowd_metric(model).is_some(),
        _ => false,
    }
}

/// Whether the metric table is in front and has columns.
#[must_use]
pub fn in_table(model: &Model) -> bool {
    model.compare.view == View::Metrics && has_metrics(model)
}

/// `o`: the best of the selected metric first, in this pane's every view.
pub fn best_first(model: &mut Model) -> Vec<Effect> {
    let Some(metric) = model.compare.selected_metric(model) else {
        return Vec::new();
    };
    let selected = model.compare.selected(model);
    let order = model.compare.best_first(model, &metric);
    // More may be marked than are compared.
    let rest = model.runs.marks.iter().skip(order.len()).cloned();
    model.runs.marks = order.iter().cloned().chain(rest).collect();
    if let Some(at) = selected.and_then(|id| order.iter().position(|r| *r == id)) {
        model.compare.list.selected = at;
    }
    Vec::new()
}

/// `d`: the other direction is the better one, or neither.
pub fn better(model: &mut Model) -> Vec<Effect> {
    if let Some(metric) = model.compare.selected_metric(model) {
        let next = model.compare.better(&metric).next();
        model.compare.better.insert(metric, next);
    }
    Vec::new()
}

/// The value that is selected, in full: of the metric or parameter, or of the curve at the read-out.
#[must_use]
pub fn value(model: &Model) -> Option<String> {
    let state = &model.compare;
    let at = state.list.selected;
    match state.view {
        View::Charts => {
            state.curves.cursor?;
            let metric = state.current_metric(model)?;
            Compare::read_out(&state.charts(model), at, &metric).map(|v| v.to_string())
        }
        View::Metrics => {
            let metric = state.selected_metric(model)?;
            let column = state.metric_column(model, &metric);
            (*column.values.get(at)?).map(|v| v.to_string())
        }
        View::Params => {
            let line = state.params(model).into_iter().nth(state.params.selected)?;
            line.values.get(at)?.clone()
        }
        View::Scatter | View::Parallel | View::Importance => None,
    }
}

/// `v`: latest, least or greatest values.
pub fn statistic(model: &mut Model) -> Vec<Effect> {
    model.compare.statistic = model.compare.statistic.next();
    Vec::new()
}
