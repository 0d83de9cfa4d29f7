//! Where in time rows lie, and how many of them.

use super::{LogError, LogFile, Logs, Part, Want, Within, sql};
use duckdb::{
    arrow::{
        array::{Array as _, AsArray as _},
        datatypes::Int64Type,
    },
    params_from_iter,
};
use trimtab_core::time::Millis;

impl Logs {
    /// Rows of a file from one instant (inclusive) up to another (exclusive); 0 when it has no such column.
    ///
    /// # Errors
    /// [`LogError::File`] when the file cannot be read.
    pub fn rows_between(
        &self,
        file: &LogFile,
        timestamp: &str,
        (from, to): (Millis, Millis),
    ) -> Result<u64, LogError> {
        let classes = self.columns(file)?;
        let Some(&class) = classes.get(timestamp) else {
            return Ok(0);
        };
        let at = Want::Time.expression(timestamp, class);
        let query = format!(
            "SELECT count(*) FILTER (WHERE {at} >= ? AND {at} < ?) FROM {}",
            sql::source(file.format, &classes)
        );
        let params = duckdb::params![from.0, to.0, sql::path(file)];
        self.db
            .query_row(&query, params, |row| row.get(0))
            .map_err(|e| sql::blame(file, &e, 0))
    }

    /// The instants within a span at which there are rows, each with how many, in order.
    ///
    /// # Errors
    /// [`LogError::File`] names the file that turned out to be broken.
    pub fn instants(
        &self,
        parts: &[Part<'_>],
        within: Within<'_>,
    ) -> Result<Vec<(Millis, u64)>, LogError> {
        let rows = sql::Rows::of(parts, Some(within), |part| {
            let class = *part.columns.get(within.timestamp)?;
            Some(format!(
                "{} AS instant",
                Want::Time.expression(within.timestamp, class)
            ))
        });
        let Some(rows) = rows else {
            return Ok(Vec::new());
        };
        let query = format!(
            "SELECT instant, count(*) AS n FROM ({}) GROUP BY instant ORDER BY instant",
            rows.sql
        );
        let run = || -> Result<Vec<(Millis, u64)>, duckdb::Error> {
            let mut statement = self.db.prepare(&query)?;
            let batches = statement.query_arrow(params_from_iter(&rows.params))?;
            let mut found = Vec::new();
            for batch in batches {
                if let [at, n] = batch.columns() {
                    let (at, n) = (
                        at.as_primitive::<Int64Type>(),
                        n.as_primitive::<Int64Type>(),
                    );
                    let counts = n.values().iter().map(|n| n.unsigned_abs());
                    debug_assert_eq!(at.null_count(), 0);
                    found.extend(at.values().iter().map(|at| Millis(*at)).zip(counts));
                }
            }
            Ok(found)
        };
        run().map_err(|e| self.culprit(parts.iter(), "reading the log's instants", e))
    }
}
