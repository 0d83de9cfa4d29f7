//! Times and spans as people write them.

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

/// An instant: a day, a day and time (UTC), a word, a span before now, or milliseconds since 1970.
pub(super) fn time(text: &str, now: Millis) -> Option<i64> {
    let day = now.0 - now.0.rem_euclid(Millis::DAY);
    match text.to_ascii_lowercase().as_str() {
        "now" => return Some(now.0),
        "today" => return Some(day),
        "yesterday" => return Some(day - Millis::DAY),
        _ => {}
    }
    if let Ok(millis) = text.parse() {
        return Some(millis);
    }
    if text.starts_with('-') {
        return now.0.checked_add(span(text)?);
    }
    // A day and time first: read as a day alone, the time would be dropped.
    let civil = text.parse::<jiff::civil::DateTime>().ok();
    let zoned = civil.and_then(|c| c.to_zoned(jiff::tz::TimeZone::UTC).ok());
    match zoned {
        Some(zoned) => Some(zoned.timestamp().as_millisecond()),
        None => Millis::parse(text).map(|at| at.0),
    }
}

/// An instant as [`time`] reads it back exactly.
pub(super) fn write_time(at: i64) -> String {
    let text = Millis(at).to_string();
    match Millis::parse(&text) {
        Some(Millis(read)) if read == at => text,
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
    #[case("2d", None)]
    #[case("soon", None)]
    fn times(#[case] text: &str, #[case] expected: Option<i64>) {
        assert_eq!(time(text, Millis(1_795_255_200_000)), expected);
    }
}
