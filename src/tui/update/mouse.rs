//! The mouse, for who wants it: a click selects, a second one opens, the wheel moves, a drag in a chart zooms.
//!
//! Nothing that acts is done by the mouse: dialogs take keys alone.

use ratatui::layout::{Position, Rect};

use super::{digest, global, keys, motion, prompt};
use crate::command::by_name;
use crate::model::compare::View;
use crate::model::layer::Layer;
use crate::model::list::{List, Move};
use crate::model::monitors::{FIXED, Monitors, grid};
use crate::model::nav::Pane;
use crate::model::registry::{Region, Registry};
use crate::model::{Model, Tone, zoom};
use crate::mouse::{Gesture, Mouse};
use crate::msg::Effect;
use crate::view::{header, layout, overlay};
use crate::widget::chart::Chart;

/// Rows that one notch of the wheel moves.
const NOTCH: isize = 3;
/// Columns that a press must be drawn over to be a drag.
const DRAG: u16 = 2;

/// `:mouse`: takes the mouse from the terminal, or leaves it.
pub fn toggle(model: &mut Model) -> Vec<Effect> {
    model.mouse = !model.mouse;
    model.drag = None;
    if model.mouse {
        model.toast(
            Tone::Note,
            "The mouse is the console's: click, wheel, drag in a chart.",
            "Shift (Option in some terminals) with a drag still selects text; :mouse gives it back.",
        );
    } else {
        model.toast(Tone::Note, "The mouse is the terminal's again.", "");
    }
    Vec::new()
}

/// Takes one gesture.
pub fn take(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    // What arrives after it was given back.
    if !model.mouse {
        return Vec::new();
    }
    model.touched = true;
    let at = Position::new(mouse.x, mouse.y);
    match mouse.gesture {
        Gesture::Wheel(notches) => wheel(model, at, notches),
        Gesture::Press if model.layers.is_empty() => press(model, at),
        Gesture::Press => press_layer(model, at),
        Gesture::Drag => drag(model, at),
        Gesture::Release => release(model, at),
    }
}

fn wheel(model: &mut Model, at: Position, notches: isize) -> Vec<Effect> {
    match model.layers.last() {
        Some(Layer::Help { .. }) => global::scroll_help(model, notches * NOTCH),
        Some(Layer::Digest(_)) => digest::step(model, notches),
        Some(Layer::Palette(_) | Layer::Picker(_) | Layer::Filter(_)) => {
            prompt::step(model, notches)
        }
        Some(Layer::Columns(_)) => super::run_table::in_columns(model, |l| l.step(notches)),
        Some(Layer::Ask(_) | Layer::Act(_) | Layer::Retrain(_) | Layer::Note(_)) => Vec::new(),
        None => {
            // In the Registry the list under the mouse is meant, not the one with the focus.
            if let Some((_, region)) = registry_list(model, at) {
                model.registry.region = region;
            }
            motion::go(model, Move::By(notches * NOTCH))
        }
    }
}

fn registry_list(model: &Model, at: Position) -> Option<(Rect, Region)> {
    if model.pane != Pane::Registry {
        return None;
    }
    let body = layout::screen(model.size).body;
    let versions = Registry::rows(model).len();
    let [a, b, _] = layout::registry(body, versions, model.data.request_rows().len());
    [(a, Region::Versions), (b, Region::Requests)]
        .into_iter()
        .find(|(area, _)| area.contains(at))
}

/// The row of a table under the mouse, below its rule and heads.
fn row(area: Rect, at: Position, list: List, len: usize) -> Option<usize> {
    let first = area.y.saturating_add(2);
    if !area.contains(at) || at.y < first {
        return None;
    }
    let row = list.offset + usize::from(at.y - first);
    (row < len).then_some(row)
}

fn press(model: &mut Model, at: Position) -> Vec<Effect> {
    let screen = layout::screen(model.size);
    if screen.header.contains(at) {
        if let Some(pane) = header::tab_at(model, at) {
            return global::open(model, pane);
        }
        return Vec::new();
    }
    if model.pane == Pane::Monitors {
        press_grid(model, at);
        return Vec::new();
    }
    if press_chart(model, at) {
        return Vec::new();
    }
    press_list(model, at)
}

fn press_list(model: &mut Model, at: Position) -> Vec<Effect> {
    let body = layout::screen(model.size).body;
    let area = match model.pane {
        Pane::Fleet => layout::fleet(body, model.data.fleet_rows().len()).0,
        // In the detail keys alone select.
        Pane::Runs if model.detail.is_open() => return Vec::new(),
        Pane::Runs => layout::runs(body, model.runs.detail).0,
        Pane::Compare => return press_compared(model, at),
        Pane::Registry => match registry_list(model, at) {
            Some((area, region)) => {
                model.registry.region = region;
                area
            }
            None => return Vec::new(),
        },
        Pane::Retrain => {
            layout::retrain(body, model.data.job_rows().len(), model.retrain.wide_log)[0]
        }
        Pane::Audit => layout::audit(body).0,
        Pane::Sql => layout::sql(body, model.sql.editor.lines()).1,
        Pane::Monitors => return Vec::new(),
    };
    let Some((list, len, _)) = motion::focused(model) else {
        return Vec::new();
    };
    let Some(row) = row(area, at, *list, len) else {
        return Vec::new();
    };
    if list.selected != row {
        list.selected = row;
        return Vec::new();
    }
    // A second click does what Enter does.
    let open = match model.pane {
        Pane::Fleet => "open model",
        Pane::Runs => "open run",
        Pane::Registry => "show run",
        _ => return Vec::new(),
    };
    match by_name(open).filter(|c| (c.enabled)(model)) {
        Some(command) => keys::run(model, command, ""),
        None => Vec::new(),
    }
}

