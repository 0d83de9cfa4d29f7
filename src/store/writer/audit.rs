//! Numbering and chaining the audit. The writer is the only place that can: it alone knows the last entry.

use super::{Desk, rows::Rare};
use crate::change::Applied;
use duckdb::{Connection, params};
use trimtab_core::audit::AuditEntry;

impl Desk<'_> {
    pub(super) fn audit(&mut self, mut entry: AuditEntry) -> Applied {
        let (seq, previous) = &self.books.audit;
        entry.seq = seq + 1;
        entry.digest = entry.compute_digest(previous);
        self.books
            .set(|s| &mut s.audit, (entry.seq, entry.digest.clone()));
        self.rows.rare.push(Rare::Audit(entry.clone()));
        Applied::Audit(entry)
    }
}

pub(super) fn write(db: &Connection, e: &AuditEntry) -> duckdb::Result<()> {
    db.prepare_cached("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![
            e.seq,
            e.at.0,
            e.actor,
            e.action,
            e.subject,
            e.outcome.word(),
            e.reason,
            e.detail,
            e.digest,
        ])
        .map(drop)
}
