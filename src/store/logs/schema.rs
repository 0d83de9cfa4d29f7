//! Columns as files have them, and as a monitor wants them.

use super::{LogError, LogFile, Logs, sql};
use crate::frame::quoted;
use std::collections::BTreeMap;

/// What a file says a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Floating point, decimals.
    Float,
    /// Whole numbers.
    Integer,
    /// Text, and the file could have said otherwise (Parquet).
    Text,
    /// Text because the format knows nothing else (CSV, JSON lines).
    Loose,
    /// Instants and dates.
    Time,
    /// True or false.
    Bool,
    /// Lists, structures, blobs: nothing a monitor can use.
    Other,
}

impl Class {
    /// From DuckDB's name of a type.
    fn of(sql_type: &str) -> Self {
        match sql_type {
            "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT"
            | "UINTEGER" | "UBIGINT" | "HUGEINT" | "UHUGEINT" => Self::Integer,
            "FLOAT" | "DOUBLE" => Self::Float,
            "BOOLEAN" => Self::Bool,
            "VARCHAR" | "UUID" => Self::Text,
            t if t.starts_with("DECIMAL") => Self::Float,
            t if t.starts_with("ENUM") => Self::Text,
            t if t.starts_with("TIMESTAMP") || t == "DATE" => Self::Time,
            _ => Self::Other,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Float | Self::Integer => "numbers",
            Self::Text | Self::Loose => "text",
            Self::Time => "instants",
            Self::Bool => "true and false",
            Self::Other => "nested or binary values",
        }
    }
}

/// How a feature is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// By its distribution on the number line.
    Number,
    /// By its shares, values compared as text.
    Category,
}

/// What a monitor needs a column for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Want {
    /// Numbers: numeric features, scores, latencies, labels.
    Number,
    /// Text: categorical features, request ids, versions.
    Text,
    /// Instants.
    Time,
}

impl Want {
    /// Why a column of this class cannot serve; `None` when it can.
    pub(super) fn refusal(self, class: Class) -> Option<String> {
        let (fits, wanted) = match self {
            Self::Number => (
                matches!(
                    class,
                    Class::Float | Class::Integer | Class::Bool | Class::Loose
                ),
                "numbers",
            ),
            Self::Text => (!matches!(class, Class::Time | Class::Other), "categories"),
            Self::Time => (matches!(class, Class::Time | Class::Loose), "instants"),
        };
        (!fits).then(|| format!("holds {} where {wanted} are expected", class.words()))
    }

    /// The SQL expression that gives this from a column of a class: `DOUBLE`, `VARCHAR` or
    /// `BIGINT` milliseconds. What does not convert is null.
    pub(super) fn expression(self, column: &str, class: Class) -> String {
        let column = quoted(column);
        match (self, class) {
            (Self::Number, Class::Loose | Class::Text) => {
                format!("TRY_CAST({column} AS DOUBLE)")
            }
            (Self::Number, _) => format!("CAST({column} AS DOUBLE)"),
            // A writer that turned 3 into 3.0 (because one value was missing) still means 3.
            (Self::Text, Class::Float) => format!(
                "CASE WHEN {column} = trunc({column}) AND abs({column}) < 1e15 \
                 THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
            ),
            (Self::Text, _) => format!("CAST({column} AS VARCHAR)"),
            (Self::Time, Class::Time) => format!("epoch_ms({column})"),
            (Self::Time, _) => format!("epoch_ms(TRY_CAST({column} AS TIMESTAMPTZ))"),
        }
    }
}

/// A column of the reference, as far as it can be a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inferred {
    /// Its name.
    pub name: String,
    /// How it is compared; `None` when it cannot be (instants, nested values).
    pub kind: Option<Kind>,
}

/// Whole numbers with at most this many values are categories (Evidently's rule): day of week,
/// number of passengers' class, a prediction of 0 or 1.
const CATEGORY_LIMIT: u64 = 10;

impl Logs {
    /// The columns of a file with their classes. Untyped formats say [`Class::Loose`] for all.
    ///
    /// # Errors
    /// [`LogError::File`] when the file cannot be read.
    pub fn columns(&self, file: &LogFile) -> Result<BTreeMap<String, Class>, LogError> {
        let columns = self.describe(file)?;
        Ok(columns.into_iter().collect())
    }

    fn describe(&self, file: &LogFile) -> Result<Vec<(String, Class)>, LogError> {
        let blame = |e: duckdb::Error| sql::blame(file, &e, 0);
        let query = format!("DESCRIBE SELECT * FROM {}", sql::sniff(file.format));
        let mut statement = self.db.prepare(&query).map_err(blame)?;
        let rows = statement
            .query_map([sql::path(file)], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
            .map_err(blame)?;
        rows.map(|row| {
            let (name, sql_type) = row.map_err(blame)?;
            let class = match file.format {
                crate::frame::Format::Parquet => Class::of(&sql_type),
                _ => Class::Loose,
            };
            Ok((name, class))
        })
        .collect()
    }

    /// How each column of the reference is compared, in the file's order: text and truth values as
    /// categories, floating point as numbers, whole numbers as categories when there are at most
    /// ten values. In untyped formats a column is numeric when every value is.
    ///
    /// # Errors
    /// [`LogError::File`] when the file cannot be read.
    pub fn infer(&self, file: &LogFile) -> Result<Vec<Inferred>, LogError> {
        let columns = self.describe(file)?;
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        let mut facts = Vec::new();
        for (name, class) in &columns {
            let c = quoted(name);
            facts.push(match class {
                Class::Integer => format!("count(DISTINCT {c}), 1, 1, 1"),
                Class::Loose => format!(
                    "count(DISTINCT {c}), count({c}), count(TRY_CAST({c} AS DOUBLE)), \
                     count(*) FILTER (WHERE regexp_full_match({c}, '[+-]?[0-9]+'))"
                ),
                _ => "0, 1, 1, 1".to_owned(),
            });
        }
        let classes: BTreeMap<String, Class> = columns.iter().cloned().collect();
        let query = format!(
            "SELECT {} FROM {}",
            facts.join(", "),
            sql::source(file.format, &classes)
        );
        let counts: Vec<u64> = self
            .db
            .query_row(&query, [sql::path(file)], |row| {
                (0..4 * columns.len()).map(|i| row.get(i)).collect()
            })
            .map_err(|e| sql::blame(file, &e, 0))?;
        let inferred = columns.iter().zip(counts.chunks_exact(4));
        Ok(inferred
            .map(|((name, class), counts)| {
                let &[distinct, present, numeric, whole] = counts else {
                    return Inferred {
                        name: name.clone(),
                        kind: None,
                    };
                };
                let few = distinct <= CATEGORY_LIMIT;
                let kind = match class {
                    Class::Float => Some(Kind::Number),
                    Class::Integer if few => Some(Kind::Category),
                    Class::Integer => Some(Kind::Number),
                    Class::Text | Class::Bool => Some(Kind::Category),
                    Class::Loose if present == 0 || numeric < present => Some(Kind::Category),
                    Class::Loose if whole == present && few => Some(Kind::Category),
                    Class::Loose => Some(Kind::Number),
                    Class::Time | Class::Other => None,
                };
                Inferred {
                    name: name.clone(),
                    kind,
                }
            })
            .collect())
    }
}
