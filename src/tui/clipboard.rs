//! Which way a copied text goes, and how it is wrapped for that way.
//!
//! Over SSH the clipboard that counts is that of the terminal in front of the person, reached by OSC 52 through
//! whatever lies between. On the machine itself its own clipboard program is surer: many terminals refuse OSC 52.

use std::time::Duration;

use base64::Engine as _;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Bytes of text that one OSC 52 carries at most: terminals cut longer ones off, or ignore them.
pub const MOST: usize = 74_994;
/// Bytes of a string that GNU screen passes through at once, with room for its frame.
const SCREEN_PIECE: usize = 240;
/// How long a clipboard program may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where copied texts go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the terminal, by OSC 52.
    Terminal,
    /// To the terminal that tmux is shown on.
    Tmux,
    /// To the terminal that GNU screen is shown on.
    Screen,
    /// To this machine's clipboard, by a program that reads it from its standard input.
    Program(&'static [&'static str]),
}

/// tmux's own way to its terminal's clipboard; needs none of its options.
const TMUX: &[&str] = &["tmux", "load-buffer", "-w", "-"];

impl Way {
    /// Decides from the environment and the programs there are.
    pub fn detect(env: impl Fn(&str) -> Option<String>, has: impl Fn(&str) -> bool) -> Self {
        let is = |name: &str| env(name).is_some_and(|v| !v.is_empty());
        let far = is("SSH_TTY") || is("SSH_CONNECTION");
        if !far {
            let programs: [(bool, &'static [&'static str]); 4] = [
                (cfg!(target_os = "macos"), &["pbcopy"]),
                (is("WAYLAND_DISPLAY"), &["wl-copy"]),
                (is("DISPLAY"), &["xclip", "-selection", "clipboard"]),
                (is("DISPLAY"), &["xsel", "--clipboard", "--input"]),
            ];
            let found = programs
                .into_iter()
                .find(|(fits, program)| *fits && has(program[0]));
            if let Some((_, program)) = found {
                return Self::Program(program);
            }
        }
        if is("TMUX") {
            Self::Tmux
        } else if is("STY") || env("TERM").is_some_and(|t| t.starts_with("screen")) {
            Self::Screen
        } else {
            Self::Terminal
        }
    }

    /// The program that is tried first.
    #[must_use]
    pub const fn program(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Program(program) => Some(program),
            Self::Tmux => Some(TMUX),
            Self::Terminal | Self::Screen => None,
        }
    }

    /// The way left when there is no such program, or it failed.
    #[must_use]
    pub const fn without_program(self) -> Self {
        match self {
            Self::Program(_) => Self::Terminal,
            other => other,
        }
    }

    /// The bytes that bring a text to the terminal; `None` when it is too long for that.
    #[must_use]
    pub fn sequence(self, text: &str) -> Option<Vec<u8>> {
        if text.len() > MOST {
            return None;
        }
        let payload = base64::engine::general_purpose::STANDARD.encode(text);
        let plain = format!("\u{1b}]52;c;{payload}\u{7}").into_bytes();
        Some(match self {
            Self::Terminal | Self::Program(_) => plain,
            // tmux takes the plain one when its `set-clipboard` is on, and passes the wrapped one on when its
            // `allow-passthrough` is; with both, the clipboard is set to the same text twice.
            Self::Tmux => {
                let mut out = plain.clone();
                out.extend_from_slice(b"\x1bPtmux;");
                for byte in plain {
                    if byte == 0x1b {
                        out.push(byte);
                    }
                    out.push(byte);
                }
                out.extend_from_slice(b"\x1b\\");
                out
            }
            Self::Screen => plain
                .chunks(SCREEN_PIECE)
                .flat_map(|piece| [&b"\x1bP"[..], piece, &b"\x1b\\"[..]].concat())
                .collect(),
        })
    }

    /// The way in words: "to …".
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Terminal => "to this terminal's clipboard (OSC 52)".to_owned(),
            Self::Tmux => "through tmux to its terminal's clipboard".to_owned(),
            Self::Screen => "through screen to its terminal's clipboard (OSC 52)".to_owned(),
            Self::Program(program) => {
                format!("to this machine's clipboard ({})", program[0])
            }
        }
    }
}

/// Hands a text to a program; false when that does not work.
pub async fn hand_over(program: &[&str], text: &str) -> bool {
    let Some((name, args)) = program.split_first() else {
        return false;
    };
    let done = async {
        let mut child = Command::new(name)
            .args(args)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .ok()?;
        let mut input = child.stdin.take()?;
        input.write_all(text.as_bytes()).await.ok()?;
        drop(input);
        child.wait().await.ok()
    };
    // The program may wait for a display that hangs.
    let ended = tokio::time::timeout(PATIENCE, done).await;
    matches!(ended, Ok(Some(status)) if status.success())
}

