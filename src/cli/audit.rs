//! `trimtab audit`: list, verify, export.

use super::{
    context::{Global, expect_reply},
    error::{CliError, CliResult, Exit},
    output::Output,
};
use trimtab_core::audit::{self, AuditEntry};
use trimtab_wire::{Link, Reply, Request};

/// The record of every act.
#[derive(clap::Subcommand, Debug)]
pub enum AuditCommand {
    /// List entries, oldest first.
    List {
        /// Only the last N.
        #[arg(long, short = 'n', value_name = "N")]
        last: Option<usize>,
    },
    /// Check that no entry was changed or taken out. Exit 1 when one was.
    Verify,
    /// Print every entry as a line of JSON.
    Export,
}

/// Runs the command.
pub async fn run(command: AuditCommand, global: &Global, out: &mut Output) -> CliResult {
    let link = global.link().await?;
    let entries = all(&link).await?;
    match command {
        AuditCommand::List { last } => {
            let skip = last.map_or(0, |n| entries.len().saturating_sub(n));
            let shown = &entries[skip..];
            if out.json {
                out.json(&shown)?;
            } else {
                let rows: Vec<_> = shown
                    .iter()
                    .map(|e| {
                        vec![
                            e.seq.to_string(),
                            e.at.stamp(),
                            e.actor.clone(),
                            e.action.clone(),
                            e.subject.clone(),
                            e.outcome.word().to_owned(),
                            if e.reason.is_empty() {
                                e.detail.clone()
                            } else {
                                e.reason.clone()
                            },
                        ]
                    })
                    .collect();
                out.table(
                    &[">no", "when", "who", "what", "on", "outcome", "why"],
                    &rows,
                )?;
            }
            Ok(Exit::Done)
        }
        AuditCommand::Verify => match audit::verify(&entries) {
            Ok(()) => {
                if out.json {
                    out.json(&serde_json::json!({ "entries": entries.len(), "intact": true }))?;
                } else {
                    out.line(format!(
                        "{} entries, every one follows from the one before it",
                        entries.len()
                    ))?;
                }
                Ok(Exit::Done)
            }
            Err((seq, why)) => Err(CliError::refused(
                format!("The audit is broken at entry {seq}: {why}."),
                "Compare with a backup of .trimtab/store.duckdb.",
            )),
        },
        AuditCommand::Export => {
            for e in &entries {
                let line = serde_json::to_string(e).map_err(|e| {
                    CliError::refused("An entry cannot be written as JSON.", "").caused_by(&e)
                })?;
                out.line(line)?;
            }
            Ok(Exit::Done)
        }
    }
}

/// Every entry, page by page.
pub async fn all(link: &Link) -> CliResult<Vec<AuditEntry>> {
    let mut entries: Vec<AuditEntry> = Vec::new();
    loop {
        let after = entries.last().map_or(0, |e| e.seq);
        let page = expect_reply!(link.request(Request::Audit { after, limit: 10_000 }).await?, Reply::Audit(a) => a);
        if page.is_empty() {
            return Ok(entries);
        }
        entries.extend(page);
    }
}
