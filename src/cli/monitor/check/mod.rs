//! `trimtab monitor check`: one file against a reference, for CI. Needs neither workspace nor agent.

mod report;

use crate::cli::{
    error::{CliError, CliResult, Exit},
    output::Output,
};
use report::{Line, Report, Told, Trouble};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};
use trimtab_core::{
    datacheck::{self, Column, Finding},
    policy::DriftPolicy,
    stats::{
        drift::{Cell, CellError, Thresholds, judge},
        effect::Shape,
        profile::{ReferenceProfile, WindowProfile},
    },
};
use trimtab_store::logs::{self, Kind, LogError, LogFile, Logs, Part, Problem, Want, Wanted};

/// One file against a reference.
#[derive(clap::Args, Debug)]
pub struct CheckArgs {
    /// The file to check: Parquet, CSV or JSON lines, by its name; gzip too.
    file: PathBuf,
    /// The file it is held against, in any of these formats.
    #[arg(long, value_name = "REFERENCE")]
    against: PathBuf,
    /// Only these columns.
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    columns: Vec<String>,
    /// The p-value, corrected over the columns, below which a difference is no accident.
    #[arg(long, default_value_t = 0.05, value_parser = share)]
    alpha: f64,
    /// The PSI from which a difference is large enough. Below 1,000 rows on either side it is the
    /// Kolmogorov-Smirnov distance of numbers, or the total variation of categories, from 0.1.
    #[arg(long, default_value_t = 0.1, value_parser = above_zero)]
    psi: f64,
    /// The rows that either side needs to be judged.
    #[arg(long, default_value_t = 100)]
    min_rows: u64,
    /// The share of values that the reference never had, unseen or out of its range, that is let pass.
    #[arg(long, default_value_t = 0.01, value_parser = share)]
    tolerance: f64,
    /// What ends with exit code 1.
    #[arg(long, value_enum, default_value_t = FailOn::Any)]
    fail_on: FailOn,
}

/// What a check fails on.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// A drifted column.
    Drift,
    /// A schema or data finding, or rows that cannot be read.
    Schema,
    /// Either.
    Any,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(v) if (0.0..1.0).contains(&v) => Ok(v),
        _ => Err("a number from 0 up to 1 is expected".into()),
    }
}

fn above_zero(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(v) if v > 0.0 && v.is_finite() => Ok(v),
        _ => Err("a number above 0 is expected".into()),
    }
}

/// Runs the command.
pub fn run(args: &CheckArgs, out: &mut Output) -> CliResult {
    let report = check(args)?;
    if out.json {
        out.json(&report)?;
    } else {
        report::print(&report, out)?;
    }
    Ok(match report.failed {
        true => Exit::Refused,
        false => Exit::Done,
    })
}

/// One of the two files, looked into.
struct Side {
    file: LogFile,
    holds: BTreeMap<String, Column>,
}

impl Side {
    fn open(logs: &Logs, path: &Path) -> CliResult<Self> {
        let unread = |error| unreadable(path, &error);
        let file = logs::one(path).map_err(unread)?;
        let holds = logs.holds(&file).map_err(unread)?;
        Ok(Self { file, holds })
    }
}

fn unreadable(path: &Path, error: &LogError) -> CliError {
    let mut failure = CliError::usage(
        format!("{} cannot be checked.", path.display()),
        "Give a whole Parquet, CSV or JSON-lines file with a header or keys.",
    );
    failure.causes.push(match error {
        LogError::File(problem) => problem.reason.clone(),
        other => other.to_string(),
    });
    failure
}

