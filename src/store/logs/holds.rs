//! What each column of a file holds, by its type or, where the format has none, by its values.

use super::{Class, LogError, LogFile, Logs, Want, sql};
use crate::frame::quoted;
use std::collections::BTreeMap;
use trimtab_core::datacheck::{Column, Holds};

impl Logs {
    /// What each column of a file holds.
    ///
    /// # Errors
    /// [`LogError::File`] when the file cannot be read.
    pub fn holds(&self, file: &LogFile) -> Result<BTreeMap<String, Column>, LogError> {
        let classes = self.columns(file)?;
        if classes.is_empty() {
            return Ok(BTreeMap::new());
        }
        let counts: Vec<String> = classes
            .iter()
            .map(|(name, class)| match class {
                Class::Loose => format!(
                    "count({}), count({})",
                    quoted(name),
                    Want::Number.expression(name, *class)
                ),
                _ => format!("count({}), 0", quoted(name)),
            })
            .collect();
        let query = format!(
            "SELECT {} FROM {}",
            counts.join(", "),
            sql::source(file.format, &classes)
        );
        let counts: Vec<u64> = self
            .db
            .query_row(&query, [sql::path(file)], |row| {
                (0..2 * classes.len()).map(|i| row.get(i)).collect()
            })
            .map_err(|e| sql::blame(file, &e, 0))?;
        let found = classes.into_iter().zip(counts.chunks_exact(2));
        Ok(found
            .map(|((name, class), counts)| {
                let (present, numbers) = (counts[0], counts[1]);
                let holds = match class {
                    _ if present == 0 => Holds::Nothing,
                    Class::Float | Class::Integer => Holds::Numbers,
                    Class::Text => Holds::Text,
                    Class::Time => Holds::Instants,
                    Class::Bool => Holds::Truth,
                    Class::Other => Holds::Nested,
                    Class::Loose if numbers == present => Holds::Numbers,
                    Class::Loose if numbers == 0 => Holds::Text,
                    Class::Loose => Holds::Mixed,
                };
                let typed = class != Class::Loose;
                (name, Column { holds, typed })
            })
            .collect())
    }
}
