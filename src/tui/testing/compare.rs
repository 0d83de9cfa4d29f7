//! Consoles with some runs compared.

use trimtab_core::metric::{Ema, Point, Series, Smooth};
use trimtab_wire::{Snapshot, Topic};

use super::fixtures;
use super::harness::Harness;

/// The sizes of frames.
pub const SIZES: [(u16, u16); 2] = [(80, 24), (200, 50)];

/// A console that compares the first runs of the fixtures, with their curves, after some keys.
pub fn compared(size: (u16, u16), runs: usize, keys: &str) -> Harness {
    let mut h = Harness::alive(size.0, size.1);
    h.keys("2");
    for _ in 0..runs {
        h.keys("space");
    }
    h.keys("3");
    fed(&mut h);
    for key in keys.split_whitespace() {
        h.keys(key);
        fed(&mut h);
    }
    h
}

/// Feeds every curve that is followed.
pub fn fed(h: &mut Harness) {
    let runs = fixtures::runs();
    let mut wanted: Vec<_> = h
        .follows
        .iter()
        .filter_map(|(slot, (_, topic))| match topic {
            Topic::Series {
                runs: ids,
                key,
                smoothing,
                ..
            } => Some((*slot, ids.clone(), key.clone(), *smoothing)),
            _ => None,
        })
        .collect();
    wanted.sort_by_key(|w| w.0);
    for (slot, ids, key, weight) in wanted {
        let compared = runs.iter().filter(|r| ids.contains(&r.id));
        let curves = compared
            .filter(|r| r.metrics.contains_key(&key))
            .map(|r| smoothed(fixtures::curve(r, &key), weight))
            .collect();
        h.feed(slot, Snapshot::Series(curves));
    }
}

/// A curve with its smoothed one, as the agent sends it.
fn smoothed(mut series: Series, weight: f64) -> Series {
    let mut ema = Ema::new(weight);
    let smooth = |p: &Point| Point {
        value: ema.push(p.value),
        ..*p
    };
    let points: Vec<Point> = series.points.iter().map(smooth).collect();
    let end = points.last().map_or(0, |p| p.step);
    series.smooth = (weight > 0.0).then_some(Smooth { points, ema, end });
    series
}
