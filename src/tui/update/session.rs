//! What is remembered between two starts: taken up when it has been read, written down when it changed.

use trimtab_core::expr;
use trimtab_core::run::{RunId, RunPage, RunQuery};
use trimtab_core::time::Millis;
use trimtab_wire::Request;

use super::{digest, run_table};
use crate::model::session::Session;
use crate::model::{Model, Tone};
use crate::msg::{Call, Effect, Trouble};
use crate::remember::{Left, Remembered};

/// Milliseconds from a change of place to its being written: whoever walks through a table writes once.
const AFTER: i64 = 3_000;
/// Milliseconds after which it is written down again that somebody looks, so that a console that is killed knows
/// about when.
const LOOKS: i64 = 10 * 60_000;

/// Takes what was remembered.
pub fn recalled(model: &mut Model, state: Result<Box<Remembered>, Trouble>) -> Vec<Effect> {
    let mut state = state.map_or_else(
        |trouble| {
            model.toast(Tone::Note, trouble.message, trouble.hint);
            Remembered::default()
        },
        |state| *state,
    );
    run_table::recalled(model, &mut state);
    let touched = model.touched;
    state.session.take_up(model, touched);
    // As this console has it: what it cannot take up is no change of somebody's.
    state.session = Session::of(model);
    let left = state.left.clone();
    model.remembered = Some(state);
    let mut effects = marks(model);
    effects.extend(digest::begin(model, left));
    effects
}

/// Asks for the marked runs: other panes show their names, and those that are gone go from the marks.
fn marks(model: &mut Model) -> Vec<Effect> {
    if model.runs.marks.is_empty() || !model.is_up() {
        return Vec::new();
    }
    let ids: Vec<&str> = model.runs.marks.iter().map(RunId::as_str).collect();
    let query = RunQuery {
        filter: format!("id in ({})", ids.join(", ")),
        limit: u32::try_from(ids.len()).unwrap_or(u32::MAX),
        ..RunQuery::default()
    };
    debug_assert!(expr::parse(&query.filter, model.now).is_ok());
    let asked = model.runs.marks.clone();
    vec![model.ask(Call::Marks(asked), Request::Runs(query))]
}

/// Takes the runs that were marked in the last session; marks made since are not among those asked for.
pub fn marked(model: &mut Model, asked: &[RunId], page: RunPage) {
    for row in page.rows {
        model.data.known_runs.insert(row.id.clone(), row);
    }
    let known = &model.data.known_runs;
    let gone = |id: &RunId| asked.contains(id) && known.get(id).is_none_or(|r| r.deleted);
    model.runs.marks.retain(|id| !gone(id));
}

/// Writes down what is to be remembered: columns and views at once, the place once somebody stays there, all of it
/// when they look away or leave.
pub fn remember(model: &mut Model, leaving: bool) -> Option<Effect> {
    let known = model.remembered.as_ref()?;
    let workspace = model.link.welcome.as_ref()?.root.clone();
    let mut state = run_table::remembered(model);
    state.session = Session::of(model);
    state.left = known.left.clone();

    let moved = !known.session.is_same_place(&state.session);
    if !moved {
        model.place_due = None;
    } else if model.place_due.is_none() {
        model.place_due = Some(Millis(model.now.0.saturating_add(AFTER)));
    }
    let settled = model.place_due.is_some_and(|due| due <= model.now);
    let looked = known.left.at.max(model.started);
    let looks = model.focused && model.now.since(looked) >= LOOKS;
    let chosen = (&known.runs, &known.views) != (&state.runs, &state.views);
    if !(chosen || settled || looks || leaving) {
        return None;
    }
    state.left = left(model);
    model.place_due = None;
    let before = model.remembered.replace(state.clone())?;
    Some(Effect::Remember {
        workspace,
        before: Box::new(before),
        state: Box::new(state),
    })
}

/// What stands now.
#[must_use]
pub fn left(model: &Model) -> Left {
    let before = model.remembered.as_ref().map(|r| &r.left.alerts);
    Left {
        at: model.now,
        alerts: match model.data.monitors.value {
            Some(_) => digest::open_alerts(model),
            // Not known yet: what stood before is what is compared with.
            None => before.cloned().unwrap_or_default(),
        },
    }
}
