//! Reading what monitors computed.

use super::rows;
use crate::{Store, StoreError};
use duckdb::{Connection, Row, types::Type};
use std::collections::BTreeMap;
use trimtab_core::{
    monitor::{FeatureCell, InputProblem, Quality, Service, WindowResult},
    registry::Version,
    stats::drift::Verdict,
    time::Millis,
};

impl Store {
    /// A monitor's windows, oldest first.
    pub async fn windows(&self, monitor: &str) -> Result<Vec<WindowResult>, StoreError> {
        let monitor = monitor.to_owned();
        self.read("reading a monitor's windows", move |db| {
            select(db, &monitor)
        })
        .await
    }

    /// The fingerprint of each window's inputs, by the window's start.
    pub async fn window_inputs(
        &self,
        monitor: &str,
    ) -> Result<BTreeMap<Millis, String>, StoreError> {
        let monitor = monitor.to_owned();
        self.read("reading a monitor's inputs", move |db| {
            let inputs = rows(
                db,
                "SELECT start_ms, inputs FROM windows WHERE monitor = ?",
                [monitor],
                |r| Ok((Millis(r.get(0)?), r.get(1)?)),
            )?;
            Ok(inputs.into_iter().collect())
        })
        .await
    }

    /// What is wrong with a monitor's input, in the order it was stored.
    pub async fn problems(&self, monitor: &str) -> Result<Vec<InputProblem>, StoreError> {
        let monitor = monitor.to_owned();
        self.read("reading a monitor's problems", move |db| {
            rows(
                db,
                "SELECT monitor, file, reason, row_count, first_seen FROM problems
                 WHERE monitor = ? ORDER BY ordinal",
                [monitor],
                |r| {
                    Ok(InputProblem {
                        monitor: r.get(0)?,
                        file: r.get(1)?,
                        reason: r.get(2)?,
                        rows: r.get(3)?,
                        first_seen: Millis(r.get(4)?),
                    })
                },
            )
        })
        .await
    }
}

fn select(db: &Connection, monitor: &str) -> duckdb::Result<Vec<WindowResult>> {
    let mut versions: BTreeMap<i64, Vec<(Version, u64)>> = BTreeMap::new();
    for (start, version) in rows(
        db,
        "SELECT start_ms, version, row_count FROM window_versions WHERE monitor = ? ORDER BY ordinal",
        [monitor],
        |r| Ok((r.get(0)?, (Version(r.get(1)?), r.get(2)?))),
    )? {
        versions.entry(start).or_default().push(version);
    }
    let mut cells: BTreeMap<i64, Vec<FeatureCell>> = BTreeMap::new();
    for (start, cell) in rows(
        db,
        "SELECT start_ms, feature, categorical, row_count, nulls, psi, distance, p, p_adjusted,
                verdict, error
         FROM cells WHERE monitor = ? ORDER BY ordinal",
        [monitor],
        |r| Ok((r.get(0)?, cell(r)?)),
    )? {
        cells.entry(start).or_default().push(cell);
    }
    rows(
        db,
        "SELECT monitor, start_ms, end_ms, row_count, labelled, auc, log_loss, accuracy, f1,
                positive_rate, p50_ms, p95_ms, p99_ms, error_rate, computed
         FROM windows WHERE monitor = ? ORDER BY start_ms",
        [monitor],
        |r| {
            let start: i64 = r.get(1)?;
            Ok(WindowResult {
                monitor: r.get(0)?,
                start: Millis(start),
                end: Millis(r.get(2)?),
                rows: r.get(3)?,
                versions: versions.remove(&start).unwrap_or_default(),
                cells: cells.remove(&start).unwrap_or_default(),
                quality: Quality {
                    labelled: r.get(4)?,
                    auc: r.get(5)?,
                    log_loss: r.get(6)?,
                    accuracy: r.get(7)?,
                    f1: r.get(8)?,
                    positive_rate: r.get(9)?,
                },
                service: Service {
                    p50_ms: r.get(10)?,
                    p95_ms: r.get(11)?,
                    p99_ms: r.get(12)?,
                    error_rate: r.get(13)?,
                },
                computed: Millis(r.get(14)?),
            })
        },
    )
}

fn cell(r: &Row<'_>) -> duckdb::Result<FeatureCell> {
    let word: String = r.get(9)?;
    let verdict = match word.as_str() {
        "drifted" => Verdict::Drifted,
        "stable" => Verdict::Stable,
        "not_enough_data" => Verdict::NotEnoughData,
        "error" => Verdict::Error(r.get::<_, Option<String>>(10)?.unwrap_or_default()),
        other => {
            let why = format!("{other:?} is not a verdict this Trimtab knows");
            return Err(duckdb::Error::FromSqlConversionFailure(
                9,
                Type::Text,
                why.into(),
            ));
        }
    };
    Ok(FeatureCell {
        feature: r.get(1)?,
        categorical: r.get(2)?,
        rows: r.get(3)?,
        nulls: r.get(4)?,
        psi: r.get(5)?,
        distance: r.get(6)?,
        p: r.get(7)?,
        p_adjusted: r.get(8)?,
        verdict,
    })
}
