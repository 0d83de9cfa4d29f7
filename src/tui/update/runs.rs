//! Commands of the Runs pane.

use std::fmt::Write as _;

use trimtab_core::run::RunRow;

use super::prompt;
use crate::model::data::Slot;
use crate::model::layer::Choice;
use crate::model::nav::Pane;
use crate::model::{Model, Tone};
use crate::msg::Effect;
use crate::widget::chart::{Chart, Line};

/// The run that `y` means.
#[must_use]
pub fn subject(model: &Model) -> Option<&RunRow> {
    if model.pane == Pane::Compare && !model.compare.differences {
        return model
            .data
            .run_by_id(model.compare.runs(model).get(model.compare.list.selected)?);
    }
    model.runs.selected(model)
}

/// Shows or hides the detail.
pub fn toggle_detail(model: &mut Model) -> Vec<Effect> {
    model.runs.detail = !model.runs.detail;
    Vec::new()
}

/// Marks or unmarks the selected run and moves on.
pub fn mark(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.runs.selected(model).map(|r| r.id.clone()) else {
        return Vec::new();
    };
    if let Some(at) = model.runs.marks.iter().position(|m| *m == id) {
        model.runs.marks.remove(at);
    } else {
        model.runs.marks.push(id);
    }
    super::motion::go(model, crate::model::list::Move::By(1))
}

/// Begins a range, or marks everything in it.
pub fn mark_range(model: &mut Model) -> Vec<Effect> {
    let here = model.runs.list.selected;
    match model.runs.anchor.take() {
        None => {
            model.runs.anchor = Some(here);
            model.toast(
                Tone::Note,
                "Range begun: move, then v marks it, Esc leaves it.",
                "",
            );
        }
        Some(anchor) => {
            let (from, to) = (anchor.min(here), anchor.max(here));
            let ids: Vec<_> = (from..=to)
                .filter_map(|i| model.runs.row(model, i))
                .map(|r| r.id.clone())
                .collect();
            for id in ids {
                if !model.runs.marks.contains(&id) {
                    model.runs.marks.push(id);
                }
            }
        }
    }
    Vec::new()
}

/// Unmarks every run.
pub fn clear_marks(model: &mut Model) -> Vec<Effect> {
    model.runs.marks.clear();
    model.runs.anchor = None;
    Vec::new()
}

/// Opens the Compare pane.
pub fn compare(model: &mut Model) -> Vec<Effect> {
    model.pane = Pane::Compare;
    Vec::new()
}

/// Opens the choice of orders.
pub fn sort(model: &mut Model) -> Vec<Effect> {
    let orders = model.runs.orders(model);
    let now = orders
        .iter()
        .position(|(_, o)| *o == model.runs.order)
        .unwrap_or(0);
    prompt::pick(
        model,
        Choice::RunOrder,
        "Order runs by",
        orders.into_iter().map(|(n, _)| n).collect(),
        now,
    )
}

/// Takes a chosen order.
pub fn set_order(model: &mut Model, index: usize) {
    if let Some((_, order)) = model.runs.orders(model).into_iter().nth(index) {
        model.runs.order = order;
        model.runs.list = Default::default();
        model.runs.page_offset = 0;
    }
}

/// Filters by words.
pub fn set_filter(model: &mut Model, text: &str) {
    model.runs.filter = text.to_owned();
    model.runs.list = Default::default();
    model.runs.page_offset = 0;
    model.runs.anchor = None;
}

/// Takes the chosen metric of the run or job in front.
pub fn set_metric(model: &mut Model, index: usize) {
    let key = super::compare::detail_keys(model).into_iter().nth(index);
    if model.pane == Pane::Retrain {
        model.retrain.metric = key;
    } else {
        model.runs.metric = key;
        model.runs.detail = true;
    }
}

/// The curve of the selected run.
#[must_use]
pub fn detail_chart(model: &Model) -> Option<Chart> {
    let run = model.runs.selected(model)?;
    let key = model.runs.detail_metric(run)?;
    let series = model
        .data
        .curves(Slot::Detail)
        .iter()
        .find(|s| s.run == run.id && s.key == key)?;
    let points = crate::model::compare::points(series, crate::model::compare::Axis::Step);
    Some(Chart {
        title: key.clone(),
        lines: vec![Line {
            name: key,
            points,
            series: 0,
            faint: false,
        }],
        x_label: "step".into(),
        ..Chart::default()
    })
}

/// A run in lines, for the clipboard.
#[must_use]
pub fn as_text(run: &RunRow) -> String {
    let mut out = format!(
        "run {} {} {} started {}",
        run.id,
        run.name,
        run.status.word(),
        run.started
    );
    for (key, value) in &run.params {
        let _ = write!(out, "\nparam {key}={value}");
    }
    for (key, m) in &run.metrics {
        let _ = write!(
            out,
            "\nmetric {key}={} (step {})",
            m.latest.value, m.latest.step
        );
    }
    for (key, value) in &run.tags {
        let _ = write!(out, "\ntag {key}={value}");
    }
    out
}
