//! Reading one window: columns out of DuckDB, a few at a time, so that memory stays bounded.

use super::{Class, Inspection, Kind, LogError, LogFile, Logs, Want, sql};
use duckdb::{
    ToSql,
    arrow::{
        array::{Array, ArrayRef, AsArray as _},
        datatypes::{Float64Type, Int64Type},
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

    /// Adds one value, cast to `DOUBLE`.
    fn push(&mut self, value: Option<f64>) {
        let Self::Numbers {
            values,
            missing,
            nan,
            infinite,
        } = self
        else {
            return;
        };
        match value {
            Some(v) if v.is_finite() => values.push(v),
            other => {
                *missing += 1;
                *nan += u64::from(other.is_some_and(f64::is_nan));
                *infinite += u64::from(other.is_some_and(f64::is_infinite));
            }
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

/// A wanted column as SQL, and its place among the wanted.
struct Column {
    expression: String,
    place: usize,
}

/// Rows told apart by the text in a column: those of each value, and the rest.
#[derive(Clone, Copy, Debug)]
pub struct Split<'a> {
    /// The column.
    pub column: &'a str,
    /// The values, each once.
    pub values: &'a [String],
}

impl Split<'_> {
    /// SQL that gives a row's value by place, with a parameter for each value; the rest comes last.
    fn expression(&self, part: &Part<'_>) -> String {
        let rest = self.values.len();
        let class = part.columns.get(self.column);
        let Some(class) = class.filter(|c| Want::Text.refusal(**c).is_none() && rest > 0) else {
            return format!("{rest}::BIGINT");
        };
        let whens: String = (0..rest).map(|i| format!(" WHEN ? THEN {i}")).collect();
        let text = Want::Text.expression(self.column, *class);
        format!("(CASE {text}{whens} ELSE {rest} END)::BIGINT")
    }

    fn params(&self, part: &Part<'_>) -> Vec<Box<dyn ToSql>> {
        let marks = self.expression(part).matches('?').count();
        let values = self.values.iter().take(marks);
        values
            .map(|v| Box::new(v.clone()) as Box<dyn ToSql>)
            .collect()
    }
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
        let one = self.split_samples(parts, within, wanted, None)?;
        Ok(one.into_iter().next().unwrap_or_default())
    }

    /// As [`Logs::samples`], by the values of a column: the samples of each value in its order, then the rest's.
    ///
    /// # Errors
    /// As for `samples`.
    pub fn split_samples(
        &self,
        parts: &[Part<'_>],
        within: Option<Within<'_>>,
        wanted: &[(String, Kind)],
        split: Option<Split<'_>>,
    ) -> Result<Vec<Vec<Sample>>, LogError> {
        let empty: Vec<Sample> = wanted.iter().map(|(_, k)| Sample::empty(*k)).collect();
        let mut samples = vec![empty; 1 + split.map_or(0, |s| s.values.len())];
        for part in parts {
            let (mut numbers, mut categories) = (Vec::new(), Vec::new());
            for (place, (name, kind)) in wanted.iter().enumerate() {
                let Some(&class) = part.columns.get(name) else {
                    continue;
                };
                let (want, into) = match kind {
                    Kind::Number => (Want::Number, &mut numbers),
                    Kind::Category => (Want::Text, &mut categories),
                };
                into.push(Column {
                    expression: want.expression(name, class),
                    place,
                });
            }
            for columns in numbers.chunks(TOGETHER) {
                self.read_numbers(part, within, split, columns, &mut samples)?;
            }
            for columns in categories.chunks(TOGETHER) {
                self.count_categories(part, within, split, columns, &mut samples)?;
            }
        }
        Ok(samples)
    }

    /// Values leave DuckDB as they are: exact distances need every one of them.
    fn read_numbers(
        &self,
        part: &Part<'_>,
        within: Option<Within<'_>>,
        split: Option<Split<'_>>,
        columns: &[Column],
        samples: &mut [Vec<Sample>],
    ) -> Result<(), LogError> {
        let Some((rows, params)) = rows_of(part, within, split, columns) else {
            return Ok(());
        };
        let blame = |e: duckdb::Error| sql::blame(part.file, &e, part.rows);
        let mut statement = self.db.prepare(&rows).map_err(blame)?;
        let batches = statement
            .query_arrow(params_from_iter(params.iter()))
            .map_err(blame)?;
        for batch in batches {
            let places = batch.columns().get(columns.len());
            let places = places.and_then(|column| column.as_primitive_opt::<Int64Type>());
            for (column, values) in columns.iter().zip(batch.columns()) {
                let Some(places) = places else {
                    if let Some(sample) = samples.first_mut().and_then(|s| s.get_mut(column.place))
                    {
                        sample.extend(values);
                    }
                    continue;
                };
                let values = values.as_primitive::<Float64Type>();
                for (value, place) in values.iter().zip(places.values()) {
                    let of = usize::try_from(*place)
                        .ok()
                        .and_then(|p| samples.get_mut(p));
                    if let Some(sample) = of.and_then(|s| s.get_mut(column.place)) {
                        sample.push(value);
                    }
                }
            }
        }
        Ok(())
    }

    /// Of categories only their counts leave DuckDB, those of several columns in one pass over the rows.
    fn count_categories(
        &self,
        part: &Part<'_>,
        within: Option<Within<'_>>,
        split: Option<Split<'_>>,
        columns: &[Column],
        samples: &mut [Vec<Sample>],
    ) -> Result<(), LogError> {
        let Some((rows, params)) = rows_of(part, within, split, columns) else {
            return Ok(());
        };
        let names: Vec<String> = (0..columns.len()).map(|i| format!("c{i}")).collect();
        let (all, place) = (names.join(", "), split.map_or("0", |_| "place"));
        let sets = match split {
            None => names.join("), ("),
            Some(_) => names.join(", place), (") + ", place",
        };
        // In each row all columns but one are null, because they were not grouped by.
        let query = format!(
            "SELECT GROUPING({all}), coalesce({all}), count(*), {place} FROM ({rows}) \
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
            let column = last.checked_sub(grouped.trailing_ones() as usize);
            let column = column.and_then(|at| columns.get(at));
            let place: usize = row.get(3).map_err(blame)?;
            let samples = samples.get_mut(place);
            let sample = column.zip(samples).and_then(|(c, s)| s.get_mut(c.place));
            if let Some(sample) = sample {
                let category = row.get(1).map_err(blame)?;
                sample.count(category, row.get(2).map_err(blame)?);
            }
        }
        Ok(())
    }
}

/// SQL for columns `c0`, `c1` … of a part's rows within a span, and `place` where they are told apart, and its
/// parameters; `None` when no row can be.
fn rows_of(
    part: &Part<'_>,
    within: Option<Within<'_>>,
    split: Option<Split<'_>>,
    columns: &[Column],
) -> Option<(String, Vec<Box<dyn ToSql>>)> {
    let named = columns.iter().enumerate();
    let mut named: Vec<String> = named
        .map(|(i, column)| format!("{} AS c{i}", column.expression))
        .collect();
    let mut params = Vec::new();
    if let Some(split) = split {
        named.push(format!("{} AS place", split.expression(part)));
        params = split.params(part);
    }
    let mut query = format!(
        "SELECT {} FROM {}",
        named.join(", "),
        sql::source(part.file.format, part.columns)
    );
    params.push(Box::new(sql::path(part.file)));
    if let Some(within) = within {
        query += &format!(" WHERE {}", within.condition(part)?);
        params.push(Box::new(within.start.0));
        params.push(Box::new(within.end.0));
    }
    Some((query, params))
}
