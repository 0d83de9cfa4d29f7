//! Many runs changed at once: deleted, restored, tagged. One commit with its audit entry, all or none.

use super::{Actor, Audited};
use crate::{
    Context, clock,
    error::{OrFail as _, invalid},
};
use std::{collections::HashSet, sync::Arc};
use trimtab_core::{
    record::RunRecord,
    release::Preview,
    run::{RunId, RunStatus, RunsEdit},
    shell,
    table::PARENT_TAG,
};
use trimtab_store::Change;
use trimtab_wire::{Acted, Failure};

/// Runs that one act may change: what is audited must stay readable.
const MOST: usize = 1_000;
/// Runs that a preview names.
const NAMED: usize = 6;
/// Characters of a tag's key and value, as in MLflow.
const KEY: usize = 250;
const VALUE: usize = 8_000;

/// What the act would do.
pub(super) async fn preview(
    ctx: &Context,
    ids: &[RunId],
    edit: &RunsEdit,
) -> Result<Preview, Failure> {
    let ids = distinct(ids);
    let n = ids.len();
    let plural = if n == 1 { "run" } else { "runs" };
    let (title, undo) = match edit {
        RunsEdit::Delete => (
            format!("Delete {n} {plural}"),
            "restore them: the console shows deleted runs with `:deleted runs`".to_owned(),
        ),
        RunsEdit::Restore => (
            format!("Restore {n} {plural}"),
            "delete them again".to_owned(),
        ),
        RunsEdit::Tag { key, value } => (
            format!("Tag {n} {plural} with {key}={value}"),
            "tag them again with the values before; the audit keeps them".to_owned(),
        ),
        RunsEdit::Untag { key } => (
            format!("Take the tag {key} off {n} {plural}"),
            "tag them again with the values before; the audit keeps them".to_owned(),
        ),
    };
    let preview = |changes, evidence, call, refusal| Preview {
        title,
        changes,
        evidence,
        undo,
        call,
        refusal,
        reason_required: false,
    };
    Ok(match plan(ctx, &ids, edit) {
        Ok(runs) => {
            let evidence = evidence(ctx, &runs, edit).await?;
            preview(changes(&runs, edit), evidence, call(&runs, edit), None)
        }
        Err(failure) => preview(Vec::new(), Vec::new(), String::new(), Some(failure.message)),
    })
}

/// Does it.
pub(super) async fn act(
    ctx: &Context,
    actor: &Actor,
    ids: &[RunId],
    edit: RunsEdit,
    reason: &str,
) -> Result<Acted, Failure> {
    let action = match edit {
        RunsEdit::Delete => "run.delete",
        RunsEdit::Restore => "run.restore",
        RunsEdit::Tag { .. } => "run.tag",
        RunsEdit::Untag { .. } => "run.untag",
    };
    let ids = distinct(ids);
    let subject = match ids[..] {
        [one] => format!("run {one}"),
        _ => format!("{} runs", ids.len()),
    };
    let act = Audited::begin(ctx, actor, action, subject, reason).await?;
    let result = async {
        let runs = plan(ctx, &ids, &edit)?;
        let mut changes: Vec<Change> = runs.iter().filter_map(|r| change(r, &edit)).collect();
        let done = changes.len() as u64;
        changes.push(act.done(&detail(&runs, &edit)));
        ctx.record(changes).await?;
        Ok(done)
    };
    let result = result.await;
    let runs = act.close(result).await?;
    Ok(Acted::Runs { runs, edit })
}

/// Each id once: one may be named twice, by its name and by its digits.
fn distinct(ids: &[RunId]) -> Vec<&RunId> {
    let mut seen = HashSet::new();
    ids.iter().filter(|id| seen.insert(*id)).collect()
}

/// The runs that are meant, or why it cannot be done.
fn plan(ctx: &Context, ids: &[&RunId], edit: &RunsEdit) -> Result<Vec<Arc<RunRecord>>, Failure> {
    if ids.is_empty() || ids.len() > MOST {
        return Err(invalid(
            format!("One act changes 1 to {MOST} runs, not {}.", ids.len()),
            "Do it in several.",
        ));
    }
    if let RunsEdit::Tag { key, .. } | RunsEdit::Untag { key } = edit {
        check_key(key)?;
    }
    if let RunsEdit::Tag { value, .. } = edit
        && value.chars().count() > VALUE
    {
        return Err(invalid(
            format!("A tag's value has {VALUE} characters at most."),
            "",
        ));
    }
    ids.iter()
        .map(|id| {
            let run = ctx.store.record(id);
            let run = run.ok_or_else(|| invalid(format!("There is no run {id}."), ""))?;
            let deleted = run.deleted.is_some();
            if deleted && matches!(edit, RunsEdit::Tag { .. } | RunsEdit::Untag { .. }) {
                return Err(invalid(
                    format!("The run {} ({}) is deleted.", run.name, id.short()),
                    "Restore it first.",
                ));
            }
            Ok(run)
        })
        .collect()
}

fn check_key(key: &str) -> Result<(), Failure> {
    let allowed = |c: char| c.is_alphanumeric() || "_/.-: ".contains(c);
    if key.trim().is_empty() || key.chars().count() > KEY || !key.chars().all(allowed) {
        return Err(invalid(
            format!("{key:?} cannot be a tag's key."),
            "A key has letters, digits, blanks and _ / . - : in it, 250 at most.",
        ));
    }
    if key.starts_with("mlflow.") {
        return Err(invalid(
            format!("{key:?} is one of MLflow's own tags."),
            "Change what it stands for with MLflow's client.",
        ));
    }
    Ok(())
}

