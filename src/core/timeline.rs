//! What a row of windows is to an alert: those that are still being filled are left out, and those that
//! never came are put in.

use crate::{
    alarm::{Handled, Subject, WindowRules},
    alert::{Event, Said},
    monitor::WindowResult,
    policy::Cut,
    time::Millis,
};

/// How long labels are waited for where policy does not say: longer than most outcomes take, and the point
/// from which a loan counts as defaulted (Basel II, §452).
const LABEL_DELAY: i64 = 90 * Millis::DAY;

/// What time it is to a monitor's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataClock {
    /// The last instant in its log.
    pub newest: Millis,
    /// Now, where the log is written as time passes; else, for a log that is replayed, as `newest`.
    pub now: Millis,
}

impl DataClock {
    /// Tells the time from the windows, oldest first; `newest` is unknown before the first look at the files.
    /// A log follows the clock when some window was computed while it lasted, or one later.
    pub fn of(windows: &[WindowResult], newest: Option<Millis>, now: Millis) -> Self {
        let live = |w: &WindowResult| w.start <= w.computed && w.computed.0 <= patient_end(w);
        // The newest window has a row, if only at its start, and was computed by now: a console is told of
        // windows one by one, and of the clock only when it begins to follow.
        let newest = newest.max(windows.last().map(|w| w.start));
        let newest = newest.unwrap_or(Millis(i64::MIN));
        let now = windows.iter().map(|w| w.computed).fold(now, Millis::max);
        if windows.iter().any(live) {
            // A row from the future must not make every window complete.
            Self {
                newest: newest.min(now),
                now,
            }
        } else {
            Self {
                newest,
                now: newest,
            }
        }
    }

    /// Whether no rows of the window are to come: the log has gone past it, or it has been silent for as long
    /// again as the window lasts. A window of a number of rows is when it has them, however long that takes.
    pub fn complete(&self, cut: Cut, window: &WindowResult) -> bool {
        match cut.rows() {
            Some(rows) => window.rows >= rows,
            None => window.end <= self.newest || patient_end(window) <= self.now.0,
        }
    }
}

fn patient_end(w: &WindowResult) -> i64 {
    w.end.0.saturating_add(w.end.since(w.start))
}

/// The windows that an alert is judged by, oldest first: complete, and for quality up to the last that has
/// labels or should.
pub fn judged<'a>(
    rules: &WindowRules,
    subject: Subject,
    windows: &'a [WindowResult],
    clock: DataClock,
) -> Vec<&'a WindowResult> {
    let horizon = horizon(rules, subject, windows, clock);
    let complete = windows.iter().filter(|w| clock.complete(rules.cut, w));
    let mut kept: Vec<&WindowResult> = complete.collect();
    while let Some(last) = kept.last()
        && last.end > horizon
        && rules.said(subject, last) == Said::Nothing
    {
        kept.pop();
    }
    kept
}

/// Up to when the subject could have been judged: labels come late. Without any label ever there is nothing
/// to wait for, and nothing to be calm about.
fn horizon(
    rules: &WindowRules,
    subject: Subject,
    windows: &[WindowResult],
    clock: DataClock,
) -> Millis {
    let says = |w: &WindowResult| rules.said(subject, w) != Said::Nothing;
    match (subject, &rules.quality) {
        (Subject::Quality, Some(q)) if windows.iter().any(says) => {
            let delay = q.label_delay.map_or(LABEL_DELAY, |d| d.millis());
            Millis(clock.now.0.saturating_sub(delay))
        }
        (Subject::Quality, _) => clock.now,
        // What is complete can be judged.
        (Subject::Drift, _) => Millis(i64::MIN),
    }
}

