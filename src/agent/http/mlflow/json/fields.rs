//! Fields as protobuf's JSON mapping reads them: numbers from numbers or strings, `null` as absent.

use serde::{
    Deserialize, Deserializer,
    de::{
        Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor, value::MapAccessDeserializer,
    },
};
use std::{fmt, marker::PhantomData};

/// Reads an int64: a whole number, or a string of one.
pub(crate) fn int<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_any(Scalar(PhantomData::<i64>))
}

/// Reads a double: a number, a string of one, or `NaN`, `Infinity`, `-Infinity`.
pub(crate) fn double<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    deserializer.deserialize_any(Scalar(PhantomData::<f64>))
}

/// Reads a bool; in query strings `true` or `false` in any case.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    deserializer.deserialize_any(Scalar(PhantomData::<bool>))
}

/// Reads a string where the empty one means the same as none.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a list of scalars; `null` is the empty one.
pub(crate) fn list<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a list of messages; `null` is the empty one. An array is not taken for a message.
pub(crate) fn objects<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let read: Option<Vec<Object<T>>> = Option::deserialize(deserializer)?;
    Ok(read
        .unwrap_or_default()
        .into_iter()
        .map(|object| object.0)
        .collect())
}

/// A message read from a JSON object and from nothing else.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Message<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Message<T> {
            type Value = Object<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }
        deserializer.deserialize_map(Message(PhantomData))
    }
}

/// What a scalar of protobuf is read from.
trait Proto: Sized {
    const NAME: &'static str;
    fn of_int(value: i64) -> Option<Self>;
    fn of_double(value: f64) -> Option<Self>;
    fn of_text(value: &str) -> Option<Self>;
    fn of_bool(_: bool) -> Option<Self> {
        None
    }
}

impl Proto for i64 {
    const NAME: &'static str = "a whole number";
    fn of_int(value: i64) -> Option<Self> {
        Some(value)
    }
    fn of_double(value: f64) -> Option<Self> {
        // 2^63 is the least double beyond int64.
        let bound = 9_223_372_036_854_775_808.0;
        (value.fract() == 0.0 && value >= -bound && value < bound).then_some(value as i64)
    }
    fn of_text(value: &str) -> Option<Self> {
        // R writes 100000 as `1e+05`. Blanks and words, which Rust reads too, are none to protobuf.
        let number = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        let double = || value.bytes().all(number).then(|| value.parse().ok());
        let read = value.parse().ok();
        read.or_else(|| double().flatten().and_then(Self::of_double))
    }
}

impl Proto for f64 {
    const NAME: &'static str = "a number";
    fn of_int(value: i64) -> Option<Self> {
        Some(value as Self)
    }
    fn of_double(value: f64) -> Option<Self> {
        Some(value)
    }
    fn of_text(value: &str) -> Option<Self> {
        match value {
            "" => None,
            // As Python's `float`: also `nan` and `inf` in any case, and infinite when too large.
            other => other.trim().parse().ok(),
        }
    }
    fn of_bool(value: bool) -> Option<Self> {
        Some(f64::from(u8::from(value)))
    }
}

impl Proto for bool {
    const NAME: &'static str = "true or false";
    fn of_int(_: i64) -> Option<Self> {
        None
    }
    fn of_double(_: f64) -> Option<Self> {
        None
    }
    fn of_text(value: &str) -> Option<Self> {
        match value {
            _ if value.eq_ignore_ascii_case("true") => Some(true),
            _ if value.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }
    fn of_bool(value: bool) -> Option<Self> {
        Some(value)
    }
}

struct Scalar<T>(PhantomData<T>);

impl<'de, T: Proto> Visitor<'de> for Scalar<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }
    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<T>, E> {
        or_wrong(T::of_int(value), Unexpected::Signed(value), &self)
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<T>, E> {
        let read = match i64::try_from(value) {
            Ok(value) => T::of_int(value),
            Err(_) => T::of_double(value as f64),
        };
        or_wrong(read, Unexpected::Unsigned(value), &self)
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<T>, E> {
        or_wrong(T::of_double(value), Unexpected::Float(value), &self)
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<T>, E> {
        or_wrong(T::of_bool(value), Unexpected::Bool(value), &self)
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Option<T>, E> {
        or_wrong(T::of_text(value), Unexpected::Str(value), &self)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<T>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Err(A::Error::invalid_type(Unexpected::Seq, &self))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<T>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Err(A::Error::invalid_type(Unexpected::Map, &self))
    }
}

fn or_wrong<'de, T, V: Visitor<'de>, E: Error>(
    read: Option<T>,
    found: Unexpected<'_>,
    visitor: &V,
) -> Result<Option<T>, E> {
    match read {
        Some(value) => Ok(Some(value)),
        None => Err(E::invalid_type(found, visitor)),
    }
}
