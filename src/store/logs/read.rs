//! Reading one window: columns out of DuckDB, a few at a time, so that memory stays bounded.

use super::{Class, Inspection, Kind, LogError, LogFile, Logs, Want, sql};
use duckdb::{
    ToSql,
    arrow::{
        array::{Array, ArrayRef, AsArray as _},
        datatypes::Float64Type,
    },
    params_from_iter,
};
use std::collections::BTreeMap;
use trimtab_core::{
    stats::profile::{Numbers, WindowProfile},
    time::Millis,
};

/// A file with the columns of it that can be used.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The file.
    pub file: &'a LogFile,
    /// Its usable columns.
    pub columns: &'a BTreeMap<String, Class>,
    /// Its rows, for the message when it turns out to be broken.
    pub rows: u64,
}

impl<'a> From<&'a Inspection> for Part<'a> {
    fn from(inspection: &'a Inspection) -> Self {
        Self {
            file: &inspection.file,
            columns: &inspection.columns,
            rows: inspection.rows,
        }
    }
}

/// A span of time.
#[derive(Clone, Copy, Debug)]
pub struct Within<'a> {
    /// The column of instants.
    pub timestamp: &'a str,
    /// From here (inclusive).
    pub start: Millis,
    /// Up to here (exclusive).
    pub end: Millis,
}

impl Within<'_> {
    /// SQL with two parameters; `None` when the part has no usable instants.
    pub(super) fn condition(&self, part: &Part<'_>) -> Option<String> {
        let class = *part.columns.get(self.timestamp)?;
        let at = Want::Time.expression(self.timestamp, class);
        Some(format!("{at} >= ? AND {at} < ?"))
    }
}

/// One column of one window.
#[derive(Clone, Debug, PartialEq)]
pub enum Sample {
    /// Numbers.
    Numbers {
        /// The finite ones, in no particular order.
        values: Vec<f64>,
        /// Null, NaN and infinite.
        missing: u64,
        /// NaN among them.
        nan: u64,
        /// Infinite among them.
        infinite: u64,
    },
    /// Categories.
    Categories {
        /// Rows of each.
        counts: BTreeMap<String, u64>,
        /// Null.
        missing: u64,
    },
}

impl Sample {
    /// A sample without rows.
    pub fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Number => Self::Numbers {
                values: Vec::new(),
                missing: 0,
                nan: 0,
                infinite: 0,
            },
            Kind::Category => Self::Categories {
                counts: BTreeMap::new(),
                missing: 0,
            },
        }
    }

    /// Rows, the missing ones included.
    pub fn rows(&self) -> u64 {
        match self {
            Self::Numbers {
                values, missing, ..
            } => values.len() as u64 + missing,
            Self::Categories { counts, missing } => counts.values().sum::<u64>() + missing,
        }
    }

    /// Rows without a value.
    pub fn missing(&self) -> u64 {
        match self {
            Self::Numbers { missing, .. } | Self::Categories { missing, .. } => *missing,
        }
    }

    /// Adds values, cast to `DOUBLE`.
    fn extend(&mut self, column: &ArrayRef) {
        let Self::Numbers {
            values,
            missing,
            nan,
            infinite,
        } = self
        else {
            return;
        };
        let array = column.as_primitive::<Float64Type>();
        let before = values.len();
        if array.null_count() == 0 {
            values.extend(array.values().iter().filter(|v| v.is_finite()));
        } else {
            values.extend(array.iter().flatten().filter(|v| v.is_finite()));
        }
        let unusable = (array.len() - (values.len() - before)) as u64;
        *missing += unusable;
        if unusable > array.null_count() as u64 {
            let odd = || array.iter().flatten().filter(|v| !v.is_finite());
            *nan += odd().filter(|v| v.is_nan()).count() as u64;
            *infinite += odd().filter(|v| v.is_infinite()).count() as u64;
        }
    }

    /// Adds the rows of one category, or those without any.
    fn count(&mut self, category: Option<String>, rows: u64) {
        let Self::Categories { counts, missing } = self else {
            return;
        };
        match category {
            None => *missing += rows,
            Some(category) => *counts.entry(category).or_default() += rows,
        }
    }
}

/// A sample as statistics take it.
impl From<Sample> for WindowProfile {
    fn from(sample: Sample) -> Self {
        match sample {
            Sample::Numbers {
                values,
                missing,
                nan,
                infinite,
            } => {
                let nulls = missing.saturating_sub(nan + infinite);
                Self::Numeric(Numbers::new(values, nulls).with_unusable(nan, infinite))
            }
            Sample::Categories { counts, missing } => {
                Self::categorical(counts.into_iter().collect(), missing)
            }
        }
    }
}

/// Columns read at once. A column of a million rows is 8 MB on its way.
const TOGETHER: usize = 8;

