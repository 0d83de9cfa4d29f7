//! Query strings: every value is text, a repeated name is a list.

use super::{ApiError, reason};
use serde::{
    de::{
        DeserializeOwned, Deserializer, IntoDeserializer, Visitor,
        value::{Error, MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeMap};

/// The most values that a query string may have.
const MOST: usize = 10_000;

/// Reads a request's query string. Where one value is wanted, the first of a name counts.
///
/// # Errors
/// 400 in MLflow's words for a field of another type.
pub(crate) fn from_query<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    let mut fields: BTreeMap<Cow<'_, str>, Vec<Cow<'_, str>>> = BTreeMap::new();
    for (i, (name, value)) in form_urlencoded::parse(query.as_bytes()).enumerate() {
        if i >= MOST {
            return Err(ApiError::invalid(format!(
                "The query string may have {MOST} parameters at most."
            )));
        }
        fields.entry(name).or_default().push(value);
    }
    let entries = fields
        .iter()
        .map(|(name, values)| (name.as_ref(), Field(values)));
    let map: MapDeserializer<'_, _, Error> = MapDeserializer::new(entries);
    serde_path_to_error::deserialize(map).map_err(|error| {
        let path = error.path().to_string();
        let value = fields.get(path.as_str()).and_then(|values| values.first());
        let value = value.map_or(Value::Null, |v| Value::String(v.clone().into_owned()));
        reason::invalid_value(path, &value)
    })
}

/// One name's values; there is at least one.
#[derive(Clone, Copy)]
struct Field<'a>(&'a [Cow<'a, str>]);

impl<'de> IntoDeserializer<'de, Error> for Field<'_> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Field<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.0.first().map_or("", AsRef::as_ref))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new(self.0.iter().map(AsRef::as_ref)))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}
