//! What one monitor knows of its log and label files: looked into once, matched as they come.

use super::reference::{Reference, want};
use std::collections::{BTreeMap, BTreeSet};
use trimtab_core::{policy::MonitorPolicy, time::Millis};
use trimtab_store::logs::{
    Inspection, LabelColumns, LabelFile, LogError, LogFile, Logs, Matches, Problem, Want, Wanted,
};

/// A file looked into: usable, or why not.
type Seen<T> = Result<T, Problem>;

/// A file of labels, and where they belong; not yet known of a new file.
struct Labels {
    file: LabelFile,
    matches: Option<Matches>,
}

/// Files by fingerprint.
#[derive(Default)]
pub(super) struct Files {
    log: BTreeMap<String, Seen<Inspection>>,
    labels: BTreeMap<String, Seen<Labels>>,
    /// Log files that every file of labels with matches has been matched with.
    matched: BTreeSet<String>,
    /// Faults of the matching itself.
    faults: Vec<Problem>,
}

/// The columns of label files, by policy.
pub(super) fn label_columns(policy: &MonitorPolicy) -> LabelColumns {
    let columns = &policy.columns;
    LabelColumns {
        request_id: columns.request_id.clone(),
        label: columns.label.clone(),
        label_timestamp: columns.label_timestamp.clone(),
    }
}

/// What the log's columns are wanted for.
pub(super) fn wanted(policy: &MonitorPolicy, reference: &Reference) -> Wanted {
    let columns = &policy.columns;
    let mut wanted = Wanted::new();
    let roles = [
        (Some(&columns.timestamp), Want::Time),
        (
            policy.labels.as_ref().map(|_| &columns.request_id),
            Want::Text,
        ),
        (columns.version.as_ref(), Want::Text),
        (columns.prediction.as_ref(), Want::Text),
        (columns.score.as_ref(), Want::Number),
        (columns.latency.as_ref(), Want::Number),
        (columns.status.as_ref(), Want::Number),
    ];
    for (name, role) in roles {
        if let Some(name) = name {
            wanted.insert(name.clone(), role);
        }
    }
    for name in &policy.segments {
        wanted.entry(name.clone()).or_insert(Want::Text);
    }
    for column in &reference.watched {
        wanted
            .entry(column.name.clone())
            .or_insert_with(|| want(column.kind));
    }
    wanted
}

impl Files {
    /// Takes the files that there are now: looks into new ones, forgets those that are gone.
    pub(super) fn refresh(
        &mut self,
        logs: &Logs,
        policy: &MonitorPolicy,
        reference: &Reference,
        log: &[LogFile],
        labels: &[LogFile],
    ) {
        let wanted = wanted(policy, reference);
        let columns = &policy.columns;
        let request_id = policy
            .labels
            .is_some()
            .then_some(columns.request_id.as_str());
        keep(&mut self.log, log);
        for file in log {
            let look = || {
                let timestamp = &columns.timestamp;
                let mut seen = logs.inspect(file, policy.cut(), timestamp, request_id, &wanted)?;
                answers_without_number(logs, policy, &mut seen)?;
                Ok(seen)
            };
            let seen = || look().map_err(|e| fault(file, e));
            self.log.entry(file.fingerprint()).or_insert_with(seen);
        }
        let label_columns = label_columns(policy);
        keep(&mut self.labels, labels);
        for file in labels {
            let look = || logs.inspect_labels(file, &label_columns);
            let seen = || match look() {
                Ok(file) => Ok(Labels {
                    file,
                    matches: None,
                }),
                Err(error) => Err(fault(file, error)),
            };
            self.labels.entry(file.fingerprint()).or_insert_with(seen);
        }
        self.faults.clear();
        loop {
            match self.match_labels(logs, policy, &label_columns) {
                Ok(()) => return,
                // Again without the file that turned out to be broken.
                Err(LogError::File(problem)) if self.condemn(&problem) => {}
                Err(error) => {
                    self.faults.push(Problem {
                        file: policy.labels.clone().unwrap_or_default(),
                        reason: format!("Labels cannot be matched: {error}."),
                        rows: 0,
                    });
                    return;
                }
            }
        }
    }

