//! The curves of the charts on the screen, placed on their axis once and kept while nothing that they are made of changes.
//!
//! A grid of 16 charts of 50 runs has some hundred thousand points: most frames change none of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use trimtab_core::metric::{Point, Series, Span};
use trimtab_core::run::RunId;

use super::axis::{Axis, points};
use crate::model::Model;
use crate::model::data::Slot;
use crate::model::zoom;
use crate::widget::chart::{Chart, Line, Sketch};

/// What curves are made of.
#[derive(Debug, PartialEq)]
pub struct Made {
    /// The metric.
    pub metric: String,
    /// The runs with their names.
    pub runs: Arc<Vec<(RunId, String)>>,
    /// The axis.
    pub axis: Axis,
    /// Where wall-clock time counts from.
    pub origin: Option<i64>,
    /// The weight of the smoothing.
    pub weight: f64,
    /// The states of the data.
    stamps: [u64; 3],
}

/// The curves of one chart.
#[derive(Debug)]
pub struct Drawn {
    made: Made,
    /// In the order of the runs; behind a smoothed one, the raw one.
    pub lines: Vec<Line>,
    /// Their range of x.
    pub extent: Option<(f64, f64)>,
    /// What drawing them keeps.
    pub sketch: Arc<Sketch>,
}

/// The charts' curves by their place on the screen.
#[derive(Debug, Clone, Default)]
pub struct Kept(RefCell<BTreeMap<u8, Arc<Drawn>>>);

impl Kept {
    /// The curves of the chart at a place: those kept, unless they are of something else by now.
    pub fn of(
        &self,
        model: &Model,
        place: u8,
        metric: &str,
        runs: &Arc<Vec<(RunId, String)>>,
    ) -> Arc<Drawn> {
        let state = &model.compare.curves;
        let data = &model.data;
        let own = data.stamps.of(Slot::Compare(place));
        let made = Made {
            metric: metric.to_owned(),
            runs: Arc::clone(runs),
            axis: state.axis.clone(),
            origin: origin(model),
            weight: state.weight(),
            stamps: [
                // What is not here yet is taken from where it was.
                own.unwrap_or_else(|| data.stamps.newest()),
                data.stamps.of(Slot::CompareZoom(place)).unwrap_or(0),
                match state.axis {
                    Axis::Of(_) => data.stamps.of(Slot::CompareX).unwrap_or(0),
                    _ => 0,
                },
            ],
        };
        let kept = self.0.borrow().get(&place).cloned();
        if let Some(kept) = kept.filter(|k| k.made == made) {
            return kept;
        }
        let drawn = Arc::new(Drawn::new(model, place, made));
        self.0.borrow_mut().insert(place, Arc::clone(&drawn));
        drawn
    }

    /// Lets go of the curves of places from this one on.
    pub fn retain(&self, places: usize) {
        self.0
            .borrow_mut()
            .retain(|place, _| usize::from(*place) < places);
    }
}

impl Drawn {
    fn new(model: &Model, place: u8, made: Made) -> Self {
        let mut lines = Vec::new();
        for (series, (run, name)) in made.runs.iter().enumerate() {
            let Some(whole) = found(model, place, run, &made.metric) else {
                continue;
            };
            let fine = finer(model, place, whole);
            let counter = x_series(model, run, &made.axis);
            let start = start(whole, made.origin);
            let place = |points: &[Point]| Arc::new(points_of(points, &made, start, counter));
            let line = |points: &[Point], faint| Line {
                name: name.clone(),
                points: place(points),
                series,
                faint,
            };
            let fine_raw = fine.map(|f| (f.span, f.points.as_slice()));
            let raw = zoom::joined(&whole.points, fine_raw);
            match smooth(whole, fine).filter(|_| made.weight > 0.0) {
                Some(smooth) => lines.extend([line(&smooth, false), line(&raw, true)]),
                None => lines.push(line(&raw, false)),
            }
        }
        let chart = Chart {
            lines,
            ..Chart::default()
        };
        Self {
            made,
            extent: chart.extent(),
            lines: chart.lines,
            sketch: Arc::default(),
        }
    }
}

fn points_of(
    points_: &[Point],
    made: &Made,
    start: i64,
    counter: Option<&Series>,
) -> Vec<(f64, f64)> {
    points(points_, &made.axis, start, counter)
}

/// The smoothed curve, finer where a finer one is there; one of another strength until its own has come.
fn smooth(whole: &Series, fine: Option<&Series>) -> Option<Vec<Point>> {
    let coarse = whole.smooth.as_ref()?;
    let same = |f: &&Series| {
        let weight = f.smooth.as_ref().map(|s| s.ema.weight());
        weight == Some(coarse.ema.weight())
    };
    let fine = fine.filter(same);
    let fine = fine.and_then(|f| Some((f.span, f.smooth.as_ref()?.points.as_slice())));
    Some(zoom::joined(&coarse.points, fine))
}

/// The curve of a chart; while its own is on its way, what another place has of it.
fn found<'a>(model: &'a Model, place: u8, run: &RunId, metric: &str) -> Option<&'a Series> {
    let own = Slot::Compare(place);
    let others = model.data.series.keys().copied();
    let others = others.filter(|s| matches!(s, Slot::Compare(_)) && *s != own);
    std::iter::once(own)
        .chain(others)
        .flat_map(|s| model.data.curves(s))
        .find(|s| s.run == *run && s.key == metric)
}

/// The finer part of a curve, when there is one.
fn finer<'a>(model: &'a Model, place: u8, whole: &Series) -> Option<&'a Series> {
    let mut fine = model.data.curves(Slot::CompareZoom(place)).iter();
    fine.find(|f| f.run == whole.run && f.key == whole.key)
}

/// The metric of a run that is the x axis.
fn x_series<'a>(model: &'a Model, run: &RunId, axis: &Axis) -> Option<&'a Series> {
    let Axis::Of(key) = axis else { return None };
    let mut curves = model.data.curves(Slot::CompareX).iter();
    curves.find(|s| s.run == *run && s.key == *key)
}

/// When a curve begins, or where wall-clock time counts from.
fn start(whole: &Series, origin: Option<i64>) -> i64 {
    let own = || whole.points.iter().map(|p| p.time.0).min();
    origin.or_else(own).unwrap_or(0)
}

/// Wall-clock time is read as time since the first point of all that is compared.
fn origin(model: &Model) -> Option<i64> {
    if model.compare.curves.axis != Axis::Time {
        return None;
    }
    let slots = model.data.series.keys();
    slots
        .filter(|s| matches!(s, Slot::Compare(_)))
        .flat_map(|s| model.data.curves(*s))
        .flat_map(|s| &s.points)
        .map(|p| p.time.0)
        .min()
}

/// The part of each run's curve that lies in a part of the axis, for the chart at a place; `None` when the curves that are there
/// are whole already.
pub fn spans(
    model: &Model,
    place: u8,
    metric: &str,
    runs: &[RunId],
    window: (f64, f64),
) -> Option<Vec<Span>> {
    let origin = origin(model);
    let axis = &model.compare.curves.axis;
    let mut thinned = false;
    let spans = runs
        .iter()
        .map(|run| {
            let whole = found(model, place, run, metric);
            thinned |= whole.is_some_and(|s| (s.points.len() as u64) < s.total);
            let start = whole.map(|s| start(s, origin));
            zoom::span(axis, window, start, x_series(model, run, axis))
        })
        .collect();
    thinned.then_some(spans)
}
