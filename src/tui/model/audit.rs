//! The Audit pane: entries newest first, filtered by a substring.

use trimtab_core::audit::AuditEntry;

use super::Model;
use super::list::List;

/// The pane's own state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Audit {
    /// Selection among the entries shown.
    pub list: List,
    /// What must occur in an entry, in any case.
    pub filter: String,
}

impl Audit {
    /// The entries that pass the filter, newest first.
    #[must_use]
    pub fn rows<'a>(&self, model: &'a Model) -> Vec<&'a AuditEntry> {
        let words: Vec<String> = self
            .filter
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let passes = |e: &AuditEntry| {
            words.is_empty() || {
                let text = format!(
                    "{} {} {} {} {} {}",
                    e.actor,
                    e.action,
                    e.subject,
                    e.outcome.word(),
                    e.reason,
                    e.detail
                )
                .to_lowercase();
                words.iter().all(|w| text.contains(w))
            }
        };
        model
            .data
            .audit
            .value
            .iter()
            .flatten()
            .rev()
            .filter(|e| passes(e))
            .collect()
    }

    /// The selected entry.
    #[must_use]
    pub fn selected<'a>(&self, model: &'a Model) -> Option<&'a AuditEntry> {
        self.rows(model).get(self.list.selected).copied()
    }
}
