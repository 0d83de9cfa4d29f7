//! Commands of the Fleet pane.

use crate::model::Model;
use crate::model::nav::Pane;
use crate::msg::Effect;

/// Enter: the monitor of the selected model.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let name = model.fleet.monitor(model).map(|m| m.name.clone());
    if let Some(index) =
        name.and_then(|n| model.data.monitor_rows().iter().position(|m| m.name == n))
    {
        model.monitors.index = index;
        model.pane = Pane::Monitors;
    }
    Vec::new()
}
