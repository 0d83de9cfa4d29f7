//! Moving in the list in front, and keeping every list valid.

use crate::model::Model;
use crate::model::list::{List, Move};
use crate::model::monitors::{FIXED, Monitors};
use crate::model::nav::Pane;
use crate::model::registry::Region;
use crate::msg::Effect;
use crate::view::layout;

/// Moves in the list that has the focus.
pub fn go(model: &mut Model, motion: Move) -> Vec<Effect> {
    if model.pane == Pane::Monitors {
        rows_of_grid(model, motion);
        return Vec::new();
    }
    if model.pane == Pane::Retrain && model.retrain.wide_log {
        scroll_log(model, motion);
        return Vec::new();
    }
    if model.pane == Pane::Compare {
        super::compare::go(model, motion);
        return Vec::new();
    }
    if model.pane == Pane::Sql {
        super::sql::go(model, motion);
        return Vec::new();
    }
    if super::detail::is_front(model) {
        super::detail::go(model, motion);
        return Vec::new();
    }
    if let Some((list, len, height)) = focused(model) {
        list.go(motion, len, height);
    }
    Vec::new()
}

/// The list in front with its rows and the visible part of them.
pub(super) fn focused(model: &mut Model) -> Option<(&mut List, usize, usize)> {
    let measures = measures(model);
    let (len, height) = match model.pane {
        Pane::Fleet => measures.fleet,
        Pane::Runs => measures.runs,
        Pane::Registry if model.registry.region == Region::Versions => measures.versions,
        Pane::Registry => measures.requests,
        Pane::Retrain => measures.jobs,
        Pane::Audit => measures.audit,
        Pane::Sql => measures.sql,
        Pane::Monitors | Pane::Compare => return None,
    };
    let list = match model.pane {
        Pane::Fleet => &mut model.fleet.list,
        Pane::Runs => &mut model.runs.list,
        Pane::Registry if model.registry.region == Region::Versions => &mut model.registry.versions,
        Pane::Registry => &mut model.registry.requests,
        Pane::Retrain => &mut model.retrain.list,
        Pane::Audit => &mut model.audit.list,
        Pane::Sql => &mut model.sql.list,
        Pane::Monitors | Pane::Compare => return None,
    };
    Some((list, len, height))
}

/// Rows and visible rows of every list.
struct Measures {
    fleet: (usize, usize),
    runs: (usize, usize),
    versions: (usize, usize),
    requests: (usize, usize),
    jobs: (usize, usize),
    audit: (usize, usize),
    sql: (usize, usize),
}

fn measures(model: &Model) -> Measures {
    let body = layout::screen(model.size).body;
    let rows = layout::table_rows;
    let models = model.data.fleet_rows().len();
    let versions = crate::model::registry::Registry::rows(model).len();
    let requests = model.data.request_rows().len();
    let [a, b, _] = layout::registry(body, versions, requests);
    let jobs = model.data.job_rows().len();
    Measures {
        fleet: (models, rows(layout::fleet(body, models).0)),
        runs: (
            model.runs.total(model),
            rows(layout::runs(body, model.runs.detail).0),
        ),
        versions: (versions, rows(a)),
        requests: (requests, rows(b)),
        jobs: (
            jobs,
            rows(layout::retrain(body, jobs, model.retrain.wide_log)[0]),
        ),
        audit: (model.audit.rows(model).len(), rows(layout::audit(body).0)),
        sql: (
            model.sql.rows(),
            layout::sql_rows(layout::sql(body, model.sql.editor.lines()).1),
        ),
    }
}

