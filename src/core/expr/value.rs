//! Times and spans as people write them.

use super::Wrong;
use crate::time::Millis;

/// Milliseconds of each unit.
const UNITS: [(&str, i64); 7] = [
    ("ms", 1),
    ("s", 1_000),
    ("min", 60_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", Millis::DAY),
    ("w", Millis::WEEK),
];

/// A span such as `90s`, `2h30m` or `1.5d`, in milliseconds.
pub(super) fn span(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut total = 0i64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, behind) = rest.split_at(digits);
        let letters = behind
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(behind.len());
        let (unit, more) = behind.split_at(letters);
        let (_, size) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let part = match number.parse::<i64>() {
            Ok(whole) => whole.checked_mul(*size)?,
            // Fractions of a unit; a float is exact enough for what people type.
            Err(_) => {
                let part = number.parse::<f64>().ok()? * *size as f64;
                (part.abs() < 9e15).then_some(part.round() as i64)?
            }
        };
        total = total.checked_add(part)?;
        rest = more;
    }
    Some(if negative { -total } else { total })
}

/// Digits that a number needs to be read as milliseconds since 1970: with fewer it would lie before 1973, and is rather
/// a year, a span whose unit was forgotten, or in seconds.
const FEWEST_DIGITS: usize = 12;

/// An instant: a day, a day and time (UTC, or with its offset), a word, a span before now, or milliseconds since 1970.
pub(super) fn time(text: &str, now: Millis) -> Result<i64, Wrong> {
    let unreadable = || Wrong::Time(text.to_owned());
    let day = now.0 - now.0.rem_euclid(Millis::DAY);
    match text.to_ascii_lowercase().as_str() {
        "now" => return Ok(now.0),
        "today" => return Ok(day),
        "yesterday" => return Ok(day - Millis::DAY),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return match digits.len() < FEWEST_DIGITS {
            true => Err(Wrong::NoUnit(text.to_owned())),
            false => text.parse().map_err(|_| unreadable()),
        };
    }
    // With an offset first: read as a day and time alone, the offset would be dropped. A year may have a sign.
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Ok(instant.as_millisecond());
    }
    if text.starts_with('-') {
        let back = span(text).and_then(|span| now.0.checked_add(span));
        return back.ok_or_else(unreadable);
    }
    // The name of a zone would be dropped too, and nothing here knows the zones.
    if text.contains('[') {
        return Err(unreadable());
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok();
    civil
        .and_then(|c| c.to_zoned(jiff::tz::TimeZone::UTC).ok())
        .map(|zoned| zoned.timestamp().as_millisecond())
        .ok_or_else(unreadable)
}

/// An instant as [`time`] reads it back exactly.
pub(super) fn write_time(at: i64) -> String {
    let text = Millis(at).to_string();
    match text.parse::<jiff::Timestamp>() {
        Ok(read) if read.as_millisecond() == at => text,
        // Beyond the years that can be written; such a number has digits enough.
        _ => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("90s", Some(90_000))]
    #[case("2h30m", Some(9_000_000))]
    #[case("1.5d", Some(129_600_000))]
    #[case("-2d", Some(-172_800_000))]
    #[case("5", None)]
    #[case("5y", None)]
    #[case("h", None)]
    #[case("", None)]
    #[case("1.2.3h", None)]
    #[case("99999999999999999999d", None)]
    #[case("9999999999999d", None)]
    fn spans(#[case] text: &str, #[case] expected: Option<i64>) {
        assert_eq!(span(text), expected);
    }

    #[rstest]
    #[case("now", Some(1_795_255_200_000))]
    #[case("today", Some(1_795_219_200_000))]
    #[case("yesterday", Some(1_795_132_800_000))]
    #[case("-1h", Some(1_795_251_600_000))]
    #[case("2026-11-21", Some(1_795_219_200_000))]
    #[case("2026-11-21T10:00", Some(1_795_255_200_000))]
    #[case("2026-11-21 10:00:00", Some(1_795_255_200_000))]
    #[case("2026-11-21T10:00:00.000Z", Some(1_795_255_200_000))]
    #[case("1795255200000", Some(1_795_255_200_000))]
    // An offset is not dropped.
    #[case("2026-11-21T10:00:00+02:00", Some(1_795_248_000_000))]
    #[case("2026-11-21T10:00-05:30", Some(1_795_275_000_000))]
    #[case("2026-11-21 10:00+02", Some(1_795_248_000_000))]
    #[case("2026-11-21T10:00:00Z", Some(1_795_255_200_000))]
    // A zone's name would need the zones' rules; a day's offset says nothing.
    #[case("2026-11-21T10:00[Europe/Berlin]", None)]
    #[case("2026-11-21[Europe/Berlin]", None)]
    #[case("2026-11-21+02:00", None)]
    // A sign before a year is no span.
    #[case("-000001-01-01T00:00:00.000Z", Some(-62_198_755_200_000))]
    // Numbers that cannot be meant as milliseconds.
    #[case("2026", None)]
    #[case("-2", None)]
    #[case("20261121", None)]
    #[case("100000000000", Some(100_000_000_000))]
    #[case("1795255205", None)]
    #[case("-100000000000", Some(-100_000_000_000))]
    #[case("2d", None)]
    #[case("soon", None)]
    fn times(#[case] text: &str, #[case] expected: Option<i64>) {
        assert_eq!(time(text, Millis(1_795_255_200_000)).ok(), expected);
    }
}
