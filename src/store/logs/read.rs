//! Reading one window: columns out of DuckDB, a few at a time, so that memory stays bounded.

use super::{Class, Inspection, Kind, LogError, LogFile, Logs, Want, sql};
use duckdb::{
    ToSql,
    arrow::{
        array::{Array, AsArray as _},
        datatypes::Float64Type,
        record_batch::RecordBatch,
    },
    params_from_iter,
};
use std::collections::BTreeMap;
use trimtab_core::time::Millis;

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

    /// The casts of [`Want::expression`] fix the type of column `i`.
    fn extend(&mut self, batch: &RecordBatch, i: usize) {
        let array = batch.column(i);
        match self {
            Self::Numbers {
                values,
                missing,
                nan,
                infinite,
            } => {
                let array = array.as_primitive::<Float64Type>();
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
            Self::Categories { counts, missing } => {
                for value in array.as_string::<i32>() {
                    match value {
                        None => *missing += 1,
                        Some(value) => match counts.get_mut(value) {
                            Some(count) => *count += 1,
                            None => {
                                counts.insert(value.to_owned(), 1);
                            }
                        },
                    }
                }
            }
        }
    }
}

/// Columns read at once. A column of a million rows is 8 MB on its way.
const TOGETHER: usize = 8;

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
            for (names, samples) in wanted.chunks(TOGETHER).zip(samples.chunks_mut(TOGETHER)) {
                self.sample(part, within, names, samples)?;
            }
        }
        Ok(samples)
    }

    fn sample(
        &self,
        part: &Part<'_>,
        within: Option<Within<'_>>,
        wanted: &[(String, Kind)],
        samples: &mut [Sample],
    ) -> Result<(), LogError> {
        let mut expressions = Vec::new();
        let mut into = Vec::new();
        for ((name, kind), sample) in wanted.iter().zip(samples) {
            if let Some(&class) = part.columns.get(name) {
                let want = match kind {
                    Kind::Number => Want::Number,
                    Kind::Category => Want::Text,
                };
                expressions.push(want.expression(name, class));
                into.push(sample);
            }
        }
        if expressions.is_empty() {
            return Ok(());
        }
        let mut query = format!(
            "SELECT {} FROM {}",
            expressions.join(", "),
            sql::source(part.file.format, part.columns)
        );
        let mut params: Vec<Box<dyn ToSql>> = vec![Box::new(sql::path(part.file))];
        if let Some(within) = within {
            let Some(condition) = within.condition(part) else {
                return Ok(());
            };
            query += &format!(" WHERE {condition}");
            params.push(Box::new(within.start.0));
            params.push(Box::new(within.end.0));
        }
        let blame = |e: duckdb::Error| sql::blame(part.file, &e, part.rows);
        let mut statement = self.db.prepare(&query).map_err(blame)?;
        let batches = statement
            .query_arrow(params_from_iter(params.iter()))
            .map_err(blame)?;
        for batch in batches {
            for (i, sample) in into.iter_mut().enumerate() {
                sample.extend(&batch, i);
            }
        }
        Ok(())
    }
}
