//! From a point of a chart to the log at its moment.

use trimtab_core::job::JobId;
use trimtab_core::metric::{Point, Series};
use trimtab_core::run::RunId;
use trimtab_core::time::Millis;
use trimtab_wire::Request;

use crate::model::compare::View;
use crate::model::compare::axis::Axis;
use crate::model::data::Slot;
use crate::model::detail::Tab;
use crate::model::nav::Pane;
use crate::model::{Model, Tone};
use crate::msg::{Call, Effect, Trouble};

use super::log::{arrive, job};

/// Shows a run's log as it was at a moment.
pub fn show_at(model: &mut Model, run: RunId, at: Millis) -> Vec<Effect> {
    let job = model.data.run_by_id(&run).and_then(|r| r.job);
    let Some(job) = job else {
        model.toast(
            Tone::Note,
            "No job of ours made this run, so there is no log to open.",
            "Log files among its artifacts are in the detail's Artifacts.",
        );
        return Vec::new();
    };
    super::open(model, run);
    super::show(model, Tab::Log);
    let view = &mut model.detail.log;
    view.follow = false;
    view.seeking = Some(at);
    vec![model.ask(Call::LogAt(job), Request::LogAt { job, at })]
}

/// `l` in a chart of the detail: the log at the moment of the point that is read out, or of the last one.
pub fn show_here(model: &mut Model) -> Vec<Effect> {
    let cursor = model.detail.cursor;
    let found = super::curve(model).and_then(|curve| {
        let before = |step: i64| cursor.is_none_or(|x| step as f64 <= x);
        let points = curve.points.iter().filter(|p| before(p.step));
        let last = points.max_by_key(|p| (p.step, p.time))?;
        Some((curve.run.clone(), last.time))
    });
    match found {
        Some((run, at)) => show_at(model, run, at),
        None => super::show(model, Tab::Log),
    }
}

/// Whether `l` leads anywhere.
#[must_use]
pub fn leads_there(model: &Model) -> bool {
    match model.pane {
        Pane::Compare => !model.compare.runs(model).is_empty(),
        _ => job(model).is_some(),
    }
}

/// `l`: the log at the moment that is read out in the detail's chart or in Compare's; in Compare's tables, right.
pub fn there(model: &mut Model) -> Vec<Effect> {
    if model.pane != Pane::Compare {
        return show_here(model);
    }
    if model.compare.view != View::Charts {
        crate::update::compare::sideways(model, 1);
        return Vec::new();
    }
    let Some(run) = model.compare.selected(model) else {
        return Vec::new();
    };
    match compared_moment(model, &run) {
        Some(at) => show_at(model, run, at),
        None => {
            model.toast(
                Tone::Note,
                "The selected run has no point at the read-out.",
                "j and k select another run; left moves the read-out.",
            );
            Vec::new()
        }
    }
}

/// The moment of a run's last point up to the read-out of Compare's charts, or of its last one.
fn compared_moment(model: &Model, run: &RunId) -> Option<Millis> {
    let state = &model.compare;
    let metric = state.current_metric(model)?;
    let charts = model.data.series.keys().copied();
    let all = charts
        .filter(|slot| matches!(slot, Slot::Compare(_)))
        .flat_map(|slot| model.data.curves(slot));
    let curve = all
        .clone()
        .find(|s| s.run == *run && s.key == metric && !s.points.is_empty())?;
    let start = |s: &Series| s.points.iter().map(|p| p.time).min();
    let cursor = state.curves.cursor;
    let before: Box<dyn Fn(&&Point) -> bool> = match (&state.curves.axis, cursor) {
        (_, None) => Box::new(|_| true),
        (Axis::Step, Some(x)) => Box::new(move |p| p.step as f64 <= x),
        (Axis::Relative, Some(x)) => {
            let from = start(curve)?;
            Box::new(move |p| p.time.since(from) as f64 <= x)
        }
        (Axis::Time, Some(x)) => {
            // Read as time since the first point of all.
            let from = all.filter_map(start).min()?;
            Box::new(move |p| p.time.since(from) as f64 <= x)
        }
        (Axis::Of(key), Some(x)) => {
            let counters = model.data.curves(Slot::CompareX).iter();
            let counter = counters.clone().find(|s| s.run == *run && s.key == *key)?;
            let reached = counter.points.iter().filter(|p| p.value <= x);
            let step = reached.map(|p| p.step).max()?;
            Box::new(move |p| p.step <= step)
        }
    };
    let reached = curve.points.iter().filter(before);
    reached.max_by_key(|p| (p.step, p.time)).map(|p| p.time)
}

/// Takes in where the moment is.
pub fn found(model: &mut Model, of: JobId, result: Result<Option<u64>, Trouble>) {
    if job(model) != Some(of) {
        return;
    }
    let Some(at) = model.detail.log.seeking.take() else {
        return;
    };
    match result {
        Ok(Some(offset)) => {
            model.detail.log.mark = Some((offset, at));
            model.detail.log.want = Some(offset);
            arrive(model);
        }
        Ok(None) => {
            model.detail.log.follow = true;
            model.toast(
                Tone::Note,
                "Nobody noted the times of this log: here is its end.",
                "The agent notes them of jobs that it launches now.",
            );
        }
        Err(trouble) => model.toast(Tone::Bad, trouble.message, trouble.hint),
    }
}
