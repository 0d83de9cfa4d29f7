//! The SQL that people ask the store: which views there are, what a result looks like, what may be typed next.
//!
//! The tables here are the only place that names views and columns: the store makes the views from them, the
//! console completes from them, and docs/sql.md is generated from them.

mod complete;
mod docs;
mod lexer;
mod result;
mod views;
mod words;
mod write;

pub use complete::{Completion, Sort, Suggestion, complete};
pub use docs::markdown;
pub use lexer::{Token, TokenKind, tokens};
pub use result::{
    SqlAnswer, SqlCell, SqlCells, SqlColumn, SqlKind, SqlPage, SqlPlace, SqlQuestion, SqlTable,
    SqlWrong,
};
pub use views::{VIEWS, View, ViewColumn, view};
pub use words::{FUNCTIONS, KEYWORDS};
pub use write::{csv_head, csv_rows, json_rows, names};

/// Rows of a result that are shown; more are exported.
pub const SHOWN: u32 = 10_000;
/// Seconds that a query may take when nobody says otherwise.
pub const DEADLINE_S: u32 = 60;
/// Seconds that a query may take at most.
pub const LONGEST_S: u32 = 3_600;
