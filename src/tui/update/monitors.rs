//! Commands of the Monitors pane.

use trimtab_core::segment::{self, Segment};
use trimtab_core::stats::drift::Verdict;
use trimtab_wire::Request;

use super::prompt;
use crate::model::layer::Choice;
use crate::model::monitors::{FIXED, Monitors, bad_quality};
use crate::model::{Model, Tone};
use crate::msg::{Call, Effect};

/// `n` and `N`: the next window in which the row of the cursor is bad.
pub fn jump(model: &mut Model, forward: bool) -> Vec<Effect> {
    let Some(monitor) = model.monitors.current(model) else {
        return Vec::new();
    };
    let here = model.monitors.column(monitor);
    let feature = model
        .monitors
        .row
        .checked_sub(FIXED)
        .and_then(|i| Monitors::features(monitor).get(i).copied());
    let bad = |i: usize| {
        let w = &monitor.windows[i];
        let mut cells = model.monitors.cells(monitor, w).iter();
        match feature {
            Some(f) => cells.any(|c| c.feature == f && c.verdict == Verdict::Drifted),
            None => model
                .monitors
                .quality(monitor, w)
                .is_some_and(|(quality, _)| bad_quality(monitor, quality)),
        }
    };
    let found = if forward {
        (here + 1..monitor.windows.len()).find(|i| bad(*i))
    } else {
        (0..here).rev().find(|i| bad(*i))
    };
    match found {
        Some(i) => model.monitors.column = Some(i),
        None => {
            let row = feature.unwrap_or(&monitor.quality_metric).to_owned();
            let way = if forward { "later" } else { "earlier" };
            model.toast(
                Tone::Note,
                format!("{row} is good in every {way} window."),
                "",
            );
        }
    }
    Vec::new()
}

/// Whether the monitor in front has judged anything.
#[must_use]
pub fn has_windows(model: &Model) -> bool {
    model
        .monitors
        .current(model)
        .is_some_and(|m| !m.windows.is_empty())
}

/// Whether the monitor in front is looked at by segments.
#[must_use]
pub fn has_segments(model: &Model) -> bool {
    let windows = model.monitors.current(model).map(|m| &m.windows);
    windows.is_some_and(|w| w.iter().any(|w| !w.segments.is_empty()))
}

/// `s` and `S`: the next segment, all rows after the last.
pub fn segment(model: &mut Model, forward: bool) -> Vec<Effect> {
    let Some(monitor) = model.monitors.current(model) else {
        return Vec::new();
    };
    let mut all: Vec<Option<Segment>> = vec![None];
    all.extend(segment::all(&monitor.windows).into_iter().map(Some));
    let shown = model.monitors.segment(monitor);
    let here = all.iter().position(|s| s.as_ref() == shown).unwrap_or(0);
    let step = if forward { 1 } else { all.len() - 1 };
    model.monitors.segment = all.swap_remove((here + step) % all.len());
    Vec::new()
}

/// `r`.
pub fn run_now(model: &mut Model) -> Vec<Effect> {
    let Some(monitor) = model.monitors.current(model).map(|m| m.name.clone()) else {
        return Vec::new();
    };
    vec![model.ask(
        Call::Simple("The monitor has looked at every file."),
        Request::RunMonitor { monitor },
    )]
}

/// `m`.
pub fn choose(model: &mut Model) -> Vec<Effect> {
    let names = model
        .data
        .monitor_rows()
        .iter()
        .map(|m| m.name.clone())
        .collect();
    prompt::pick(
        model,
        Choice::Monitor,
        "Monitor",
        names,
        model.monitors.index,
    )
}
