//! Bins change nothing that can be seen, and a smoothed curve is that of all points.

use super::*;
use crate::{
    migrate::MIGRATIONS,
    writer::bins::{Bins, Sizes},
};
use proptest::prelude::*;
use trimtab_core::run::RunId;

const METRIC: Metric = (1, 2);

/// A history of two metrics that came in turns, of which the first is meant; every `late`-th of its points came later.
fn history(values: &[f64], late: usize) -> Vec<Point> {
    let points = (0..).zip(values).map(|(i, v)| Point {
        step: i * 3 - 40,
        time: Millis(1_000 + i * 7),
        value: *v,
    });
    let (on_time, behind): (Vec<_>, Vec<_>) = (0usize..)
        .zip(points)
        .partition(|(i, _)| late == 0 || i % late != late / 2);
    on_time.into_iter().chain(behind).map(|(_, p)| p).collect()
}

/// A store with the history in it, of which the first points are binned.
fn stored(points: &[Point], binned: u64) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    MIGRATIONS.iter().for_each(|m| db.execute_batch(m).unwrap());
    let id = RunId::from_bytes([9; 16]);
    db.execute("INSERT INTO runs (run_no, id) VALUES (1, ?)", [id.as_str()])
        .unwrap();
    db.execute_batch("INSERT INTO metric_keys VALUES (2, 'loss')")
        .unwrap();
    let mut app = db.appender("metrics").unwrap();
    for (i, p) in points.iter().enumerate() {
        app.append_row(params![1, 2, p.step, p.time.0, p.value])
            .unwrap();
        if i % 5 == 3 {
            app.append_row(params![1, 1, p.step, p.time.0, 1e12])
                .unwrap();
        }
    }
    app.flush().unwrap();
    drop(app);
    let mut bins = Bins::sized(Sizes {
        bin: 7,
        due: 10,
        overdue: 100,
        turn: 16,
    });
    bins.make(&db, METRIC, binned);
    db
}

fn ask(db: &Connection, span: Span, smoothing: f64, columns: u32) -> Series {
    let query = SeriesQuery {
        run: RunId::from_bytes([9; 16]),
        key: "loss".into(),
        span,
        smoothing,
        columns,
    };
    series(db, query).unwrap()
}

/// No point is hidden: beside each there are kept ones at or above and at or below it, not farther than two columns.
fn covers(kept: &[Point], all: &[Point], width: f64) -> Result<(), TestCaseError> {
    for p in all {
        let near = || {
            kept.iter()
                .filter(|k| (k.step as f64 - p.step as f64).abs() <= 2.0 * width)
        };
        if p.value.is_finite() {
            prop_assert!(near().any(|k| k.value >= p.value), "{p:?} in {kept:?}");
            prop_assert!(near().any(|k| k.value <= p.value), "{p:?} in {kept:?}");
        } else {
            prop_assert!(near().any(|k| !k.value.is_finite()), "{p:?} in {kept:?}");
        }
    }
    let ends = |points: &[Point]| {
        let steps = || points.iter().map(|p| p.step);
        steps().min().zip(steps().max())
    };
    prop_assert_eq!(ends(kept), ends(all));
    Ok(())
}

