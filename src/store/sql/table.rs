//! The table function behind every view: hands rows of a source to the query that asks for them.

use super::{
    reading::Reading,
    scan::Scan,
    sources::{self, Source},
};
use duckdb::{
    arrow::{
        array::{ArrayRef, BooleanArray},
        datatypes::{DataType, Field, Schema},
        record_batch::{RecordBatch, RecordBatchOptions},
    },
    core::{DataChunkHandle, LogicalTypeHandle, LogicalTypeId},
    vtab::{BindInfo, InitInfo, TableFunctionInfo, VTab, record_batch_to_duckdb_data_chunk},
};
use std::{
    error::Error,
    sync::{Arc, Mutex},
};
use trimtab_core::sql::SqlKind;

/// `stored(query, source)`.
pub(super) struct Stored;

/// What was asked for.
pub(super) struct Bound {
    reading: Arc<Reading>,
    source: &'static Source,
}

/// Which columns are wanted, and how far the rows have been handed over.
pub(super) struct Progress {
    columns: Vec<usize>,
    scan: Mutex<Option<Scan>>,
}

pub(super) fn logical(kind: SqlKind) -> LogicalTypeHandle {
    LogicalTypeHandle::from(match kind {
        SqlKind::Flag => LogicalTypeId::Boolean,
        SqlKind::Integer => LogicalTypeId::Bigint,
        SqlKind::Number => LogicalTypeId::Double,
        SqlKind::Text => LogicalTypeId::Varchar,
        SqlKind::Time => LogicalTypeId::Timestamp,
    })
}

impl VTab for Stored {
    type InitData = Progress;
    type BindData = Bound;

    fn bind(bind: &BindInfo) -> Result<Bound, Box<dyn Error>> {
        let number = u64::try_from(bind.get_parameter(0).to_int64())?;
        let name = bind.get_parameter(1).to_string();
        let reading = Reading::find(number).ok_or("no such query runs")?;
        let source = sources::source(&name).ok_or("no such view")?;
        for column in source.columns {
            bind.add_result_column(column.name, logical(column.kind));
        }
        Ok(Bound { reading, source })
    }

    fn init(init: &InitInfo) -> Result<Progress, Box<dyn Error>> {
        let columns = init.get_column_indices();
        Ok(Progress {
            columns: columns
                .into_iter()
                .map(|c| usize::try_from(c).unwrap_or(usize::MAX))
                .collect(),
            scan: Mutex::new(None),
        })
    }

    fn func(
        func: &TableFunctionInfo<Self>,
        output: &mut DataChunkHandle,
    ) -> Result<(), Box<dyn Error>> {
        let (bound, progress) = (func.get_bind_data(), func.get_init_data());
        let mut scan = super::desk::lock(&progress.scan);
        // Begun only now: a query that is merely described reads nothing.
        if scan.is_none() {
            // Rows are counted by a column that no view has.
            let wanted = progress.columns.iter().copied();
            let wanted: Vec<usize> = wanted.filter(|c| *c < bound.source.columns.len()).collect();
            *scan = Some(Scan::begin(&bound.reading, bound.source, wanted)?);
        }
        let batch = match scan.as_mut() {
            Some(scan) => scan.next()?,
            None => None,
        };
        match batch {
            None => output.set_len(0),
            Some(batch) => {
                let batch = counted(batch, &progress.columns, bound.source.columns.len())?;
                record_batch_to_duckdb_data_chunk(&batch, output)?;
            }
        }
        Ok(())
    }

    fn supports_pushdown() -> bool {
        true
    }

    fn parameters() -> Option<Vec<LogicalTypeHandle>> {
        Some(vec![logical(SqlKind::Integer), logical(SqlKind::Text)])
    }
}

/// Puts in the columns that only count rows.
fn counted(
    batch: RecordBatch,
    columns: &[usize],
    known: usize,
) -> Result<RecordBatch, Box<dyn Error>> {
    if columns.iter().all(|c| *c < known) {
        return Ok(batch);
    }
    let rows = batch.num_rows();
    let mut real = batch.columns().iter().cloned();
    let arrays: Vec<ArrayRef> = columns
        .iter()
        .map(|c| match *c < known {
            true => real.next().ok_or("a column is missing"),
            false => Ok(Arc::new(BooleanArray::from(vec![false; rows])) as ArrayRef),
        })
        .collect::<Result<_, _>>()?;
    let fields: Vec<Field> = arrays
        .iter()
        .map(|a| Field::new("", DataType::clone(a.data_type()), true))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let schema = Arc::new(Schema::new(fields));
    Ok(RecordBatch::try_new_with_options(schema, arrays, &options)?)
}
