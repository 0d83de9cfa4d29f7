//! Values between Arrow, which DuckDB hands over, and the cells that are sent.

use duckdb::arrow::{
    array::{
        Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, StringArray,
        TimestampMicrosecondArray,
    },
    compute::cast,
    datatypes::{
        DataType, Decimal128Type, Field, Float64Type, Int64Type, Schema, TimeUnit,
        TimestampMicrosecondType,
    },
    error::ArrowError,
    record_batch::{RecordBatch, RecordBatchOptions},
    util::display::{ArrayFormatter, FormatOptions},
};
use std::{ops::Range, sync::Arc};
use trimtab_core::sql::{SqlCells, SqlColumn, SqlKind, SqlTable};

/// A column as a result has it.
pub(super) fn column(field: &Field) -> SqlColumn {
    SqlColumn {
        name: field.name().clone(),
        type_name: type_name(field.data_type()),
        kind: kind(field.data_type()),
    }
}

fn kind(of: &DataType) -> SqlKind {
    match of {
        DataType::Boolean => SqlKind::Flag,
        t if t.is_integer() => SqlKind::Integer,
        DataType::Decimal128(_, 0) => SqlKind::Integer,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => SqlKind::Number,
        DataType::Decimal128(..) => SqlKind::Number,
        DataType::Date32 | DataType::Timestamp(..) => SqlKind::Time,
        _ => SqlKind::Text,
    }
}

/// DuckDB's name of a type.
fn type_name(of: &DataType) -> String {
    let inside = |f: &Field| type_name(f.data_type());
    match of {
        DataType::Null => "NULL".into(),
        DataType::Boolean => "BOOLEAN".into(),
        DataType::Int8 => "TINYINT".into(),
        DataType::Int16 => "SMALLINT".into(),
        DataType::Int32 => "INTEGER".into(),
        DataType::Int64 => "BIGINT".into(),
        DataType::UInt8 => "UTINYINT".into(),
        DataType::UInt16 => "USMALLINT".into(),
        DataType::UInt32 => "UINTEGER".into(),
        DataType::UInt64 => "UBIGINT".into(),
        DataType::Float32 => "FLOAT".into(),
        DataType::Float64 => "DOUBLE".into(),
        DataType::Decimal128(38, 0) => "HUGEINT".into(),
        DataType::Decimal128(width, scale) => format!("DECIMAL({width},{scale})"),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "VARCHAR".into(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "BLOB".into(),
        DataType::Date32 => "DATE".into(),
        DataType::Time64(_) | DataType::Time32(_) => "TIME".into(),
        DataType::Timestamp(_, None) => "TIMESTAMP".into(),
        DataType::Timestamp(_, Some(_)) => "TIMESTAMP WITH TIME ZONE".into(),
        DataType::Interval(_) => "INTERVAL".into(),
        DataType::Dictionary(..) => "ENUM".into(),
        DataType::List(f) | DataType::LargeList(f) => format!("{}[]", inside(f)),
        DataType::FixedSizeList(f, n) => format!("{}[{n}]", inside(f)),
        DataType::Struct(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|f| format!("{} {}", f.name(), inside(f)))
                .collect();
            format!("STRUCT({})", fields.join(", "))
        }
        DataType::Map(..) => "MAP".into(),
        other => other.to_string(),
    }
}

/// The values of one column of a batch.
pub(super) fn cells(array: &ArrayRef, kind: SqlKind) -> Result<SqlCells, ArrowError> {
    let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
    Ok(match kind {
        SqlKind::Flag => SqlCells::Flag(array.as_boolean().iter().collect()),
        SqlKind::Integer => SqlCells::Integer(match array.data_type() {
            DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().iter().collect(),
            DataType::UInt64 => {
                let wide = cast(array, &DataType::Decimal128(20, 0))?;
                wide.as_primitive::<Decimal128Type>().iter().collect()
            }
            _ => {
                let wide = cast(array, &DataType::Int64)?;
                let wide = wide.as_primitive::<Int64Type>();
                wide.iter().map(|v| v.map(i128::from)).collect()
            }
        }),
        SqlKind::Number => {
            let numbers = cast(array, &DataType::Float64)?;
            SqlCells::Number(numbers.as_primitive::<Float64Type>().iter().collect())
        }
        SqlKind::Time => {
            let times = match array.data_type() {
                // A zone is how an instant is written, not which it is.
                DataType::Timestamp(unit, Some(_)) => {
                    cast(array, &DataType::Timestamp(*unit, Some("+00:00".into())))?
                }
                _ => Arc::clone(array),
            };
            let times = cast(&times, &micros)?;
            let times = times.as_primitive::<TimestampMicrosecondType>();
            SqlCells::Time(times.iter().collect())
        }
        SqlKind::Text => SqlCells::Text(texts(array)?),
    })
}

fn texts(array: &ArrayRef) -> Result<Vec<Option<String>>, ArrowError> {
    if let Some(plain) = array.as_any().downcast_ref::<StringArray>() {
        return Ok(plain.iter().map(|v| v.map(str::to_owned)).collect());
    }
    let options = FormatOptions::new().with_null("NULL");
    let format = ArrayFormatter::try_new(array.as_ref(), &options)?;
    (0..array.len())
        .map(
            |row| match array.is_null(row) || array.data_type().is_null() {
                true => Ok(None),
                false => format.value(row).try_to_string().map(Some),
            },
        )
        .collect()
}

/// Some rows of some columns of a table, as DuckDB takes them.
pub(super) fn batch(
    table: &SqlTable,
    columns: &[usize],
    rows: Range<usize>,
) -> Result<RecordBatch, ArrowError> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(columns.len());
    for column in columns {
        arrays.push(match &table.cells[*column] {
            SqlCells::Flag(v) => Arc::new(BooleanArray::from(v[rows.clone()].to_vec())),
            SqlCells::Integer(v) => {
                let narrow = v[rows.clone()].iter();
                let narrow = narrow.map(|i| i.and_then(|i| i64::try_from(i).ok()));
                Arc::new(narrow.collect::<Int64Array>())
            }
            SqlCells::Number(v) => Arc::new(Float64Array::from(v[rows.clone()].to_vec())),
            SqlCells::Text(v) => {
                let texts = v[rows.clone()].iter();
                Arc::new(texts.map(Option::as_deref).collect::<StringArray>())
            }
            SqlCells::Time(v) => {
                Arc::new(TimestampMicrosecondArray::from(v[rows.clone()].to_vec()))
            }
        });
    }
    let fields: Vec<Field> = arrays
        .iter()
        .map(|a| Field::new("", DataType::clone(a.data_type()), true))
        .collect();
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
}