fn curve() -> impl Strategy<Value = (Vec<f64>, usize)> {
    let value = prop_oneof![
        12 => -1e3f64..1e3,
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e9]),
    ];
    (prop::collection::vec(value, 1..400), 0usize..9)
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        Just(Span::All),
        (-60i64..1200, 0i64..900).prop_map(|(from, w)| Span::Steps { from, to: from + w }),
        (900i64..3800, 0i64..2000).prop_map(|(from, w)| Span::Times {
            from: Millis(from),
            to: Millis(from + w)
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn bins_hide_nothing_and_make_nothing_up((values, late) in curve(), span in span(), columns in 1u32..30, share in 0u64..6) {
        let points = history(&values, late);
        let rows = points.len() as u64 + points.len() as u64 / 5;
        let db = stored(&points, rows * share / 5);
        let mut inside: Vec<Point> = points.iter().copied().filter(|p| span.holds(p)).collect();
        inside.sort_by(by_step);
        let series = ask(&db, span, 0.0, columns);
        prop_assert_eq!((series.total, series.length), (inside.len() as u64, points.len() as u64));
        prop_assert!(series.points.is_sorted_by(|a, b| by_step(a, b).is_lt()));
        prop_assert!(series.points.iter().all(|k| inside.iter().any(|p| by_step(k, p).is_eq())));
        prop_assert!(series.points.len() <= 5 * columns as usize);
        if let (Some(first), Some(last)) = (inside.first(), inside.last()) {
            // The columns may go a bin beyond the points: 7 points of 3 steps each, of which some came late.
            let reach = (last.step - first.step) as f64 + 2.0 * if late == 0 { 21.0 } else { 1200.0 };
            covers(&series.points, &inside, (reach + 1.0) / f64::from(columns))?;
        }
    }

    #[test]
    fn a_smoothed_curve_is_that_of_all_points((values, late) in curve(), span in span(), columns in 1u32..30, weight in 0.05f64..0.9) {
        let points = history(&values, late);
        let rows = points.len() as u64 + points.len() as u64 / 5;
        let db = stored(&points, rows);
        let mut exact = points.clone();
        exact.sort_by(by_step);
        let mut ema = Ema::new(weight);
        for p in &mut exact {
            p.value = ema.push(p.value);
        }
        exact.retain(|p| span.holds(p));
        let smooth = ask(&db, span, weight, columns).smooth;
        prop_assert_eq!(smooth.is_some(), !exact.is_empty());
        let Some(smooth) = smooth else { return Ok(()) };
        let same = |a: f64, b: f64| (a - b).abs() <= 1e-5 * (1.0 + b.abs()) || !(a.is_finite() || b.is_finite());
        for k in &smooth.points {
            let at = exact.binary_search_by_key(&k.step, |p| p.step);
            prop_assert!(at.is_ok_and(|i| same(k.value, exact[i].value)), "{k:?}");
        }
        let slack = |p: &Point, by: f64| Point { value: p.value - by * 1e-5 * (1.0 + p.value.abs()), ..*p };
        let reach = 2.0 * if late == 0 { 21.0 } else { 1200.0 };
        let width = ((exact[exact.len() - 1].step - exact[0].step) as f64 + reach + 1.0) / f64::from(columns);
        for by in [1.0, -1.0] {
            let kept: Vec<Point> = smooth.points.iter().flat_map(|p| [slack(p, by), slack(p, -by)]).collect();
            covers(&kept, &exact, width)?;
        }
        // Somebody who has the end of the curve can go on with it.
        if span == Span::All {
            prop_assert_eq!(smooth.end, exact[exact.len() - 1].step);
            let (mut a, mut b) = (smooth.ema, ema);
            prop_assert!(same(a.push(5.0), b.push(5.0)));
        }
    }
}

#[test]
fn a_turn_takes_up_where_the_last_left_off() {
    let points = history(&(0..200).map(f64::from).collect::<Vec<_>>(), 0);
    let db = stored(&points, 240);
    let bins = bins::of(&db, METRIC).unwrap();
    assert_eq!(bins.len(), 200 / 7);
    assert!(bins.iter().all(|b| b.points == 7));
    assert!(bins.windows(2).all(|b| b[0].rows.1 < b[1].rows.0));
    assert_eq!(bins[3].kept.first.value, 21.0);
    assert_eq!(bins[3].kept.last.value, 27.0);
}

#[test]
fn bins_that_cannot_be_are_made_again() {
    let points = history(&(0..50).map(f64::from).collect::<Vec<_>>(), 0);
    let db = stored(&points, 60);
    Bins::load(&db, 60).unwrap();
    assert_eq!(bins::of(&db, METRIC).unwrap().len(), 7);
    // A store that has fewer rows than its bins say.
    Bins::load(&db, 20).unwrap();
    assert!(bins::of(&db, METRIC).unwrap().is_empty());
    assert_eq!(ask(&db, Span::All, 0.0, 10).total, 50);
}