/// What the act changes in one run; nothing when it is so already.
fn change(run: &RunRecord, edit: &RunsEdit) -> Option<Change> {
    let id = run.id.clone();
    match edit {
        RunsEdit::Delete => run.deleted.is_none().then(|| Change::SetRunDeleted {
            run: id,
            deleted: Some(clock::now()),
        }),
        RunsEdit::Restore => run.deleted.is_some().then_some(Change::SetRunDeleted {
            run: id,
            deleted: None,
        }),
        RunsEdit::Tag { key, value } => {
            let same = run.tags.get(key).is_some_and(|v| **v == **value);
            (!same).then(|| Change::LogBatch {
                run: id,
                metrics: Vec::new(),
                params: Vec::new(),
                tags: vec![(key.clone(), value.clone())],
            })
        }
        RunsEdit::Untag { key } => run.tags.get(key).is_some().then(|| Change::DeleteRunTag {
            run: id,
            key: key.clone(),
        }),
    }
}

/// What changes, line by line.
fn changes(runs: &[Arc<RunRecord>], edit: &RunsEdit) -> Vec<String> {
    let changed: Vec<&Arc<RunRecord>> = runs.iter().filter(|r| change(r, edit).is_some()).collect();
    let mut lines: Vec<String> = changed
        .iter()
        .take(NAMED)
        .map(|r| {
            let name = format!("{} ({})", r.name, r.id.short());
            match edit {
                RunsEdit::Tag { key, .. } | RunsEdit::Untag { key } => match r.tags.get(key) {
                    Some(before) => format!("{name}, which has {key}={before} now"),
                    None => name,
                },
                RunsEdit::Delete | RunsEdit::Restore => format!("{name}, {}", r.status.word()),
            }
        })
        .collect();
    if changed.len() > NAMED {
        lines.push(format!("and {} more", changed.len() - NAMED));
    }
    match runs.len() - changed.len() {
        0 => {}
        same => lines.push(format!("{same} stay as they are: they are so already")),
    }
    lines
}

/// What to know before.
async fn evidence(
    ctx: &Context,
    runs: &[Arc<RunRecord>],
    edit: &RunsEdit,
) -> Result<Vec<String>, Failure> {
    if *edit != RunsEdit::Delete {
        return Ok(Vec::new());
    }
    let mut lines = Vec::new();
    let running = runs
        .iter()
        .filter(|r| r.status == RunStatus::Running)
        .count();
    if running > 0 {
        lines.push(format!(
            "{running} still run: what their trainers log will be refused"
        ));
    }
    let ids: HashSet<&RunId> = runs.iter().map(|r| &r.id).collect();
    let models = ctx.store.models().await.or_fail()?;
    let made: Vec<String> = models
        .iter()
        .flat_map(|m| &m.versions)
        .filter(|v| v.run.as_ref().is_some_and(|id| ids.contains(id)))
        .take(NAMED)
        .map(|v| format!("{} {}", v.model, v.version))
        .collect();
    if !made.is_empty() {
        lines.push(format!("they made {}, which stay", made.join(", ")));
    }
    let parents: HashSet<&str> = ids.iter().map(|id| id.as_str()).collect();
    let query = trimtab_core::run::RunQuery {
        filter: "has(parent)".to_owned(),
        ..Default::default()
    };
    let children = ctx
        .store
        .matching(query, usize::MAX, clock::now())
        .await
        .or_fail()?;
    let left = children
        .iter()
        .filter(|id| !ids.contains(id))
        .filter_map(|id| ctx.store.record(id))
        .filter(|r| {
            r.tags
                .get(PARENT_TAG)
                .is_some_and(|p| parents.contains(&**p))
        })
        .count();
    if left > 0 {
        lines.push(format!("{left} child runs of theirs stay"));
    }
    Ok(lines)
}

/// What the audit keeps: every id, and what was replaced.
fn detail(runs: &[Arc<RunRecord>], edit: &RunsEdit) -> String {
    let each = |r: &Arc<RunRecord>| match edit {
        RunsEdit::Tag { key, .. } | RunsEdit::Untag { key } => match r.tags.get(key) {
            Some(before) => format!("{} (was {before})", r.id),
            None => r.id.to_string(),
        },
        RunsEdit::Delete | RunsEdit::Restore => r.id.to_string(),
    };
    let what = match edit {
        RunsEdit::Tag { key, value } => format!("{key}={value}: "),
        RunsEdit::Untag { key } => format!("{key}: "),
        RunsEdit::Delete | RunsEdit::Restore => String::new(),
    };
    let all: Vec<String> = runs.iter().map(each).collect();
    format!("{what}{}", all.join(" "))
}

/// The headless command that does the same: whole ids, and only of the runs that it changes, as a command finds a
/// run to restore among the deleted ones. Nothing when it changes none.
fn call(runs: &[Arc<RunRecord>], edit: &RunsEdit) -> String {
    let changed = runs.iter().filter(|r| change(r, edit).is_some());
    let ids: Vec<&str> = changed.map(|r| r.id.as_str()).collect();
    if ids.is_empty() {
        return String::new();
    }
    // With `=`, a key may begin with a hyphen.
    let (verb, option) = match edit {
        RunsEdit::Delete => ("delete", None),
        RunsEdit::Restore => ("restore", None),
        RunsEdit::Tag { key, value } => ("tag", Some(format!("--set={key}={value}"))),
        RunsEdit::Untag { key } => ("tag", Some(format!("--remove={key}"))),
    };
    let mut call = format!("trimtab runs {verb} {}", ids.join(" "));
    if let Some(option) = option {
        call.push(' ');
        call.push_str(&shell::word(&option));
    }
    call
}