/// A run below the charts; in the other views of Compare keys alone select.
fn press_compared(model: &mut Model, at: Position) -> Vec<Effect> {
    if model.compare.view == View::Charts {
        let (below, _) = layout::compare_head(layout::screen(model.size).body);
        let runs = model.compare.runs(model).len();
        let (_, area) = layout::compare_charts(below, runs);
        if let Some(row) = row(area, at, model.compare.list, runs) {
            model.compare.list.selected = row;
        }
    }
    Vec::new()
}

fn press_grid(model: &mut Model, at: Position) {
    let Some(monitor) = model.monitors.current(model) else {
        return;
    };
    let map = grid(&model.monitors, monitor, model);
    let rows = map.rows.len() as u16 + map.head_rows() + 1;
    let body = layout::screen(model.size).body;
    let [area, ..] = layout::monitors(body, rows, monitor.problems.len());
    // Below the title.
    let (_, area) = layout::top(area, 1);
    let values = !model.look.theme.has_colour();
    let Some((row, column)) = map.at(area, values, at) else {
        return;
    };
    let last = monitor.windows.len().saturating_sub(1);
    let rows = FIXED + Monitors::features(monitor).len();
    if row < rows {
        model.monitors.row = row;
    }
    if let Some(column) = column {
        model.monitors.column = (column < last).then_some(column);
    }
}

/// The chart of the Compare pane that is at a place, and where its curves are.
fn chart(model: &Model, at: Position) -> Option<(Chart, Rect)> {
    if model.pane != Pane::Compare || model.compare.view != View::Charts {
        return None;
    }
    let charts = model.compare.charts(model);
    let places = layout::charts(model.compare.charts_area(model), charts.len());
    let at_place = |(chart, place): (Chart, Rect)| {
        // Below the title.
        let (_, inner) = layout::top(place, 1);
        (place.contains(at) && !chart.is_empty()).then_some((chart, inner))
    };
    charts.into_iter().zip(places).find_map(at_place)
}

fn press_chart(model: &mut Model, at: Position) -> bool {
    match chart(model, at) {
        Some((chart, area)) if area.contains(at) => {
            model.compare.metric = Some(chart.title);
            model.drag = Some(at);
            true
        }
        _ => false,
    }
}

/// The read-out follows the mouse, so that one sees how far the drag goes.
fn drag(model: &mut Model, at: Position) -> Vec<Effect> {
    if let Some(from) = model.drag
        && let Some((chart, area)) = chart(model, from)
    {
        model.compare.curves.cursor = chart.x_at(area, at.x);
    }
    Vec::new()
}

fn release(model: &mut Model, at: Position) -> Vec<Effect> {
    let Some(from) = model.drag.take() else {
        return Vec::new();
    };
    let Some((chart, area)) = chart(model, from) else {
        return Vec::new();
    };
    let (a, b) = (chart.x_at(area, from.x), chart.x_at(area, at.x));
    let whole = model.compare.extent(model);
    let curves = &mut model.compare.curves;
    if from.x.abs_diff(at.x) < DRAG {
        curves.cursor = b;
    } else if let (Some(a), Some(b), Some(whole)) = (a, b, whole) {
        let least = zoom::least(&curves.axis, whole);
        let from = a.min(b).max(whole.0);
        curves.zoom = zoom::within(whole, (from, a.max(b).max(from + least)));
        curves.cursor = None;
    }
    Vec::new()
}

/// In a list that lies over the panes a click selects, a second one takes it; a click beside it leaves the list.
fn press_layer(model: &mut Model, at: Position) -> Vec<Effect> {
    let screen = layout::screen(model.size);
    match model.layers.last() {
        Some(Layer::Picker(picker)) => match overlay::picker_row(screen, picker, at) {
            overlay::Hit::Row(row) if row == picker.selected => return prompt::accept(model),
            overlay::Hit::Row(row) => {
                let by = row as isize - picker.selected as isize;
                return prompt::step(model, by);
            }
            overlay::Hit::Beside => return prompt::leave(model),
            overlay::Hit::Frame => {}
        },
        Some(Layer::Digest(shown)) => match overlay::digest_row(screen, shown, at) {
            overlay::Hit::Row(row) if row == shown.selected => return digest::open(model),
            overlay::Hit::Row(row) => {
                let by = row as isize - shown.selected as isize;
                return digest::step(model, by);
            }
            overlay::Hit::Beside => return global::close_layer(model),
            overlay::Hit::Frame => {}
        },
        _ => {}
    }
    Vec::new()
}
