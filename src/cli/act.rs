//! Acts from the command line: preview, question, deed. The same path that the console takes.

use super::{
    context::expect_reply,
    error::{CliError, CliResult},
    output::Output,
};
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use trimtab_core::release::Preview;
use trimtab_wire::{Act, Acted, Link, Reply, Request};

/// How an act is asked for.
#[derive(clap::Args, Debug)]
pub struct How {
    /// Why; written to the audit.
    #[arg(long, short = 'm', default_value = "")]
    pub reason: String,
    /// Do not ask.
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Say what would change, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Previews the act and, once the operator agrees, does it. `None` after a dry run.
pub async fn carry_out(
    link: &Link,
    act: Act,
    how: &How,
    out: &mut Output,
) -> CliResult<Option<Acted>> {
    let preview =
        expect_reply!(link.request(Request::Preview(act.clone())).await?, Reply::Preview(p) => p);
    if how.dry_run {
        if out.json {
            out.json(&preview)?
        } else {
            show(&preview, out)?
        }
        return match preview.refusal {
            Some(why) => Err(CliError::refused(why, "")),
            None => Ok(None),
        };
    }
    if let Some(why) = &preview.refusal {
        return Err(CliError::refused(format!("{}: {why}", preview.title), ""));
    }
    if preview.reason_required && how.reason.trim().is_empty() {
        return Err(CliError::usage(
            format!("{} needs a reason.", preview.title),
            "Give one with `--reason TEXT`.",
        ));
    }
    if !how.yes {
        confirm(&preview)?;
    }
    let acted = expect_reply!(
        link.request(Request::Act { act, reason: how.reason.clone() }).await?,
        Reply::Acted(a) => a
    );
    if out.json {
        out.json(&acted_json(&acted))?;
    }
    Ok(Some(acted))
}

/// An outcome in JSON with stable fields.
fn acted_json(acted: &Acted) -> serde_json::Value {
    match acted {
        Acted::Request(r) => serde_json::json!({ "request": r }),
        Acted::RolledBack {
            model,
            from,
            to,
            switched_ms,
            answered,
        } => serde_json::json!({
            "rollback": { "model": model, "from": from, "to": to, "switched_ms": switched_ms, "answered": answered }
        }),
        Acted::Note(of) => serde_json::json!({ "note": of.to_string() }),
        Acted::Job(j) => serde_json::json!({ "job": j }),
        Acted::Runs { runs, edit } => serde_json::json!({ "runs": runs, "edit": edit }),
    }
}

fn show(preview: &Preview, out: &mut Output) -> CliResult<()> {
    out.line(&preview.title)?;
    for line in &preview.changes {
        out.line(format!("  changes   {line}"))?;
    }
    for line in &preview.evidence {
        out.line(format!("  evidence  {line}"))?;
    }
    out.line(format!("  undo      {}", preview.undo))
}

/// Asks on the terminal; anything but `yes` is no.
fn confirm(preview: &Preview) -> CliResult<()> {
    if !std::io::stdin().is_terminal() {
        return Err(CliError::usage(
            format!(
                "{} asks for a yes, and there is no terminal to ask on.",
                preview.title
            ),
            "Add `--yes`, or `--dry-run` to see what would change.",
        ));
    }
    let mut err = std::io::stderr().lock();
    let mut text = format!("{}\n", preview.title);
    for line in &preview.changes {
        text.push_str(&format!("  changes   {line}\n"));
    }
    for line in &preview.evidence {
        text.push_str(&format!("  evidence  {line}\n"));
    }
    text.push_str(&format!(
        "  undo      {}\nType yes to go on [no]: ",
        preview.undo
    ));
    let asked = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    let mut answer = String::new();
    let read = asked.and_then(|()| std::io::stdin().lock().read_line(&mut answer));
    match read {
        Ok(_) if answer.trim().eq_ignore_ascii_case("yes") => Ok(()),
        _ => Err(CliError::refused("Nothing was changed.", "")),
    }
}
