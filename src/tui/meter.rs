//! What drawing costs: bytes to the terminal, frames, time. Shown by `:stats`.
//!
//! A reading is taken at most every second, and only when there is something to read: showing it is a frame too, and
//! frames for nothing but the reading are not counted, so that an idle console falls silent after one last reading.

use std::time::Duration;

use tokio::time::Instant;

/// The time between two readings.
const EVERY: Duration = Duration::from_secs(1);

/// One reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes to the terminal in a second.
    pub bytes: u64,
    /// Frames in a second.
    pub frames: u32,
    /// Microseconds that a frame took to draw and encode, in the mean.
    pub frame_us: u64,
    /// Microseconds that the terminal took for a frame, at most.
    pub write_us: u64,
    /// Milliseconds that data waits between two frames.
    pub rest_ms: u64,
}

/// Counts since the last reading.
#[derive(Debug)]
pub struct Meter {
    since: Instant,
    bytes: u64,
    frames: u32,
    cost: Duration,
    longest: Duration,
    /// The last reading had something to say, so the next one must say that it is over.
    told: bool,
}

impl Meter {
    /// Nothing counted yet.
    #[must_use]
    pub const fn new(now: Instant) -> Self {
        Self {
            since: now,
            bytes: 0,
            frames: 0,
            cost: Duration::ZERO,
            longest: Duration::ZERO,
            told: false,
        }
    }

    /// A frame was drawn; one that shows nothing but a reading does not count.
    pub fn drew(&mut self, now: Instant, cost: Duration, bytes: u64, reading: bool) {
        // Nothing was sent: nobody saw a frame.
        if reading || bytes == 0 {
            return;
        }
        if self.frames == 0 && !self.told {
            // After a rest, the second begins with its first frame.
            self.since = now;
        }
        self.bytes += bytes;
        self.frames += 1;
        self.cost += cost;
    }

    /// The terminal took so long for what it was sent.
    pub fn wrote(&mut self, took: Duration) {
        if self.frames > 0 {
            self.longest = self.longest.max(took);
        }
    }

    /// When the next reading is worth taking; `None` while there is nothing to tell.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        (self.told || self.frames > 0).then(|| self.since + EVERY)
    }

    /// Takes a reading and begins anew.
    pub fn read(&mut self, now: Instant, rest: Duration) -> Stats {
        // A reading that comes late is over more than a second.
        let seconds = now.saturating_duration_since(self.since).as_secs_f64();
        let rate = |n: f64| (n / seconds.max(1.0)).round();
        let stats = Stats {
            bytes: rate(self.bytes as f64) as u64,
            frames: rate(f64::from(self.frames)) as u32,
            frame_us: micros(self.cost / self.frames.max(1)),
            write_us: micros(self.longest),
            rest_ms: micros(rest) / 1_000,
        };
        *self = Self {
            told: self.frames > 0,
            ..Self::new(now)
        };
        stats
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_second_is_read() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        assert_eq!(meter.next(), None, "nothing to tell");
        for i in 1..=4 {
            meter.drew(start, MS * i, 250, false);
            meter.wrote(MS * 2 * i);
        }
        assert_eq!(meter.next(), Some(start + EVERY));
        let stats = meter.read(start + EVERY, MS * 16);
        let expected = Stats {
            bytes: 1_000,
            frames: 4,
            frame_us: 2_500,
            write_us: 8_000,
            rest_ms: 16,
        };
        assert_eq!(stats, expected);
    }

    #[test]
    fn the_reading_itself_keeps_nothing_awake() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        meter.drew(start, MS, 100, false);
        let mut readings = 0;
        let mut now = start;
        // As the loop does: read when it is worth it, and draw the reading.
        while let Some(next) = meter.next() {
            now = next;
            let stats = meter.read(now, MS);
            readings += 1;
            meter.drew(now, MS, 40, true);
            meter.wrote(MS);
            assert!(readings <= 2, "{stats:?}");
        }
        assert_eq!(readings, 2, "the last one says that it is over");
        assert_eq!(meter.next(), None);
        // A frame that changed nothing was none.
        meter.drew(now, MS, 0, false);
        assert_eq!(meter.next(), None);
        // After a rest of a minute, one frame is one in a second, not in a minute.
        let later = now + Duration::from_secs(60);
        meter.drew(later, MS, 100, false);
        assert_eq!(meter.next(), Some(later + EVERY));
        assert_eq!(meter.read(later + EVERY, MS).bytes, 100);
    }
}
