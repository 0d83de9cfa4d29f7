//! Queries against a store with something in it, and attempts to get out of the cage.

mod escape;
mod ways;

use super::{SqlError, SqlQuery};
use crate::{Change, Store};
use std::collections::BTreeMap;
use trimtab_core::{
    metric::{MetricEntry, Point},
    run::{NewRun, RunId, RunStatus},
    sql::{SqlPage, SqlTable},
    time::Millis,
};

pub(super) const NOW: Millis = Millis(1_000_000);

pub(super) fn id(n: u8) -> RunId {
    RunId::from_bytes([n; 16])
}

/// A store with runs `run-1` to `run-N`, each with a parameter, a tag and 3,000 points of `loss`.
pub(super) async fn store(runs: u8) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&dir.path().join("store.duckdb")).unwrap();
    for n in 1..=runs {
        let new = NewRun {
            experiment: "flights".into(),
            name: String::new(),
            user: "ada".into(),
            job: None,
            tags: BTreeMap::from([("team".into(), "core".into())]),
        };
        let metrics = (0..3_000).map(|step| MetricEntry {
            key: "loss".into(),
            point: Point {
                step,
                time: Millis(step),
                value: f64::from(n) / (step + 1) as f64,
            },
        });
        let changes = vec![
            Change::CreateRun {
                id: id(n),
                new,
                within: None,
                name: format!("run-{n}"),
                at: Millis(i64::from(n)),
            },
            Change::LogBatch {
                run: id(n),
                metrics: metrics.collect(),
                params: vec![("depth".into(), n.to_string())],
                tags: vec![],
            },
            Change::SetRunStatus {
                run: id(n),
                status: RunStatus::Finished,
                at: Millis(1_000 + i64::from(n)),
            },
        ];
        store.apply(changes).await.unwrap();
    }
    (dir, store)
}

pub(super) async fn begin(store: &Store, sql: &str) -> SqlQuery {
    store.sql(sql.to_owned(), vec![], NOW).await.unwrap()
}

pub(super) async fn ask(store: &Store, sql: &str) -> Result<SqlPage, SqlError> {
    begin(store, sql).await.page(10_000).await
}

pub(super) async fn table(store: &Store, sql: &str) -> SqlTable {
    ask(store, sql)
        .await
        .unwrap_or_else(|e| panic!("{sql}: {e}"))
        .table
}

/// Rows as text, `-` for null.
pub(super) fn lines(table: &SqlTable) -> Vec<String> {
    let cell = |r, c| table.text(r, c).unwrap_or_else(|| "-".into());
    (0..table.rows())
        .map(|r| {
            let cells: Vec<String> = (0..table.columns.len()).map(|c| cell(r, c)).collect();
            cells.join(" | ")
        })
        .collect()
}
