//! Names: which field a name stands for, and how a field is written.

use super::grammar::Names;
use super::lexer::{Kind, tokens};
use super::{DatasetKey, Entity, Field, Grammar, SearchError, logged_model};
use std::borrow::Cow;

/// The field that a name stands for; a bare name is an attribute.
pub(super) fn resolve(
    raw: &str,
    grammar: &Grammar,
    attributes: Names,
) -> Result<Field, SearchError> {
    // The first dot divides, even one between quotes: so does MLflow.
    let (entity, key) = match raw.split_once('.') {
        None => (Entity::Attribute, raw),
        Some((prefix, key)) => (entity(unquote(prefix, &['`']), grammar)?, key),
    };
    let key = unquote(unquote(key, &['\'', '"']), &['`']);
    Ok(match entity {
        Entity::Metric => Field::Metric(key.to_owned()),
        Entity::Param => Field::Param(key.to_owned()),
        Entity::Tag => Field::Tag(key.to_owned()),
        Entity::Dataset => Field::Dataset(
            DatasetKey::from_word(key).ok_or_else(|| SearchError::DatasetKey(key.to_owned()))?,
        ),
        Entity::Attribute => {
            let known = attributes.iter().find(|(name, _)| *name == key);
            let (_, attribute) = known.ok_or_else(|| SearchError::Attribute {
                found: key.to_owned(),
                valid: set(attributes.iter().map(|(name, _)| *name)),
            })?;
            Field::Attribute(*attribute)
        }
    })
}

fn entity(prefix: &str, grammar: &Grammar) -> Result<Entity, SearchError> {
    let known = grammar.prefixes.iter().find(|(name, _)| *name == prefix);
    known
        .map(|(_, entity)| *entity)
        .ok_or_else(|| match grammar.other_parser {
            true => logged_model::entity(prefix),
            false => SearchError::Entity {
                found: prefix.to_owned(),
                valid: grammar.valid_prefixes,
            },
        })
}

/// `{'a', 'b'}`, as Python prints a set.
fn set(names: impl Iterator<Item = &'static str>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("'{name}'")).collect();
    format!("{{{}}}", quoted.join(", "))
}

/// The text without the quotes around it, if it has the same one of these at both ends.
pub(super) fn unquote<'a>(text: &'a str, quotes: &[char]) -> &'a str {
    let inner = |q: &char| text.strip_prefix(*q).and_then(|t| t.strip_suffix(*q));
    quotes.iter().find_map(inner).unwrap_or(text)
}

/// A field as it is written: the plainest form that reads back.
pub(super) fn write(field: &Field) -> Cow<'_, str> {
    let (prefix, key) = match field {
        Field::Attribute(attribute) => return attribute.name().into(),
        Field::Dataset(key) => return format!("dataset.{}", key.word()).into(),
        // MLflow knows only the latest value; the console's grammar writes these itself.
        Field::Metric(key) | Field::Least(key) | Field::Greatest(key) => ("metrics", key),
        Field::Param(key) => ("params", key),
        Field::Tag(key) => ("tags", key),
    };
    let forms = [
        format!("{prefix}.{key}"),
        format!("{prefix}.`{key}`"),
        format!("{prefix}.\"{key}\""),
        format!("{prefix}.'{key}'"),
        format!("{prefix}.\"`{key}`\""),
        format!("{prefix}.'`{key}`'"),
    ];
    let reads_back = |form: &&String| {
        let alone = tokens(form);
        alone.len() == 1
            && alone
                .iter()
                .all(|t| t.kind == Kind::Name && t.text == form.as_str())
            && form
                .split_once('.')
                .is_some_and(|(_, raw)| unquote(unquote(raw, &['\'', '"']), &['`']) == key)
    };
    let [_, backticks, ..] = &forms;
    forms
        .iter()
        .find(reads_back)
        .unwrap_or(backticks)
        .clone()
        .into()
}
