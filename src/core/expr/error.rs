//! What is wrong with a filter, and where.

use std::{fmt, ops::Range};

/// A filter that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprError {
    /// Which bytes of the text are meant; empty at its end when something is missing there.
    pub at: Range<usize>,
    /// What is wrong there.
    pub wrong: Wrong,
    /// The column of `at`, from 1, in characters.
    pub column: usize,
}

impl fmt::Display for ExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.wrong)
    }
}

impl std::error::Error for ExprError {}

impl ExprError {
    pub(super) fn new(text: &str, at: Range<usize>, wrong: Wrong) -> Self {
        let before = text.get(..at.start).unwrap_or(text);
        Self {
            column: before.chars().count() + 1,
            at,
            wrong,
        }
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Nothing where something must follow.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Something that may not stand there.
    #[error("{0} cannot stand here")]
    Misplaced(String),
    /// A quote without its pair.
    #[error("this quote is not closed")]
    OpenQuote,
    /// A parenthesis without its pair.
    #[error("this parenthesis is not closed")]
    OpenParenthesis,
    /// Too many parentheses in each other.
    #[error("the parentheses are nested too deeply")]
    TooDeep,
    /// A name that stands for nothing.
    #[error(
        "there is no column {0:?}: write metrics.{0}, params.{0} or tags.{0}, or quote it to look for the word"
    )]
    Name(String),
    /// A prefix that stands for nothing.
    #[error("there is no prefix {0:?}: there are metrics., params. and tags.")]
    Prefix(String),
    /// A name without a comparison.
    #[error("{0} needs a comparison, such as {0} {1}; quote it to look for the word")]
    Lonely(String, &'static str),
    /// A key that is not there.
    #[error("the key behind {0} is missing")]
    NoKey(String),
    /// A function of something else than a metric.
    #[error("{0}(…) takes a metric, such as {0}(metrics.loss)")]
    NotAMetric(&'static str),
    /// A comparison that a column does not have.
    #[error("{name} cannot be compared with {sign}; use {valid}")]
    Sign {
        /// The column.
        name: String,
        /// The comparison.
        sign: String,
        /// Which there are.
        valid: &'static str,
    },
    /// A metric compared with something else than a number.
    #[error("{0:?} is no number")]
    Number(String),
    /// A time that cannot be read.
    #[error("{0:?} is no time: write -2d, -90m, today, 2026-11-21 or 2026-11-21T08:00")]
    Time(String),
    /// A bare number where a time must be.
    #[error(
        "{0:?} has no unit: write -2d, a day such as 2026-11-21, or milliseconds since 1970 in full"
    )]
    NoUnit(String),
    /// A span of time that cannot be read.
    #[error("{0:?} is no span of time: write 90s, 5m, 2h30m or 3d")]
    Span(String),
    /// A word that is none of those there are.
    #[error("{found:?} is no {what}: there are {valid}")]
    Word {
        /// What was written.
        found: String,
        /// What it should be.
        what: &'static str,
        /// Which there are.
        valid: String,
    },
    /// A regular expression that cannot be used.
    #[error("this is no regular expression: {0}")]
    Pattern(String),
}
