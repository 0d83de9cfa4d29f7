//! The terminal at the other end of a pty: what it shows, what it was sent, what it answers.

use std::num::NonZeroU16;

/// Terminal state that programs ask for or set outside the screen.
#[derive(Debug, Default)]
pub(crate) struct Terminal {
    /// Answers to queries, not yet written back.
    pub replies: Vec<u8>,
    /// The last text copied with OSC 52, still in base64.
    pub clipboard: Option<String>,
    /// The window's title.
    pub title: String,
}

impl vt100::Callbacks for Terminal {
    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.clipboard = Some(String::from_utf8_lossy(data).into_owned());
    }

    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        i1: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        c: char,
    ) {
        match (i1, c, params.first().and_then(|p| p.first())) {
            // Who are you: a VT220. Where is the cursor: here. Programs wait for these.
            (None, 'c', _) => self.replies.extend(b"\x1b[?62;22c"),
            (None, 'n', Some(6)) => {
                let (row, col) = screen.cursor_position();
                self.replies
                    .extend(format!("\x1b[{};{}R", row + 1, col + 1).into_bytes());
            }
            (None, 'n', Some(5)) => self.replies.extend(b"\x1b[0n"),
            _ => {}
        }
    }
}

/// Everything that changes while a program runs; guarded by one lock.
pub(crate) struct State {
    pub parser: vt100::Parser<Terminal>,
    /// Bytes the program wrote so far.
    pub bytes: u64,
    /// What [`State::bytes`] was at the last take.
    pub taken: u64,
    /// Nothing more will be read.
    pub closed: bool,
    /// How the program ended.
    pub exit: Option<crate::pty::Exit>,
}

impl State {
    pub fn new(rows: u16, cols: u16) -> Self {
        let parser = vt100::Parser::new_with_callbacks(
            at_least_two(rows),
            at_least_two(cols),
            0,
            Terminal::default(),
        );
        Self {
            parser,
            bytes: 0,
            taken: 0,
            closed: false,
            exit: None,
        }
    }

    pub fn resize(&mut self, rows: u16, cols: u16) {
        self.parser.set_size(at_least_two(rows), at_least_two(cols));
    }

    /// The screen, without blanks at the ends of lines.
    pub fn text(&self) -> String {
        let screen = self.parser.screen();
        let (_, cols) = screen.size();
        screen
            .rows(0, cols.get())
            .map(|r| r.trim_end().to_owned() + "\n")
            .collect()
    }
}

/// vt100 does not hold a wide character in a screen of one column.
fn at_least_two(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n.max(2)).unwrap_or(NonZeroU16::MIN)
}
