//! Two columns row by row: what one sample each cannot say.

use super::{Class, LogError, Logs, Part, Want, Within, sql};
use duckdb::params_from_iter;

/// The rows that have a number in both of two columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    /// Both numbers, finite, in no particular order.
    pub rows: Vec<(f64, f64)>,
    /// Rows left out because one of the two is NaN or infinite.
    pub odd: u64,
}

impl Logs {
    /// Two numeric columns of the rows that have both, within a span (of all rows when none is given).
    /// Parts that lack a column are left out.
    ///
    /// # Errors
    /// [`LogError::File`] when the only file is broken, else [`LogError::Db`].
    pub fn pairs(
        &self,
        parts: &[Part<'_>],
        within: Option<Within<'_>>,
        (first, second): (&str, &str),
    ) -> Result<Pairs, LogError> {
        let rows = sql::Rows::of(parts, within, |part| {
            let number = |name: &str| Some(Want::Number.expression(name, *part.columns.get(name)?));
            Some(format!("{} AS a, {} AS b", number(first)?, number(second)?))
        });
        let Some(rows) = rows else {
            return Ok(Pairs::default());
        };
        let query = format!(
            "SELECT a, b FROM ({}) WHERE a IS NOT NULL AND b IS NOT NULL",
            rows.sql
        );
        let run = || -> Result<Vec<(f64, f64)>, duckdb::Error> {
            let mut statement = self.db.prepare(&query)?;
            statement
                .query_map(params_from_iter(&rows.params), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .collect()
        };
        let mut rows = run().map_err(|source| match parts {
            [only] => sql::blame(only.file, &source, only.rows),
            _ => LogError::Db {
                operation: "reading two columns row by row",
                source,
            },
        })?;
        // Not in SQL: what is left out is counted, and NULL is not.
        let all = rows.len();
        rows.retain(|(a, b)| a.is_finite() && b.is_finite());
        let odd = (all - rows.len()) as u64;
        Ok(Pairs { rows, odd })
    }

    /// How many values of these columns are NaN or infinite, of those columns that have any. What is no
    /// number at all is not counted.
    ///
    /// # Errors
    /// [`LogError::File`] when the file cannot be read.
    pub fn odd_numbers(
        &self,
        part: &Part<'_>,
        columns: &[&str],
    ) -> Result<Vec<(String, u64)>, LogError> {
        let able = |class: Class| matches!(class, Class::Float | Class::Loose | Class::Text);
        let columns: Vec<(&str, Class)> = columns
            .iter()
            .filter_map(|name| Some((*name, *part.columns.get(*name)?)))
            .filter(|(_, class)| able(*class))
            .collect();
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        let counts: Vec<String> = columns
            .iter()
            .map(|(name, class)| {
                let number = Want::Number.expression(name, *class);
                format!("count(*) FILTER (WHERE NOT isfinite({number}))")
            })
            .collect();
        let query = format!(
            "SELECT {} FROM {}",
            counts.join(", "),
            sql::source(part.file.format, part.columns)
        );
        let counts: Vec<u64> = self
            .db
            .query_row(&query, [sql::path(part.file)], |row| {
                (0..columns.len()).map(|i| row.get(i)).collect()
            })
            .map_err(|e| sql::blame(part.file, &e, part.rows))?;
        let found = columns.into_iter().zip(counts);
        Ok(found
            .filter(|(_, odd)| *odd > 0)
            .map(|((name, _), odd)| (name.to_owned(), odd))
            .collect())
    }
}
