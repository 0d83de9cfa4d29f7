//! The reference: profiled once, kept for as long as its files stay the same.

use super::segments::Segmented;
use std::collections::{BTreeMap, BTreeSet};
use trimtab_core::{
    policy::{Columns, MonitorPolicy, Task},
    stats::{isotonic::Isotonic, profile::ReferenceProfile},
};
use trimtab_store::logs::{
    Fitted, Kind, LogError, LogFile, Logs, Part, Problem, Want, Wanted, Within,
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
    /// Policy's columns of segments that it has.
    pub(super) segmented: Vec<Segmented>,
    /// Where it has labels: how its scores are made probabilities, if they need it. Without labels, or for a
    /// regression, nothing can be estimated.
    pub(super) calibration: Option<Option<Isotonic>>,
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
                reason: match policy.reference_span() {
                    None => "The reference has no file; nothing can be compared.".into(),
                    Some(_) => "The reference has no file with rows between reference_from and reference_to; nothing can be compared.".into(),
                },
                rows: 0,
            });
        }
        let mut has = BTreeSet::new();
        let mut kinds = Vec::new();
        for file in files {
            match logs.infer(file) {
                Ok(columns) => {
                    has = columns.iter().map(|c| c.name.clone()).collect();
                    let kinds_here = columns.into_iter().filter_map(|c| Some((c.name, c.kind?)));
                    kinds = kinds_here.collect();
                    break;
                }
                Err(LogError::File(problem)) => reference.problems.push(problem),
                Err(other) => reference.problems.push(unexpected(file, &other)),
            }
        }
        let chosen = choose(&policy.columns, kinds);
        let mut wanted: Wanted = chosen
            .iter()
            .map(|(name, kind)| (name.clone(), want(*kind)))
            .collect();
        let scored = (policy.task == Task::Classification)
            .then_some(policy.columns.score.as_deref())
            .flatten()
            .filter(|score| wanted.contains_key(*score))
            .map(str::to_owned);
        // Of whatever kind: labels of 0 and 1 look like categories. What cannot be numbers, the fit refuses
        // and names; the column that policy sets must be there, the usual one need not.
        let set = policy.columns.reference_label.clone();
        let usual = Some(policy.columns.label.clone()).filter(|name| has.contains(name));
        let labelled = set.or(usual);
        wanted.extend(labelled.iter().map(|name| (name.clone(), Want::Number)));
        let segments = policy.segments.iter().filter(|name| has.contains(*name));
        let segments: Vec<&String> = segments.collect();
        for name in &segments {
            wanted.entry((*name).clone()).or_insert(Want::Text);
        }
        let span = policy.reference_span();
        if span.is_some() {
            wanted.insert(policy.columns.timestamp.clone(), Want::Time);
        }
        let within = span.map(|(start, end)| Within {
            timestamp: &policy.columns.timestamp,
            start,
            end,
        });
        let mut fitted: Vec<(&LogFile, Fitted)> = Vec::new();
        for file in files {
            match logs.fit(file, &wanted) {
                Ok(fit) => fitted.push((file, fit)),
                Err(LogError::File(p)) if reference.problems.contains(&p) => {}
                Err(LogError::File(problem)) => reference.problems.push(problem),
                Err(other) => reference.problems.push(unexpected(file, &other)),
            }
        }
        reference.profile(logs, &mut fitted, within, &chosen);
        if let (Some(score), Some(label)) = (&scored, &labelled) {
            reference.calibrate(logs, &fitted, within, (label, score));
        }
        for column in segments {
            reference.divide(logs, &fitted, within, (column, policy), &chosen);
        }
        if !has.is_empty() {
            reference.unheeded(policy);
        }
        reference.rows = match span {
            None => fitted.iter().map(|(_, fit)| fit.rows).sum(),
            // What was read: a file may have rows outside.
            Some(_) => {
                let rows = |w: &Watched| w.profile.as_ref().map(|p| p.column().rows());
                reference.watched.iter().filter_map(rows).max().unwrap_or(0)
            }
        };
        for (_, fit) in fitted {
            reference.problems.extend(fit.problems);
        }
        reference
    }

    /// Takes what scores came to. A fault here costs only the estimate, and is named.
    fn calibrate(
        &mut self,
        logs: &Logs,
        fitted: &[(&LogFile, Fitted)],
        within: Option<Within<'_>>,
        (label, score): (&str, &str),
    ) {
        match logs.pairs(&parts(fitted), within, (label, score)) {
            Ok(pairs) => {
                if pairs.odd > 0 {
                    self.problems.push(Problem {
                        file: "reference".into(),
                        reason: format!(
                            "Rows whose {label:?} or {score:?} is NaN or infinite; calibration leaves them out."
                        ),
                        rows: pairs.odd,
                    });
                }
                if pairs.rows.is_empty() {
                    return;
                }
                let (labels, scores): (Vec<bool>, Vec<f64>) =
                    pairs.rows.into_iter().map(|(l, s)| (l >= 0.5, s)).unzip();
                self.calibration = Some(Isotonic::fit_where_better(&labels, &scores));
            }
            Err(LogError::File(problem)) => self.problems.push(problem),
            Err(other) => self.problems.push(Problem {
                file: "reference".into(),
                reason: format!("Quality cannot be estimated before labels arrive: {other}."),
                rows: 0,
            }),
        }
    }

    /// Profiles the segments of a column. A fault here costs only their own references, and is named.
    fn divide(
        &mut self,
        logs: &Logs,
        fitted: &[(&LogFile, Fitted)],
        within: Option<Within<'_>>,
        (column, policy): (&str, &MonitorPolicy),
        chosen: &[(String, Kind)],
    ) {
        match Segmented::load(logs, &parts(fitted), within, (column, policy), chosen) {
            Ok(segmented) => self.segmented.push(segmented),
            Err(error) => self.problems.push(Problem {
                file: "reference".into(),
                reason: format!("Segments by {column:?} have no reference of their own: {error}."),
                rows: 0,
            }),
        }
    }

    /// Names what policy asks of the reference in vain: only with the files at hand can that be seen.
    fn unheeded(&mut self, policy: &MonitorPolicy) {
        let watched: BTreeSet<&str> = self.watched.iter().map(|w| w.name.as_str()).collect();
        let rules = policy.drift.features.keys();
        let vain = rules.filter(|name| !watched.contains(name.as_str()));
        let mut reasons: Vec<String> = vain
            .map(|name| {
                format!("Policy has a drift rule for {name:?}, which is no watched column.")
            })
            .collect();
        let columns = &policy.columns;
        let wanted = policy.task == Task::Classification && columns.score.is_some();
        if let Some(label) = &columns.reference_label
            && wanted
            && self.calibration.is_none()
        {
            reasons.push(format!(
                "No row has both a label in {label:?} and a score; quality cannot be estimated before labels arrive."
            ));
        }
        self.problems
            .extend(reasons.into_iter().map(|reason| Problem {
                file: policy.reference.clone(),
                reason,
                rows: 0,
            }));
    }

    fn profile(
        &mut self,
        logs: &Logs,
        fitted: &mut Vec<(&LogFile, Fitted)>,
        within: Option<Within<'_>>,
        chosen: &[(String, Kind)],
    ) {
        loop {
            self.watched.clear();
            match profiles(logs, fitted, within, chosen) {
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

fn parts<'a>(fitted: &'a [(&LogFile, Fitted)]) -> Vec<Part<'a>> {
    fitted
        .iter()
        .map(|(file, fit)| Part {
            file,
            columns: &fit.columns,
            rows: fit.rows,
        })
        .collect()
}

fn profiles(
    logs: &Logs,
    fitted: &[(&LogFile, Fitted)],
    within: Option<Within<'_>>,
    chosen: &[(String, Kind)],
) -> Result<Vec<Watched>, LogError> {
    let parts = parts(fitted);
    let mut watched = Vec::new();
    for chunk in chosen.chunks(TOGETHER) {
        let samples = logs.samples(&parts, within, chunk)?;
        for ((name, kind), sample) in chunk.iter().zip(samples) {
            let there = parts.iter().any(|p| p.columns.contains_key(name));
            watched.push(Watched {
                name: name.clone(),
                kind: *kind,
                profile: there.then(|| ReferenceProfile::of(sample.into())),
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
