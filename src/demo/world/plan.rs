//! Which weeks there are, and which of their files are still to be written.

use crate::dataset::{self, Paths};
use std::path::{Path, PathBuf};
use trimtab_core::time::Millis;

/// Weeks from a week's rows to their labels.
const LABEL_DELAY: usize = 2;
/// The end of the year's rows.
const END: &str = "2014-01-01";

/// A span of rows that share a Monday; the first week of the replay begins within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Week {
    /// Its Monday: what its files are named by.
    pub(super) start: Millis,
    /// Rows from here (inclusive).
    pub(super) from: Millis,
    /// Rows up to here (exclusive).
    pub(super) to: Millis,
}

/// One move of the clock: a week's rows happen, and the labels of an earlier week arrive. The
/// last moves bring labels only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// Which, from 0.
    pub(super) number: usize,
    /// Its Monday.
    pub(super) monday: Millis,
}

/// The whole replay.
#[derive(Debug)]
pub(super) struct Plan {
    paths: Paths,
    weeks: Vec<Week>,
}

impl Plan {
    pub(super) fn of(root: &Path) -> Self {
        Self::between(root, dataset::REPLAY_FROM, END)
    }

    /// The weeks that hold a span of days.
    pub(super) fn between(root: &Path, from: &str, to: &str) -> Self {
        let day = |text| Millis::parse(text).unwrap_or_default();
        let (from, to) = (day(from), day(to));
        let mondays = (0..).map(|n| Millis(dataset::monday(from).0 + n * Millis::WEEK));
        let weeks = mondays
            .take_while(|monday| *monday < to)
            .map(|start| Week {
                start,
                from: start.max(from),
                to: Millis(start.0 + Millis::WEEK).min(to),
            })
            .collect();
        Self {
            paths: Paths::new(root),
            weeks,
        }
    }

    /// Weeks of rows.
    pub(super) fn total(&self) -> usize {
        self.weeks.len()
    }

    /// The first turn that has something to do; `None` when the replay is over.
    pub(super) fn next_turn(&self) -> Option<Turn> {
        let first = self.weeks.first()?.start;
        (0..self.total() + LABEL_DELAY)
            .map(|number| Turn {
                number,
                monday: Millis(first.0 + number as i64 * Millis::WEEK),
            })
            .find(|turn| self.unlogged(turn).is_some() || self.unlabelled(turn).is_some())
    }

    /// The week whose rows a turn has to bring, unless they are there.
    pub(super) fn unlogged(&self, turn: &Turn) -> Option<&Week> {
        self.weeks
            .get(turn.number)
            .filter(|week| !self.log(week.start).exists())
    }

    /// The week whose labels a turn has to bring, unless they are there.
    pub(super) fn unlabelled(&self, turn: &Turn) -> Option<&Week> {
        let week = self.weeks.get(turn.number.checked_sub(LABEL_DELAY)?)?;
        (!self.labels(week.start).exists()).then_some(week)
    }

    /// The file of a week's rows.
    pub(super) fn log(&self, monday: Millis) -> PathBuf {
        self.paths.log(monday)
    }

    /// The file of a week's labels.
    pub(super) fn labels(&self, monday: Millis) -> PathBuf {
        self.paths.labels(monday)
    }

    /// The Monday of the last week of rows up to a turn, and how many weeks those are.
    pub(super) fn so_far(&self, turns: usize) -> Option<(Millis, usize)> {
        let weeks = turns.min(self.total());
        Some((self.weeks.get(weeks.checked_sub(1)?)?.start, weeks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn touch(file: &Path) {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }

    #[test]
    fn the_year_has_49_weeks_without_gaps() {
        let plan = Plan::of(Path::new("/nowhere"));
        assert_eq!(plan.total(), 49);
        assert_eq!(plan.weeks[0].start.date(), "2013-01-28");
        assert_eq!(plan.weeks[0].from.date(), "2013-02-01");
        assert_eq!(plan.weeks[48].to.date(), "2014-01-01");
        assert!(plan.weeks.windows(2).all(|w| w[0].to == w[1].from));
    }

    #[test]
    fn the_files_say_how_far_it_has_come() {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan::between(dir.path(), "2013-02-01", "2013-02-18");
        assert_eq!(plan.total(), 3);
        let mut labels_at = Vec::new();
        let mut turns = 0;
        while let Some(turn) = plan.next_turn() {
            assert_eq!(turn.number, turns);
            if let Some(week) = plan.unlogged(&turn) {
                touch(&plan.log(week.start));
                // Killed between the two files, it goes on with the same turn.
                let again = plan.next_turn();
                assert!(again.is_none_or(|t| t.number >= turn.number));
            }
            if let Some(week) = plan.unlabelled(&turn) {
                labels_at.push((turn.number, week.start.date()));
                touch(&plan.labels(week.start));
            }
            turns += 1;
        }
        assert_eq!(turns, 5);
        let expected = [(2, "2013-01-28"), (3, "2013-02-04"), (4, "2013-02-11")];
        assert_eq!(labels_at, expected.map(|(n, d)| (n, d.to_owned())));
        assert_eq!(plan.so_far(0), None);
        assert_eq!(plan.so_far(5).unwrap().1, 3);
    }
}
