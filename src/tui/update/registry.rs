//! Commands of the Registry pane.

use trimtab_core::run::RunId;

use crate::model::nav::Pane;
use crate::model::{Model, Tone};
use crate::msg::Effect;

/// The run that made the selected version.
#[must_use]
pub fn run_of(model: &Model) -> Option<RunId> {
    model.registry.selected_version(model)?.run.clone()
}

/// Enter: that run in the Runs pane.
pub fn show_run(model: &mut Model) -> Vec<Effect> {
    let Some(id) = run_of(model) else {
        return Vec::new();
    };
    let page = model.data.runs.value.as_ref();
    let at = page.and_then(|p| Some(p.offset as usize + p.rows.iter().position(|r| r.id == id)?));
    match at {
        Some(at) => model.runs.list.selected = at,
        // Not in the slice that is here: the filter finds it wherever it is.
        None => super::run_filter::set_filter(model, id.as_str()),
    }
    model.runs.detail = true;
    model.detail.run = None;
    model.pane = Pane::Runs;
    if at.is_none() {
        model.toast(
            Tone::Note,
            format!("Filtered to run {}.", id.short()),
            "Esc shows all runs again.",
        );
    }
    Vec::new()
}
