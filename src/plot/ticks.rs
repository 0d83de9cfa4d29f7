//! Where the ticks of an axis stand, and what they say.

use crate::format::number;
use jiff::{Span, Timestamp, civil, tz::TimeZone};

/// A tick: where, and its text.
pub(crate) type Tick = (f64, String);

const SECOND: f64 = 1e3;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// The step of 1, 2, 2.5 or 5 times a power of ten that makes at most `most` ticks.
pub(crate) fn nice_step(span: f64, most: usize) -> f64 {
    let raw = span / most.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|s| *s >= raw * (1.0 - 1e-9));
    step.unwrap_or(power * 10.0)
}

/// Multiples of a step within `lo..=hi`, 200 at most. Counted by index, so errors do not add up.
fn multiples(lo: f64, hi: f64, step: f64) -> Vec<f64> {
    let first = (lo / step - 1e-9).ceil();
    (0..200)
        .map(|i| (first + f64::from(i)) * step)
        .take_while(|v| *v <= hi + step * 1e-9)
        .collect()
}

/// Ticks of a linear axis. Whole: never between integers.
pub(crate) fn linear(lo: f64, hi: f64, most: usize, whole: bool) -> Vec<Tick> {
    let mut step = nice_step(hi - lo, most);
    if whole {
        step = step.max(1.0);
        step = if step == 2.5 { 5.0 } else { step };
    }
    if !(step.is_finite() && step > 0.0) {
        return Vec::new();
    }
    multiples(lo, hi, step)
        .into_iter()
        .map(|v| (v, number(v, step)))
        .collect()
}

/// Ticks of an axis that is logarithmic on both sides of zero: zero, and powers of ten that are not below the knee.
pub(crate) fn symlog(lo: f64, hi: f64, knee: f64, most: usize) -> Vec<Tick> {
    let power = |v: f64| v.log10().clamp(-300.0, 300.0);
    let (first, last) = (
        power(knee).round() as i32,
        power(lo.abs().max(hi.abs())).floor() as i32,
    );
    let of = |every: i32| -> Vec<f64> {
        let sizes: Vec<f64> = (first..=last)
            .filter(|p| (last - p) % every == 0)
            .map(|p| 10f64.powi(p))
            .collect();
        let below = sizes.iter().rev().map(|v| -v);
        let all = below.chain([0.0]).chain(sizes.iter().copied());
        all.filter(|v| (lo..=hi).contains(v)).collect()
    };
    let found = (1..=(last - first).max(0) + 1)
        .map(of)
        .find(|t| t.len() <= most.max(3));
    match found {
        Some(ticks) if ticks.len() > 2 => {
            let text = |v: f64| match v {
                0.0 => "0".to_owned(),
                v => number(v, v.abs()),
            };
            ticks.into_iter().map(|v| (v, text(v))).collect()
        }
        _ => linear(lo, hi, most, false),
    }
}

/// Ticks of a logarithmic axis, in values. `lo` and `hi` are positive.
pub(crate) fn log(lo: f64, hi: f64, most: usize) -> Vec<Tick> {
    let (from, to) = (lo.log10(), hi.log10());
    let decades = to - from;
    if !decades.is_finite() {
        return Vec::new();
    }
    let text = |v: f64| number(v, 10f64.powf(v.log10().floor()));
    if decades < 0.7 {
        return linear(lo, hi, most, false);
    }
    let every = (decades / most.max(1) as f64).ceil().max(1.0) as i32;
    // With few decades, 2 and 5 stand between them.
    let between: &[f64] = if decades * 3.0 <= most as f64 {
        &[1.0, 2.0, 5.0]
    } else {
        &[1.0]
    };
    let mut out = Vec::new();
    for power in (from.floor() as i32..=to.ceil() as i32).filter(|p| p.rem_euclid(every) == 0) {
        out.extend(
            between
                .iter()
                .map(|m| m * 10f64.powi(power))
                .filter(|v| (lo * (1.0 - 1e-9)..=hi * (1.0 + 1e-9)).contains(v))
                .map(|v| (v, text(v))),
        );
    }
    out
}

