//! REST's answers, cut to what was selected.

use super::{
    document::Document,
    types::{Kind, Type, snake},
};
use async_graphql_parser::types::SelectionSet;
use serde_json::{Map, Value};

/// An object's selected fields.
pub(super) fn object<'a>(
    document: &Document<'a>,
    rest: &Value,
    of: &'static Type,
    sets: &[&'a SelectionSet],
) -> Value {
    let mut out = Map::new();
    for field in document.joined(sets) {
        let value = match of.field(field.name) {
            Some(kind) => {
                let said = rest.get(snake(field.name)).unwrap_or(&Value::Null);
                one(document, said, kind, &field.selections())
            }
            None => Value::from(of.name),
        };
        out.insert(field.key.to_owned(), value);
    }
    Value::Object(out)
}

fn one<'a>(document: &Document<'a>, said: &Value, kind: Kind, sets: &[&'a SelectionSet]) -> Value {
    match kind {
        Kind::Text(_) => text(said, ""),
        Kind::Long => text(said, "0"),
        Kind::Float => match said {
            Value::Null => Value::from(0.0),
            // "NaN" as REST writes it.
            said => said.as_f64().map_or(Value::Null, Value::from),
        },
        Kind::Flag => Value::from(said.as_bool().unwrap_or_default()),
        Kind::Texts => list(said).map(|v| text(v, "")).collect(),
        Kind::One(of) => object(document, said, of, sets),
        Kind::Many(of) => list(said).map(|v| object(document, v, of, sets)).collect(),
        Kind::Never(_) => Value::Null,
    }
}

fn list(said: &Value) -> impl Iterator<Item = &Value> {
    said.as_array().into_iter().flatten()
}

fn text(said: &Value, missing: &str) -> Value {
    match said {
        Value::Null => Value::from(missing),
        Value::String(text) => Value::from(text.as_str()),
        other => Value::from(other.to_string()),
    }
}
