//! The names of curves, beside their ends: the eye need not travel to a box and back.

use crate::{
    chart::Chart,
    curves::{Area, TEXT},
    palette::{FAINT, INK, Marker, PAPER, colour},
    scene::{Align, DASH, Scene},
};

/// Height of a legend line.
const ROW: f64 = 17.0;

/// A curve's name beside its end.
pub(crate) struct Label {
    /// Index of the curve.
    pub series: usize,
    /// The curve's last place.
    pub end: (f64, f64),
    /// Where the name stands; at first beside the curve's end.
    pub y: f64,
}

/// Names beside the curves' ends, in the order of the ends, none over another.
pub(crate) fn draw(
    scene: &mut Scene,
    area: Area,
    chart: &Chart,
    names: &[String],
    mut labels: Vec<Label>,
) {
    labels.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.series.cmp(&b.series)));
    let fits = ((area.bottom - area.top) / ROW).max(1.0) as usize;
    let hidden = labels.len().saturating_sub(fits);
    if hidden > 0 {
        // One line is needed to say how many are missing.
        labels.truncate(fits.saturating_sub(1));
    }
    spread(
        &mut labels,
        area.top + ROW / 2.0,
        area.bottom - ROW / 2.0 - if hidden > 0 { ROW } else { 0.0 },
    );
    let x = area.right;
    for label in &labels {
        let series = &chart.series[label.series];
        let ink = colour(series.colour);
        // Far from its curve, a line to it would cross everybody else's.
        if (label.end.1 - label.y).abs() < 80.0 {
            // A curve may end far outside of the area, and nobody dashes the way from there.
            let (mut from, height) = (label.end.0.max(area.left).min(x), label.end.1);
            if x - from > DASH {
                // A curve that ended before the others did not stay where it was: dashes, and a dot at its end.
                scene.level_dashes(height, from, x, ink.mix(PAPER, 0.5));
                scene.marker(label.end, Marker::Circle, 2.5, ink);
                from = x;
            }
            let way = vec![(from, height), (x + 4.0, label.y), (x + 20.0, label.y)];
            scene.path(way, ink, 1.0);
        }
        scene.marker((x + 20.0, label.y), series.marker, 3.5, ink);
        scene.text(
            (x + 30.0, label.y),
            names[label.series].clone(),
            TEXT,
            INK,
            Align::Start,
        );
    }
    if hidden > 0 {
        let more = chart.series.len() - labels.len();
        scene.text(
            (x + 30.0, area.bottom - ROW / 2.0),
            format!("+{more} more"),
            TEXT,
            FAINT,
            Align::Start,
        );
    }
}

/// Moves labels apart to a row's height each, as little as that takes, within `top..=bottom`.
fn spread(labels: &mut [Label], top: f64, bottom: f64) {
    let mut least = top;
    for label in labels.iter_mut() {
        label.y = label.y.max(least);
        least = label.y + ROW;
    }
    let mut most = bottom.max(top);
    for label in labels.iter_mut().rev() {
        label.y = label.y.min(most);
        most = label.y - ROW;
    }
}
