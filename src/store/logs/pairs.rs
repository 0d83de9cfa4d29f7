//! Two columns row by row: what one sample each cannot say.

use super::{LogError, Logs, Part, Want, Within, sql};
use duckdb::params_from_iter;

impl Logs {
    /// Two numeric columns of the rows that have both, within a span (of all rows when none is given), in
    /// no particular order. Parts that lack a column are left out.
    ///
    /// # Errors
    /// [`LogError::File`] when the only file is broken, else [`LogError::Db`].
    pub fn pairs(
        &self,
        parts: &[Part<'_>],
        within: Option<Within<'_>>,
        (first, second): (&str, &str),
    ) -> Result<Vec<(f64, f64)>, LogError> {
        let rows = sql::Rows::of(parts, within, |part| {
            let number = |name: &str| Some(Want::Number.expression(name, *part.columns.get(name)?));
            Some(format!("{} AS a, {} AS b", number(first)?, number(second)?))
        });
        let Some(rows) = rows else {
            return Ok(Vec::new());
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
        run().map_err(|source| match parts {
            [only] => sql::blame(only.file, &source, only.rows),
            _ => LogError::Db {
                operation: "reading two columns row by row",
                source,
            },
        })
    }
}
