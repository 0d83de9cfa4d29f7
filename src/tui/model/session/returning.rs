//! Selections of the last session, found again when their lists are here.

use trimtab_core::job::JobId;
use trimtab_core::registry::Version;
use trimtab_core::release::RequestId;
use trimtab_core::run::RunId;
use trimtab_core::time::Millis;

use super::InMonitors;
use crate::model::Model;
use crate::model::data::Slot;
use crate::model::monitors::{FIXED, Monitors};
use crate::model::registry::Registry;

/// Selections that wait for their lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Returning {
    pub(super) fleet: Option<String>,
    pub(super) run: Option<RunId>,
    pub(super) version: Option<(String, Version)>,
    pub(super) request: Option<RequestId>,
    pub(super) monitors: Option<InMonitors>,
    pub(super) job: Option<JobId>,
}

/// Selects in a list that has just come what was selected in it; what is gone is not looked for again.
pub fn arrived(m: &mut Model, slot: Slot) {
    match slot {
        Slot::Fleet if m.data.fleet.value.is_some() => {
            let name = m.returning.fleet.take();
            let at = name.and_then(|n| m.data.fleet_rows().iter().position(|r| r.model == n));
            m.fleet.list.selected = at.unwrap_or(m.fleet.list.selected);
        }
        Slot::Runs => runs_arrived(m),
        Slot::Registry if m.data.registry.value.is_some() => {
            if let Some((name, version)) = m.returning.version.take() {
                let rows = Registry::rows(m);
                let is = |v: &&trimtab_core::registry::ModelVersion| {
                    v.model == name && v.version == version
                };
                let at = rows.iter().position(is);
                m.registry.versions.selected = at.unwrap_or(m.registry.versions.selected);
            }
            let id = m.returning.request.take();
            let at = id.and_then(|id| m.data.request_rows().iter().position(|r| r.id == id));
            m.registry.requests.selected = at.unwrap_or(m.registry.requests.selected);
        }
        Slot::Monitors if m.data.monitors.value.is_some() => {
            if let Some(place) = m.returning.monitors.take() {
                monitor_arrived(m, &place);
            }
        }
        Slot::Jobs if m.data.jobs.value.is_some() => {
            let id = m.returning.job.take();
            let at = id.and_then(|id| m.data.job_rows().iter().position(|j| j.id == id));
            m.retrain.list.selected = at.unwrap_or(m.retrain.list.selected);
        }
        _ => {}
    }
}

fn runs_arrived(m: &mut Model) {
    let Some(page) = &m.data.runs.value else {
        return;
    };
    let Some(run) = m.returning.run.clone() else {
        return;
    };
    let is = |i: &usize| page.rows[*i].id == run && page.line(*i).group.is_none();
    let found = (0..page.rows.len()).find(is);
    let (first, at) = (page.offset as usize, m.runs.list.selected);
    // A slice that was asked for before may come first: it is not the one where the run was.
    let here = (first..first + page.rows.len()).contains(&at) || at >= page.total as usize;
    if let Some(i) = found {
        m.runs.list.selected = first + i;
    }
    if found.is_some() || here {
        m.returning.run = None;
    }
}

fn monitor_arrived(m: &mut Model, place: &InMonitors) {
    let monitors = m.data.monitor_rows();
    let Some(index) = monitors.iter().position(|w| w.name == place.name) else {
        return;
    };
    let monitor = &monitors[index];
    let row = Monitors::features(monitor)
        .iter()
        .position(|f| *f == place.row)
        .map_or(0, |i| i + FIXED);
    let column = place
        .window
        .and_then(|at| monitor.windows.iter().position(|w| w.start == Millis(at)));
    m.monitors = Monitors {
        index,
        row,
        column,
        ..Monitors::default()
    };
}
