//! The only crate that links DuckDB: writer, readers, migrations, inference logs in place.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod catalogue;
mod change;
mod error;
pub mod frame;
pub mod logs;
mod migrate;
mod open;
#[cfg(test)]
mod parquet_tests;
pub mod peek;
mod read;
mod sql;
mod store;
mod writer;

pub use catalogue::{
    RegistryPage, RegistrySearch,
    logged::FoundModel,
    logged_search::{ModelSearch, ModelSearchPage},
    search::{RunSearch, SearchPage, View},
};
pub use change::{
    Applied, Change, ExperimentEdit, LoggedModelEdit, ModelEdit, NewDatasetUse, Place, RunEdit,
    VersionEdit,
};
pub use error::StoreError;
pub use open::Recovery;
pub use read::{HistoryMark, HistoryPage};
pub use sql::{SqlError, SqlQuery};
pub use store::{Counts, Store};
