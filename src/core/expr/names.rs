//! Names of columns: what each stands for, and how it is written.

use super::{
    Wrong,
    lexer::{self, Kind},
};
use crate::{
    search::{Attribute, Field},
    table::RunKey,
};
use std::borrow::Cow;

/// A column by its name. `age` is `started`, seen from now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// A field.
    Field(Field),
    /// How long ago the run started.
    Age,
}

/// The bare names: the one that is printed first, MLflow's beside it.
pub(super) const COLUMNS: [(&str, RunKey); 12] = [
    ("id", RunKey::Id),
    ("name", RunKey::Name),
    ("status", RunKey::Status),
    ("health", RunKey::Health),
    ("user", RunKey::User),
    ("experiment", RunKey::Experiment),
    ("source", RunKey::Source),
    ("parent", RunKey::Parent),
    ("started", RunKey::Started),
    ("ended", RunKey::Ended),
    ("age", RunKey::Age),
    ("duration", RunKey::Duration),
];

const ALIASES: [(&str, RunKey); 7] = [
    ("run_id", RunKey::Id),
    ("run_name", RunKey::Name),
    ("user_id", RunKey::User),
    ("start_time", RunKey::Started),
    ("created", RunKey::Started),
    ("end_time", RunKey::Ended),
    ("took", RunKey::Duration),
];

/// What makes a column of a key.
pub(super) type Make = fn(String) -> RunKey;

/// What a keyed name begins with, and its aliases.
const PREFIXES: [(&[&str], Make); 3] = [
    (&["metrics", "metric"], RunKey::Metric),
    (
        &["params", "param", "parameters", "parameter"],
        RunKey::Param,
    ),
    (&["tags", "tag"], RunKey::Tag),
];

/// `min` and `max`, and what each makes of a metric's key.
pub(super) fn function(word: &str) -> Option<(&'static str, Make)> {
    match word {
        _ if word.eq_ignore_ascii_case("min") => Some(("min", RunKey::Least)),
        _ if word.eq_ignore_ascii_case("max") => Some(("max", RunKey::Greatest)),
        _ => None,
    }
}

/// The words of the grammar; none of them is a bare name or a plain word.
pub(super) const KEYWORDS: [&str; 9] = [
    "and", "or", "not", "in", "is", "null", "like", "ilike", "has",
];

/// The bare column of a name.
pub(super) fn column(name: &str) -> Option<RunKey> {
    let bare = ["attributes.", "attribute.", "attr.", "run."]
        .iter()
        .find_map(|p| name.strip_prefix(p))
        .unwrap_or(name);
    COLUMNS
        .iter()
        .chain(&ALIASES)
        .find(|(known, _)| known.eq_ignore_ascii_case(bare))
        .map(|(_, key)| key.clone())
}

/// The column of a name whose key, or the end of it, may have been in quotes. `None` for what is no name at all.
pub(super) fn resolve(word: &str, quoted: Option<&str>) -> Result<Option<RunKey>, Wrong> {
    if quoted.is_none()
        && let Some(key) = column(word)
    {
        return Ok(Some(key));
    }
    let Some((prefix, key)) = word.split_once('.') else {
        return Ok(None);
    };
    let known = PREFIXES
        .iter()
        .find(|(names, _)| names.iter().any(|n| n.eq_ignore_ascii_case(prefix)));
    // `metrics.val."top 5"`: what stands before the quotes is part of the key.
    let key = format!("{key}{}", quoted.unwrap_or_default());
    match known {
        Some(_) if key.is_empty() => Err(Wrong::NoKey(word.to_owned())),
        Some((_, make)) => Ok(Some(make(key))),
        None => Ok(None),
    }
}

