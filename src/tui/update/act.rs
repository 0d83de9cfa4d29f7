//! Acts: each opens a preview; nothing here changes anything by itself.

use trimtab_core::job::JobId;
use trimtab_core::registry::Version;
use trimtab_core::release::{PromotionRequest, RequestState};
use trimtab_wire::{Act, Request};

use crate::model::Model;
use crate::model::layer::{ActDialog, Layer, RetrainForm};
use crate::model::nav::Pane;
use crate::model::registry::{Region, awaiting};
use crate::msg::{Call, Effect};

/// Opens the dialog of an act and asks what it would do.
pub fn open(model: &mut Model, act: Act, verb: &'static str, reason: &str) -> Vec<Effect> {
    model.layers.push(Layer::Act(Box::new(ActDialog::new(
        act.clone(),
        verb,
        reason,
    ))));
    vec![model.ask(Call::Preview(act.clone()), Request::Preview(act))]
}

/// The version that promotion would be asked for.
#[must_use]
pub fn promotable(model: &Model) -> Option<(String, Version)> {
    let candidate = match model.pane {
        Pane::Fleet => model
            .fleet
            .selected(model)
            .and_then(|r| Some((r.model.clone(), r.newest?))),
        Pane::Runs => {
            let on_run = model.runs.on_run(model);
            let run = &model.runs.selected(model).filter(|_| on_run)?.id;
            let models = model
                .data
                .registry
                .value
                .iter()
                .flat_map(|r| r.models.values());
            models
                .flat_map(|m| &m.versions)
                .find(|v| v.run.as_ref() == Some(run))
                .map(|v| (v.model.clone(), v.version))
        }
        Pane::Registry if model.registry.region == Region::Versions => model
            .registry
            .selected_version(model)
            .map(|v| (v.model.clone(), v.version)),
        Pane::Registry => model
            .registry
            .selected_request(model)
            .filter(|r| !r.state.open())
            .map(|r| {
                // Of what is live already, the model's newest version is what can still be meant.
                let live = champion(model, &r.model) == Some(r.version);
                let newest = live.then(|| newest(model, &r.model)).flatten();
                (r.model.clone(), newest.unwrap_or(r.version))
            }),
        _ => None,
    }?;
    (champion(model, &candidate.0) != Some(candidate.1)).then_some(candidate)
}

fn newest(model: &Model, name: &str) -> Option<Version> {
    let models = &model.data.registry.value.as_ref()?.models;
    models.get(name)?.versions.iter().map(|v| v.version).max()
}

fn champion(model: &Model, name: &str) -> Option<Version> {
    model
        .data
        .registry
        .value
        .as_ref()?
        .models
        .get(name)?
        .champion()
}

/// The request that would be approved or rejected.
#[must_use]
pub fn request(model: &Model) -> Option<&PromotionRequest> {
    if model.pane == Pane::Registry && model.registry.region == Region::Requests {
        return model
            .registry
            .selected_request(model)
            .filter(|r| r.state == RequestState::AwaitingApproval);
    }
    awaiting(model, &model.subject()?)
}

/// The model that would be rolled back.
#[must_use]
pub fn rollable(model: &Model) -> Option<String> {
    let name = model.subject()?;
    // Whether there is a version to go back to is the agent's judgement; the preview tells it.
    champion(model, &name).map(|_| name)
}

/// The job that would be ended.
#[must_use]
pub fn cancellable(model: &Model) -> Option<JobId> {
    model
        .retrain
        .selected(model)
        .filter(|j| !j.state.ended())
        .map(|j| j.id)
}

/// `P`.
pub fn promote(model: &mut Model) -> Vec<Effect> {
    let Some((name, version)) = promotable(model) else {
        return Vec::new();
    };
    open(
        model,
        Act::Promote {
            model: name,
            version,
        },
        "Request promotion",
        "",
    )
}

/// `A`.
pub fn approve(model: &mut Model) -> Vec<Effect> {
    let Some(id) = request(model).map(|r| r.id) else {
        return Vec::new();
    };
    open(model, Act::Approve(id), "Approve", "")
}

/// `R`.
pub fn reject(model: &mut Model) -> Vec<Effect> {
    let Some(id) = request(model).map(|r| r.id) else {
        return Vec::new();
    };
    open(model, Act::Reject(id), "Reject", "")
}

/// `B`.
pub fn roll_back(model: &mut Model) -> Vec<Effect> {
    let Some(name) = rollable(model) else {
        return Vec::new();
    };
    open(model, Act::Rollback { model: name }, "Roll back", "")
}

/// `R` in the Retrain pane.
pub fn cancel_job(model: &mut Model) -> Vec<Effect> {
    let Some(job) = cancellable(model) else {
        return Vec::new();
    };
    open(model, Act::CancelJob(job), "End the job", "")
}

/// `T`: asks on what first.
pub fn retrain(model: &mut Model) -> Vec<Effect> {
    let Some(name) = model.subject() else {
        return Vec::new();
    };
    // The recipe used last for this model; recipes are named after their model until one was used.
    let recipe = model
        .data
        .job_rows()
        .iter()
        .find(|j| j.model == name)
        .map_or(name, |j| j.recipe.clone());
    model
        .layers
        .push(Layer::Retrain(Box::new(RetrainForm::new(&recipe))));
    Vec::new()
}
