//! The first look into a log file: what it holds, which windows, which columns can be used.
//!
//! It happens once for each file, so everything that can be said before a window is read is said
//! here: what is missing, what has the wrong type, how many values are not what they should be.

use super::{Class, LogError, LogFile, Logs, Problem, Want, sql, window};
use crate::frame::{Format, quoted};
use std::collections::{BTreeMap, BTreeSet};
use trimtab_core::{policy::Cut, time::Millis};

/// What a log file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// The file.
    pub file: LogFile,
    /// Its rows, the unusable ones included.
    pub rows: u64,
    /// Rows for each step in which windows begin ([`Cut::step`]), by the step's start.
    pub steps: BTreeMap<Millis, u64>,
    /// The last instant in it.
    pub newest: Option<Millis>,
    /// The columns that can be used for what they are wanted for, with their classes.
    pub columns: BTreeMap<String, Class>,
    /// What is wrong with it. Columns named here are not in `columns`, or lack some rows.
    pub problems: Vec<Problem>,
}

/// A file fitted to what is wanted of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// Its rows.
    pub rows: u64,
    /// The columns that can be used for what they are wanted for, with their classes.
    pub columns: BTreeMap<String, Class>,
    /// What is wrong with it. Columns named here are not in `columns`, or lack some rows.
    pub problems: Vec<Problem>,
}

/// Column names with what each is wanted for.
pub type Wanted = BTreeMap<String, Want>;

impl Logs {
    /// Fits a file to what is wanted. Columns that are missing or of the wrong type are left out and
    /// named; so are values that are no numbers and lines that do not fit.
    ///
    /// # Errors
    /// [`LogError::File`] when the file cannot be read.
    pub fn fit(&self, file: &LogFile, wanted: &Wanted) -> Result<Fitted, LogError> {
        let classes = self.columns(file)?;
        let source = sql::source(file.format, &classes);
        let rows = self.count(file, &source)?;
        let problem = |reason: String, rows: u64| Problem {
            file: file.name.clone(),
            reason,
            rows,
        };
        let mut columns = BTreeMap::new();
        let mut problems = Vec::new();
        for (name, want) in wanted {
            match classes.get(name) {
                None => problems.push(problem(format!("There is no column {name:?}."), rows)),
                Some(&class) => match want.refusal(class) {
                    Some(why) => {
                        problems.push(problem(format!("Column {name:?} {why}."), rows));
                    }
                    None => {
                        columns.insert(name.clone(), class);
                    }
                },
            }
        }
        if rows == 0 {
            problems.push(problem("The file has no rows.".into(), 0));
        }
        if let Some((lines, first)) = self.rejected(file)? {
            let reason = format!("Lines do not fit the header, the first of them line {first}.");
            problems.push(problem(reason, lines));
        }
        for (name, values) in self.loose_numbers(file, &source, &columns, wanted)? {
            if values.numbers == 0 {
                columns.remove(&name);
            }
            let reason = format!("Column {name:?} holds text where numbers are expected.");
            problems.push(problem(reason, values.present - values.numbers));
        }
        Ok(Fitted {
            rows,
            columns,
            problems,
        })
    }

    /// Looks into a log file: fits it to what is wanted, and finds its steps of time. Rows without an
    /// instant and repeated request ids are named and counted.
    ///
    /// # Errors
    /// [`LogError::File`] when none of the file can be used: it cannot be read, or has no usable
    /// timestamp (which must be among the wanted).
    pub fn inspect(
        &self,
        file: &LogFile,
        cut: Cut,
        timestamp: &str,
        request_id: Option<&str>,
        wanted: &Wanted,
    ) -> Result<Inspection, LogError> {
        let Fitted {
            rows,
            columns,
            mut problems,
        } = self.fit(file, wanted)?;
        let problem = |reason: String, rows: u64| Problem {
            file: file.name.clone(),
            reason,
            rows,
        };
        let Some(&instants) = columns.get(timestamp) else {
            let named = format!("{timestamp:?}");
            let why = problems.iter().find(|p| p.reason.contains(&named));
            let why = why.map_or_else(String::new, |p| format!("{} ", p.reason));
            let reason = format!("{why}Without instants no row has a window.");
            return Err(LogError::File(problem(reason, rows)));
        };
        let source = sql::source(file.format, &columns);
        let ids = request_id.filter(|id| columns.contains_key(*id));
        let found = self.steps(file, &source, cut, timestamp, instants, ids)?;
        if found.undated > 0 {
            let reason = format!("Rows without an instant in {timestamp:?}.");
            problems.push(problem(reason, found.undated));
        }
        if found.repeated > 0 {
            let reason = format!(
                "Rows repeat a request id of the same file in {:?}; quality counts the first.",
                ids.unwrap_or_default()
            );
            problems.push(problem(reason, found.repeated));
        }
        Ok(Inspection {
            file: file.clone(),
            rows,
            steps: found.steps,
            newest: found.newest,
            columns,
            problems,
        })
    }

