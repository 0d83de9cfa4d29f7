//! Looking for something in the tab in front: lists are filtered, texts are gone through.

use crate::model::detail::Tab;
use crate::model::pager::Pager;
use crate::model::{Model, Tone};
use crate::msg::Effect;

use super::{files, log, note_lines, text_room};

/// Takes what is typed after `/`: a list is filtered by it, in a text it is gone to.
pub fn type_find(model: &mut Model, text: &str) {
    match pager_in_front(model) {
        Some(pager) => {
            pager.find = text.to_owned();
            pager.hit = None;
            if !text.is_empty() {
                seek(model, true);
            }
        }
        None => {
            let tab = model.detail.tab;
            model.detail.set_filter(tab, text);
        }
    }
}

/// What is looked for now.
#[must_use]
pub fn finding(model: &Model) -> String {
    let detail = &model.detail;
    match (&detail.reading, &detail.artifacts.viewer, detail.tab) {
        (Some(reading), ..) => reading.pager.find.clone(),
        (None, Some(viewer), Tab::Artifacts) => viewer.pager.find.clone(),
        (None, _, Tab::Log) => detail.log.pager.find.clone(),
        (None, _, Tab::Notes) => detail.note.find.clone(),
        _ => detail.filter(detail.tab).to_owned(),
    }
}

/// The text in front, if one is.
fn pager_in_front(model: &mut Model) -> Option<&mut Pager> {
    let detail = &mut model.detail;
    if let Some(reading) = &mut detail.reading {
        return Some(&mut reading.pager);
    }
    match detail.tab {
        Tab::Artifacts => detail.artifacts.viewer.as_mut().map(|v| &mut v.pager),
        Tab::Log => Some(&mut detail.log.pager),
        Tab::Notes => Some(&mut detail.note),
        _ => None,
    }
}

/// Whether a text is in front.
#[must_use]
pub fn has_text(model: &Model) -> bool {
    let detail = &model.detail;
    detail.reading.is_some()
        || match detail.tab {
            Tab::Artifacts => detail.artifacts.viewer.is_some(),
            Tab::Log | Tab::Notes => true,
            _ => false,
        }
}

/// Whether something is looked for in a text.
#[must_use]
pub fn can_seek(model: &Model) -> bool {
    has_text(model) && !finding(model).is_empty()
}

/// Goes to a match.
fn seek(model: &mut Model, forward: bool) -> bool {
    let room = text_room(model);
    if let Some(reading) = &mut model.detail.reading {
        return reading.pager.seek(forward, &reading.lines[..], room);
    }
    match model.detail.tab {
        Tab::Artifacts => files::seek(model, forward),
        Tab::Log => log::seek(model, forward),
        Tab::Notes => {
            let (lines, room) = note_lines(model);
            model.detail.note.seek(forward, &lines[..], room)
        }
        _ => false,
    }
}

/// `n` and `N`.
pub fn next_match(model: &mut Model, forward: bool) -> Vec<Effect> {
    if !seek(model, forward) {
        let find = finding(model);
        model.toast(
            Tone::Note,
            format!("\"{find}\" is not in what is here."),
            "",
        );
    }
    Vec::new()
}

/// `w`.
pub fn wrap(model: &mut Model) -> Vec<Effect> {
    if let Some(pager) = pager_in_front(model) {
        pager.wrap = !pager.wrap;
        (pager.part, pager.left) = (0, 0);
    }
    Vec::new()
}
