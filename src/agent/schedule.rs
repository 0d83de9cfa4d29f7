//! Cron expressions, in UTC.

use croner::Cron;
use trimtab_core::time::Millis;

/// The last instant, not after `now`, at which the expression is due; `None` when it never was.
///
/// # Errors
/// What is wrong with the expression.
pub(crate) fn due(cron: &str, now: Millis) -> Result<Option<Millis>, String> {
    let cron: Cron = cron
        .parse()
        .map_err(|e: croner::errors::CronError| e.to_string())?;
    let now = jiff::Timestamp::from_millisecond(now.0).map_err(|e| e.to_string())?;
    let last = cron.find_previous_occurrence(&now.to_zoned(jiff::tz::TimeZone::UTC), true);
    Ok(last.ok().map(|t| Millis(t.timestamp().as_millisecond())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mondays_at_six() {
        let at = |text: &str| Millis::parse(text).unwrap();
        let due = |now: &str| super::due("0 6 * * 1", at(now)).unwrap().unwrap();
        assert_eq!(due("2013-05-06T06:00:00Z"), at("2013-05-06T06:00:00Z"));
        assert_eq!(due("2013-05-06T05:59:59Z"), at("2013-04-29T06:00:00Z"));
        assert_eq!(super::due("0 0 31 2 *", at("2013-05-06")).unwrap(), None);
        assert!(super::due("61 * * * *", at("2013-05-06")).is_err());
    }
}
