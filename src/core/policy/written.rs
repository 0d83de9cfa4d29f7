//! Types whose keys depend on each other: read as the file writes them, then turned into what they mean.
//!
//! `#[serde(try_from)]` would do, but then a fault inside an array points at the whole array: the
//! conversion must happen while the element's own deserializer is still there to name its place.

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{fmt, marker::PhantomData};

/// Reads a table as `Raw` and turns it into `T`.
pub(super) fn table<'de, Raw, T, D>(deserializer: D) -> Result<T, D::Error>
where
    Raw: Deserialize<'de>,
    T: TryFrom<Raw, Error = String>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(Table(PhantomData::<(Raw, T)>))
}

struct Table<Raw, T>(PhantomData<(Raw, T)>);

impl<'de, Raw, T> Visitor<'de> for Table<Raw, T>
where
    Raw: Deserialize<'de>,
    T: TryFrom<Raw, Error = String>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let raw = Raw::deserialize(MapAccessDeserializer::new(map))?;
        T::try_from(raw).map_err(A::Error::custom)
    }
}

/// Makes a type deserializable, and its schema known, through the raw form that the file has.
macro_rules! read_as {
    ($meant:ty, $raw:ty) => {
        impl<'de> serde::Deserialize<'de> for $meant {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::policy::written::table::<$raw, Self, D>(deserializer)
            }
        }

        impl schemars::JsonSchema for $meant {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                <$raw>::schema_name()
            }
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                <$raw>::json_schema(generator)
            }
        }
    };
}
pub(super) use read_as;
