//! `trimtab doctor`: what is well, what is not, and what to do, each in a line.

use super::{
    context::{Global, POLICY_FILE, socket},
    error::{CliResult, Exit},
    output::Output,
    policy,
};
use serde::Serialize;
use std::path::Path;
use trimtab_agent::Probe;
use trimtab_wire::{Dial, Link, Reply, Request};

/// One thing looked at.
#[derive(Serialize)]
struct Finding {
    what: &'static str,
    ok: bool,
    found: String,
    advice: String,
}

impl Finding {
    fn well(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            what,
            ok: true,
            found: found.into(),
            advice: String::new(),
        }
    }
    fn ill(what: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            what,
            ok: false,
            found: found.into(),
            advice: advice.into(),
        }
    }
}

/// Looks at everything. Exit 1 when something is not well.
pub async fn run(global: &Global, out: &mut Output) -> CliResult {
    let mut findings = vec![terminal()];
    match global.root() {
        Err(e) => findings.push(Finding::ill("workspace", e.message, e.hint)),
        Ok(root) => {
            findings.push(Finding::well("workspace", root.display().to_string()));
            findings.push(match policy::read(&root.join(POLICY_FILE)) {
                Ok(p) => Finding::well(
                    "policy",
                    format!("{} models, {} monitors", p.models.len(), p.monitors.len()),
                ),
                Err(e) => Finding::ill("policy", e.message, e.hint),
            });
            findings.push(disk(&root));
            let path = socket(&root);
            match trimtab_agent::probe(&root).await {
                Probe::NotRunning => {
                    findings.push(Finding::well("agent", "not running; the next command starts it"));
                }
                Probe::Wedged(why) => findings.push(Finding::ill(
                    "agent",
                    why,
                    "Look at .trimtab/agent.log; end the process that .trimtab/agent.lock names, then try again.",
                )),
                Probe::Ready(w) => {
                    findings.push(Finding::well("agent", format!("{} answers, pid {}", w.version, w.pid)));
                    findings.extend(w.recovered.iter().map(|r| Finding::well("recovered", r.clone())));
                    if let Ok(link) = Link::connect(&Dial::Unix(path.clone()), "cli").await
                        && let Ok(Reply::Monitors(monitors)) = link.request(Request::Monitors).await
                    {
                        for p in monitors.iter().flat_map(|m| &m.problems) {
                            findings.push(Finding::ill("input", format!("{}: {}", p.file, p.reason), "Mend or remove the file."));
                        }
                    }
                }
            }
            findings.push(Finding::well("socket", path.display().to_string()));
        }
    }
    let well = findings.iter().all(|f| f.ok);
    if out.json {
        out.json(&findings)?;
    } else {
        for f in &findings {
            let mark = if f.ok { "✔" } else { "✘" };
            out.line(format!("{mark} {:<10} {}", f.what, f.found))?;
            if !f.advice.is_empty() {
                out.line(format!("  {:<10} → {}", "", f.advice))?;
            }
        }
    }
    Ok(if well { Exit::Done } else { Exit::Refused })
}

/// Megabytes under which a store can no longer be relied on to take what comes.
const SPARE_MB: u64 = 64;

/// Whether the workspace's disk can be written, and has room.
fn disk(root: &Path) -> Finding {
    use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};
    let stat = match statvfs(root) {
        Ok(stat) => stat,
        Err(e) => return Finding::ill("disk", format!("cannot be looked at: {e}"), ""),
    };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize) / 1_000_000;
    if stat.f_flag.contains(StatVfsMountFlags::RDONLY) {
        Finding::ill(
            "disk",
            "read-only",
            "The agent keeps its store in the workspace: make its file system writable, or work on a copy elsewhere.",
        )
    } else if access(root, Access::WRITE_OK).is_err() {
        Finding::ill(
            "disk",
            "you may not write to the workspace's folder",
            "Its owner can let you: the agent keeps its store there.",
        )
    } else if free < SPARE_MB {
        Finding::ill(
            "disk",
            format!("{free} MB free"),
            "Free some space; until then writes may be refused. Nothing acknowledged is lost.",
        )
    } else {
        Finding::well("disk", format!("{free} MB free"))
    }
}

fn terminal() -> Finding {
    let term = std::env::var("TERM").unwrap_or_default();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|v| std::env::var(v).ok().filter(|s| !s.is_empty()));
    let utf8 = locale
        .as_deref()
        .is_some_and(|l| l.to_ascii_lowercase().replace('-', "").contains("utf8"));
    match (term.as_str(), utf8) {
        ("" | "dumb", _) => Finding::ill(
            "terminal",
            format!("TERM is {term:?}: the console cannot draw"),
            "Commands work; for the console set TERM to what your terminal is, such as xterm-256color.",
        ),
        (_, false) => Finding::ill(
            "terminal",
            format!(
                "{term}, locale {}: not UTF-8",
                locale.as_deref().unwrap_or("not set")
            ),
            "Use `trimtab --ascii`, or a UTF-8 locale.",
        ),
        (_, true) => Finding::well("terminal", format!("{term}, UTF-8")),
    }
}
