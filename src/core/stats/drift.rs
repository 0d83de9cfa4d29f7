//! Drift between a reference and a window: what the numbers amount to.
//!
//! A p-value alone cries wolf on large windows and an effect size alone on small ones. A cell has
//! drifted when its effect is large enough, and is no accident after correction for the number of
//! cells, and the window has enough rows; all three are shown.

use super::{
    effect::{Evidence, Rule},
    multiple::benjamini_hochberg,
    profile::{Comparison, Incomparable},
};
use serde::{Deserialize, Serialize};

/// What a cell's numbers amount to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Effect size over threshold, corrected significance, and enough rows.
    Drifted,
    /// At least one of the three is missing.
    Stable,
    /// Too few rows to say.
    NotEnoughData,
    /// It could not be computed, and why (missing column, wrong type, …). Where nothing is left of a column
    /// that the reference has, its effect is infinite: that is worse than any drift.
    Error(String),
}

/// When a cell counts as drifted, besides its own rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// The corrected p-value must be below this.
    pub alpha: f64,
    /// The least number of rows, in the window and in the reference; of rows with a value where values are
    /// compared.
    pub min_rows: u64,
}

impl From<&crate::policy::DriftPolicy> for Thresholds {
    fn from(policy: &crate::policy::DriftPolicy) -> Self {
        Self {
            alpha: policy.alpha,
            min_rows: policy.min_rows,
        }
    }
}

/// One cell to be judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Rows of the window.
    pub rows: u64,
    /// Rows of the reference.
    pub reference_rows: u64,
    /// By what it is judged; a method that was resolved for its kind and size.
    pub rule: Rule,
    /// The comparison, or why there is none.
    pub outcome: Result<Comparison, CellError>,
}

/// Why a cell has no comparison.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellError {
    /// The two columns cannot be compared.
    #[error(transparent)]
    Incomparable(#[from] Incomparable),
    /// The window's files lack the column.
    #[error("column missing in window")]
    Missing,
    /// The column could not be read, and why.
    #[error("{0}")]
    Unreadable(String),
}

impl CellError {
    /// Whether the reference has the column and nothing of it is left in the window.
    fn lost(&self) -> bool {
        match self {
            Self::Missing => true,
            Self::Incomparable(why) => match why {
                Incomparable::EmptyWindow | Incomparable::TypeChanged { .. } => true,
                Incomparable::EmptyReference => false,
            },
            Self::Unreadable(_) => false,
        }
    }
}

/// One cell's judgement.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The distance that the cell's rule names; NaN when there is none, infinite when nothing is left of the
    /// column.
    pub effect: f64,
    /// The p-value that was corrected, of the part that the effect is of; NaN when there is none.
    pub p: f64,
    /// The p-value after Benjamini–Hochberg over the cells that have one and enough rows; NaN for others.
    pub p_adjusted: f64,
    /// What it amounts to.
    pub verdict: Verdict,
}

