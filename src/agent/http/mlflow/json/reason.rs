//! What is wrong with a request, in MLflow's words (`_validate_param_against_schema` of its server).

use super::ApiError;
use serde_json::Value;
use std::fmt::Display;

/// The end of every such message.
const SEE: &str = "See the API docs for more information about request parameters.";
/// How much of a wrong value is shown, in characters.
const SHOWN: usize = 1000;

/// A value that can be there without saying anything.
pub(crate) trait Presence {
    /// Whether it says nothing: an empty string. A zero, `false` or an empty list does.
    fn is_blank(&self) -> bool {
        false
    }
}
impl Presence for String {
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}
impl Presence for i64 {}
impl Presence for f64 {}
impl Presence for bool {}
impl<T> Presence for Vec<T> {}

/// The value of a required field. `path` is how MLflow names it, such as `format_args!("metrics[{i}].key")`.
///
/// # Errors
/// 400 when it is absent or an empty string.
pub(crate) fn required<T: Presence>(value: Option<T>, path: impl Display) -> Result<T, ApiError> {
    value.filter(|v| !v.is_blank()).ok_or_else(|| {
        ApiError::invalid(format!(
            "Missing value for required parameter '{path}'. {SEE}"
        ))
    })
}

/// The error of a value that is not what a field can be.
pub(crate) fn invalid_value(path: impl Display, value: &Value) -> ApiError {
    let kind = match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(n) if n.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    };
    let mut shown: String = value.to_string();
    if let Some((end, _)) = shown.char_indices().nth(SHOWN) {
        shown.truncate(end);
        shown.push('…');
    }
    // The two spaces are MLflow's.
    ApiError::invalid(format!(
        "Invalid value {shown} for parameter '{path}' supplied:  Hint: Value was of type '{kind}'. {SEE}"
    ))
}

/// The body is no JSON.
pub(super) fn no_json(error: &serde_json::Error) -> ApiError {
    ApiError::invalid(format!(
        "The request's body is not valid JSON: {error}. {SEE}"
    ))
}

/// The body is JSON, or not, but no object.
pub(super) fn no_object(body: &[u8]) -> ApiError {
    match serde_json::from_slice::<serde::de::IgnoredAny>(body) {
        Ok(_) => ApiError::invalid(format!("The request's body must be a JSON object. {SEE}")),
        Err(error) => no_json(&error),
    }
}

/// Why a body was not read: names the field when one is wrong.
pub(super) fn of(error: &serde_path_to_error::Error<serde_json::Error>, body: &[u8]) -> ApiError {
    if !error.inner().is_data() {
        return no_json(error.inner());
    }
    let path = error.path().to_string();
    let whole: Value = match serde_json::from_slice(body) {
        Ok(whole) => whole,
        // Something else is wrong further down.
        Err(error) => return no_json(&error),
    };
    match find(&whole, error.path()) {
        Some(value) => invalid_value(path, value),
        None => ApiError::invalid(format!("Invalid request: {}. {SEE}", error.inner())),
    }
}

/// The value that a path leads to.
fn find<'a>(whole: &'a Value, path: &serde_path_to_error::Path) -> Option<&'a Value> {
    use serde_path_to_error::Segment;
    path.iter().try_fold(whole, |value, segment| match segment {
        Segment::Map { key } => value.get(key),
        Segment::Seq { index } => value.get(*index),
        Segment::Enum { .. } | Segment::Unknown => None,
    })
}
