//! The log of a run in detail: followed, searched, and gone to at a moment.

use trimtab_core::job::{JobId, LogChunk};
use trimtab_wire::Request;

use crate::model::data::Log;
use crate::model::detail::Tab;
use crate::model::detail::log::{MOST, OLDER};
use crate::model::list::Move;
use crate::model::pager::{Lines, Room};
use crate::model::{Model, Tone};
use crate::msg::{Effect, Trouble};

/// Columns of a line's time.
pub const TIME: u16 = 13;

/// The job of the run in detail.
#[must_use]
pub fn job(model: &Model) -> Option<JobId> {
    model.run_in_front()?.job
}

/// Its log, as far as it is here.
#[must_use]
pub fn here(model: &Model) -> Option<&Log> {
    let job = job(model)?;
    let log = model.data.log.value.as_ref();
    log.filter(|_| model.data.log_job == Some(job))
}

/// The room of its lines.
#[must_use]
pub fn room(model: &Model) -> Room {
    let margin = if model.detail.log.times { 2 + TIME } else { 2 };
    super::room(crate::view::layout::detail_text(super::area(model)), margin)
}

/// Moves; at the end it is followed again.
pub fn go(model: &mut Model, motion: Move) {
    let room = room(model);
    let Some(log) = here(model) else { return };
    let mut pager = model.detail.log.pager.clone();
    pager.go(motion, log, room);
    let end = pager.at_end(log, room);
    model.detail.log.follow = end && !matches!(motion, Move::By(..0) | Move::HalfPages(..0));
    model.detail.log.pager = pager;
}

/// Keeps the end in sight, or the place in the lines.
pub fn clamp(model: &mut Model) {
    let room = room(model);
    let Some(log) = here(model) else { return };
    let mut pager = model.detail.log.pager.clone();
    if model.detail.log.follow {
        pager.go(Move::Last, log, room);
    } else {
        pager.clamp(log, room);
    }
    model.detail.log.pager = pager;
}

/// Goes to a match.
pub fn seek(model: &mut Model, forward: bool) -> bool {
    let room = room(model);
    let Some(log) = here(model) else { return false };
    let mut pager = model.detail.log.pager.clone();
    let found = pager.seek(forward, log, room);
    model.detail.log.follow &= !found;
    model.detail.log.pager = pager;
    found
}

/// Whether a log can be followed.
#[must_use]
pub fn is_log(model: &Model) -> bool {
    super::is_front(model) && model.detail.tab == Tab::Log && job(model).is_some()
}

/// `f`.
pub fn follow(model: &mut Model) -> Vec<Effect> {
    let view = &mut model.detail.log;
    view.follow = !view.follow;
    if view.follow {
        (view.mark, view.want) = (None, None);
    }
    Vec::new()
}

/// `t`.
pub fn times(model: &mut Model) -> Vec<Effect> {
    model.detail.log.times = !model.detail.log.times;
    let has = here(model).is_none_or(|log| !log.stamps.is_empty());
    if model.detail.log.times && !has {
        model.toast(
            Tone::Note,
            "Nobody noted the times of this log.",
            "The agent notes them of jobs that it launches now.",
        );
    }
    Vec::new()
}

/// Goes to the byte that is wanted, once it is here.
pub fn arrive(model: &mut Model) {
    let room = room(model);
    let Some(want) = model.detail.log.want else {
        return;
    };
    let Some(log) = here(model).filter(|l| l.first <= want && want < l.end.max(1)) else {
        return;
    };
    let mut pager = model.detail.log.pager.clone();
    let line = log.line_at(want);
    pager.show(line, log, room);
    let view = &mut model.detail.log;
    (view.pager, view.want, view.follow) = (pager, None, false);
}

/// The older piece that is needed: for the byte that is wanted, or because somebody stands at the top.
#[must_use]
pub fn older(model: &Model) -> Option<(JobId, Request)> {
    let job = job(model)?;
    let log = here(model).filter(|l| l.first > 0)?;
    let view = &model.detail.log;
    let wanted = match view.want {
        Some(want) => want < log.first,
        None => !view.follow && view.pager.top == 0,
    };
    if !wanted || log.count() >= MOST {
        return None;
    }
    let offset = log.first.saturating_sub(OLDER);
    let request = Request::JobLog {
        job,
        offset,
        max: log.first - offset,
    };
    Some((job, request))
}

/// Takes an older piece in; what is in sight stays there.
pub fn take_older(model: &mut Model, job: JobId, result: Result<LogChunk, Trouble>) {
    if model.data.log_job != Some(job) {
        return;
    }
    let chunk = match result {
        Ok(chunk) => chunk,
        Err(trouble) => {
            model.detail.log.want = None;
            if let Some(log) = model.data.log.value.as_mut() {
                // It would only be asked for again at once.
                log.first = 0;
            }
            return model.toast(Tone::Bad, trouble.message, trouble.hint);
        }
    };
    let Some(log) = model.data.log.value.as_mut() else {
        return;
    };
    let Some(made) = log.prepend(&chunk) else {
        // A character cut at the seam, or the log moved on: nothing is lost but this way back.
        log.first = 0;
        return;
    };
    let view = &mut model.detail.log;
    view.pager.top += made;
    view.pager.hit = view.pager.hit.map(|h| h + made);
    arrive(model);
}

/// `y`: the line at the top, or the match; `Y`: all that is here.
#[must_use]
pub fn copied(model: &Model, whole: bool) -> Option<String> {
    let log = here(model)?;
    if whole {
        return Some(log.lines.join("\n"));
    }
    let pager = &model.detail.log.pager;
    let line = log.line(pager.hit.unwrap_or(pager.top));
    (!line.is_empty()).then(|| line.to_owned())
}
