//! When the parts of a job's log came: pairs of an offset and a moment beside the log.
//!
//! The job writes its log itself, so that nothing between it and the file can fail or fall behind. Its supervisor
//! looks how long the file has become and notes since when: sixteen bytes each time, offset and milliseconds, both
//! little-endian. Offsets and moments rise. A pair that was cut off by a crash is passed over.

use super::files::Folder;
use crate::clock;
use std::{
    fs::File,
    io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};
use trimtab_core::time::Millis;

/// Bytes of a pair.
const PAIR: u64 = 16;

/// Notes when a log grows.
pub(super) struct Stamps {
    log: PathBuf,
    /// `None` once it cannot be written; the log goes on without.
    times: Option<File>,
    /// Bytes that have their time.
    seen: u64,
}

impl Stamps {
    /// Begins at the log's present end.
    pub(super) fn begin(folder: &Folder) -> Self {
        let log = folder.log();
        let times = File::options()
            .create(true)
            .append(true)
            .open(folder.times())
            .inspect_err(|error| tracing::warn!(%error, "the times of the log are not kept"))
            .ok();
        // The job runs already: what it wrote until now came now.
        Self {
            log,
            times,
            seen: 0,
        }
    }

    /// Notes what was written since the last look.
    pub(super) fn look(&mut self) {
        let Some(times) = &mut self.times else { return };
        let Ok(length) = std::fs::metadata(&self.log).map(|m| m.len()) else {
            return;
        };
        if length <= self.seen {
            return;
        }
        let mut pair = [0; PAIR as usize];
        pair[..8].copy_from_slice(&self.seen.to_le_bytes());
        pair[8..].copy_from_slice(&clock::now().0.to_le_bytes());
        if let Err(error) = times.write_all(&pair) {
            tracing::warn!(%error, "the times of the log are kept no longer");
            self.times = None;
        }
        self.seen = length;
    }
}

/// The pairs of a log's bytes from one offset to another, the one before the first among them. None when there are
/// no times.
pub(super) fn within(path: &Path, from: u64, to: u64) -> io::Result<Vec<(u64, Millis)>> {
    let Some(mut pairs) = Pairs::open(path)? else {
        return Ok(Vec::new());
    };
    let first = pairs
        .before(|(offset, _)| offset <= from)?
        .saturating_sub(1);
    let last = pairs.before(|(offset, _)| offset < to)?;
    (first..last).map(|at| pairs.get(at)).collect()
}

/// The offset of what came last by a moment, or of what came first; `None` when there are no times.
pub(super) fn at(path: &Path, moment: Millis) -> io::Result<Option<u64>> {
    let Some(mut pairs) = Pairs::open(path)? else {
        return Ok(None);
    };
    if pairs.count == 0 {
        return Ok(None);
    }
    let place = pairs.before(|(_, time)| time <= moment)?;
    Ok(Some(pairs.get(place.saturating_sub(1))?.0))
}

/// A file of pairs.
struct Pairs {
    file: File,
    count: u64,
}

impl Pairs {
    fn open(path: &Path) -> io::Result<Option<Self>> {
        match File::open(path) {
            Ok(file) => Ok(Some(Self {
                count: file.metadata()?.len() / PAIR,
                file,
            })),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    fn get(&mut self, at: u64) -> io::Result<(u64, Millis)> {
        let (mut offset, mut time) = ([0; 8], [0; 8]);
        self.file.seek(SeekFrom::Start(at * PAIR))?;
        self.file.read_exact(&mut offset)?;
        self.file.read_exact(&mut time)?;
        Ok((u64::from_le_bytes(offset), Millis(i64::from_le_bytes(time))))
    }

    /// How many pairs at the beginning have a property that those behind them have not.
    fn before(&mut self, has: impl Fn((u64, Millis)) -> bool) -> io::Result<u64> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if has(self.get(middle)?) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(pairs: &[(u64, i64)], tail: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for (offset, time) in pairs {
            file.write_all(&offset.to_le_bytes()).unwrap();
            file.write_all(&time.to_le_bytes()).unwrap();
        }
        file.write_all(tail).unwrap();
        file
    }

    #[test]
    fn parts_and_moments_are_found() {
        let f = file(&[(0, 100), (40, 200), (90, 300)], b"torn");
        let within = |from, to| -> Vec<u64> {
            let found = within(f.path(), from, to).unwrap();
            found.into_iter().map(|p| p.0).collect()
        };
        assert_eq!(within(0, 10), [0]);
        assert_eq!(within(39, 41), [0, 40]);
        assert_eq!(within(40, 90), [40]);
        assert_eq!(within(500, 600), [90]);
        let at = |t| at(f.path(), Millis(t)).unwrap();
        assert_eq!((at(0), at(100), at(299)), (Some(0), Some(0), Some(40)));
        assert_eq!(at(9_999), Some(90));
    }

    #[test]
    fn old_logs_have_no_times() {
        let nowhere = Path::new("/no/such/log.times");
        assert_eq!(super::within(nowhere, 0, 10).unwrap(), []);
        assert_eq!(at(nowhere, Millis(1)).unwrap(), None);
        assert_eq!(at(file(&[], b"").path(), Millis(1)).unwrap(), None);
    }
}
