//! Reading files into a [`Frame`] through a private in-memory DuckDB.

use super::{Column, Frame, FrameError, quoted, scratch};
use duckdb::{
    Connection, ToSql,
    arrow::{
        array::{ArrayAccessor, ArrayIter, AsArray as _},
        datatypes::{Float64Type, Int64Type},
        record_batch::RecordBatch,
    },
    params_from_iter,
};
use trimtab_core::time::Millis;

/// How files are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Apache Parquet.
    Parquet,
    /// Comma-separated values with a header; `.gz` is understood.
    Csv,
    /// One JSON object a line; `.gz` is understood.
    NdJson,
}

impl Format {
    /// The table function; its only argument is a list of patterns. Files are matched by column
    /// name, so that one without a column gives nulls, and `week=…` folders are not columns.
    fn function(self, list: &str) -> String {
        match self {
            Self::Parquet => {
                format!("read_parquet({list}, union_by_name = true, hive_partitioning = false)")
            }
            Self::Csv => {
                format!("read_csv({list}, union_by_name = true, hive_partitioning = false)")
            }
            Self::NdJson => {
                format!(
                    "read_json({list}, format = 'newline_delimited', union_by_name = true, hive_partitioning = false)"
                )
            }
        }
    }
}

/// Rows of a span of time.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeRange {
    /// The column of instants.
    pub column: String,
    /// From here (inclusive); from the beginning when absent.
    pub from: Option<Millis>,
    /// Up to here (exclusive); to the end when absent.
    pub to: Option<Millis>,
}

/// What to read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Select {
    /// Files, or glob patterns (`**` allowed), each of which must match something.
    pub patterns: Vec<String>,
    /// These columns in this order; every one when empty.
    pub columns: Vec<String>,
    /// Only rows of this span.
    pub range: Option<TimeRange>,
    /// Ascending by these columns; in file order when empty.
    pub order: Vec<String>,
}

impl Select {
    /// Everything in the files that a pattern matches.
    pub fn all(pattern: impl Into<String>) -> Self {
        Self {
            patterns: vec![pattern.into()],
            ..Self::default()
        }
    }

    /// Only these columns, in this order.
    #[must_use]
    pub fn columns<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.columns = names.into_iter().map(Into::into).collect();
        self
    }

    /// Only rows whose `column` lies in `from` (inclusive) … `to` (exclusive).
    #[must_use]
    pub fn between(mut self, column: &str, from: Option<Millis>, to: Option<Millis>) -> Self {
        self.range = Some(TimeRange {
            column: column.into(),
            from,
            to,
        });
        self
    }

    /// Ascending by these columns.
    #[must_use]
    pub fn order<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.order = names.into_iter().map(Into::into).collect();
        self
    }
}

/// Reads Parquet files.
pub fn read_parquet(select: &Select) -> Result<Frame, FrameError> {
    read(Format::Parquet, select)
}

/// Reads CSV files.
pub fn read_csv(select: &Select) -> Result<Frame, FrameError> {
    read(Format::Csv, select)
}

/// Reads files of JSON lines.
pub fn read_ndjson(select: &Select) -> Result<Frame, FrameError> {
    read(Format::NdJson, select)
}

/// Reads files of a format. Blocking: call it off the async runtime.
pub fn read(format: Format, select: &Select) -> Result<Frame, FrameError> {
    let subject = select.patterns.join(", ");
    let failed = |source| FrameError::Db {
        operation: "reading",
        subject: subject.clone(),
        source,
    };
    let db = scratch().map_err(failed)?;
    for pattern in &select.patterns {
        let files: i64 = db
            .query_row("SELECT count(*) FROM glob(?)", [pattern], |row| row.get(0))
            .map_err(failed)?;
        if files == 0 {
            return Err(FrameError::NoFiles {
                pattern: pattern.clone(),
            });
        }
    }
    let marks = vec!["?"; select.patterns.len()].join(", ");
    let from = format.function(&format!("[{marks}]"));
    let fields = describe(&db, &from, &select.patterns).map_err(failed)?;
    let wanted = choose(&fields, &select.columns)?;

    let list: Vec<String> = wanted.iter().map(|f| f.kind.select(&f.name)).collect();
    let mut sql = format!("SELECT {} FROM {from}", list.join(", "));
    let mut params: Vec<Box<dyn ToSql>> = Vec::new();
    for pattern in &select.patterns {
        params.push(Box::new(pattern.clone()));
    }
    if let Some(range) = &select.range {
        let field = choose(&fields, std::slice::from_ref(&range.column))?[0];
        if field.kind != Kind::Time {
            return Err(FrameError::Kind {
                column: range.column.clone(),
                found: field.kind.word(),
                expected: "times",
            });
        }
        let bounds = [(">=", range.from), ("<", range.to)];
        for (n, (sign, bound)) in bounds
            .into_iter()
            .filter_map(|(s, b)| Some((s, b?)))
            .enumerate()
        {
            let word = if n == 0 { "WHERE" } else { "AND" };
            // A bare column against a constant, so that row groups outside are never read.
            sql += &format!(
                " {word} {} {sign} make_timestamp_ms(?)",
                quoted(&range.column)
            );
            params.push(Box::new(bound.0));
        }
    }
    if !select.order.is_empty() {
        choose(&fields, &select.order)?;
        let order: Vec<String> = select
            .order
            .iter()
            .map(|c| format!("{} ASC", quoted(c)))
            .collect();
        sql += &format!(" ORDER BY {}", order.join(", "));
    }

    let mut statement = db.prepare(&sql).map_err(failed)?;
    let batches = statement
        .query_arrow(params_from_iter(params.iter()))
        .map_err(failed)?;
    let mut columns: Vec<Column> = wanted.iter().map(|f| f.kind.empty()).collect();
    for batch in batches {
        for (i, column) in columns.iter_mut().enumerate() {
            extend(column, &batch, i);
        }
    }
    let mut frame = Frame::new();
    for (field, column) in wanted.iter().zip(columns) {
        frame.push(field.name.clone(), column)?;
    }
    Ok(frame)
}

