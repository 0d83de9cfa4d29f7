//! The digest: asked for after an absence, shown once when there is something to tell, left with any key.

use trimtab_core::run::{RunPage, RunQuery};
use trimtab_core::time::Millis;
use trimtab_wire::Request;

use crate::model::digest::{Change, Gathering, Part, Place};
use crate::model::layer::{Digest, Layer};
use crate::model::list::List;
use crate::model::registry::Registry;
use crate::model::{Model, Tone};
use crate::msg::{Call, Effect, Trouble};
use crate::remember::Left;

pub use crate::model::digest::open_alerts;

/// Milliseconds between two starts that are no absence.
const SHORT: i64 = 60_000;
/// Milliseconds without the focus that are an absence.
const AWAY: i64 = 10 * 60_000;

/// Asks what changed since somebody looked, if that was long ago.
pub fn begin(model: &mut Model, left: Left) -> Vec<Effect> {
    if left.at == Millis::default() || model.now.since(left.at) < SHORT || !model.is_up() {
        return Vec::new();
    }
    let asks = Part::ALL.map(|part| {
        let query = RunQuery {
            filter: part.filter(left.at),
            limit: 5,
            ..RunQuery::default()
        };
        (Call::Digest(part), Request::Runs(query))
    });
    model.gathering = Some(Gathering::new(left));
    asks.into_iter()
        .map(|(call, request)| model.ask(call, request))
        .collect()
}

/// The terminal window has the focus again, or lost it.
pub fn focused(model: &mut Model, focused: bool) -> Vec<Effect> {
    model.focused = focused;
    if !focused {
        model.looked = Some(super::session::left(model));
        return Vec::new();
    }
    match model.looked.take() {
        Some(left) if model.now.since(left.at) >= AWAY => begin(model, left),
        _ => Vec::new(),
    }
}

/// Takes the runs of one question.
pub fn answered(model: &mut Model, part: Part, result: Result<RunPage, Trouble>) {
    let at = Part::ALL.iter().position(|p| *p == part);
    let slot = model.gathering.as_mut().zip(at);
    if let Some(slot) = slot.and_then(|(g, at)| g.runs.get_mut(at)) {
        *slot = Some(result);
    }
}

/// Shows the digest once everything that it tells is here; with nothing to tell, nothing.
pub fn settle(model: &mut Model) {
    // Whoever types at this moment is not disturbed.
    if !model.layers.is_empty() || !model.pending.is_empty() {
        return;
    }
    let Some(gathering) = &model.gathering else {
        return;
    };
    let Some(changes) = gathering.changes(model) else {
        return;
    };
    let since = gathering.left.at;
    model.gathering = None;
    if changes.is_empty() {
        return;
    }
    model.away = Some((since, changes.clone()));
    show(model, since, changes);
}

fn show(model: &mut Model, since: Millis, changes: Vec<Change>) {
    model.layers.push(Layer::Digest(Digest {
        since,
        until: model.now,
        changes,
        selected: 0,
    }));
}

/// `:digest`: shows the last one again.
pub fn again(model: &mut Model) -> Vec<Effect> {
    match model.away.clone() {
        Some((since, changes)) => show(model, since, changes),
        None => model.toast(Tone::Note, "Nothing changed while nobody looked.", ""),
    }
    Vec::new()
}

/// Moves among the changes.
pub fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(Layer::Digest(digest)) = model.layers.last_mut() {
        let last = digest.changes.len().saturating_sub(1);
        digest.selected = digest.selected.saturating_add_signed(by).min(last);
    }
    Vec::new()
}

/// Enter: goes where the selected change is.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(Layer::Digest(digest)) = model.layers.pop() else {
        return Vec::new();
    };
    let Some(change) = digest.changes.into_iter().nth(digest.selected) else {
        return Vec::new();
    };
    model.pane = change.place.pane();
    match change.place {
        Place::Runs(filter) => super::run_filter::set_filter(model, &filter),
        Place::Registry(region, name) => {
            model.registry.region = region;
            let version = Registry::rows(model).iter().position(|v| v.model == name);
            let requests = model.data.request_rows();
            let request = requests.iter().position(|r| r.model == name);
            let list =
                |at: Option<usize>, now: List| at.map_or(now, |selected| List { selected, ..now });
            model.registry.versions = list(version, model.registry.versions);
            model.registry.requests = list(request, model.registry.requests);
        }
        Place::Monitor(name) => {
            let at = model
                .data
                .monitor_rows()
                .iter()
                .position(|w| w.name == name);
            if let Some(index) = at {
                model.monitors = crate::model::monitors::Monitors {
                    index,
                    ..Default::default()
                };
            }
        }
        Place::Job(id) => {
            let at = model.data.job_rows().iter().position(|j| j.id == id);
            model.retrain.list.selected = at.unwrap_or(model.retrain.list.selected);
        }
    }
    Vec::new()
}
