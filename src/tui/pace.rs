//! When to draw: data at most every 16 ms, a key at once; both only once the terminal has taken the frame before.
//!
//! A terminal that takes its time (a slow link) gets fewer frames: data rests for a few times as long as the last
//! write took, so that most of the link stays free for keys.
//!
//! Feeds may bring hundreds of messages a second, and a frame for each would help nobody. A person presses
//! one key and looks: that frame must not wait because some feed has just had one. Keys that have already
//! arrived (key repeat, a paste without brackets) are taken in first, so that a flood costs one frame, not
//! hundreds.

use std::time::Duration;

use tokio::time::Instant;

/// Least time between two frames that data asks for.
pub const BREATH: Duration = Duration::from_millis(16);
/// Most time that waiting messages or keys may hold back a frame.
pub const PATIENCE: Duration = Duration::from_millis(33);

/// Data rests for so many times as long as the terminal took for a frame.
const SHARE: u32 = 3;
/// Most time between two frames that data asks for, however slow the terminal.
const LONGEST: Duration = Duration::from_secs(1);

/// Decides whether a frame is due.
#[derive(Debug)]
pub struct Pace {
    /// When the last frame was drawn.
    drawn: Instant,
    /// The screen may not show what the model says.
    dirty: bool,
    /// The operator did something that is not on the screen yet.
    pressed: bool,
    /// Least time between two frames that data asks for; more than [`BREATH`] on a slow link.
    rest: Duration,
}

impl Pace {
    /// Before the first frame, which is due.
    pub fn new(now: Instant) -> Self {
        Self {
            drawn: now.checked_sub(PATIENCE).unwrap_or(now),
            dirty: true,
            pressed: false,
            rest: BREATH,
        }
    }

    /// Something changed by itself.
    pub const fn changed(&mut self) {
        self.dirty = true;
    }

    /// The operator changed something.
    pub const fn pressed(&mut self) {
        (self.dirty, self.pressed) = (true, true);
    }

    /// Whether a frame is held back only until no further key has arrived.
    pub const fn awaits_silence(&self) -> bool {
        self.pressed
    }

    /// Whether to draw now. `silent`: no further key has arrived; `queued`: messages are waiting.
    pub fn due(&self, now: Instant, silent: bool, queued: bool) -> bool {
        let waited = now.saturating_duration_since(self.drawn);
        let enough = match (self.pressed, queued) {
            // A flood of keys is drawn as fast as the terminal takes it.
            (true, _) => PATIENCE,
            (false, true) => self.rest.max(PATIENCE),
            (false, false) => self.rest,
        };
        self.dirty && (self.pressed && silent || waited >= enough)
    }

    /// When a frame is due although nothing more happens; `None` when the screen is up to date.
    pub fn next(&self) -> Option<Instant> {
        let rest = if self.pressed { BREATH } else { self.rest };
        self.dirty.then(|| self.drawn + rest)
    }

    /// A frame was drawn.
    pub const fn drawn(&mut self, now: Instant) {
        (self.drawn, self.dirty, self.pressed) = (now, false, false);
    }

    /// The terminal has taken a frame, and how long that took.
    pub fn wrote(&mut self, now: Instant, took: Duration) {
        self.drawn = self.drawn.max(now);
        // Down by halves, so that one quick frame does not open the gates.
        let wanted = took.saturating_mul(SHARE).max(self.rest / 2);
        self.rest = wanted.clamp(BREATH, LONGEST);
    }

    /// Least time between two frames that data asks for now.
    pub const fn rest(&self) -> Duration {
        self.rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(start: Instant, millis: u64) -> Instant {
        start + Duration::from_millis(millis)
    }

    /// A pace whose last frame was drawn at the returned moment.
    fn just_drawn() -> (Pace, Instant) {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.drawn(start);
        (pace, start)
    }

    #[test]
    fn the_first_frame_is_due() {
        let start = Instant::now();
        assert!(Pace::new(start).due(start, false, false));
    }

    #[test]
    fn nothing_new_is_never_drawn() {
        let (pace, start) = just_drawn();
        assert!(!pace.due(after(start, 60_000), true, false));
        assert_eq!(pace.next(), None);
    }

    #[test]
    fn data_waits_for_its_breath() {
        let (mut pace, start) = just_drawn();
        pace.changed();
        assert!(!pace.due(after(start, 15), true, false), "too soon");
        assert_eq!(pace.next(), Some(after(start, 16)));
        assert!(pace.due(after(start, 16), true, false));
        assert!(!pace.due(after(start, 32), true, true), "more is waiting");
        assert!(
            pace.due(after(start, 33), true, true),
            "patience has an end"
        );
    }

    #[test]
    fn a_key_right_after_a_frame_is_drawn_at_once() {
        let (mut pace, start) = just_drawn();
        pace.pressed();
        assert!(pace.awaits_silence());
        for queued in [false, true] {
            assert!(pace.due(start, true, queued), "queued: {queued}");
        }
        pace.drawn(start);
        pace.changed();
        assert!(!pace.due(after(start, 1), true, false), "data still waits");
    }

    #[test]
    fn a_slow_terminal_gets_fewer_frames() {
        let (mut pace, start) = just_drawn();
        pace.wrote(after(start, 100), Duration::from_millis(100));
        pace.changed();
        assert!(!pace.due(after(start, 399), true, false), "data waits");
        assert_eq!(pace.next(), Some(after(start, 400)));
        assert!(pace.due(after(start, 400), true, false));
        // A key does not wait.
        pace.pressed();
        assert!(pace.due(after(start, 101), true, false));
        // However slow: a frame a second at least.
        pace.wrote(start, Duration::from_secs(60));
        assert_eq!(pace.rest(), LONGEST);
        // And back, by halves.
        for rest in [500, 250, 125, 62, 31, 16, 16] {
            pace.wrote(start, Duration::from_micros(50));
            assert_eq!(pace.rest().as_millis(), rest);
        }
    }

    #[test]
    fn a_quick_terminal_changes_nothing() {
        let (mut pace, start) = just_drawn();
        for _ in 0..100 {
            pace.wrote(start, Duration::from_millis(2));
        }
        assert_eq!(pace.rest(), BREATH);
    }

    #[test]
    fn a_flood_of_keys_shares_frames() {
        let (mut pace, start) = just_drawn();
        let mut frames = 0;
        // A key every millisecond for a second, the next one always there already.
        for ms in 0..1_000 {
            pace.pressed();
            if pace.due(after(start, ms), false, false) {
                frames += 1;
                pace.drawn(after(start, ms));
            }
        }
        assert_eq!(frames, 30);
        assert!(pace.due(after(start, 1_000), true, false), "the last key");
    }
}
