//! One window: columns in, a judged [`WindowResult`] out.

use super::{
    files::label_columns,
    reference::{Reference, Watched},
};
use std::collections::BTreeMap;
use trimtab_core::{
    monitor::{FeatureCell, Quality, Service},
    policy::{Columns, DriftPolicy, MonitorPolicy, Task},
    registry::Version,
    stats::{
        drift::{Cell, CellError, Thresholds, judge},
        effect::Shape,
        estimate::{Estimate, estimate},
        profile::{Comparison, Incomparable, ReferenceProfile},
        quality::{assess, assess_regression},
        summary::{finite_sorted, quantile},
    },
};
use trimtab_store::logs::{
    Kind, LogError, Logs, OutcomeColumns, Part, Sample, Scored, Within, in_parallel,
};

/// Values that one core holds at once: 32 MB of numbers, whatever the window's size.
const AT_ONCE: u64 = 4_000_000;
/// Columns read at once of small windows: each time costs a look at every file.
const TOGETHER: u64 = 16;

/// One window's files.
pub(super) struct Inputs<'a> {
    /// Of the log.
    pub(super) log: Vec<Part<'a>>,
    /// Of labels.
    pub(super) labels: Vec<Part<'a>>,
    /// The window.
    pub(super) within: Within<'a>,
}

/// One watched column of a window, compared but not yet judged.
#[derive(Clone)]
pub(super) struct Compared {
    /// The comparison, or why there is none.
    pub(super) cell: Cell,
    /// Rows without a value, also where nothing could be compared.
    pub(super) missing: u64,
}

/// Compares every watched column with the reference, in the reference's order.
pub(super) fn compare(
    logs: &Logs,
    reference: &Reference,
    drift: &DriftPolicy,
    inputs: &Inputs<'_>,
) -> Result<Vec<Compared>, LogError> {
    let rows: u64 = inputs.log.iter().map(|part| part.rows).sum();
    let together = (AT_ONCE / rows.max(1)).clamp(1, TOGETHER) as usize;
    let mut lots = Vec::new();
    for watched in reference.watched.chunks(together) {
        lots.push((watched, logs.again()?));
    }
    let there = |watched: &Watched| {
        let has = |part: &Part<'_>| part.columns.contains_key(&watched.name);
        inputs.log.iter().any(has)
    };
    let done = in_parallel(lots, |(watched, logs)| -> Result<Vec<Compared>, LogError> {
        let columns: Vec<(String, Kind)> =
            watched.iter().map(|w| (w.name.clone(), w.kind)).collect();
        let samples = logs.samples(&inputs.log, Some(inputs.within), &columns)?;
        let compared = watched.iter().zip(samples).map(|(watched, sample)| {
            let profile = watched.profile.as_ref();
            cell((watched, profile), drift, sample, there(watched))
        });
        Ok(compared.collect())
    });
    let lots: Vec<Vec<Compared>> = done.into_iter().collect::<Result<_, _>>()?;
    Ok(lots.into_iter().flatten().collect())
}

/// Compares one column with its side of the reference, which may be a segment's.
pub(super) fn cell(
    (watched, reference): (&Watched, Option<&ReferenceProfile>),
    drift: &DriftPolicy,
    sample: Sample,
    there: bool,
) -> Compared {
    let (rows, missing) = (sample.rows(), sample.missing());
    let outcome = match reference {
        None => Err(CellError::Unreadable("column missing in reference".into())),
        Some(_) if !there => Err(CellError::Missing),
        Some(reference) => against(reference, sample).map_err(CellError::from),
    };
    let shape = Shape::of(watched.kind == Kind::Category, outcome.as_ref().ok());
    Compared {
        missing,
        cell: Cell {
            rule: drift.rule(&watched.name, &shape),
            rows,
            reference_rows: reference.map_or(0, |r| r.column().rows()),
            outcome,
        },
    }
}

fn against(reference: &ReferenceProfile, sample: Sample) -> Result<Comparison, Incomparable> {
    match sample {
        Sample::Numbers {
            values, missing, ..
        } => reference.compare_values(values, missing),
        categories @ Sample::Categories { .. } => reference.compare(&categories.into()),
    }
}

/// Judges a window's cells together.
pub(super) fn cells(
    reference: &Reference,
    policy: &MonitorPolicy,
    compared: &[Compared],
) -> Vec<FeatureCell> {
    let all: Vec<usize> = (0..reference.watched.len()).collect();
    feature_cells(reference, policy, &all, compared)
}

/// Judges cells together, each of a watched column by its place.
pub(super) fn feature_cells(
    reference: &Reference,
    policy: &MonitorPolicy,
    watched: &[usize],
    compared: &[Compared],
) -> Vec<FeatureCell> {
    let unjudged: Vec<Cell> = compared.iter().map(|c| c.cell.clone()).collect();
    let judged = judge(&unjudged, &Thresholds::from(&policy.drift));
    let number =
        |cell: &Cell, of: fn(&Comparison) -> f64| cell.outcome.as_ref().map_or(f64::NAN, of);
    watched
        .iter()
        .filter_map(|place| reference.watched.get(*place))
        .zip(compared)
        .zip(judged)
        .map(
            |((watched, Compared { cell, missing }), judged)| FeatureCell {
                feature: watched.name.clone(),
                categorical: watched.kind == Kind::Category,
                rows: cell.rows,
                nulls: *missing,
                psi: number(cell, |c| c.psi),
                distance: number(cell, |c| c.distance),
                p: judged.p,
                p_adjusted: judged.p_adjusted,
                rule: cell.rule,
                effect: judged.effect,
                verdict: judged.verdict,
            },
        )
        .collect()
}

