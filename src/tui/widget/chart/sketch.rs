//! What drawing some lines came to, kept for the next frame: only what they are drawn on changes their dots.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::canvas::Canvas;
use super::{Chart, Line, YScale, all_on_canvas};
use crate::widget::scale::Scale;

/// Which scales fit depends on this, and on the lines.
#[derive(Debug, Clone, PartialEq)]
struct Fit {
    x_range: Option<(f64, f64)>,
    x_log: bool,
    y_scale: YScale,
    clip: f64,
    bound: Option<f64>,
    words: Vec<String>,
}

/// Where dots fall depends on this, and on the lines.
#[derive(Debug, Clone, PartialEq)]
struct Ground {
    size: (u16, u16),
    x: Scale,
    y: Scale,
}

/// Both axes, where the values have any.
type Scales = Option<(Scale, Scale)>;

/// What was kept of the same lines.
#[derive(Debug, Default)]
pub struct Sketch {
    scales: Mutex<Option<(Fit, Scales)>>,
    canvas: Mutex<Option<(Ground, Canvas)>>,
}

/// What is behind these locks cannot be left half-changed; one frame is drawn at a time.
fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PartialEq for Sketch {
    /// What is kept changes nothing that is seen.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Sketch {
    /// The scales that fit a chart.
    pub(super) fn scales(
        &self,
        chart: &Chart,
        fitted: impl FnOnce() -> Option<(Scale, Scale)>,
    ) -> Option<(Scale, Scale)> {
        let fit = Fit {
            x_range: chart.x_range,
            x_log: chart.x_log,
            y_scale: chart.y_scale,
            clip: chart.clip,
            bound: chart.bound.as_ref().map(|b| b.0),
            words: chart.y_words.clone(),
        };
        let kept = lock(&self.scales).as_ref().and_then(|(kept, scales)| {
            let same = *kept == fit;
            same.then_some(*scales)
        });
        if let Some(scales) = kept {
            return scales;
        }
        let scales = fitted();
        *lock(&self.scales) = Some((fit, scales));
        scales
    }

    /// The lines' dots. Which line is on top is another matter: all of them are kept in their own order, and the first
    /// is drawn over them.
    pub(super) fn canvas(&self, lines: &[Line], size: (u16, u16), x: Scale, y: Scale) -> Canvas {
        let ground = Ground { size, x, y };
        let kept = lock(&self.canvas).as_ref().and_then(|(kept, canvas)| {
            let same = *kept == ground;
            same.then(|| canvas.clone())
        });
        let mut canvas = kept.unwrap_or_else(|| {
            let mut ordered: Vec<&Line> = lines.iter().collect();
            ordered.sort_by_key(|l| l.series);
            let canvas = all_on_canvas(ordered.into_iter(), size, x, y);
            *lock(&self.canvas) = Some((ground, canvas.clone()));
            canvas
        });
        if let Some(top) = lines.iter().find(|l| !l.faint) {
            canvas.on_top(top, x, y);
        }
        canvas
    }
}
