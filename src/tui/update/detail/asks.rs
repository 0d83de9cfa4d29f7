//! What a run in detail needs from the agent, and what becomes of the answers.

use trimtab_core::artifact::ROWS;
use trimtab_core::metric::Series;
use trimtab_core::run::{RunId, RunRow};
use trimtab_wire::{Reply, Request};

use crate::model::Model;
use crate::model::detail::Tab;
use crate::model::detail::viewer::{Need, Show};
use crate::msg::{Call, Effect, Trouble};
use crate::view::layout;

/// Curves asked for at once.
const AT_ONCE: usize = 64;
/// Columns of a small curve in the table of metrics.
pub const SPARK: u16 = 24;

/// The keys of the curves on the screen, and the pixel columns that they have.
#[must_use]
pub fn charted(model: &Model, run: &RunRow) -> (Vec<String>, u32) {
    let detail = &model.detail;
    let area = super::area(model);
    let list = detail.list(detail.tab);
    let keys = detail.metric_keys(run);
    if detail.alone {
        // The chart alone is followed, and needs none.
        return (Vec::new(), 0);
    }
    match detail.tab {
        Tab::Metrics => {
            let rows = usize::from(area.height);
            let seen = keys.into_iter().skip(list.offset).take(rows.min(AT_ONCE));
            (seen.collect(), u32::from(SPARK))
        }
        Tab::System => {
            let (columns, rows) = layout::most_charts(area);
            let page = (columns * rows).max(1);
            let first = list.selected - list.selected % page;
            let seen = keys.into_iter().skip(first).take(page.min(AT_ONCE));
            (seen.collect(), u32::from(area.width) * 2 / columns as u32)
        }
        _ => (Vec::new(), 0),
    }
}

/// Milliseconds until curves may be asked for again; `None` when none are to be.
#[must_use]
pub fn curves_in(model: &Model) -> Option<i64> {
    if !super::is_front(model) || model.is_asking(|c| matches!(c, Call::RunCurves(_))) {
        return None;
    }
    let run = model.run_in_front()?;
    let (keys, columns) = charted(model, run);
    match model.detail.curves.due(run, &keys, columns, model.now)? {
        // Asked for as soon as the link is up, by the message that says so.
        Ok(_) => None,
        Err(wait) => Some(wait.max(1)),
    }
}

/// Asks for what is on the screen and not here.
pub fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    if !super::is_front(model) {
        return;
    }
    effects.extend(picture(model));
    if !model.is_up() {
        return;
    }
    let Some(run) = model.run_in_front().cloned() else {
        return;
    };
    curves(model, &run, effects);
    match model.detail.tab {
        Tab::Inputs => inputs(model, &run.id, effects),
        Tab::Artifacts => files(model, &run.id, effects),
        Tab::Log => {
            super::log::arrive(model);
            if let Some((job, request)) = super::log::older(model)
                && !model.is_asking(|c| *c == Call::OlderLog(job))
            {
                effects.push(model.ask(Call::OlderLog(job), request));
            }
        }
        _ => {}
    }
}

fn curves(model: &mut Model, run: &RunRow, effects: &mut Vec<Effect>) {
    if model.is_asking(|c| matches!(c, Call::RunCurves(_))) {
        return;
    }
    let (keys, columns) = charted(model, run);
    let now = model.now;
    if let Some(Ok(keys)) = model.detail.curves.due(run, &keys, columns, now) {
        model.detail.curves.ask(run, &keys, columns, now);
        let request = Request::RunCurves {
            run: run.id.clone(),
            keys,
            columns,
        };
        effects.push(model.ask(Call::RunCurves(run.id.clone()), request));
    }
}

fn inputs(model: &mut Model, run: &RunId, effects: &mut Vec<Effect>) {
    let here = matches!(&model.detail.inputs, Some((of, _)) if of == run);
    let call = Call::RunInputs(run.clone());
    if !here && !model.is_asking(|c| *c == call) {
        effects.push(model.ask(call, Request::RunInputs(run.clone())));
    }
}

