//! Commands of a run in detail.

pub mod asks;
mod chart;
pub mod files;
mod find;
pub mod log;
pub mod moment;

pub use asks::curves_in;
pub use chart::{curve, read_out};
pub use find::{can_seek, finding, has_text, next_match, type_find, wrap};

use ratatui::layout::Rect;
use trimtab_core::run::{RunId, RunRow};

use crate::model::detail::{NOTE, Reading, Tab, note_of};
use crate::model::list::Move;
use crate::model::nav::Pane;
use crate::model::pager::{Pager, Room};
use crate::model::{Model, Tone};
use crate::msg::Effect;
use crate::view::layout;
use crate::widget::markdown;

/// Whether a run in detail is in front.
#[must_use]
pub fn is_front(model: &Model) -> bool {
    model.pane == Pane::Runs && model.detail.is_open()
}

/// Whether the run in detail is not known, not yet or no more.
#[must_use]
pub fn is_unknown(model: &Model) -> bool {
    is_front(model) && model.run_in_front().is_none()
}

/// Shows a run in detail, over the whole pane.
pub fn open(model: &mut Model, run: RunId) {
    model.pane = Pane::Runs;
    model.detail.open(run);
}

/// Shows the selected run in detail.
pub fn open_selected(model: &mut Model) -> Vec<Effect> {
    if let Some(id) = model.runs.selected(model).map(|r| r.id.clone()) {
        model.detail.open(id);
    }
    Vec::new()
}

/// `:tab NAME`.
pub fn show_named(model: &mut Model, name: &str) -> Vec<Effect> {
    match Tab::from_word(name) {
        Some(tab) => show(model, tab),
        None => {
            let names: Vec<&str> = Tab::ALL.iter().map(|t| t.word()).collect();
            model.toast(
                Tone::Note,
                format!("There is no tab \"{name}\"."),
                format!("Tabs: {}.", names.join(", ")),
            );
            Vec::new()
        }
    }
}

/// Brings a tab to the front.
pub fn show(model: &mut Model, tab: Tab) -> Vec<Effect> {
    let detail = &mut model.detail;
    if detail.tab != tab {
        detail.tab = tab;
        detail.alone = false;
        detail.reading = None;
        if tab == Tab::Inputs {
            // A run that goes on may have read more since.
            detail.inputs = None;
        }
    }
    Vec::new()
}

/// The tab so many places to the right.
pub fn beside(model: &mut Model, by: isize) -> Vec<Effect> {
    let tab = model.detail.tab.beside(by);
    show(model, tab)
}

/// The next run of the table, or the one before, in the same tab.
pub fn next_run(model: &mut Model, by: isize) -> Vec<Effect> {
    let len = model.runs.total(model);
    let at = model.runs.list.selected.saturating_add_signed(by);
    let at = at.min(len.saturating_sub(1));
    model.runs.list.selected = at;
    let next = model.runs.row(model, at).map(|r| r.id.clone());
    match next {
        Some(id) => model.detail.open(id),
        None => model.toast(Tone::Note, "That run is still on its way.", ""),
    }
    Vec::new()
}

/// Leaves one thing of the detail, at last the detail; false when it is not in front.
pub fn leave(model: &mut Model) -> bool {
    if !is_front(model) {
        return false;
    }
    let detail = &mut model.detail;
    let tab = detail.tab;
    // The first of these that is there goes.
    let gone = detail.reading.take().is_some()
        || detail.artifacts.viewer.take().is_some()
        || (detail.has_chart() && detail.cursor.take().is_some())
        || std::mem::take(&mut detail.alone);
    if gone {
        return true;
    }
    if !detail.filter(tab).is_empty() {
        detail.set_filter(tab, "");
    } else if tab == Tab::Log && !detail.log.pager.find.is_empty() {
        detail.log.pager.find.clear();
        detail.log.pager.hit = None;
    } else {
        detail.run = None;
    }
    true
}