/// A wanted column as SQL, and where what it holds goes.
struct Column<'s> {
    expression: String,
    sample: &'s mut Sample,
}

impl Logs {
    /// Columns of the rows within a span (all rows when none is given), one sample for each wanted
    /// column in its order. A part without a column adds nothing to that column's sample.
    ///
    /// # Errors
    /// [`LogError::File`] names the file that turned out to be broken; read again without it.
    pub fn samples(
        &self,
        parts: &[Part<'_>],
        within: Option<Within<'_>>,
        wanted: &[(String, Kind)],
    ) -> Result<Vec<Sample>, LogError> {
        let mut samples: Vec<Sample> = wanted.iter().map(|(_, k)| Sample::empty(*k)).collect();
        for part in parts {
            let (mut numbers, mut categories) = (Vec::new(), Vec::new());
            for ((name, kind), sample) in wanted.iter().zip(&mut samples) {
                let Some(&class) = part.columns.get(name) else {
                    continue;
                };
                let (want, into) = match kind {
                    Kind::Number => (Want::Number, &mut numbers),
                    Kind::Category => (Want::Text, &mut categories),
                };
                into.push(Column {
                    expression: want.expression(name, class),
                    sample,
                });
            }
            for columns in numbers.chunks_mut(TOGETHER) {
                self.read_numbers(part, within, columns)?;
            }
            for columns in categories.chunks_mut(TOGETHER) {
                self.count_categories(part, within, columns)?;
            }
        }
        Ok(samples)
    }

    /// Values leave DuckDB as they are: exact distances need every one of them.
    fn read_numbers(
        &self,
        part: &Part<'_>,
        within: Option<Within<'_>>,
        columns: &mut [Column<'_>],
    ) -> Result<(), LogError> {
        let Some((rows, params)) = rows_of(part, within, columns) else {
            return Ok(());
        };
        let blame = |e: duckdb::Error| sql::blame(part.file, &e, part.rows);
        let mut statement = self.db.prepare(&rows).map_err(blame)?;
        let batches = statement
            .query_arrow(params_from_iter(params.iter()))
            .map_err(blame)?;
        for batch in batches {
            for (column, values) in columns.iter_mut().zip(batch.columns()) {
                column.sample.extend(values);
            }
        }
        Ok(())
    }

    /// Of categories only their counts leave DuckDB, those of several columns in one pass over the rows.
    fn count_categories(
        &self,
        part: &Part<'_>,
        within: Option<Within<'_>>,
        columns: &mut [Column<'_>],
    ) -> Result<(), LogError> {
        let Some((rows, params)) = rows_of(part, within, columns) else {
            return Ok(());
        };
        let names: Vec<String> = (0..columns.len()).map(|i| format!("c{i}")).collect();
        let (all, sets) = (names.join(", "), names.join("), ("));
        // In each row all columns but one are null, because they were not grouped by.
        let query = format!(
            "SELECT GROUPING({all}), coalesce({all}), count(*) FROM ({rows}) \
             GROUP BY GROUPING SETS (({sets}))"
        );
        let blame = |e: duckdb::Error| sql::blame(part.file, &e, part.rows);
        let mut statement = self.db.prepare(&query).map_err(blame)?;
        let mut found = statement
            .query(params_from_iter(params.iter()))
            .map_err(blame)?;
        let last = columns.len() - 1;
        while let Some(row) = found.next().map_err(blame)? {
            // A bit for each column, the first on the left; 0 for the one that was grouped by.
            let grouped: u64 = row.get(0).map_err(blame)?;
            let at = last.checked_sub(grouped.trailing_ones() as usize);
            if let Some(column) = at.and_then(|at| columns.get_mut(at)) {
                let category = row.get(1).map_err(blame)?;
                column.sample.count(category, row.get(2).map_err(blame)?);
            }
        }
        Ok(())
    }
}

/// SQL for columns `c0`, `c1` … of a part's rows within a span, and its parameters; `None` when no row can be.
fn rows_of(
    part: &Part<'_>,
    within: Option<Within<'_>>,
    columns: &[Column<'_>],
) -> Option<(String, Vec<Box<dyn ToSql>>)> {
    let named = columns.iter().enumerate();
    let named: Vec<String> = named
        .map(|(i, column)| format!("{} AS c{i}", column.expression))
        .collect();
    let mut query = format!(
        "SELECT {} FROM {}",
        named.join(", "),
        sql::source(part.file.format, part.columns)
    );
    let mut params: Vec<Box<dyn ToSql>> = vec![Box::new(sql::path(part.file))];
    if let Some(within) = within {
        query += &format!(" WHERE {}", within.condition(part)?);
        params.push(Box::new(within.start.0));
        params.push(Box::new(within.end.0));
    }
    Some((query, params))
}
