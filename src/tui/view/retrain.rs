//! Retrain: jobs, the selected one's live curve and the end of its log.

use ratatui::layout::Rect;
use trimtab_core::job::Job;

use super::{layout, listing, notice, status};
use crate::format;
use crate::model::Model;
use crate::model::data::Slot;
use crate::theme::Role;
use crate::widget::rule;
use crate::widget::table::{Cell, Column};
use crate::widget::text::Brush;

/// Draws the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let jobs = model.data.job_rows();
    let [a, b, c] = layout::retrain(area, jobs.len(), model.retrain.wide_log);
    let title = notice::counted(model, &model.data.jobs, "Jobs", &jobs.len().to_string());
    let inner = rule::titled(
        brush,
        a,
        &title,
        &notice::condition(model, &model.data.jobs, Slot::Jobs),
        !model.retrain.wide_log,
    );
    if notice::feed(model, brush, inner, &model.data.jobs, "jobs") {
        return;
    }
    if jobs.is_empty() {
        let below = Rect {
            y: inner.y,
            height: area.bottom().saturating_sub(inner.y),
            ..inner
        };
        notice::draw(
            brush,
            below,
            "No jobs yet.",
            Role::Text,
            &["T launches training for the selected model."],
        );
        return;
    }
    table(model, brush, inner, jobs);
    let Some(job) = model.retrain.selected(model) else {
        return;
    };
    if b.height > 0 {
        curve(model, brush, b, job);
    }
    log(model, brush, c, job);
}

fn table(model: &Model, brush: &mut Brush<'_>, area: Rect, jobs: &[Job]) {
    let columns = [
        Column::right("job", 4),
        Column::left("state", 11),
        Column::left("recipe", 10).grow(1).at_most(24),
        Column::left("window", 23).priority(2),
        Column::left("parameters", 14)
            .grow(2)
            .at_most(60)
            .priority(3),
        Column::right("took", 6),
        Column::left("by", 10).grow(1).at_most(24).priority(1),
        Column::left("reason", 14).grow(2).priority(4),
        Column::right("age", 4).priority(5),
    ];
    let g = model.look.glyphs;
    let row = |i: usize| -> Vec<Cell> {
        let j = &jobs[i];
        let window = j.window.as_ref().map_or_else(
            || g.none.to_owned(),
            |(from, to)| format!("{from} {} {to}", g.arrow),
        );
        let params: Vec<String> = j.params.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let took = j.started.map_or_else(
            || g.none.to_owned(),
            |s| format::took(model.now, s, j.ended),
        );
        let reason = j.error.as_ref().map_or_else(
            || Cell::role(&j.reason, Role::Dim),
            |e| Cell::role(e, Role::Bad),
        );
        vec![
            Cell::text(j.id.to_string()),
            status::job(g, j.state).cell(),
            Cell::text(&j.recipe),
            Cell::text(window),
            Cell::role(params.join(" "), Role::Dim),
            Cell::text(took),
            Cell::role(&j.actor, Role::Dim),
            reason,
            Cell::role(format::ago(model.now, j.created), Role::Dim),
        ]
    };
    listing::draw(
        brush,
        area,
        &columns,
        &model.retrain.list,
        !model.retrain.wide_log,
        jobs.len(),
        &row,
    );
}

fn curve(model: &Model, brush: &mut Brush<'_>, area: Rect, job: &Job) {
    let metric = model.retrain.current_metric(model);
    let run = job.run.as_ref().and_then(|id| model.data.run_by_id(id));
    let title = match (&metric, run) {
        (Some(metric), Some(run)) => format!("{metric} {} {}", brush.glyphs().dot, run.name),
        _ => format!("Job {}", job.id),
    };
    let right = run
        .and_then(|r| r.metric(metric.as_ref()?))
        .map_or_else(String::new, format::metric);
    let stale = notice::curve_condition(model, Slot::JobCurve);
    let right = if stale.is_empty() { right } else { stale };
    let inner = rule::titled(brush, area, &title, &right, false);
    let chart = model.retrain.chart(model);
    if !chart.is_empty() {
        chart.draw(brush, inner);
        return;
    }
    let text = match (&job.run, job.state.ended()) {
        (None, false) => "Its run has not begun yet.",
        (None, true) => "It made no run.",
        (Some(_), false) => "No metric has been logged yet.",
        (Some(_), true) => "It logged no metric.",
    };
    notice::draw(brush, inner, text, Role::Dim, &[]);
}

fn log(model: &Model, brush: &mut Brush<'_>, area: Rect, job: &Job) {
    let g = brush.glyphs();
    let follows = model.retrain.follow;
    let stale = notice::condition(model, &model.data.log, Slot::JobLog);
    let right = match (stale.as_str(), follows) {
        ("", true) => "following",
        ("", false) => "F follows",
        (stale, _) => stale,
    };
    let inner = rule::titled(
        brush,
        area,
        &format!("Log {} job {}", g.dot, job.id),
        right,
        model.retrain.wide_log,
    );
    let Some(log) = model
        .data
        .log
        .value
        .as_ref()
        .filter(|_| model.data.log_job == Some(job.id))
    else {
        notice::feed(model, brush, inner, &model.data.log, "the log");
        return;
    };
    let lines: Vec<&str> = log
        .lines
        .iter()
        .map(String::as_str)
        .chain((!log.partial.is_empty()).then_some(log.partial.as_str()))
        .collect();
    if lines.is_empty() {
        let text = if job.state.ended() {
            "It wrote nothing."
        } else {
            "It has written nothing yet."
        };
        notice::draw(brush, inner, text, Role::Dim, &[]);
        return;
    }
    let height = usize::from(inner.height);
    let back = if follows { 0 } else { model.retrain.back };
    let end = lines
        .len()
        .saturating_sub(back)
        .max(height.min(lines.len()));
    let start = end.saturating_sub(height);
    for (i, text) in lines[start..end].iter().enumerate() {
        let lower = text.to_ascii_lowercase();
        let role = if lower.contains("error") || lower.contains("panic") {
            Role::Bad
        } else if lower.contains("warn") {
            Role::Warn
        } else {
            Role::Text
        };
        let clean = crate::widget::text::clean(text);
        brush.put(
            inner.x + 1,
            inner.y + i as u16,
            inner.width.saturating_sub(1),
            &clean,
            role,
        );
    }
}
