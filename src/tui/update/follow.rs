//! What must be known for what is on the screen: subscriptions follow from the model, nobody starts them.

use std::collections::BTreeMap;

use trimtab_core::run::RunId;
use trimtab_wire::{Request, Topic};

use crate::model::Model;
use crate::model::data::Slot;
use crate::model::detail::Tab;
use crate::model::monitors::CellAt;
use crate::model::nav::Pane;
use crate::model::runs::PAGE;
use crate::msg::{Call, Effect};
use crate::view::layout;

/// Bytes of a log's history.
const LOG_TAIL: u64 = 256 << 10;
/// Marked runs that are asked for one by one at most.
const MARKS: usize = 200;
/// Entries of the audit's history.
const AUDIT_TAIL: u32 = 2_000;

/// Adds the effects that bring what the screen needs and end what it no longer needs.
pub fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    page(model);
    super::compare::curves::look(model);
    super::zoom::look(model);
    let wanted = wanted(model);
    let gone: Vec<Slot> = model
        .followed()
        .filter(|slot| !wanted.contains_key(slot))
        .collect();
    for slot in gone {
        if slot.is_part() {
            model.data.forget_curves(slot);
        }
        effects.extend(model.unfollow(slot));
    }
    for (slot, topic) in wanted {
        if let Topic::JobLog { job, .. } = topic
            && model.data.log_job != Some(job)
        {
            // Another job's lines must not be read as this one's.
            model.data.log = crate::model::data::Feed::default();
            model.data.log_job = Some(job);
        }
        if slot.is_part() && model.awaits_part_of(slot, &topic) {
            continue;
        }
        effects.extend(model.follow(slot, topic));
    }
    ask(model, effects);
}

/// Moves the asked slice of runs so that it holds the visible rows.
fn page(model: &mut Model) {
    let body = layout::screen(model.size).body;
    let (table, _) = layout::runs(body, model.runs.detail);
    let first = model.runs.list.offset as u64;
    let last = first + layout::table_rows(table) as u64;
    let (low, high) = (
        model.runs.page_offset,
        model.runs.page_offset + u64::from(PAGE),
    );
    if first < low || last > high {
        // A third of the slice lies above the screen, so that scrolling back needs no new one at once.
        model.runs.page_offset = first.saturating_sub(u64::from(PAGE) / 3);
    }
}

/// The topics that the screen needs.
fn wanted(model: &Model) -> BTreeMap<Slot, Topic> {
    let mut topics = BTreeMap::from([
        (Slot::Fleet, Topic::Fleet),
        (Slot::Registry, Topic::Registry),
        (Slot::Monitors, Topic::Monitors),
        (Slot::Jobs, Topic::Jobs),
        (Slot::Runs, Topic::Runs(model.runs.query())),
    ]);
    let columns = u32::from(model.size.width.max(40)) * 2;
    let followed: Vec<Slot> = model.followed().collect();
    if model.pane == Pane::Audit || followed.contains(&Slot::Audit) {
        topics.insert(Slot::Audit, Topic::Audit { tail: AUDIT_TAIL });
    }
    match model.pane {
        Pane::Compare => topics.extend(super::compare::curves::topics(model)),
        Pane::Runs if model.runs.detail || model.detail.is_open() => {
            let front = model.run_in_front();
            if super::detail::is_front(model)
                && model.detail.tab == Tab::Log
                && let Some(job) = front.and_then(|r| r.job)
            {
                topics.insert(
                    Slot::JobLog,
                    Topic::JobLog {
                        job,
                        tail: LOG_TAIL,
                    },
                );
            }
            let charted = |r| {
                if !model.detail.is_open() || model.detail.has_chart() {
                    model.detail.charted(&model.runs, r)
                } else {
                    None
                }
            };
            if let Some((run, key)) = front.and_then(|r| Some((r.id.clone(), charted(r)?))) {
                let topic = Topic::Series {
                    runs: vec![run],
                    key,
                    spans: Vec::new(),
                    smoothing: 0.0,
                    columns,
                };
                let part = super::zoom::part(model, &topic);
                topics.extend(part.map(|part| (Slot::DetailZoom, part)));
                topics.insert(Slot::Detail, topic);
            }
        }
        Pane::Retrain => {
            if let Some(job) = model.retrain.selected(model) {
                topics.insert(
                    Slot::JobLog,
                    Topic::JobLog {
                        job: job.id,
                        tail: LOG_TAIL,
                    },
                );
                if let (Some(run), Some(key)) =
                    (job.run.clone(), model.retrain.current_metric(model))
                {
                    topics.insert(
                        Slot::JobCurve,
                        Topic::Series {
                            runs: vec![run],
                            key,
                            spans: Vec::new(),
                            smoothing: 0.0,
                            columns,
                        },
                    );
                }
            }
        }
        _ => {}
    }
    topics
}

/// Asks once for what no topic brings.
fn ask(model: &mut Model, effects: &mut Vec<Effect>) {
    super::detail::asks::settle(model, effects);
    if !model.is_up() {
        return;
    }
    if model.runs.ask_in(model.now) == Some(0)
        && !model.is_asking(|c| matches!(c, Call::RunsPage(_)))
    {
        model.runs.dirty = false;
        model.runs.asked = model.now;
        let query = model.runs.query();
        effects.push(model.ask(
            Call::RunsPage(Box::new(query.clone())),
            Request::Runs(query),
        ));
    }
    if model.pane == Pane::Monitors
        && let Some((monitor, cell)) = wanted_cell(model)
        && !model.is_asking(|c| matches!(c, Call::Distribution { .. }))
    {
        let call = Call::Distribution {
            monitor: monitor.clone(),
            cell: cell.clone(),
        };
        effects.push(model.ask(
            call,
            Request::Distribution {
                monitor,
                start: cell.start,
                feature: cell.feature,
                segment: cell.segment,
            },
        ));
    }
    let missing: Vec<RunId> = match model.pane {
        Pane::Retrain => model
            .retrain
            .selected(model)
            .and_then(|j| j.run.clone())
            .into_iter()
            .collect(),
        // Marks may be older than what is known of the runs.
        Pane::Compare => model.runs.marks.iter().take(MARKS).cloned().collect(),
        Pane::Registry => model
            .registry
            .selected_version(model)
            .and_then(|v| v.run.clone())
            .into_iter()
            .collect(),
        // It may be a run that another pane named.
        Pane::Runs => model.detail.run.clone().into_iter().collect(),
        _ => Vec::new(),
    };
    for run in missing {
        if model.data.run_by_id(&run).is_none() && model.ask_run_once(&run) {
            effects.push(model.ask(Call::Run, Request::Run(run.as_str().to_owned())));
        }
    }
}

/// The cell whose distribution is neither here nor known to fail.
fn wanted_cell(model: &Model) -> Option<(String, CellAt)> {
    let monitor = model.monitors.current(model)?;
    let cell = CellAt {
        start: model.monitors.window(model)?.start,
        feature: model.monitors.cell(model)?.feature.clone(),
        segment: model.monitors.segment(monitor).cloned(),
    };
    let known = model.monitors.distribution.as_ref();
    let here = known.is_some_and(|(at, _)| *at == cell);
    (!here).then(|| (monitor.name.clone(), cell))
}