    /// Finds the windows of labels: new labels in the whole log, and labels that still lack requests
    /// in new files of the log.
    fn match_labels(
        &mut self,
        logs: &Logs,
        policy: &MonitorPolicy,
        columns: &LabelColumns,
    ) -> Result<(), LogError> {
        let usable: BTreeSet<String> = self.log().map(|(f, _)| f.clone()).collect();
        if !self.matched.is_subset(&usable) {
            // A file went or changed: what it was matched with is no longer known.
            self.matched.clear();
            for labels in self.labels.values_mut().flatten() {
                labels.matches = None;
            }
        }
        let role = (
            policy.columns.request_id.as_str(),
            policy.columns.timestamp.as_str(),
        );
        let all: Vec<&Inspection> = self.log().map(|(_, seen)| seen).collect();
        let new: Vec<&Inspection> = self
            .log()
            .filter(|(fingerprint, _)| !self.matched.contains(*fingerprint))
            .map(|(_, seen)| seen)
            .collect();
        let pick = |wanted: fn(&Labels) -> bool| -> (Vec<String>, Vec<&LabelFile>) {
            let usable = self
                .labels
                .iter()
                .filter_map(|(f, l)| Some((f, l.as_ref().ok()?)));
            let wanted = usable.filter(|(_, labels)| wanted(labels));
            wanted.map(|(f, labels)| (f.clone(), &labels.file)).unzip()
        };
        let mut found = Vec::new();
        for (wanted, log) in [
            (pick(|l| l.matches.is_none()), &all),
            (
                pick(|l| {
                    l.matches
                        .as_ref()
                        .is_some_and(|m| m.known < l.file.requests)
                }),
                &new,
            ),
        ] {
            let (fingerprints, labels) = wanted;
            if labels.is_empty() {
                continue;
            }
            let matches = logs.matches(&labels, columns, log, role, policy.cut())?;
            found.extend(fingerprints.into_iter().zip(matches));
        }
        for (fingerprint, more) in found {
            if let Some(Ok(labels)) = self.labels.get_mut(&fingerprint) {
                let matches = labels.matches.get_or_insert_default();
                matches.known += more.known;
                matches.steps.extend(more.steps);
            }
        }
        self.matched = usable;
        Ok(())
    }

    /// Marks a file that turned out to be broken when it was read; `false` when no file has the name.
    pub(super) fn condemn(&mut self, problem: &Problem) -> bool {
        let mut found = false;
        for seen in self.log.values_mut() {
            if seen.as_ref().is_ok_and(|s| s.file.name == problem.file) {
                *seen = Err(problem.clone());
                found = true;
            }
        }
        for seen in self.labels.values_mut() {
            if seen
                .as_ref()
                .is_ok_and(|s| s.file.file.name == problem.file)
            {
                *seen = Err(problem.clone());
                found = true;
            }
        }
        found
    }

    /// Usable log files, by fingerprint.
    pub(super) fn log(&self) -> impl Iterator<Item = (&String, &Inspection)> {
        self.log
            .iter()
            .filter_map(|(f, seen)| Some((f, seen.as_ref().ok()?)))
    }

    /// Usable files of labels, by fingerprint.
    pub(super) fn labels(&self) -> impl Iterator<Item = (&String, &LabelFile, &Matches)> {
        self.labels.iter().filter_map(|(fingerprint, seen)| {
            let labels = seen.as_ref().ok()?;
            Some((fingerprint, &labels.file, labels.matches.as_ref()?))
        })
    }

    /// The last instant in the log.
    pub(super) fn newest(&self) -> Option<Millis> {
        self.log().filter_map(|(_, seen)| seen.newest).max()
    }

    /// All that is wrong with the files.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = self.faults.clone();
        for seen in self.log.values() {
            match seen {
                Ok(seen) => problems.extend(seen.problems.iter().cloned()),
                Err(problem) => problems.push(problem.clone()),
            }
        }
        for seen in self.labels.values() {
            match seen {
                Ok(Labels { file, matches }) => {
                    problems.extend(file.problems.iter().cloned());
                    let known = matches.as_ref().map_or(file.requests, |m| m.known);
                    let unknown = file.requests.saturating_sub(known);
                    if unknown > 0 {
                        problems.push(Problem {
                            file: file.file.name.clone(),
                            reason: "Labels for requests that are in no log file.".into(),
                            rows: unknown,
                        });
                    }
                }
                Err(problem) => problems.push(problem.clone()),
            }
        }
        problems
    }
}

/// Names answers that are NaN or infinite: features count them as missing, quality leaves their rows out.
fn answers_without_number(
    logs: &Logs,
    policy: &MonitorPolicy,
    seen: &mut Inspection,
) -> Result<(), LogError> {
    let columns = &policy.columns;
    let answers = [&columns.score, &columns.prediction];
    let answers: Vec<&str> = answers.into_iter().flatten().map(String::as_str).collect();
    for (name, rows) in logs.odd_numbers(&(&*seen).into(), &answers)? {
        seen.problems.push(Problem {
            file: seen.file.name.clone(),
            reason: format!(
                "Column {name:?} holds NaN or infinite values; quality leaves their rows out."
            ),
            rows,
        });
    }
    Ok(())
}

fn keep<T>(known: &mut BTreeMap<String, T>, files: &[LogFile]) {
    let now: BTreeSet<String> = files.iter().map(LogFile::fingerprint).collect();
    known.retain(|fingerprint, _| now.contains(fingerprint));
}

pub(super) fn fault(file: &LogFile, error: LogError) -> Problem {
    match error {
        LogError::File(problem) => problem,
        other => Problem {
            file: file.name.clone(),
            reason: format!("The file cannot be read: {other}."),
            rows: 0,
        },
    }
}
