//! Dialogs: a fresh one has the focus on Cancel, so that no stray Enter acts.

use std::collections::BTreeMap;

use trimtab_core::job::RetrainSpec;
use trimtab_core::time::Millis;
use trimtab_wire::{Act, Request};

use super::act;
use crate::model::Model;
use crate::model::layer::{Layer, Part, RetrainForm, Stage};
use crate::msg::{Call, Effect};

/// Closes the layer in front; an act on its way goes on and is told in a toast.
pub fn close(model: &mut Model) -> Vec<Effect> {
    model.layers.pop();
    Vec::new()
}

/// Moves the focus.
pub fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    match model.layers.last_mut() {
        Some(Layer::Act(dialog)) => {
            let parts = dialog.parts();
            let at = parts
                .iter()
                .position(|p| *p == dialog.focus)
                .unwrap_or(parts.len() - 1);
            let next = (at as isize + by).rem_euclid(parts.len() as isize) as usize;
            dialog.focus = parts[next];
        }
        Some(Layer::Retrain(form)) => {
            form.focus =
                (form.focus as isize + by).rem_euclid(RetrainForm::CANCEL as isize + 1) as usize;
        }
        _ => {}
    }
    Vec::new()
}

/// Presses what has the focus.
pub fn press(model: &mut Model) -> Vec<Effect> {
    match model.layers.last() {
        Some(Layer::Act(dialog)) => match dialog.focus {
            Part::Reason => step(model, 1),
            Part::Confirm => confirm(model),
            Part::Cancel => close(model),
        },
        Some(Layer::Retrain(form)) => match form.focus {
            RetrainForm::CANCEL => close(model),
            RetrainForm::CONTINUE => go_on(model),
            _ => step(model, 1),
        },
        _ => Vec::new(),
    }
}

fn confirm(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let Some(Layer::Act(dialog)) = model.layers.last_mut() else {
        return Vec::new();
    };
    let Stage::Ready(preview) = &dialog.stage else {
        return Vec::new();
    };
    if preview.refusal.is_some() {
        return Vec::new();
    }
    let reason = dialog.reason.text().trim().to_owned();
    if preview.reason_required && reason.is_empty() {
        dialog.complaint = Some("A reason is required: it stays in the audit.");
        dialog.focus = Part::Reason;
        return Vec::new();
    }
    dialog.stage = Stage::Doing(preview.clone());
    dialog.focus = Part::Cancel;
    let act = dialog.act.clone();
    vec![model.ask(
        Call::Act {
            act: act.clone(),
            asked: now,
        },
        Request::Act { act, reason },
    )]
}

/// From the form to the preview, if every field makes sense.
fn go_on(model: &mut Model) -> Vec<Effect> {
    let Some(Layer::Retrain(form)) = model.layers.last_mut() else {
        return Vec::new();
    };
    match spec(form) {
        Ok(spec) => {
            model.layers.pop();
            let reason = spec.reason.clone();
            act::open(model, Act::Retrain(spec), "Start training", &reason)
        }
        Err((field, why)) => {
            form.focus = field;
            form.complaint = Some((field, why));
            Vec::new()
        }
    }
}

/// Reads the form; the field and the complaint when it cannot be read.
fn spec(form: &RetrainForm) -> Result<RetrainSpec, (usize, String)> {
    let text = |i: usize| form.fields[i].text().trim().to_owned();
    if text(0).is_empty() {
        return Err((0, "Name a recipe of trimtab.toml.".into()));
    }
    let day = |i: usize| -> Result<Option<String>, (usize, String)> {
        let t = text(i);
        if t.is_empty() {
            return Ok(None);
        }
        let valid = t.len() == 10 && Millis::parse(&t).is_some();
        if valid {
            Ok(Some(t))
        } else {
            Err((i, format!("\"{t}\" is no day; write YYYY-MM-DD.")))
        }
    };
    let (from, to) = (day(1)?, day(2)?);
    if let (Some(f), Some(t)) = (&from, &to)
        && f >= t
    {
        return Err((2, format!("The window must end after {f}.")));
    }
    let mut params = BTreeMap::new();
    for pair in text(3).split_whitespace() {
        let Some((key, value)) = pair.split_once('=').filter(|(k, _)| !k.is_empty()) else {
            return Err((3, format!("\"{pair}\" is no parameter; write name=value.")));
        };
        params.insert(key.to_owned(), value.to_owned());
    }
    Ok(RetrainSpec {
        recipe: text(0),
        from,
        to,
        params,
        reason: text(4),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: [&str; 5]) -> RetrainForm {
        let mut form = RetrainForm::new("");
        form.fields = fields.map(crate::widget::input::Input::with);
        form
    }

    #[test]
    fn forms_are_read_or_complain_at_the_field() {
        let spec_of = |f| spec(&form(f));
        let good = spec_of([
            "late15",
            "2013-04-01",
            "2013-07-01",
            "depth=8 rounds=200",
            "drift",
        ])
        .unwrap();
        assert_eq!(good.params["depth"], "8");
        assert_eq!(good.from.as_deref(), Some("2013-04-01"));
        assert_eq!(spec_of(["", "", "", "", ""]).unwrap_err().0, 0);
        assert_eq!(spec_of(["m", "April", "", "", ""]).unwrap_err().0, 1);
        assert_eq!(
            spec_of(["m", "2013-07-01", "2013-04-01", "", ""])
                .unwrap_err()
                .0,
            2
        );
        assert_eq!(spec_of(["m", "", "", "depth", ""]).unwrap_err().0, 3);
    }
}
