//! Zooming: what is asked for, what is drawn meanwhile, and that what is kept between frames changes nothing.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use trimtab_core::metric::{Ema, Point, Series, Smooth, Span};
use trimtab_core::time::Millis;
use trimtab_wire::{Delta, Snapshot, Topic};

use crate::model::compare::drawn::Kept;
use crate::model::data::Slot;
use crate::testing::compare::{SIZES, compared, fed};
use crate::testing::harness::Harness;
use crate::view::view;

/// Points of the long run.
const LENGTH: i64 = 100_000;

fn point(step: i64) -> Point {
    Point {
        step,
        time: Millis(step * 10),
        value: (step as f64 / 9e3).sin(),
    }
}

/// What the agent would send of a long run: so many points of the part that is asked for.
fn answer(topic: &Topic) -> Snapshot {
    let Topic::Series {
        runs,
        key,
        spans,
        smoothing,
        columns,
    } = topic
    else {
        panic!("{topic:?}")
    };
    let one = |(i, run): (usize, &trimtab_core::run::RunId)| {
        let span = spans.get(i).copied().unwrap_or_default();
        let all: Vec<Point> = (0..LENGTH).map(point).filter(|p| span.holds(p)).collect();
        let every = (all.len() / (*columns as usize * 4)).max(1);
        let mut ema = Ema::new(*smoothing);
        let smooth: Vec<Point> = all
            .iter()
            .map(|p| Point {
                value: ema.push(p.value),
                ..*p
            })
            .step_by(every)
            .collect();
        Series {
            run: run.clone(),
            key: key.clone(),
            span,
            total: all.len() as u64,
            length: LENGTH as u64,
            points: all.into_iter().step_by(every).collect(),
            smooth: (*smoothing > 0.0).then_some(Smooth {
                points: smooth,
                ema,
                end: LENGTH - 1,
            }),
        }
    };
    Snapshot::Series(runs.iter().enumerate().map(one).collect())
}

fn asked(h: &Harness, slot: Slot) -> Option<&Topic> {
    h.follows.get(&slot).map(|(_, topic)| topic)
}

fn reply(h: &mut Harness, slot: Slot) {
    let snapshot = answer(asked(h, slot).unwrap());
    h.feed(slot, snapshot);
}

fn reply_to_all(h: &mut Harness) {
    let series = |topic: &Topic| matches!(topic, Topic::Series { .. });
    let slots: Vec<Slot> = h
        .follows
        .iter()
        .filter(|(_, (_, topic))| series(topic))
        .map(|(slot, _)| *slot)
        .collect();
    slots.into_iter().for_each(|slot| reply(h, slot));
}

/// Two long runs in the Compare pane, with their whole curves.
fn long(size: (u16, u16)) -> Harness {
    let mut h = compared(size, 2, "enter");
    reply_to_all(&mut h);
    h
}

