//! Whether a text is one query that only reads. The cage holds without this; it is here to say no in time, and why.

use super::error::{SqlError, read, wrong};
use duckdb::Connection;
use serde_json::Value;

/// Functions that are refused by name. Most make a value of any size in one go, which DuckDB does not count to the
/// memory that it may use; two run a text as a query, which would be looked at by nobody; the last tell where on the host
/// the agent runs.
const REFUSED: [&str; 12] = [
    "repeat",
    "lpad",
    "rpad",
    "list_resize",
    "array_resize",
    "bar",
    "range",
    "generate_series",
    "query",
    "json_execute_serialized_sql",
    "duckdb_settings",
    "current_setting",
];
/// A view of the engine that tells the same.
const SETTINGS: &str = "pg_settings";
/// Those that are refused where one value is made, and give rows where a table stands.
const TABLES: [&str; 2] = ["range", "generate_series"];

/// Refuses what is no single reading query.
pub(super) fn check(db: &Connection, sql: &str) -> Result<(), SqlError> {
    let body = explained(sql).unwrap_or(sql);
    let tree: String = db
        .query_row("SELECT json_serialize_sql(?::VARCHAR)", [body], |r| {
            r.get(0)
        })
        .map_err(|e| read(sql, &e))?;
    let tree: Value = serde_json::from_str(&tree).map_err(|e| SqlError::Wrong {
        message: format!("the query cannot be checked: {e}"),
        place: None,
    })?;
    if tree["error"] == true {
        let kind = tree["error_type"].as_str().unwrap_or_default();
        let message = tree["error_message"].as_str().unwrap_or_default();
        // The engine knows the statement, and says that it is no SELECT.
        if kind == "not implemented" {
            return Err(not_reading());
        }
        if body.trim().is_empty() {
            return Err(SqlError::NotReading("There is no query.".into()));
        }
        return Err(placed(sql, message, tree["position"].as_str()));
    }
    match tree["statements"].as_array().map_or(0, Vec::len) {
        0 => return Err(SqlError::NotReading("There is no query.".into())),
        1 => {}
        n => {
            return Err(SqlError::NotReading(format!(
                "These are {n} queries; one is run at a time."
            )));
        }
    }
    if let Some(name) = refused(&tree) {
        return Err(SqlError::NotReading(format!(
            "{name} is not available here; docs/sql.md says what is not, and why."
        )));
    }
    Ok(())
}

fn not_reading() -> SqlError {
    SqlError::NotReading(
        "Only queries that read are run: SELECT, FROM, WITH, VALUES, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN.".into(),
    )
}

/// An error with its place in the query, from the byte where the parser stopped.
fn placed(sql: &str, message: &str, position: Option<&str>) -> SqlError {
    let mut error = wrong(sql, message);
    if let (SqlError::Wrong { place, .. }, Some(Ok(at))) =
        (&mut error, position.map(str::parse::<usize>))
        && place.is_none()
    {
        // Of an explained query, the position is counted from after that word.
        let offset = explained(sql).map_or(0, |body| sql.len() - body.len());
        *place = Some(trimtab_core::sql::SqlPlace::of(sql, offset + at));
    }
    error
}

/// What is explained, if anything is.
fn explained(sql: &str) -> Option<&str> {
    let after = |text: &'_ str, word: &str| -> Option<usize> {
        let start = text.trim_start();
        let head = start.get(..word.len())?;
        let rest = &start[word.len()..];
        (head.eq_ignore_ascii_case(word) && rest.starts_with(char::is_whitespace))
            .then(|| text.len() - rest.len())
    };
    let body = &sql[after(sql, "explain")?..];
    Some(&body[after(body, "analyze").unwrap_or(0)..])
}

/// The first function that is refused, anywhere in the query.
fn refused(tree: &Value) -> Option<&str> {
    match tree {
        Value::Array(items) => items.iter().find_map(refused),
        Value::Object(fields) if fields.get("type") == Some(&Value::from("TABLE_FUNCTION")) => {
            let function = fields.get("function").and_then(Value::as_object);
            let function = function.into_iter().flatten();
            let named = name(fields.get("function")).filter(|n| !is_one_of(n, &TABLES));
            // Of the function itself its name was looked at; what is in it stands for values again.
            named.or_else(|| {
                let within = function.map(|(_, v)| v);
                within
                    .chain(fields.values().filter(|v| name(Some(*v)).is_none()))
                    .find_map(refused)
            })
        }
        Value::Object(fields) => name(Some(tree)).or_else(|| fields.values().find_map(refused)),
        _ => None,
    }
}

/// The name of a call, or of a table that stands for one, that is refused.
fn name(call: Option<&Value>) -> Option<&str> {
    let call = call?;
    if call
        .get("table_name")
        .and_then(Value::as_str)
        .is_some_and(|t| is_one_of(t, &[SETTINGS]))
    {
        return Some(SETTINGS);
    }
    let name = call.get("function_name")?.as_str()?;
    is_one_of(name, &REFUSED).then_some(name)
}

fn is_one_of(name: &str, all: &[&str]) -> bool {
    all.iter().any(|n| name.eq_ignore_ascii_case(n))
}
