//! JSON as MLflow's clients write it and as its server reads it.
//!
//! A request is a plain struct; a handler asks for what it needs:
//!
//! ```ignore
//! #[derive(Default, Deserialize)]
//! #[serde(default)]
//! struct LogMetric {
//!     run_id: Option<String>,
//!     #[serde(deserialize_with = "json::double")]
//!     value: Option<f64>,
//!     #[serde(deserialize_with = "json::int")]
//!     timestamp: Option<i64>,
//! }
//! let value = required(ask.value, "value")?;
//! ```
//! Absent and `null` are the same. Unknown fields are ignored. Numbers may come as strings (protobuf
//! writes int64 so), and `NaN` bare (Python's `json` writes it so).

mod fields;
mod python;
mod query;
mod reason;
mod write;

pub(crate) use fields::{double, flag, int, list, objects, text};
pub(crate) use query::from_query;
pub(crate) use reason::{Presence, invalid_value, required};
pub(crate) use write::{empty, number};

use super::ApiError;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::borrow::Cow;

/// Reads a request's body. Nothing, and `null`, is `{}`.
///
/// # Errors
/// 400 in MLflow's words: what is no JSON object, or a field of another type.
pub(crate) fn from_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // A struct would also be read from an array, field by field.
    if body.first() == Some(&b'{')
        && let Ok(message) = serde_json::from_slice(body)
    {
        return Ok(message);
    }
    // Some editors put it before UTF-8.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    slowly(body.trim_ascii(), true)
}

/// The same for bodies that are not as they mostly are: finds out whether they mean something, and what is wrong.
fn slowly<T: DeserializeOwned>(body: &[u8], outer: bool) -> Result<T, ApiError> {
    let body: Cow<'_, [u8]> = match body.first() {
        None => Cow::Borrowed(b"{}"),
        Some(b'{') => python::quote(body),
        // Old clients wrote their JSON twice.
        Some(b'"') if outer => {
            let inner: String = serde_json::from_slice(body).map_err(|e| reason::no_json(&e))?;
            return slowly(inner.trim_ascii().as_bytes(), false);
        }
        _ if body == b"null" => Cow::Borrowed(b"{}"),
        _ => return Err(reason::no_object(body)),
    };
    let mut deserializer = serde_json::Deserializer::from_slice(&body);
    let message = match serde_path_to_error::deserialize(&mut deserializer) {
        Err(error) if error.inner().to_string().starts_with("duplicate field") => {
            return last_of_each(&body);
        }
        read => read.map_err(|error| reason::of(&error, &body))?,
    };
    deserializer.end().map_err(|e| reason::no_json(&e))?;
    Ok(message)
}

/// Of a field that is there twice the last counts, as Python reads it.
fn last_of_each<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let whole: Value = serde_json::from_slice(body).map_err(|e| reason::no_json(&e))?;
    serde_path_to_error::deserialize(whole).map_err(|error| reason::of(&error, body))
}

#[cfg(test)]
mod tests;
