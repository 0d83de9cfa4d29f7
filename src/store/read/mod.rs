//! Readers: connections of their own, on threads of their own. Under MVCC they see the last
//! commit and never wait for the writer.

mod audit;
mod bins;
mod history;
mod jobs;
mod monitors;
mod pool;
mod registry;
mod releases;

mod series;

use duckdb::{Connection, Row, types::Type};
pub use history::{HistoryMark, HistoryPage};
pub(crate) use pool::Pool;
use std::str::FromStr;

/// Every row of a query, mapped.
pub(crate) fn rows<T, P: duckdb::Params>(
    db: &Connection,
    sql: &str,
    params: P,
    map: impl FnMut(&Row<'_>) -> duckdb::Result<T>,
) -> duckdb::Result<Vec<T>> {
    db.prepare_cached(sql)?.query_map(params, map)?.collect()
}

/// Every row of a query that is asked once, one after the other.
pub(crate) fn each<P: duckdb::Params>(
    db: &Connection,
    sql: &str,
    params: P,
    mut row: impl FnMut(&Row<'_>) -> duckdb::Result<()>,
) -> duckdb::Result<()> {
    let mut query = db.prepare(sql)?;
    let mut rows = query.query(params)?;
    while let Some(r) = rows.next()? {
        row(r)?;
    }
    Ok(())
}

/// A column of text as a domain type; a text that is none says which column it was.
pub(crate) fn parsed<T>(r: &Row<'_>, column: usize) -> duckdb::Result<T>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = r.get(column)?;
    text.parse().map_err(|e: T::Err| {
        duckdb::Error::FromSqlConversionFailure(column, Type::Text, Box::new(e))
    })
}

/// A column of text that may be null as a domain type.
pub(crate) fn parsed_option<T>(r: &Row<'_>, column: usize) -> duckdb::Result<Option<T>>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    match r.get::<_, Option<String>>(column)? {
        Some(_) => parsed(r, column).map(Some),
        None => Ok(None),
    }
}

/// A column with one of the domain's words.
pub(crate) fn word<T>(
    r: &Row<'_>,
    column: usize,
    from: impl Fn(&str) -> Option<T>,
) -> duckdb::Result<T> {
    let text: String = r.get(column)?;
    from(&text).ok_or_else(|| {
        let why = format!("{text:?} is not a word this Trimtab knows");
        duckdb::Error::FromSqlConversionFailure(column, Type::Text, why.into())
    })
}
