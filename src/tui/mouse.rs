//! What the mouse did, as far as the console cares.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// What it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gesture {
    /// The left button went down.
    Press,
    /// It moved with the left button down.
    Drag,
    /// The left button went up.
    Release,
    /// The wheel turned so many notches, down above zero.
    Wheel(isize),
}

/// What it did, and in which cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    /// What.
    pub gesture: Gesture,
    /// The column.
    pub x: u16,
    /// The row.
    pub y: u16,
}

impl Mouse {
    /// Translates a terminal event; `None` for other buttons and mere movement.
    #[must_use]
    pub const fn from_event(event: MouseEvent) -> Option<Self> {
        let gesture = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Gesture::Press,
            MouseEventKind::Drag(MouseButton::Left) => Gesture::Drag,
            MouseEventKind::Up(MouseButton::Left) => Gesture::Release,
            MouseEventKind::ScrollDown => Gesture::Wheel(1),
            MouseEventKind::ScrollUp => Gesture::Wheel(-1),
            _ => return None,
        };
        Some(Self {
            gesture,
            x: event.column,
            y: event.row,
        })
    }
}

/// Asks the terminal for presses, drags and the wheel, by cells of any number. Mere movement is not asked for: over
/// a slow link it would be a flood.
pub const TAKE: &str = "\u{1b}[?1000h\u{1b}[?1002h\u{1b}[?1006h";
/// Leaves the mouse to the terminal again; harmless when it was never taken.
pub const LEAVE: &str = "\u{1b}[?1006l\u{1b}[?1002l\u{1b}[?1000l";

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    #[test]
    fn other_buttons_are_nothing() {
        let event = |kind| MouseEvent {
            kind,
            column: 7,
            row: 3,
            modifiers: KeyModifiers::NONE,
        };
        let press = Mouse::from_event(event(MouseEventKind::Down(MouseButton::Left)));
        let here = |gesture| {
            Some(Mouse {
                gesture,
                x: 7,
                y: 3,
            })
        };
        assert_eq!(press, here(Gesture::Press));
        let wheel = Mouse::from_event(event(MouseEventKind::ScrollUp));
        assert_eq!(wheel, here(Gesture::Wheel(-1)));
        for kind in [
            MouseEventKind::Moved,
            MouseEventKind::Down(MouseButton::Right),
            MouseEventKind::ScrollLeft,
        ] {
            assert_eq!(Mouse::from_event(event(kind)), None);
        }
    }
}
