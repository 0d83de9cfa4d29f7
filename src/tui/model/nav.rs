//! Panes and where the focus is within them.

use crate::command::Scope;

/// One screen of the console. The numbers are the keys that open them; 7 and 9 come with rollouts and hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pane {
    /// Every model in a row.
    Fleet,
    /// The table of runs.
    Runs,
    /// Curves of marked runs.
    Compare,
    /// Versions, aliases, requests.
    Registry,
    /// Features by windows.
    Monitors,
    /// Jobs with logs and curves.
    Retrain,
    /// Who did what.
    Audit,
    /// The store, asked in SQL; its tab is there while it is in front.
    Sql,
}

impl Pane {
    /// Every pane in the order of the tabs.
    pub const ALL: [Self; 8] = [
        Self::Fleet,
        Self::Runs,
        Self::Compare,
        Self::Registry,
        Self::Monitors,
        Self::Retrain,
        Self::Audit,
        Self::Sql,
    ];

    /// Its key and name, as the tabs show them.
    #[must_use]
    pub const fn tab(self) -> (char, &'static str) {
        match self {
            Self::Fleet => ('1', "Fleet"),
            Self::Runs => ('2', "Runs"),
            Self::Compare => ('3', "Compare"),
            Self::Registry => ('4', "Registry"),
            Self::Monitors => ('5', "Monitors"),
            Self::Retrain => ('6', "Retrain"),
            Self::Audit => ('8', "Audit"),
            Self::Sql => ('0', "SQL"),
        }
    }

    /// Its name as it is written in the user's state.
    #[must_use]
    pub fn word(self) -> String {
        self.tab().1.to_lowercase()
    }

    /// Reads [`Self::word`] back; a newer console may have other panes.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.word() == word)
    }

    /// The scope of its keys.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::Fleet => Scope::Fleet,
            Self::Runs => Scope::Runs,
            Self::Compare => Scope::Compare,
            Self::Registry => Scope::Registry,
            Self::Monitors => Scope::Monitors,
            Self::Retrain => Scope::Retrain,
            Self::Audit => Scope::Audit,
            Self::Sql => Scope::Sql,
        }
    }
}
