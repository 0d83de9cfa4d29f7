//! The palette, filters and pickers.

use super::{alerts, detail, keys, run_acts, run_filter, run_table};
use crate::command::search::search;
use crate::command::{self};
use crate::model::layer::{Ask, Choice, FilterLine, Layer, Palette, Question};
use crate::model::nav::Pane;
use crate::model::{Model, Tone};
use crate::msg::Effect;
use crate::widget::input::Input;

/// Lines remembered.
const HISTORY: usize = 100;

/// Opens the palette.
pub fn palette(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::Palette(Palette::default()));
    Vec::new()
}

/// Opens the filter of the list in front, with what it filters by now.
pub fn filter(model: &mut Model) -> Vec<Effect> {
    let now = match model.pane {
        _ if detail::is_front(model) => detail::finding(model),
        Pane::Runs => model.runs.view.filter.clone(),
        Pane::Audit => model.audit.filter.clone(),
        _ => return Vec::new(),
    };
    model.layers.push(Layer::Filter(FilterLine {
        input: Input::with(&now),
        ..FilterLine::default()
    }));
    match model.pane {
        Pane::Runs if !detail::is_front(model) => run_filter::ask_names(model),
        _ => Vec::new(),
    }
}

/// Filters the list in front while the operator types.
pub fn apply_filter(model: &mut Model, text: &str) {
    match model.pane {
        _ if detail::is_front(model) => detail::type_find(model, text),
        Pane::Runs => run_filter::type_filter(model, text),
        Pane::Audit => {
            model.audit.filter = text.to_owned();
            model.audit.list = Default::default();
        }
        _ => {}
    }
}

/// Enter.
pub fn accept(model: &mut Model) -> Vec<Effect> {
    match model.layers.pop() {
        Some(Layer::Palette(palette)) => {
            let line = palette.input.text().trim().to_owned();
            let found = search(model, &line);
            // A line that is a command as it stands is that command; else the selected match.
            let exact = (palette.selected == 0)
                .then(|| command::parse_line(&line))
                .flatten();
            let chosen = exact.or_else(|| found.get(palette.selected).map(|c| (*c, "")));
            match chosen {
                Some((command, args)) => {
                    remember(
                        model,
                        if args.is_empty() {
                            command.name.to_owned()
                        } else {
                            format!("{} {args}", command.name)
                        },
                    );
                    keys::run(model, command, args)
                }
                None => {
                    model.toast(
                        Tone::Note,
                        format!("There is no command \"{line}\"."),
                        "? lists every command.",
                    );
                    Vec::new()
                }
            }
        }
        Some(Layer::Picker(picker)) => super::global::picked(model, picker.choice, picker.selected),
        // What is wrong cannot be kept: the line stays until it is right or left.
        Some(Layer::Filter(line)) if line.error.is_some() => {
            model.layers.push(Layer::Filter(line));
            Vec::new()
        }
        Some(Layer::Filter(line)) => {
            if model.pane == Pane::Runs && !detail::is_front(model) {
                run_filter::keep(model, line.input.text());
            }
            Vec::new()
        }
        Some(Layer::Ask(ask)) => answered(model, ask),
        _ => Vec::new(),
    }
}

fn remember(model: &mut Model, line: String) {
    model.history.retain(|l| *l != line);
    model.history.push(line);
    if model.history.len() > HISTORY {
        model.history.remove(0);
    }
}

/// Tab: the selected command's name, ready for its arguments.
pub fn complete(model: &mut Model) -> Vec<Effect> {
    if matches!(model.layers.last(), Some(Layer::Filter(_))) {
        return run_filter::complete(model);
    }
    let Some(Layer::Palette(palette)) = model.layers.last() else {
        return Vec::new();
    };
    let chosen = search(model, palette.input.text())
        .get(palette.selected)
        .copied();
    if let (Some(command), Some(Layer::Palette(palette))) = (chosen, model.layers.last_mut()) {
        palette.input = Input::with(&format!("{} ", command.name));
        palette.selected = 0;
    }
    Vec::new()
}

/// Up and down.
pub fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    let found = match model.layers.last() {
        Some(Layer::Palette(palette)) => search(model, palette.input.text()).len(),
        Some(Layer::Picker(picker)) => picker.options.len(),
        Some(Layer::Filter(_)) => run_filter::completion(model).options.len(),
        _ => return Vec::new(),
    };
    let history = model.history.clone();
    match model.layers.last_mut() {
        Some(Layer::Palette(palette)) => {
            let walking = palette.recalled.is_some() || palette.input.text().is_empty();
            if walking && by < 0 && palette.selected == 0 && !history.is_empty() {
                let at = palette
                    .recalled
                    .map_or(0, |r| (r + 1).min(history.len() - 1));
                palette.recalled = Some(at);
                palette.input = Input::with(&history[history.len() - 1 - at]);
            } else {
                palette.selected = palette
                    .selected
                    .saturating_add_signed(by)
                    .min(found.saturating_sub(1));
            }
        }
        Some(Layer::Picker(picker)) => {
            picker.selected = picker
                .selected
                .saturating_add_signed(by)
                .min(found.saturating_sub(1));
            let (choice, at) = (picker.choice, picker.selected);
            if choice == Choice::Theme {
                super::themes::preview(model, at);
            }
        }
        Some(Layer::Filter(line)) => {
            line.selected = line
                .selected
                .saturating_add_signed(by)
                .min(found.saturating_sub(1));
        }
        _ => {}
    }
    Vec::new()
}

/// Esc.
pub fn leave(model: &mut Model) -> Vec<Effect> {
    match model.layers.pop() {
        Some(Layer::Filter(_)) => apply_filter(model, ""),
        Some(Layer::Picker(picker)) if picker.choice == Choice::Theme => {
            super::themes::put_back(model);
        }
        _ => {}
    }
    Vec::new()
}

/// Opens a picker; with nothing to choose from, says so.
pub fn pick(
    model: &mut Model,
    choice: Choice,
    title: &str,
    options: Vec<String>,
    selected: usize,
) -> Vec<Effect> {
    if options.is_empty() {
        model.toast(Tone::Note, "There is nothing to choose from yet.", "");
    } else {
        let selected = selected.min(options.len() - 1);
        let picker = crate::model::layer::Picker {
            choice,
            title: title.to_owned(),
            options,
            selected,
        };
        model.layers.push(Layer::Picker(picker));
    }
    Vec::new()
}

/// Asks for a line, unless it was written.
pub fn ask(model: &mut Model, question: Question, written: &str) -> Vec<Effect> {
    let ask = Ask {
        question,
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
fn answered(model: &mut Model, mut ask: Ask) -> Vec<Effect> {
    let text = ask.input.text().trim().to_owned();
    let taken = match &ask.question {
        Question::ViewName if text.is_empty() => Err("A view needs a name."),
        Question::ViewName => Ok(run_table::save_view(model, &text)),
        Question::Tag(runs) => run_acts::tagged(model, runs, &text),
        Question::Note(alert) => alerts::noted(model, alert, &text),
        Question::Quiet(alert) => alerts::quieted(model, alert, &text),
    };
    taken.unwrap_or_else(|complaint| {
        ask.complaint = Some(complaint.into());
        model.layers.push(Layer::Ask(ask));
        Vec::new()
    })
}
