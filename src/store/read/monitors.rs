//! Reading what monitors computed.

use super::rows;
use crate::{Store, StoreError};
use duckdb::{Connection, Row, types::Type};
use std::collections::BTreeMap;
use trimtab_core::{
    alarm::{Handled, Subject},
    alert::Handling,
    monitor::{FeatureCell, InputProblem, Quality, Service, WindowResult},
    registry::Version,
    segment::{Segment, SegmentResult},
    stats::{
        drift::Verdict,
        effect::{Method, Rule},
        estimate::Estimate,
    },
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

    /// The end of each window and the fingerprint of its inputs, by the window's start.
    pub async fn window_inputs(
        &self,
        monitor: &str,
    ) -> Result<BTreeMap<Millis, (Millis, String)>, StoreError> {
        let monitor = monitor.to_owned();
        self.read("reading a monitor's inputs", move |db| {
            let inputs = rows(
                db,
                "SELECT start_ms, end_ms, inputs FROM windows WHERE monitor = ?",
                [monitor],
                |r| Ok((Millis(r.get(0)?), (Millis(r.get(1)?), r.get(2)?))),
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

impl Store {
    /// What people did about a monitor's alerts, in the order done.
    pub async fn handled(&self, monitor: &str) -> Result<Vec<Handled>, StoreError> {
        let monitor = monitor.to_owned();
        self.read("reading what was done about alerts", move |db| {
            rows(
                db,
                "SELECT monitor, subject, word, note, until_ms, after_ms, at_ms, actor
                 FROM alert_acts WHERE monitor = ? ORDER BY ordinal",
                [monitor],
                handled,
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
                verdict, error, method, threshold, weight, effect
         FROM cells WHERE monitor = ? ORDER BY ordinal",
        [monitor],
        |r| Ok((r.get(0)?, cell(r)?)),
    )? {
        cells.entry(start).or_default().push(cell);
    }
    let mut segments = segments(db, monitor)?;
    rows(
        db,
        "SELECT monitor, start_ms, end_ms, row_count, labelled, auc, log_loss, accuracy, f1,
                positive_rate, p50_ms, p95_ms, p99_ms, error_rate, computed, precision, recall,
                f1_macro, f1_weighted, average_precision, brier, calibration_error, auc_low,
                auc_high, accuracy_low, accuracy_high, f1_low, f1_high, mae, rmse, mape, r2, bias,
                estimated_rows, estimated_auc, estimated_accuracy, estimated_precision,
                estimated_recall, estimated_f1
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
                segments: segments.remove(&start).unwrap_or_default(),
                quality: Quality {
                    labelled: r.get(4)?,
                    auc: r.get(5)?,
                    log_loss: r.get(6)?,
                    accuracy: r.get(7)?,
                    f1: r.get(8)?,
                    positive_rate: r.get(9)?,
                    precision: r.get(15)?,
                    recall: r.get(16)?,
                    f1_macro: r.get(17)?,
                    f1_weighted: r.get(18)?,
                    average_precision: r.get(19)?,
                    brier: r.get(20)?,
                    calibration_error: r.get(21)?,
                    auc_95: (r.get(22)?, r.get(23)?),
                    accuracy_95: (r.get(24)?, r.get(25)?),
                    f1_95: (r.get(26)?, r.get(27)?),
                    mae: r.get(28)?,
                    rmse: r.get(29)?,
                    mape: r.get(30)?,
                    r2: r.get(31)?,
                    bias: r.get(32)?,
                },
                estimate: estimate(r)?,
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

/// Segments by their windows' starts, in the order computed.
fn segments(db: &Connection, monitor: &str) -> duckdb::Result<BTreeMap<i64, Vec<SegmentResult>>> {
    let mut cells: BTreeMap<(i64, u32), Vec<FeatureCell>> = BTreeMap::new();
    for (start, segment, cell) in rows(
        db,
        "SELECT start_ms, feature, categorical, row_count, nulls, psi, distance, p, p_adjusted,
                verdict, error, method, threshold, weight, effect, segment
         FROM segment_cells WHERE monitor = ? ORDER BY ordinal",
        [monitor],
        |r| Ok((r.get::<_, i64>(0)?, r.get::<_, u32>(15)?, cell(r)?)),
    )? {
        cells.entry((start, segment)).or_default().push(cell);
    }
    let columns = Quality::COLUMNS.join(", ");
    let query = format!(
        "SELECT start_ms, ordinal, column_name, value, row_count, own_reference, labelled, {columns}
         FROM segments WHERE monitor = ? ORDER BY start_ms, ordinal"
    );
    let found = rows(db, &query, [monitor], |r| {
        let (start, ordinal): (i64, u32) = (r.get(0)?, r.get(1)?);
        let mut numbers = [f64::NAN; Quality::COLUMNS.len()];
        for (i, number) in numbers.iter_mut().enumerate() {
            *number = r.get(7 + i)?;
        }
        Ok((
            start,
            SegmentResult {
                segment: Segment {
                    column: r.get(2)?,
                    value: r.get(3)?,
                },
                rows: r.get(4)?,
                own_reference: r.get(5)?,
                cells: cells.remove(&(start, ordinal)).unwrap_or_default(),
                quality: Quality::of_numbers(r.get(6)?, numbers),
            },
        ))
    })?;
    let mut segments: BTreeMap<i64, Vec<SegmentResult>> = BTreeMap::new();
    for (start, segment) in found {
        segments.entry(start).or_default().push(segment);
    }
    Ok(segments)
}

fn unknown(column: usize, why: String) -> duckdb::Error {
    let why = format!("{why} this Trimtab knows");
    duckdb::Error::FromSqlConversionFailure(column, Type::Text, why.into())
}

fn method(r: &Row<'_>) -> duckdb::Result<Method> {
    let word: String = r.get(11)?;
    Method::from_word(&word).ok_or_else(|| unknown(11, format!("{word:?} is not a distance")))
}

fn handled(r: &Row<'_>) -> duckdb::Result<Handled> {
    let (subject, word): (String, String) = (r.get(1)?, r.get(2)?);
    let handling = match word.as_str() {
        "acknowledge" => Handling::Acknowledge { note: r.get(3)? },
        "snooze" => Handling::Snooze {
            until: Millis(r.get(4)?),
        },
        "close" => Handling::Close,
        other => {
            return Err(unknown(
                2,
                format!("{other:?} is nothing to do about an alert that"),
            ));
        }
    };
    Ok(Handled {
        monitor: r.get(0)?,
        subject: Subject::from_word(&subject)
            .ok_or_else(|| unknown(1, format!("{subject:?} is not an alert's subject")))?,
        handling,
        after: Millis(r.get(5)?),
        at: Millis(r.get(6)?),
        actor: r.get(7)?,
    })
}

fn estimate(r: &Row<'_>) -> duckdb::Result<Option<Estimate>> {
    let Some(rows) = r.get(33)? else {
        return Ok(None);
    };
    Ok(Some(Estimate {
        rows,
        auc: r.get(34)?,
        accuracy: r.get(35)?,
        precision: r.get(36)?,
        recall: r.get(37)?,
        f1: r.get(38)?,
    }))
}

fn cell(r: &Row<'_>) -> duckdb::Result<FeatureCell> {
    let word: String = r.get(9)?;
    let verdict = match word.as_str() {
        "drifted" => Verdict::Drifted,
        "stable" => Verdict::Stable,
        "not_enough_data" => Verdict::NotEnoughData,
        "error" => Verdict::Error(r.get::<_, Option<String>>(10)?.unwrap_or_default()),
        other => {
            return Err(unknown(9, format!("{other:?} is not a verdict")));
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
        rule: Rule {
            method: method(r)?,
            threshold: r.get(12)?,
            weight: r.get(13)?,
        },
        effect: r.get(14)?,
        verdict,
    })
}
