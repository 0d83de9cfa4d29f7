//! What the console remembers of a workspace between two starts, in the user's state folder.
//!
//! It belongs to a person: two people of one workspace have two files. One person's consoles share a file, so each
//! writes only what it changed itself. A file that makes no sense is put aside, never written over.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use trimtab_core::time::Millis;

use crate::model::run_table::WrittenView;
use crate::model::session::Session;
use crate::msg::Trouble;

/// The form of the file; one of a greater number is a newer console's. Files before the first number have none.
const VERSION: u32 = 1;

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// The runs table as it was left.
    pub runs: WrittenView,
    /// Views of it, by name.
    pub views: BTreeMap<String, WrittenView>,
    /// Where somebody was.
    pub session: Session,
    /// When somebody looked last, and at what.
    pub left: Left,
}

/// What stood when somebody looked last: what is new since then is told at the next start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Left {
    /// When; 0 before the first time.
    pub at: Millis,
    /// The alerts that were open: the monitor's name and what each was about.
    pub alerts: Vec<(String, String)>,
}

impl Remembered {
    /// This state with what changed between two others: views one by one, the table and the session as a whole.
    fn with(mut self, before: &Self, after: &Self) -> Self {
        if before.runs != after.runs {
            self.runs = after.runs.clone();
        }
        if before.session != after.session {
            self.session = after.session.clone();
        }
        // Whichever console was looked at last.
        if after.left.at > self.left.at {
            self.left = after.left.clone();
        }
        for (name, view) in &after.views {
            if before.views.get(name) != Some(view) {
                self.views.insert(name.clone(), view.clone());
            }
        }
        self.views.retain(|name, _| {
            let removed = before.views.contains_key(name) && !after.views.contains_key(name);
            !removed
        });
        self
    }
}

/// How a change was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// Into the file that was there, or the first one.
    Done,
    /// Into a new file: the one that was there made no sense and is put aside.
    Anew(Trouble),
    /// Not at all: another console writes at this moment.
    Busy,
}

/// What a file holds.
enum Held {
    Nothing,
    State(Box<Remembered>),
    /// What makes no sense, and why.
    Bad(String),
}

/// Where it is kept: `~/.local/state/trimtab` on Linux.
#[must_use]
pub fn default_folder() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "trimtab")?;
    Some(
        dirs.state_dir()
            .unwrap_or_else(|| dirs.data_local_dir())
            .to_owned(),
    )
}

/// The file of a workspace, told apart by its agent's host (`None`: this one) and folder.
#[must_use]
pub fn file(folder: &Path, host: Option<&str>, workspace: &str) -> PathBuf {
    let name: String = workspace
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .take(40)
        .collect();
    // A folder begins with a slash, so no folder here is called as one of a host.
    let key = match host {
        Some(host) => format!("{host}:{workspace}"),
        None => workspace.to_owned(),
    };
    folder.join(format!("{name}-{:016x}.toml", fnv(key.as_bytes())))
}

/// FNV-1a, 64 bits: stable between versions, unlike the library's hashers.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Reads what is remembered; nothing when there is no file.
///
/// # Errors
/// A file that cannot be read, or makes no sense.
pub fn load(path: &Path) -> Result<Remembered, Trouble> {
    let trouble = |why: String, hint: String| Trouble {
        message: format!("{} cannot be read: {why}.", path.display()),
        hint,
    };
    match read(path) {
        Ok(Held::State(state)) => Ok(*state),
        Ok(Held::Nothing) => Ok(Remembered::default()),
        Ok(Held::Bad(why)) => Err(trouble(
            why,
            format!(
                "This console starts without it. The next change keeps it as {} and writes a new file; until then it \
                 can be mended.",
                name_of(&spare(path))
            ),
        )),
        Err(e) => Err(trouble(
            e.to_string(),
            "Make it readable and open the console again; until then columns, views and session are not kept.".into(),
        )),
    }
}

/// Writes what changed between two states into the file, whole or not at all: what other consoles wrote stays.
///
/// # Errors
/// A folder that cannot be written, or a file that cannot be read.
pub fn save(path: &Path, before: &Remembered, after: &Remembered) -> Result<Saved, Trouble> {
    merge(path, before, after).map_err(|e| not_written(path, &e.to_string()))
}

/// Why a change is not in the file.
#[must_use]
pub fn not_written(path: &Path, why: &str) -> Trouble {
    Trouble {
        message: format!("{} cannot be written: {why}.", path.display()),
        hint: "Look at who may write there and at the space left. Columns, views and session are kept until \
               the console ends; the next change tries again."
            .into(),
    }
}

