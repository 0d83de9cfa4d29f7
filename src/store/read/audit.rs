//! Reading the audit.

use super::{rows, word};
use crate::{Store, StoreError};
use duckdb::params;
use trimtab_core::{
    audit::{AuditEntry, Outcome},
    time::Millis,
};

impl Store {
    /// Entries numbered above `after`, oldest first; `limit` at most, 0 for all.
    pub async fn audit(&self, after: u64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let limit = match limit {
            0 => i64::MAX,
            n => i64::from(n),
        };
        self.read("reading the audit", move |db| {
            rows(
                db,
                "SELECT seq, at_ms, actor, action, subject, outcome, reason, detail, digest
                 FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
                params![after, limit],
                |r| {
                    Ok(AuditEntry {
                        seq: r.get(0)?,
                        at: Millis(r.get(1)?),
                        actor: r.get(2)?,
                        action: r.get(3)?,
                        subject: r.get(4)?,
                        outcome: word(r, 5, Outcome::from_word)?,
                        reason: r.get(6)?,
                        detail: r.get(7)?,
                        digest: r.get(8)?,
                    })
                },
            )
        })
        .await
    }
}
