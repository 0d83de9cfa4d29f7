//! The filter that people type over the runs: `metrics.auc > 0.9 and (status = running or deep)`.
//!
//! ```text
//! filter   = any { "or" any }
//! any      = one { [ "and" ] one }
//! one      = "not" one | "(" filter ")" | "has" "(" name ")" | test | word
//! test     = name ( "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~" | "like" | "ilike" ) value
//!          | name [ "not" ] "in" "(" value { "," value } ")" | name "is" [ "not" ] "null"
//! name     = metrics.KEY | min(metrics.KEY) | max(metrics.KEY) | params.KEY | tags.KEY
//!          | id | name | status | health | user | experiment | source | parent
//!          | started | ended | age | duration
//! ```
//!
//! What is read is the [`Filter`] that MLflow's stricter grammar makes too ([`crate::search`]): there is one
//! evaluator. MLflow's filters of runs read the same here, but for their escapes in quotes, `like` on the status, which
//! here has no case, and times of fewer than twelve digits, which are refused.

mod compare;
mod complete;
mod error;
mod lexer;
mod names;
mod parse;
mod print;
mod value;

#[cfg(test)]
mod tests;

pub use complete::{Completion, Vocabulary, complete, is_unfinished};
pub use error::{ExprError, Wrong};
pub use names::{key_of, name_of, quoted};
pub use parse::parse;
pub use print::print;

#[cfg(doc)]
use crate::search::Filter;
pub(crate) use names::split_commas;
