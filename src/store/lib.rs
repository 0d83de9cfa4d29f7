//! The only crate that links DuckDB: writer, readers, migrations, inference logs in place.
