//! Answers to requests.

use trimtab_core::release::RequestState;
use trimtab_core::run::RunsEdit;
use trimtab_wire::{Act, Acted, Reply, Snapshot};

use super::anchors::Anchors;
use crate::format;
use crate::model::data::Slot;
use crate::model::layer::{Layer, Stage};
use crate::model::list::List;
use crate::model::nav::Pane;
use crate::model::{Model, Tone};
use crate::msg::{Call, Effect, Trouble};

/// Takes the answer to a call.
pub fn take(model: &mut Model, call: Call, result: Result<Box<Reply>, Trouble>) -> Vec<Effect> {
    let result = result.map(|reply| *reply);
    match (call, result) {
        (Call::Preview(act), result) => preview(model, &act, result),
        (Call::Act { act, asked }, result) => acted(model, &act, asked, result),
        (Call::RunsPage(query), Ok(Reply::Runs(page))) => {
            // Another table, or another slice of it, was asked for since: its own snapshot comes.
            if *query == model.runs.query() {
                let anchors = Anchors::of(model);
                model.data.snapshot(Slot::Runs, Snapshot::Runs(page));
                anchors.restore(model);
                crate::model::session::arrived(model, Slot::Runs);
            }
        }
        (Call::Marks(asked), Ok(Reply::Runs(page))) => super::session::marked(model, &asked, page),
        // The Compare pane shows their short ids instead.
        (Call::Marks(_), Err(_)) => {}
        (Call::Digest(part), Ok(Reply::Runs(page))) => {
            super::digest::answered(model, part, Ok(page))
        }
        (Call::Digest(part), Err(trouble)) => super::digest::answered(model, part, Err(trouble)),
        (Call::RunNames, Ok(Reply::RunNames(names))) => model.runs.names = names,
        // Completion does without.
        (Call::RunNames, Err(_)) => {}
        (Call::NextUnwell(query), Ok(Reply::Line(line))) => {
            if model.runs.is_same_table(&query) {
                super::run_table::found_unwell(model, line);
            }
        }
        (Call::MarkRange(query), Ok(Reply::Runs(page))) => {
            if model.runs.is_same_table(&query) {
                super::runs::mark_page(model, &page);
            }
        }
        (Call::Run, Ok(Reply::Run(row))) => {
            model.data.known_runs.insert(row.id.clone(), *row);
        }
        (Call::Run, Err(trouble)) if super::detail::is_unknown(model) => {
            // It was in detail when somebody left, and is gone since.
            model.detail.run = None;
            model.toast(Tone::Note, trouble.message, trouble.hint);
        }
        // The pane that names the run shows its short id instead.
        (Call::Run, Err(_)) => {}
        (Call::Distribution { cell, .. }, Ok(Reply::Distribution(d))) => {
            model.monitors.distribution = Some((cell, Ok(d)));
        }
        (Call::Distribution { cell, .. }, Err(trouble)) => {
            model.monitors.distribution = Some((cell, Err(trouble)));
        }
        (Call::Sql(query), result) => return super::sql::answered(model, query, result),
        // It has ended, one way or the other.
        (Call::SqlStop, _) => {}
        (
            call @ (Call::RunCurves(_)
            | Call::RunInputs(_)
            | Call::Artifacts { .. }
            | Call::Artifact { .. }
            | Call::OlderLog(_)
            | Call::LogAt(_)),
            result,
        ) => super::detail::asks::take(model, call, result),
        (Call::Simple(done), Ok(_)) => model.toast(Tone::Good, done, ""),
        (
            Call::RunsPage(_) | Call::NextUnwell(_) | Call::MarkRange(_) | Call::Simple(_),
            Err(trouble),
        ) => model.toast(Tone::Bad, trouble.message, trouble.hint),
        (_, Ok(_)) => model.toast(
            Tone::Bad,
            "The agent answered with something else than was asked.",
            "Agent and console may be of different versions: trimtab agent status.",
        ),
    }
    Vec::new()
}

fn preview(model: &mut Model, act: &Act, result: Result<Reply, Trouble>) {
    let Some(Layer::Act(dialog)) = model.layers.last_mut() else {
        return;
    };
    if dialog.act != *act || dialog.stage != Stage::Loading {
        return;
    }
    dialog.stage = match result {
        Ok(Reply::Preview(preview)) => Stage::Ready(preview),
        Ok(_) => Stage::Failed("The agent answered out of turn.".into(), String::new()),
        Err(trouble) => Stage::Failed(trouble.message, trouble.hint),
    };
}

