//! `trimtab init` and `trimtab check`: the policy file.

use super::{
    context::{Global, POLICY_FILE},
    error::{CliError, CliResult, Exit},
    output::Output,
};
use std::{io::Write as _, path::Path};
use trimtab_core::policy::Policy;

/// Writes a commented policy file; never over an existing one.
pub fn init(dir: &Path, out: &mut Output) -> CliResult {
    let failed = |e: std::io::Error| {
        CliError::refused(
            format!("{} cannot be made a workspace.", dir.display()),
            "Choose a folder you may write to.",
        )
        .caused_by(&e)
    };
    std::fs::create_dir_all(dir).map_err(failed)?;
    let path = dir.join(POLICY_FILE);
    let mut file = match std::fs::File::create_new(&path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(CliError::refused(
                format!("{} exists already; it was not touched.", path.display()),
                "Check it with `trimtab check`.",
            ));
        }
        Err(e) => return Err(failed(e)),
    };
    file.write_all(Policy::template().as_bytes())
        .map_err(failed)?;
    if out.json {
        out.json(&serde_json::json!({ "policy": path }))?;
    } else {
        out.line(path.display().to_string())?;
        super::narrate(
            "Edit it, check it with `trimtab check`, then open the console with `trimtab`.",
        );
    }
    Ok(Exit::Done)
}

/// Reads the policy file and says what is wrong with it, where.
pub fn check(global: &Global, out: &mut Output) -> CliResult {
    let path = global.root()?.join(POLICY_FILE);
    let policy = read(&path)?;
    if out.json {
        out.json(&serde_json::json!({
            "ok": true,
            "models": policy.models.keys().collect::<Vec<_>>(),
            "monitors": policy.monitors.keys().collect::<Vec<_>>(),
            "recipes": policy.recipes.keys().collect::<Vec<_>>(),
        }))?;
    } else {
        out.line(format!(
            "{}: {} models, {} monitors, {} recipes; no error",
            path.display(),
            policy.models.len(),
            policy.monitors.len(),
            policy.recipes.len()
        ))?;
    }
    Ok(Exit::Done)
}

/// A policy file, or where it is wrong.
pub fn read(path: &Path) -> CliResult<Policy> {
    let text = std::fs::read_to_string(path).map_err(|e| {
        CliError::usage(format!("{} cannot be read.", path.display()), "").caused_by(&e)
    })?;
    Policy::parse(&text, POLICY_FILE).map_err(|e| {
        CliError::usage(
            e.to_string(),
            "Nothing was touched. Mend the file and try again.",
        )
    })
}
