//! Opening and closing: newer, older, foreign, damaged, unwritable, shared, closed.

use crate::support::{create, log, place, run_id};
use std::{fs, path::Path};
use trimtab_core::{run::RunQuery, time::Millis};
use trimtab_store::{Store, StoreError};

fn refused(path: &Path) -> StoreError {
    let Err(error) = Store::open(path) else {
        panic!("it was opened")
    };
    error
}

/// Runs statements on a store that nobody has open.
fn meddle(path: &Path, sql: &str) {
    let db = duckdb::Connection::open(path).unwrap();
    db.execute_batch(sql).unwrap();
    db.close().map_err(|(_, e)| e).unwrap();
}

#[tokio::test]
async fn a_newer_store_is_refused_and_left_as_it_is() {
    let place = place();
    let path = place.store.path().to_path_buf();
    place.one(create(1, "a")).await.unwrap();
    place.store.close().await.unwrap();
    meddle(&path, "INSERT INTO schema_version VALUES (4711)");
    let before = fs::read(&path).unwrap();
    let e = refused(&path);
    assert!(matches!(e, StoreError::Newer { found: 4711, .. }), "{e}");
    assert!(e.to_string().ends_with("use a newer Trimtab"), "{e}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn an_empty_file_becomes_a_store_and_a_foreign_database_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep/er/store.duckdb");
    let (store, _) = Store::open(&path).unwrap();
    store.close().await.unwrap();

    let foreign = dir.path().join("foreign.duckdb");
    meddle(&foreign, "CREATE TABLE mine (x INTEGER)");
    let e = refused(&foreign);
    assert!(matches!(e, StoreError::Corrupt { .. }), "{e}");
    meddle(&foreign, "SELECT x FROM mine");
}

#[tokio::test]
async fn what_is_no_database_is_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.duckdb");
    for text in ["x", "a letter to a friend, longer than a header"] {
        fs::write(&path, text).unwrap();
        let e = refused(&path);
        assert!(matches!(e, StoreError::Corrupt { .. }), "{e}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[tokio::test]
async fn a_damaged_store_is_called_so() {
    let place = place();
    let path = place.store.path().to_path_buf();
    place.one(create(1, "a")).await.unwrap();
    place.store.close().await.unwrap();
    let mut bytes = fs::read(&path).unwrap();
    // Past the magic word, over both database headers: the checksums no longer hold.
    bytes[4096..12288].fill(0xa5);
    fs::write(&path, &bytes).unwrap();
    let e = refused(&path);
    assert!(matches!(e, StoreError::Corrupt { .. }), "{e:?}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_folder_that_cannot_be_written_is_called_so() {
    // Not even root may make files in sysfs.
    let e = refused(Path::new("/sys/store.duckdb"));
    assert!(matches!(e, StoreError::ReadOnly { .. }), "{e:?}");
    assert!(e.to_string().contains("cannot be written"), "{e}");
}

#[tokio::test]
async fn one_process_opens_a_store_once() {
    let place = place();
    let link = place.dir.path().join("link");
    std::os::unix::fs::symlink(place.dir.path(), &link).unwrap();
    for path in [place.store.path().to_path_buf(), link.join("store.duckdb")] {
        let e = refused(&path);
        assert!(matches!(e, StoreError::Locked { .. }), "{e}");
    }
    place.one(create(1, "a")).await.unwrap();
    place.reopen().await;
}

#[tokio::test]
async fn closing_finishes_what_waits_and_refuses_what_comes() {
    let place = place();
    place.one(create(1, "a")).await.unwrap();
    let store = place.store.clone();
    let before =
        tokio::spawn(async move { store.apply(vec![log(1, &[("x", 1, 1.0)], &[])]).await });
    tokio::task::yield_now().await;
    place.store.close().await.unwrap();
    before.await.unwrap().unwrap();
    assert!(!place.dir.path().join("store.duckdb.wal").exists());
    for e in [
        place.one(create(2, "b")).await.unwrap_err(),
        place
            .store
            .runs(RunQuery::default(), Millis(0))
            .await
            .unwrap_err(),
        place.store.close().await.unwrap_err(),
    ] {
        assert!(matches!(e, StoreError::Closed { .. }), "{e}");
    }
    let (store, _) = Store::open(&place.dir.path().join("store.duckdb")).unwrap();
    assert_eq!(
        store.run(&run_id(1)).await.unwrap().unwrap().metrics["x"].count,
        1
    );
}
