//! What everybody was told last, and who cannot be reached.

use crate::files;
use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use trimtab_core::{
    alarm::Alarm,
    notice::{Item, Recipient, Told},
    policy::NotifyPolicy,
    time::Millis,
};

/// The pause after the first failure; each next one is twice as long.
const PAUSE: Duration = Duration::from_secs(60);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// What one recipient was told, by `monitor/subject`.
type Page = BTreeMap<String, Told>;

/// What everybody was told.
#[derive(Debug)]
pub(crate) struct Notices {
    path: PathBuf,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    pages: BTreeMap<String, Page>,
    lines: BTreeMap<String, Line>,
}

/// How it goes with a recipient since the start.
#[derive(Debug, Default)]
struct Line {
    busy: bool,
    failures: u32,
    again: Option<Instant>,
    why: Option<String>,
    last: Option<Millis>,
}

/// What a recipient is to be told, and will have been told then.
#[derive(Debug)]
pub(super) struct Due {
    pub items: Vec<Item>,
    pub told: Page,
}

impl Notices {
    /// Reads the book. One that cannot be read counts as empty: what fires is told once more then.
    pub(crate) fn open(path: PathBuf) -> Self {
        let pages = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).unwrap_or_else(|error| {
                tracing::warn!(%error, path = %path.display(), "what was told of alerts cannot be read; what fires is told again");
                BTreeMap::new()
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "what was told of alerts cannot be read; what fires is told again");
                BTreeMap::new()
            }
        };
        let book = Book {
            pages,
            lines: BTreeMap::new(),
        };
        Self {
            path,
            book: Mutex::new(book),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets whom policy no longer names: named again, they are told what fires then.
    pub(super) fn keep_only(&self, named: &BTreeMap<String, NotifyPolicy>) {
        let mut book = self.book();
        book.pages.retain(|name, _| named.contains_key(name));
        book.lines.retain(|name, _| named.contains_key(name));
    }

    /// What there is to tell a recipient; `None` when nothing changed, while a notice is on its way to it,
    /// and in the pause after a failure. The recipient is busy from then on.
    pub(super) fn due(
        &self,
        name: &str,
        to: &NotifyPolicy,
        alarms: &[(String, Alarm)],
        now: Instant,
    ) -> Option<Due> {
        let mut book = self.book();
        let before = book.pages.get(name).cloned().unwrap_or_default();
        let line = book.lines.entry(name.to_owned()).or_default();
        if line.busy || line.again.is_some_and(|again| now < again) {
            return None;
        }
        let mut due = Due {
            items: Vec::new(),
            told: Page::new(),
        };
        for (monitor, alarm) in alarms {
            let wanted = to.monitors.as_ref();
            if wanted.is_some_and(|names| !names.contains(monitor)) {
                continue;
            }
            let key = format!("{monitor}/{}", alarm.subject.word());
            let told = before.get(&key).copied().unwrap_or_default();
            let (told, occasion) = told.turn(alarm);
            due.told.insert(key, told);
            if let Some(occasion) = occasion.filter(|o| to.on.contains(o)) {
                due.items.push(Item {
                    monitor: monitor.clone(),
                    subject: alarm.subject,
                    occasion,
                    words: alarm.words.clone(),
                });
            }
        }
        if due.told == before {
            return None;
        }
        line.busy = true;
        Some(due)
    }

    /// Writes down what a recipient has been told; `at` when a notice was taken.
    pub(super) fn took(&self, name: &str, told: Page, at: Option<Millis>) {
        let mut book = self.book();
        book.pages.insert(name.to_owned(), told);
        let line = book.lines.entry(name.to_owned()).or_default();
        *line = Line {
            last: at.or(line.last),
            ..Line::default()
        };
        // Few and short: written under the lock, so that the newest is written last.
        let text = serde_json::to_vec_pretty(&book.pages).unwrap_or_default();
        if let Err(error) = files::replace(&self.path, &text) {
            tracing::warn!(%error, path = %self.path.display(), "what was told of alerts was not written down; it may be told again");
        }
    }

    /// Remembers that a recipient did not take its notice.
    pub(super) fn failed(&self, name: &str, why: String, now: Instant) {
        let mut book = self.book();
        let line = book.lines.entry(name.to_owned()).or_default();
        let pause = PAUSE
            .saturating_mul(1 << line.failures.min(10))
            .min(LONGEST);
        line.busy = false;
        line.failures = line.failures.saturating_add(1);
        line.again = Some(now + pause);
        line.why = Some(why);
    }

    /// A recipient, and how it went.
    pub(super) fn recipient(&self, name: &str, to: &NotifyPolicy) -> Recipient {
        let book = self.book();
        let line = book.lines.get(name);
        Recipient {
            name: name.to_owned(),
            way: match (&to.url_file, &to.command) {
                (Some(file), _) => format!("webhook of {}", file.display()),
                (_, Some(command)) => command.join(" "),
                _ => String::new(),
            },
            on: to.on.clone(),
            monitors: to.monitors.clone(),
            last: line.and_then(|l| l.last),
            failing: line.and_then(|l| l.why.clone()),
        }
    }
}
