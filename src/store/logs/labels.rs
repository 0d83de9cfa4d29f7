//! Labels: they come later, in other files, and find their rows by request id.

use super::{Class, Inspection, LogError, LogFile, Logs, Part, Problem, Want, Within, sql, window};
use crate::frame::quoted;
use duckdb::params_from_iter;
use std::collections::{BTreeMap, BTreeSet};
use trimtab_core::{policy::Cut, time::Millis};

/// What the columns of label files mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelColumns {
    /// The request's id.
    pub request_id: String,
    /// The label, 0 or 1.
    pub label: String,
    /// When it became known; of two labels for one request the later one counts.
    pub label_timestamp: Option<String>,
}

/// A file of labels, looked into.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelFile {
    /// The file.
    pub file: LogFile,
    /// Its rows.
    pub rows: u64,
    /// The requests it has a label for.
    pub requests: u64,
    /// Its usable columns.
    pub columns: BTreeMap<String, Class>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

impl<'a> From<&'a LabelFile> for Part<'a> {
    fn from(labels: &'a LabelFile) -> Self {
        Self {
            file: &labels.file,
            columns: &labels.columns,
            rows: labels.rows,
        }
    }
}

/// Where the labels of one file belong.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matches {
    /// Steps ([`Cut::step`]) with a row that a label names.
    pub steps: BTreeSet<Millis>,
    /// Requests that were found in the log.
    pub known: u64,
}

/// One row of the log with its label. NaN where the log has no value.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// The label.
    pub label: f64,
    /// The class answered.
    pub prediction: f64,
    /// The score of the positive class.
    pub score: f64,
    /// The texts in the columns of segments, in their order.
    pub segments: Vec<Option<String>>,
}

/// The log's columns that meet labels.
#[derive(Clone, Copy, Debug)]
pub struct OutcomeColumns<'a> {
    /// The request's id.
    pub request_id: &'a str,
    /// The class answered.
    pub prediction: Option<&'a str>,
    /// The score of the positive class.
    pub score: Option<&'a str>,
    /// Columns of segments, read as text.
    pub segments: &'a [String],
}