    fn count(&self, file: &LogFile, source: &str) -> Result<u64, LogError> {
        self.db
            .query_row(
                &format!("SELECT count(*) FROM {source}"),
                [sql::path(file)],
                |row| row.get(0),
            )
            .map_err(|e| sql::blame(file, &e, 0))
    }

    /// For CSV: how many lines are passed over because they do not fit the header, and the first.
    fn rejected(&self, file: &LogFile) -> Result<Option<(u64, u64)>, LogError> {
        if file.format != Format::Csv {
            return Ok(None);
        }
        self.count(file, &sql::rejecting())?;
        let blame = |e: duckdb::Error| sql::blame(file, &e, 0);
        let table = sql::REJECTED;
        let query = format!("SELECT count(DISTINCT line), min(line) FROM {table}");
        let found = self.db.query_row(&query, [], |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, Option<u64>>(1)?))
        });
        let (lines, first) = found.map_err(blame)?;
        self.db
            .execute_batch(&format!("DROP TABLE {table}; DROP TABLE {table}_scans"))
            .map_err(blame)?;
        Ok(first.map(|first| (lines, first)))
    }

    fn steps(
        &self,
        file: &LogFile,
        source: &str,
        cut: Cut,
        timestamp: &str,
        instants: Class,
        request_id: Option<&str>,
    ) -> Result<Steps, LogError> {
        let at = Want::Time.expression(timestamp, instants);
        let repeated = request_id.map_or("0".to_owned(), |id| {
            let id = quoted(id);
            format!("count({id}) - count(DISTINCT {id})")
        });
        let query = format!(
            "WITH log AS (SELECT *, {at} AS trimtab_at FROM {source}) \
             SELECT {start} AS w, count(*), max(trimtab_at), {repeated} FROM log GROUP BY w",
            start = window::start_of(cut, "trimtab_at"),
        );
        let blame = |e: duckdb::Error| sql::blame(file, &e, 0);
        let mut statement = self.db.prepare(&query).map_err(blame)?;
        let mut rows = statement.query([sql::path(file)]).map_err(blame)?;
        let mut found = Steps::default();
        while let Some(row) = rows.next().map_err(blame)? {
            let count: u64 = row.get(1).map_err(blame)?;
            found.repeated += row.get::<_, u64>(3).map_err(blame)?;
            match row.get::<_, Option<i64>>(0).map_err(blame)? {
                Some(start) => {
                    found.steps.insert(Millis(start), count);
                    let newest: Option<i64> = row.get(2).map_err(blame)?;
                    found.newest = found.newest.max(newest.map(Millis));
                }
                None => found.undated += count,
            }
        }
        Ok(found)
    }

    /// For untyped formats: columns wanted as numbers in which some values are none.
    fn loose_numbers(
        &self,
        file: &LogFile,
        source: &str,
        columns: &BTreeMap<String, Class>,
        wanted: &Wanted,
    ) -> Result<Vec<(String, LooseNumbers)>, LogError> {
        let loose: BTreeSet<&String> = columns
            .iter()
            .filter(|(name, class)| {
                **class == Class::Loose && wanted.get(*name) == Some(&Want::Number)
            })
            .map(|(name, _)| name)
            .collect();
        if loose.is_empty() {
            return Ok(Vec::new());
        }
        let counts: Vec<String> = loose
            .iter()
            .map(|name| {
                let number = Want::Number.expression(name, Class::Loose);
                format!("count({}), count({number})", quoted(name))
            })
            .collect();
        let query = format!("SELECT {} FROM {source}", counts.join(", "));
        let counts: Vec<u64> = self
            .db
            .query_row(&query, [sql::path(file)], |row| {
                (0..2 * loose.len()).map(|i| row.get(i)).collect()
            })
            .map_err(|e| sql::blame(file, &e, 0))?;
        let found = loose.into_iter().zip(counts.chunks_exact(2));
        Ok(found
            .map(|(name, c)| {
                (
                    name.clone(),
                    LooseNumbers {
                        present: c[0],
                        numbers: c[1],
                    },
                )
            })
            .filter(|(_, c)| c.numbers < c.present)
            .collect())
    }
}

#[derive(Default)]
struct Steps {
    steps: BTreeMap<Millis, u64>,
    newest: Option<Millis>,
    undated: u64,
    repeated: u64,
}

struct LooseNumbers {
    present: u64,
    numbers: u64,
}