/// Whether a program of this name is on the path.
#[must_use]
pub fn on_path(name: &str) -> bool {
    let folders = std::env::var_os("PATH");
    let mut folders = folders.iter().flat_map(std::env::split_paths);
    folders.any(|f| f.join(name).is_file())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn way(env: &[(&str, &str)], programs: &[&str]) -> Way {
        let value = |name: &str| {
            let found = env.iter().find(|(n, _)| *n == name);
            found.map(|(_, v)| (*v).to_owned())
        };
        Way::detect(value, |p| programs.contains(&p))
    }

    #[test]
    #[cfg(not(target_os = "macos"))]
    fn over_ssh_the_terminal_counts() {
        let all = ["wl-copy", "xclip", "xsel"];
        let display = ("DISPLAY", ":0");
        assert_eq!(
            way(&[display, ("SSH_TTY", "/dev/pts/1")], &all),
            Way::Terminal
        );
        assert_eq!(
            way(&[display, ("SSH_CONNECTION", "a")], &all),
            Way::Terminal
        );
        let tmux = ("TMUX", "/tmp/tmux-0/default,1,0");
        assert_eq!(way(&[("SSH_TTY", "x"), tmux], &all), Way::Tmux);
        assert_eq!(
            way(&[("SSH_TTY", "x"), ("STY", "1.pts")], &all),
            Way::Screen
        );
        assert_eq!(way(&[("TERM", "screen-256color"), tmux], &[]), Way::Tmux);
        assert_eq!(way(&[("TERM", "screen-256color")], &[]), Way::Screen);
        // On the machine itself: its own clipboard, if a program is there.
        assert!(matches!(way(&[display], &all), Way::Program(p) if p[0] == "xclip"));
        assert!(matches!(way(&[display], &["xsel"]), Way::Program(p) if p[0] == "xsel"));
        assert!(
            matches!(way(&[display, ("WAYLAND_DISPLAY", "w")], &all), Way::Program(p) if p[0] == "wl-copy")
        );
        assert_eq!(way(&[display], &[]), Way::Terminal);
        assert_eq!(way(&[("SSH_TTY", "")], &[]), Way::Terminal);
    }

    #[test]
    fn golden_sequences() {
        let text = |w: Way| String::from_utf8(w.sequence("hi").unwrap()).unwrap();
        assert_eq!(text(Way::Terminal), "\u{1b}]52;c;aGk=\u{7}");
        assert_eq!(
            text(Way::Tmux),
            "\u{1b}]52;c;aGk=\u{7}\u{1b}Ptmux;\u{1b}\u{1b}]52;c;aGk=\u{7}\u{1b}\\"
        );
        assert_eq!(text(Way::Screen), "\u{1b}P\u{1b}]52;c;aGk=\u{7}\u{1b}\\");
        let long = "x".repeat(MOST);
        assert!(Way::Terminal.sequence(&long).is_some());
        assert_eq!(Way::Terminal.sequence(&format!("{long}x")), None);
    }

    proptest! {
        /// What screen's pieces hold, one after the other, is the plain sequence.
        #[test]
        fn screen_gets_it_in_pieces(text in "\\PC{0,900}") {
            let plain = Way::Terminal.sequence(&text).unwrap();
            let wrapped = Way::Screen.sequence(&text).unwrap();
            let mut rest = &wrapped[..];
            let mut inner = Vec::new();
            while !rest.is_empty() {
                rest = rest.strip_prefix(b"\x1bP").unwrap();
                let end = rest.windows(2).position(|w| w == b"\x1b\\").unwrap();
                prop_assert!(end <= SCREEN_PIECE);
                inner.extend_from_slice(&rest[..end]);
                rest = &rest[end + 2..];
            }
            prop_assert_eq!(inner, plain);
        }
    }

    #[tokio::test]
    async fn a_program_gets_the_text_or_fails() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x");
        let script = format!("cat > '{}'", file.display());
        assert!(hand_over(&["sh", "-c", &script], "a text").await);
        assert_eq!(std::fs::read_to_string(file).unwrap(), "a text");
        assert!(!hand_over(&["sh", "-c", "cat > /dev/null; exit 3"], "x").await);
        assert!(!hand_over(&["no-such-program-here"], "x").await);
        assert!(!hand_over(&[], "x").await);
        assert!(on_path("sh") && !on_path("no-such-program-here"));
    }
}
