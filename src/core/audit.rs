//! The audit: who did what, when, why, and what came of it. Written before and after each act.

use crate::time::Millis;
use serde::{Deserialize, Serialize};

/// One line of the audit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its number: 1, 2, 3, … without gaps.
    pub seq: u64,
    /// When.
    pub at: Millis,
    /// Who: from the socket's credentials, or `agent`.
    pub actor: String,
    /// What: `promotion.request`, `promotion.approve`, `rollback`, `retrain.start`, …
    pub action: String,
    /// On what: `late15 v4`, `job 7`, …
    pub subject: String,
    /// Began, done, refused or failed.
    pub outcome: Outcome,
    /// The reason given.
    pub reason: String,
    /// The evidence and details, for people.
    pub detail: String,
    /// SHA-256 over the previous entry's digest and this entry's fields, in hexadecimal.
    pub digest: String,
}

/// What came of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Written before the act.
    Began,
    /// It happened.
    Done,
    /// Policy or the domain said no; nothing changed.
    Refused,
    /// It was tried and failed; what was changed was put back.
    Failed,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Began, Self::Done, Self::Refused, Self::Failed];

    /// The word stored and shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Began => "began",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.word() == word)
    }
}

impl AuditEntry {
    /// The digest this entry must carry after an entry whose digest is `previous`
    /// (empty for the first). Fields are length-prefixed, so that no two entries collide by shifting text.
    pub fn compute_digest(&self, previous: &str) -> String {
        use sha2::{Digest as _, Sha256};
        let mut hash = Sha256::new();
        let seq = self.seq.to_string();
        let at = self.at.0.to_string();
        for field in [
            previous,
            &seq,
            &at,
            &self.actor,
            &self.action,
            &self.subject,
            self.outcome.word(),
            &self.reason,
            &self.detail,
        ] {
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field.as_bytes());
        }
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// The first entry that does not follow from the one before it: its number and why.
pub fn verify(entries: &[AuditEntry]) -> Result<(), (u64, &'static str)> {
    let mut previous = "";
    for (i, e) in entries.iter().enumerate() {
        if e.seq != i as u64 + 1 {
            return Err((e.seq, "the numbers have a gap"));
        }
        if e.compute_digest(previous) != e.digest {
            return Err((
                e.seq,
                "the digest does not match the entry and the one before it",
            ));
        }
        previous = &e.digest;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_entry_is_found() {
        let mut entries = Vec::new();
        let mut previous = String::new();
        for seq in 1..=3 {
            let mut e = AuditEntry {
                seq,
                at: Millis(seq as i64),
                actor: "ana".into(),
                action: "rollback".into(),
                subject: "m v2".into(),
                outcome: Outcome::Done,
                reason: String::new(),
                detail: String::new(),
                digest: String::new(),
            };
            e.digest = e.compute_digest(&previous);
            previous.clone_from(&e.digest);
            entries.push(e);
        }
        assert_eq!(verify(&entries), Ok(()));
        entries[1].reason = "nobody saw".into();
        assert_eq!(verify(&entries).unwrap_err().0, 2);
    }
}
