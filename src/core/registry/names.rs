//! What names of models, tags and aliases may be: as strict as MLflow (`utils/validation.py`), and in its words.

use crate::python::{json, normpath};
use std::fmt::Display;

/// The longest key of a tag, in characters.
const KEY: usize = 250;
/// The longest value of a tag, in characters.
const VALUE: usize = 100_000;
/// The longest alias, in characters.
const ALIAS: usize = 255;
/// The tag that holds a prompt's text.
const PROMPT_TEXT: &str = "mlflow.prompt.text";

/// Why a name cannot be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadName(String);

impl BadName {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    fn missing(path: &str) -> Self {
        Self(format!("Missing value for required parameter '{path}'."))
    }
    fn invalid(path: impl Display, value: &str, why: impl Display) -> Self {
        Self(format!(
            "Invalid value {} for parameter '{path}' supplied: {why}",
            json(value)
        ))
    }
    /// The refusal of a name with other characters than names may have.
    pub fn odd(path: impl Display, name: &str) -> Self {
        let why = "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), \
                   spaces ( ), colon(:) and slashes (/).";
        Self::invalid(path, name, why)
    }
    fn too_long(what: &str, limit: usize) -> Self {
        Self(format!(
            "'{what}' exceeds the maximum length of {limit} characters"
        ))
    }
}

/// The name of a registered model. `/` and `:` are what model URIs are made of.
///
/// # Errors
/// It is blank, or a path.
pub fn model(name: &str) -> Result<(), BadName> {
    if name.trim().is_empty() {
        return Err(BadName::missing("name"));
    }
    if name.contains(['/', ':']) {
        return Err(BadName::new(format!(
            "Invalid model name '{name}'. Names cannot contain '/' or ':'."
        )));
    }
    own_path("name", name)
}

/// The name that a model is to get.
///
/// # Errors
/// As [`model`].
pub fn new_name(name: &str) -> Result<(), BadName> {
    match name.trim().is_empty() {
        true => Err(BadName::missing("new_name")),
        false => model(name),
    }
}

/// The key of a tag that is looked for or taken off.
///
/// # Errors
/// It has odd characters, or is a path to elsewhere.
pub fn tag_key(key: &str) -> Result<(), BadName> {
    let fair = |c: char| c.is_alphanumeric() || matches!(c, '/' | '_' | '.' | '-' | ' ' | ':');
    // Python's `$` also stands before a line's end.
    if !key.strip_suffix('\n').unwrap_or(key).chars().all(fair) {
        return Err(BadName::odd("key", key));
    }
    own_path("key", key)
}

/// A tag of a model or a version.
///
/// # Errors
/// Its key is none ([`tag_key`]), or something is too long.
pub fn tag(key: &str, value: &str) -> Result<(), BadName> {
    tag_key(key)?;
    if longer(key, KEY) {
        return Err(BadName::too_long("key", KEY));
    }
    match longer(value, VALUE) {
        true if key == PROMPT_TEXT => Err(BadName::new(format!(
            "Prompt text exceeds max length of {VALUE} characters."
        ))),
        true => Err(BadName::too_long("value", VALUE)),
        false => Ok(()),
    }
}

/// An alias that is looked for or taken off.
///
/// # Errors
/// It is empty, long, or has other characters than letters, digits, `_` and `-`.
pub fn alias(alias: &str) -> Result<(), BadName> {
    if alias.is_empty() {
        return Err(BadName::new("Registered model alias name cannot be empty."));
    }
    let fair = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if !alias.chars().all(fair) {
        return Err(BadName::new(format!(
            "Invalid alias name: '{alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-)."
        )));
    }
    match longer(alias, ALIAS) {
        true => Err(BadName::too_long("Registered model alias name", ALIAS)),
        false => Ok(()),
    }
}

/// An alias that is to be given: not one that already means something.
///
/// # Errors
/// As [`alias()`]; `latest` and `v3` are taken.
pub fn new_alias(name: &str) -> Result<(), BadName> {
    alias(name)?;
    if is_latest(name) {
        return Err(BadName::new(
            "'latest' alias name (case insensitive) is reserved.",
        ));
    }
    let number = name.strip_prefix(['v', 'V']).unwrap_or_default();
    if !number.is_empty() && number.chars().all(char::is_numeric) {
        return Err(BadName::new(format!(
            "Version alias name '{name}' is reserved."
        )));
    }
    Ok(())
}

