//! Numbers, instants and spans as a table shows them: short, aligned, never misleading.

use trimtab_core::policy::Cut;
use trimtab_core::time::Millis;

/// A metric with about four significant digits, at most 8 characters wide.
#[must_use]
pub fn metric(value: f64) -> String {
    let magnitude = value.abs();
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 {
            "inf".to_owned()
        } else {
            "-inf".to_owned()
        }
    } else if magnitude == 0.0 {
        "0".to_owned()
    } else if !(1e-4..1e6).contains(&magnitude) {
        format!("{value:.2e}")
    } else if magnitude >= 1000.0 {
        format!("{value:.0}")
    } else if magnitude >= 100.0 {
        format!("{value:.1}")
    } else if magnitude >= 10.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.4}")
    }
}

/// A metric that may be missing.
#[must_use]
pub fn metric_or(value: Option<f64>, none: &str) -> String {
    value.map_or_else(|| none.to_owned(), metric)
}

/// Three decimals for scores between 0 and 1; NaN is `none`.
#[must_use]
pub fn score(value: f64, none: &str) -> String {
    if value.is_nan() {
        none.to_owned()
    } else {
        format!("{value:.3}")
    }
}

/// A difference with its sign.
#[must_use]
pub fn delta(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else {
        format!("{value:+.3}")
    }
}

/// How far a metric is from another value of it, with its sign and the digits of [`metric`]; `none` when either is
/// no finite number.
#[must_use]
pub fn change(value: f64, from: f64, none: &str) -> String {
    let by = value - from;
    if !by.is_finite() {
        return none.to_owned();
    }
    let sign = if by < 0.0 { "-" } else { "+" };
    // Four digits of a small difference of large numbers would be noise: it has the digits that they have.
    let size = value.abs().max(from.abs());
    let decimals = match size {
        s if !(1e-4..1e6).contains(&s) => return format!("{sign}{}", metric(by.abs())),
        s if s >= 1000.0 => 0,
        s if s >= 100.0 => 1,
        s if s >= 10.0 => 2,
        _ => 4,
    };
    format!("{sign}{:.decimals$}", by.abs())
}

/// A share as a percentage: `7%`, `0.4%`, `100%`.
#[must_use]
pub fn share(value: f64, none: &str) -> String {
    let percent = value * 100.0;
    if value.is_nan() {
        none.to_owned()
    } else if percent > 0.0 && percent < 0.095 {
        format!("{percent:.2}%")
    } else if percent > 0.0 && percent < 0.95 {
        format!("{percent:.1}%")
    } else {
        format!("{percent:.0}%")
    }
}

/// A count with thousands apart: `12 345` would break words, so `12,345`.
#[must_use]
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A count in at most five characters: `812`, `9.8k`, `123k`, `4.5M`.
#[must_use]
pub fn short_count(value: u64) -> String {
    let v = value as f64;
    match value {
        0..1_000 => value.to_string(),
        1_000..10_000 => format!("{:.1}k", v / 1e3),
        10_000..1_000_000 => format!("{:.0}k", v / 1e3),
        1_000_000..10_000_000 => format!("{:.1}M", v / 1e6),
        10_000_000..1_000_000_000 => format!("{:.0}M", v / 1e6),
        _ => format!("{:.1}G", v / 1e9),
    }
}

/// Bytes in at most seven characters: `0 B`, `812 B`, `1.2 kB`, `34 kB`, `5.6 MB`.
#[must_use]
pub fn bytes(n: u64) -> String {
    let value = n as f64;
    match n {
        0..1_000 => format!("{n} B"),
        1_000..9_950 => format!("{:.1} kB", value / 1e3),
        9_950..999_500 => format!("{:.0} kB", value / 1e3),
        999_500..9_950_000 => format!("{:.1} MB", value / 1e6),
        _ => format!("{:.0} MB", value / 1e6),
    }
}

/// `plural(2, "run")` is `2 runs`.
#[must_use]
pub fn plural(n: u64, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{} {noun}s", count(n))
    }
}

