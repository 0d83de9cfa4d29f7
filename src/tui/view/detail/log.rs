//! The log of a run's job.

use ratatui::layout::Rect;
use trimtab_core::run::RunRow;
use trimtab_core::time::Millis;

use crate::format;
use crate::model::Model;
use crate::model::data::Slot;
use crate::theme::Role;
use crate::update::detail::log::{TIME, here};
use crate::view::{layout, notice, text};
use crate::widget::rule;
use crate::widget::text::Brush;

/// Draws the tab.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect, run: &RunRow) {
    let Some(job) = run.job else {
        let hints = [
            "Log files among its artifacts are in Artifacts.",
            "T in Retrain launches jobs whose logs are kept.",
        ];
        return notice::draw(
            brush,
            area,
            "No job of ours made this run.",
            Role::Text,
            &hints,
        );
    };
    let inner = layout::detail_text(area);
    let view = &model.detail.log;
    let dot = brush.glyphs().dot;
    let Some(log) = here(model) else {
        rule::titled(brush, area, &format!("job {job}"), "", true);
        notice::feed(model, brush, inner, &model.data.log, "the log");
        return;
    };
    let stale = notice::condition(model, &model.data.log, Slot::JobLog);
    let state = match (view.seeking, view.want, view.follow) {
        (Some(at), ..) => format!("looking for {}", moment(at)),
        (_, Some(_), _) => "going back in the log".to_owned(),
        (.., true) => "following".to_owned(),
        _ => match view.mark {
            Some((_, at)) => format!("at {}", moment(at)),
            None => "f follows".to_owned(),
        },
    };
    let place = text::place(log, &view.pager, log.cut);
    let right = match stale.is_empty() {
        true => format!("{state} {dot} {place}"),
        false => stale,
    };
    rule::titled(brush, area, &format!("job {job}"), &right, true);
    if log.lines.is_empty() && log.partial.is_empty() {
        let text = match run.status.ended() {
            true => "It wrote nothing.",
            false => "It has written nothing yet.",
        };
        return notice::draw(brush, inner, text, Role::Dim, &[]);
    }
    let marked = view.mark.map(|(offset, _)| log.line_at(offset));
    let look = text::Look {
        margin: if view.times { 2 + TIME } else { 2 },
        before: &|line| log.time_of(line).map(moment).unwrap_or_default(),
        role: &|_, line| severity(line),
    };
    // The moment that was gone to has the mark of a match, unless one is shown.
    let mut pager = view.pager.clone();
    pager.hit = pager.hit.or(marked);
    text::draw(brush, inner, log, &pager, &look);
}

/// A time of the day with thousandths, as logs are read.
fn moment(at: Millis) -> String {
    format!("{}.{:03}", format::clock(at), at.0.rem_euclid(1_000))
}

/// How grave a line of a log is, by its words.
#[must_use]
pub fn severity(line: &str) -> Role {
    let lower = line.to_ascii_lowercase();
    if lower.contains("error") || lower.contains("panic") {
        Role::Bad
    } else if lower.contains("warn") {
        Role::Warn
    } else {
        Role::Text
    }
}
