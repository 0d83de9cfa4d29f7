//! Notes in Markdown: opened in the editor here or in the user's own, and saved.

use trimtab_wire::{Act, NoteOf, Request};

use crate::model::detail::note_of;
use crate::model::layer::{Layer, NoteEditor};
use crate::model::nav::Pane;
use crate::model::registry::Region;
use crate::model::{Model, Tone};
use crate::msg::{Call, Effect, Trouble};
use crate::widget::editor::Editor;

/// What `E` writes a note on: the run in front, or the selected version.
#[must_use]
pub fn subject(model: &Model) -> Option<NoteOf> {
    match model.pane {
        Pane::Runs => model.run_in_front().map(|r| NoteOf::Run(r.id.clone())),
        Pane::Registry if model.registry.region == Region::Versions => model
            .registry
            .selected_version(model)
            .map(|v| NoteOf::Version(v.model.clone(), v.version)),
        _ => None,
    }
}

/// The note as it is known here; empty when there is none.
#[must_use]
pub fn current(model: &Model, of: &NoteOf) -> String {
    let registered = |name: &String| model.data.registry.value.as_ref()?.models.get(name);
    match of {
        NoteOf::Run(id) => model.data.run_by_id(id).map_or("", note_of).to_owned(),
        NoteOf::Model(name) => registered(name).map_or_else(String::new, |m| m.description.clone()),
        NoteOf::Version(name, version) => registered(name)
            .and_then(|m| m.version(*version)?.description.clone())
            .unwrap_or_default(),
    }
}

/// `E`.
pub fn edit(model: &mut Model) -> Vec<Effect> {
    let Some(of) = subject(model) else {
        return Vec::new();
    };
    open(model, of)
}

/// Enter in the notes of a run.
pub fn edit_run(model: &mut Model) -> Vec<Effect> {
    edit(model)
}

/// The note on the model of what is selected.
pub fn edit_model(model: &mut Model) -> Vec<Effect> {
    match model.registry.selected_model(model) {
        Some(name) => open(model, NoteOf::Model(name)),
        None => Vec::new(),
    }
}

fn open(model: &mut Model, of: NoteOf) -> Vec<Effect> {
    let text = current(model, &of);
    model.layers.push(Layer::Note(Box::new(NoteEditor {
        of,
        editor: Editor::with(&text),
        before: text,
        complaint: None,
    })));
    Vec::new()
}

fn front(model: &mut Model) -> Option<&mut NoteEditor> {
    match model.layers.last_mut() {
        Some(Layer::Note(note)) => Some(note),
        _ => None,
    }
}

/// Keeps what was written.
pub fn save(model: &mut Model) -> Vec<Effect> {
    let may = model.may_act();
    let Some(note) = front(model) else {
        return Vec::new();
    };
    if !may {
        note.complaint = Some("Not saved: the agent takes no acts now.".into());
        return Vec::new();
    }
    let (of, before) = (note.of.clone(), note.before.clone());
    let text = note.editor.text().trim_end().to_owned();
    model.layers.pop();
    save_as(model, of, &before, text)
}

fn save_as(model: &mut Model, of: NoteOf, before: &str, text: String) -> Vec<Effect> {
    if text == before.trim_end() {
        model.toast(Tone::Note, "The note is as it was.", "");
        return Vec::new();
    }
    let act = Act::Note { of, text };
    let call = Call::Act {
        act: act.clone(),
        asked: model.now,
    };
    let request = Request::Act {
        act,
        reason: String::new(),
    };
    vec![model.ask(call, request)]
}

/// What could not be saved is put back into the editor, so that it is not lost.
pub fn not_saved(model: &mut Model, of: &NoteOf, text: &str, trouble: &Trouble) {
    let before = current(model, of);
    model.layers.push(Layer::Note(Box::new(NoteEditor {
        of: of.clone(),
        editor: Editor::with(text),
        before,
        complaint: Some(format!("Not saved: {}", trouble.message)),
    })));
}

/// Leaves the editor; what is not saved is warned of once.
pub fn leave(model: &mut Model) -> Vec<Effect> {
    const WARNING: &str = "Not saved: esc again leaves it, ctrl-o saves it.";
    let Some(note) = front(model) else {
        return Vec::new();
    };
    let changed = note.editor.text().trim_end() != note.before.trim_end();
    if changed && note.complaint.as_deref() != Some(WARNING) {
        note.complaint = Some(WARNING.into());
        return Vec::new();
    }
    model.layers.pop();
    Vec::new()
}

/// Hands what was written to the user's own editor.
pub fn outside(model: &mut Model) -> Vec<Effect> {
    let Some(note) = front(model) else {
        return Vec::new();
    };
    let (of, text) = (note.of.clone(), note.editor.text().to_owned());
    vec![Effect::Edit { of, text }]
}

/// The user's own editor ended: what it left is in the editor here, to be saved.
pub fn edited(model: &mut Model, of: &NoteOf, result: Result<String, Trouble>) -> Vec<Effect> {
    match (front(model), result) {
        (Some(note), Ok(text)) if note.of == *of => {
            note.editor = Editor::with(text.trim_end());
            note.complaint = None;
        }
        (_, Err(trouble)) => model.toast(Tone::Bad, trouble.message, trouble.hint),
        _ => {}
    }
    Vec::new()
}
