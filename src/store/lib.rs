//! The only crate that links DuckDB: writer, readers, migrations, inference logs in place.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod frame;
