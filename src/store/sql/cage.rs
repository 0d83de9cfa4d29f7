//! The DuckDB that a query runs in. It is made for the query and gone after it.

use super::{sources, table::Stored};
use duckdb::{Config, Connection};
use trimtab_core::sql::VIEWS;

/// Megabytes that a query may hold. Nothing is spilled: the disk is the store's.
pub(super) const MEMORY_MB: u32 = 256;

/// Makes it, with the views of query `number`.
///
/// What keeps a query in is independent of what the query says: there is no way to files and no extension, no setting
/// can be changed any more, and what the views stand on can only read.
pub(super) fn open(number: u64) -> duckdb::Result<Connection> {
    let config = Config::default()
        .threads(1)?
        .max_memory(&format!("{MEMORY_MB}MB"))?
        .enable_autoload_extension(false)?
        // Before the way out is closed: after that, not even this can be said.
        .with("temp_directory", "")?
        // Else they name the home of whoever runs the agent.
        .with("secret_directory", "none")?
        .with("extension_directory", "none")?
        .enable_external_access(false)?
        .with("allow_community_extensions", "false")?
        .with("allow_persistent_secrets", "false")?;
    let db = Connection::open_in_memory_with_flags(config)?;
    db.register_table_function::<Stored>("stored")?;
    let mut sql: String = VIEWS
        .iter()
        .map(|v| {
            let definition = sources::definition(v.name, number);
            format!("CREATE VIEW \"{}\" AS {definition};\n", v.name)
        })
        .collect();
    sql += "SET lock_configuration = true";
    db.execute_batch(&sql)?;
    Ok(db)
}
