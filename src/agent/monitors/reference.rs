//! The reference: profiled once, kept for as long as its files stay the same.

use std::collections::BTreeMap;
use trimtab_core::{
    policy::{Columns, MonitorPolicy},
    stats::profile::{ReferenceProfile, WindowProfile},
};
use trimtab_store::logs::{
    Fitted, Kind, LogError, LogFile, Logs, Part, Problem, Sample, Want, Wanted,
};

/// A column that is compared with the reference.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    /// Its name.
    pub(super) name: String,
    /// How it is compared.
    pub(super) kind: Kind,
    /// The reference's side; `None` when the reference has no such column.
    pub(super) profile: Option<ReferenceProfile>,
}

/// The reference's files, profiled.
#[derive(Clone, Debug, Default)]
pub(super) struct Reference {
    /// Its files' fingerprints; changes whenever they do.
    pub(super) fingerprint: String,
    /// Rows.
    pub(super) rows: u64,
    /// Features, then the score and the prediction where the reference has them.
    pub(super) watched: Vec<Watched>,
    /// What is wrong with it.
    pub(super) problems: Vec<Problem>,
}

/// Columns profiled at once; bounds the memory at a million rows to some tens of megabytes.
const TOGETHER: usize = 8;

impl Reference {
    /// What tells one state of the files from another.
    pub(super) fn fingerprint_of(files: &[LogFile]) -> String {
        let all: Vec<String> = files.iter().map(LogFile::fingerprint).collect();
        all.join("\n")
    }

    /// Reads and profiles the files. One that cannot be read is left out and named; without any, every
    /// feature that policy names stays, unprofiled, so that its cells say so.
    pub(super) fn load(logs: &Logs, files: &[LogFile], policy: &MonitorPolicy) -> Self {
        let mut reference = Self {
            fingerprint: Self::fingerprint_of(files),
            ..Self::default()
        };
        if files.is_empty() {
            reference.problems.push(Problem {
                file: policy.reference.clone(),
                reason: "The reference has no file; nothing can be compared.".into(),
                rows: 0,
            });
        }
        let mut kinds = Vec::new();
        for file in files {
            match logs.infer(file) {
                Ok(columns) => {
                    let kinds_here = columns.into_iter().filter_map(|c| Some((c.name, c.kind?)));
                    kinds = kinds_here.collect();
                    break;
                }
                Err(LogError::File(problem)) => reference.problems.push(problem),
                Err(other) => reference.problems.push(unexpected(file, &other)),
            }
        }
        let chosen = choose(&policy.columns, kinds);
        let wanted: Wanted = chosen
            .iter()
            .map(|(name, kind)| (name.clone(), want(*kind)))
            .collect();
        let mut fitted: Vec<(&LogFile, Fitted)> = Vec::new();
        for file in files {
            match logs.fit(file, &wanted) {
                Ok(fit) => fitted.push((file, fit)),
                Err(LogError::File(p)) if reference.problems.contains(&p) => {}
                Err(LogError::File(problem)) => reference.problems.push(problem),
                Err(other) => reference.problems.push(unexpected(file, &other)),
            }
        }
        reference.profile(logs, &mut fitted, &chosen);
        reference.rows = fitted.iter().map(|(_, fit)| fit.rows).sum();
        for (_, fit) in fitted {
            reference.problems.extend(fit.problems);
        }
        reference
    }

    fn profile(
        &mut self,
        logs: &Logs,
        fitted: &mut Vec<(&LogFile, Fitted)>,
        chosen: &[(String, Kind)],
    ) {
        loop {
            self.watched.clear();
            match profiles(logs, fitted, chosen) {
                Ok(watched) => {
                    self.watched = watched;
                    return;
                }
                Err(error) => {
                    let broken = match error {
                        LogError::File(problem) => problem,
                        other => Problem {
                            file: "reference".into(),
                            reason: other.to_string(),
                            rows: 0,
                        },
                    };
                    // Again without the broken file; a fault that no file owns leaves no file.
                    let before = fitted.len();
                    fitted.retain(|(file, _)| file.name != broken.file);
                    if fitted.len() == before {
                        fitted.clear();
                    }
                    self.problems.push(broken);
                }
            }
        }
    }
}

fn profiles(
    logs: &Logs,
    fitted: &[(&LogFile, Fitted)],
    chosen: &[(String, Kind)],
) -> Result<Vec<Watched>, LogError> {
    let parts: Vec<Part<'_>> = fitted
        .iter()
        .map(|(file, fit)| Part {
            file,
            columns: &fit.columns,
            rows: fit.rows,
        })
        .collect();
    let mut watched = Vec::new();
    for chunk in chosen.chunks(TOGETHER) {
        let samples = logs.samples(&parts, None, chunk)?;
        for ((name, kind), sample) in chunk.iter().zip(samples) {
            let there = parts.iter().any(|p| p.columns.contains_key(name));
            watched.push(Watched {
                name: name.clone(),
                kind: *kind,
                profile: there.then(|| reference_profile(sample)),
            });
        }
    }
    Ok(watched)
}

fn unexpected(file: &LogFile, error: &LogError) -> Problem {
    Problem {
        file: file.name.clone(),
        reason: format!("The file cannot be read: {error}."),
        rows: 0,
    }
}

/// Which columns are compared, and how: policy's features, or every column of the reference without
/// another meaning; then score and prediction, where the reference has them.
fn choose(columns: &Columns, found: Vec<(String, Kind)>) -> Vec<(String, Kind)> {
    let kinds: BTreeMap<&str, Kind> = found.iter().map(|(n, k)| (n.as_str(), *k)).collect();
    let kind_of = |name: &str| match kinds.get(name) {
        _ if columns.categorical.iter().any(|c| c == name) => Kind::Category,
        Some(kind) => *kind,
        None => Kind::Number,
    };
    let mut names: Vec<&str> = match &columns.features {
        Some(features) => features.iter().map(String::as_str).collect(),
        None => found
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !columns.has_role(name) && !columns.ignore.iter().any(|i| i == name))
            .collect(),
    };
    for answer in [&columns.score, &columns.prediction].into_iter().flatten() {
        if kinds.contains_key(answer.as_str()) && !names.contains(&answer.as_str()) {
            names.push(answer);
        }
    }
    names
        .into_iter()
        .map(|name| (name.to_owned(), kind_of(name)))
        .collect()
}

/// What a column is read as to be compared in this way.
pub(super) fn want(kind: Kind) -> Want {
    match kind {
        Kind::Number => Want::Number,
        Kind::Category => Want::Text,
    }
}

fn reference_profile(sample: Sample) -> ReferenceProfile {
    match sample {
        Sample::Numbers { values, missing } => ReferenceProfile::numeric(values, missing),
        Sample::Categories { counts, missing } => {
            ReferenceProfile::categorical(counts.into_iter().collect(), missing)
        }
    }
}

/// A sample as statistics take it.
pub(super) fn window_profile(sample: Sample) -> WindowProfile {
    match sample {
        Sample::Numbers { values, missing } => WindowProfile::numeric(values, missing),
        Sample::Categories { counts, missing } => {
            WindowProfile::categorical(counts.into_iter().collect(), missing)
        }
    }
}