/// Whether an alias stands for the newest version.
pub fn is_latest(alias: &str) -> bool {
    alias.eq_ignore_ascii_case("latest")
}

/// The number of a version as clients write it: whatever Python's `int` reads.
///
/// # Errors
/// It is no whole number.
pub fn version(text: &str) -> Result<i64, BadName> {
    let plain = text.trim();
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    let numeric = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !numeric {
        return Err(BadName::new(format!(
            "Parameter 'version' must be an integer, got '{text}'."
        )));
    }
    // What is too large for a number is no version that exists.
    Ok(plain.parse().unwrap_or(i64::MAX))
}

fn longer(text: &str, limit: usize) -> bool {
    text.len() > limit && text.chars().count() > limit
}

/// A name that a file could have: it is the path it looks like, below where it stands. `path` says where
/// in the request it is.
///
/// # Errors
/// It is a path to elsewhere.
pub fn own_path(path: impl Display, name: &str) -> Result<(), BadName> {
    let plain = normpath(name);
    if plain != name || plain == "." || plain.starts_with("..") || plain.starts_with('/') {
        let why = format!(
            "Names may be treated as files in certain cases, and must not resolve to other names \
             when treated as such. This name would resolve to '{plain}'"
        );
        return Err(BadName::invalid(path, name, why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(result: Result<(), BadName>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn names_are_taken_and_refused_as_mlflow_does() {
        for good in [
            "churn",
            "ä☃",
            "'\"`",
            "100%",
            "a b",
            "a\\b",
            "a#?&=b",
            "a\nb",
            "...x".trim_start_matches(".."),
        ] {
            model(good).unwrap();
        }
        assert_eq!(
            why(model(" ")),
            "Missing value for required parameter 'name'."
        );
        assert_eq!(
            why(new_name("")),
            "Missing value for required parameter 'new_name'."
        );
        assert_eq!(
            why(model("a:b")),
            "Invalid model name 'a:b'. Names cannot contain '/' or ':'."
        );
        for dots in [".", "..", "..x"] {
            assert!(why(model(dots)).ends_with(&format!("would resolve to '{dots}'")));
        }
        for good in ["a/b", "a b:c.d-e_f", "ä", "k\n"] {
            tag(good, "v").unwrap();
        }
        assert!(
            why(tag_key("a#b"))
                .starts_with("Invalid value \"a#b\" for parameter 'key' supplied: Names may only")
        );
        assert!(why(tag_key("ä#")).starts_with("Invalid value \"\\u00e4#\" for"));
        for odd in ["a//b", "/a", "a/../b", "./a", "a/", "../a", ""] {
            assert!(tag_key(odd).is_err(), "{odd}");
        }
        tag(&"ä".repeat(250), &"ä".repeat(100_000)).unwrap();
        assert_eq!(
            why(tag(&"k".repeat(251), "")),
            "'key' exceeds the maximum length of 250 characters"
        );
        assert_eq!(
            why(tag("k", &"v".repeat(100_001))),
            "'value' exceeds the maximum length of 100000 characters"
        );
    }

    #[test]
    fn aliases_that_mean_something_already_are_not_given() {
        for good in ["x", "a-b", "ä", "v", "v1a", "1", "-", "champion"] {
            new_alias(good).unwrap();
        }
        for reserved in ["latest", "LATEST", "v1", "V12"] {
            alias(reserved).unwrap();
            assert!(why(new_alias(reserved)).ends_with("is reserved."));
        }
        for odd in ["a.b", "a b", "☃", "", "a'b"] {
            assert!(alias(odd).is_err(), "{odd}");
        }
        assert!(alias(&"a".repeat(256)).is_err());
    }

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (text, number) in [
            ("1", 1),
            ("01", 1),
            ("-1", -1),
            (" 7 ", 7),
            ("99999999999999999999", i64::MAX),
        ] {
            assert_eq!(version(text), Ok(number), "{text}");
        }
        for odd in ["", "abc", "1.5", "latest", "+", "1e3", "0x1"] {
            assert_eq!(
                version(odd).unwrap_err().to_string(),
                format!("Parameter 'version' must be an integer, got '{odd}'.")
            );
        }
    }
}
