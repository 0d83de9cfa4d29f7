//! Windows of time, for SQL: the start of the step that an instant falls into.

use trimtab_core::policy::Cut;

/// SQL: the start of the step, in milliseconds, that an expression in milliseconds falls into; the same as
/// [`Cut::floor`]. Instants without a zone all the way, so that no setting and no extension matters.
pub(super) fn start_of(cut: Cut, millis: &str) -> String {
    match cut.step() {
        // The rest of a division has the sign of what is divided: made positive before it is taken away.
        Some((step, origin)) => {
            let rest = format!("({millis} - {}) % {step}", origin % step);
            format!("({millis} - ({rest} + {step}) % {step})")
        }
        None => format!("epoch_ms(date_trunc('month', make_timestamp_ms({millis})))"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Logs;
    use proptest::prelude::*;
    use trimtab_core::{
        policy::{Span, Window},
        time::Millis,
    };

    proptest! {
        // Each case opens a DuckDB.
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn sql_and_rust_agree(at in -2_000_000_000_000i64..4_000_000_000_000, secs in 1u32..2_000_000) {
            let logs = Logs::open().unwrap();
            let every = Span::from_secs(secs);
            for (window, every) in [
                (Window::Hour, None), (Window::Day, None), (Window::Week, None), (Window::Month, None),
                (Window::Week, "1d".parse().ok()), (Window::Span(every), None),
            ] {
                let cut = Cut { window, every };
                let query = format!("SELECT {}", start_of(cut, "?::BIGINT"));
                let again = query.matches('?').count();
                let params = vec![at; again];
                let start = logs.db.query_row(&query, duckdb::params_from_iter(params), |row| row.get(0)).unwrap();
                prop_assert_eq!(Millis(start), cut.floor(Millis(at)), "{:?}", cut);
            }
        }
    }
}
