//! What is chosen in the Compare pane, as it is written.

use serde::{Deserialize, Serialize};

use crate::model::compare::{Axis, Compare, SMOOTHING};

/// Every axis of Compare.
const AXES: [Axis; 3] = [Axis::Step, Axis::Relative, Axis::Time];

/// The choices.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InCompare {
    metric: Option<String>,
    axis: String,
    smoothing: usize,
    log: bool,
    differences: bool,
    zoom: Option<(f64, f64)>,
}

impl InCompare {
    /// What is chosen now.
    pub fn of(c: &Compare) -> Self {
        Self {
            metric: c.metric.clone(),
            axis: if c.axis == Axis::default() {
                String::new()
            } else {
                c.axis.word().to_owned()
            },
            smoothing: c.smoothing % SMOOTHING.len(),
            log: c.log,
            differences: c.differences,
            // What is no number would never be equal to itself, and be written for ever.
            zoom: c.zoom.filter(|(l, h)| l.is_finite() && h.is_finite()),
        }
    }

    /// Chooses it again; what somebody chose before this was read stays.
    pub fn take_up(&self, now: &mut Compare) {
        let written = self;
        if now.metric.is_none() {
            now.metric = written.metric.clone();
        }
        if now.axis == Axis::default() {
            now.axis = AXES
                .into_iter()
                .find(|a| a.word() == written.axis)
                .unwrap_or_default();
        }
        if now.smoothing == 0 && written.smoothing < SMOOTHING.len() {
            now.smoothing = written.smoothing;
        }
        now.log |= written.log;
        now.differences |= written.differences;
        let sound = |(low, high): &(f64, f64)| low.is_finite() && high.is_finite() && low < high;
        now.zoom = now.zoom.or(written.zoom).filter(sound);
    }
}