fn check(args: &CheckArgs) -> CliResult<Report> {
    let logs = Logs::open().map_err(|e| unreadable(&args.file, &e))?;
    let reference = Side::open(&logs, &args.against)?;
    let file = Side::open(&logs, &args.file)?;
    let chosen: BTreeSet<&str> = args.columns.iter().map(String::as_str).collect();
    let neither =
        |name: &&str| !reference.holds.contains_key(*name) && !file.holds.contains_key(*name);
    if let Some(name) = chosen.iter().copied().find(neither) {
        let known: Vec<&str> = reference.holds.keys().map(String::as_str).collect();
        return Err(CliError::usage(
            format!("Neither file has a column {name:?}."),
            format!("The reference has {}.", known.join(", ")),
        ));
    }
    let asked = |name: &str| chosen.is_empty() || chosen.contains(name);
    let inferred = logs.infer(&reference.file);
    let inferred = inferred.map_err(|e| unreadable(&args.against, &e))?;
    let inferred: Vec<(String, Option<Kind>)> = inferred
        .into_iter()
        .filter(|c| asked(&c.name))
        .map(|c| (c.name, c.kind))
        .collect();
    let compared: Vec<(String, Kind)> = inferred
        .iter()
        .filter_map(|(name, kind)| Some((name.clone(), (*kind)?)))
        .collect();
    let (reference_rows, references, mut troubles) =
        profiles(&logs, (&reference, &reference), &compared, &args.against)?;
    let (rows, windows, more) = profiles(&logs, (&file, &reference), &compared, &args.file)?;
    troubles.extend(more);

    let policy = DriftPolicy {
        psi: args.psi,
        alpha: args.alpha,
        min_rows: args.min_rows,
        ..DriftPolicy::default()
    };
    let references: Vec<ReferenceProfile> =
        references.into_iter().map(ReferenceProfile::of).collect();
    let cells: Vec<Cell> = compared
        .iter()
        .zip(references.iter().zip(&windows))
        .map(|((name, kind), (r, w))| cell(name, *kind, r, w, &policy, (&reference, &file)))
        .collect();
    let judged = judge(&cells, &Thresholds::from(&policy));
    let told = |findings: Vec<Finding>| -> Vec<Told> {
        let findings = findings.into_iter();
        findings
            .map(|finding| Told {
                counts: finding.counts(args.tolerance),
                words: finding.words(),
                finding,
            })
            .collect()
    };
    let mut lines: Vec<Line> = Vec::new();
    let mut judgements = compared
        .iter()
        .zip(references.iter().zip(windows))
        .zip(cells.iter().zip(judged));
    for (name, kind) in &inferred {
        let mut findings = schema(name, &reference, &file);
        if kind.is_none() {
            let words = reference
                .holds
                .get(name)
                .map_or("nothing", |c| c.holds.words());
            lines.push(Line::bare(name, words, rows, told(findings)));
            continue;
        }
        let Some((((_, kind), (r, window)), (cell, judgement))) = judgements.next() else {
            continue;
        };
        if findings.is_empty() && rows > 0 {
            findings = datacheck::values(r.column(), &window);
        }
        lines.push(Line::of(
            name,
            *kind,
            (rows, &window),
            cell.rule,
            judgement,
            told(findings),
        ));
    }
    for (name, column) in &file.holds {
        if asked(name) && !reference.holds.contains_key(name) {
            let findings = told(vec![Finding::NewColumn]);
            lines.push(Line::bare(name, column.holds.words(), rows, findings));
        }
    }
    let drifted = lines
        .iter()
        .filter(|l| l.verdict == Some("drifted"))
        .count();
    let counting = lines.iter().flat_map(|l| &l.findings).filter(|f| f.counts);
    let findings = counting.count() + troubles.len();
    let failed = match args.fail_on {
        FailOn::Drift => drifted > 0,
        FailOn::Schema => findings > 0,
        FailOn::Any => drifted + findings > 0,
    };
    Ok(Report {
        file: file.file.name,
        reference: reference.file.name,
        rows,
        reference_rows,
        columns: lines,
        problems: troubles.into_iter().map(Trouble::from).collect(),
        drifted,
        findings,
        failed,
    })
}

/// What the two files say of a column of the reference before its values are compared.
fn schema(name: &str, reference: &Side, file: &Side) -> Vec<Finding> {
    match (reference.holds.get(name), file.holds.get(name)) {
        (Some(_), None) => vec![Finding::MissingColumn],
        (Some(r), Some(f)) if r.changed(*f) => vec![Finding::ChangedKind {
            reference: r.holds,
            file: f.holds,
        }],
        _ => Vec::new(),
    }
}

fn cell(
    name: &str,
    kind: Kind,
    reference: &ReferenceProfile,
    window: &WindowProfile,
    policy: &DriftPolicy,
    (r, f): (&Side, &Side),
) -> Cell {
    let outcome = match schema(name, r, f).first() {
        Some(Finding::MissingColumn) => Err(CellError::Missing),
        Some(changed) => Err(CellError::Unreadable(changed.words())),
        None => reference.compare(window).map_err(CellError::from),
    };
    let categorical = kind == Kind::Category;
    Cell {
        rule: policy.rule(name, &Shape::of(categorical, outcome.as_ref().ok())),
        rows: window.rows(),
        reference_rows: reference.column().rows(),
        outcome,
    }
}

/// A file's rows, its columns as these kinds, and what of it cannot be read. Columns that it lacks, or that
/// hold something else than in the reference (`like`), are findings and no problems; they have no rows here.
fn profiles(
    logs: &Logs,
    (side, like): (&Side, &Side),
    compared: &[(String, Kind)],
    path: &Path,
) -> CliResult<(u64, Vec<WindowProfile>, Vec<Problem>)> {
    let want = |kind: &Kind| match kind {
        Kind::Number => Want::Number,
        Kind::Category => Want::Text,
    };
    let usable = |name: &String| {
        let columns = like.holds.get(name).zip(side.holds.get(name));
        columns.is_some_and(|(r, f)| !r.changed(*f))
    };
    let usable = compared.iter().filter(|(name, _)| usable(name));
    let wanted: Wanted = usable
        .map(|(name, kind)| (name.clone(), want(kind)))
        .collect();
    let fitted = logs.fit(&side.file, &wanted);
    let fitted = fitted.map_err(|e| unreadable(path, &e))?;
    let part = Part {
        file: &side.file,
        columns: &fitted.columns,
        rows: fitted.rows,
    };
    let samples = logs.samples(&[part], None, compared);
    let samples = samples.map_err(|e| unreadable(path, &e))?;
    let windows = samples.into_iter().map(WindowProfile::from).collect();
    Ok((fitted.rows, windows, fitted.problems))
}
