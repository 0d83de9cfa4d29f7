//! Time as the domain sees it: milliseconds of UTC, handed in from outside.
//!
//! The core has no clock: whoever calls it says what time it is, so that every
//! decision can be replayed and tested.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// Milliseconds in one day.
    pub const DAY: i64 = 86_400_000;
    /// Milliseconds in one week.
    pub const WEEK: i64 = 7 * Self::DAY;

    /// The start of the UTC day that a civil date names; `None` out of jiff's range.
    pub fn from_date(date: jiff::civil::Date) -> Option<Self> {
        let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Self(zoned.timestamp().as_millisecond()))
    }

    /// Parses `YYYY-MM-DD` or an RFC 3339 instant.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(date) = text.parse::<jiff::civil::Date>() {
            return Self::from_date(date);
        }
        text.parse::<jiff::Timestamp>()
            .ok()
            .map(|t| Self(t.as_millisecond()))
    }

    /// The civil UTC date-time; clamped to jiff's range (years -9999 to 9999).
    pub fn civil(self) -> jiff::civil::DateTime {
        jiff::Timestamp::from_millisecond(self.0)
            .map(|t| t.to_zoned(jiff::tz::TimeZone::UTC).datetime())
            .unwrap_or(if self.0 < 0 {
                jiff::civil::DateTime::MIN
            } else {
                jiff::civil::DateTime::MAX
            })
    }

    /// `YYYY-MM-DD`.
    pub fn date(self) -> String {
        self.civil().date().to_string()
    }

    /// `YYYY-MM-DD HH:MM:SS`.
    pub fn stamp(self) -> String {
        let t = self.civil();
        format!(
            "{} {:02}:{:02}:{:02}",
            t.date(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }

    /// RFC 3339, without the milliseconds of a whole second.
    pub fn instant(self) -> String {
        let text = self.to_string();
        match text.strip_suffix(".000Z") {
            Some(whole) => format!("{whole}Z"),
            None => text,
        }
    }

    /// The day where it is the start of one, else the instant.
    pub fn brief(self) -> String {
        if self.0.rem_euclid(Self::DAY) == 0 {
            self.date()
        } else {
            self.instant()
        }
    }

    /// Milliseconds from `earlier` to this; negative when this is earlier.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.civil();
        write!(
            f,
            "{}T{:02}:{:02}:{:02}.{:03}Z",
            t.date(),
            t.hour(),
            t.minute(),
            t.second(),
            t.millisecond()
        )
    }
}

/// A span such as "2h 5m", "41s", "3d": two units at most, for people.
pub fn human_span(millis: i64) -> String {
    let s = millis.max(0) / 1000;
    match s {
        0..60 => format!("{s}s"),
        60..3600 => format!("{}m {:02}s", s / 60, s % 60),
        3600..86_400 => format!("{}h {:02}m", s / 3600, s % 3600 / 60),
        _ => format!("{}d {:02}h", s / 86_400, s % 86_400 / 3600),
    }
}

/// Milliseconds until [`human_span`] says something else of a span that grows; at least 1.
pub fn human_span_changes(millis: i64) -> i64 {
    let millis = millis.max(0);
    let step = match millis {
        0..3_600_000 => 1_000,
        3_600_000..Millis::DAY => 60_000,
        _ => 3_600_000,
    };
    step - millis % step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_round_trips() {
        let t = Millis::parse("2013-06-03").unwrap();
        assert_eq!(t.date(), "2013-06-03");
        assert_eq!(t.to_string(), "2013-06-03T00:00:00.000Z");
        assert_eq!(Millis::parse(&t.to_string()), Some(t));
        assert_eq!(Millis::parse("June"), None);
        assert_eq!(t.instant(), "2013-06-03T00:00:00Z");
        assert_eq!(Millis(t.0 + 1).instant(), "2013-06-03T00:00:00.001Z");
    }

    #[test]
    fn spans_are_short() {
        assert_eq!(human_span(41_000), "41s");
        assert_eq!(human_span(125_000), "2m 05s");
        assert_eq!(human_span(7_500_000), "2h 05m");
        assert_eq!(human_span(90_000_000), "1d 01h");
        assert_eq!(human_span(-5), "0s");
    }

    #[test]
    fn far_instants_do_not_panic() {
        let _ = Millis(i64::MAX).to_string();
        let _ = Millis(i64::MIN).to_string();
    }
}
