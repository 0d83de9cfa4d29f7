//! Page tokens: base64 of JSON, as MLflow's, and opaque. Beside the offset that MLflow's clients may
//! look at, ours hold the place itself, so that a page neither repeats nor loses a run that others
//! make room for.

use crate::http::mlflow::ApiError;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::http::mlflow) struct Token<P> {
    /// After so many.
    pub offset: usize,
    /// Behind this one; counts before the offset.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub after: Option<P>,
}

fn none<P>() -> Option<P> {
    None
}

impl<P> Default for Token<P> {
    fn default() -> Self {
        Self {
            offset: 0,
            after: None,
        }
    }
}

impl<P: Serialize + DeserializeOwned> Token<P> {
    /// Reads a token; none is the beginning.
    ///
    /// # Errors
    /// What is no token, in MLflow's words.
    pub(in crate::http::mlflow) fn read(text: Option<&str>) -> Result<Self, ApiError> {
        let Some(text) = text.filter(|t| !t.is_empty()) else {
            return Ok(Self::default());
        };
        let bytes = STANDARD
            .decode(text)
            .map_err(|_| ApiError::invalid("Invalid page token, could not base64-decode"))?;
        let Ok(value) = serde_json::from_slice::<Value>(&bytes) else {
            return Err(ApiError::invalid(format!(
                "Invalid page token, decoded value=b'{}'",
                bytes.escape_ascii()
            )));
        };
        let Some(offset) = value.get("offset") else {
            return Err(ApiError::invalid(format!(
                "Invalid page token, parsed value={}",
                python(&value)
            )));
        };
        // MLflow takes whatever Python's `int` does.
        let number = match offset {
            Value::String(text) => text.trim().parse::<i64>().ok(),
            Value::Bool(yes) => Some(i64::from(*yes)),
            Value::Number(n) => n.as_i64().or_else(|| n.as_f64().map(|f| f as i64)),
            _ => None,
        };
        let number = number.and_then(|n| usize::try_from(n).ok());
        let Some(offset) = number else {
            return Err(ApiError::invalid(format!(
                "Invalid page token, not stringable {}",
                python(offset).trim_matches('\'')
            )));
        };
        let after = value.get("after").cloned();
        let after = after.map(serde_json::from_value).transpose();
        let after = after.map_err(|_| {
            ApiError::invalid(format!(
                "Invalid page token, parsed value={}",
                python(&value)
            ))
        })?;
        Ok(Self { offset, after })
    }

    /// The token behind a page of so many rows.
    pub(in crate::http::mlflow) fn next(&self, rows: usize, after: P) -> Option<String> {
        let next = Self {
            offset: self.offset.saturating_add(rows),
            after: Some(after),
        };
        // A struct of numbers and texts is always written.
        serde_json::to_vec(&next)
            .ok()
            .map(|json| STANDARD.encode(json))
    }
}

/// A value as Python prints it.
fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Number(n) => n.to_string(),
        Value::String(text) => format!("'{text}'"),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(python).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| format!("'{key}': {}", python(value));
            let fields: Vec<String> = fields.iter().map(field).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back() {
        let token: Token<(i64, String)> = Token::default();
        let next = token.next(25, (7, "x".into())).unwrap();
        let read = Token::read(Some(&next)).unwrap();
        assert_eq!((read.offset, read.after), (25, Some((7, "x".to_owned()))));
        // MLflow's own.
        let theirs: Token<()> = Token::read(Some("eyJvZmZzZXQiOiAzfQ==")).unwrap();
        assert_eq!((theirs.offset, theirs.after), (3, None));
    }

    #[test]
    fn garbage_is_refused_in_mlflows_words() {
        let said = |bytes: &str| {
            let token = STANDARD.encode(bytes);
            Token::<()>::read(Some(&token)).unwrap_err().message
        };
        assert_eq!(said("hello"), "Invalid page token, decoded value=b'hello'");
        assert_eq!(
            said(r#"{"x":1}"#),
            "Invalid page token, parsed value={'x': 1}"
        );
        assert_eq!(
            said(r#"{"offset":"x"}"#),
            "Invalid page token, not stringable x"
        );
        assert!(Token::<()>::read(Some("*")).is_err());
        assert!(
            Token::<(u8, u8)>::read(Some(&STANDARD.encode(r#"{"offset":1,"after":9}"#))).is_err()
        );
    }
}