/// Milliseconds of latency; NaN is `none`.
#[must_use]
pub fn millis(value: f64, none: &str) -> String {
    if value.is_nan() {
        none.to_owned()
    } else if value < 10.0 {
        format!("{value:.1}ms")
    } else if value < 10_000.0 {
        format!("{value:.0}ms")
    } else {
        format!("{:.0}s", value / 1000.0)
    }
}

/// How long ago, in at most four characters: `now`, `40s`, `3m`, `2h`, `5d`, `3w`, `2y`. Seconds go in tens,
/// so that a table of young rows does not redraw an idle screen every second.
#[must_use]
pub fn ago(now: Millis, then: Millis) -> String {
    let s = now.since(then).max(0) / 1000;
    match s {
        0..10 => "now".to_owned(),
        10..60 => format!("{}s", s / 10 * 10),
        60..3_600 => format!("{}m", s / 60),
        3_600..86_400 => format!("{}h", s / 3_600),
        86_400..1_209_600 => format!("{}d", s / 86_400),
        1_209_600..31_536_000 => format!("{}w", s / 604_800),
        _ => format!("{}y", s / 31_536_000),
    }
}

/// Milliseconds until the text of [`ago`] changes; at least 1. Weeks and years are looked at daily.
#[must_use]
pub fn ago_changes(now: Millis, then: Millis) -> i64 {
    until_multiple(
        now.since(then),
        &[MINUTE, HOUR, DAY],
        &[10_000, MINUTE, HOUR, DAY],
    )
}

/// An age in a sentence: `just now`, `5m ago`.
#[must_use]
pub fn ago_words(now: Millis, then: Millis) -> String {
    match ago(now, then).as_str() {
        "now" => "just now".to_owned(),
        age => format!("{age} ago"),
    }
}

/// A span in at most six characters: `41s`, `2m05s`, `1h02m`.
#[must_use]
pub fn span(millis: i64) -> String {
    let s = millis.max(0) / 1000;
    match s {
        0 if millis > 0 => format!("{millis}ms"),
        0..60 => format!("{s}s"),
        60..3_600 => format!("{}m{:02}s", s / 60, s % 60),
        3_600..86_400 => format!("{}h{:02}m", s / 3_600, s % 3_600 / 60),
        _ => format!("{}d{:02}h", s / 86_400, s % 86_400 / 3_600),
    }
}

/// How long something has gone on that still does, in at most six characters: `<10s`, `40s`, `12m`, `1h02m`.
/// Coarser than [`span`], which is for what has ended, for the reason given at [`ago`].
#[must_use]
pub fn going(now: Millis, since: Millis) -> String {
    let millis = now.since(since).max(0);
    match millis / 1000 {
        0..10 => "<10s".to_owned(),
        s @ 10..60 => format!("{}s", s / 10 * 10),
        s @ 60..3_600 => format!("{}m", s / 60),
        _ => span(millis),
    }
}

/// Milliseconds until the text of [`going`] changes; at least 1.
#[must_use]
pub fn going_changes(now: Millis, since: Millis) -> i64 {
    until_multiple(now.since(since), &[MINUTE, DAY], &[10_000, MINUTE, HOUR])
}

/// What something took, or how long it has gone on so far.
#[must_use]
pub fn took(now: Millis, started: Millis, ended: Option<Millis>) -> String {
    ended.map_or_else(|| going(now, started), |end| span(end.since(started)))
}