impl Logs {
    /// Looks into a file of labels.
    ///
    /// # Errors
    /// [`LogError::File`] when it cannot be read or lacks request ids or labels.
    pub fn inspect_labels(
        &self,
        file: &LogFile,
        wanted: &LabelColumns,
    ) -> Result<LabelFile, LogError> {
        let classes = self.columns(file)?;
        let problem = |reason: String, rows: u64| Problem {
            file: file.name.clone(),
            reason,
            rows,
        };
        let needs = [
            (Some(&wanted.request_id), Want::Text, true),
            (Some(&wanted.label), Want::Number, true),
            (wanted.label_timestamp.as_ref(), Want::Time, false),
        ];
        let mut columns = BTreeMap::new();
        let mut problems = Vec::new();
        for (name, want, required) in needs {
            let Some(name) = name else { continue };
            let fault = match classes.get(name) {
                None => Some(format!("There is no column {name:?}.")),
                Some(&class) => want
                    .refusal(class)
                    .map(|why| format!("Column {name:?} {why}.")),
            };
            match (fault, classes.get(name)) {
                (None, Some(&class)) => {
                    columns.insert(name.clone(), class);
                }
                (fault, _) => {
                    let reason = fault.unwrap_or_default();
                    if required {
                        return Err(LogError::File(problem(reason, 0)));
                    }
                    problems.push(problem(reason, 0));
                }
            }
        }
        let part = Part {
            file,
            columns: &columns,
            rows: 0,
        };
        let label = expression(&part, &wanted.label, Want::Number);
        let id = expression(&part, &wanted.request_id, Want::Text);
        let query = format!(
            "SELECT count(*), count(DISTINCT id), \
             count(*) FILTER (WHERE label IS NULL OR id IS NULL OR NOT isfinite(label)) \
             FROM (SELECT {label} AS label, {id} AS id FROM {})",
            sql::source(file.format, &columns)
        );
        let (rows, requests, useless): (u64, u64, u64) = self
            .db
            .query_row(&query, [sql::path(file)], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .map_err(|e| sql::blame(file, &e, 0))?;
        if rows == 0 {
            problems.push(problem("The file has no rows.".into(), 0));
        }
        if useless > 0 {
            let reason = format!(
                "Rows without a request id in {:?} or a finite number in {:?}.",
                wanted.request_id, wanted.label
            );
            problems.push(problem(reason, useless));
        }
        Ok(LabelFile {
            file: file.clone(),
            rows,
            requests,
            columns,
            problems,
        })
    }

    /// For each file of labels: in which steps of time the log has its requests, and how many it knows.
    ///
    /// # Errors
    /// [`LogError::File`] names the file that turned out to be broken.
    pub fn matches(
        &self,
        labels: &[&LabelFile],
        wanted: &LabelColumns,
        log: &[&Inspection],
        (request_id, timestamp): (&str, &str),
        cut: Cut,
    ) -> Result<Vec<Matches>, LogError> {
        let mut found = vec![Matches::default(); labels.len()];
        let label_parts: Vec<Part<'_>> = labels.iter().map(|l| (*l).into()).collect();
        let log_parts: Vec<Part<'_>> = log.iter().map(|l| (*l).into()).collect();
        let ids = sql::Rows::of(&label_parts, None, |part| {
            Some(format!(
                "{} AS id",
                expression(part, &wanted.request_id, Want::Text)
            ))
        });
        let rows = sql::Rows::of(&log_parts, None, |part| {
            part.columns.get(request_id)?;
            let at = expression(part, timestamp, Want::Time);
            let start = window::start_of(cut, &at);
            let id = expression(part, request_id, Want::Text);
            Some(format!("{id} AS id, {start} AS w"))
        });
        let (Some(ids), Some(rows)) = (ids, rows) else {
            return Ok(found);
        };
        let query = format!(
            "WITH log AS (SELECT id, min(w) AS w FROM ({}) WHERE id IS NOT NULL GROUP BY id), \
             labels AS (SELECT DISTINCT trimtab_file AS f, id FROM ({})) \
             SELECT f, w, count(*) FROM labels JOIN log USING (id) GROUP BY f, w",
            rows.sql, ids.sql
        );
        let by_path: BTreeMap<String, usize> = labels
            .iter()
            .enumerate()
            .map(|(i, l)| (sql::path(&l.file), i))
            .collect();
        let run = || -> Result<Vec<(String, Option<i64>, u64)>, duckdb::Error> {
            let mut statement = self.db.prepare(&query)?;
            let params = rows.params.iter().chain(&ids.params);
            statement
                .query_map(params_from_iter(params), |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })?
                .collect()
        };
        let counted = run().map_err(|e| {
            let parts = label_parts.iter().chain(&log_parts);
            self.culprit(parts, "matching labels with the log", e)
        })?;
        for (path, start, count) in counted {
            let Some(found) = by_path.get(&path).and_then(|&i| found.get_mut(i)) else {
                continue;
            };
            found.known += count;
            found.steps.extend(start.map(Millis));
        }
        Ok(found)
    }

