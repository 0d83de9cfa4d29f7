//! `trimtab runs delete|restore|tag`: the console's acts on many runs.

use super::super::{
    act::{How, carry_out},
    error::{CliError, CliResult, Exit},
    output::Output,
};
use super::{find, find_deleted};
use trimtab_core::run::RunsEdit;
use trimtab_wire::{Act, Acted, Link};

/// Which runs.
#[derive(clap::Args, Debug)]
pub struct Which {
    /// Ids, starts of ids, or names.
    #[arg(required = true)]
    runs: Vec<String>,
    #[command(flatten)]
    how: How,
}

/// Which runs, and which tag.
#[derive(clap::Args, Debug)]
pub struct TagArgs {
    #[command(flatten)]
    which: Which,
    /// Give them this tag.
    #[arg(long, value_name = "KEY=VALUE", required_unless_present = "remove")]
    set: Option<String>,
    /// Take this tag off.
    #[arg(long, value_name = "KEY", conflicts_with = "set")]
    remove: Option<String>,
}

/// Changes tags.
pub async fn tag(link: &Link, args: TagArgs, out: &mut Output) -> CliResult {
    let edit = match (args.set, args.remove) {
        (Some(pair), _) => {
            let (key, value) = pair.split_once('=').ok_or_else(|| {
                CliError::usage(format!("{pair:?} is no tag."), "Write KEY=VALUE.")
            })?;
            RunsEdit::Tag {
                key: key.trim().to_owned(),
                value: value.to_owned(),
            }
        }
        (None, key) => RunsEdit::Untag {
            key: key.unwrap_or_default(),
        },
    };
    edit_runs(link, args.which, edit, out).await
}

/// Changes runs.
pub async fn edit_runs(link: &Link, which: Which, edit: RunsEdit, out: &mut Output) -> CliResult {
    let mut runs = Vec::new();
    for name in &which.runs {
        // A live run of the same name is not the one that is wanted back.
        let run = match edit {
            RunsEdit::Restore => find_deleted(link, name).await?,
            _ => find(link, name).await?,
        };
        runs.push(run.id);
    }
    let acted = carry_out(link, Act::EditRuns { runs, edit }, &which.how, out).await?;
    let Some(Acted::Runs { runs, edit }) = acted else {
        return Ok(Exit::Done);
    };
    if runs == 0 && edit == RunsEdit::Restore {
        return Err(CliError::refused(
            "No run was restored: somebody else restored them meanwhile.",
            "See `trimtab runs list`.",
        ));
    }
    if !out.json {
        let plural = if runs == 1 { "run" } else { "runs" };
        out.line(format!("{runs} {plural} {}.", done(&edit)))?;
    }
    Ok(Exit::Done)
}

fn done(edit: &RunsEdit) -> &'static str {
    match edit {
        RunsEdit::Delete => "deleted",
        RunsEdit::Restore => "restored",
        RunsEdit::Tag { .. } => "tagged",
        RunsEdit::Untag { .. } => "freed from the tag",
    }
}
