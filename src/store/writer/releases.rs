//! Judging and writing promotion requests, with the evidence they were judged on.

use super::{
    Desk,
    rows::{Rare, append},
};
use crate::{change::Applied, error::StoreError};
use duckdb::{Connection, params};
use trimtab_core::release::{PromotionRequest, RequestId};

impl Desk<'_> {
    pub(super) fn put_request(&mut self, given: &PromotionRequest) -> Result<Applied, StoreError> {
        self.version_exists(&given.model, given.version)?;
        let mut request = given.clone();
        if request.id.0 == 0 {
            // Requests are never removed, so their number is their count.
            request.id = RequestId(self.books.requests.len() as u64 + 1);
        } else {
            let known = self.books.requests.get(&request.id.0).copied();
            let known = known.ok_or_else(|| StoreError::missing("request", request.id))?;
            if known != request.state && !known.may_become(request.state) {
                return Err(StoreError::conflict(
                    "request",
                    request.id,
                    format!(
                        "it is {} and may not become {}",
                        known.word(),
                        request.state.word()
                    ),
                ));
            }
        }
        self.books
            .put(|s| &mut s.requests, request.id.0, request.state);
        let request = Box::new(request);
        self.rows.rare.push(Rare::Request(request.clone()));
        Ok(Applied::Request(request))
    }
}

pub(super) fn write(db: &Connection, r: &PromotionRequest) -> duckdb::Result<()> {
    for sql in [
        "DELETE FROM requests WHERE id = ?",
        "DELETE FROM gate_results WHERE request = ?",
        "DELETE FROM approvals WHERE request = ?",
    ] {
        db.prepare_cached(sql)?.execute([r.id.0])?;
    }
    db.prepare_cached("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![
            r.id.0,
            r.model,
            r.version.0,
            r.champion.map(|v| v.0),
            r.author,
            r.reason,
            r.created.0,
            r.updated.0,
            r.state.word(),
            r.required,
            r.note,
        ])?;
    let gates: Vec<_> = (0u32..).zip(&r.gates).collect();
    append(db, "gate_results", &gates, |app, (i, g)| {
        app.append_row(params![
            r.id.0,
            i,
            g.name,
            g.passed,
            g.candidate,
            g.bound,
            g.reason
        ])
    })?;
    let approvals: Vec<_> = (0u32..).zip(&r.approvals).collect();
    append(db, "approvals", &approvals, |app, (i, a)| {
        app.append_row(params![r.id.0, i, a.actor, a.at.0, a.reason])
    })
}