    /// The rows of a window that have a label, in no particular order. Of several labels for one
    /// request the one known last counts; of several rows with one request id the earliest of this
    /// window: an id that comes again in another window counts there too.
    ///
    /// # Errors
    /// [`LogError::File`] names the file that turned out to be broken.
    pub fn outcomes(
        &self,
        log: &[Part<'_>],
        within: Within<'_>,
        columns: OutcomeColumns<'_>,
        labels: &[Part<'_>],
        wanted: &LabelColumns,
    ) -> Result<Vec<Scored>, LogError> {
        let rows = sql::Rows::of(log, Some(within), |part| {
            part.columns.get(columns.request_id)?;
            let number = |name: Option<&str>| match name {
                Some(name) => expression(part, name, Want::Number),
                None => "NULL::DOUBLE".into(),
            };
            let segments: String = columns
                .segments
                .iter()
                .enumerate()
                .map(|(i, name)| format!(", {} AS g{i}", expression(part, name, Want::Text)))
                .collect();
            Some(format!(
                "{} AS id, {} AS instant, {} AS prediction, {} AS score{segments}",
                expression(part, columns.request_id, Want::Text),
                expression(part, within.timestamp, Want::Time),
                number(columns.prediction),
                number(columns.score),
            ))
        });
        let known = sql::Rows::of(labels, None, |part| {
            let at = match &wanted.label_timestamp {
                Some(name) => expression(part, name, Want::Time),
                None => "NULL::BIGINT".into(),
            };
            Some(format!(
                "{} AS id, {} AS label, {at} AS instant",
                expression(part, &wanted.request_id, Want::Text),
                expression(part, &wanted.label, Want::Number),
            ))
        });
        let (Some(rows), Some(known)) = (rows, known) else {
            return Ok(Vec::new());
        };
        let fields = |of: &dyn Fn(usize) -> String| -> String {
            (0..columns.segments.len()).map(of).collect()
        };
        let (packed, unpacked) = (
            fields(&|i| format!(", g{i}: g{i}")),
            fields(&|i| format!(", r.g{i}")),
        );
        let query = format!(
            "WITH log AS (SELECT id, min({{i: instant, p: prediction, s: score{packed}}}) AS r FROM ({}) \
             WHERE id IS NOT NULL GROUP BY id), \
             labels AS (SELECT id, arg_max(label, {{i: coalesce(instant, -9223372036854775807), l: label}}) AS label \
             FROM ({}) WHERE isfinite(label) GROUP BY id) \
             SELECT label, coalesce(r.p, 'nan'::DOUBLE), coalesce(r.s, 'nan'::DOUBLE){unpacked} \
             FROM labels JOIN log USING (id)",
            rows.sql, known.sql
        );
        let run = || -> Result<Vec<Scored>, duckdb::Error> {
            let mut statement = self.db.prepare(&query)?;
            let params = rows.params.iter().chain(&known.params);
            statement
                .query_map(params_from_iter(params), |row| {
                    Ok(Scored {
                        label: row.get(0)?,
                        prediction: row.get(1)?,
                        score: row.get(2)?,
                        segments: (0..columns.segments.len())
                            .map(|i| row.get(3 + i))
                            .collect::<Result<_, _>>()?,
                    })
                })?
                .collect()
        };
        run().map_err(|e| self.culprit(log.iter().chain(labels), "joining labels with the log", e))
    }

    /// Which of several files broke a query: each is read once alone.
    pub(super) fn culprit<'a>(
        &self,
        parts: impl Iterator<Item = &'a Part<'a>>,
        operation: &'static str,
        source: duckdb::Error,
    ) -> LogError {
        for part in parts {
            let names: Vec<String> = part.columns.keys().map(|c| quoted(c)).collect();
            let query = format!(
                "SELECT bit_xor(hash({})) FROM {}",
                names.join(", "),
                sql::source(part.file.format, part.columns)
            );
            let alone = self
                .db
                .query_row(&query, [sql::path(part.file)], |_| Ok(()));
            if let Err(e) = alone {
                return sql::blame(part.file, &e, part.rows);
            }
        }
        LogError::Db { operation, source }
    }
}

/// What a part gives for a wanted column; null of the right type where it has none.
fn expression(part: &Part<'_>, column: &str, want: Want) -> String {
    match (part.columns.get(column), want) {
        (Some(&class), _) => want.expression(column, class),
        (None, Want::Number) => "NULL::DOUBLE".into(),
        (None, Want::Text) => "NULL::VARCHAR".into(),
        (None, Want::Time) => "NULL::BIGINT".into(),
    }
}
