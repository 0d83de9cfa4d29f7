//! Windows: how a monitor cuts its log, where each ends and how it is called.

use super::Span;
use crate::time::Millis;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap as _};
use std::{borrow::Cow, fmt, num::NonZeroU64, str::FromStr as _};

/// How much of a log one window holds. Times are UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weeks, from Monday (ISO 8601).
    #[default]
    Week,
    /// Calendar months.
    Month,
    /// A length of time.
    Span(Span),
    /// So many rows in the order of time. Rows of one millisecond stay together, so it may be some more.
    Rows(NonZeroU64),
}

/// What a window may be, as errors say it.
const EXPECTED: &str =
    "\"hour\", \"day\", \"week\", \"month\", a span such as \"24h\", or { rows = 10000 }";

/// The words of [`Window`], each with its window.
const WORDS: [(&str, Window); 4] = [
    ("hour", Window::Hour),
    ("day", Window::Day),
    ("week", Window::Week),
    ("month", Window::Month),
];

const HOUR: i64 = Millis::DAY / 24;
/// 1970-01-05, a Monday: steps of whole weeks are counted from here.
const MONDAY: i64 = 4 * Millis::DAY;

/// How a log is cut: how long windows are, and how far apart they begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// How much one window holds.
    pub window: Window,
    /// How far apart windows begin; each begins where the one before ends when absent.
    pub every: Option<Span>,
}

impl Cut {
    /// How long every window is, in milliseconds; `None` for months and numbers of rows.
    pub fn length(self) -> Option<i64> {
        match self.window {
            Window::Hour => Some(HOUR),
            Window::Day => Some(Millis::DAY),
            Window::Week => Some(Millis::WEEK),
            Window::Span(span) => Some(span.millis()),
            Window::Month | Window::Rows(_) => None,
        }
    }

    /// How many rows a window holds, where that is how the log is cut.
    pub fn rows(self) -> Option<u64> {
        match self.window {
            Window::Rows(rows) => Some(rows.get()),
            _ => None,
        }
    }

    /// Whether windows overlap.
    pub fn slides(self) -> bool {
        self.every
            .is_some_and(|every| self.length().is_some_and(|length| every.millis() < length))
    }

    /// How far apart windows begin, in milliseconds, and an instant at which one does. `None` for months. Numbers
    /// of rows begin anywhere: for them, hours, by which it is known what a file holds.
    pub fn step(self) -> Option<(i64, i64)> {
        let step = match (self.window, self.every) {
            (Window::Rows(_), _) => HOUR,
            (_, Some(every)) => every.millis(),
            (_, None) => self.length()?,
        };
        let weeks = step % Millis::WEEK == 0;
        Some((step, if weeks { MONDAY } else { 0 }))
    }

    /// The start of the step that an instant falls into.
    pub fn floor(self, at: Millis) -> Millis {
        match self.step() {
            Some((step, origin)) => {
                let into = (at.0 - origin % step).rem_euclid(step);
                Millis(at.0.saturating_sub(into))
            }
            None => Millis::from_date(at.civil().date().first_of_month()).unwrap_or(at),
        }
    }

    /// The end (exclusive) of the window that starts then; `None` for numbers of rows.
    pub fn end(self, start: Millis) -> Option<Millis> {
        match (self.window, self.length()) {
            (Window::Rows(_), _) => None,
            (_, Some(length)) => Some(Millis(start.0.saturating_add(length))),
            (_, None) => Some(next_month(start)),
        }
    }

    /// The start of the window after the one that starts then; `None` for numbers of rows.
    pub fn next(self, start: Millis) -> Option<Millis> {
        match (self.window, self.every) {
            (Window::Rows(_), _) => None,
            (_, Some(every)) => Some(Millis(start.0.saturating_add(every.millis()))),
            (_, None) => self.end(start),
        }
    }

    /// Whether a window may be the one from `start` to `end`.
    pub fn gives(self, start: Millis, end: Millis) -> bool {
        self.rows().is_some() || (self.end(start) == Some(end) && self.floor(start) == start)
    }

    /// Whether every window begins with a day.
    pub fn daily(self) -> bool {
        let (step, _) = self.step().unwrap_or((Millis::DAY, 0));
        self.rows().is_none() && step % Millis::DAY == 0
    }

    /// What the window that starts then is called: the day, or the instant where windows do not begin with days.
    pub fn name(self, start: Millis) -> String {
        if self.daily() {
            start.date()
        } else {
            start.instant()
        }
    }

    /// What is between one window's start and the next's, in words: `day`, `24h every 1h`, `10000 rows`.
    pub fn words(self) -> String {
        match self.every {
            Some(every) => format!("{} every {every}", self.window),
            None => self.window.to_string(),
        }
    }
}

fn next_month(start: Millis) -> Millis {
    let first = start.civil().date().first_of_month();
    let next = first.checked_add(jiff::Span::new().months(1)).ok();
    next.and_then(Millis::from_date)
        .unwrap_or(Millis(start.0.saturating_add(31 * Millis::DAY)))
}

impl Window {
    /// The word in the policy file; `None` for spans and numbers of rows.
    pub fn word(self) -> Option<&'static str> {
        let (word, _) = WORDS.into_iter().find(|(_, window)| *window == self)?;
        Some(word)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.word()) {
            (_, Some(word)) => f.write_str(word),
            (Self::Span(span), _) => span.fmt(f),
            (Self::Rows(rows), _) => write!(f, "{rows} rows"),
            (_, None) => Ok(()),
        }
    }
}

