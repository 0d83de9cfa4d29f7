//! Commands of the views that need many runs: scatter, parallel axes, importance.

use trimtab_core::run::RunKey;

use crate::model::compare::View;
use crate::model::compare::importance::lines;
use crate::model::layer::Choice;
use crate::model::nav::Pane;
use crate::model::{Model, Tone};
use crate::msg::Effect;
use crate::update::prompt;

/// Opens the choice of a column for an axis of the scatter.
pub fn choose(model: &mut Model, choice: Choice) -> Vec<Effect> {
    let columns = model.compare.axis_columns(model);
    let now = model.compare.scatter_keys(model);
    let now = now.map(|(x, y)| if choice == Choice::ScatterX { x } else { y });
    let at = now.and_then(|n| columns.iter().position(|c| *c == n));
    let title = match choice {
        Choice::ScatterX => "Across",
        _ => "Up",
    };
    let names = columns.iter().map(RunKey::name).collect();
    prompt::pick(model, choice, title, names, at.unwrap_or(0))
}

/// Takes a chosen column.
pub fn chosen(model: &mut Model, choice: Choice, index: usize) {
    let column = model.compare.axis_columns(model).into_iter().nth(index);
    match choice {
        Choice::ScatterX => model.compare.scatter.0 = column,
        _ => model.compare.scatter.1 = column,
    }
}

/// Takes the chosen metric of a crowd of runs.
pub fn chosen_metric(model: &mut Model, index: usize) {
    model.compare.metric = model.compare.crowd_metrics(model).into_iter().nth(index);
}

/// `s`, or with the columns across and up: `params.depth,metrics.auc`.
pub fn scatter(model: &mut Model, named: &str) -> Vec<Effect> {
    if !named.trim().is_empty() {
        match RunKey::parse_list(named) {
            Ok(keys) => {
                let mut keys = keys.into_iter();
                model.compare.scatter.0 = keys.next();
                model.compare.scatter.1 = keys.next().or(model.compare.scatter.1.take());
            }
            Err(wrong) => {
                let hint = "For example :scatter params.depth,metrics.auc";
                model.toast(Tone::Note, wrong.to_string(), hint);
                return Vec::new();
            }
        }
    }
    super::show(model, View::Scatter)
}

/// `p`, or with the columns of the axes.
pub fn parallel(model: &mut Model, named: &str) -> Vec<Effect> {
    if !named.trim().is_empty() {
        match RunKey::parse_list(named) {
            Ok(keys) => model.compare.axes = (!keys.is_empty()).then_some(keys),
            Err(wrong) => {
                let hint = "For example :parallel params.depth,params.lr,metrics.auc";
                model.toast(Tone::Note, wrong.to_string(), hint);
                return Vec::new();
            }
        }
    }
    super::show(model, View::Parallel)
}

/// From a parameter by its importance to its scatter.
pub fn scatter_factor(model: &mut Model) -> Vec<Effect> {
    let found = model.compare.importance(model);
    let lines = lines(&found);
    let Some(line) = lines.get(model.compare.factors.selected) else {
        return Vec::new();
    };
    let param = line.param().to_owned();
    model.compare.scatter.0 = Some(RunKey::Param(param));
    model.compare.scatter.1 = None;
    super::show(model, View::Scatter)
}

/// Whether the parallel axes are in front, with an axis to move or hide.
#[must_use]
pub fn has_axes(model: &Model) -> bool {
    let state = &model.compare;
    model.pane == Pane::Compare
        && state.view == View::Parallel
        && !state.parallel_keys(model).is_empty()
}

/// `[` and `]`: moves the selected axis among the others.
pub fn move_axis(model: &mut Model, by: isize) -> Vec<Effect> {
    let mut keys = model.compare.parallel_keys(model);
    let at = model.compare.axis.selected;
    let to = at.saturating_add_signed(by);
    if at < keys.len() && to < keys.len() {
        keys.swap(at, to);
        model.compare.axis.selected = to;
        model.compare.axes = Some(keys);
    }
    Vec::new()
}

/// `-`: hides the selected axis; two stay.
pub fn hide_axis(model: &mut Model) -> Vec<Effect> {
    let mut keys = model.compare.parallel_keys(model);
    let at = model.compare.axis.selected;
    if at < keys.len() && keys.len() > 2 {
        keys.remove(at);
        model.compare.axes = Some(keys);
    }
    Vec::new()
}

/// `=`: the axes that nobody chose.
pub fn reset_axes(model: &mut Model) -> Vec<Effect> {
    model.compare.axes = None;
    Vec::new()
}
