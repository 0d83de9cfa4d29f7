//! What every test needs: a store in a folder of its own, and short ways to say changes.

use std::collections::BTreeMap;
use tempfile::TempDir;
use trimtab_core::{
    metric::{MetricEntry, Point},
    run::{NewRun, RunId},
    time::Millis,
};
use trimtab_store::{Applied, Change, Store, StoreError};

/// A store and the folder that goes with it.
pub struct Place {
    pub store: Store,
    pub dir: TempDir,
}

pub fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let (store, recovery) = Store::open(&dir.path().join("store.duckdb")).unwrap();
    assert_eq!(recovery.messages, Vec::<String>::new());
    Place { store, dir }
}

impl Place {
    /// Stops the store and opens it again.
    pub async fn reopen(self) -> Self {
        self.store.close().await.unwrap();
        let (store, recovery) = Store::open(&self.dir.path().join("store.duckdb")).unwrap();
        assert_eq!(recovery.messages, Vec::<String>::new());
        Self {
            store,
            dir: self.dir,
        }
    }

    /// Applies one change.
    pub async fn one(&self, change: Change) -> Result<Applied, StoreError> {
        self.store.apply(vec![change]).await.map(|mut a| {
            assert_eq!(a.len(), 1);
            a.remove(0)
        })
    }
}

pub fn run_id(n: u64) -> RunId {
    // Spread, so that ids do not share prefixes by accident.
    let high = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&high.to_be_bytes());
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    RunId::from_bytes(bytes)
}

pub fn create(n: u64, name: &str) -> Change {
    tagged(n, name, &[])
}

pub fn tagged(n: u64, name: &str, tags: &[(&str, &str)]) -> Change {
    let tags: BTreeMap<String, String> = tags
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    Change::CreateRun {
        id: run_id(n),
        new: NewRun {
            experiment: "late15".into(),
            name: String::new(),
            user: "ana".into(),
            job: None,
            tags,
        },
        within: None,
        name: name.into(),
        at: Millis(1_000 + i64::try_from(n).unwrap()),
    }
}

pub fn log(n: u64, metrics: &[(&str, i64, f64)], params: &[(&str, &str)]) -> Change {
    Change::LogBatch {
        run: run_id(n),
        metrics: metrics
            .iter()
            .map(|(key, step, value)| MetricEntry {
                key: (*key).into(),
                point: Point {
                    step: *step,
                    time: Millis(*step),
                    value: *value,
                },
            })
            .collect(),
        params: params
            .iter()
            .map(|(k, v)| ((*k).into(), (*v).into()))
            .collect(),
        tags: Vec::new(),
    }
}