/// Ticks of spans in milliseconds: `0`, `30s`, `5m`, `1h 30m`, `2d`.
pub(crate) fn relative(lo: f64, hi: f64, most: usize) -> Vec<Tick> {
    const STEPS: [f64; 17] = [
        SECOND,
        2.0 * SECOND,
        5.0 * SECOND,
        10.0 * SECOND,
        15.0 * SECOND,
        30.0 * SECOND,
        MINUTE,
        2.0 * MINUTE,
        5.0 * MINUTE,
        10.0 * MINUTE,
        15.0 * MINUTE,
        30.0 * MINUTE,
        HOUR,
        2.0 * HOUR,
        3.0 * HOUR,
        6.0 * HOUR,
        12.0 * HOUR,
    ];
    let raw = (hi - lo) / most.max(1) as f64;
    let step = if raw > 12.0 * HOUR {
        nice_step((hi - lo) / DAY, most).max(1.0) * DAY
    } else if raw < 0.5 * SECOND {
        nice_step(hi - lo, most)
    } else {
        STEPS.into_iter().find(|s| *s >= raw).unwrap_or(DAY)
    };
    if !(step.is_finite() && step > 0.0) {
        return Vec::new();
    }
    multiples(lo, hi, step)
        .into_iter()
        .map(|v| (v, span(v, step)))
        .collect()
}

fn span(millis: f64, step: f64) -> String {
    if millis == 0.0 {
        return "0".to_owned();
    }
    if step < SECOND {
        return format!("{}ms", number(millis, step));
    }
    let sign = if millis < 0.0 { "−" } else { "" };
    let v = millis.abs();
    let (big, small, unit, less) = match v {
        _ if v < MINUTE => (v / SECOND, 0.0, "s", ""),
        _ if v < HOUR => ((v / MINUTE).floor(), v % MINUTE / SECOND, "m", "s"),
        _ if v < DAY => ((v / HOUR).floor(), v % HOUR / MINUTE, "h", "m"),
        _ => ((v / DAY).floor(), v % DAY / HOUR, "d", "h"),
    };
    let rest = if small >= 1.0 {
        format!(" {small:.0}{less}")
    } else {
        String::new()
    };
    format!("{sign}{}{unit}{rest}", number(big, 1.0))
}

/// Ticks of instants in milliseconds of UTC, at round dates and hours.
pub(crate) fn time(lo: f64, hi: f64, most: usize) -> Vec<Tick> {
    let raw = (hi - lo) / most.max(1) as f64;
    let (Some(from), Some(to)) = (instant(lo), instant(hi)) else {
        return linear(lo, hi, most, false);
    };
    if raw > 10.0 * DAY {
        return months(from, to, raw / (30.44 * DAY));
    }
    const STEPS: [f64; 20] = [
        SECOND,
        2.0 * SECOND,
        5.0 * SECOND,
        10.0 * SECOND,
        15.0 * SECOND,
        30.0 * SECOND,
        MINUTE,
        2.0 * MINUTE,
        5.0 * MINUTE,
        10.0 * MINUTE,
        15.0 * MINUTE,
        30.0 * MINUTE,
        HOUR,
        2.0 * HOUR,
        3.0 * HOUR,
        6.0 * HOUR,
        12.0 * HOUR,
        DAY,
        2.0 * DAY,
        7.0 * DAY,
    ];
    let step = STEPS.into_iter().find(|s| *s >= raw).unwrap_or(14.0 * DAY);
    // Weeks start on Mondays; 1970 started on a Thursday.
    let shift = if step >= 7.0 * DAY { 4.0 * DAY } else { 0.0 };
    let at = multiples(lo - shift, hi - shift, step)
        .into_iter()
        .map(|v| v + shift);
    at.filter_map(|v| Some((v, clock(instant(v)?, step))))
        .collect()
}

fn instant(millis: f64) -> Option<civil::DateTime> {
    // jiff reaches years -9999 to 9999; a year of room lets steps overshoot.
    if !(-3.77e14..=2.534e14).contains(&millis) {
        return None;
    }
    let t = Timestamp::from_millisecond(millis as i64).ok()?;
    Some(t.to_zoned(TimeZone::UTC).datetime())
}

fn clock(t: civil::DateTime, step: f64) -> String {
    if step >= DAY || (t.hour(), t.minute(), t.second()) == (0, 0, 0) {
        t.strftime("%b %-d").to_string()
    } else if step >= MINUTE {
        t.strftime("%H:%M").to_string()
    } else {
        t.strftime("%H:%M:%S").to_string()
    }
}