/// Where the tab's content is.
#[must_use]
pub fn area(model: &Model) -> Rect {
    layout::detail(layout::screen(model.size).body)
}

/// The room of a text alone.
#[must_use]
pub fn text_room(model: &Model) -> Room {
    room(layout::detail_text(area(model)), 1)
}

/// A part of the screen as a text's room, `margin` columns left out.
#[must_use]
pub fn room(area: Rect, margin: u16) -> Room {
    Room {
        columns: usize::from(area.width.saturating_sub(margin)).max(1),
        rows: usize::from(area.height).max(1),
    }
}

/// Rows and visible rows of the list in front.
#[must_use]
pub fn measure(model: &Model) -> Option<(usize, usize)> {
    let run = model.run_in_front()?;
    let detail = &model.detail;
    let below = area(model);
    let (list, _) = layout::detail_list(below);
    let rows = usize::from(list.height.saturating_sub(1));
    match detail.tab {
        Tab::Params | Tab::Tags | Tab::Inputs => Some((detail.facts(run).len(), rows)),
        Tab::Metrics => Some((
            detail.metric_keys(run).len(),
            usize::from(below.height.saturating_sub(1)),
        )),
        Tab::System => Some((detail.metric_keys(run).len(), 1)),
        Tab::Artifacts => Some((
            detail.artifacts.nodes(detail.filter(Tab::Artifacts)).len(),
            usize::from(below.height.saturating_sub(1)),
        )),
        Tab::Overview | Tab::Log | Tab::Notes => None,
    }
}

/// Moves in the tab in front.
pub fn go(model: &mut Model, motion: Move) {
    let room = text_room(model);
    if let Some(reading) = &mut model.detail.reading {
        return reading.pager.go(motion, &reading.lines[..], room);
    }
    match model.detail.tab {
        Tab::Artifacts if model.detail.artifacts.viewer.is_some() => files::go(model, motion),
        Tab::Log => log::go(model, motion),
        Tab::Notes => {
            let (lines, room) = note_lines(model);
            model.detail.note.go(motion, &lines[..], room);
        }
        // In the overview there is no list: the table's next run is looked at.
        Tab::Overview => {
            if let Move::By(n) = motion {
                next_run(model, n);
            }
        }
        tab => {
            let step = if tab == Tab::System {
                columns(model)
            } else {
                1
            };
            let motion = match motion {
                Move::By(n) if !model.detail.alone => Move::By(n * step),
                other => other,
            };
            if let Some((len, height)) = measure(model) {
                model.detail.list_mut(tab).go(motion, len, height);
            }
        }
    }
}

/// Charts side by side.
fn columns(model: &Model) -> isize {
    layout::most_charts(area(model)).0.max(1) as isize
}

/// The lines of the note as they are set, and their room.
#[must_use]
pub fn note_lines(model: &Model) -> (Vec<String>, Room) {
    let room = room(area(model), 2);
    let text = model.run_in_front().map_or("", note_of);
    let lines = markdown::set(text, room.columns, model.look.glyphs);
    (lines.iter().map(markdown::Line::plain).collect(), room)
}

/// Brings every place in the detail back into what there is.
pub fn clamp(model: &mut Model) {
    if !model.detail.is_open() {
        return;
    }
    let tab = model.detail.tab;
    if let Some((len, height)) = measure(model) {
        model.detail.list_mut(tab).clamp(len, height);
    }
    let room = text_room(model);
    if let Some(reading) = &mut model.detail.reading {
        reading.pager.clamp(&reading.lines[..], room);
    }
    match tab {
        Tab::Log => log::clamp(model),
        Tab::Notes => {
            let (lines, room) = note_lines(model);
            model.detail.note.clamp(&lines[..], room);
        }
        Tab::Artifacts => files::clamp(model),
        _ => {}
    }
}

