//! Moving in the view in front, and keeping its selections valid.

use super::curves;
use crate::model::Model;
use crate::model::compare::View;
use crate::model::list::{List, Move};
use crate::view::layout;

/// Rows of a list, and how many of them are visible.
type Measure = (usize, usize);

/// Runs, rows down and, where there are any, columns across.
fn measures(model: &Model) -> (Measure, Measure) {
    let body = layout::screen(model.size).body;
    let state = &model.compare;
    let runs = state.runs(model).len();
    let (below, _) = layout::compare_head(body);
    let under_chart = |runs: usize| {
        let (_, table) = layout::compare_charts(below, runs);
        (runs, layout::table_rows(table))
    };
    match state.view {
        View::Charts => (under_chart(runs), (0, 0)),
        View::Scatter => (under_chart(state.crowd(model).len()), (0, 0)),
        View::Parallel => (
            under_chart(state.crowd(model).len()),
            (
                state.parallel_keys(model).len(),
                layout::parallel_axes(body.width),
            ),
        ),
        View::Importance => {
            let found = state.importance(model);
            let lines = found.factors.len() + found.left_out.len();
            ((lines, layout::table_rows(below)), (0, 0))
        }
        View::Params => (
            (state.params(model).len(), layout::table_rows(below)),
            (runs, layout::param_columns(body.width)),
        ),
        View::Metrics => (
            (runs, layout::table_rows(below)),
            (
                state.metrics(model).len(),
                layout::metric_columns(body.width),
            ),
        ),
    }
}

/// The list down and the list across.
fn lists(model: &mut Model) -> (&mut List, Option<&mut List>) {
    let state = &mut model.compare;
    match state.view {
        View::Charts | View::Scatter => (&mut state.list, None),
        View::Parallel => (&mut state.list, Some(&mut state.axis)),
        View::Importance => (&mut state.factors, None),
        View::Params => (&mut state.params, Some(&mut state.list)),
        View::Metrics => (&mut state.list, Some(&mut state.columns)),
    }
}

/// Up and down.
pub fn go(model: &mut Model, motion: Move) {
    let ((len, height), _) = measures(model);
    lists(model).0.go(motion, len, height);
}

/// Left and right: the read-out of curves, the column of tables.
pub fn sideways(model: &mut Model, by: isize) {
    let (_, (len, width)) = measures(model);
    let charts = model.compare.view == View::Charts;
    match lists(model).1 {
        Some(list) => list.go(Move::By(by), len, width),
        None if charts => curves::read_out(model, by),
        None => {}
    }
}

/// Brings the selections back into their rows. The views that are not in front are seen to when they are.
pub fn clamp(model: &mut Model) {
    let ((len, height), (columns, width)) = measures(model);
    let (down, across) = lists(model);
    down.clamp(len, height);
    if let Some(across) = across {
        across.clamp(columns, width);
    }
}
