//! A curve in one row: the newest values at the right, gaps left blank, values out of the bound marked.

use super::scale::{Bend, Scale};
use super::text::Brush;
use crate::theme::Role;

/// A row of values.
#[derive(Debug, Clone)]
pub struct Sparkline<'a> {
    /// Oldest first; NaN is a gap.
    pub values: &'a [f64],
    /// Values below it are bad; NaN for none.
    pub bound: f64,
    /// Values above the bound are bad instead.
    pub above: bool,
    /// Range to draw in; the data's own when absent.
    pub range: Option<(f64, f64)>,
}

impl Sparkline<'_> {
    /// Draws the newest `max` values that fit.
    pub fn draw(&self, brush: &mut Brush<'_>, x: u16, y: u16, max: u16) {
        let shown = &self.values[self.values.len().saturating_sub(max.into())..];
        let scale = match self.range {
            Some((low, high)) => Some(Scale {
                low,
                high,
                bend: Bend::Straight,
            }),
            None => Scale::cover(shown.iter().copied(), Bend::Straight),
        };
        let Some(scale) = scale else { return };
        let g = brush.glyphs();
        for (i, v) in shown.iter().enumerate() {
            let Some(place) = scale.place(*v) else {
                continue;
            };
            let level = ((place.clamp(0.0, 1.0) * 7.0).round() as usize).min(7);
            let bad = if self.above {
                *v > self.bound
            } else {
                *v < self.bound
            };
            let role = if bad { Role::Bad } else { Role::Accent };
            brush.put(x + i as u16, y, 1, g.levels[level], role);
        }
    }
}
