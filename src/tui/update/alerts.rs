//! What an operator does about a monitor's alerts: looks after them, or keeps them quiet for a while.

use trimtab_core::alarm::{Alarm, Subject};
use trimtab_core::alert::Handling;
use trimtab_core::time::Millis;
use trimtab_wire::Request;

use super::prompt;
use crate::model::Model;
use crate::model::layer::{AlertOf, Question};
use crate::model::monitors::FIXED;
use crate::model::nav::Pane;
use crate::msg::{Call, Effect};

/// The alert that is meant: of what the cursor's row is about, else the other one, if it is open.
#[must_use]
pub fn open_one(model: &Model) -> Option<AlertOf> {
    if model.pane != Pane::Monitors {
        return None;
    }
    let monitor = model.monitors.current(model)?;
    let first = if model.monitors.row < FIXED {
        Subject::Quality
    } else {
        Subject::Drift
    };
    let mut open: Vec<Alarm> = monitor.alarms();
    open.retain(|a| a.alert.state.is_open());
    let own = open.iter().find(|a| a.subject == first);
    let alarm = own.or_else(|| open.first())?;
    Some(AlertOf {
        monitor: monitor.name.clone(),
        subject: alarm.subject,
    })
}

/// Asks for the note, unless it was written.
pub fn acknowledge(model: &mut Model, written: &str) -> Vec<Effect> {
    ask(model, Question::Note, written)
}

/// Asks for how long, unless it was written.
pub fn snooze(model: &mut Model, written: &str) -> Vec<Effect> {
    ask(model, Question::Quiet, written)
}

fn ask(model: &mut Model, question: fn(AlertOf) -> Question, written: &str) -> Vec<Effect> {
    match open_one(model) {
        Some(alert) => prompt::ask(model, question(alert), written),
        None => Vec::new(),
    }
}

/// Takes the note.
///
/// # Errors
/// What to write instead.
pub fn noted(model: &mut Model, alert: &AlertOf, note: &str) -> Result<Vec<Effect>, &'static str> {
    if note.is_empty() {
        return Err("A note tells the others who looks after it.");
    }
    let note = note.to_owned();
    let done = "Acknowledged: it no longer escalates. It is in Audit (8).";
    Ok(handle(model, alert, Handling::Acknowledge { note }, done))
}

/// Takes how long to be quiet.
///
/// # Errors
/// What to write instead.
pub fn quieted(
    model: &mut Model,
    alert: &AlertOf,
    text: &str,
) -> Result<Vec<Effect>, &'static str> {
    let until = until(model, alert, text).ok_or("Write 14d, 2w or a day as YYYY-MM-DD.")?;
    let done = "Quiet until then. It is in Audit (8).";
    Ok(handle(model, alert, Handling::Snooze { until }, done))
}

fn handle(
    model: &mut Model,
    alert: &AlertOf,
    handling: Handling,
    done: &'static str,
) -> Vec<Effect> {
    let request = Request::HandleAlert {
        monitor: alert.monitor.clone(),
        subject: alert.subject,
        handling,
    };
    vec![model.ask(Call::Simple(done), request)]
}

/// The moment that was meant: a day, or a span counted from the end of the monitor's newest window.
fn until(model: &Model, alert: &AlertOf, text: &str) -> Option<Millis> {
    let rows = model.data.monitor_rows();
    let end = rows
        .iter()
        .find(|m| m.name == alert.monitor)?
        .windows
        .last()?
        .end;
    let day = Millis::parse(text).filter(|day| *day > end);
    day.or_else(|| {
        let unit = match text.chars().last()? {
            'd' => Millis::DAY,
            'w' => 7 * Millis::DAY,
            _ => return None,
        };
        let count: i64 = text[..text.len() - 1].trim().parse().ok()?;
        let span = count.checked_mul(unit).filter(|s| *s > 0)?;
        end.0.checked_add(span).map(Millis)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::layer::Layer;
    use crate::testing::harness::Harness;

    fn handled(h: &Harness) -> Option<(Subject, Handling)> {
        h.asked.iter().find_map(|(_, r)| match r {
            Request::HandleAlert {
                subject, handling, ..
            } => Some((*subject, handling.clone())),
            _ => None,
        })
    }

    #[test]
    fn what_fires_is_acknowledged_with_a_note() {
        let mut h = Harness::alive(100, 30);
        h.keys("5 a enter");
        let complaint =
            matches!(h.model.layers.last(), Some(Layer::Ask(a)) if a.complaint.is_some());
        assert!(complaint && handled(&h).is_none());
        h.text("labels are late");
        h.keys("enter");
        let note = Handling::Acknowledge {
            note: "labels are late".into(),
        };
        assert_eq!(handled(&h), Some((Subject::Quality, note)));
        assert!(h.model.layers.is_empty());
    }

    #[test]
    fn quiet_is_counted_in_the_data_s_time() {
        let mut h = Harness::alive(100, 30);
        h.keys("5 z");
        h.text("soon");
        h.keys("enter");
        assert!(handled(&h).is_none());
        h.keys("ctrl-u");
        h.text("2w");
        h.keys("enter");
        let end = h.model.data.monitor_rows()[0].windows.last().unwrap().end;
        let until = Millis(end.0 + 14 * Millis::DAY);
        assert_eq!(
            handled(&h),
            Some((Subject::Quality, Handling::Snooze { until }))
        );
    }

    #[test]
    fn what_is_well_needs_nothing() {
        let mut h = Harness::alive(100, 30);
        h.keys("2 a z");
        assert!(h.model.layers.is_empty() && handled(&h).is_none());
    }
}