fn merge(path: &Path, before: &Remembered, after: &Remembered) -> io::Result<Saved> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let Some(_lock) = lock(path)? else {
        return Ok(Saved::Busy);
    };
    let mut saved = Saved::Done;
    let state = match read(path)? {
        Held::State(there) => there.with(before, after),
        // Nothing of the others can be lost, and all of ours would be.
        Held::Nothing => after.clone(),
        Held::Bad(why) => {
            let kept = spare(path);
            fs::rename(path, &kept)?;
            saved = Saved::Anew(Trouble {
                message: format!("{} could not be read: {why}.", path.display()),
                hint: format!(
                    "It is kept as {}; a new file has this console's columns, views and session.",
                    name_of(&kept)
                ),
            });
            after.clone()
        }
    };
    let text = toml::to_string(&state).map_err(io::Error::other)?;
    write(path, &format!("version = {VERSION}\n{text}"))?;
    Ok(saved)
}

/// Holds the file against other consoles for as long as the result lives; `None` while one of them holds it.
///
/// The lock lies beside, as the file itself is replaced. It is not waited for: a console that was stopped may hold it.
fn lock(path: &Path) -> io::Result<Option<File>> {
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.with_extension("lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        // Some network folders have no locks: two changes at the same moment may meet there, nothing else.
        Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => Ok(Some(lock)),
        Err(TryLockError::Error(e)) => Err(e),
    }
}

fn read(path: &Path) -> io::Result<Held> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(understand(&text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Held::Nothing),
        Err(e) if e.kind() == io::ErrorKind::InvalidData => Ok(Held::Bad(e.to_string())),
        Err(e) => Err(e),
    }
}

