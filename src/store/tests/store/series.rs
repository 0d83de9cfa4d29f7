//! Thinned curves: no spike is lost, no gap is closed, nothing is made up.

use crate::support::{create, log, place, run_id};
use proptest::prelude::*;
use std::collections::BTreeMap;
use trimtab_core::metric::{Point, Series, SeriesQuery, Span};
use trimtab_store::{Change, Store};

fn query(columns: u32) -> SeriesQuery {
    SeriesQuery {
        run: run_id(1),
        key: "loss".into(),
        span: Span::All,
        smoothing: 0.0,
        columns,
    }
}

fn bits(p: &Point) -> (i64, i64, u64) {
    (p.step, p.time.0, p.value.to_bits())
}

/// The extremes of the finite values in each column, first and last step, and whether there is a gap.
type Columns = BTreeMap<i64, (f64, f64, i64, i64, bool)>;

fn columns(points: &[Point], first: i64, last: i64, columns: u32) -> Columns {
    let mut map = Columns::new();
    for p in points {
        let per_step = f64::from(columns) / ((last - first) as f64 + 1.0);
        let column = ((p.step - first) as f64 * per_step).floor() as i64;
        let c = map
            .entry(column)
            .or_insert((f64::NAN, f64::NAN, p.step, p.step, false));
        if p.value.is_finite() {
            (c.0, c.1) = (c.0.min(p.value), c.1.max(p.value));
        } else {
            c.4 = true;
        }
        (c.2, c.3) = (c.2.min(p.step), c.3.max(p.step));
    }
    map
}

async fn stored(points: &[(i64, f64)]) -> (crate::support::Place, Vec<Point>) {
    let place = place();
    let metrics: Vec<_> = points.iter().map(|(s, v)| ("loss", *s, *v)).collect();
    place
        .store
        .apply(vec![create(1, "a"), log(1, &metrics, &[])])
        .await
        .unwrap();
    let full = points
        .iter()
        .map(|(s, v)| Point {
            step: *s,
            time: trimtab_core::time::Millis(*s),
            value: *v,
        })
        .collect();
    (place, full)
}

async fn thinned(store: &Store, columns: u32) -> Series {
    store.series(query(columns)).await.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_column_keeps_its_extremes_its_ends_and_its_gap(
        points in prop::collection::vec(
            (-40..400i64, prop_oneof![
                12 => -1e9..1e9f64,
                1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
            ]),
            0..300,
        ),
        width in 1..40u32,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (place, full) = stored(&points).await;
            let series = thinned(&place.store, width).await;
            prop_assert_eq!(series.total, full.len() as u64);
            prop_assert!(series.points.is_sorted_by_key(|p| p.step));
            let known: std::collections::HashSet<_> = full.iter().map(bits).collect();
            prop_assert!(series.points.iter().all(|p| known.contains(&bits(p))));
            if let (Some(first), Some(last)) = (
                full.iter().map(|p| p.step).min(),
                full.iter().map(|p| p.step).max(),
            ) {
                let (all, kept) = (
                    columns(&full, first, last, width),
                    columns(&series.points, first, last, width),
                );
                prop_assert_eq!(format!("{all:?}"), format!("{kept:?}"));
                prop_assert!(series.points.len() <= full.len().min(5 * width as usize));
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_range_is_counted_and_cut() {
    let points: Vec<_> = (0..1000).map(|i| (i, f64::from(i as i32).sin())).collect();
    let (place, _) = stored(&points).await;
    let zoomed = SeriesQuery {
        span: Span::Steps { from: 100, to: 109 },
        ..query(80)
    };
    let series = place.store.series(zoomed).await.unwrap();
    assert_eq!(series.total, 10);
    assert_eq!(series.points.len(), 10);
    assert_eq!(series.points[0].step, 100);
    let none = SeriesQuery {
        key: "none".into(),
        ..query(80)
    };
    assert_eq!(place.store.series(none).await.unwrap().points, []);
}

#[tokio::test]
async fn the_widest_range_of_steps_does_not_overflow() {
    let ends = [
        (i64::MIN, 1.0),
        (0, 2.0),
        (i64::MAX, 3.0),
        (7, 9.0),
        (8, -9.0),
    ];
    let (place, _) = stored(&ends).await;
    let series = thinned(&place.store, 1).await;
    assert_eq!(series.total, 5);
    assert_eq!(series.points.len(), 4);
}

#[tokio::test]
async fn points_of_other_runs_and_keys_stay_out() {
    let (place, full) = stored(&[(1, 1.0), (2, 2.0)]).await;
    let mut changes: Vec<Change> = vec![create(2, "b")];
    changes.push(log(2, &[("loss", 1, 5.0)], &[]));
    changes.push(log(1, &[("auc", 1, 6.0)], &[]));
    place.store.apply(changes).await.unwrap();
    assert_eq!(thinned(&place.store, 9).await.points, full);
}
