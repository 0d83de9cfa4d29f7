//! A run in detail over the whole pane: its name, a row of tabs, and the tab in front.

mod facts;
mod files;
mod log;
mod metrics;
mod notes;

use ratatui::layout::Rect;
use trimtab_core::run::RunRow;

use super::{layout, notice, run_detail, status};
use crate::format;
use crate::model::Model;
use crate::model::data::Slot;
use crate::model::detail::Tab;
use crate::theme::Role;
use crate::widget::rule;
use crate::widget::text::{Brush, Ink, width};

/// Draws the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let below = layout::detail(area);
    let Some(run) = model.run_in_front() else {
        let text = format!("Loading the run{}", brush.glyphs().ellipsis);
        notice::draw(brush, below, &text, Role::Dim, &["Esc leaves it."]);
        return;
    };
    if below.y > area.y {
        head(model, brush, area, run);
        tabs(
            model,
            brush,
            Rect {
                y: area.y + 1,
                height: 1,
                ..area
            },
        );
    }
    match (&model.detail.reading, model.detail.tab) {
        (Some(reading), _) => facts::read(brush, below, reading),
        (None, Tab::Overview) => run_detail::body(model, brush, below, run),
        (None, Tab::Params | Tab::Tags | Tab::Inputs) => facts::draw(model, brush, below, run),
        (None, Tab::Metrics) => metrics::table(model, brush, below, run),
        (None, Tab::System) => metrics::grid(model, brush, below, run),
        (None, Tab::Artifacts) => files::draw(model, brush, below, run),
        (None, Tab::Log) => log::draw(model, brush, below, run),
        (None, Tab::Notes) => notes::draw(model, brush, below, run),
    }
}

/// The run's name at the left; at the right what is wrong with the data, or its id.
fn head(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) {
    let stale = notice::condition(model, &model.data.runs, Slot::Runs);
    let gone = if run.deleted { "deleted, " } else { "" };
    let right = match stale.is_empty() {
        true => format!("{gone}{}", run.id),
        false => stale,
    };
    let took = format::took(model.now, run.started, run.ended);
    let dot = brush.glyphs().dot;
    let title = format!("{} {dot} {} {dot} {took}", run.name, run.status.word());
    rule::titled(brush, area, &title, &right, true);
    // The status has its glyph, too, where the rule begins.
    let (glyph, ink) = status::run(brush.glyphs(), run.status).piece();
    brush.put(area.x, area.y, 1, &glyph, ink);
}

/// The tabs; the one in front stands in brackets. Where room is short only those around it are named.
fn tabs(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let front = model.detail.tab;
    let word = |t: Tab| match t == front {
        true => format!("[{}]", t.word()),
        false => format!(" {} ", t.word()),
    };
    let whole: usize = Tab::ALL.iter().map(|t| width(&word(*t))).sum();
    let mut shown: Vec<Tab> = Tab::ALL.to_vec();
    if whole > usize::from(area.width) {
        shown = vec![front.beside(-1), front, front.beside(1)];
    }
    let mut x = area.x;
    for tab in shown {
        let role = if tab == front { Role::Title } else { Role::Dim };
        let ink: Ink = role.into();
        x = brush.put(x, area.y, area.right().saturating_sub(x), &word(tab), ink);
    }
}