/// All that happened to an alert, in order. A window that has no rows was never computed and cannot be
/// judged: of each gap as many are put in as make it silence.
pub fn events<'a>(
    rules: &WindowRules,
    subject: Subject,
    windows: &[WindowResult],
    clock: DataClock,
    handled: impl IntoIterator<Item = &'a Handled>,
) -> Vec<Event> {
    let most = rules.alert.silent.max(1) as usize;
    let mut row: Vec<(Millis, Said)> = Vec::new();
    let kept = judged(rules, subject, windows, clock);
    for pair in kept.windows(2) {
        row.push((pair[0].start, rules.said(subject, pair[0])));
        let missing =
            Missing::after(rules.cut, pair[0]).take_while(|(start, _)| *start < pair[1].start);
        row.extend(missing.take(most).map(|(start, _)| (start, Said::Nothing)));
    }
    if let Some(last) = kept.last() {
        row.push((last.start, rules.said(subject, last)));
        let until = match subject {
            Subject::Drift => clock.now,
            Subject::Quality => horizon(rules, subject, windows, clock).min(clock.now),
        };
        // As long again as it lasts: rows may come late.
        let missing = Missing::after(rules.cut, last)
            .take_while(|(start, end)| end.0.saturating_add(end.since(*start)) <= until.0);
        row.extend(missing.take(most).map(|(start, _)| (start, Said::Nothing)));
    }
    let mut acts = handled
        .into_iter()
        .filter(|h| h.subject == subject)
        .peekable();
    let mut events = Vec::new();
    for (start, said) in row {
        while let Some(act) = acts.next_if(|h| h.after < start) {
            events.push(Event::Handled(act.handling.clone()));
        }
        events.push(Event::Window { start, said });
    }
    events.extend(acts.map(|h| Event::Handled(h.handling.clone())));
    events
}

/// The windows that would follow one, each with its start and end: none where they wait for rows.
struct Missing {
    cut: Cut,
    start: Millis,
}

impl Missing {
    fn after(cut: Cut, w: &WindowResult) -> Self {
        Self {
            cut,
            start: w.start,
        }
    }
}

