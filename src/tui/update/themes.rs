//! Themes: chosen by name or from a list that shows each, and read again when their files change.

use std::collections::BTreeMap;

use super::prompt;
use crate::config::Taste;
use crate::model::layer::{Choice, Layer};
use crate::model::{Model, Tone};
use crate::msg::{Effect, Trouble};
use crate::taste::Tasted;
use crate::theme::user::Read;
use crate::theme::{Depth, Palette, Theme};

/// Every theme's name: the built-in ones, then the user's.
fn names(model: &Model) -> Vec<String> {
    let built_in = Palette::ALL.map(|p| p.word().to_owned());
    let own = model.taste.themes.keys().cloned();
    built_in.into_iter().chain(own).collect()
}

/// The theme of a name on this terminal.
fn find(model: &Model, name: &str) -> Result<Theme, Trouble> {
    let depth = model.look.theme.depth();
    if let Some(palette) = Palette::from_word(name) {
        return Ok(Theme::new(palette, depth));
    }
    match model.taste.themes.get(name) {
        Some(read) => read.clone().map(|user| Theme::of_user(user, depth)),
        None => Err(Trouble {
            message: format!("There is no theme \"{name}\"."),
            hint: format!("There are {}.", names(model).join(", ")),
        }),
    }
}

fn complain(model: &mut Model, trouble: Trouble) {
    model.toast(Tone::Bad, trouble.message, trouble.hint);
}

/// What the files said when the console started. A theme that cannot be used is told; it keeps nobody out.
pub fn begin(model: &mut Model, taste: Taste, themes: BTreeMap<String, Read>) {
    model.taste.themes = themes;
    model.taste.mouse = taste.mouse;
    model.mouse = taste.mouse;
    model.taste.alert = taste.alert;
    model.taste.theme = taste.theme;
    let named = model.taste.theme.clone().filter(|_| !model.taste.fixed);
    // A built-in one was taken when the terminal was judged.
    if let Some(name) = named.filter(|n| Palette::from_word(n).is_none()) {
        match find(model, &name) {
            Ok(theme) => model.look.theme = theme,
            Err(trouble) => complain(model, trouble),
        }
    }
}

/// `:theme`: opens the list, or takes the theme that was written.
pub fn choose(model: &mut Model, name: &str) -> Vec<Effect> {
    if !name.is_empty() {
        match find(model, name) {
            Ok(theme) => take(model, name, theme),
            Err(trouble) => complain(model, trouble),
        }
        return Vec::new();
    }
    let names = names(model);
    let now = model.look.theme.name();
    let at = names.iter().position(|n| n == now).unwrap_or(0);
    let broken = |n: &String| matches!(model.taste.themes.get(n), Some(Err(_)));
    let glyph = model.look.glyphs.bad;
    let shown = names.into_iter().map(|n| match broken(&n) {
        true => format!("{n}  {glyph} broken"),
        false => n,
    });
    let names = shown.collect();
    model.taste.before = Some(model.look.theme.clone());
    prompt::pick(model, Choice::Theme, "Theme", names, at)
}

/// Draws with a theme of the list while it is selected.
pub fn preview(model: &mut Model, index: usize) {
    let name = names(model).into_iter().nth(index);
    // What is wrong with a broken one is told when it is taken.
    if let Some(Ok(theme)) = name.map(|n| find(model, &n)) {
        model.look.theme = theme;
    }
}

/// Takes the theme of the list.
pub fn picked(model: &mut Model, index: usize) {
    let before = model.taste.before.take();
    let Some(name) = names(model).into_iter().nth(index) else {
        return;
    };
    match find(model, &name) {
        Ok(theme) => take(model, &name, theme),
        Err(trouble) => {
            model.look.theme = before.unwrap_or_else(|| model.look.theme.clone());
            complain(model, trouble);
        }
    }
}

/// Leaves the list without a choice.
pub fn put_back(model: &mut Model) {
    if let Some(before) = model.taste.before.take() {
        model.look.theme = before;
    }
}

fn take(model: &mut Model, name: &str, theme: Theme) {
    let pale = theme.depth() == Depth::None && name != Palette::Mono.word();
    model.look.theme = theme;
    let hint = if pale {
        "This terminal shows no colour: NO_COLOR is set, or it has none.".to_owned()
    } else if model.taste.path.is_empty() {
        String::new()
    } else {
        format!("theme = \"{name}\" in {} keeps it.", model.taste.path)
    };
    model.toast(Tone::Note, format!("Theme {name}."), hint);
}

fn troubles(themes: &BTreeMap<String, Read>) -> Vec<Trouble> {
    let wrong = themes.values().filter_map(|r| r.as_ref().err());
    wrong.cloned().collect()
}

/// The files changed: what of it concerns what is in use is taken, and what is newly wrong is told.
pub fn tasted(model: &mut Model, tasted: Tasted) {
    // A list that is open may not be true any more.
    let listed = matches!(model.layers.last(), Some(Layer::Picker(p)) if p.choice == Choice::Theme);
    if listed {
        model.layers.pop();
        put_back(model);
    }
    let before = std::mem::replace(&mut model.taste.themes, tasted.themes);
    // What is newly wrong is told; what is mended is no longer complained about.
    let (told, now) = (troubles(&before), troubles(&model.taste.themes));
    let config = model.taste.trouble.take();
    model.toasts.retain(|t| {
        let is = |w: &Trouble| w.message == t.text;
        let mended = told.iter().any(is) && !now.iter().any(is);
        !mended && Some(&t.text) != config.as_ref()
    });
    for trouble in now.into_iter().filter(|t| !told.contains(t)) {
        complain(model, trouble);
    }
    match tasted.taste {
        Ok(taste) => config_changed(model, taste),
        Err(trouble) => {
            model.taste.trouble = Some(trouble.message.clone());
            complain(model, trouble);
        }
    }
    // The theme in use was written anew, or the one that the config names can be used now.
    let used = Some(model.look.theme.name().to_owned());
    let named = model.taste.theme.clone().filter(|_| !model.taste.fixed);
    for name in [used, named].into_iter().flatten() {
        let changed = before.get(&name) != model.taste.themes.get(&name);
        let told = model.look.theme.clone();
        if changed
            && let Ok(theme) = find(model, &name)
            && theme != told
        {
            model.look.theme = theme;
            model.toast(Tone::Note, format!("The theme {name} was read again."), "");
        }
    }
}

fn config_changed(model: &mut Model, taste: Taste) {
    if model.keymap != taste.keymap {
        model.keymap = taste.keymap;
        model.pending.clear();
        model.toast(Tone::Note, "The keys were read again.", "? shows them.");
    }
    model.taste.alert = taste.alert;
    if model.taste.mouse != taste.mouse {
        model.taste.mouse = taste.mouse;
        model.mouse = taste.mouse;
    }
    if model.taste.theme != taste.theme {
        model.taste.theme = taste.theme.clone();
        let name = taste
            .theme
            .unwrap_or_else(|| Palette::Dark.word().to_owned());
        if model.taste.fixed {
            return;
        }
        match find(model, &name) {
            Ok(theme) => take(model, &name, theme),
            Err(trouble) => complain(model, trouble),
        }
    }
}