/// Left and right: the read-out, the next chart, folders, long lines.
pub fn sideways(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(reading) = &mut model.detail.reading {
        reading.pager.sideways(by);
        return Vec::new();
    }
    match model.detail.tab {
        _ if model.detail.has_chart() => chart::move_cursor(model, by),
        Tab::System => {
            if let Some((len, height)) = measure(model) {
                model
                    .detail
                    .list_mut(Tab::System)
                    .go(Move::By(by), len, height);
            }
        }
        Tab::Artifacts => files::sideways(model, by),
        Tab::Log => model.detail.log.pager.sideways(by),
        _ => {}
    }
    Vec::new()
}

/// Enter: a metric's chart, a value in full, a folder or a file.
pub fn closer(model: &mut Model) -> Vec<Effect> {
    match model.detail.tab {
        Tab::Metrics | Tab::System => {
            model.detail.alone = !model.detail.alone;
            model.detail.cursor = None;
            Vec::new()
        }
        Tab::Artifacts => files::open(model),
        Tab::Notes => super::notes::edit_run(model),
        _ => read(model),
    }
}

/// Whether Enter leads anywhere.
#[must_use]
pub fn can_go_closer(model: &Model) -> bool {
    let detail = &model.detail;
    match detail.tab {
        Tab::Overview | Tab::Log => false,
        Tab::Notes => model.may_act(),
        Tab::Artifacts => files::can_open(model),
        _ => detail.reading.is_none() && measure(model).is_some_and(|(len, _)| len > 0),
    }
}

/// Reads the selected value alone.
fn read(model: &mut Model) -> Vec<Effect> {
    let Some(fact) = model.run_in_front().and_then(|r| model.detail.fact(r)) else {
        return Vec::new();
    };
    let text: String = fact.full.join("\n");
    let set = crate::model::detail::form::pretty_json(&text);
    model.detail.reading = Some(Reading {
        title: fact.name,
        lines: set.lines().map(crate::widget::text::clean).collect(),
        pager: Pager::wrapped(),
    });
    Vec::new()
}

/// `y` and `Y`: the name of what is selected, or its value.
#[must_use]
pub fn copied(model: &Model, whole: bool) -> Option<String> {
    let run = model.run_in_front()?;
    let detail = &model.detail;
    let named = |name: String, value: String| Some(if whole { value } else { name });
    match detail.tab {
        Tab::Overview => match (whole, detail.cursor) {
            (true, Some(x)) => read_out(model, x).map(|v| v.to_string()),
            (true, None) => Some(super::runs::as_text(run)),
            (false, _) => Some(run.id.to_string()),
        },
        Tab::Params | Tab::Tags | Tab::Inputs => {
            let fact = detail.fact(run)?;
            let value = match detail.tab {
                Tab::Inputs => fact.full.join("\n"),
                Tab::Params => run.params.get(&fact.name)?.clone(),
                _ => run.tags.get(&fact.name)?.clone(),
            };
            named(fact.name, value)
        }
        Tab::Metrics | Tab::System => {
            let key = detail.charted(&model.runs, run)?;
            let value = match detail.cursor.filter(|_| detail.alone) {
                Some(x) => read_out(model, x)?,
                None => run.metric(&key)?,
            };
            named(key, value.to_string())
        }
        Tab::Artifacts => files::copied(model, whole),
        Tab::Log => log::copied(model, whole),
        Tab::Notes => named(format!("{NOTE} {}", run.id), note_of(run).to_owned()),
    }
}

/// A tab's list has nothing because of its filter.
#[must_use]
pub fn is_filtered_empty(model: &Model, run: &RunRow) -> bool {
    let detail = &model.detail;
    !detail.filter(detail.tab).is_empty()
        && match detail.tab {
            Tab::Metrics | Tab::System => detail.metric_keys(run).is_empty(),
            Tab::Artifacts => detail.artifacts.nodes(detail.filter(detail.tab)).is_empty(),
            _ => detail.facts(run).is_empty(),
        }
}
