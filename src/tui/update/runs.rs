//! Commands of the Runs pane.

use std::fmt::Write as _;
use std::sync::Arc;

use trimtab_core::metric::Series;
use trimtab_core::run::{RunId, RunPage, RunQuery, RunRow};
use trimtab_wire::Request;

use crate::model::compare::axis::{Axis, points};
use crate::model::data::Slot;
use crate::model::detail::Tab;
use crate::model::nav::Pane;
use crate::model::{Model, Tone, zoom};
use crate::msg::{Call, Effect};
use crate::widget::chart::{Chart, Line};

/// Runs that one range marks at most; an act takes no more.
const MOST: u32 = 1_000;

/// The run that `y` means.
#[must_use]
pub fn subject(model: &Model) -> Option<&RunRow> {
    if model.pane == Pane::Compare {
        return model.data.run_by_id(&model.compare.selected(model)?);
    }
    model.run_in_front()
}

/// Opens or closes a group; shows a run beside the table, the second time in detail over the whole pane.
pub fn open(model: &mut Model) -> Vec<Effect> {
    if !model.runs.on_run(model) {
        return super::run_table::fold(model, None);
    }
    if model.runs.detail {
        return super::detail::open_selected(model);
    }
    model.runs.detail = true;
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
            let to = to.min(from + MOST as usize - 1);
            if to < anchor.max(here) {
                model.toast(
                    Tone::Note,
                    format!("Only the first {MOST} lines of the range are marked."),
                    "Acts take no more at once.",
                );
            }
            let is_here = (from..=to).all(|i| model.runs.row(model, i).is_some());
            if is_here {
                let ids: Vec<_> = (from..=to)
                    .filter(|i| model.runs.line(model, *i).group.is_none())
                    .filter_map(|i| model.runs.row(model, i))
                    .map(|r| r.id.clone())
                    .collect();
                mark_all(model, ids);
            } else {
                // A part of the range lies on slices that are not here.
                let query = RunQuery {
                    offset: from as u64,
                    limit: u32::try_from(to - from + 1).unwrap_or(MOST),
                    ..model.runs.query()
                };
                let call = Call::MarkRange(Box::new(query.clone()));
                return vec![model.ask(call, Request::Runs(query))];
            }
        }
    }
    Vec::new()
}

/// Marks the runs of a slice; the heads of groups are none.
pub fn mark_page(model: &mut Model, page: &RunPage) {
    let rows = page.rows.iter().enumerate();
    let runs = rows.filter(|(i, _)| page.line(*i).group.is_none());
    let runs: Vec<&RunRow> = runs.map(|(_, r)| r).collect();
    // Other slices never come for them, and what is compared must be known.
    let known = runs.iter().map(|r| (r.id.clone(), (*r).clone()));
    model.data.known_runs.extend(known);
    mark_all(model, runs.into_iter().map(|r| r.id.clone()));
}

/// Marks runs that are not marked yet.
fn mark_all(model: &mut Model, ids: impl IntoIterator<Item = RunId>) {
    let mut marked: std::collections::HashSet<RunId> = model.runs.marks.iter().cloned().collect();
    for id in ids {
        if marked.insert(id.clone()) {
            model.runs.marks.push(id);
        }
    }
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

/// Takes the chosen metric of the run or job in front.
pub fn set_metric(model: &mut Model, index: usize) {
    let key = super::compare::detail_keys(model).into_iter().nth(index);
    if model.pane == Pane::Retrain {
        model.retrain.metric = key;
    } else {
        model.runs.metric = key;
        if model.detail.is_open() {
            model.detail.cursor = None;
            super::detail::show(model, Tab::Overview);
        } else {
            model.runs.detail = true;
        }
    }
}

/// The curve of the selected run, as it was sent.
#[must_use]
pub fn detail_series(model: &Model) -> Option<&Series> {
    super::detail::curve(model)
}

/// The curve of the selected run, or the part of it that is looked at closer.
#[must_use]
pub fn detail_chart(model: &Model) -> Option<Chart> {
    let whole = detail_series(model)?;
    let mut parts = model.data.curves(Slot::DetailZoom).iter();
    let part = parts.find(|s| s.run == whole.run && s.key == whole.key);
    let joined = zoom::joined(
        &whole.points,
        part.map(|part| (part.span, part.points.as_slice())),
    );
    let close = model.runs.close.as_ref().filter(|c| c.run == whole.run);
    Some(Chart {
        title: whole.key.clone(),
        cursor: model.detail.cursor.filter(|_| model.detail.is_open()),
        lines: vec![Line {
            name: whole.key.clone(),
            points: Arc::new(points(&joined, &Axis::Step, 0, None)),
            series: 0,
            faint: false,
        }],
        x_label: "step".into(),
        x_range: close.map(|c| c.shown),
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
