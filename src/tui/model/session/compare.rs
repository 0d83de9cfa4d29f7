//! What is chosen in the Compare pane, as it is written.

use serde::{Deserialize, Serialize};

use crate::model::compare::axis::Axis;
use crate::model::compare::curves::{CLIPS, SMOOTHING};
use crate::model::compare::{Compare, View};
use crate::widget::chart::YScale;

/// Before the name of a metric that the x axis counts by.
const COUNTED: &str = "of ";
/// How y is spread, as it is written.
const SCALES: [(YScale, &str); 3] = [
    (YScale::Straight, ""),
    (YScale::Log, "log"),
    (YScale::Symlog, "symlog"),
];

/// The choices.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InCompare {
    view: String,
    metric: Option<String>,
    baseline: Option<String>,
    axis: String,
    smoothing: usize,
    scale: String,
    clip: usize,
    alone: bool,
    zoom: Option<(f64, f64)>,
}

impl InCompare {
    /// What is chosen now.
    pub fn of(c: &Compare) -> Self {
        let scale = SCALES.into_iter().find(|(s, _)| *s == c.curves.y_scale);
        Self {
            view: match c.view {
                View::Charts => String::new(),
                view => view.word().to_owned(),
            },
            metric: c.metric.clone(),
            baseline: c.baseline.as_ref().map(|id| id.as_str().to_owned()),
            axis: match &c.curves.axis {
                Axis::Step => String::new(),
                Axis::Of(key) => format!("{COUNTED}{key}"),
                axis => axis.word().to_owned(),
            },
            smoothing: c.curves.smoothing % SMOOTHING.len(),
            scale: scale.map_or("", |(_, word)| word).to_owned(),
            clip: c.curves.clip % CLIPS.len(),
            alone: c.curves.alone,
            // What is no number would never be equal to itself, and be written for ever.
            zoom: c
                .curves
                .zoom
                .filter(|(l, h)| l.is_finite() && h.is_finite()),
        }
    }

    /// Chooses it again; what somebody chose before this was read stays.
    pub fn take_up(&self, now: &mut Compare) {
        let written = self;
        if now.view == View::default() {
            let view = View::ALL.into_iter().find(|v| v.word() == written.view);
            now.view = view.unwrap_or_default();
        }
        if now.metric.is_none() {
            now.metric = written.metric.clone();
        }
        if now.baseline.is_none() {
            now.baseline = written.baseline.as_deref().and_then(|id| id.parse().ok());
        }
        let curves = &mut now.curves;
        if curves.axis == Axis::default() {
            curves.axis = match written.axis.strip_prefix(COUNTED) {
                Some(key) => Axis::Of(key.to_owned()),
                None => [Axis::Relative, Axis::Time]
                    .into_iter()
                    .find(|a| a.word() == written.axis)
                    .unwrap_or_default(),
            };
        }
        if curves.smoothing == 0 && written.smoothing < SMOOTHING.len() {
            curves.smoothing = written.smoothing;
        }
        if curves.y_scale == YScale::default() {
            let scale = SCALES.into_iter().find(|(_, word)| *word == written.scale);
            curves.y_scale = scale.map_or_else(YScale::default, |(scale, _)| scale);
        }
        if curves.clip == 0 && written.clip < CLIPS.len() {
            curves.clip = written.clip;
        }
        curves.alone |= written.alone;
        let sound = |(low, high): &(f64, f64)| low.is_finite() && high.is_finite() && low < high;
        curves.zoom = curves.zoom.or(written.zoom).filter(sound);
    }
}