/// A column as the files have it.
struct Field {
    name: String,
    kind: Kind,
}

/// Which kind of [`Column`] a type becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Integer,
    Text,
    Time,
    Bool,
}

impl Kind {
    fn of(sql_type: &str) -> Self {
        match sql_type {
            "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT"
            | "UINTEGER" => Self::Integer,
            "FLOAT" | "DOUBLE" | "HUGEINT" | "UBIGINT" | "UHUGEINT" => Self::Number,
            "BOOLEAN" => Self::Bool,
            t if t.starts_with("DECIMAL") => Self::Number,
            t if t.starts_with("TIMESTAMP") || t == "DATE" => Self::Time,
            _ => Self::Text,
        }
    }

    /// Its expression, cast so that only four Arrow types ever arrive.
    fn select(self, name: &str) -> String {
        let column = quoted(name);
        match self {
            Self::Number => format!("CAST({column} AS DOUBLE)"),
            Self::Integer => format!("CAST({column} AS BIGINT)"),
            Self::Text => format!("CAST({column} AS VARCHAR)"),
            Self::Time => format!("epoch_ms({column})"),
            Self::Bool => column,
        }
    }

    fn empty(self) -> Column {
        match self {
            Self::Number => Column::Number(Vec::new()),
            Self::Integer => Column::Integer(Vec::new()),
            Self::Text => Column::Text(Vec::new()),
            Self::Time => Column::Time(Vec::new()),
            Self::Bool => Column::Bool(Vec::new()),
        }
    }

    fn word(self) -> &'static str {
        self.empty().kind()
    }
}

fn describe(db: &Connection, from: &str, patterns: &[String]) -> Result<Vec<Field>, duckdb::Error> {
    let mut statement = db.prepare(&format!("DESCRIBE SELECT * FROM {from}"))?;
    statement
        .query_map(params_from_iter(patterns), |row| {
            let sql_type: String = row.get(1)?;
            Ok(Field {
                name: row.get(0)?,
                kind: Kind::of(&sql_type),
            })
        })?
        .collect()
}

fn choose<'a>(fields: &'a [Field], names: &[String]) -> Result<Vec<&'a Field>, FrameError> {
    if names.is_empty() {
        return Ok(fields.iter().collect());
    }
    let find = |name: &String| {
        fields
            .iter()
            .find(|f| f.name == *name)
            .ok_or_else(|| FrameError::NoColumn {
                column: name.clone(),
                present: fields.iter().map(|f| f.name.clone()).collect(),
            })
    };
    names.iter().map(find).collect()
}

/// Appends one column of a batch. The casts of [`Kind::select`] fix every type.
fn extend(column: &mut Column, batch: &RecordBatch, i: usize) {
    let array = batch.column(i).as_ref();
    match column {
        Column::Number(v) => v.extend(array.as_primitive::<Float64Type>()),
        Column::Integer(v) => v.extend(array.as_primitive::<Int64Type>()),
        Column::Time(v) => v.extend(
            array
                .as_primitive::<Int64Type>()
                .iter()
                .map(|t| t.map(Millis)),
        ),
        Column::Bool(v) => v.extend(array.as_boolean()),
        Column::Text(v) => v.extend(owned(array.as_string::<i32>())),
    }
}

fn owned<'a, A: ArrayAccessor<Item = &'a str>>(array: A) -> impl Iterator<Item = Option<String>> {
    ArrayIter::new(array).map(|text| text.map(str::to_owned))
}
