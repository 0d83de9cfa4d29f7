//! Commands: one table feeds dispatch, help, hints, the palette and `docs/keys.md`.

pub mod docs;
pub mod keymap;
pub mod search;
mod table;

pub use table::COMMANDS;

use crate::model::Model;
use crate::msg::Effect;

/// Where a command's keys work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Over all panes, when no layer is open.
    Everywhere,
    /// The Fleet pane.
    Fleet,
    /// The Runs pane.
    Runs,
    /// The Compare pane.
    Compare,
    /// The Registry pane.
    Registry,
    /// The Monitors pane.
    Monitors,
    /// The Retrain pane.
    Retrain,
    /// The Audit pane.
    Audit,
    /// The SQL pane, beside its query.
    Sql,
    /// A query that is being written.
    Query,
    /// A dialog or form.
    Dialog,
    /// The palette, a filter or a picker.
    Prompt,
    /// The list of columns.
    Columns,
    /// What changed while nobody looked.
    Digest,
    /// The help page.
    Help,
}

impl Scope {
    /// Every scope in the order of help.
    pub const ALL: [Self; 15] = [
        Self::Everywhere,
        Self::Fleet,
        Self::Runs,
        Self::Compare,
        Self::Registry,
        Self::Monitors,
        Self::Retrain,
        Self::Audit,
        Self::Sql,
        Self::Query,
        Self::Dialog,
        Self::Prompt,
        Self::Columns,
        Self::Digest,
        Self::Help,
    ];

    /// The heading in help.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Fleet => "Fleet",
            Self::Runs => "Runs",
            Self::Compare => "Compare",
            Self::Registry => "Registry",
            Self::Monitors => "Monitors",
            Self::Retrain => "Retrain",
            Self::Audit => "Audit",
            Self::Sql => "SQL",
            Self::Query => "In a query",
            Self::Dialog => "In a dialog",
            Self::Prompt => "In a prompt or list",
            Self::Columns => "In the list of columns",
            Self::Digest => "In what changed while you were away",
            Self::Help => "On this page",
        }
    }

    /// Whether a key of this scope would hide the same key of `other`.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self == other
            || (self == Self::Everywhere && !other.is_layer())
            || (other == Self::Everywhere && !self.is_layer())
    }

    /// Whether it lies over the panes and takes the keys.
    #[must_use]
    pub const fn is_layer(self) -> bool {
        matches!(
            self,
            Self::Query | Self::Dialog | Self::Prompt | Self::Columns | Self::Digest | Self::Help
        )
    }
}

/// How far-reaching a command is (DESIGN.md §8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Looks only.
    View,
    /// Changes something that is put back as easily.
    Reversible,
    /// Changes production: preview, default Cancel, reason.
    Production,
}

/// One row of the table.
#[derive(Clone, Copy)]
pub struct Command {
    /// What is typed after `:` and written in the keymap file.
    pub name: &'static str,
    /// Other names that may be typed after `:`, whole.
    pub aliases: &'static [&'static str],
    /// A few words for hints and the palette.
    pub title: &'static str,
    /// A sentence for help and docs.
    pub doc: &'static str,
    /// Default keys; each may be a sequence (`g g`).
    pub keys: &'static [&'static str],
    /// Where the keys work.
    pub scopes: &'static [Scope],
    /// How far it reaches.
    pub tier: Tier,
    /// Place in the hint bar, 1 first; 0 is not shown.
    pub hint: u8,
    /// What may follow its name in the palette; empty for nothing.
    pub args: &'static str,
    /// Whether it can be done now.
    pub enabled: fn(&Model) -> bool,
    /// Does it.
    pub run: fn(&mut Model, &str) -> Vec<Effect>,
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The command of a name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|c| c.name == name)
}

/// The command that a palette line calls, and what follows its name. The longest name wins.
#[must_use]
pub fn parse_line(line: &str) -> Option<(&'static Command, &str)> {
    let line = line.trim();
    COMMANDS
        .iter()
        .filter_map(|c| {
            if c.aliases.contains(&line) {
                return Some((c, ""));
            }
            let rest = line.strip_prefix(c.name)?;
            (rest.is_empty() || rest.starts_with(' ')).then_some((c, rest.trim()))
        })
        .filter(|(c, rest)| rest.is_empty() || !c.args.is_empty())
        .max_by_key(|(c, _)| c.name.len())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_is_whole() {
        let mut names = BTreeSet::new();
        for c in COMMANDS {
            for name in [c.name].iter().chain(c.aliases) {
                assert!(names.insert(*name), "{name} twice");
                assert_eq!(*name, name.to_lowercase());
            }
            assert!(!c.scopes.is_empty() && !c.title.is_empty(), "{c:?}");
            assert!(
                c.doc.ends_with('.') && c.doc.starts_with(char::is_uppercase),
                "{c:?}: {}",
                c.doc
            );
            assert!(c.title.len() <= 20, "{c:?}: {}", c.title);
        }
    }

    #[test]
    fn palette_lines_find_their_command() {
        let (c, rest) = parse_line("demo speed 500").unwrap();
        assert_eq!((c.name, rest), ("demo speed", "500"));
        assert_eq!(parse_line(" quit ").unwrap().0.name, "quit");
        assert_eq!(parse_line("q").unwrap().0.name, "quit");
        assert!(parse_line("q now").is_none(), "quit takes nothing");
        assert!(parse_line("help me").is_none(), "help takes nothing");
        assert!(parse_line("demolish").is_none());
    }
}
