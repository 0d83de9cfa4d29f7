//! Acts on the marked runs, or on the selected one when none is marked.

use trimtab_core::run::{RunId, RunsEdit};
use trimtab_wire::Act;

use super::{act, run_table};
use crate::model::Model;
use crate::model::layer::{Ask, Layer, Question};
use crate::model::nav::Pane;
use crate::msg::Effect;
use crate::widget::input::Input;

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
    let ask = Ask {
        question: Question::Tag(runs),
        input: Input::with(written),
        complaint: None,
    };
    if written.is_empty() {
        model.layers.push(Layer::Ask(ask));
        return Vec::new();
    }
    answered(model, ask)
}

/// Takes an asked line; asks again when it makes no sense.
pub fn answered(model: &mut Model, mut ask: Ask) -> Vec<Effect> {
    let text = ask.input.text().trim().to_owned();
    match &ask.question {
        Question::Note(_) | Question::Quiet(_) => return super::alerts::answered(model, ask),
        Question::ViewName if !text.is_empty() => return run_table::save_view(model, &text),
        Question::ViewName => ask.complaint = Some("A view needs a name.".into()),
        Question::Tag(runs) => match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                let key = key.trim().to_owned();
                let (edit, verb) = match value.trim() {
                    "" => (RunsEdit::Untag { key }, "Take it off"),
                    value => {
                        let value = value.to_owned();
                        (RunsEdit::Tag { key, value }, "Tag")
                    }
                };
                let runs = runs.clone();
                return act::open(model, Act::EditRuns { runs, edit }, verb, "");
            }
            _ => ask.complaint = Some("Write key=value.".into()),
        },
    }
    model.layers.push(Layer::Ask(ask));
    Vec::new()
}
