//! What is chosen in the Compare pane, as it is written.

use serde::{Deserialize, Serialize};
use trimtab_core::expr;
use trimtab_core::run::RunKey;

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

/// Parallel axes that are kept.
const MOST: usize = 50;

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
    /// Parameters that are the same everywhere are shown, too.
    same_too: bool,
    /// The scatter's columns, across and up.
    scatter: (String, String),
    /// The parallel axes.
    parallel: Option<Vec<String>>,
}

fn name(key: &Option<RunKey>) -> String {
    key.as_ref().map(RunKey::name).unwrap_or_default()
}

/// A column by its name; a newer console may have others.
fn key(name: &str) -> Option<RunKey> {
    expr::key_of(name).ok()
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
            same_too: c.same_too,
            scatter: (name(&c.scatter.0), name(&c.scatter.1)),
            parallel: c
                .axes
                .as_ref()
                .map(|a| a.iter().take(MOST).map(RunKey::name).collect()),
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
        now.same_too |= written.same_too;
        let (across, up) = (&mut now.scatter.0, &mut now.scatter.1);
        *across = across.take().or_else(|| key(&written.scatter.0));
        *up = up.take().or_else(|| key(&written.scatter.1));
        let axes = |a: &Vec<String>| {
            a.iter()
                .take(MOST)
                .filter_map(|n| key(n))
                .collect::<Vec<_>>()
        };
        let parallel = written.parallel.as_ref().map(axes);
        now.axes = now.axes.take().or(parallel.filter(|a| !a.is_empty()));
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

#[cfg(test)]
mod tests {
    use trimtab_core::run::RunId;

    use super::*;
    use crate::model::compare::curves::Curves;

    #[test]
    fn choices_are_written_and_taken_up() {
        let mut chosen = Compare {
            view: View::Scatter,
            metric: Some("auc".into()),
            baseline: Some(RunId::from_bytes([7; 16])),
            same_too: true,
            scatter: (
                Some(RunKey::Param("a, b".into())),
                Some(RunKey::Least("val.loss".into())),
            ),
            axes: Some(vec![RunKey::Duration, RunKey::Tag("x y".into())]),
            curves: Curves {
                window: None,
                axis: Axis::Of("step".into()),
                smoothing: 2,
                y_scale: YScale::Symlog,
                clip: 1,
                alone: true,
                zoom: Some((1.5, 9.0)),
                cursor: None,
            },
            ..Compare::default()
        };
        for axis in [
            Axis::Of("step".into()),
            Axis::Time,
            Axis::Relative,
            Axis::Step,
        ] {
            chosen.curves.axis = axis;
            let text = toml::to_string(&InCompare::of(&chosen)).unwrap();
            let read: InCompare = toml::from_str(&text).unwrap();
            let mut now = Compare::default();
            read.take_up(&mut now);
            assert_eq!(now, chosen, "{text}");
        }
        // What somebody chose meanwhile stays.
        let mut now = Compare {
            view: View::Metrics,
            metric: Some("f1".into()),
            curves: Curves {
                smoothing: 1,
                ..Curves::default()
            },
            ..Compare::default()
        };
        InCompare::of(&chosen).take_up(&mut now);
        assert_eq!((now.view, now.curves.smoothing), (View::Metrics, 1));
        assert_eq!(now.metric.as_deref(), Some("f1"));
        assert_eq!(now.axes, chosen.axes);
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        let odd = "view = \"cube\"\nbaseline = \"x\"\naxis = \"moon\"\nsmoothing = 99\nscale = \"?\"\nclip = 77\n\
                   zoom = [nan, 3.0]\nscatter = [\"(\", \"\"]\nparallel = [\")\"]";
        let read: InCompare = toml::from_str(odd).unwrap();
        let mut now = Compare::default();
        read.take_up(&mut now);
        assert_eq!(now.curves, Curves::default());
        assert_eq!(
            (now.view, now.axes, now.baseline),
            (View::Charts, None, None)
        );
    }
}
