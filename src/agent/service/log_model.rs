//! Models as clients before MLflow 3 logged them: a list in a tag of the run.

use super::tracking::{Batch, active_run, log};
use crate::{Context, error::invalid};
use serde::Serialize as _;
use serde_json::{Map, Value, ser::Formatter};
use std::io::{self, Write};
use tokio::sync::Mutex;
use trimtab_wire::Failure;

/// The tag.
const HISTORY: &str = "mlflow.log-model.history";
/// What a model must say of itself.
const NEEDED: [&str; 4] = ["artifact_path", "flavors", "run_id", "utc_time_created"];
/// What of that, and besides, is kept, in this order.
const KEPT: [&str; 4] = ["run_id", "artifact_path", "utc_time_created", "model_uuid"];

/// The tag is read, then written: one at a time.
static ONE: Mutex<()> = Mutex::const_new(());

/// Adds a model, as `mlflow.models.Model.to_json` describes it, to those of a run.
pub(crate) async fn log_model(ctx: &Context, run: &str, described: &str) -> Result<(), Failure> {
    let model = read(described)?;
    let _one = ONE.lock().await;
    let known = active_run(ctx, run)?;
    let mut history = match known.tags.get(HISTORY) {
        None => Vec::new(),
        Some(text) => serde_json::from_str::<Vec<Value>>(text).map_err(|e| {
            invalid(
                format!("The tag {HISTORY} of the run holds no list: {e}."),
                "",
            )
        })?,
    };
    history.push(model);
    let batch = Batch {
        tags: vec![(HISTORY.to_owned(), written(&history))],
        ..Batch::default()
    };
    log(ctx, run, batch).await
}

/// What is kept of a model.
fn read(described: &str) -> Result<Value, Failure> {
    let Ok(Value::Object(mut model)) = serde_json::from_str(described) else {
        return Err(invalid(
            format!("Malformed model info. \n {described} \n is not a valid JSON."),
            "",
        ));
    };
    let missing: Vec<String> = NEEDED
        .iter()
        .filter(|f| !model.contains_key(**f))
        .map(|f| format!("'{f}'"))
        .collect();
    if !missing.is_empty() {
        return Err(invalid(
            format!(
                "Model json is missing mandatory fields: {{{}}}",
                missing.join(", ")
            ),
            "",
        ));
    }
    let mut kept = Map::new();
    for field in KEPT {
        kept.insert(field.into(), model.remove(field).unwrap_or_default());
    }
    let mut flavors = model.remove("flavors").unwrap_or_default();
    let configs = flavors.as_object_mut().into_iter().flatten();
    for config in configs.filter_map(|(_, flavor)| flavor.as_object_mut()) {
        config.remove("config");
    }
    kept.insert("flavors".into(), flavors);
    Ok(Value::Object(kept))
}

/// JSON with the blanks and escapes of Python's `json.dumps`.
fn written(history: &[Value]) -> String {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Python);
    // Values are always written, and as UTF-8.
    let _ = history.serialize(&mut serializer);
    String::from_utf8(out).unwrap_or_default()
}

struct Python;

impl Python {
    fn separate<W: ?Sized + Write>(to: &mut W, first: bool) -> io::Result<()> {
        match first {
            true => Ok(()),
            false => to.write_all(b", "),
        }
    }
}

impl Formatter for Python {
    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        Self::separate(to, first)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        Self::separate(to, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        to: &mut W,
        text: &str,
    ) -> io::Result<()> {
        for c in text.chars() {
            if c.is_ascii() {
                to.write_all(&[c as u8])?;
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(to, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_mlflows() {
        let model = read(
            r#"{"artifact_path": "p", "flavors": {"a": {"config": {"z": 1}, "b": 2.5}, "c": 1},
                "utc_time_created": "2020", "run_id": "é", "extra": 1}"#,
        )
        .unwrap();
        // Ours are ordered by key.
        assert_eq!(
            written(&[model]),
            r#"[{"artifact_path": "p", "flavors": {"a": {"b": 2.5}, "c": 1}, "model_uuid": null, "run_id": "\u00e9", "utc_time_created": "2020"}]"#
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let said = |text: &str| read(text).unwrap_err().message;
        assert_eq!(
            said(r#"{"flavors": {}, "run_id": "x"}"#),
            "Model json is missing mandatory fields: {'artifact_path', 'utc_time_created'}"
        );
        for text in ["x", "[1]", "null"] {
            let message = format!("Malformed model info. \n {text} \n is not a valid JSON.");
            assert_eq!(said(text), message);
        }
    }
}