fn acted(
    model: &mut Model,
    act: &Act,
    asked: trimtab_core::time::Millis,
    result: Result<Reply, Trouble>,
) {
    let was_front = matches!(model.layers.last(), Some(Layer::Act(d)) if d.act == *act && matches!(d.stage, Stage::Doing(_)));
    if was_front {
        model.layers.pop();
    }
    match result {
        Ok(Reply::Acted(acted)) => {
            if was_front && matches!(act, Act::Retrain(_)) {
                // What one starts one wants to watch: the newest job stands on top.
                model.pane = Pane::Retrain;
                model.retrain.list = List::default();
                model.retrain.follow = true;
            }
            if matches!(act, Act::EditRuns { .. }) {
                // What was meant is done; the marks would only be done to again.
                model.runs.marks.clear();
                model.runs.dirty = true;
            }
            let (tone, text, hint) = sentence(act, &acted, model.now.since(asked));
            model.toast(tone, text, hint);
        }
        Ok(_) => model.toast(
            Tone::Bad,
            "The agent answered out of turn.",
            "Look in Audit (8) whether the act was done.",
        ),
        Err(trouble) => {
            if let Act::Note { of, text } = act {
                super::notes::not_saved(model, of, text, &trouble);
            }
            model.toast(Tone::Bad, trouble.message, trouble.hint);
        }
    }
}

/// What came of an act, and what to do next.
fn sentence(act: &Act, acted: &Acted, took: i64) -> (Tone, String, String) {
    match acted {
        Acted::RolledBack {
            model,
            from,
            to,
            switched_ms,
            ..
        } => (
            Tone::Good,
            format!("{model} rolled back from {from} to {to}: production answers with {to}."),
            format!(
                "Switched in {} ({} from key to answer). It is in Audit (8).",
                format::millis(*switched_ms, "?"),
                format::millis(took as f64, "?")
            ),
        ),
        Acted::Request(r) => {
            let what = format!("{} {}, request {}", r.model, r.version, r.id);
            match r.state {
                RequestState::GateFailed => {
                    let why = r
                        .gates
                        .iter()
                        .find(|g| !g.passed)
                        .map_or_else(String::new, |g| g.reason.clone());
                    (
                        Tone::Bad,
                        format!("{what}: the gate said no. {why}"),
                        "Registry (4) shows every rule; T retrains.".into(),
                    )
                }
                RequestState::AwaitingApproval => {
                    let missing = (r.required as usize).saturating_sub(r.approvals.len());
                    (
                        Tone::Good,
                        format!(
                            "{what} passed its gates; {} missing.",
                            format::plural(missing as u64, "approval")
                        ),
                        "A approves, R rejects.".into(),
                    )
                }
                RequestState::Live => (
                    Tone::Good,
                    format!("{what} is live: production answers with {}.", r.version),
                    format!(
                        "{} from key to answer. B rolls back.",
                        format::millis(took as f64, "?")
                    ),
                ),
                RequestState::Switching => (
                    Tone::Good,
                    format!("{what}: production is being switched."),
                    String::new(),
                ),
                RequestState::Rejected => {
                    (Tone::Good, format!("{what} was rejected."), String::new())
                }
                RequestState::Failed => (
                    Tone::Bad,
                    format!(
                        "{what}: production could not be switched and was put back. {}",
                        r.note.as_deref().unwrap_or_default()
                    ),
                    "Check the target in trimtab.toml and the server's health, then ask again."
                        .into(),
                ),
                RequestState::RolledBack | RequestState::Superseded => (
                    Tone::Note,
                    format!("{what} is {}.", r.state.word().replace('_', " ")),
                    String::new(),
                ),
            }
        }
        Acted::Runs { runs, edit } => {
            let what = format::plural(*runs, "run");
            match edit {
                RunsEdit::Delete => (
                    Tone::Good,
                    format!("{what} deleted."),
                    ":deleted runs shows them; U restores.".into(),
                ),
                RunsEdit::Restore => (Tone::Good, format!("{what} restored."), String::new()),
                RunsEdit::Tag { key, value } => (
                    Tone::Good,
                    format!("{what} tagged with {key}={value}."),
                    String::new(),
                ),
                RunsEdit::Untag { key } => (
                    Tone::Good,
                    format!("The tag {key} was taken off {what}."),
                    String::new(),
                ),
            }
        }
        Acted::Note(of) => {
            let gone = matches!(act, Act::Note { text, .. } if text.is_empty());
            let done = if gone { "taken away" } else { "saved" };
            (
                Tone::Good,
                format!("The note on {of} is {done}."),
                "It is in Audit (8).".into(),
            )
        }
        Acted::Job(job) => match act {
            Act::CancelJob(_) => (
                Tone::Good,
                format!("Job {} is {}.", job.id, job.state.word()),
                String::new(),
            ),
            _ => (
                Tone::Good,
                format!(
                    "Job {} trains {} ({}).",
                    job.id,
                    job.model,
                    job.state.word()
                ),
                "Its log and curve grow here; R cancels it.".into(),
            ),
        },
    }
}

/// Tells where an export went.
pub fn exported(model: &mut Model, result: Result<Vec<String>, Trouble>) {
    match result {
        Ok(files) => model.toast(Tone::Good, format!("Wrote {}.", files.join(" and ")), ""),
        Err(trouble) => model.toast(Tone::Bad, trouble.message, trouble.hint),
    }
}
