//! Group commit: every call that waits shares one transaction and one `fsync`, and none of them
//! suffers for another's fault.

use super::{Answer, Call, Writer, rows::Rows};
use crate::{change::Applied, error::StoreError};
use std::sync::atomic::Ordering;
use tokio::sync::oneshot;

/// Applies calls in order and answers each. A refused call writes nothing and costs the others
/// nothing. When the transaction of all cannot be committed, each call gets one of its own.
pub(super) fn commit(writer: &mut Writer, calls: Vec<Call>) {
    let mut rows = Rows::default();
    let mut planned: Vec<(Call, Vec<Applied>)> = Vec::with_capacity(calls.len());
    for call in calls {
        match writer.plan(&call.changes) {
            Ok((more, applied)) => {
                rows.merge(more);
                planned.push((call, applied));
            }
            Err(refused) => answer(call.answer, Err(refused)),
        }
    }
    if planned.is_empty() {
        return;
    }
    let committed = commit_rows(writer, &rows);
    writer.count_callers();
    match committed {
        Ok(()) => {
            for (call, applied) in planned {
                answer(call.answer, Ok(applied));
            }
        }
        Err(e) if planned.len() == 1 => {
            for (call, _) in planned {
                answer(call.answer, Err(e.clone()));
            }
        }
        Err(e) => {
            tracing::warn!(calls = planned.len(), error = %e, "a group was not committed; trying its calls one by one");
            for (call, _) in planned {
                let result = writer
                    .plan(&call.changes)
                    .and_then(|(rows, applied)| commit_rows(writer, &rows).map(|()| applied));
                answer(call.answer, result);
            }
        }
    }
}

/// Commits rows and lets the books stand, or turns the books back to the last commit.
fn commit_rows(writer: &mut Writer, rows: &Rows) -> Result<(), StoreError> {
    if rows.is_empty() {
        // Nothing new was said (a parameter again, a status again): there is nothing to make durable.
        writer.books.keep();
        return Ok(());
    }
    match writer.write(rows) {
        Ok(()) => {
            writer.books.keep();
            writer.latest.note(rows);
            writer.gauges.commits.fetch_add(1, Ordering::Relaxed);
            writer.show();
            Ok(())
        }
        Err(e) => {
            writer.books.undo_to(0);
            Err(e)
        }
    }
}

/// A caller that went away has nothing to be told.
fn answer(to: oneshot::Sender<Answer>, answer: Answer) {
    let _ = to.send(answer);
}
