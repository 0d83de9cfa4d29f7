//! A disk that fills up. Needs a small file system of its own, so it runs only when told where one is:
//!
//! ```text
//! mount -t tmpfs -o size=24m tmpfs /mnt/small
//! TRIMTAB_TEST_SMALL_DISK=/mnt/small cargo test -p trimtab-store -- --ignored full
//! ```

use crate::support::{create, log, run_id};
use std::{fs, path::Path};
use trimtab_store::{Store, StoreError};

const BATCH: u64 = 5_000;

#[tokio::test]
#[ignore = "needs TRIMTAB_TEST_SMALL_DISK, a file system of some 24 MB"]
async fn a_full_disk_is_one_sentence_and_loses_nothing() {
    let disk = std::env::var("TRIMTAB_TEST_SMALL_DISK").unwrap();
    let path = Path::new(&disk).join("store.duckdb");
    // Ballast, to be thrown out when the disk is full.
    let ballast = Path::new(&disk).join("ballast");
    fs::write(&ballast, vec![0; 8 << 20]).unwrap();
    let (store, _) = Store::open(&path).unwrap();
    store.apply(vec![create(1, "a")]).await.unwrap();
    let mut acknowledged = 0;
    let batch = |from: u64| {
        let steps = (from..from + BATCH).map(|i| i64::try_from(i).unwrap());
        // Values that do not compress.
        let points: Vec<_> = steps
            .map(|i| {
                (
                    "loss",
                    i,
                    f64::from_bits(
                        0x3ff0 << 48 | (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 12,
                    ),
                )
            })
            .collect();
        vec![log(1, &points, &[])]
    };
    let refused = loop {
        match store.apply(batch(acknowledged)).await {
            Ok(_) => acknowledged += BATCH,
            Err(e) => break e,
        }
        assert!(
            acknowledged < 10_000_000,
            "the disk is too large for this test"
        );
    };
    println!("{acknowledged} values, then: {refused}");
    assert!(
        matches!(refused, StoreError::DiskFull { .. }),
        "{refused:?}"
    );
    fs::remove_file(&ballast).unwrap();
    // Either the store goes on by itself, or it asks for a restart; nothing is lost in both.
    let store = match store.apply(batch(acknowledged)).await {
        Ok(_) => {
            acknowledged += BATCH;
            store
        }
        Err(e) => {
            println!("before a restart: {e}");
            // Folding the log in may fail as well; the log then stays.
            let _ = store.close().await;
            let (store, recovery) = Store::open(&path).unwrap();
            println!("{recovery:?}");
            store.apply(batch(acknowledged)).await.unwrap();
            acknowledged += BATCH;
            store
        }
    };
    let row = store.run(&run_id(1)).await.unwrap().unwrap();
    assert_eq!(row.metrics["loss"].count, acknowledged);
    store.close().await.unwrap();
    let (store, _) = Store::open(&path).unwrap();
    assert_eq!(store.counts().await.unwrap().points, acknowledged);
}