/// What a file's text says. A newer console may mean something else by the same words.
fn understand(text: &str) -> Held {
    #[derive(Deserialize)]
    struct Head {
        #[serde(default)]
        version: u32,
    }
    match toml::from_str::<Head>(text) {
        Ok(Head { version }) if version > VERSION => Held::Bad(format!(
            "a newer console wrote it (form {version}, and this one reads up to {VERSION})"
        )),
        _ => toml::from_str(text).map_or_else(
            |e| Held::Bad(e.message().into()),
            |state| Held::State(Box::new(state)),
        ),
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    // Where there are no locks, two consoles may write at once.
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let written = || -> io::Result<()> {
        let mut file = File::create(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    written().inspect_err(|_| {
        // What went wrong is told; a draft that cannot be removed either tells nothing more.
        let _ = fs::remove_file(&draft);
    })
}

/// Where a file that makes no sense goes: the first of `x.toml.bad`, `x.toml.2.bad`, … that is free.
fn spare(path: &Path) -> PathBuf {
    let last = path.with_extension("toml.bad");
    (1..100)
        .map(|n| match n {
            1 => last.clone(),
            n => path.with_extension(format!("toml.{n}.bad")),
        })
        .find(|p| !p.exists())
        .unwrap_or(last)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run_table::RunView;

    fn view(filter: &str) -> WrittenView {
        let view = RunView {
            filter: filter.into(),
            ..RunView::default()
        };
        (&view).into()
    }

    fn state(runs: &str, views: &[(&str, &str)]) -> Remembered {
        Remembered {
            runs: view(runs),
            views: views
                .iter()
                .map(|(name, filter)| ((*name).to_owned(), view(filter)))
                .collect(),
            ..Remembered::default()
        }
    }

    /// The files of a folder without the lock.
    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|e| name_of(&e.unwrap().path()))
            .filter(|n| !n.ends_with(".lock"))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let dir = tempfile::tempdir().unwrap();
        let path = file(&dir.path().join("deep/er"), None, "/srv/flights");
        assert!(path.display().to_string().contains("flights-"), "{path:?}");
        assert_eq!(load(&path), Ok(Remembered::default()));
        let ours = state("a \"b\"", &[("mine", "a \"b\"")]);
        assert_eq!(save(&path, &Remembered::default(), &ours), Ok(Saved::Done));
        assert_eq!(load(&path), Ok(ours));
        assert!(
            save(
                Path::new("/proc/nowhere/x.toml"),
                &Remembered::default(),
                &Remembered::default()
            )
            .unwrap_err()
            .message
            .contains("cannot be written")
        );
    }

    #[test]
    fn two_consoles_keep_each_others_views() {
        let dir = tempfile::tempdir().unwrap();
        let path = file(dir.path(), None, "/srv/flights");
        let start = state("", &[("old", "a"), ("both", "a")]);
        save(&path, &Remembered::default(), &start).unwrap();

        // One saves a view, the other changes its table and removes a view: neither knows of the other's.
        let one = state("", &[("old", "a"), ("both", "one"), ("best", "b")]);
        save(&path, &start, &one).unwrap();
        let other = state("c", &[("both", "a")]);
        save(&path, &start, &other).unwrap();
        assert_eq!(
            load(&path),
            Ok(state("c", &[("both", "one"), ("best", "b")]))
        );

        // Of what both change, the last stays; the first one's table was not changed and does not come back.
        let last = state("c", &[("both", "other")]);
        save(&path, &other, &last).unwrap();
        let removed = state("", &[("old", "a"), ("both", "one")]);
        save(&path, &one, &removed).unwrap();
        assert_eq!(load(&path), Ok(state("c", &[("both", "other")])));

        // Who finds no file any more writes all it knows.
        fs::remove_file(&path).unwrap();
        save(&path, &last, &state("d", &[("both", "other")])).unwrap();
        assert_eq!(load(&path), Ok(state("d", &[("both", "other")])));
    }

    #[test]
    fn many_writers_at_once_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = file(dir.path(), None, "/srv/flights");
        std::thread::scope(|scope| {
            for n in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    let mut before = Remembered::default();
                    for i in 0..8 {
                        let mut after = before.clone();
                        after.views.insert(format!("{n}-{i}"), view("a"));
                        while save(path, &before, &after).unwrap() == Saved::Busy {
                            std::thread::yield_now();
                        }
                        before = after;
                    }
                });
            }
        });
        assert_eq!(load(&path).unwrap().views.len(), 4 * 8);
        assert_eq!(names(dir.path()), [name_of(&path)], "no drafts");
    }

    #[test]
    fn a_lock_that_is_held_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.toml");
        let held = lock(&path).unwrap().unwrap();
        let ours = state("a", &[]);
        assert_eq!(save(&path, &Remembered::default(), &ours), Ok(Saved::Busy));
        drop(held);
        assert_eq!(save(&path, &Remembered::default(), &ours), Ok(Saved::Done));
    }

    #[test]
    fn a_file_that_makes_no_sense_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.toml");
        for (bytes, kept) in [
            (&b"runs = 3"[..], "x.toml.bad"),
            (&b"views = \"\xff\""[..], "x.toml.2.bad"),
            (&b"version = 999\nsession = 3"[..], "x.toml.3.bad"),
        ] {
            fs::write(&path, bytes).unwrap();
            let told = load(&path).unwrap_err();
            assert!(told.message.contains("cannot be read"), "{told:?}");
            assert!(told.hint.contains(kept), "{told:?}");
            assert_eq!(fs::read(&path).unwrap(), bytes, "reading changes nothing");
            let (before, after) = (state("", &[("mine", "a")]), state("b", &[("mine", "a")]));
            let Ok(Saved::Anew(told)) = save(&path, &before, &after) else {
                panic!()
            };
            assert!(told.hint.contains(kept), "{told:?}");
            assert_eq!(fs::read(dir.path().join(kept)).unwrap(), bytes);
            assert_eq!(load(&path), Ok(after), "all that this console knows");
        }
    }

    #[test]
    fn a_write_that_fails_leaves_no_draft() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.toml");
        // No file can be renamed over a folder.
        fs::create_dir(&path).unwrap();
        assert!(write(&path, "").is_err());
        assert_eq!(names(dir.path()), ["x.toml"]);
        // What cannot be read for another reason than its content is not touched either.
        let refused = save(&path, &Remembered::default(), &state("a", &[])).unwrap_err();
        assert!(refused.message.contains("cannot be written"), "{refused:?}");
        assert!(load(&path).unwrap_err().hint.contains("readable"));
        assert!(path.is_dir());
    }

    #[test]
    fn a_newer_file_is_told_as_such() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.toml");
        fs::write(&path, "version = 7\n").unwrap();
        let told = load(&path).unwrap_err();
        assert!(told.message.contains("newer console"), "{told:?}");
        // What is written now is read by this console, and names its form.
        save(&path, &Remembered::default(), &state("a", &[])).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("version = 1\n"), "{text}");
        assert_eq!(load(&path), Ok(state("a", &[])));
        // Files of the time before have no number.
        fs::write(&path, "[runs]\nfilter = \"a\"\n").unwrap();
        assert_eq!(load(&path), Ok(state("a", &[])));
    }

    #[test]
    fn the_console_looked_at_last_says_when() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.toml");
        let at = |ms| Remembered {
            left: Left {
                at: Millis(ms),
                alerts: vec![("late15".into(), "drift".into())],
            },
            ..Remembered::default()
        };
        save(&path, &Remembered::default(), &at(20)).unwrap();
        save(&path, &Remembered::default(), &at(10)).unwrap();
        assert_eq!(load(&path), Ok(at(20)));
    }

    #[test]
    fn workspaces_have_files_of_their_own() {
        let folder = Path::new("/state");
        let at = |host, root| file(folder, host, root);
        assert_ne!(at(None, "/a/flights"), at(None, "/b/flights"));
        assert_ne!(at(Some("box"), "/srv/ml"), at(None, "/srv/ml"));
        assert_ne!(at(Some("box"), "/srv/ml"), at(Some("ana@pc"), "/srv/ml"));
        assert_eq!(at(Some("box"), "/a/x y"), at(Some("box"), "/a/x y"));
        assert!(!at(None, "/a/..").display().to_string().contains(".."));
    }
}
