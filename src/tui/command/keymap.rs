//! Keys to commands: the table's defaults with the operator's changes on top.

use std::collections::{BTreeMap, HashMap};

use super::{COMMANDS, Command, Scope};
use crate::key::{Code, Key, KeyError};

/// What the keys typed so far mean.
#[derive(Debug, Clone, Copy)]
pub enum Found {
    /// This command.
    Command(&'static Command),
    /// The beginning of a longer sequence.
    Prefix,
    /// Nothing.
    Nothing,
}

/// A keymap file that cannot be used. The defaults stay in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// No such command.
    #[error("keys: there is no command \"{0}\". `:` in the console lists them all")]
    Command(String),
    /// A text that is no key.
    #[error("keys: {command}: {source}")]
    Key {
        /// The command.
        command: String,
        /// What is wrong with the key.
        source: KeyError,
    },
    /// Two commands want the same key in the same place.
    #[error(
        "keys: \"{key}\" would call both \"{first}\" and \"{second}\" ({place}). Give one of them another key"
    )]
    Clash {
        /// The key.
        key: String,
        /// One command.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// Where they meet.
        place: &'static str,
    },
    /// A key that terminals, tmux or the shell keep for themselves.
    #[error(
        "keys: {command}: \"{key}\" cannot be bound: terminals and multiplexers use it themselves"
    )]
    Reserved {
        /// The command.
        command: String,
        /// The key.
        key: String,
    },
}

/// The keys in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    /// For each scope, sequences to places in [`COMMANDS`].
    bindings: HashMap<Scope, BTreeMap<Vec<Key>, usize>>,
    /// For each command, its keys as printed, the first one for hints.
    keys: Vec<Vec<String>>,
}

impl Default for Keymap {
    /// The table's own keys.
    fn default() -> Self {
        // The table is tested to be free of clashes; an empty map would still leave the palette's Esc.
        Self::with(&BTreeMap::new()).unwrap_or(Self {
            bindings: HashMap::new(),
            keys: vec![Vec::new(); COMMANDS.len()],
        })
    }
}

impl Keymap {
    /// The table's keys, with those of the named commands replaced.
    ///
    /// # Errors
    /// For unknown commands, unreadable or reserved keys, and clashes; the first in the order of names.
    pub fn with(changes: &BTreeMap<String, Vec<String>>) -> Result<Self, KeymapError> {
        if let Some(name) = changes.keys().find(|n| super::by_name(n).is_none()) {
            return Err(KeymapError::Command(name.clone()));
        }
        let mut map = Self {
            bindings: HashMap::new(),
            keys: Vec::new(),
        };
        for (index, command) in COMMANDS.iter().enumerate() {
            let chosen = changes.get(command.name);
            let texts: Vec<&str> = chosen.map_or_else(
                || command.keys.to_vec(),
                |c| c.iter().map(String::as_str).collect(),
            );
            let mut printed = Vec::new();
            for text in texts {
                let keys = Key::parse_sequence(text).map_err(|source| KeymapError::Key {
                    command: command.name.to_owned(),
                    source,
                })?;
                if let Some(key) = keys.iter().find(|k| reserved(**k)) {
                    return Err(KeymapError::Reserved {
                        command: command.name.to_owned(),
                        key: key.to_string(),
                    });
                }
                for scope in command.scopes {
                    map.clash(*scope, &keys, index)?;
                    map.bindings
                        .entry(*scope)
                        .or_default()
                        .insert(keys.clone(), index);
                }
                printed.push(show(&keys));
            }
            map.keys.push(printed);
        }
        Ok(map)
    }

    /// Whether a sequence would collide with one that is there already, or hide it as its prefix.
    fn clash(&self, scope: Scope, keys: &[Key], index: usize) -> Result<(), KeymapError> {
        for (other, bindings) in &self.bindings {
            if !scope.overlaps(*other) {
                continue;
            }
            for (bound, owner) in bindings {
                let same = bound.starts_with(keys) || keys.starts_with(bound);
                if same && *owner != index {
                    return Err(KeymapError::Clash {
                        key: Key::print_sequence(keys),
                        first: COMMANDS[*owner].name,
                        second: COMMANDS[index].name,
                        place: if scope == Scope::Everywhere {
                            other.title()
                        } else {
                            scope.title()
                        },
                    });
                }
            }
        }
        Ok(())
    }

