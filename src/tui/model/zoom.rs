//! Zooming into curves: which part is shown, which part is asked for, and how what came of it is joined with the whole curve.
//!
//! The whole curve is always there, as coarse as the chart; of a zoomed part a finer one is asked for as well. Until that is there, and
//! where it does not reach, the whole one is drawn: nothing flickers, and panning never shows nothing.

use trimtab_core::metric::{Point, Series, Span, by_step};
use trimtab_core::time::Millis;

use super::compare::axis::Axis;

/// How much more than the shown part is asked for, so that a short pan shows fine points at once.
const AROUND: f64 = 0.5;

/// The part to ask for: the one asked for last while it still serves what is shown, else what is shown with something around it.
#[must_use]
pub fn window(asked: Option<(f64, f64)>, shown: Option<(f64, f64)>) -> Option<(f64, f64)> {
    let (low, high) = shown?;
    let width = high - low;
    let serves = |(from, to): &(f64, f64)| {
        *from <= low && *to >= high && to - from <= width * (1.0 + 2.5 * AROUND)
    };
    let around = width * AROUND;
    Some(
        asked
            .filter(serves)
            .unwrap_or((low - around, high + around)),
    )
}

/// The shown part with this much more or less of it, around a place; nothing when that is the whole.
#[must_use]
pub fn zoomed(
    whole: (f64, f64),
    shown: (f64, f64),
    centre: f64,
    factor: f64,
    least: f64,
) -> Option<(f64, f64)> {
    let half = ((shown.1 - shown.0) * factor).max(least) / 2.0;
    within(whole, (centre - half, centre + half))
}

/// The shown part moved by a share of its width, as far as there is something.
#[must_use]
pub fn panned(whole: (f64, f64), shown: (f64, f64), share: f64) -> Option<(f64, f64)> {
    let by = (shown.1 - shown.0) * share;
    let by = by.max(whole.0 - shown.0).min(whole.1 - shown.1);
    within(whole, (shown.0 + by, shown.1 + by))
}

/// A part of the whole; nothing when it is all of it.
#[must_use]
pub fn within(whole: (f64, f64), (low, high): (f64, f64)) -> Option<(f64, f64)> {
    let (low, high) = (low.max(whole.0), high.min(whole.1));
    (low < high && (low > whole.0 || high < whole.1)).then_some((low, high))
}

/// The least width worth showing: a few steps, or some hundredths of a second.
#[must_use]
pub fn least(axis: &Axis, whole: (f64, f64)) -> f64 {
    let width = whole.1 - whole.0;
    let few: f64 = match axis {
        Axis::Step => 4.0,
        Axis::Time | Axis::Relative => 20.0,
        Axis::Of(_) => 0.0,
    };
    few.max(width * 1e-8).min(width)
}

/// The points of a curve that lie in a part of an axis; `start` is where times count from, `counter` the curve of the metric
/// that is the axis. A curve that cannot be placed yet has none there.
#[must_use]
pub fn span(
    axis: &Axis,
    (low, high): (f64, f64),
    start: Option<i64>,
    counter: Option<&Series>,
) -> Span {
    match (axis, start, counter) {
        (Axis::Step, _, _) => Span::Steps {
            from: low.floor() as i64,
            to: high.ceil() as i64,
        },
        (Axis::Time | Axis::Relative, Some(start), _) => Span::Times {
            from: Millis(start.saturating_add(low.floor() as i64)),
            to: Millis(start.saturating_add(high.ceil() as i64)),
        },
        (Axis::Of(_), _, Some(counter)) => counted(counter, (low, high)),
        _ => NOTHING,
    }
}

const NOTHING: Span = Span::Steps { from: 0, to: -1 };

/// The steps at which a counter is, or may be, in a range: between its points it goes evenly.
fn counted(counter: &Series, (low, high): (f64, f64)) -> Span {
    let mut at: Vec<&Point> = counter
        .points
        .iter()
        .filter(|p| p.value.is_finite())
        .collect();
    at.sort_by(|a, b| by_step(a, b));
    let pairs = at.windows(2).filter(|pair| {
        let (a, b) = (pair[0].value, pair[1].value);
        a.min(b) <= high && a.max(b) >= low
    });
    let steps = pairs.map(|pair| (pair[0].step, pair[1].step));
    match steps.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) {
        Some((from, to)) => {
            // A live counter goes on: what comes at its end is asked for already.
            let last = at.last().map_or(to, |p| p.step);
            let to = if to == last { i64::MAX } else { to };
            Span::Steps { from, to }
        }
        None => NOTHING,
    }
}

