//! The few pieces of SQL that every reader shares: where rows come from, and whom to blame.
//!
//! Paths and values are bound parameters; column names go through [`quoted`] only.

use super::{Class, LogError, LogFile, Part, Problem, Within};
use crate::frame::{Format, quoted};
use duckdb::ToSql;
use std::collections::BTreeMap;

/// The file's path as a parameter.
pub(super) fn path(file: &LogFile) -> String {
    file.path.to_string_lossy().into_owned()
}

/// A table function that says which columns a file has; one parameter, its path.
pub(super) fn sniff(format: Format) -> String {
    call(format, "?", "")
}

/// A table function with the file's rows; one parameter, its path. Untyped formats give text, so
/// that one odd value does not change a column's type, nor a later line break the reading.
pub(super) fn source(format: Format, columns: &BTreeMap<String, Class>) -> String {
    call(format, "?", &named(format, columns))
}

/// The rows of several files with these columns, each row with its file's path in `trimtab_file`; `paths` are
/// parameters or literals.
pub(super) fn sources(format: Format, columns: &BTreeMap<String, Class>, paths: &str) -> String {
    let mut options = named(format, columns) + ", filename = 'trimtab_file'";
    // Files may order their columns differently; named columns have no order.
    if format != Format::NdJson {
        options += ", union_by_name = true";
    }
    call(format, &format!("[{paths}]"), &options)
}

/// As [`sniff`], for CSV: lines that do not fit go to the temporary table [`REJECTED`].
pub(super) fn rejecting() -> String {
    let options = format!(
        ", store_rejects = true, rejects_table = '{REJECTED}', rejects_scan = '{REJECTED}_scans'"
    );
    call(Format::Csv, "?", &options)
}

/// Where DuckDB notes the lines of a CSV file that it passed over.
pub(super) const REJECTED: &str = "trimtab_rejected";

/// Names the columns where DuckDB would otherwise guess them again.
fn named(format: Format, columns: &BTreeMap<String, Class>) -> String {
    if format != Format::NdJson {
        return String::new();
    }
    let columns: Vec<String> = columns
        .keys()
        .map(|name| format!("{}: 'VARCHAR'", quoted(name)))
        .collect();
    format!(", columns = {{{}}}", columns.join(", "))
}

/// `week=2013-01-28` in a path is a folder's name, not a column: no Hive partitions. CSV is what RFC
/// 4180 says, because DuckDB's guess at a dialect explains one short line by another delimiter. Bad
/// lines are passed over here; `rejected` counts them.
fn call(format: Format, files: &str, options: &str) -> String {
    let (function, own) = match format {
        Format::Parquet => ("read_parquet", ""),
        Format::Csv => (
            "read_csv",
            ", delim = ',', quote = '\"', escape = '\"', header = true, skip = 0, \
             all_varchar = true, ignore_errors = true",
        ),
        Format::NdJson => (
            "read_json",
            ", format = 'newline_delimited', ignore_errors = true",
        ),
    };
    format!("{function}({files}, hive_partitioning = false{own}{options})")
}

/// A failure as the file's problem: DuckDB's sentence without its kind, query excerpt and advice.
pub(super) fn blame(file: &LogFile, error: &duckdb::Error, rows: u64) -> LogError {
    LogError::File(Problem {
        file: file.name.clone(),
        reason: format!("The file cannot be read: {}", sentence(file, error)),
        rows,
    })
}

fn sentence(file: &LogFile, error: &duckdb::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    // "Invalid Input Error: …": the kind is DuckDB's business.
    let line = line.split_once("Error: ").map_or(line, |(_, rest)| rest);
    let line = line.replace(&path(file), &file.name);
    let line = line.trim().trim_end_matches('.');
    let line = if line.is_empty() {
        "DuckDB gives no reason"
    } else {
        line
    };
    format!("{line}.")
}

/// Rows of several files as one query, its paths and bounds as parameters. Files of one format
/// and one set of columns share a table function, so that a year of small files plans fast.
pub(super) struct Rows {
    pub(super) sql: String,
    pub(super) params: Vec<Box<dyn ToSql>>,
}

impl Rows {
    /// `select` gives a part's list of expressions, or `None` to leave the part out. Each row also
    /// has `trimtab_file`, its file's path. `None` when no part has anything.
    pub(super) fn of(
        parts: &[Part<'_>],
        within: Option<Within<'_>>,
        select: impl Fn(&Part<'_>) -> Option<String>,
    ) -> Option<Self> {
        let mut groups: Vec<(&Part<'_>, Vec<String>)> = Vec::new();
        for part in parts {
            let same = groups.iter_mut().find(|(first, _)| {
                first.file.format == part.file.format && first.columns == part.columns
            });
            match same {
                Some((_, paths)) => paths.push(path(part.file)),
                None => groups.push((part, vec![path(part.file)])),
            }
        }
        let mut queries = Vec::new();
        let mut params: Vec<Box<dyn ToSql>> = Vec::new();
        for (part, paths) in groups {
            let Some(list) = select(part) else { continue };
            let condition = match within {
                None => None,
                Some(within) => match within.condition(part) {
                    None => continue,
                    some => some,
                },
            };
            let marks = vec!["?"; paths.len()].join(", ");
            let from = sources(part.file.format, part.columns, &marks);
            let mut query = format!("SELECT {list}, trimtab_file FROM {from}");
            for path in paths {
                params.push(Box::new(path));
            }
            if let (Some(condition), Some(within)) = (condition, within) {
                query += &format!(" WHERE {condition}");
                params.push(Box::new(within.start.0));
                params.push(Box::new(within.end.0));
            }
            queries.push(query);
        }
        (!queries.is_empty()).then(|| Self {
            sql: queries.join(" UNION ALL "),
            params,
        })
    }
}
