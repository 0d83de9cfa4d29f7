//! Keys as the operator writes them: one notation for the table, the user's file, help and docs.
//!
//! `parse` and `Display` are inverses, so that what help prints can be pasted into the keymap file.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What was pressed, without modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A printable character; capitals carry their own shift.
    Char(char),
    /// A function key, 1 to 24.
    F(u8),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab; with `shift` this is back-tab.
    Tab,
    /// Rub out the character before the cursor.
    Backspace,
    /// Rub out the character under the cursor.
    Delete,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Start of line or list.
    Home,
    /// End of line or list.
    End,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
}

/// One key press in normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The key itself.
    pub code: Code,
    /// Control held.
    pub ctrl: bool,
    /// Alt held.
    pub alt: bool,
    /// Shift held; always false for characters, whose case says it.
    pub shift: bool,
}

/// Why a text is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text has no key in it.
    #[error("empty key; write for example \"j\", \"ctrl-d\" or \"g g\"")]
    Empty,
    /// The name is not one of ours.
    #[error(
        "unknown key \"{0}\"; write a character, or one of enter, esc, tab, space, up, down, left, right, home, end, pgup, pgdn, backspace, delete, f1 to f24"
    )]
    Unknown(String),
}

/// Names that stand for keys without a visible character.
const NAMES: &[(&str, Code)] = &[
    ("space", Code::Char(' ')),
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
];

impl Key {
    /// A key without modifiers.
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
            shift: false,
        }
    }

    /// A character key without modifiers.
    #[must_use]
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    /// Translates a terminal event; `None` for releases and keys we have no name for.
    #[must_use]
    pub fn from_event(event: KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let mut shift = event.modifiers.contains(KeyModifiers::SHIFT);
        let code = match event.code {
            KeyCode::Char(c) => {
                // Terminals with the keyboard protocol send 'a' + shift, the others send 'A'.
                let c = if shift && c.is_lowercase() {
                    c.to_uppercase().next().unwrap_or(c)
                } else {
                    c
                };
                shift = false;
                Code::Char(c)
            }
            KeyCode::F(n) if (1..=24).contains(&n) => Code::F(n),
            KeyCode::Enter => Code::Enter,
            KeyCode::Esc => Code::Esc,
            KeyCode::Tab => Code::Tab,
            KeyCode::BackTab => {
                shift = true;
                Code::Tab
            }
            KeyCode::Backspace => Code::Backspace,
            KeyCode::Delete => Code::Delete,
            KeyCode::Up => Code::Up,
            KeyCode::Down => Code::Down,
            KeyCode::Left => Code::Left,
            KeyCode::Right => Code::Right,
            KeyCode::Home => Code::Home,
            KeyCode::End => Code::End,
            KeyCode::PageUp => Code::PageUp,
            KeyCode::PageDown => Code::PageDown,
            _ => return None,
        };
        Some(Self {
            code,
            ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
            alt: event.modifiers.contains(KeyModifiers::ALT),
            shift,
        })
    }

    /// The character to insert into a text field, if this key types one.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }

    /// Parses a sequence of keys separated by spaces, as in `g g`.
    ///
    /// # Errors
    /// When any of them is no key, or there is none.
    pub fn parse_sequence(text: &str) -> Result<Vec<Self>, KeyError> {
        let keys = text
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            Err(KeyError::Empty)
        } else {
            Ok(keys)
        }
    }

    /// Prints a sequence; the inverse of [`Key::parse_sequence`].
    #[must_use]
    pub fn print_sequence(keys: &[Self]) -> String {
        keys.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        if self.alt {
            f.write_str("alt-")?;
        }
        if self.shift {
            f.write_str("shift-")?;
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            Code::Char(c) => write!(f, "{c}"),
            Code::F(n) => write!(f, "f{n}"),
            // Every other code has a name in the table above.
            _ => Ok(()),
        }
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut key = Self::plain(Code::Enter);
        let mut rest = text;
        loop {
            let (flag, tail) = if let Some(tail) = rest.strip_prefix("ctrl-") {
                (&mut key.ctrl, tail)
            } else if let Some(tail) = rest.strip_prefix("alt-") {
                (&mut key.alt, tail)
            } else if let Some(tail) = rest.strip_prefix("shift-") {
                (&mut key.shift, tail)
            } else {
                break;
            };
            *flag = true;
            rest = tail;
        }
        if rest.is_empty() {
            return Err(KeyError::Empty);
        }
        key.code = code(rest).ok_or_else(|| KeyError::Unknown(text.to_owned()))?;
        if key.shift
            && let Code::Char(c) = key.code
        {
            // One normal form: the capital says it.
            key.code = Code::Char(c.to_uppercase().next().unwrap_or(c));
            key.shift = false;
        }
        Ok(key)
    }
}

fn code(name: &str) -> Option<Code> {
    if let Some((_, code)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(*code);
    }
    let mut chars = name.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if !c.is_control() && !c.is_whitespace() => return Some(Code::Char(c)),
        _ => {}
    }
    let number: u8 = name.strip_prefix('f')?.parse().ok()?;
    // "f01" would print as "f1"; only the printed form is a name.
    ((1..=24).contains(&number) && name == format!("f{number}")).then_some(Code::F(number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_key() -> impl Strategy<Value = Key> {
        let code = prop_oneof![
            any::<char>()
                .prop_filter("printable", |c| !c.is_control() && !c.is_whitespace())
                .prop_map(Code::Char),
            (1u8..=24).prop_map(Code::F),
            proptest::sample::select(NAMES.iter().map(|(_, c)| *c).collect::<Vec<_>>()),
        ];
        (code, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(code, ctrl, alt, shift)| {
            Key {
                code,
                ctrl,
                alt,
                shift: shift && !matches!(code, Code::Char(_)),
            }
        })
    }

    proptest! {
        #[test]
        fn parse_is_the_inverse_of_print(keys in proptest::collection::vec(any_key(), 1..4)) {
            let text = Key::print_sequence(&keys);
            prop_assert_eq!(Key::parse_sequence(&text), Ok(keys));
        }

        #[test]
        fn any_text_parses_or_says_why(text in ".{0,12}") {
            if let Ok(keys) = Key::parse_sequence(&text) {
                prop_assert_eq!(Key::parse_sequence(&Key::print_sequence(&keys)), Ok(keys));
            }
        }
    }

    #[test]
    fn shifted_characters_are_capitals() {
        assert_eq!("shift-g".parse::<Key>(), Ok(Key::char('G')));
        assert_eq!(
            "ctrl--".parse::<Key>(),
            Ok(Key {
                ctrl: true,
                ..Key::char('-')
            })
        );
        let event = KeyEvent::new(KeyCode::Char('g'), KeyModifiers::SHIFT);
        assert_eq!(Key::from_event(event), Some(Key::char('G')));
        let event = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(
            Key::from_event(event).map(|k| k.to_string()).as_deref(),
            Some("shift-tab")
        );
    }
}
