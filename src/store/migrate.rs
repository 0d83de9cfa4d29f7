//! Numbered schemas: each migration runs in a transaction of its own, and an existing store is
//! copied to `store.duckdb.v<N>.bak` before the first one touches it.

use crate::error::{StoreError, classify};
use duckdb::Connection;
use std::path::{Path, PathBuf};

/// The migrations of this build, in order; the first makes schema 1. They are handed to the functions
/// below, so that tests can bring schemas that do not exist yet.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_tracking.sql"),
    include_str!("migrations/0003_registry.sql"),
    include_str!("migrations/0004_logged_models.sql"),
    include_str!("migrations/0005_monitors.sql"),
    include_str!("migrations/0006_bins.sql"),
    include_str!("migrations/0007_segments.sql"),
];

/// The newest schema that migrations lead to.
pub(crate) fn newest(migrations: &[&str]) -> u32 {
    u32::try_from(migrations.len()).unwrap_or(u32::MAX)
}

/// The schema of a store; 0 for an empty file. Refused when it is above `known`.
pub(crate) fn version(db: &Connection, path: &Path, known: u32) -> Result<u32, StoreError> {
    let read = || -> duckdb::Result<u32> {
        let (versioned, tables): (bool, u32) = db.query_row(
            "SELECT coalesce(bool_or(table_name = 'schema_version'), false), count(*)
             FROM duckdb_tables()",
            [],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )?;
        match (versioned, tables) {
            (true, _) => db.query_row(
                "SELECT coalesce(max(version), 0) FROM schema_version",
                [],
                |r| r.get(0),
            ),
            (false, 0) => Ok(0),
            (false, _) => Ok(u32::MAX),
        }
    };
    match read().map_err(|e| classify(path, "reading the store's schema", &e))? {
        u32::MAX => Err(StoreError::Corrupt {
            path: path.to_path_buf(),
            detail: "it holds tables, but none of Trimtab's".into(),
        }),
        found if found > known => Err(StoreError::Newer {
            path: path.to_path_buf(),
            found,
            known,
        }),
        found => Ok(found),
    }
}

/// Where the copy of a store at some schema goes.
pub(crate) fn backup_path(path: &Path, version: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".v{version}.bak"));
    PathBuf::from(name)
}

/// Brings a store from schema `found` to the newest.
pub(crate) fn apply(
    db: &Connection,
    path: &Path,
    found: u32,
    migrations: &[&str],
) -> Result<(), StoreError> {
    for (number, sql) in (1..).zip(migrations).filter(|(n, _)| *n > found) {
        let migrated = step(db, number, sql);
        if let Err(e) = migrated {
            // The transaction may have ended by itself; then there is nothing to roll back.
            let _ = db.execute_batch("ROLLBACK");
            return Err(classify(path, "migrating the store", &e));
        }
    }
    Ok(())
}

fn step(db: &Connection, number: u32, sql: &str) -> duckdb::Result<()> {
    db.execute_batch("BEGIN TRANSACTION")?;
    db.execute_batch("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER)")?;
    db.execute_batch(sql)?;
    db.execute("INSERT INTO schema_version VALUES (?)", [number])?;
    db.execute_batch("COMMIT")
}
