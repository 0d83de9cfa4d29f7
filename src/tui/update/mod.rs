//! The reducer: one message in, the model changed, effects out. No I/O, no clock, no randomness.

pub mod act;
pub mod alerts;
mod anchors;
mod answer;
pub mod compare;
pub mod detail;
pub mod dialog;
pub mod digest;
mod feed;
pub mod fleet;
mod follow;
pub mod global;
mod heard;
mod keys;
pub mod monitors;
pub mod motion;
pub mod mouse;
mod news;
pub mod notes;
pub mod prompt;
pub mod registry;
pub mod retrain;
pub mod run_acts;
pub mod run_filter;
pub mod run_table;
pub mod runs;
mod session;
pub mod sql;
pub mod themes;
pub mod zoom;

pub use keys::scopes;

use ratatui::layout::Size;
use trimtab_core::time::Millis;
use trimtab_wire::LinkState;

use crate::model::{Model, Tone, trail};
use crate::msg::{Effect, Msg};

/// Takes one message in at a moment.
#[must_use]
pub fn update(model: &mut Model, now: Millis, msg: Msg) -> Vec<Effect> {
    // A clock set back must not bring old toasts to life.
    model.now = model.now.max(now);
    let unfocused = msg == Msg::Focused(false);
    let mut effects = match msg {
        Msg::Key(key) => keys::press(model, key),
        Msg::Mouse(mouse) => mouse::take(model, mouse),
        Msg::Pasted(text) => keys::paste(model, &text),
        Msg::Resized(width, height) => {
            model.size = Size { width, height };
            Vec::new()
        }
        Msg::Focused(focused) => digest::focused(model, focused),
        Msg::Linked(state) => linked(model, state),
        Msg::Recalled(state) => session::recalled(model, state),
        Msg::NotRemembered(trouble) => {
            model.toast(Tone::Note, trouble.message, trouble.hint);
            Vec::new()
        }
        Msg::Fed {
            slot,
            generation,
            event,
        } => {
            if model.is_current(slot, generation) {
                feed::take(model, slot, event);
                heard::settle(model, slot)
            } else {
                Vec::new()
            }
        }
        Msg::Answered { call, result } => match model.calls.remove(&call) {
            Some((asked, since)) => {
                // How long a query takes says nothing about the link.
                if !matches!(asked, crate::msg::Call::Sql(_)) {
                    model.link.answer = Some(model.now.since(since).max(0));
                }
                answer::take(model, asked, result)
            }
            None => Vec::new(),
        },
        Msg::Exported(result) => {
            answer::exported(model, result);
            Vec::new()
        }
        Msg::Decoded { path, result } => {
            detail::asks::decoded(model, &path, result);
            Vec::new()
        }
        Msg::Edited { of, result } => notes::edited(model, &of, result),
        Msg::Copied { text, way } => global::copied(model, text, way),
        Msg::TooLongToCopy(bytes) => {
            global::too_long_to_copy(model, bytes);
            Vec::new()
        }
        Msg::Tasted(tasted) => {
            themes::tasted(model, *tasted);
            Vec::new()
        }
        Msg::Measured(stats) => {
            // They may have been put away since.
            model.stats = model.stats.map(|_| stats);
            Vec::new()
        }
        Msg::Woke => Vec::new(),
        Msg::Terminated => vec![Effect::Quit],
        Msg::Stopped => vec![Effect::Suspend],
    };
    model.toasts.retain(|t| t.until > model.now);
    motion::clamp(model);
    digest::settle(model);
    trail::note(model);
    follow::settle(model, &mut effects);
    let ends = |e: &Effect| matches!(e, Effect::Quit | Effect::Suspend);
    let end = effects.iter().position(ends);
    let leaving = end.is_some() || unfocused;
    if let Some(effect) = session::remember(model, leaving) {
        // What comes behind the end is not done any more.
        effects.insert(end.unwrap_or(effects.len()), effect);
    }
    effects
}

fn linked(model: &mut Model, state: LinkState) -> Vec<Effect> {
    let mut effects = Vec::new();
    match &state {
        LinkState::Up(welcome) => {
            let before = model.link.welcome.as_ref().map(|w| w.pid);
            if before.is_some_and(|pid| pid != welcome.pid) {
                let recovered = welcome.recovered.join(" ");
                model.toast(Tone::Note, "Another agent answers now.", recovered);
            }
            if before.is_none() {
                effects.push(Effect::Recall {
                    workspace: welcome.root.clone(),
                });
            }
            model.link.lost = None;
            model.link.welcome = Some((**welcome).clone());
            model.link.stale = model.followed().collect();
            model.forget_asked_runs();
            model.detail.curves.forget_asked();
        }
        LinkState::Connecting { .. } | LinkState::Down { .. } => {
            if model.link.welcome.is_some() && model.link.lost.is_none() {
                model.link.lost = Some(model.now);
            }
        }
    }
    model.link.state = state;
    effects
}

#[cfg(test)]
mod compare_tests;
#[cfg(test)]
mod detail_tests;
#[cfg(test)]
mod handling_tests;
#[cfg(test)]
mod run_tests;
#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod sql_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod zoom_tests;