impl Serialize for Window {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Rows(rows) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("rows", rows)?;
                map.end()
            }
            other => serializer.collect_str(other),
        }
    }
}

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Window;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Window, E> {
                let word = WORDS.into_iter().find(|(word, _)| *word == text);
                word.map(|(_, window)| window)
                    .or_else(|| Span::from_str(text).ok().map(Window::Span))
                    .ok_or_else(|| {
                        E::custom(format!("invalid window {text:?}, expected {EXPECTED}"))
                    })
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Window, A::Error> {
                let mut rows: Option<NonZeroU64> = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key != "rows" {
                        return Err(de::Error::unknown_field(&key, &["rows"]));
                    }
                    rows = Some(map.next_value()?);
                }
                rows.map(Window::Rows)
                    .ok_or_else(|| de::Error::missing_field("rows"))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Window {
    fn schema_name() -> Cow<'static, str> {
        "Window".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let span = generator.subschema_for::<Span>();
        let words = WORDS.map(|(word, _)| word);
        json_schema!({
            "description": "How much of a log one window holds, in UTC; weeks begin on Monday. Of a number of rows, in the order of time, those of one millisecond stay together.",
            "anyOf": [
                { "type": "string", "enum": words },
                span,
                {
                    "type": "object",
                    "properties": { "rows": { "type": "integer", "minimum": 1 } },
                    "required": ["rows"],
                    "additionalProperties": false
                }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn cut(window: &str, every: &str) -> Cut {
        Cut {
            window: serde_json::from_str(window).unwrap(),
            every: every.parse().ok(),
        }
    }

    #[rstest]
    #[case::word(r#""week""#, "week")]
    #[case::span(r#""24h""#, "1d")]
    #[case::rows(r#"{"rows":10000}"#, "10000 rows")]
    fn read_and_written(#[case] text: &str, #[case] words: &str) {
        let window: Window = serde_json::from_str(text).unwrap();
        assert_eq!(window.to_string(), words);
        let again = serde_json::to_string(&window).unwrap();
        assert_eq!(serde_json::from_str::<Window>(&again).unwrap(), window);
    }

    #[rstest]
    #[case(r#""fortnight""#)]
    #[case(r#""0h""#)]
    #[case(r#"{"rows":0}"#)]
    #[case(r#"{"row":1}"#)]
    #[case("{}")]
    #[case("7")]
    fn refused(#[case] text: &str) {
        assert!(serde_json::from_str::<Window>(text).is_err());
    }

    #[test]
    fn names_are_as_fine_as_windows_begin() {
        let at = Millis::parse("2013-06-03T00:00:00Z").unwrap();
        for (window, every, name) in [
            (r#""hour""#, "", "2013-06-03T00:00:00Z"),
            (r#""day""#, "", "2013-06-03"),
            (r#""week""#, "1d", "2013-06-03"),
            (r#""24h""#, "1h", "2013-06-03T00:00:00Z"),
            (r#""month""#, "", "2013-06-03"),
            (r#"{"rows":9}"#, "", "2013-06-03T00:00:00Z"),
        ] {
            assert_eq!(cut(window, every).name(at), name, "{window} {every}");
        }
        assert_eq!(cut(r#""24h""#, "1h").words(), "1d every 1h");
        assert!(cut(r#""24h""#, "1h").slides() && !cut(r#""24h""#, "24h").slides());
    }

    #[test]
    fn weeks_begin_on_monday_and_months_have_their_own_length() {
        let at = |text: &str| Millis::parse(text).unwrap();
        let week = cut(r#""week""#, "");
        assert_eq!(week.floor(at("2013-02-03")).date(), "2013-01-28");
        assert_eq!(week.end(at("2013-01-28")).unwrap().date(), "2013-02-04");
        let month = cut(r#""month""#, "");
        assert_eq!(month.floor(at("2013-02-27")).date(), "2013-02-01");
        assert_eq!(month.next(at("2013-02-01")).unwrap().date(), "2013-03-01");
        assert!(month.gives(at("2013-02-01"), at("2013-03-01")));
        assert!(!month.gives(at("2013-02-02"), at("2013-03-01")));
        let sliding = cut(r#""24h""#, "1h");
        let noon = at("2013-02-01T12:00:00Z");
        assert!(sliding.gives(noon, at("2013-02-02T12:00:00Z")));
        assert!(!cut(r#""24h""#, "").gives(noon, at("2013-02-02T12:00:00Z")));
    }

    proptest! {
        #[test]
        fn steps_hold_their_instants_and_touch(at in any::<i32>(), minutes in 1i64..50_000) {
            let at = Millis(i64::from(at) * 1_009);
            for (window, every) in [("\"hour\"".to_owned(), ""), ("\"week\"".to_owned(), "1d"), (format!("\"{minutes}m\""), "")] {
                let cut = cut(&window, every);
                let (start, (step, _)) = (cut.floor(at), cut.step().unwrap());
                prop_assert!(start <= at && at.since(start) < step);
                prop_assert_eq!(cut.floor(start), start);
                prop_assert_eq!(cut.floor(Millis(start.0 - 1)).0, start.0 - step);
                prop_assert_eq!(cut.floor(cut.next(start).unwrap()), cut.next(start).unwrap());
            }
        }
    }
}
