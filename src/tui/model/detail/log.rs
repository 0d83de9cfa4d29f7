//! Where somebody is in the log of a run's job.

use trimtab_core::job::JobId;
use trimtab_core::run::RunId;
use trimtab_core::time::Millis;

use crate::model::data::Log;
use crate::model::pager::{Lines, Pager};

/// Bytes of older log that are asked for at once.
pub const OLDER: u64 = 512 << 10;
/// Lines of a log that are kept while somebody goes back in it.
pub const MOST: usize = 200_000;

/// The state of the log's tab.
#[derive(Debug, Clone, PartialEq)]
pub struct LogView {
    /// Where in the lines.
    pub pager: Pager,
    /// Whether the end stays in sight.
    pub follow: bool,
    /// Whether lines have their times before them.
    pub times: bool,
    /// The moment to go to, while its place is asked for.
    pub seeking: Option<Millis>,
    /// The byte to go to, while the log is not here so far back.
    pub want: Option<u64>,
    /// The byte that was gone to, and the moment it stands for.
    pub mark: Option<(u64, Millis)>,
    /// Whose job: the run's, as long as it is the one in detail.
    pub of: Option<(RunId, JobId)>,
}

impl Default for LogView {
    fn default() -> Self {
        Self {
            pager: Pager::wrapped(),
            follow: true,
            times: false,
            seeking: None,
            want: None,
            mark: None,
            of: None,
        }
    }
}

impl Lines for Log {
    fn count(&self) -> usize {
        self.lines.len() + usize::from(!self.partial.is_empty())
    }
    fn line(&self, index: usize) -> &str {
        let last = if index == self.lines.len() {
            self.partial.as_str()
        } else {
            ""
        };
        self.lines.get(index).map_or(last, String::as_str)
    }
}
