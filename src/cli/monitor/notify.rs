//! `trimtab monitor notify`: who is told of alerts.

use crate::cli::{error::CliResult, output::Output};
use trimtab_core::notice::{Occasion, Recipient};

/// A row for each recipient.
pub fn list(recipients: &[Recipient], out: &mut Output) -> CliResult<()> {
    if out.json {
        return out.json(&recipients);
    }
    if recipients.is_empty() {
        return out.line(
            "Policy names nobody who is told of alerts: see [notify.<name>] in trimtab.toml.",
        );
    }
    let rows: Vec<Vec<String>> = recipients
        .iter()
        .map(|r| {
            let on: Vec<&str> = r.on.iter().copied().map(Occasion::word).collect();
            let monitors = r.monitors.as_ref().map_or("all".into(), |m| m.join(", "));
            let state = match (&r.failing, r.last) {
                (Some(why), _) => format!("not reached: {why}"),
                (None, Some(at)) => format!("told {}", at.instant()),
                (None, None) => "not told anything yet".into(),
            };
            vec![
                r.name.clone(),
                r.way.clone(),
                monitors,
                on.join(", "),
                state,
            ]
        })
        .collect();
    out.table(&["name", "way", "monitors", "on", "state"], &rows)
}