/// Judges the cells of one window together, in the order given.
pub fn judge(cells: &[Cell], thresholds: &Thresholds) -> Vec<Judgement> {
    let enough = |c: &Cell| c.rows.min(c.reference_rows) >= thresholds.min_rows;
    // What each cell says if few rows may say it, too: shown, not judged.
    let said = |cell: &Cell, min_rows: u64| {
        let comparison = cell.outcome.as_ref().ok()?;
        let Rule {
            method, threshold, ..
        } = cell.rule;
        method.evidence(comparison, threshold, min_rows)
    };
    let judged: Vec<Option<Evidence>> = cells
        .iter()
        .map(|c| said(c, thresholds.min_rows).filter(|_| enough(c)))
        .collect();
    // A cell that cannot be judged anyway must not weaken the others by its place in the correction.
    let tested: Vec<f64> = judged
        .iter()
        .map(|e| e.filter(|e| !e.effect.is_nan()).map_or(f64::NAN, |e| e.p))
        .collect();
    let adjusted = benjamini_hochberg(&tested);
    cells
        .iter()
        .zip(judged)
        .zip(adjusted)
        .map(|((cell, judged), p_adjusted)| {
            let Rule {
                method, threshold, ..
            } = cell.rule;
            let unknown = Evidence {
                effect: f64::NAN,
                p: f64::NAN,
            };
            let Evidence { effect, p } = judged.or_else(|| said(cell, 0)).unwrap_or(unknown);
            let lost = cell.outcome.as_ref().is_err_and(CellError::lost) && enough(cell);
            let effect = if lost { f64::INFINITY } else { effect };
            let verdict = match &cell.outcome {
                // Type and missing columns are wrong however few the rows.
                Err(why @ (CellError::Missing | CellError::Unreadable(_))) => {
                    Verdict::Error(why.to_string())
                }
                Err(why @ CellError::Incomparable(Incomparable::TypeChanged { .. })) => {
                    Verdict::Error(why.to_string())
                }
                _ if !enough(cell) => Verdict::NotEnoughData,
                Err(why) => Verdict::Error(why.to_string()),
                Ok(_) if judged.is_none() => Verdict::NotEnoughData,
                Ok(_) if effect.is_nan() => {
                    Verdict::Error(format!("{} does not apply to the column", method.word()))
                }
                Ok(_) if effect >= threshold && p_adjusted < thresholds.alpha => Verdict::Drifted,
                Ok(_) => Verdict::Stable,
            };
            Judgement {
                effect,
                p,
                p_adjusted,
                verdict,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{distance, effect::Method};

    const RULE: Rule = Rule {
        method: Method::Psi,
        threshold: 0.1,
        weight: 1.0,
    };

    const THRESHOLDS: Thresholds = Thresholds {
        alpha: 0.05,
        min_rows: 100,
    };

    fn cell(psi: f64, p: f64, rows: u64) -> Cell {
        let outcome = Ok(Comparison {
            rows,
            missing: 0,
            valid: (1_000, rows),
            buckets: 10,
            psi,
            psi_valid: psi,
            psi_missing: 0.0,
            distance: 0.1,
            wasserstein: 1.0,
            p,
            p_missing: None,
            missing_shift: 0.0,
            wasserstein_norm: 1.0,
            shares: distance::of([(10, 9), (90, 91)].into_iter()).unwrap(),
            cramers_v: 0.1,
            last_of_two: f64::NAN,
        });
        Cell {
            rule: RULE,
            rows,
            reference_rows: 1_000,
            outcome,
        }
    }

    #[test]
    fn it_takes_all_three_to_drift() {
        let cells = [
            cell(0.3, 1e-9, 500),
            cell(0.01, 1e-9, 500),
            cell(0.3, 0.4, 500),
            cell(0.3, 1e-9, 99),
        ];
        let verdicts: Vec<Verdict> = judge(&cells, &THRESHOLDS)
            .into_iter()
            .map(|j| j.verdict)
            .collect();
        assert_eq!(
            verdicts,
            [
                Verdict::Drifted,
                Verdict::Stable,
                Verdict::Stable,
                Verdict::NotEnoughData
            ]
        );
    }

    #[test]
    fn each_cell_has_its_own_rule() {
        let with = |method, threshold| Cell {
            rule: Rule {
                method,
                threshold,
                ..RULE
            },
            ..cell(0.3, 1e-9, 500)
        };
        let judged = judge(
            &[
                with(Method::Psi, 0.31),
                with(Method::Ks, 0.1),
                with(Method::ZTest, 0.1),
            ],
            &THRESHOLDS,
        );
        assert_eq!(judged[0].verdict, Verdict::Stable);
        assert_eq!(
            (judged[1].effect, &judged[1].verdict),
            (0.1, &Verdict::Drifted)
        );
        let why = "z_test does not apply to the column";
        assert_eq!(judged[2].verdict, Verdict::Error(why.into()));
    }

    #[test]
    fn many_cells_are_corrected_together() {
        let alone = judge(&[cell(0.3, 0.03, 500)], &THRESHOLDS);
        assert_eq!(alone[0].verdict, Verdict::Drifted);
        let mut cells = vec![cell(0.3, 0.03, 500)];
        cells.extend((0..9).map(|_| cell(0.0, 0.9, 500)));
        let together = judge(&cells, &THRESHOLDS);
        assert_eq!(
            (together[0].verdict.clone(), together[0].p_adjusted),
            (Verdict::Stable, 0.3)
        );
        // Cells without enough rows are not tests.
        let mut few = cells.clone();
        few.iter_mut().skip(1).for_each(|c| c.rows = 3);
        assert_eq!(judge(&few, &THRESHOLDS)[0].verdict, Verdict::Drifted);
        // Nor are those whose distance is unknown.
        for c in cells.iter_mut().skip(1) {
            c.rule.method = Method::ZTest;
        }
        assert_eq!(judge(&cells, &THRESHOLDS)[0].verdict, Verdict::Drifted);
    }

    #[test]
    fn errors_are_cells() {
        let wrong = |outcome, rows| Cell {
            rule: RULE,
            rows,
            reference_rows: 1_000,
            outcome: Err(outcome),
        };
        let cells = [
            wrong(CellError::Missing, 500),
            wrong(Incomparable::EmptyWindow.into(), 500),
            wrong(Incomparable::EmptyWindow.into(), 0),
            wrong(
                Incomparable::TypeChanged {
                    reference: "numbers",
                    window: "categories",
                }
                .into(),
                5,
            ),
            cell(0.3, 1e-9, 500),
        ];
        let verdicts: Vec<Verdict> = judge(&cells, &THRESHOLDS)
            .into_iter()
            .map(|j| j.verdict)
            .collect();
        let error = |text: &str| Verdict::Error(text.into());
        assert_eq!(
            verdicts,
            [
                error("column missing in window"),
                error("no valid values in window"),
                Verdict::NotEnoughData,
                error("type changed from numbers to categories"),
                Verdict::Drifted
            ]
        );
        assert!(judge(&[], &THRESHOLDS).is_empty());
        // Nothing is left of a column that the reference has: infinitely far, if there are rows to say so.
        let lost: Vec<bool> = judge(&cells, &THRESHOLDS)
            .iter()
            .map(|j| j.effect == f64::INFINITY)
            .collect();
        assert_eq!(lost, [true, true, false, false, false]);
        let unreadable = [
            wrong(Incomparable::EmptyReference.into(), 500),
            wrong(CellError::Unreadable("why".into()), 500),
        ];
        assert!(
            judge(&unreadable, &THRESHOLDS)
                .iter()
                .all(|j| j.effect.is_nan())
        );
    }

    #[test]
    fn rows_without_a_value_say_nothing_of_values() {
        let mut few = cell(0.3, 1e-9, 5_000);
        if let Ok(c) = &mut few.outcome {
            (c.valid, c.missing) = ((1_000, 5), 4_995);
        }
        let judged = judge(std::slice::from_ref(&few), &THRESHOLDS);
        assert_eq!(judged[0].verdict, Verdict::NotEnoughData);
        assert!(judged[0].p_adjusted.is_nan() && judged[0].effect == 0.3);
        // Unless it is that they are gone which is no accident.
        if let Ok(c) = &mut few.outcome {
            (c.psi_missing, c.p_missing) = (4.0, Some(1e-12));
        }
        let judged = judge(&[few], &THRESHOLDS);
        assert_eq!(
            (judged[0].effect, &judged[0].verdict),
            (4.0, &Verdict::Drifted)
        );
    }
}
