//! Acts on the marked runs, or on the selected one when none is marked.

use trimtab_core::run::{RunId, RunsEdit};
use trimtab_wire::Act;

use super::{act, prompt};
use crate::model::Model;
use crate::model::layer::Question;
use crate::model::nav::Pane;
use crate::msg::Effect;

/// The runs that an act is done to. The head of a group is no run.
#[must_use]
pub fn meant(model: &Model) -> Vec<RunId> {
    if model.pane != Pane::Runs {
        return Vec::new();
    }
    if !model.runs.marks.is_empty() {
        return model.runs.marks.clone();
    }
    let selected = model
        .runs
        .selected(model)
        .filter(|_| model.runs.on_run(model));
    selected.map(|r| r.id.clone()).into_iter().collect()
}

/// `D`.
pub fn delete(model: &mut Model) -> Vec<Effect> {
    edit(model, RunsEdit::Delete, "Delete")
}

/// `U`.
pub fn restore(model: &mut Model) -> Vec<Effect> {
    edit(model, RunsEdit::Restore, "Restore")
}

fn edit(model: &mut Model, edit: RunsEdit, verb: &'static str) -> Vec<Effect> {
    let runs = meant(model);
    if runs.is_empty() {
        return Vec::new();
    }
    act::open(model, Act::EditRuns { runs, edit }, verb, "")
}

/// `t`: asks for the tag, unless it was written.
pub fn tag(model: &mut Model, written: &str) -> Vec<Effect> {
    let runs = meant(model);
    if runs.is_empty() {
        return Vec::new();
    }
    prompt::ask(model, Question::Tag(runs), written)
}

/// Takes the tag.
///
/// # Errors
/// What to write instead.
pub fn tagged(model: &mut Model, runs: &[RunId], text: &str) -> Result<Vec<Effect>, &'static str> {
    let (key, value) = text
        .split_once('=')
        .map(|(key, value)| (key.trim().to_owned(), value.trim()))
        .filter(|(key, _)| !key.is_empty())
        .ok_or("Write key=value.")?;
    let (edit, verb) = match value {
        "" => (RunsEdit::Untag { key }, "Take it off"),
        value => {
            let value = value.to_owned();
            (RunsEdit::Tag { key, value }, "Tag")
        }
    };
    let runs = runs.to_vec();
    Ok(act::open(model, Act::EditRuns { runs, edit }, verb, ""))
}