fn steps(topic: &Topic) -> (i64, i64) {
    match topic {
        Topic::Series { spans, .. } => match spans[0] {
            Span::Steps { from, to } => (from, to),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// Points of the first curve that are drawn within the visible part.
fn visible(h: &Harness) -> usize {
    let chart = h.model.compare.charts(&h.model).remove(0);
    let (low, high) = chart.x_range.unwrap();
    let points = &chart.lines[0].points;
    points
        .iter()
        .filter(|p| (low..=high).contains(&p.0))
        .count()
}

const PART: Slot = Slot::CompareZoom(0);

#[test]
fn a_zoomed_curve_gains_points_and_is_never_without_any() {
    let mut h = long((80, 24));
    assert!(asked(&h, PART).is_none());
    let whole = visible(&h);
    h.keys("+ + +");
    let coarse = visible(&h);
    assert!(
        coarse > whole / 10 && coarse < whole / 7,
        "{coarse} of {whole}"
    );
    // Of three steps only the first was asked for: the others wait for its answer.
    let (from, to) = steps(asked(&h, PART).unwrap());
    assert!(to - from > LENGTH / 2, "{from} {to}");
    reply(&mut h, PART);
    let (low, high) = h.model.compare.curves.zoom.unwrap();
    let (from, to) = steps(asked(&h, PART).unwrap());
    assert!((from as f64) <= low && (to as f64) >= high && to - from < LENGTH / 3);
    assert!(visible(&h) >= coarse);
    reply(&mut h, PART);
    assert!(visible(&h) > 3 * coarse, "{} after {coarse}", visible(&h));
    // A short pan has fine points at once, and asks for nothing.
    let generation = h.follows[&PART].0;
    h.keys("]");
    assert_eq!(h.follows[&PART].0, generation);
    assert!(visible(&h) > 3 * coarse);
    // Farther away the whole curve shows until the next part is there.
    h.keys("] ] ]");
    assert_ne!(h.follows[&PART].0, generation);
    assert!(visible(&h) >= coarse - 2);
    h.keys("=");
    assert!(asked(&h, PART).is_none());
    assert_eq!(h.model.data.curves(PART), []);
    assert_eq!(visible(&h), whole);
}

#[test]
fn curves_that_are_whole_are_not_asked_for_in_part() {
    let mut h = compared((80, 24), 2, "enter + +");
    assert!(h.model.compare.curves.zoom.is_some());
    assert!(asked(&h, PART).is_none());
    fed(&mut h);
    assert!(asked(&h, PART).is_none());
}

#[test]
fn every_axis_says_which_part_is_meant() {
    for (axis, expected) in [
        (
            "step",
            Span::Steps {
                from: 0,
                to: 74_998,
            },
        ),
        (
            "elapsed",
            Span::Times {
                from: Millis(-1),
                to: Millis(749_976),
            },
        ),
        (
            "time",
            Span::Times {
                from: Millis(-1),
                to: Millis(749_976),
            },
        ),
    ] {
        let mut h = long((80, 24));
        h.keys(":");
        h.text(&format!("x axis {axis}"));
        h.keys("enter");
        reply_to_all(&mut h);
        // The left half of the axis, and as much around it as there is.
        h.keys("+ [");
        reply(&mut h, PART);
        let Some(Topic::Series { spans, runs, .. }) = asked(&h, PART) else {
            panic!("{axis}")
        };
        assert_eq!(spans.len(), runs.len());
        let ((a, b), (c, d)) = spans[0].bounds();
        let ((e, f), (g, i)) = expected.bounds();
        let near = |x: i64, y: i64| x.abs_diff(y) <= 260_000;
        assert!(
            near(a.max(-1), e.max(-1)) && near(b, f) && near(c.max(-1), g.max(-1)) && near(d, i),
            "{axis}: {spans:?}"
        );
    }
}

#[test]
fn smoothing_is_the_agents_and_the_raw_curve_stays_behind_it() {
    let mut h = long((80, 24));
    h.keys("S");
    let Some(Topic::Series { smoothing, .. }) = asked(&h, Slot::Compare(0)) else {
        panic!()
    };
    assert_eq!(*smoothing, 0.6);
    let lines = |h: &Harness| h.model.compare.charts(&h.model).remove(0).lines;
    // Until the smoothed curve is there, the raw one is drawn as it was.
    assert!(lines(&h).iter().all(|l| !l.faint));
    reply(&mut h, Slot::Compare(0));
    assert_eq!(lines(&h).iter().filter(|l| l.faint).count(), 2);
    // What is logged later goes on with the average over all points before it.
    let before = h.model.data.curves(Slot::Compare(0))[0].clone();
    let run = before.run.clone();
    let new = point(LENGTH);
    let delta = Delta::Points {
        run,
        key: before.key.clone(),
        points: vec![new],
    };
    h.delta(Slot::Compare(0), delta.clone());
    let after = &h.model.data.curves(Slot::Compare(0))[0];
    let mut ema = before.smooth.unwrap().ema;
    let last = after.smooth.as_ref().unwrap().points.last().unwrap();
    assert_eq!((last.step, last.value), (LENGTH, ema.push(new.value)));
    // A point that comes too late for that makes the curve be asked for anew.
    let generation = h.follows[&Slot::Compare(0)].0;
    let Delta::Points { run, key, .. } = delta else {
        panic!()
    };
    let late = Delta::Points {
        run,
        key,
        points: vec![point(5)],
    };
    h.delta(Slot::Compare(0), late);
    assert_ne!(h.follows[&Slot::Compare(0)].0, generation);
}

#[test]
fn the_curve_of_a_run_in_detail_is_zoomed_as_well() {
    let mut h = Harness::alive(80, 24);
    h.keys("2 enter");
    reply_to_all(&mut h);
    let part = Slot::DetailZoom;
    assert!(asked(&h, part).is_none());
    h.keys("+ +");
    reply(&mut h, part);
    let (low, high) = h.model.runs.close.as_ref().unwrap().shown;
    let (from, to) = steps(asked(&h, part).unwrap());
    assert!(from as f64 <= low && to as f64 >= high);
    reply(&mut h, part);
    let chart = super::runs::detail_chart(&h.model).unwrap();
    assert_eq!(chart.x_range, Some((low, high)));
    let shown = chart.lines[0]
        .points
        .iter()
        .filter(|p| (low..=high).contains(&p.0));
    assert!(shown.count() > 500);
    h.keys("]");
    assert_ne!(h.model.runs.close.as_ref().unwrap().shown, (low, high));
    // Another run is shown whole.
    h.keys("j");
    assert_eq!(h.model.runs.close, None);
    assert!(asked(&h, part).is_none());
}

fn drawn(h: &Harness) -> Buffer {
    let mut buffer = Buffer::empty(ratatui::layout::Rect::new(
        0,
        0,
        h.model.size.width,
        h.model.size.height,
    ));
    view(&h.model, &mut buffer);
    buffer
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever was done, a frame of what is kept is the frame of everything made anew.
    #[test]
    fn what_is_kept_changes_nothing(
        large in any::<bool>(),
        acts in prop::collection::vec(0usize..16, 1..24),
    ) {
        let mut h = compared(SIZES[usize::from(large)], 3, "");
        for act in acts {
            match act {
                0 => {
                    let curve = h.model.data.curves(Slot::Compare(0)).first();
                    if let Some((run, key)) = curve.map(|c| (c.run.clone(), c.key.clone())) {
                        let points = vec![Point { step: 500, time: h.now, value: f64::NAN }];
                        h.delta(Slot::Compare(0), Delta::Points { run, key, points });
                    }
                }
                1 => fed(&mut h),
                _ => h.keys(["S", "L", "%", "+", "-", "[", "]", "=", "j", "k", "h", "X", "n", "enter"][act - 2]),
            }
            let kept = drawn(&h);
            h.model.drawn = Kept::default();
            prop_assert_eq!(&kept, &drawn(&h));
        }
    }
}
