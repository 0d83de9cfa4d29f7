//! Opening a store: who may, what is recovered, and what is said when it cannot be.

use crate::{
    error::{StoreError, classify},
    migrate,
};
use duckdb::{Config, Connection};
use std::{
    collections::HashSet,
    fs,
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What opening found and did, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// One sentence each; empty when there was nothing to do.
    pub messages: Vec<String>,
}

/// Threads that DuckDB may use for all queries together: the host is there for training.
const THREADS: i64 = 2;
/// What DuckDB may hold in memory before it spills beside the store. The rest of the agent's budget of
/// 400 MB is its own; an idle store uses a small part of this.
const MEMORY: &str = "160MB";
/// Size of the log at which it is folded into the file; also what a restart replays at most.
const CHECKPOINT: &str = "64MB";

/// Files that this process has open. DuckDB's own lock is one of POSIX: it keeps other processes
/// out, but not a second handle of the same process, which would write over the first.
static OPEN: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);

/// Keeps a file to one handle of this process; let go of when dropped.
pub(crate) struct Claim(PathBuf);

impl Claim {
    fn on(path: &Path) -> Result<Self, StoreError> {
        if claims().get_or_insert_default().insert(path.to_path_buf()) {
            Ok(Self(path.to_path_buf()))
        } else {
            Err(StoreError::Locked {
                path: path.to_path_buf(),
                holder: format!("this process (PID {})", std::process::id()),
            })
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(open) = claims().as_mut() {
            open.remove(&self.0);
        }
    }
}

fn claims() -> MutexGuard<'static, Option<HashSet<PathBuf>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A store that was opened.
pub(crate) struct Opened {
    pub db: Connection,
    pub claim: Claim,
    /// From the root, through links.
    pub path: PathBuf,
    pub recovery: Recovery,
}

/// Opens the file, migrates it, and says what was recovered.
pub(crate) fn open(path: &Path, migrations: &[&str]) -> Result<Opened, StoreError> {
    let path = absolute(path)?;
    let claim = Claim::on(&path)?;
    let mut recovery = Recovery::default();
    let existed = inspect(&path)?;
    if let Some(left) = log_length(&path) {
        recovery.messages.push(format!(
            "replayed {left} bytes of write-ahead log left by an agent that did not stop cleanly"
        ));
    }
    let mut db = connect(&path)?;
    let newest = migrate::newest(migrations);
    let found = migrate::version(&db, &path, newest)?;
    if found < newest {
        if existed && found > 0 {
            db = backed_up(db, &path, found)?;
            recovery.messages.push(format!(
                "migrated the store from schema {found} to {newest}; a copy of the old one is {}",
                migrate::backup_path(&path, found).display()
            ));
        }
        migrate::apply(&db, &path, found, migrations)?;
    }
    Ok(Opened {
        db,
        claim,
        path,
        recovery,
    })
}

/// The path from the root, through links, so that one file has one name. Makes the folder.
fn absolute(path: &Path) -> Result<PathBuf, StoreError> {
    let fail = |e: std::io::Error| io_error(path, &e);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(fail)?;
    let name = path.file_name().ok_or_else(|| StoreError::Corrupt {
        path: path.to_path_buf(),
        detail: "the path names no file".into(),
    })?;
    Ok(folder.canonicalize().map_err(fail)?.join(name))
}

fn io_error(path: &Path, error: &std::io::Error) -> StoreError {
    let path = path.to_path_buf();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::DiskFull { path },
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly {
            path,
            detail: error.to_string(),
        },
        _ => StoreError::Db {
            operation: "reaching the store's file",
            detail: error.to_string(),
        },
    }
}

/// Whether the file exists; refused when it is no DuckDB file, before DuckDB gets to see it. The
/// file is closed again before DuckDB opens it: closing it later would drop DuckDB's lock.
fn inspect(path: &Path) -> Result<bool, StoreError> {
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(io_error(path, &e)),
    };
    // The header: a checksum of 8 bytes, then the magic word.
    let mut header = [0u8; 12];
    let read = file.read(&mut header).map_err(|e| io_error(path, &e))?;
    if read > 0 && &header[8..] != b"DUCK" {
        return Err(StoreError::Corrupt {
            path: path.to_path_buf(),
            detail: "it does not start like a DuckDB file".into(),
        });
    }
    Ok(read > 0)
}