    /// What a sequence means in the given scopes, the first one that knows it deciding.
    #[must_use]
    pub fn find(&self, scopes: &[Scope], keys: &[Key]) -> Found {
        for scope in scopes {
            let Some(bindings) = self.bindings.get(scope) else {
                continue;
            };
            if let Some(index) = bindings.get(keys) {
                return Found::Command(&COMMANDS[*index]);
            }
            if bindings
                .keys()
                .any(|bound| bound.len() > keys.len() && bound.starts_with(keys))
            {
                return Found::Prefix;
            }
        }
        Found::Nothing
    }

    /// The keys of a command as printed, the shortest for hints first.
    #[must_use]
    pub fn keys_of(&self, name: &str) -> &[String] {
        let index = COMMANDS.iter().position(|c| c.name == name);
        index
            .and_then(|i| self.keys.get(i))
            .map_or(&[], Vec::as_slice)
    }
}

/// Keys that never arrive or mean something else to terminals (DESIGN.md §9).
fn reserved(key: Key) -> bool {
    let held = match key.code {
        Code::Char(c) => key.ctrl && "absqz \\hjkl".contains(c.to_ascii_lowercase()),
        Code::F(10 | 11) => true,
        _ => false,
    };
    held || (key.alt && !key.ctrl)
}

/// `g g` is shown as `gg`, which is what is typed.
fn show(keys: &[Key]) -> String {
    let parts: Vec<String> = keys.iter().map(ToString::to_string).collect();
    if parts.iter().all(|p| p.chars().count() == 1) {
        parts.concat()
    } else {
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(changes: &[(&str, &[&str])]) -> Result<Keymap, KeymapError> {
        let owned = changes
            .iter()
            .map(|(n, k)| ((*n).to_owned(), k.iter().map(|k| (*k).to_owned()).collect()))
            .collect();
        Keymap::with(&owned)
    }

    #[test]
    fn the_table_has_no_clash() {
        with(&[]).unwrap();
    }

    #[test]
    fn the_operator_can_move_keys() {
        let map = with(&[("promote", &["ctrl-p", "f6"])]).unwrap();
        let key: Key = "f6".parse().unwrap();
        assert!(
            matches!(map.find(&[Scope::Registry], &[key]), Found::Command(c) if c.name == "promote")
        );
        assert!(matches!(
            map.find(&[Scope::Registry, Scope::Everywhere], &[Key::char('P')]),
            Found::Nothing
        ));
        assert_eq!(map.keys_of("promote"), ["ctrl-p", "f6"]);
    }

    #[test]
    fn mistakes_name_both_sides() {
        let clash = with(&[("promote", &["B"])]).unwrap_err();
        let text = clash.to_string();
        assert!(
            text.contains("promote") && text.contains("roll back") && text.contains('B'),
            "{text}"
        );
        assert!(matches!(
            with(&[("promot", &["P"])]),
            Err(KeymapError::Command(_))
        ));
        assert!(matches!(
            with(&[("promote", &["ctrl-s"])]),
            Err(KeymapError::Reserved { .. })
        ));
        assert!(matches!(
            with(&[("promote", &["hyper-x"])]),
            Err(KeymapError::Key { .. })
        ));
    }

    #[test]
    fn sequences_wait_for_their_end() {
        let map = Keymap::default();
        let g = Key::char('g');
        assert!(matches!(
            map.find(&[Scope::Runs, Scope::Everywhere], &[g]),
            Found::Prefix
        ));
        assert!(
            matches!(map.find(&[Scope::Runs, Scope::Everywhere], &[g, g]), Found::Command(c) if c.name == "first")
        );
    }
}
