//! The filter of the runs, as it is typed.

use trimtab_core::expr::{self, Completion};
use trimtab_core::run::RunNames;
use trimtab_wire::Request;

use crate::model::Model;
use crate::model::layer::Layer;
use crate::model::nav::Pane;
use crate::msg::{Call, Effect};

/// Takes what was typed: in force at once if it can be read, else told where it is wrong while the last good list
/// stays.
pub fn type_filter(model: &mut Model, text: &str) {
    let read = expr::parse(text, model.now);
    let error = read.err();
    // A name half typed would find nothing, and then the list would be gone while its comparison is typed.
    if error.is_none() && !expr::is_unfinished(text) {
        set_filter(model, text);
    }
    if let Some(Layer::Filter(line)) = model.layers.last_mut() {
        line.error = error;
    }
}

/// Enter: what was typed holds, whatever it might have become.
pub fn keep(model: &mut Model, text: &str) {
    if expr::parse(text, model.now).is_ok() {
        set_filter(model, text);
    }
}

/// Puts a filter that can be read in force.
pub fn set_filter(model: &mut Model, text: &str) {
    let text = text.trim();
    if model.runs.view.filter != text {
        model.runs.view.filter = text.to_owned();
        model.runs.view_name = None;
        model.runs.restart();
    }
}

/// Asks what names there are.
pub fn ask_names(model: &mut Model) -> Vec<Effect> {
    if !model.is_up() || model.is_asking(|c| *c == Call::RunNames) {
        return Vec::new();
    }
    vec![model.ask(Call::RunNames, Request::RunNames)]
}

/// What may stand at the cursor of the filter in front.
#[must_use]
pub fn completion(model: &Model) -> Completion {
    match model.layers.last() {
        Some(Layer::Filter(line)) if model.pane == Pane::Runs && !model.detail.is_open() => {
            expr::complete(line.input.text(), line.input.cursor(), &names(model))
        }
        _ => Completion::default(),
    }
}

/// The agent's names, or those of the rows that are here.
fn names(model: &Model) -> RunNames {
    if model.runs.names != RunNames::default() {
        return model.runs.names.clone();
    }
    let rows = || model.runs.page_rows(model);
    let distinct = |all: &mut dyn Iterator<Item = &String>| {
        let set: std::collections::BTreeSet<&String> = all.collect();
        set.into_iter().cloned().collect()
    };
    RunNames {
        metrics: distinct(&mut rows().flat_map(|r| r.metrics.keys())),
        params: distinct(&mut rows().flat_map(|r| r.params.keys())),
        tags: distinct(&mut rows().flat_map(|r| r.tags.keys())),
        users: distinct(&mut rows().map(|r| &r.user)),
        experiments: distinct(&mut rows().map(|r| &r.experiment_name)),
    }
}

/// Tab: the selected completion in place of what was typed of it.
pub fn complete(model: &mut Model) -> Vec<Effect> {
    let found = completion(model);
    let Some(Layer::Filter(line)) = model.layers.last_mut() else {
        return Vec::new();
    };
    if let Some(option) = found
        .options
        .get(line.selected.min(found.options.len().saturating_sub(1)))
    {
        // What is done is followed by a blank; an open call goes on at once.
        let open = option.ends_with(['(', '.']);
        let text = if open {
            option.clone()
        } else {
            format!("{option} ")
        };
        line.input.replace_from(found.from, &text);
        line.selected = 0;
        let text = line.input.text().to_owned();
        type_filter(model, &text);
    }
    Vec::new()
}
