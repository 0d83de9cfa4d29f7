//! The chart of a run in detail, and its read-out.

use trimtab_core::metric::Series;

use crate::model::Model;
use crate::model::data::Slot;
use crate::update::runs::detail_chart;

/// The next point of the curve in front, beginning at its end.
pub(super) fn move_cursor(model: &mut Model, by: isize) {
    let Some(chart) = detail_chart(model) else {
        return;
    };
    // What is zoomed out of sight has no read-out.
    let range = chart.x_range;
    let shown = |x: &f64| range.is_none_or(|(low, high)| (low..=high).contains(x));
    let all = chart.lines.iter().flat_map(|line| line.points.iter());
    let steps: Vec<f64> = all.map(|p| p.0).filter(shown).collect();
    let Some(last) = steps.len().checked_sub(1) else {
        return;
    };
    let at = match model.detail.cursor {
        None if by < 0 => last,
        None => 0,
        Some(x) => {
            let here = steps.partition_point(|s| *s < x);
            here.saturating_add_signed(by).min(last)
        }
    };
    model.detail.cursor = Some(steps[at]);
}

/// The curve of the chart in front.
#[must_use]
pub fn curve(model: &Model) -> Option<&Series> {
    let run = model.run_in_front()?;
    let key = model.detail.charted(&model.runs, run)?;
    let followed = model.data.curves(Slot::Detail);
    let exact = followed.iter().find(|s| s.run == run.id && s.key == key);
    exact.or_else(|| model.detail.curves.get(&run.id, &key))
}

/// The value of the curve in front at a step.
#[must_use]
pub fn read_out(model: &Model, x: f64) -> Option<f64> {
    let chart = detail_chart(model)?;
    let points = &chart.lines.first()?.points;
    let at = points.partition_point(|p| p.0 <= x).checked_sub(1)?;
    points.get(at).map(|p| p.1)
}
