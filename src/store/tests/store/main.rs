//! The store as its callers see it: one binary, so that DuckDB is linked once.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod crash;
mod disk;
mod lifecycle;
mod links;
mod logged;
mod registry;
mod registry_edits;
mod runs;
mod series;
mod support;
mod table;
