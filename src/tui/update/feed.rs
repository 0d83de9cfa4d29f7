//! What subscriptions bring, with the operator's selection kept on what was selected.

use trimtab_core::job::JobId;
use trimtab_core::registry::Version;
use trimtab_core::release::RequestId;
use trimtab_wire::{Delta, Event};

use crate::model::Model;
use crate::model::data::Slot;
use crate::model::run_table::RunView;

/// Takes one event in.
pub fn take(model: &mut Model, slot: Slot, event: Event) {
    let anchors = Anchors::of(model);
    match event {
        Event::Snapshot(snapshot) => {
            model.data.snapshot(slot, snapshot);
            model.link.stale.remove(&slot);
        }
        Event::Delta(delta) => {
            if let Delta::Run(row) = &delta {
                // A new run, or one whose place may have changed, makes the slice out of date.
                let known = model.data.known_runs.get(&row.id);
                let moved = known
                    .is_none_or(|k| (k.status, k.deleted) != (row.status, row.deleted))
                    || model.runs.view != RunView::default();
                model.runs.dirty |= moved;
            }
            if let Some((tone, text, hint)) = super::news::of(model, &delta) {
                model.toast(tone, text, hint);
            }
            model.data.delta(slot, delta);
            model.thin(slot);
        }
        Event::Resync(dropped) => {
            model.link.dropped += dropped;
            model.link.stale.insert(slot);
        }
        Event::Failed(failure) => {
            model.data.failed(slot, failure);
            model.link.stale.remove(&slot);
        }
    }
    anchors.restore(model);
}

/// What was selected before rows moved. The top row is no anchor: there one wants to see what is newest.
struct Anchors {
    job: Option<JobId>,
    entry: Option<u64>,
    version: Option<(String, Version)>,
    request: Option<RequestId>,
    model: Option<String>,
}

impl Anchors {
    fn of(m: &Model) -> Self {
        Self {
            job: m
                .retrain
                .selected(m)
                .filter(|_| m.retrain.list.selected > 0)
                .map(|j| j.id),
            entry: m
                .audit
                .selected(m)
                .filter(|_| m.audit.list.selected > 0)
                .map(|e| e.seq),
            version: m
                .registry
                .selected_version(m)
                .filter(|_| m.registry.versions.selected > 0)
                .map(|v| (v.model.clone(), v.version)),
            request: m
                .registry
                .selected_request(m)
                .filter(|_| m.registry.requests.selected > 0)
                .map(|r| r.id),
            model: m.fleet.selected(m).map(|r| r.model.clone()),
        }
    }

    fn restore(self, m: &mut Model) {
        if let Some(at) = self
            .job
            .and_then(|id| m.data.job_rows().iter().position(|j| j.id == id))
        {
            m.retrain.list.selected = at;
        }
        if let Some(at) = self
            .entry
            .and_then(|seq| m.audit.rows(m).iter().position(|e| e.seq == seq))
        {
            m.audit.list.selected = at;
        }
        if let Some((name, version)) = self.version {
            let rows = crate::model::registry::Registry::rows(m);
            let at = rows
                .iter()
                .position(|v| v.model == name && v.version == version);
            if let Some(at) = at {
                m.registry.versions.selected = at;
            }
        }
        if let Some(at) = self
            .request
            .and_then(|id| m.data.request_rows().iter().position(|r| r.id == id))
        {
            m.registry.requests.selected = at;
        }
        if let Some(at) = self
            .model
            .and_then(|name| m.data.fleet_rows().iter().position(|r| r.model == name))
        {
            m.fleet.list.selected = at;
        }
    }
}
