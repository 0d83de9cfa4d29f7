//! Commands of the Retrain pane.

use crate::model::Model;
use crate::msg::Effect;

/// `l`.
pub fn wide_log(model: &mut Model) -> Vec<Effect> {
    model.retrain.wide_log = !model.retrain.wide_log;
    Vec::new()
}

/// `F`.
pub fn follow(model: &mut Model) -> Vec<Effect> {
    model.retrain.follow = !model.retrain.follow;
    model.retrain.back = 0;
    Vec::new()
}
