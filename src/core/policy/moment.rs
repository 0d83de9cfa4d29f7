//! Instants as policy writes them: `2013-04-01`, or RFC 3339.

use crate::time::Millis;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, str::FromStr};

/// What an instant may look like, as errors say it.
const EXPECTED: &str =
    "a UTC day or an instant, such as \"2013-04-01\" or \"2013-04-01T06:00:00Z\"";

/// An instant of the data's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Millis);

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Millis::parse(text)
            .map(Self)
            .ok_or_else(|| format!("invalid moment \"{text}\", expected {EXPECTED}"))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.0.rem_euclid(Millis::DAY) {
            0 => f.write_str(&self.0.date()),
            _ => f.write_str(&self.0.instant()),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Moment;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": EXPECTED })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_and_instants_are_read_and_nothing_else() {
        for (text, millis) in [("1970-01-02", Millis::DAY), ("1970-01-01T00:00:01Z", 1_000)] {
            let moment: Moment = text.parse().unwrap();
            assert_eq!((moment.0.0, moment.to_string().as_str()), (millis, text));
        }
        for text in ["", "yesterday", "2013-02-30", "2013", "06:00"] {
            let refused = text.parse::<Moment>().unwrap_err();
            assert!(refused.contains("such as"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(millis in 0..4_000_000_000_000_i64) {
            let moment = Moment(Millis(millis));
            prop_assert_eq!(moment.to_string().parse::<Moment>(), Ok(moment));
        }
    }
}
