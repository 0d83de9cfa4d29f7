//! What MLflow lets keys, values and names be (`mlflow/utils/validation.py`, 3.17).

use crate::http::mlflow::ApiError;
use serde_json::Value;
use std::fmt::Display;
use trimtab_core::registry::names::{BadName, own_path};

/// Characters of a metric's, parameter's or tag's key.
const KEY: usize = 250;
/// Characters of a parameter's value; what is longer is cut, as MLflow's server does by default.
const PARAM: usize = 6000;
/// Characters of a run's tag; what is longer is cut.
const TAG: usize = 8000;

/// A key, which may become a file's name somewhere. `what` names it when it is too long.
pub(super) fn key(key: &str, path: impl Display, what: impl Display) -> Result<(), ApiError> {
    // Nearly every key, thousands of times a second.
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' ' | b':');
    if !key.is_empty() && key.bytes().all(plain) {
        return length(key, KEY, what);
    }
    let allowed = |c: char| c.is_alphanumeric() || "_/.-: ".contains(c);
    if !key.chars().all(allowed) {
        return Err(refused(BadName::odd(path, key)));
    }
    own_path(path, key).map_err(refused)?;
    length(key, KEY, what)
}

/// A text that is not longer than so many characters.
pub(super) fn length(text: &str, limit: usize, what: impl Display) -> Result<(), ApiError> {
    if text.len() > limit && text.chars().nth(limit).is_some() {
        return Err(ApiError::invalid(format!(
            "'{what}' exceeds the maximum length of {limit} characters"
        )));
    }
    Ok(())
}

/// A parameter's value, cut to what is kept.
pub(super) fn param_value(value: String) -> String {
    cut(value, PARAM)
}

/// A tag's value, cut to what is kept.
pub(super) fn tag_value(value: String) -> String {
    cut(value, TAG)
}

fn cut(mut text: String, limit: usize) -> String {
    if text.len() > limit
        && let Some((end, _)) = text.char_indices().nth(limit)
    {
        text.truncate(end);
    }
    text
}

/// A run's id, where MLflow looks at its form before it looks for the run.
pub(super) fn run_id(id: &str) -> Result<(), ApiError> {
    let mut chars = id.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphanumeric());
    let rest = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if first && id.chars().count() <= 256 && chars.all(rest) {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "Invalid value {} for parameter 'run_id' supplied.",
        Value::from(id)
    )))
}

/// A time of a metric.
pub(super) fn timestamp(
    time: i64,
    key: &str,
    value: f64,
    path: impl Display,
) -> Result<(), ApiError> {
    if time >= 0 {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "Invalid value {time} for parameter '{path}' supplied: metric '{key}' (value={value:?}). \
         Timestamp must be a nonnegative long (64-bit integer) "
    )))
}

fn refused(bad: BadName) -> ApiError {
    ApiError::invalid(bad.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_as_strict_as_mlflows() {
        for good in ["loss", "a/b", "val loss", "x:y-z_0.1", "größe", "..."] {
            // `...` starts with two dots: MLflow refuses it too.
            assert_eq!(key(good, "key", "key").is_ok(), good != "...", "{good}");
        }
        assert_eq!(
            key("☃", "key", "key").unwrap_err().message,
            "Invalid value \"\\u2603\" for parameter 'key' supplied: Names may only contain \
             alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and \
             slashes (/)."
        );
        assert!(key(&"é".repeat(250), "key", "key").is_ok());
        assert!(key(&"é".repeat(251), "key", "key").is_err());
        assert_eq!(param_value("é".repeat(7000)).chars().count(), 6000);
        assert!(run_id("abc-1_x").is_ok() && run_id("-a").is_err() && run_id("").is_err());
    }
}
