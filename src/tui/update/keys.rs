//! From a key to a command, or to the text field that has the focus.

use crate::command::keymap::Found;
use crate::command::{Command, Scope};
use crate::key::{Code, Key};
use crate::model::layer::{Layer, Part, RetrainForm};
use crate::model::{Model, Tone};
use crate::msg::Effect;

use super::{dialog, prompt, sql};

/// The job-control key of every Unix terminal; not a command, so it cannot be lost by remapping.
const SUSPEND: Key = Key {
    code: Code::Char('z'),
    ctrl: true,
    alt: false,
    shift: false,
};

/// The scopes whose keys work now, the most special first.
#[must_use]
pub fn scopes(model: &Model) -> Vec<Scope> {
    match model.layers.last() {
        // While a query is written, letters are letters.
        None if sql::is_writing(model) => vec![Scope::Query],
        None if super::detail::is_front(model) => vec![Scope::Detail, Scope::Everywhere],
        None => vec![model.pane.scope(), Scope::Everywhere],
        Some(Layer::Help { .. }) => vec![Scope::Help],
        Some(Layer::Palette(_) | Layer::Filter(_) | Layer::Ask(_) | Layer::Picker(_)) => {
            vec![Scope::Prompt]
        }
        Some(Layer::Columns(_)) => vec![Scope::Columns],
        Some(Layer::Digest(_)) => vec![Scope::Digest],
        Some(Layer::Act(_) | Layer::Retrain(_)) => vec![Scope::Dialog],
        Some(Layer::Note(_)) => vec![Scope::Note],
    }
}

/// Handles a key.
pub fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    model.touched = true;
    if key == SUSPEND {
        return vec![Effect::Suspend];
    }
    model.pending.push(key);
    match model.keymap.find(&scopes(model), &model.pending) {
        Found::Command(command) => {
            model.pending.clear();
            run(model, command, "")
        }
        Found::Prefix => Vec::new(),
        Found::Nothing if model.pending.len() > 1 => {
            // `g j`: the sequence came to nothing, the last key still counts.
            model.pending.clear();
            press(model, key)
        }
        Found::Nothing => {
            model.pending.clear();
            edit(model, key)
        }
    }
}

/// Runs a command if it is possible now; says so if not.
pub fn run(model: &mut Model, command: &Command, args: &str) -> Vec<Effect> {
    if (command.enabled)(model) {
        return (command.run)(model, args);
    }
    let acts = command.tier != crate::command::Tier::View;
    let why = if acts && !model.is_up() {
        "Not connected to the agent; the console reconnects by itself.".to_owned()
    } else if acts && !model.may_act() {
        "This agent is read-only; acts are refused.".to_owned()
    } else {
        format!("Nothing here to {}.", command.title)
    };
    model.toast(Tone::Note, why, "");
    Vec::new()
}

/// Gives a key to the text field in front.
fn edit(model: &mut Model, key: Key) -> Vec<Effect> {
    if sql::is_writing(model) {
        return sql::write(model, key);
    }
    match model.layers.last_mut() {
        Some(Layer::Palette(palette)) => {
            if palette.input.key(key) {
                palette.selected = 0;
                palette.recalled = None;
            }
        }
        Some(Layer::Filter(line)) => {
            let before = line.input.text().to_owned();
            if line.input.key(key) {
                line.selected = 0;
                let text = line.input.text().to_owned();
                if text != before {
                    prompt::apply_filter(model, &text);
                }
            }
        }
        Some(Layer::Ask(ask)) => {
            if ask.input.key(key) {
                ask.complaint = None;
            }
        }
        Some(Layer::Note(note)) => {
            if note.editor.key(key) || note.editor.page(key) {
                note.complaint = None;
            }
        }
        Some(Layer::Act(act)) => {
            if act.focus != Part::Reason && act.can_confirm() && key.typed().is_some() {
                // Typing is meant for the only field there is; it never presses anything.
                act.focus = Part::Reason;
            }
            if act.focus == Part::Reason {
                if act.reason.key(key) {
                    act.complaint = None;
                }
            } else {
                return sideways(model, key);
            }
        }
        Some(Layer::Retrain(form)) => match form.fields.get_mut(form.focus) {
            Some(field) => {
                if field.key(key) {
                    form.complaint = None;
                }
            }
            None => return sideways(model, key),
        },
        // It came by itself: whoever was about to do something is not held up by it.
        Some(Layer::Digest(_)) => {
            model.layers.pop();
            return press(model, key);
        }
        Some(Layer::Picker(_) | Layer::Columns(_) | Layer::Help { .. }) | None => {}
    }
    Vec::new()
}

/// Left and right walk along buttons.
fn sideways(model: &mut Model, key: Key) -> Vec<Effect> {
    match key.code {
        Code::Left => dialog::step(model, -1),
        Code::Right => dialog::step(model, 1),
        _ => Vec::new(),
    }
}

/// Inserts pasted text into the field in front; elsewhere a paste does nothing, least of all run commands.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if sql::is_writing(model) {
        return sql::paste(model, text);
    }
    if let Some(Layer::Note(note)) = model.layers.last_mut() {
        // Terminals send line ends as the key would.
        note.editor
            .insert(&text.replace("\r\n", "\n").replace('\r', "\n"));
        return Vec::new();
    }
    let text = text.replace(['\n', '\r', '\t'], " ");
    match model.layers.last_mut() {
        Some(Layer::Palette(palette)) => palette.input.insert(&text),
        Some(Layer::Filter(line)) => {
            line.input.insert(&text);
            let text = line.input.text().to_owned();
            prompt::apply_filter(model, &text);
        }
        Some(Layer::Ask(ask)) => ask.input.insert(&text),
        Some(Layer::Act(act)) if act.can_confirm() => {
            act.focus = Part::Reason;
            act.reason.insert(&text);
        }
        Some(Layer::Retrain(form)) => {
            let focus = form.focus;
            if focus < RetrainForm::CONTINUE {
                form.fields[focus].insert(&text);
            }
        }
        _ => {}
    }
    Vec::new()
}
