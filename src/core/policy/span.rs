//! Lengths of time as policy writes them: `5s`, `10m`, `12w`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, str::FromStr, time::Duration};

/// Units, greatest first, in milliseconds.
const UNITS: [(&str, u64); 6] = [
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// What a span may look like, as errors say it.
const EXPECTED: &str =
    "a whole number above 0 with a unit (ms, s, m, h, d or w), such as \"5s\" or \"12w\"";

/// The longest span: a hundred years, so that adding one to an instant cannot overflow.
const LONGEST_MILLIS: u64 = 100 * 366 * 86_400_000;

/// A length of time above zero, to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl Span {
    /// Seconds; for defaults. At least one.
    pub const fn from_secs(secs: u32) -> Self {
        Self(if secs == 0 {
            1_000
        } else {
            secs as u64 * 1_000
        })
    }

    /// Milliseconds.
    pub fn millis(self) -> i64 {
        // At most LONGEST_MILLIS, which fits.
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }

    /// As the standard library counts.
    pub fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let millis = UNITS
            .into_iter()
            .find(|(name, _)| *name == unit)
            .and_then(|(_, factor)| number.parse::<u64>().ok()?.checked_mul(factor))
            .filter(|millis| (1..=LONGEST_MILLIS).contains(millis));
        millis
            .map(Self)
            .ok_or_else(|| format!("invalid span \"{text}\", expected {EXPECTED}"))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, factor) = UNITS
            .into_iter()
            .find(|(_, factor)| self.0.is_multiple_of(*factor))
            .unwrap_or(("ms", 1));
        write!(f, "{}{unit}", self.0 / factor)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Span;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d|w)$", "description": EXPECTED })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::seconds("5s", 5_000)]
    #[case::minutes("10m", 600_000)]
    #[case::weeks("12w", 7_257_600_000)]
    #[case::day("1d", 86_400_000)]
    #[case::milliseconds("250ms", 250)]
    fn reads(#[case] text: &str, #[case] millis: i64) {
        let span: Span = text.parse().unwrap();
        assert_eq!((span.millis(), span.to_string().as_str()), (millis, text));
    }

    #[rstest]
    #[case::unit("5x")]
    #[case::no_unit("5")]
    #[case::no_number("s")]
    #[case::zero("0s")]
    #[case::negative("-5s")]
    #[case::fraction("1.5h")]
    #[case::blank("5 s")]
    #[case::empty("")]
    #[case::too_long("99999999999999999999w")]
    #[case::overflow("9999999999999w")]
    fn refuses(#[case] text: &str) {
        assert!(
            text.parse::<Span>().unwrap_err().contains("such as"),
            "{text}"
        );
    }

    proptest! {
        #[test]
        fn prints_what_it_reads(millis in 1..LONGEST_MILLIS) {
            let span = Span(millis);
            prop_assert_eq!(span.to_string().parse::<Span>(), Ok(span));
        }
        #[test]
        fn any_text_is_answered(text in ".{0,12}") {
            let _ = text.parse::<Span>();
        }
    }
}