/// Firsts of months; `raw` is how many months a step should be at least.
fn months(from: civil::DateTime, to: civil::DateTime, raw: f64) -> Vec<Tick> {
    let step = [1.0, 2.0, 3.0, 6.0].into_iter().find(|s| *s >= raw);
    let every = step.unwrap_or_else(|| 12.0 * nice_step(raw / 12.0, 1).max(1.0).round()) as i64;
    let Ok(every_i32) = i32::try_from(every) else {
        return Vec::new();
    };
    // Counted in months of the common era, so that steps fall on Januaries.
    let index = i32::from(from.year()) * 12 + i32::from(from.month()) - 1;
    let start = index.div_euclid(every_i32) * every_i32;
    let (Ok(year), Ok(month)) = (
        i16::try_from(start.div_euclid(12)),
        i8::try_from(start.rem_euclid(12) + 1),
    ) else {
        return Vec::new();
    };
    let Ok(first) = civil::Date::new(year.max(-9998), month, 1) else {
        return Vec::new();
    };
    let mut out: Vec<Tick> = Vec::new();
    for i in 0..200 {
        let Ok(date) = Span::new()
            .try_months(every * i)
            .and_then(|by| first.checked_add(by))
        else {
            break;
        };
        let t = date.to_datetime(civil::Time::midnight());
        if t > to {
            break;
        }
        if t < from {
            continue;
        }
        let Ok(at) = t.to_zoned(TimeZone::UTC) else {
            break;
        };
        // The year is said once, where it begins or the axis does.
        let text = match (every >= 12, out.is_empty() || date.month() == 1) {
            (true, _) => t.strftime("%Y"),
            (false, true) => t.strftime("%b %Y"),
            (false, false) => t.strftime("%b"),
        };
        out.push((at.timestamp().as_millisecond() as f64, text.to_string()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|t| t.1.as_str()).collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(
            texts(&linear(0.61, 0.69, 5, false)),
            ["0.62", "0.64", "0.66", "0.68"]
        );
        assert_eq!(
            texts(&linear(0.0, 2000.0, 5, true)),
            ["0", "500", "1,000", "1,500", "2,000"]
        );
        assert_eq!(texts(&linear(0.0, 2.0, 10, true)), ["0", "1", "2"]);
    }

    #[test]
    fn log_ticks_are_decades() {
        assert_eq!(
            texts(&log(0.001, 10.0, 8)),
            ["0.001", "0.01", "0.1", "1", "10"]
        );
        assert_eq!(
            texts(&log(1.0, 100.0, 8)),
            ["1", "2", "5", "10", "20", "50", "100"]
        );
    }

    #[test]
    fn spans_use_clock_units() {
        assert_eq!(
            texts(&relative(0.0, 5400.0 * SECOND, 4)),
            ["0", "30m", "1h", "1h 30m"]
        );
        assert_eq!(
            texts(&relative(0.0, 1000.0, 4)),
            ["0", "250ms", "500ms", "750ms", "1,000ms"]
        );
    }

    #[test]
    fn dates_fall_on_mondays_and_firsts() {
        let day = |text: &str| {
            format!("{text}T00:00Z")
                .parse::<Timestamp>()
                .unwrap()
                .as_millisecond() as f64
        };
        assert_eq!(
            texts(&time(day("2013-06-03"), day("2013-07-01"), 6)),
            ["Jun 3", "Jun 10", "Jun 17", "Jun 24", "Jul 1"]
        );
        assert_eq!(
            texts(&time(day("2013-02-01"), day("2014-02-01"), 7)),
            ["Mar 2013", "May", "Jul", "Sep", "Nov", "Jan 2014"]
        );
        assert_eq!(
            texts(&time(day("2013-06-03"), day("2013-06-04"), 4)),
            ["Jun 3", "06:00", "12:00", "18:00", "Jun 4"]
        );
        assert_eq!(
            texts(&time(day("2000-01-01"), day("2020-01-01"), 5)),
            ["2000", "2005", "2010", "2015", "2020"]
        );
    }

    #[test]
    fn eras_do_not_overflow_the_calendar() {
        assert!(time(-2.955e14, 1.232e14, 1).len() <= 4);
    }

    proptest! {
        #[test]
        fn ticks_stay_inside_and_few(a in -1e15f64..1e15, span in 1e-6f64..1e15, most in 1usize..20) {
            let (lo, hi) = (a, a + span);
            prop_assume!(hi - lo > a.abs() * 1e-12);
            for ticks in [linear(lo, hi, most, false), relative(lo, hi, most), time(lo, hi, most)] {
                prop_assert!(ticks.len() <= 2 * most + 2, "{} of {most}", ticks.len());
                for (v, text) in &ticks {
                    prop_assert!(*v >= lo - span * 1e-6 && *v <= hi + span * 1e-6 && !text.is_empty());
                }
                prop_assert!(ticks.windows(2).all(|w| w[0].0 < w[1].0));
            }
        }
    }
}