/// Brings every selection back into its rows.
pub fn clamp(model: &mut Model) {
    let m = measures(model);
    model.fleet.list.clamp(m.fleet.0, m.fleet.1);
    // Before the first slice is here the selection is kept for it.
    if model.data.runs.value.is_some() {
        model.runs.list.clamp(m.runs.0, m.runs.1);
    }
    if model.pane == Pane::Compare {
        super::compare::clamp(model);
    }
    super::detail::clamp(model);
    model.registry.versions.clamp(m.versions.0, m.versions.1);
    model.registry.requests.clamp(m.requests.0, m.requests.1);
    model.retrain.list.clamp(m.jobs.0, m.jobs.1);
    model.audit.list.clamp(m.audit.0, m.audit.1);
    if model.pane == Pane::Sql {
        super::sql::clamp(model);
    }
    clamp_grid(model);
}

fn grid_rows(model: &Model) -> usize {
    model
        .monitors
        .current(model)
        .map_or(0, |m| FIXED + Monitors::features(m).len())
}

/// Feature rows visible in the grid.
fn grid_height(model: &Model) -> usize {
    let Some(monitor) = model.monitors.current(model) else {
        return 1;
    };
    let body = layout::screen(model.size).body;
    let grid = crate::model::monitors::grid(&model.monitors, monitor, model);
    let [area, ..] = layout::monitors(
        body,
        grid.rows.len() as u16 + grid.head_rows() + 1,
        monitor.problems.len(),
    );
    usize::from(area.height.saturating_sub(grid.head_rows() + 1)).max(1)
}

fn clamp_grid(model: &mut Model) {
    let monitors = model.data.monitor_rows().len();
    model.monitors.index = model.monitors.index.min(monitors.saturating_sub(1));
    let rows = grid_rows(model);
    let windows = model.monitors.current(model).map_or(0, |m| m.windows.len());
    let height = grid_height(model);
    let state = &mut model.monitors;
    state.row = state.row.min(rows.saturating_sub(1));
    // The newest column is followed, not remembered by its number.
    if state.column.is_some_and(|c| c + 1 >= windows) {
        state.column = None;
    }
    let feature = state.row.saturating_sub(FIXED);
    state.offset = state
        .offset
        .min(feature)
        .max((feature + 1).saturating_sub(height))
        .min(rows.saturating_sub(FIXED).saturating_sub(height));
}

fn rows_of_grid(model: &mut Model, motion: Move) {
    let mut list = List {
        selected: model.monitors.row,
        offset: 0,
    };
    list.go(motion, grid_rows(model), grid_height(model));
    model.monitors.row = list.selected;
}

/// In the wide log `j k` scroll the lines.
fn scroll_log(model: &mut Model, motion: Move) {
    let body = layout::screen(model.size).body;
    let height = usize::from(
        layout::retrain(body, model.data.job_rows().len(), true)[2]
            .height
            .saturating_sub(1),
    );
    let lines = model
        .data
        .log
        .value
        .as_ref()
        .map_or(0, |l| l.lines.len() + usize::from(!l.partial.is_empty()));
    let most = lines.saturating_sub(height);
    let back = if model.retrain.follow {
        0
    } else {
        model.retrain.back
    };
    let back = match motion {
        Move::By(n) => back.saturating_add_signed(n.saturating_neg()),
        Move::HalfPages(n) => back.saturating_add_signed(
            n.saturating_mul((height / 2).max(1) as isize)
                .saturating_neg(),
        ),
        Move::First => most,
        Move::Last => 0,
    };
    model.retrain.back = back.min(most);
    model.retrain.follow = model.retrain.back == 0;
}

/// Moves to the window before or after, or the chart's read-out.
pub fn sideways(model: &mut Model, by: isize) -> Vec<Effect> {
    match model.pane {
        Pane::Monitors => {
            if let Some(monitor) = model.monitors.current(model) {
                let last = monitor.windows.len().saturating_sub(1);
                let column = model.monitors.column(monitor).saturating_add_signed(by);
                model.monitors.column = (column < last).then_some(column);
            }
        }
        Pane::Compare => super::compare::sideways(model, by),
        Pane::Sql => super::sql::sideways(model, by),
        Pane::Runs if model.detail.is_open() => return super::detail::sideways(model, by),
        _ => {}
    }
    Vec::new()
}
