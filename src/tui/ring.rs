//! How the console makes itself heard when an alert fires: whoever works in another window is told.

use serde::Deserialize;

/// The longest text that a notification has, in characters.
const MOST: usize = 200;

/// What is sent to the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ring {
    /// The bell, which tmux shows in its list of windows, too.
    #[default]
    Bell,
    /// A notification of the desktop by OSC 9 (iTerm2, Windows Terminal, Ghostty, WezTerm).
    Osc9,
    /// The same by OSC 777 (foot, kitty, urxvt, Ghostty, WezTerm).
    Osc777,
    /// Nothing.
    Off,
}

impl Ring {
    /// The bytes for a text; `tmux` wraps what tmux would keep to itself (its `allow-passthrough` must be on).
    /// None when nothing is to be heard.
    #[must_use]
    pub fn sequence(self, text: &str, tmux: bool) -> Option<Vec<u8>> {
        let text: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(MOST)
            .collect();
        let plain = match self {
            Self::Off => return None,
            Self::Bell => return Some(vec![7]),
            Self::Osc9 => format!("\u{1b}]9;{text}\u{7}"),
            // A semicolon would end the title.
            Self::Osc777 => format!("\u{1b}]777;notify;trimtab;{}\u{7}", text.replace(';', ",")),
        };
        let out = match tmux {
            false => plain,
            true => format!(
                "\u{1b}Ptmux;{}\u{1b}\\",
                plain.replace('\u{1b}', "\u{1b}\u{1b}")
            ),
        };
        // The bell as well: a terminal that does not know the sequence rings at least.
        Some([out.as_bytes(), b"\x07"].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_way_is_as_terminals_know_it() {
        let text = |ring: Ring, tmux| {
            let bytes = ring.sequence("drift of a; x", tmux);
            bytes.map(|b| String::from_utf8(b).unwrap())
        };
        assert_eq!(text(Ring::Off, true), None);
        assert_eq!(text(Ring::Bell, true).unwrap(), "\u{7}");
        assert_eq!(
            text(Ring::Osc9, false).unwrap(),
            "\u{1b}]9;drift of a; x\u{7}\u{7}"
        );
        assert_eq!(
            text(Ring::Osc777, false).unwrap(),
            "\u{1b}]777;notify;trimtab;drift of a, x\u{7}\u{7}"
        );
        assert_eq!(
            text(Ring::Osc9, true).unwrap(),
            "\u{1b}Ptmux;\u{1b}\u{1b}]9;drift of a; x\u{7}\u{1b}\\\u{7}"
        );
    }

    proptest! {
        #[test]
        fn no_name_ends_the_sequence_early(text in any::<String>()) {
            let sent = Ring::Osc777.sequence(&text, false).unwrap();
            prop_assert_eq!(sent.iter().filter(|b| **b == 0x1b).count(), 1);
            prop_assert_eq!(sent.iter().filter(|b| **b == 7).count(), 2);
        }
    }
}
