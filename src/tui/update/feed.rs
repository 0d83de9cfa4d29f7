//! What subscriptions bring, with the operator's selection kept on what was selected.

use trimtab_wire::{Delta, Event};

use super::anchors::Anchors;
use crate::model::Model;
use crate::model::data::Slot;

/// Takes one event in.
pub fn take(model: &mut Model, slot: Slot, event: Event) {
    let anchors = Anchors::of(model);
    match event {
        Event::Snapshot(snapshot) => {
            model.arrived(slot);
            model.data.snapshot(slot, snapshot);
            model.link.stale.remove(&slot);
        }
        Event::Delta(delta) => {
            if let Delta::Run(row) = &delta {
                // A new run, or one whose place may have changed, makes the slice out of date.
                let known = model.data.known_runs.get(&row.id);
                let moved = known
                    .is_none_or(|k| (k.status, k.deleted) != (row.status, row.deleted))
                    || model.runs.view.places();
                model.runs.dirty |= moved;
            }
            if let Some((tone, text, hint)) = super::news::of(model, &delta) {
                model.toast(tone, text, hint);
            }
            let right = model.data.delta(slot, delta);
            model.thin(slot, right);
        }
        Event::Resync(dropped) => {
            model.link.dropped += dropped;
            model.link.stale.insert(slot);
        }
        Event::Failed(failure) => {
            model.arrived(slot);
            model.data.failed(slot, failure);
            model.link.stale.remove(&slot);
        }
    }
    anchors.restore(model);
    crate::model::session::arrived(model, slot);
}