/// A curve's points with those of a finer part in place of its own.
#[must_use]
pub fn joined(whole: &[Point], fine: Option<(Span, &[Point])>) -> Vec<Point> {
    let Some((span, fine)) = fine.filter(|(_, fine)| !fine.is_empty()) else {
        return whole.to_vec();
    };
    let rest = whole.iter().filter(|p| !span.holds(p));
    let mut points: Vec<Point> = rest.chain(fine).copied().collect();
    points.sort_by(by_step);
    points
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::fixtures::run_id;

    fn point(step: i64, value: f64) -> Point {
        Point {
            step,
            time: Millis(step * 10),
            value,
        }
    }

    #[test]
    fn a_counter_says_which_steps_are_meant() {
        let epochs = (0..=10).map(|e| point(e * 100, e as f64)).collect();
        let epochs = Series::whole(run_id(1), "epoch", epochs);
        let steps = |low, high| counted(&epochs, (low, high));
        let from_to = |from, to| Span::Steps { from, to };
        assert_eq!(steps(2.2, 2.8), from_to(200, 300));
        assert_eq!(steps(2.2, 5.5), from_to(200, 600));
        assert_eq!(steps(9.5, 30.0), from_to(900, i64::MAX));
        assert_eq!(steps(30.0, 40.0), NOTHING);
        assert_eq!(steps(-5.0, 0.5), from_to(0, 100));
    }

    #[test]
    fn times_count_from_where_they_should() {
        let of = |axis: &Axis, start| span(axis, (10.5, 20.5), start, None);
        let times = |from, to| Span::Times {
            from: Millis(from),
            to: Millis(to),
        };
        assert_eq!(of(&Axis::Relative, Some(1_000)), times(1_010, 1_021));
        assert_eq!(of(&Axis::Time, Some(0)), times(10, 21));
        assert_eq!(of(&Axis::Time, None), NOTHING);
    }

    proptest! {
        /// What is asked for always holds what is shown, and is fine enough for it; and nothing is asked twice for a rest.
        #[test]
        fn a_window_serves_what_is_shown(moves in prop::collection::vec((0u8..4, 0.0f64..1.0), 1..40)) {
            let whole = (0.0, 1e6);
            let (mut shown, mut asked) = (None, None);
            for (kind, at) in moves {
                let now = shown.unwrap_or(whole);
                shown = match kind {
                    0 => zoomed(whole, now, now.0 + (now.1 - now.0) * at, 0.5, 4.0),
                    1 => zoomed(whole, now, now.0 + (now.1 - now.0) * at, 2.0, 4.0),
                    2 => panned(whole, now, at - 0.5),
                    _ => shown,
                };
                let before = asked;
                asked = window(asked, shown);
                prop_assert_eq!(asked.is_some(), shown.is_some());
                if let (Some((from, to)), Some((low, high))) = (asked, shown) {
                    prop_assert!(low >= whole.0 && high <= whole.1 && low < high);
                    prop_assert!(from <= low && to >= high && to - from <= 2.3 * (high - low));
                }
                if kind == 3 {
                    prop_assert_eq!(asked, before);
                }
            }
        }

        #[test]
        fn a_join_has_the_fine_points_and_the_others(cut in prop::collection::btree_set(0i64..200, 2), every in 1i64..9) {
            let all: Vec<Point> = (0..200).map(|s| point(s, s as f64)).collect();
            let coarse: Vec<Point> = all.iter().copied().filter(|p| p.step % every == 0).collect();
            let span = Span::Steps { from: *cut.first().unwrap(), to: *cut.last().unwrap() };
            let fine: Vec<Point> = all.iter().copied().filter(|p| span.holds(p)).collect();
            let joined = joined(&coarse, Some((span, &fine)));
            let expected: Vec<Point> = all.iter().copied().filter(|p| p.step % every == 0 || span.holds(p)).collect();
            prop_assert_eq!(joined, expected);
        }
    }
}
