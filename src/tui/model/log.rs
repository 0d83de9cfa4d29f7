//! A job's log, as far as it is here: lines with their places and times.

use trimtab_core::job::LogChunk;
use trimtab_core::time::Millis;

use crate::widget::text::clean;

/// The end of a job's log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Log {
    /// Whole lines, cleaned of escape sequences.
    pub lines: Vec<String>,
    /// Where each of them begins, in bytes.
    pub starts: Vec<u64>,
    /// The last line as far as it has arrived.
    pub partial: String,
    /// Where what is known begins, in bytes.
    pub first: u64,
    /// Bytes known so far.
    pub end: u64,
    /// When parts of it arrived: from each offset on, at this moment.
    pub stamps: Vec<(u64, Millis)>,
    /// Whether the beginning was left out.
    pub cut: bool,
}

/// Lines kept of a log; older ones are in the file.
const LOG_LINES: usize = 50_000;

impl Log {
    /// Adds a piece at the end; what is known already is passed over.
    pub fn push(&mut self, chunk: LogChunk) {
        // A chunk that overlaps what is known comes from a snapshot racing a delta.
        if chunk.offset < self.end {
            return;
        }
        if chunk.offset > self.end {
            self.cut = true;
            if !self.partial.is_empty() {
                let rest = std::mem::take(&mut self.partial);
                self.starts.push(self.end - rest.len() as u64);
                self.lines.push(shown(&rest));
            }
        }
        let mut start = chunk.offset - self.partial.len() as u64;
        let after = chunk.offset + chunk.text.len() as u64;
        let known = self.stamps.last().map_or(0, |s| s.0);
        let fresh = |s: &(u64, Millis)| self.stamps.is_empty() || s.0 > known;
        let stamps: Vec<_> = chunk.stamps.into_iter().filter(fresh).collect();
        self.stamps.extend(stamps);
        self.partial.push_str(&chunk.text);
        while let Some(at) = self.partial.find('\n') {
            let line: String = self.partial.drain(..=at).collect();
            self.lines.push(shown(&line));
            self.starts.push(start);
            start += line.len() as u64;
        }
        if self.lines.len() > LOG_LINES {
            let gone = self.lines.len() - LOG_LINES;
            self.lines.drain(..gone);
            self.starts.drain(..gone);
            self.first = self.starts.first().copied().unwrap_or(self.end);
            self.cut = true;
        }
        self.end = after;
    }

    /// Puts an older piece before what is known; how many lines that made, or `None` when it does not end there.
    pub fn prepend(&mut self, chunk: &LogChunk) -> Option<usize> {
        let end = chunk.offset + chunk.text.len() as u64;
        // A character that was cut where the older piece ends is left out of it; its rest is known as `?`.
        let cut = self.first.checked_sub(end).filter(|cut| *cut <= 3)?;
        if chunk.text.is_empty() {
            return None;
        }
        let text = format!("{}{}", chunk.text, "?".repeat(cut as usize));
        let after = self.first;
        let (mut lines, mut starts) = (Vec::new(), Vec::new());
        let mut start = chunk.offset;
        let mut rest = "";
        for line in text.split_inclusive('\n') {
            if line.ends_with('\n') {
                lines.push(shown(line));
                starts.push(start);
            } else {
                rest = line;
            }
            start += line.len() as u64;
        }
        let made = lines.len();
        if !rest.is_empty() {
            // The first line known so far was the end of one.
            let begins = after - rest.len() as u64;
            match self.lines.first_mut() {
                Some(first) => {
                    first.insert_str(0, &shown(rest));
                    self.starts[0] = begins;
                }
                None => self.partial.insert_str(0, rest),
            }
        }
        self.lines.splice(0..0, lines);
        self.starts.splice(0..0, starts);
        let known = self.stamps.first().map_or(u64::MAX, |s| s.0);
        let older: Vec<_> = chunk
            .stamps
            .iter()
            .filter(|s| s.0 < known)
            .copied()
            .collect();
        self.stamps.splice(0..0, older);
        self.first = chunk.offset;
        self.cut = chunk.offset > 0;
        Some(made)
    }

    /// When a line arrived; `None` when nobody noted it.
    #[must_use]
    pub fn time_of(&self, line: usize) -> Option<Millis> {
        let offset = match self.starts.get(line) {
            Some(at) => *at,
            None => self.end - self.partial.len() as u64,
        };
        let after = self.stamps.partition_point(|s| s.0 <= offset);
        self.stamps.get(after.checked_sub(1)?).map(|s| s.1)
    }

    /// The line that a byte is in.
    #[must_use]
    pub fn line_at(&self, offset: u64) -> usize {
        let open = self.end - self.partial.len() as u64;
        if !self.partial.is_empty() && offset >= open {
            return self.lines.len();
        }
        self.starts
            .partition_point(|at| *at <= offset)
            .saturating_sub(1)
    }
}

/// A line as it is shown: a carriage return redraws it, so that only its last state counts.
fn shown(line: &str) -> String {
    clean(line.trim_end().rsplit('\r').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(offset: u64, text: &str, stamps: &[(u64, i64)]) -> LogChunk {
        LogChunk {
            offset,
            text: text.into(),
            end: offset + text.len() as u64,
            stamps: stamps.iter().map(|s| (s.0, Millis(s.1))).collect(),
        }
    }

    #[test]
    fn logs_are_lines_without_escapes() {
        let mut log = Log::default();
        log.push(chunk(0, "round 1\nround", &[]));
        log.push(chunk(13, " 2\r\u{1b}[32mround 2 done\u{1b}[0m\n", &[]));
        log.push(chunk(5, "stale", &[]));
        assert_eq!(log.lines, ["round 1", "round 2 done"]);
        assert_eq!(log.starts, [0, 8]);
        assert!(!log.cut);
        log.push(chunk(99, "x\n", &[]));
        assert!(log.cut, "a hole is told");
        assert_eq!(log.starts[2], 99);
    }

    #[test]
    fn older_pieces_join_on_and_lines_have_their_times() {
        let mut log = Log {
            first: 12,
            end: 12,
            cut: true,
            ..Log::default()
        };
        log.push(chunk(12, "wo\nthree\nfo", &[(8, 200), (15, 300)]));
        log.push(chunk(23, "ur", &[(15, 300), (23, 400)]));
        assert_eq!(log.stamps.len(), 3, "what came twice is noted once");
        assert_eq!(log.prepend(&chunk(0, "x", &[])), None, "there is a hole");
        let mut cut = Log {
            first: 4,
            end: 4,
            ..Log::default()
        };
        cut.push(chunk(4, "?b\n", &[]));
        assert_eq!(cut.prepend(&chunk(0, "a\nx", &[])), Some(1));
        assert_eq!(cut.lines, ["a", "x??b"]);
        let older = chunk(0, "zero\n\none\nét", &[(0, 100), (8, 200)]);
        assert_eq!(log.prepend(&older), None, "it overlaps");
        let older = chunk(0, "zero\n\none\nat", &[(0, 100), (8, 200)]);
        assert_eq!(log.prepend(&older), Some(3));
        assert_eq!(log.lines, ["zero", "", "one", "atwo", "three"]);
        assert_eq!(log.starts, [0, 5, 6, 10, 15]);
        assert!(!log.cut && log.partial == "four");
        let times: Vec<_> = (0..6).map(|i| log.time_of(i).unwrap().0).collect();
        assert_eq!(times, [100, 100, 100, 200, 300, 300]);
        assert_eq!(
            (log.line_at(0), log.line_at(14), log.line_at(24)),
            (0, 3, 5)
        );
    }
}
