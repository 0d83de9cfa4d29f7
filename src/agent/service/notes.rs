//! Notes in Markdown: a run's tag `mlflow.note.content`, a model's or a version's description.

use super::{Actor, Audited, registry, run_details::record};
use crate::{
    Context,
    error::{invalid, refused},
};
use trimtab_core::{release::Preview, shell};
use trimtab_store::Change;
use trimtab_wire::{Acted, Failure, NoteOf};

/// MLflow's tag for a run's note.
const TAG: &str = "mlflow.note.content";
/// Characters of a note, as of a tag's value in MLflow.
const LONGEST: usize = 8_000;

/// What the act would do.
pub(super) fn preview(ctx: &Context, of: &NoteOf, text: &str) -> Preview {
    let verb = if text.is_empty() { "take away" } else { "put" };
    let before = current(ctx, of);
    let refusal = check(ctx, of, text).err().map(|f| f.message);
    let call = match of {
        NoteOf::Run(run) => format!("trimtab runs note {run} --set {}", shell::word(text)),
        NoteOf::Model(model) => format!("trimtab models note {model} --set {}", shell::word(text)),
        NoteOf::Version(model, version) => {
            format!(
                "trimtab models note {model} {version} --set {}",
                shell::word(text)
            )
        }
    };
    Preview {
        title: format!("Write the note on {of}"),
        changes: vec![format!(
            "{verb} a note of {} characters",
            text.chars().count()
        )],
        evidence: (!before.is_empty())
            .then(|| format!("in place of one of {} characters", before.chars().count()))
            .into_iter()
            .collect(),
        undo: "write the note before again; the audit keeps its beginning".into(),
        call,
        refusal,
        reason_required: false,
    }
}

/// Does it.
pub(super) async fn act(
    ctx: &Context,
    actor: &Actor,
    of: NoteOf,
    text: String,
    reason: &str,
) -> Result<Acted, Failure> {
    check(ctx, &of, &text)?;
    match &of {
        NoteOf::Run(run) => {
            let subject = format!("run {run}");
            let act = Audited::begin(ctx, actor, "run.note", subject, reason).await?;
            let before = registry::short(&current(ctx, &of));
            let change = match text.is_empty() {
                true => Change::DeleteRunTag {
                    run: run.clone(),
                    key: TAG.into(),
                },
                false => Change::LogBatch {
                    run: run.clone(),
                    metrics: Vec::new(),
                    params: Vec::new(),
                    tags: vec![(TAG.into(), text)],
                },
            };
            // Taking away what is not there is no error, but the store would say that it is one.
            let nothing = matches!(change, Change::DeleteRunTag { .. }) && before.is_empty();
            let done = act.done(&format!("was: {before}"));
            let changes = if nothing {
                vec![done]
            } else {
                vec![change, done]
            };
            act.close(ctx.record(changes).await).await?;
        }
        NoteOf::Model(model) => {
            let described = registry::describe_model(ctx, actor, model, text).await;
            described.map_err(failure)?;
        }
        NoteOf::Version(model, version) => {
            let words = (!text.is_empty()).then_some(text);
            let number = version.0.to_string();
            let described = registry::describe_version(ctx, actor, model, &number, words).await;
            described.map_err(failure)?;
        }
    }
    Ok(Acted::Note(of))
}

fn failure(refusal: registry::Refusal) -> Failure {
    match refusal {
        registry::Refusal::Failed(failure) => failure,
        registry::Refusal::Taken(message) => refused(message, ""),
    }
}

/// The note as it stands; empty when there is none.
fn current(ctx: &Context, of: &NoteOf) -> String {
    match of {
        NoteOf::Run(run) => {
            let record = ctx.store.record(run);
            let note = record.as_ref().and_then(|r| r.tags.get(TAG));
            note.map(|n| n.to_string()).unwrap_or_default()
        }
        NoteOf::Model(model) => ctx
            .store
            .registered(model)
            .map(|m| m.description.clone())
            .unwrap_or_default(),
        NoteOf::Version(model, version) => ctx
            .store
            .registered(model)
            .and_then(|m| m.version(*version)?.description.clone())
            .unwrap_or_default(),
    }
}

fn check(ctx: &Context, of: &NoteOf, text: &str) -> Result<(), Failure> {
    let characters = text.chars().count();
    if characters > LONGEST {
        return Err(invalid(
            format!("A note has {LONGEST} characters at most, and this one {characters}."),
            "Log a longer text as an artifact of the run.",
        ));
    }
    match of {
        NoteOf::Run(run) if record(ctx, run)?.deleted.is_some() => Err(refused(
            format!("The run {run} is deleted."),
            "Restore it first.",
        )),
        NoteOf::Run(_) => Ok(()),
        NoteOf::Model(model) => registry::model(ctx, model).map(drop).map_err(failure),
        NoteOf::Version(model, version) => {
            let found = registry::version(ctx, model, &version.0.to_string());
            found.map(drop).map_err(failure)
        }
    }
}