fn files(model: &mut Model, run: &RunId, effects: &mut Vec<Effect>) {
    while let Some(path) = model.detail.artifacts.unlisted() {
        model.detail.artifacts.ask(&path);
        let call = Call::Artifacts {
            run: run.clone(),
            path: path.clone(),
        };
        let request = Request::Artifacts {
            run: run.clone(),
            path,
        };
        effects.push(model.ask(call, request));
    }
    let room = super::text_room(model);
    let Some(viewer) = &model.detail.artifacts.viewer else {
        return;
    };
    let call = Call::Artifact {
        run: run.clone(),
        path: viewer.path.clone(),
    };
    let (run, path) = (run.clone(), viewer.path.clone());
    let request = match viewer.need(room) {
        None => return,
        Some(Need::Part(offset)) => Request::ArtifactPart {
            run,
            path,
            offset,
            max: 0,
        },
        Some(Need::Table) => Request::ArtifactTable {
            run,
            path,
            rows: ROWS,
        },
    };
    if !model.is_asking(|c| *c == call) {
        effects.push(model.ask(call, request));
    }
}

/// The picture that is looked at, made for its room.
fn picture(model: &mut Model) -> Option<Effect> {
    let area = layout::detail_text(super::area(model));
    let room = (area.width, area.height);
    let ground = model.look.theme.picture_ground();
    let viewer = model.detail.artifacts.viewer.as_mut()?;
    let made = viewer.picture.as_ref().is_some_and(|p| p.room == room);
    let waits = made || viewer.decoding == Some(room) || viewer.trouble.is_some();
    if viewer.show != Show::Image || !viewer.is_whole() || waits || room.0 == 0 || room.1 == 0 {
        return None;
    }
    viewer.decoding = Some(room);
    Some(Effect::Decode {
        path: viewer.path.clone(),
        bytes: std::sync::Arc::clone(&viewer.bytes),
        room,
        ground,
    })
}

/// Takes a picture in.
pub fn decoded(
    model: &mut Model,
    path: &str,
    result: Result<Box<crate::picture::Picture>, Trouble>,
) {
    let Some(viewer) = &mut model.detail.artifacts.viewer else {
        return;
    };
    if viewer.path != path {
        return;
    }
    viewer.decoding = None;
    match result {
        Ok(picture) => viewer.picture = Some(*picture),
        Err(trouble) => viewer.trouble = Some(trouble),
    }
}

/// Takes an answer in.
pub fn take(model: &mut Model, call: Call, result: Result<Reply, Trouble>) {
    let front = |model: &Model, run: &RunId| model.detail.run.as_ref() == Some(run);
    match (call, result) {
        (Call::RunCurves(run), result) if front(model, &run) => {
            let curves = result.map(|reply| match reply {
                Reply::RunCurves(curves) => curves,
                _ => Vec::<Series>::new(),
            });
            model.detail.curves.take(&run, curves);
        }
        (Call::RunInputs(run), result) if front(model, &run) => {
            let inputs = match result {
                Ok(Reply::RunInputs(inputs)) => Ok(inputs),
                Ok(_) => return,
                Err(trouble) => Err(trouble),
            };
            model.detail.inputs = Some((run, inputs));
        }
        (Call::Artifacts { run, path }, result) if front(model, &run) => {
            let folder = match result {
                Ok(Reply::Artifacts(folder)) => Ok(folder),
                Ok(_) => return,
                Err(trouble) => Err(trouble),
            };
            model.detail.artifacts.take(&path, folder);
        }
        (Call::Artifact { run, path }, result) if front(model, &run) => {
            let Some(viewer) = &mut model.detail.artifacts.viewer else {
                return;
            };
            if viewer.path != path {
                return;
            }
            match result {
                Ok(Reply::ArtifactPart(part)) => viewer.take_part(&part),
                Ok(Reply::ArtifactTable(table)) => viewer.table = Some(table),
                Ok(_) => {}
                Err(trouble) => viewer.trouble = Some(trouble),
            }
        }
        (Call::OlderLog(job), Ok(Reply::Log(chunk))) => {
            super::log::take_older(model, job, Ok(chunk));
        }
        (Call::OlderLog(job), Err(trouble)) => super::log::take_older(model, job, Err(trouble)),
        (Call::LogAt(job), Ok(Reply::LogOffset(offset))) => {
            super::moment::found(model, job, Ok(offset));
        }
        (Call::LogAt(job), Err(trouble)) => super::moment::found(model, job, Err(trouble)),
        // Another run is looked at by now.
        _ => {}
    }
}

/// `f5`: everything is asked for anew.
pub fn refresh(model: &mut Model) {
    let detail = &mut model.detail;
    detail.inputs = None;
    detail.artifacts.refresh();
    detail.curves.forget_asked();
    if let Some(viewer) = &mut detail.artifacts.viewer {
        *viewer = crate::model::detail::viewer::Viewer::new(&viewer.path, None);
    }
}
