//! Windows of time: where one starts, for SQL, and where it ends, for people.

use trimtab_core::{policy::Window, time::Millis};

/// SQL: the start of the window, in milliseconds, that an expression in milliseconds falls into.
/// Instants without a zone all the way, so that no setting and no extension matters.
pub(super) fn start_of(window: Window, millis: &str) -> String {
    let unit = window.word();
    format!("epoch_ms(date_trunc('{unit}', make_timestamp_ms({millis})))")
}

/// The end (exclusive) of the window that starts here. UTC knows no daylight saving, so only
/// months differ in length.
pub fn window_end(window: Window, start: Millis) -> Millis {
    let fixed = |millis: i64| Millis(start.0.saturating_add(millis));
    match window {
        Window::Hour => fixed(Millis::DAY / 24),
        Window::Day => fixed(Millis::DAY),
        Window::Week => fixed(Millis::WEEK),
        Window::Month => {
            let first = start.civil().date().first_of_month();
            let next = first.checked_add(jiff::Span::new().months(1)).ok();
            next.and_then(Millis::from_date)
                .unwrap_or_else(|| fixed(31 * Millis::DAY))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Logs;
    use proptest::prelude::*;

    const ALL: [Window; 4] = [Window::Hour, Window::Day, Window::Week, Window::Month];

    proptest! {
        // Each case opens a DuckDB.
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn windows_hold_their_instants_and_touch(at in -2_000_000_000_000i64..4_000_000_000_000) {
            let logs = Logs::open().unwrap();
            let start = |window, at: i64| {
                let query = format!("SELECT {}", start_of(window, "?::BIGINT"));
                Millis(logs.db.query_row(&query, [at], |row| row.get(0)).unwrap())
            };
            for window in ALL {
                let from = start(window, at);
                let to = window_end(window, from);
                prop_assert!(from.0 <= at && at < to.0, "{window:?} {from} {to}");
                prop_assert_eq!(start(window, to.0), to);
                prop_assert_eq!(start(window, to.0 - 1), from);
            }
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_months_have_their_own_length() {
        let monday = Millis::parse("2013-01-28").unwrap();
        assert_eq!(window_end(Window::Week, monday).date(), "2013-02-04");
        let february = Millis::parse("2013-02-01").unwrap();
        assert_eq!(window_end(Window::Month, february).date(), "2013-03-01");
    }
}
