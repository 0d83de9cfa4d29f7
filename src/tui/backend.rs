//! A terminal backend that writes nothing when nothing changed.
//!
//! Ratatui's own backend emits cursor and attribute sequences on every frame. Over SSH an idle console
//! must be silent, so this one wraps a frame in synchronised-update marks only when cells changed, hides
//! the cursor once, and hands each frame to the terminal in a single write.

use std::io::{self, Write};

use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// The console's backend.
#[derive(Debug)]
pub struct Quiet<W: Write> {
    out: W,
    /// What waits for the frame's end.
    bytes: Vec<u8>,
    /// What the terminal shows now; `None` while unknown (at start and after resume).
    cursor_shown: Option<bool>,
    /// Bytes sent since start, for the bench of bytes per key.
    sent: u64,
}

impl<W: Write> Quiet<W> {
    /// Wraps a terminal's output.
    pub const fn new(out: W) -> Self {
        Self {
            out,
            bytes: Vec::new(),
            cursor_shown: None,
            sent: 0,
        }
    }

    /// Where frames go.
    pub const fn out(&self) -> &W {
        &self.out
    }

    /// Sends something that is no part of a frame, between two frames.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }

    /// Bytes written to the terminal so far.
    #[must_use]
    pub const fn bytes_sent(&self) -> u64 {
        self.sent
    }

    /// Forgets what is known about the terminal, after someone else has drawn on it.
    pub const fn forget(&mut self) {
        self.cursor_shown = None;
    }

    /// Ratatui's encoder holds no state of its own, so one is made where needed; crossterm's flushes after
    /// every command end in the vector, and only `flush` below reaches the terminal.
    const fn encoder(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.bytes)
    }
}

impl<W: Write> Backend for Quiet<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        queue!(self.bytes, BeginSynchronizedUpdate)?;
        self.encoder().draw(content)?;
        queue!(self.bytes, EndSynchronizedUpdate)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor_shown != Some(false) {
            self.encoder().hide_cursor()?;
            self.cursor_shown = Some(false);
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor_shown != Some(true) {
            self.encoder().show_cursor()?;
            self.cursor_shown = Some(true);
        }
        Ok(())
    }

    /// Never asked of the terminal: the answer would arrive among the operator's keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.encoder().set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.encoder().clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.encoder().clear_region(clear_type)
    }

    fn append_lines(&mut self, n: u16) -> io::Result<()> {
        self.encoder().append_lines(n)
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = crossterm::terminal::size()?;
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.encoder().window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        self.out.write_all(&self.bytes)?;
        self.sent += self.bytes.len() as u64;
        self.bytes.clear();
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::{Terminal, TerminalOptions, Viewport};

    use super::*;

    fn draw(terminal: &mut Terminal<Quiet<Vec<u8>>>, text: &str) -> io::Result<u64> {
        let before = terminal.backend().bytes_sent();
        terminal.draw(|frame| frame.render_widget(text, frame.area()))?;
        Ok(terminal.backend().bytes_sent() - before)
    }

    #[test]
    fn an_unchanged_frame_costs_nothing() -> io::Result<()> {
        let options = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, 40, 5)),
        };
        let mut terminal = Terminal::with_options(Quiet::new(Vec::new()), options)?;
        assert!(draw(&mut terminal, "runs")? > 0);
        assert_eq!(draw(&mut terminal, "runs")?, 0);
        assert_eq!(draw(&mut terminal, "runs")?, 0);
        let changed = draw(&mut terminal, "rugs")?;
        assert!(changed > 0 && changed < 60, "{changed} bytes for one cell");
        let out = &terminal.backend().out;
        let text = String::from_utf8_lossy(out);
        assert_eq!(text.matches("\u{1b}[?2026h").count(), 2);
        assert_eq!(text.matches("\u{1b}[?25l").count(), 1);
        Ok(())
    }
}
