//! Which windows a log has: by the clock, overlapping or not, or by numbers of rows.

use std::collections::{BTreeMap, BTreeSet};
use trimtab_core::{policy::Cut, time::Millis};

/// One window that policy and the log give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    /// Its end (exclusive).
    pub(super) end: Millis,
    /// Of a number of rows: whether it has them all.
    pub(super) full: bool,
}

/// Windows by their starts.
pub(super) type Plan = BTreeMap<Millis, Planned>;

/// Windows by the clock that have rows, given the steps that have some. Of windows that overlap, those that begin
/// before the log does are left out, and those that go on beyond its last step: until then an earlier one says
/// more. So the newest of them ends with the newest step, and each step brings one more.
pub(super) fn by_clock(cut: Cut, steps: &BTreeSet<Millis>) -> Plan {
    let mut plan = Plan::new();
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return plan;
    };
    let mut add = |start: Millis| {
        if let Some(end) = cut.end(start) {
            plan.insert(start, Planned { end, full: false });
        }
    };
    let (Some((step, _)), Some(length), true) = (cut.step(), cut.length(), cut.slides()) else {
        steps.iter().copied().for_each(add);
        return plan;
    };
    let latest = Millis(last.0.saturating_add(step).saturating_sub(length)).max(*first);
    for at in steps {
        let mut start = *at;
        // Every window that holds this step, the newest first.
        while start >= *first && at.since(start) < length {
            if start <= latest {
                add(start);
            }
            start = Millis(start.0.saturating_sub(step));
        }
    }
    plan
}

/// Cuts a gap between windows that stand, by numbers of rows: `instants` in order with their rows, from `from` on
/// (from the first of them when open) up to `to` (up to the last when open).
pub(super) fn by_rows(
    rows: u64,
    instants: &[(Millis, u64)],
    (from, to): (Option<Millis>, Option<Millis>),
) -> Plan {
    let mut plan = Plan::new();
    let mut start = from.or(instants.first().map(|i| i.0));
    let mut held = 0u64;
    let mut last = None;
    for (at, count) in instants {
        held = held.saturating_add(*count);
        let end = Millis(at.0.saturating_add(1));
        last = Some(end);
        if let Some(begin) = start.filter(|_| held >= rows) {
            plan.insert(begin, Planned { end, full: true });
            (start, held) = (Some(end), 0);
        }
    }
    if let (Some(begin), Some(end), true) = (start, to.or(last), held > 0) {
        plan.insert(begin, Planned { end, full: false });
    }
    plan
}

/// What lies before, between and after windows that stand, as [`by_rows`] takes it: late rows may be there.
pub(super) fn gaps(standing: &BTreeMap<Millis, Millis>) -> Vec<(Option<Millis>, Option<Millis>)> {
    let mut from = None;
    let mut found = Vec::new();
    for (start, end) in standing {
        if from != Some(*start) {
            found.push((from, Some(*start)));
        }
        from = Some(*end);
    }
    found.push((from, None));
    found
}

