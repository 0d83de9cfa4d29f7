//! How many of a file's rows lie in a span of time.

use super::{LogError, LogFile, Logs, Want, sql};
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
}