/// What a column is to the evaluator.
pub(super) fn field(key: RunKey) -> Name {
    use Attribute as A;
    let attribute = match key {
        RunKey::Id => A::RunId,
        RunKey::Name => A::RunName,
        RunKey::Status => A::Status,
        RunKey::Health => A::Health,
        RunKey::User => A::UserId,
        RunKey::Experiment => A::ExperimentName,
        RunKey::Source => A::Source,
        RunKey::Parent => A::Parent,
        RunKey::Started => A::StartTime,
        RunKey::Ended => A::EndTime,
        RunKey::Duration => A::Duration,
        RunKey::Age => return Name::Age,
        RunKey::Metric(key) => return Name::Field(Field::Metric(key)),
        RunKey::Least(key) => return Name::Field(Field::Least(key)),
        RunKey::Greatest(key) => return Name::Field(Field::Greatest(key)),
        RunKey::Param(key) => return Name::Field(Field::Param(key)),
        RunKey::Tag(key) => return Name::Field(Field::Tag(key)),
    };
    Name::Field(Field::Attribute(attribute))
}

/// A column's name as it is written in filters, orders and lists of columns.
pub fn name_of(key: &RunKey) -> String {
    match key {
        RunKey::Metric(key) => format!("metrics.{}", keyed(key)),
        RunKey::Least(key) => format!("min(metrics.{})", keyed(key)),
        RunKey::Greatest(key) => format!("max(metrics.{})", keyed(key)),
        RunKey::Param(key) => format!("params.{}", keyed(key)),
        RunKey::Tag(key) => format!("tags.{}", keyed(key)),
        other => {
            let known = COLUMNS.iter().find(|(_, key)| key == other);
            known.map_or_else(String::new, |(name, _)| (*name).to_owned())
        }
    }
}

/// Reads [`name_of`] back; aliases too.
///
/// # Errors
/// What is wrong with the name.
pub fn key_of(name: &str) -> Result<RunKey, Wrong> {
    let name = name.trim();
    let tokens = lexer::tokens(name).map_err(|e| e.wrong)?;
    let column = |token: &lexer::Token<'_>, written: &str| match &token.kind {
        Kind::Word(word, key) => {
            resolve(word, key.as_deref())?.ok_or_else(|| Wrong::Name(written.to_owned()))
        }
        _ => Err(Wrong::Name(written.to_owned())),
    };
    match &tokens[..] {
        [token] => column(token, name),
        // Calls do not stand in calls: what is within is one name, so that no depth has to be bounded.
        [called, open, inner @ .., close]
            if open.kind == Kind::Open && close.kind == Kind::Close =>
        {
            let Some((function, make)) = called.word().and_then(function) else {
                return Err(Wrong::Name(name.to_owned()));
            };
            let key = match inner {
                [inner] => column(inner, &name[inner.at.clone()])?,
                _ => return Err(Wrong::NotAMetric(function)),
            };
            match key {
                RunKey::Metric(key) => Ok(make(key)),
                _ => Err(Wrong::NotAMetric(function)),
            }
        }
        _ => Err(Wrong::Name(name.to_owned())),
    }
}

/// A key behind its prefix: in quotes when it must be.
fn keyed(key: &str) -> Cow<'_, str> {
    if !key.is_empty() && lexer::bare(key) == key.len() && !begins_a_sign(key) {
        key.into()
    } else {
        lexer::quote(key).into()
    }
}

fn begins_a_sign(text: &str) -> bool {
    text.starts_with(['<', '>', '=', '~', '(', ')', ',', '"', '\'', '`'])
        || text.starts_with("!=")
        || text.starts_with("!~")
        || text.starts_with(char::is_whitespace)
}

/// A plain word that is found as it stands, whatever it is: in quotes when it must be.
pub fn quoted(word: &str) -> String {
    let plain = !word.is_empty()
        && lexer::bare(word) == word.len()
        && !begins_a_sign(word)
        && !KEYWORDS.iter().any(|k| k.eq_ignore_ascii_case(word))
        && matches!(resolve(word, None), Ok(None));
    if plain {
        word.to_owned()
    } else {
        lexer::quote(word)
    }
}

/// The parts of a list; commas within quotes do not divide.
pub(crate) fn split_commas(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut open) = (Vec::new(), 0, None);
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (open, c) {
            (Some(_), '\\') => {
                escaped = !escaped;
                continue;
            }
            (Some(quote), c) if c == quote && !escaped => open = None,
            (None, '"' | '\'' | '`') => open = Some(c),
            (None, ',') => {
                parts.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
        escaped = false;
    }
    parts.push(text[from..].trim());
    parts.retain(|p| !p.is_empty());
    parts
}