/// The windows that hold any of these steps, or some of it.
pub(super) fn holding<'a>(
    cut: Cut,
    plan: &Plan,
    steps: impl Iterator<Item = &'a Millis>,
) -> BTreeSet<Millis> {
    let mut found = BTreeSet::new();
    let width = cut.step().map_or(1, |(step, _)| step);
    for step in steps {
        let before = Millis(step.0.saturating_add(width));
        // Windows end in the order in which they begin.
        let windows = plan.range(..before).rev();
        let windows = windows.take_while(|(_, window)| window.end > *step);
        found.extend(windows.map(|(start, _)| *start));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use trimtab_core::policy::Window;

    const HOUR: i64 = Millis::DAY / 24;

    fn spans(plan: &Plan) -> Vec<(i64, i64, bool)> {
        plan.iter().map(|(s, p)| (s.0, p.end.0, p.full)).collect()
    }

    #[test]
    fn overlapping_windows_end_with_the_log() {
        let cut = Cut {
            window: Window::Day,
            every: "6h".parse().ok(),
        };
        let steps = |hours: &[i64]| hours.iter().map(|h| Millis(h * HOUR)).collect();
        let starts = |hours: &[i64]| -> Vec<i64> {
            let plan = by_clock(cut, &steps(hours));
            plan.keys().map(|s| s.0 / HOUR).collect()
        };
        assert_eq!(starts(&[0, 6, 12, 18, 24, 30]), [0, 6, 12]);
        // A log shorter than a window has one.
        assert_eq!(starts(&[6, 12]), [6]);
        // Across a silence of more than a day there is no window.
        assert_eq!(starts(&[0, 96, 102]), [0, 78, 84]);
        assert_eq!(starts(&[]), Vec::<i64>::new());
        let days = Cut {
            window: Window::Day,
            every: None,
        };
        let plan = by_clock(days, &steps(&[0, 48]));
        assert_eq!(
            spans(&plan),
            [(0, Millis::DAY, false), (48 * HOUR, 3 * Millis::DAY, false)]
        );
    }

    #[test]
    fn rows_are_counted_and_instants_stay_whole() {
        let log = [(1, 2), (2, 1), (5, 4), (9, 1)].map(|(at, n)| (Millis(at), n));
        let plan = by_rows(3, &log, (None, None));
        assert_eq!(spans(&plan), [(1, 3, true), (3, 6, true), (6, 10, false)]);
        let plan = by_rows(3, &log, (Some(Millis(0)), Some(Millis(12))));
        assert_eq!(spans(&plan), [(0, 3, true), (3, 6, true), (6, 12, false)]);
        assert_eq!(by_rows(3, &[], (Some(Millis(0)), None)), Plan::new());
    }

    #[test]
    fn gaps_are_what_is_not_held() {
        let at = |t: i64| Some(Millis(t));
        let standing = [(2, 4), (4, 6), (9, 12)].map(|(s, e)| (Millis(s), Millis(e)));
        let found = gaps(&standing.into_iter().collect());
        assert_eq!(found, [(None, at(2)), (at(6), at(9)), (at(12), None)]);
        assert_eq!(gaps(&BTreeMap::new()), [(None, None)]);
    }

    proptest! {
        #[test]
        fn every_row_is_in_one_window(
            counts in prop::collection::vec((1i64..5, 1u64..6), 0..40), rows in 1u64..12, late in 0i64..60,
        ) {
            let mut at = 0;
            let log: Vec<(Millis, u64)> = counts.iter().map(|(step, n)| { at += step; (Millis(at), *n) }).collect();
            let plan = by_rows(rows, &log, (None, None));
            let held = |p: &Plan| -> u64 {
                let inside = |t: &Millis| p.iter().filter(|(s, w)| *s <= t && *t < w.end).count() as u64;
                log.iter().map(|(t, n)| n * inside(t)).sum()
            };
            prop_assert_eq!(held(&plan), log.iter().map(|l| l.1).sum::<u64>());
            // A late row moves no window that has its rows.
            let standing: BTreeMap<Millis, Millis> = plan.iter().filter(|(_, p)| p.full).map(|(s, p)| (*s, p.end)).collect();
            let mut more = log.clone();
            more.push((Millis(late), 1));
            more.sort();
            let mut again: Plan = standing.iter().map(|(s, e)| (*s, Planned { end: *e, full: true })).collect();
            for gap in gaps(&standing) {
                let inside = |t: Millis| gap.0.is_none_or(|f| t >= f) && gap.1.is_none_or(|e| t < e);
                let here: Vec<_> = more.iter().filter(|(t, _)| inside(*t)).copied().collect();
                again.extend(by_rows(rows, &here, gap));
            }
            for (start, end) in &standing {
                prop_assert_eq!(again.get(start), Some(&Planned { end: *end, full: true }));
            }
            let covered: usize = more.iter().filter(|(t, _)| again.iter().any(|(s, p)| s <= t && *t < p.end)).count();
            prop_assert_eq!(covered, more.len());
        }
    }
}