impl Iterator for Missing {
    type Item = (Millis, Millis);

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.cut.next(self.start)?;
        // At the end of time nothing follows.
        if next <= self.start {
            return None;
        }
        self.start = next;
        Some((next, self.cut.end(next)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        alarm::testing::{state, window},
        alert::{Alert, Handling, State},
        monitor::MonitorState,
    };

    /// After the last of the windows, by a log that is replayed.
    fn replayed(windows: Vec<WindowResult>) -> MonitorState {
        state(windows)
    }

    fn alert(m: &MonitorState, subject: Subject) -> Alert {
        m.alarms()
            .into_iter()
            .find(|a| a.subject == subject)
            .unwrap()
            .alert
    }

    fn handled(m: &mut MonitorState, subject: Subject, handling: Handling) {
        let alarm = m.alarms().into_iter().find(|a| a.subject == subject);
        m.handled.push(Handled {
            monitor: "m".into(),
            subject,
            handling,
            after: alarm.unwrap().judged.unwrap(),
            at: Millis(1),
            actor: "ana".into(),
        });
    }

    const DAY: i64 = Millis::DAY;

    #[test]
    fn a_window_that_is_still_filled_is_not_judged() {
        let mut m = replayed(vec![
            window(0, true, 0.8),
            window(1, true, 0.8),
            window(2, false, 0.8),
            window(3, false, 0.8),
        ]);
        assert_eq!(alert(&m, Subject::Drift).state, State::Ok);
        // Half way through the last day, its calm closes nothing.
        m.newest = Some(Millis(3 * DAY + DAY / 2));
        assert_eq!(alert(&m, Subject::Drift).state, State::KeepFiring);
        assert!(m.alarms()[0].words.contains("in the window of 1970-01-03"));
        // Nor does it before the first look at the files after a start.
        m.newest = None;
        assert_eq!(alert(&m, Subject::Drift).state, State::KeepFiring);
    }

    #[test]
    fn a_clock_that_stood_still_goes_on_with_the_windows() {
        // As in a console that was told the clock at the first window, and since then of windows alone.
        let mut m = replayed((0..3).map(|day| window(day, true, 0.8)).collect());
        m.newest = Some(Millis(DAY));
        assert_eq!(alert(&m, Subject::Drift).state, State::Firing);
        assert!(m.alarms()[0].words.contains("in the window of 1970-01-02"));
    }

    #[test]
    fn what_is_done_meanwhile_stays_when_the_window_is_complete() {
        let mut m = replayed((0..3).map(|day| window(day, true, 0.8)).collect());
        m.newest = Some(Millis(2 * DAY + 1));
        handled(
            &mut m,
            Subject::Drift,
            Handling::Acknowledge { note: "me".into() },
        );
        m.newest = Some(Millis(3 * DAY));
        assert_eq!(
            alert(&m, Subject::Drift).acknowledged.as_deref(),
            Some("me")
        );
    }

    #[test]
    fn labels_that_come_after_an_act_are_counted() {
        let mut m = replayed(
            (0..6)
                .map(|day| window(day, false, if day < 2 { 0.6 } else { f64::NAN }))
                .collect(),
        );
        assert_eq!(alert(&m, Subject::Quality).state, State::Firing);
        handled(&mut m, Subject::Quality, Handling::Close);
        assert_eq!(alert(&m, Subject::Quality).state, State::Ok);
        for day in 2..4 {
            m.windows[day] = window(day as i64, false, 0.6);
        }
        let again = alert(&m, Subject::Quality);
        assert_eq!(
            (again.state, again.since),
            (State::Firing, Some(m.windows[2].start))
        );
    }

    #[test]
    fn labels_are_waited_for() {
        let labelled = |days: i64| {
            (0..days)
                .map(|day| window(day, false, if day < 2 { 0.8 } else { f64::NAN }))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            alert(&replayed(labelled(20)), Subject::Quality).state,
            State::Ok
        );
        // For ninety days, unless policy says otherwise.
        let late = alert(&replayed(labelled(95)), Subject::Quality);
        assert_eq!(
            (late.state, late.since),
            (State::NoData, Some(Millis(4 * DAY)))
        );
        let mut m = replayed(labelled(20));
        if let Some(q) = &mut m.rules.quality {
            q.label_delay = "7d".parse().ok();
        }
        assert_eq!(alert(&m, Subject::Quality).state, State::NoData);
        // Without any label ever, nothing is known.
        let none = (0..3).map(|day| window(day, false, f64::NAN)).collect();
        assert_eq!(
            alert(&replayed(none), Subject::Quality).state,
            State::NoData
        );
    }

    #[test]
    fn days_without_rows_are_silence() {
        let days = |days: &[i64]| days.iter().map(|d| window(*d, false, 0.8)).collect();
        let gap = replayed(days(&[0, 1, 5]));
        let clock = gap.clock();
        let row = events(&gap.rules, Subject::Drift, &gap.windows, clock, []);
        assert_eq!(row.len(), 6);
        // As many as make it silence, however long it was.
        let long = replayed(days(&[0, 9_000]));
        let clock = long.clock();
        let row = events(&long.rules, Subject::Drift, &long.windows, clock, []);
        assert_eq!(row.len(), 5);
    }

    #[test]
    fn a_log_that_stops_has_no_data_where_it_follows_the_clock() {
        let mut m = replayed((0..3).map(|day| window(day, false, 0.8)).collect());
        m.now = Millis(40 * DAY);
        // Computed long after: it is replayed, and its time stands still.
        assert_eq!(alert(&m, Subject::Drift).state, State::Ok);
        for w in &mut m.windows {
            w.computed = w.end;
        }
        let silent = alert(&m, Subject::Drift);
        assert_eq!(
            (silent.state, silent.since),
            (State::NoData, Some(Millis(5 * DAY)))
        );
        // The second silent day is over, and rows may still come late.
        m.now = Millis(5 * DAY + 1);
        assert_eq!(alert(&m, Subject::Drift).state, State::Ok);
        // A window that began before the log stopped is judged in the end.
        m.newest = Some(Millis(2 * DAY + 1));
        m.now = Millis(3 * DAY);
        assert_eq!(m.alarms()[0].judged, Some(Millis(DAY)));
        m.now = Millis(4 * DAY);
        assert_eq!(m.alarms()[0].judged, Some(Millis(2 * DAY)));
    }

    fn cut(window: &str, every: &str) -> Cut {
        Cut {
            window: serde_json::from_str(window).unwrap(),
            every: every.parse().ok(),
        }
    }

    #[test]
    fn months_follow_the_calendar() {
        let at = |text: &str| Millis::parse(text).unwrap();
        let mut january = window(0, false, 0.8);
        (january.start, january.end) = (at("2013-01-01"), at("2013-02-01"));
        let next: Vec<String> = Missing::after(cut("\"month\"", ""), &january)
            .take(3)
            .map(|w| w.0.date())
            .collect();
        assert_eq!(next, ["2013-02-01", "2013-03-01", "2013-04-01"]);
        let mut hour = window(0, false, 0.8);
        hour.end = Millis(DAY / 24);
        let hours = cut("\"hour\"", "");
        let second = Missing::after(hours, &hour).nth(1).unwrap();
        assert_eq!(second.0, Millis(DAY / 12));
        hour.start = Millis(i64::MAX);
        assert_eq!(Missing::after(hours, &hour).next(), None);
    }

    #[test]
    fn overlapping_windows_are_judged_as_they_end() {
        // A day each, twelve hours apart.
        let half = |at: i64, drifted| WindowResult {
            start: Millis(at * DAY / 2),
            end: Millis(at * DAY / 2 + DAY),
            ..window(0, drifted, 0.8)
        };
        let mut m = replayed(vec![
            half(0, false),
            half(1, true),
            half(2, true),
            half(3, true),
        ]);
        m.rules.cut = cut("\"day\"", "12h");
        m.newest = Some(Millis(2 * DAY));
        // The last is still filled: two of three are bad.
        let drift = alert(&m, Subject::Drift);
        assert_eq!((drift.state, drift.recent.len()), (State::Firing, 3));
        assert!(m.alarms()[0].words.contains("since 1970-01-01T12:00:00Z"));
        assert!(
            m.alarms()[0]
                .words
                .contains("--window 1970-01-02T00:00:00Z")
        );
        // Nothing is missing between windows that overlap, and one is between these.
        let row = events(&m.rules, Subject::Drift, &m.windows, m.clock(), []);
        assert_eq!(row.len(), 3);
        m.windows.remove(1);
        let row = events(&m.rules, Subject::Drift, &m.windows, m.clock(), []);
        let silent = Event::Window {
            start: Millis(DAY / 2),
            said: Said::Nothing,
        };
        assert!(row.len() == 3 && row[1] == silent);
    }

    #[test]
    fn a_number_of_rows_takes_its_time() {
        let mut m = replayed((0..3).map(|day| window(day, true, 0.8)).collect());
        m.rules.cut = cut(r#"{"rows":500}"#, "");
        m.windows[1].end = Millis(9 * DAY);
        (m.windows[2].start, m.windows[2].end) = (Millis(9 * DAY), Millis(90 * DAY));
        m.windows[2].rows = 499;
        for w in &mut m.windows {
            w.computed = w.end;
        }
        // A log that follows the clock and rests: no window is missing, the last waits for a row.
        let drift = alert(&m, Subject::Drift);
        assert_eq!((drift.state, drift.recent.len()), (State::Firing, 2));
        m.windows[2].rows = 500;
        assert_eq!(alert(&m, Subject::Drift).recent.len(), 3);
    }
}
