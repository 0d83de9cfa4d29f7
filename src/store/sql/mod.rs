//! SQL that people write, run where it can do no harm.
//!
//! Each query gets a DuckDB of its own, in memory, with one thread, a bound on memory, no way to files or the
//! network, and settings that are locked (`cage`). All it holds are the documented views, over a table function
//! that fetches rows from the store while the query asks for them (`table`, `scan`). So a query cannot write to the
//! store even if it were let through, cannot take the memory or threads that the writer needs, and leaves nothing.

mod cage;
mod cells;
mod check;
mod desk;
mod error;
mod memory;
mod query;
mod reading;
mod scan;
mod sources;
mod table;

pub(crate) use desk::Desk;
pub use error::SqlError;
pub use query::SqlQuery;

#[cfg(test)]
mod tests;
