//! A job's log with the time of each line before it.

use trimtab_core::{job::LogChunk, time::Millis};

/// Puts times before lines, whatever pieces they come in.
#[derive(Default)]
pub struct Stamped {
    /// The beginning of a line that goes on, and where it begins.
    open: Option<(u64, String)>,
    stamps: Vec<(u64, Millis)>,
}

impl Stamped {
    /// The whole lines that a piece completes, each after its time; blanks where nobody noted one.
    pub fn lines(&mut self, chunk: &LogChunk) -> String {
        let known = self.stamps.last().map(|s| s.0);
        let fresh = |s: &&(u64, Millis)| known.is_none_or(|k| s.0 > k);
        self.stamps
            .extend(chunk.stamps.iter().filter(fresh).copied());
        let (mut at, text) = match self.open.take() {
            Some((at, open)) => (at, open + &chunk.text),
            None => (chunk.offset, chunk.text.clone()),
        };
        let mut out = String::new();
        for line in text.split_inclusive('\n') {
            if line.ends_with('\n') {
                out.push_str(&self.line(at, line));
                at += line.len() as u64;
            } else {
                self.open = Some((at, line.to_owned()));
            }
        }
        out
    }

    /// What was left without an end of line.
    pub fn rest(&mut self) -> String {
        let open = self.open.take();
        open.map_or_else(String::new, |(at, line)| self.line(at, &(line + "\n")))
    }

    fn line(&self, at: u64, line: &str) -> String {
        let after = self.stamps.partition_point(|s| s.0 <= at);
        let time = after.checked_sub(1).and_then(|i| self.stamps.get(i));
        let time = time.map_or_else(String::new, |s| s.1.to_string());
        format!("{time:<24}  {line}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_the_time_at_which_they_began() {
        let mut stamped = Stamped::default();
        let chunk = |offset: u64, text: &str, stamps: &[(u64, i64)]| LogChunk {
            offset,
            text: text.into(),
            end: 0,
            stamps: stamps.iter().map(|s| (s.0, Millis(s.1))).collect(),
        };
        let first = stamped.lines(&chunk(0, "one\ntw", &[(0, 0), (4, 1_000)]));
        assert_eq!(first.trim_end(), "1970-01-01T00:00:00.000Z  one");
        let second = stamped.lines(&chunk(6, "o\nlast", &[(4, 1_000), (8, 2_000)]));
        assert_eq!(second.trim_end(), "1970-01-01T00:00:01.000Z  two");
        assert_eq!(stamped.rest().trim_end(), "1970-01-01T00:00:02.000Z  last");
        let old = Stamped::default().lines(&chunk(0, "x\n", &[]));
        assert_eq!(old, format!("{:26}x\n", ""));
    }
}