/// The window's rows whose labels have arrived.
pub(super) fn outcomes(
    logs: &Logs,
    policy: &MonitorPolicy,
    inputs: &Inputs<'_>,
) -> Result<Vec<Scored>, LogError> {
    if inputs.labels.is_empty() {
        return Ok(Vec::new());
    }
    let columns = OutcomeColumns {
        request_id: &policy.columns.request_id,
        prediction: policy.columns.prediction.as_deref(),
        score: policy.columns.score.as_deref(),
        segments: &policy.segments,
    };
    logs.outcomes(
        &inputs.log,
        inputs.within,
        columns,
        &inputs.labels,
        &label_columns(policy),
    )
}

/// Quality against the labels that have arrived.
pub(super) fn assessed(policy: &MonitorPolicy, rows: &[&Scored]) -> Quality {
    if rows.is_empty() {
        return Quality::unknown();
    }
    // A column that is there judges; a row that lacks its value was not answered and is not judged. Nor is
    // one whose value is no finite number: one of them would make every mean NaN.
    let scored = rows.iter().any(|r| r.score.is_finite());
    let predicted = rows.iter().any(|r| r.prediction.is_finite());
    let answered =
        |r: &&&Scored| (r.score.is_finite() || !scored) && (r.prediction.is_finite() || !predicted);
    let rows: Vec<&&Scored> = rows.iter().filter(answered).collect();
    if policy.task == Task::Regression {
        let (labels, predictions): (Vec<f64>, Vec<f64>) =
            rows.iter().map(|r| (r.label, r.prediction)).unzip();
        return assess_regression(&labels, &predictions);
    }
    let labels: Vec<bool> = rows.iter().map(|r| r.label >= 0.5).collect();
    let scores: Vec<f64> = rows.iter().map(|r| r.score).collect();
    let predictions: Vec<bool> = rows.iter().map(|r| r.prediction >= 0.5).collect();
    assess(
        &labels,
        scored.then_some(scores.as_slice()),
        predicted.then_some(predictions.as_slice()),
    )
}

/// Quality as it should be by the scores alone, where the reference has labels to calibrate them by.
pub(super) fn estimated(
    logs: &Logs,
    reference: &Reference,
    policy: &MonitorPolicy,
    inputs: &Inputs<'_>,
) -> Result<Option<Estimate>, LogError> {
    let columns = &policy.columns;
    let (Some(calibration), Some(score), Some(prediction)) =
        (&reference.calibration, &columns.score, &columns.prediction)
    else {
        return Ok(None);
    };
    let pairs = logs.pairs(&inputs.log, Some(inputs.within), (score, prediction))?;
    let (scores, predictions): (Vec<f64>, Vec<bool>) =
        pairs.rows.into_iter().map(|(s, p)| (s, p >= 0.5)).unzip();
    Ok(estimate(calibration.as_ref(), &scores, &predictions))
}

/// How the service answered, and which versions did.
pub(super) fn service(
    logs: &Logs,
    columns: &Columns,
    inputs: &Inputs<'_>,
) -> Result<(Service, Vec<(Version, u64)>), LogError> {
    let roles = [
        (&columns.latency, Kind::Number),
        (&columns.status, Kind::Number),
        (&columns.version, Kind::Category),
    ];
    let present = roles
        .iter()
        .filter_map(|(name, kind)| Some(((*name).clone()?, *kind)));
    let wanted: Vec<(String, Kind)> = present.collect();
    let samples = logs.samples(&inputs.log, Some(inputs.within), &wanted)?;
    let by_name: BTreeMap<String, Sample> = wanted
        .into_iter()
        .map(|(name, _)| name)
        .zip(samples)
        .collect();
    let numbers = |name: &Option<String>| match name.as_ref().and_then(|n| by_name.get(n)) {
        Some(Sample::Numbers { values, .. }) => values.clone(),
        _ => Vec::new(),
    };
    let (latency, _, _) = finite_sorted(numbers(&columns.latency));
    let status = numbers(&columns.status);
    let failed = status.iter().filter(|s| **s >= 500.0).count();
    let versions = match columns.version.as_ref().and_then(|n| by_name.get(n)) {
        Some(Sample::Categories { counts, .. }) => shares(counts),
        _ => Vec::new(),
    };
    let service = Service {
        p50_ms: quantile(&latency, 0.50),
        p95_ms: quantile(&latency, 0.95),
        p99_ms: quantile(&latency, 0.99),
        error_rate: failed as f64 / status.len() as f64,
    };
    Ok((service, versions))
}

/// Rows of each version. A version is known by the number at the end of its name: `3`, `v3`,
/// `late15-v3`; names without one are not counted.
fn shares(counts: &BTreeMap<String, u64>) -> Vec<(Version, u64)> {
    let mut shares: BTreeMap<Version, u64> = BTreeMap::new();
    for (name, rows) in counts {
        let digits = name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if let Ok(number) = name[digits..].parse() {
            *shares.entry(Version(number)).or_default() += rows;
        }
    }
    shares.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_the_numbers_at_the_end() {
        let counts = [
            ("late15-v3", 5),
            ("3", 1),
            ("v12", 2),
            ("canary", 9),
            ("", 1),
        ];
        let counts = counts
            .map(|(name, n)| (name.to_owned(), n))
            .into_iter()
            .collect();
        assert_eq!(shares(&counts), [(Version(3), 6), (Version(12), 2)]);
    }
}