/// Milliseconds until `elapsed` reaches the next multiple of its step: the first of `steps` below the first
/// bound, the second below the second, and so on.
fn until_multiple(elapsed: i64, bounds: &[i64], steps: &[i64]) -> i64 {
    // An instant in the future, by a clock that goes ahead of ours, counts as now.
    let elapsed = elapsed.max(0);
    let step = bounds
        .iter()
        .zip(steps)
        .find(|(bound, _)| elapsed < **bound)
        .map_or(steps[steps.len() - 1], |(_, step)| *step);
    step - elapsed % step
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// `Jul 01` of an instant.
#[must_use]
pub fn month_day(at: Millis) -> String {
    let t = at.civil();
    format!(
        "{} {:02}",
        MONTHS[usize::from(t.month().unsigned_abs()).saturating_sub(1) % 12],
        t.day()
    )
}

/// What a window that starts then is called for people: `Jul 01`, or `Jul 01 05:00` where windows do not begin with
/// days; with seconds where they matter.
#[must_use]
pub fn window(start: Millis, cut: Cut) -> String {
    if cut.daily() {
        return month_day(start);
    }
    let clock = clock(start);
    let clock = clock.strip_suffix(":00").unwrap_or(&clock);
    format!("{} {clock}", month_day(start))
}

/// `Jul` of an instant.
#[must_use]
pub fn month(at: Millis) -> &'static str {
    MONTHS[usize::from(at.civil().month().unsigned_abs()).saturating_sub(1) % 12]
}

/// `HH:MM:SS` of an instant.
#[must_use]
pub fn clock(at: Millis) -> String {
    let t = at.civil();
    format!("{:02}:{:02}:{:02}", t.hour(), t.minute(), t.second())
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_are_short() {
        for (n, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (9_949, "9.9 kB"),
            (9_950, "10 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (12_345_678, "12 MB"),
        ] {
            assert_eq!(bytes(n), text);
        }
    }

    #[test]
    fn numbers_are_short_and_honest() {
        assert_eq!(metric(0.698_76), "0.6988");
        assert_eq!(metric(-12.345), "-12.35");
        assert_eq!(metric(1e9), "1.00e9");
        assert_eq!(metric(f64::NAN), "NaN");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(123), "123");
        assert_eq!(short_count(9_840), "9.8k");
        assert_eq!(share(0.004, "-"), "0.4%");
        assert_eq!(delta(0.061), "+0.061");
        assert_eq!(plural(1, "run"), "1 run");
        assert_eq!(plural(0, "run"), "0 runs");
        assert_eq!(span(125_000), "2m05s");
        assert_eq!(month_day(Millis(1_372_636_800_000)), "Jul 01");
    }

    #[test]
    fn ages_are_coarse() {
        let at = |f: fn(Millis, Millis) -> String, s: i64| f(Millis(s * 1000), Millis(0));
        let ages = [0, 9, 10, 59, 60, 3_599, 3_600].map(|s| at(ago, s));
        assert_eq!(ages, ["now", "now", "10s", "50s", "1m", "59m", "1h"]);
        let spans = [0, 9, 10, 59, 60, 3_599, 3_720, 90_000].map(|s| at(going, s));
        assert_eq!(
            spans,
            ["<10s", "<10s", "10s", "50s", "1m", "59m", "1h02m", "1d01h"]
        );
        assert_eq!(
            took(Millis(9_999), Millis(0), Some(Millis(125_000))),
            "2m05s"
        );
    }

    proptest! {
        #[test]
        fn ages_change_exactly_when_foretold(elapsed in 0i64..200_000_000) {
            let (then, now) = (Millis(1_000), Millis(1_000 + elapsed));
            for (text, changes) in [
                (ago as fn(Millis, Millis) -> String, ago_changes as fn(Millis, Millis) -> i64),
                (going, going_changes),
            ] {
                let wait = changes(now, then);
                prop_assert!(wait > 0);
                prop_assert_eq!(text(now, then), text(Millis(now.0 + wait - 1), then));
                prop_assert_ne!(text(now, then), text(Millis(now.0 + wait), then));
            }
        }

        #[test]
        fn every_number_fits_its_column(value in any::<f64>(), n in any::<u64>(), a in any::<i64>(), b in any::<i64>()) {
            prop_assert!(metric(value).len() <= 10, "{}", metric(value));
            prop_assert!(n > 1_000_000_000_000 || short_count(n).len() <= 6);
            prop_assert!(ago_changes(Millis(a), Millis(b)) > 0 && going_changes(Millis(a), Millis(b)) > 0);
            let _ = (ago(Millis(a), Millis(b)), month_day(Millis(a)), clock(Millis(b)));
        }
    }
}
