//! Alerts that fire: told wherever the operator looks, and heard where they do not.

use std::collections::BTreeSet;

use trimtab_core::alarm::Subject;

use crate::model::data::Slot;
use crate::model::{Model, Tone};
use crate::msg::Effect;

/// Alerts that tell, by monitor and subject.
pub type Telling = BTreeSet<(String, Subject)>;

/// Tells of alerts that fire since the monitors were last looked at; of none that fired before the console
/// knew of the monitors.
pub fn settle(model: &mut Model, slot: Slot) -> Vec<Effect> {
    let Some(monitors) = model
        .data
        .monitors
        .value
        .as_ref()
        .filter(|_| slot == Slot::Monitors)
    else {
        return Vec::new();
    };
    let mut telling = Telling::new();
    let mut news = Vec::new();
    for monitor in monitors {
        for alarm in monitor.alarms().into_iter().filter(|a| a.tells()) {
            let key = (monitor.name.clone(), alarm.subject);
            if model
                .telling
                .as_ref()
                .is_some_and(|before| !before.contains(&key))
            {
                news.push((monitor.name.clone(), alarm));
            }
            telling.insert(key);
        }
    }
    model.telling = Some(telling);
    let mut effects = Vec::new();
    for (monitor, alarm) in news {
        let title = format!("{} of {monitor} fires.", alarm.subject.word());
        effects.push(Effect::Ring(model.taste.alert, title.clone()));
        model.toast(
            Tone::Bad,
            title,
            "Monitors (5) says what; a looks after it.",
        );
    }
    effects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ring::Ring;
    use crate::testing::harness::Harness;
    use crate::testing::{fixtures, look};
    use trimtab_core::monitor::MonitorState;
    use trimtab_wire::Snapshot;

    /// The monitor with its last windows' quality out of bounds, or not.
    fn monitor(bad: bool) -> MonitorState {
        let mut monitor = fixtures::monitor();
        for window in monitor.windows.iter_mut().rev().take(6) {
            window.quality.auc = if bad { 0.5 } else { 0.9 };
            window.quality.labelled = 6_000;
        }
        let last = monitor.windows.last().unwrap();
        monitor.newest = Some(last.end);
        monitor.now = last.end;
        monitor
    }

    fn rings(h: &mut Harness, monitor: MonitorState) -> Vec<String> {
        h.feed(Slot::Monitors, Snapshot::Monitors(vec![monitor]));
        let text = |e: Effect| match e {
            Effect::Ring(Ring::Bell, text) => Some(text),
            _ => None,
        };
        h.effects.drain(..).filter_map(text).collect()
    }

    #[test]
    fn an_alert_is_heard_once_when_it_begins_to_fire() {
        let mut h = Harness::start(80, 24, look());
        h.link_up();
        // What fires when the console starts is on the screen already.
        assert_eq!(rings(&mut h, monitor(true)), Vec::<String>::new());
        assert_eq!(rings(&mut h, monitor(false)), Vec::<String>::new());
        assert_eq!(rings(&mut h, monitor(true)), ["quality of late15 fires."]);
        assert_eq!(rings(&mut h, monitor(true)), Vec::<String>::new());
        assert!(h.text_frame().contains("quality of late15 fires."));
    }
}
