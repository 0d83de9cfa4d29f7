//! What a check found, as lines for people and fields for programs.

use crate::cli::{
    error::CliResult,
    output::{Output, number, percent},
};
use serde::Serialize;
use trimtab_core::{
    datacheck::Finding,
    stats::{
        drift::{Judgement, Verdict},
        effect::Rule,
        profile::WindowProfile,
    },
};
use trimtab_store::logs::{Kind, Problem};

/// What the check found; the fields of `--json`.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) file: String,
    pub(super) reference: String,
    pub(super) rows: u64,
    pub(super) reference_rows: u64,
    pub(super) columns: Vec<Line>,
    pub(super) problems: Vec<Trouble>,
    /// Columns that drifted.
    pub(super) drifted: usize,
    /// Findings that count and problems.
    pub(super) findings: usize,
    pub(super) failed: bool,
}

/// One column.
#[derive(Serialize)]
pub(super) struct Line {
    pub(super) column: String,
    /// `number`, `category`, or what the column holds where it cannot be compared.
    pub(super) kind: String,
    pub(super) rows: u64,
    pub(super) missing: u64,
    /// `drifted`, `stable`, `not_enough_data` or `error`; none where nothing is compared.
    pub(super) verdict: Option<&'static str>,
    /// Why there is no comparison.
    pub(super) error: Option<String>,
    pub(super) method: Option<&'static str>,
    pub(super) distance: f64,
    pub(super) threshold: f64,
    pub(super) p: f64,
    pub(super) p_adjusted: f64,
    pub(super) findings: Vec<Told>,
}

/// A finding, whether it counts, and its words.
#[derive(Serialize)]
pub(super) struct Told {
    #[serde(flatten)]
    pub(super) finding: Finding,
    pub(super) counts: bool,
    pub(super) words: String,
}

/// Rows or values that cannot be read.
#[derive(Serialize)]
pub(super) struct Trouble {
    pub(super) file: String,
    pub(super) reason: String,
    pub(super) rows: u64,
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self {
            file: problem.file,
            reason: problem.reason,
            rows: problem.rows,
        }
    }
}

impl Line {
    /// A column that was judged.
    pub(super) fn of(
        name: &str,
        kind: Kind,
        (rows, window): (u64, &WindowProfile),
        rule: Rule,
        judgement: Judgement,
        findings: Vec<Told>,
    ) -> Self {
        let (verdict, error) = match judgement.verdict {
            Verdict::Drifted => ("drifted", None),
            Verdict::Stable => ("stable", None),
            Verdict::NotEnoughData => ("not_enough_data", None),
            Verdict::Error(why) => ("error", Some(why)),
        };
        Self {
            column: name.to_owned(),
            kind: match kind {
                Kind::Number => "number".into(),
                Kind::Category => "category".into(),
            },
            rows,
            missing: window.missing(),
            verdict: Some(verdict),
            error,
            method: Some(rule.method.word()),
            distance: judgement.effect,
            threshold: rule.threshold,
            p: judgement.p,
            p_adjusted: judgement.p_adjusted,
            findings,
        }
    }

    /// A column that is not compared.
    pub(super) fn bare(name: &str, kind: &str, rows: u64, findings: Vec<Told>) -> Self {
        Self {
            column: name.to_owned(),
            kind: kind.to_owned(),
            rows,
            missing: 0,
            verdict: None,
            error: None,
            method: None,
            distance: f64::NAN,
            threshold: f64::NAN,
            p: f64::NAN,
            p_adjusted: f64::NAN,
            findings,
        }
    }
}

/// Prints it for people.
pub(super) fn print(report: &Report, out: &mut Output) -> CliResult<()> {
    let rows: Vec<Vec<String>> = report
        .columns
        .iter()
        .map(|l| {
            let verdict = match l.verdict {
                None => "-",
                Some("drifted") => "▲ drifted",
                Some("stable") => "  stable",
                Some("not_enough_data") => "? not enough data",
                Some(_) => "! not compared",
            };
            let findings: Vec<String> = l
                .findings
                .iter()
                .map(|f| match f.counts {
                    true => f.words.clone(),
                    false => format!("({})", f.words),
                })
                .collect();
            vec![
                l.column.clone(),
                l.kind.clone(),
                l.rows.to_string(),
                verdict.to_owned(),
                l.method.unwrap_or("-").to_owned(),
                number(l.distance),
                number(l.threshold),
                number(l.p_adjusted),
                percent(l.missing, l.rows),
                findings.join("; "),
            ]
        })
        .collect();
    out.table(
        &[
            "column",
            "kind",
            ">rows",
            "verdict",
            "by",
            ">distance",
            ">from",
            ">p adjusted",
            ">missing",
            "findings",
        ],
        &rows,
    )?;
    for p in &report.problems {
        out.line(format!(
            "problem: {}: {} ({} rows)",
            p.file, p.reason, p.rows
        ))?;
    }
    out.line(format!(
        "{} of {} columns drifted, findings: {}; {} rows against {}",
        report.drifted,
        report.columns.len(),
        report.findings,
        report.rows,
        report.reference_rows
    ))
}
