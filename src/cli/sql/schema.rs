//! What can be asked for: views and their columns.

use super::super::{
    error::{CliError, CliResult, Exit},
    output::Output,
};
use serde_json::json;
use trimtab_core::sql::{self, VIEWS, View};

/// Lists the views, or the columns of one.
pub(super) fn print(name: &str, out: &mut Output) -> CliResult {
    if out.json {
        let view = |v: &View| {
            let columns: Vec<_> = v
                .columns
                .iter()
                .map(|c| json!({ "name": c.name, "type": c.kind.type_name(), "doc": c.doc }))
                .collect();
            json!({ "name": v.name, "doc": v.doc, "columns": columns })
        };
        let named = VIEWS.iter().filter(|v| name.is_empty() || v.name == name);
        let views: Vec<_> = named.map(view).collect();
        if views.is_empty() {
            return Err(no_view(name));
        }
        out.json(&views)?;
        return Ok(Exit::Done);
    }
    if name.is_empty() {
        let rows: Vec<Vec<String>> = VIEWS
            .iter()
            .map(|v| {
                let columns: Vec<&str> = v.columns.iter().map(|c| c.name).collect();
                vec![v.name.into(), v.doc.into(), columns.join(", ")]
            })
            .collect();
        out.table(&["view", "one row", "columns"], &rows)?;
        return Ok(Exit::Done);
    }
    let view = sql::view(name).ok_or_else(|| no_view(name))?;
    let rows: Vec<Vec<String>> = view
        .columns
        .iter()
        .map(|c| vec![c.name.into(), c.kind.type_name().into(), c.doc.into()])
        .collect();
    out.table(&["column", "type", "what it says"], &rows)?;
    Ok(Exit::Done)
}

fn no_view(name: &str) -> CliError {
    CliError::usage(
        format!("There is no view {name:?}."),
        "`trimtab sql --schema` lists them.",
    )
}
