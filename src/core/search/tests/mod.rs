//! Tests of the grammar as a whole.

mod different;
mod golden;
mod properties;
mod record;

pub use record::Record;
