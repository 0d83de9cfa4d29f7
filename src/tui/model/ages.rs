//! When the ages on the screen next say something else, so that an idle console sleeps until then.

use trimtab_core::time::{Millis, human_span_changes};

use super::Model;
use super::nav::Pane;
use super::runs::Runs;
use crate::format;

/// Changes that fall into the same ten seconds share one frame: a table of live runs would otherwise be
/// drawn anew for each of them, and nobody reads an age to the second.
const GRID: i64 = 10_000;

/// Something on the screen that changes with time alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clock {
    /// How long ago an instant was.
    Age(Millis),
    /// How long something has gone on that began then.
    Going(Millis),
    /// The same in words of two units, as a finding says it.
    Spelt(Millis),
}

impl Clock {
    fn next(self, now: Millis) -> i64 {
        match self {
            Self::Age(at) => format::ago_changes(now, at),
            Self::Going(since) => format::going_changes(now, since),
            Self::Spelt(since) => human_span_changes(now.since(since)),
        }
    }
}

/// Milliseconds until an age on the screen, or the header's minute, is out of date; at least 1.
pub fn change_in(model: &Model) -> i64 {
    let now = model.now;
    let minute = 60_000 - now.0.rem_euclid(60_000);
    let next = clocks(model)
        .into_iter()
        .map(|c| c.next(now))
        .chain([minute])
        .min()
        .unwrap_or(minute);
    let at = now.0.saturating_add(next);
    let late = (GRID - at.rem_euclid(GRID)) % GRID;
    next.saturating_add(late)
}

/// The clocks of the pane in front; some may be scrolled out of sight, which costs a look and no byte.
fn clocks(model: &Model) -> Vec<Clock> {
    let going = |ended: Option<Millis>, since| ended.is_none().then_some(Clock::Going(since));
    match model.pane {
        Pane::Runs => model
            .runs
            .page_rows(model)
            .flat_map(|r| [Some(Clock::Age(r.started)), going(r.ended, r.started)])
            .flatten()
            .chain(silence(model))
            .collect(),
        Pane::Compare => model
            .compare
            .runs(model)
            .iter()
            .filter_map(|id| model.data.run_by_id(id))
            .filter_map(|r| going(r.ended, r.started))
            .collect(),
        Pane::Registry => {
            let versions = super::registry::Registry::rows(model);
            let requests = model.data.request_rows();
            let approved = requests.iter().flat_map(|r| &r.approvals).map(|a| a.at);
            versions
                .iter()
                .map(|v| v.created)
                .chain(requests.iter().map(|r| r.created))
                .chain(approved)
                .map(Clock::Age)
                .collect()
        }
        Pane::Retrain => model
            .data
            .job_rows()
            .iter()
            .flat_map(|j| {
                let took = j.started.and_then(|since| going(j.ended, since));
                [Some(Clock::Age(j.created)), took]
            })
            .flatten()
            .collect(),
        Pane::Fleet | Pane::Monitors | Pane::Audit | Pane::Sql => Vec::new(),
    }
}

/// Since when nothing was heard of the selected run, when the pane says so.
fn silence(model: &Model) -> Option<Clock> {
    let finding = Runs::finding(model, model.runs.selected(model)?)?;
    Some(Clock::Spelt(Millis(
        model.now.0.saturating_sub(finding.silent()?),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msg::Msg;
    use crate::testing::harness::Harness;

    /// Wakes as the loop would for some minutes; returns how often.
    fn idle(h: &mut Harness, minutes: i64) -> u32 {
        let end = h.now.0 + minutes * 60_000;
        let mut wakes = 0;
        while let Some(wait) = h.model.wake_in() {
            if h.now.0 + wait > end {
                break;
            }
            h.now.0 += wait;
            h.send(Msg::Woke);
            wakes += 1;
        }
        wakes
    }

    #[test]
    fn an_idle_console_wakes_at_most_every_ten_seconds() {
        for pane in ["1", "2", "3", "4", "5", "6", "8"] {
            let mut h = Harness::alive(100, 30);
            h.keys(pane);
            // Questions of the pane that nobody answers here would make the header count.
            h.model.calls.clear();
            let wakes = idle(&mut h, 5);
            assert!((5..=30).contains(&wakes), "pane {pane}: {wakes} wakes");
        }
    }

    #[test]
    fn no_age_on_the_screen_is_out_of_date_for_long() {
        for pane in ["2", "4", "6"] {
            let mut h = Harness::alive(160, 40);
            h.keys(pane);
            h.model.calls.clear();
            for _ in 0..40 {
                let Some(wait) = h.model.wake_in() else {
                    panic!("the console sleeps for good")
                };
                let shown = h.text_frame();
                // As late as the grid allows: what is shown was true ten seconds before the wake.
                h.model.now.0 += (wait - GRID).max(0);
                assert_eq!(h.text_frame(), shown, "pane {pane}");
                h.now.0 += wait;
                h.send(Msg::Woke);
            }
        }
    }
}
