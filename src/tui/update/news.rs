//! Changes worth telling wherever the operator is looking: a job ended, somebody asks for production.

use trimtab_core::job::JobState;
use trimtab_core::release::RequestState;
use trimtab_wire::Delta;

use crate::model::nav::Pane;
use crate::model::{Model, Tone};
use crate::msg::Call;

/// What a delta has to tell, judged before it is taken in.
#[must_use]
pub fn of(model: &Model, delta: &Delta) -> Option<(Tone, String, String)> {
    match delta {
        Delta::Job(job) => {
            let before = model.data.job_rows().iter().find(|j| j.id == job.id)?;
            if before.state.ended() || !job.state.ended() {
                return None;
            }
            let name = format!("Job {} ({})", job.id, job.model);
            match job.state {
                JobState::Succeeded => Some((
                    Tone::Good,
                    format!("{name} succeeded."),
                    "Registry (4) has its version; P asks for its promotion.".into(),
                )),
                JobState::Failed => {
                    let why = job.error.as_deref().unwrap_or("the log tells why");
                    Some((
                        Tone::Bad,
                        format!("{name} failed: {why}."),
                        "Retrain (6) has its log.".into(),
                    ))
                }
                // Whoever cancelled it has been told already.
                _ => None,
            }
        }
        Delta::Request(request) => {
            let known = model.data.request_rows().iter().any(|r| r.id == request.id);
            let ours = model.is_asking(|c| matches!(c, Call::Act { .. }))
                || model
                    .link
                    .welcome
                    .as_ref()
                    .is_some_and(|w| w.actor == request.author);
            let asks = request.state == RequestState::AwaitingApproval;
            (asks && !known && !ours && model.pane != Pane::Registry).then(|| {
                (
                    Tone::Note,
                    format!("{} {} asks for production.", request.model, request.version),
                    "Registry (4) has the evidence.".into(),
                )
            })
        }
        Delta::Demo(demo) => {
            let error = demo.last_error.as_ref()?;
            let new = model.data.demo.as_ref().and_then(|d| d.last_error.as_ref()) != Some(error);
            new.then(|| {
                (
                    Tone::Bad,
                    format!("The demonstration's world: {error}"),
                    "It goes on trying.".into(),
                )
            })
        }
        _ => None,
    }
}
