//! Draws the model and decides nothing.
//!
//! `view` takes the model by shared reference: what is clamped, sorted or chosen was so in `update`.

mod audit;
mod columns;
mod compare;
mod detail;
mod digest;
mod filter;
mod fleet;
pub mod header;
pub mod help;
mod hints;
pub mod layout;
mod listing;
mod monitors;
mod notice;
pub mod overlay;
mod registry;
mod retrain;
pub mod run_columns;
mod run_detail;
mod runs;
mod sql;
mod status;
mod text;
mod toast;

use ratatui::buffer::Buffer;

use crate::model::Model;
use crate::model::nav::Pane;
use crate::widget::text::Brush;

/// Draws one frame.
pub fn view(model: &Model, buf: &mut Buffer) {
    let screen = layout::screen(model.size);
    let brush = &mut Brush {
        buf,
        look: &model.look,
    };
    let all = brush.buf.area;
    brush.tint(all, model.look.theme.ground());
    header::draw(model, brush, screen.header);
    match model.pane {
        Pane::Fleet => fleet::draw(model, brush, screen.body),
        Pane::Runs => runs::draw(model, brush, screen.body),
        Pane::Compare => compare::draw(model, brush, screen.body),
        Pane::Registry => registry::draw(model, brush, screen.body),
        Pane::Monitors => monitors::draw(model, brush, screen.body),
        Pane::Retrain => retrain::draw(model, brush, screen.body),
        Pane::Audit => audit::draw(model, brush, screen.body),
        Pane::Sql => sql::draw(model, brush, screen.body),
    }
    hints::draw(model, brush, screen.hints);
    toast::draw(model, brush, screen.body);
    overlay::draw(model, brush, screen);
}

#[cfg(test)]
mod compare_tests;
#[cfg(test)]
mod detail_tests;
#[cfg(test)]
mod run_tests;
#[cfg(test)]
mod segment_tests;
#[cfg(test)]
mod tests;