/// The length of a log that somebody left behind: a clean stop folds it into the file.
fn log_length(path: &Path) -> Option<u64> {
    let mut name = path.as_os_str().to_owned();
    name.push(".wal");
    let length = fs::metadata(PathBuf::from(name)).ok()?.len();
    (length > 0).then_some(length)
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let open = || -> duckdb::Result<Connection> {
        let config = Config::default()
            .threads(THREADS)?
            .max_memory(MEMORY)?
            .with("checkpoint_threshold", CHECKPOINT)?
            .with(
                "temp_directory",
                path.with_extension("tmp").to_string_lossy(),
            )?
            // Statements are prepared once and run on data that changes. These two optimizers build what a
            // table's statistics say at that moment into the plan (an empty table: texts of length 0), and
            // DuckDB 1.5.5 does not plan again: the next run then reads rubbish.
            .with(
                "disabled_optimizers",
                "compressed_materialization,statistics_propagation",
            )?
            // The store never reaches out by itself: no extension is fetched behind anybody's back.
            .enable_autoload_extension(false)?;
        Connection::open_with_flags(path, config)
    };
    open().map_err(|e| classify(path, "opening the store", &e))
}

/// Copies a store before it is migrated. It is closed for that: the log is folded in, and copying
/// an open file would drop DuckDB's lock on it.
fn backed_up(db: Connection, path: &Path, found: u32) -> Result<Connection, StoreError> {
    let fail = |e: duckdb::Error| classify(path, "closing the store for its backup", &e);
    db.execute_batch("CHECKPOINT").map_err(fail)?;
    db.close().map_err(|(_, e)| fail(e))?;
    let backup = migrate::backup_path(path, found);
    fs::copy(path, &backup)
        .and_then(|_| fs::File::open(&backup)?.sync_all())
        .map_err(|e| io_error(&backup, &e))?;
    connect(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use migrate::MIGRATIONS;

    /// The first schema alone, which these tests go on from in their own ways.
    const FIRST: &[&str] = MIGRATIONS.first_chunk::<1>().unwrap();

    fn runs_columns(db: &Connection) -> u32 {
        db.query_row(
            "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'runs'",
            [],
            |r| r.get(0),
        )
        .unwrap()
    }

    #[test]
    fn an_older_store_is_copied_and_migrated() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.duckdb");
        drop(open(&path, FIRST).unwrap());
        let two = [MIGRATIONS[0], "ALTER TABLE runs ADD COLUMN extra INTEGER"];
        let opened = open(&path, &two).unwrap();
        let backup = migrate::backup_path(&opened.path, 1);
        assert!(backup.ends_with("store.duckdb.v1.bak"));
        assert_eq!(
            opened.recovery.messages,
            [format!(
                "migrated the store from schema 1 to 2; a copy of the old one is {}",
                backup.display()
            )]
        );
        let columns = runs_columns(&opened.db);
        drop(opened);
        assert_eq!(open(&path, &two).unwrap().recovery, Recovery::default());
        // The copy is a whole store of the old schema.
        let old = open(&backup, FIRST).unwrap();
        assert_eq!(runs_columns(&old.db) + 1, columns);
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.duckdb");
        drop(open(&path, FIRST).unwrap());
        let broken = [MIGRATIONS[0], "DROP TABLE runs; SELECT no FROM where"];
        let e = open(&path, &broken).err().unwrap();
        assert!(
            e.to_string().starts_with("migrating the store failed"),
            "{e}"
        );
        let opened = open(&path, FIRST).unwrap();
        assert_eq!(runs_columns(&opened.db), 10);
    }

    #[test]
    fn a_log_left_behind_is_told_of() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.duckdb");
        let opened = open(&path, MIGRATIONS).unwrap();
        // What a killed process leaves: the file and the log as they are now.
        let left = dir.path().join("left");
        fs::create_dir(&left).unwrap();
        for name in ["store.duckdb", "store.duckdb.wal"] {
            fs::copy(dir.path().join(name), left.join(name)).unwrap();
        }
        drop(opened);
        let recovered = open(&left.join("store.duckdb"), MIGRATIONS).unwrap();
        assert_eq!(recovered.recovery.messages.len(), 1);
        assert!(recovered.recovery.messages[0].starts_with("replayed "));
        assert_eq!(runs_columns(&recovered.db), 10);
    }
}
