//! Reading promotion requests with their evidence.

use super::{rows, word};
use crate::{Store, StoreError};
use duckdb::Connection;
use std::collections::HashMap;
use trimtab_core::{
    gate::GateResult,
    registry::Version,
    release::{Approval, PromotionRequest, RequestId, RequestState},
    time::Millis,
};

impl Store {
    /// Every request, newest first.
    pub async fn requests(&self) -> Result<Vec<PromotionRequest>, StoreError> {
        self.read("reading promotion requests", |db| select(db, None))
            .await
    }

    /// One request.
    pub async fn request(&self, id: RequestId) -> Result<Option<PromotionRequest>, StoreError> {
        self.read("reading a promotion request", move |db| {
            Ok(select(db, Some(id))?.pop())
        })
        .await
    }
}

fn select(db: &Connection, id: Option<RequestId>) -> duckdb::Result<Vec<PromotionRequest>> {
    let id = id.map(|id| id.0);
    let mut requests = rows(
        db,
        "SELECT id, model, version, champion, author, reason, created, updated, state, required, note
         FROM requests WHERE coalesce(id = ?, true) ORDER BY id DESC",
        [id],
        |r| {
            Ok(PromotionRequest {
                id: RequestId(r.get(0)?),
                model: r.get(1)?,
                version: Version(r.get(2)?),
                champion: r.get::<_, Option<u32>>(3)?.map(Version),
                author: r.get(4)?,
                reason: r.get(5)?,
                created: Millis(r.get(6)?),
                updated: Millis(r.get(7)?),
                state: word(r, 8, RequestState::from_word)?,
                gates: Vec::new(),
                approvals: Vec::new(),
                required: r.get(9)?,
                note: r.get(10)?,
            })
        },
    )?;
    let at: HashMap<u64, usize> = requests.iter().map(|r| r.id.0).zip(0..).collect();
    let gates = rows(
        db,
        "SELECT request, name, passed, candidate, bound, reason FROM gate_results
         WHERE coalesce(request = ?, true) ORDER BY request, ordinal",
        [id],
        |r| {
            let gate = GateResult {
                name: r.get(1)?,
                passed: r.get(2)?,
                candidate: r.get(3)?,
                bound: r.get(4)?,
                reason: r.get(5)?,
            };
            Ok((r.get::<_, u64>(0)?, gate))
        },
    )?;
    for (request, gate) in gates {
        if let Some(i) = at.get(&request) {
            requests[*i].gates.push(gate);
        }
    }
    let approvals = rows(
        db,
        "SELECT request, actor, at_ms, reason FROM approvals
         WHERE coalesce(request = ?, true) ORDER BY request, ordinal",
        [id],
        |r| {
            let approval = Approval {
                actor: r.get(1)?,
                at: Millis(r.get(2)?),
                reason: r.get(3)?,
            };
            Ok((r.get::<_, u64>(0)?, approval))
        },
    )?;
    for (request, approval) in approvals {
        if let Some(i) = at.get(&request) {
            requests[*i].approvals.push(approval);
        }
    }
    Ok(requests)
}
