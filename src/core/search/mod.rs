//! What to find and in which order: MLflow's filter and `order_by` grammar, as data.
//!
//! A [`Filter`] is parsed once for a [`Grammar`] (runs, experiments, registered models, model
//! versions, logged models) and then asked of many records, each of which is a [`Subject`]. An
//! [`Order`] compares the same records and makes [`Cursor`]s; [`page`] puts the three together.
//!
//! Wording and rules follow `mlflow/utils/search_utils.py` and the SQL stores of MLflow 3.17, as
//! far as they are rules and not accidents: `tests/golden.json` holds what was compared,
//! `tests/different.rs` what is meant to differ.

mod attribute;
mod cursor;
mod entity;
mod error;
mod filter;
mod grammar;
mod identifier;
mod lexer;
mod like;
mod literal;
mod logged_model;
mod number;
mod operand;
mod order;
mod order_parse;
mod page;
mod parse;
mod print;
mod prompts;
mod subject;
mod word;

#[cfg(test)]
mod tests;

pub use attribute::{Attribute, Kind};
pub use cursor::{Cursor, CursorMismatch, Value};
pub use entity::{DatasetKey, Entity};
pub use error::SearchError;
pub use filter::{Clause, Expr, Field, Filter, Test};
pub use grammar::{EXPERIMENTS, Grammar, LOGGED_MODELS, MODELS, RUNS, VERSIONS};
pub use like::Like;
pub use number::{Comparator, Number};
pub use order::{Direction, Order, OrderKey};
pub use page::{Page, Start, page};
pub use subject::{Dataset, DatasetScope, Subject};
pub use word::{BadPattern, Pattern, Word};
