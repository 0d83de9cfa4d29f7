//! Why a query has no answer, in the words of who wrote it.

use crate::StoreError;
use trimtab_core::sql::SqlPlace;

/// Why a query has no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SqlError {
    /// The query cannot be read, names what is not there, or fails on a value.
    #[error("{message}")]
    Wrong {
        /// What is wrong, as DuckDB says it, without its drawing.
        message: String,
        /// Where, when that is known.
        place: Option<SqlPlace>,
    },
    /// The query would do something else than read, or is more than one.
    #[error("{0}")]
    NotReading(String),
    /// The query needs more memory than it may have.
    #[error(
        "the query needs more than the {} MB that a query may have",
        super::cage::MEMORY_MB
    )]
    Memory,
    /// It was stopped: its asker went, or its time was over.
    #[error("the query was stopped")]
    Stopped,
    /// One row of the result is larger than can be sent.
    #[error("a row of the result takes more than {} MB", super::query::LARGEST_ROW >> 20)]
    Wide,
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads DuckDB's prose about a query.
pub(super) fn read(sql: &str, error: &duckdb::Error) -> SqlError {
    let text = match error {
        duckdb::Error::DuckDBFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    if text.starts_with("INTERRUPT") || text.contains("Interrupted!") {
        return SqlError::Stopped;
    }
    if text.starts_with("Out of Memory") {
        return SqlError::Memory;
    }
    wrong(sql, &text)
}

/// The message without its drawing, which is turned into a place.
///
/// DuckDB draws `LINE 2: …excerpt of the line…` and under it a caret. The excerpt is cut where lines are long, so it
/// is looked for in the line.
pub(super) fn wrong(sql: &str, text: &str) -> SqlError {
    let (message, drawing) = match text.find("\nLINE ") {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    // What a person can do comes in lines of its own: candidates, hints.
    let message: Vec<&str> = message
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    SqlError::Wrong {
        message: message.join(" "),
        place: place(sql, drawing),
    }
}

fn place(sql: &str, drawing: &str) -> Option<SqlPlace> {
    let mut lines = drawing.lines();
    let (number, excerpt) = lines.next()?.strip_prefix("LINE ")?.split_once(": ")?;
    let caret = lines.next()?;
    let head = "LINE ".len() + number.len() + ": ".len();
    // The caret stands under the excerpt, in columns; characters are near enough.
    let at = caret.chars().take_while(|c| *c == ' ').count();
    let number: usize = number.parse().ok()?;
    let line = sql.split('\n').nth(number.checked_sub(1)?)?;
    let cut = excerpt.trim_start_matches("...");
    let dots = excerpt.chars().count() - cut.chars().count();
    let start = match dots {
        0 => 0,
        _ => {
            let found = line.find(cut.trim_end_matches("..."))?;
            line[..found].chars().count()
        }
    };
    let column = (start + at.checked_sub(head + dots)?).min(line.chars().count()) + 1;
    Some(SqlPlace {
        line: u32::try_from(number).ok()?,
        column: u32::try_from(column).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(sql: &str, text: &str) -> (String, Option<(u32, u32)>) {
        match wrong(sql, text) {
            SqlError::Wrong { message, place } => (message, place.map(|p| (p.line, p.column))),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_drawing_becomes_a_place() {
        let text = "Binder Error: Referenced column \"nope\" not found in FROM clause!\n\
                    Candidate bindings: \"name\"\n\nLINE 2:  nope FROM runs\n         ^";
        let (message, place) = read_text("SELECT\n nope FROM runs", text);
        assert_eq!(
            message,
            "Binder Error: Referenced column \"nope\" not found in FROM clause! Candidate bindings: \"name\""
        );
        assert_eq!(place, Some((2, 2)));
    }

    #[test]
    fn a_cut_excerpt_is_found_in_its_line() {
        let sql = format!("SELECT {}, nope FROM runs", "a".repeat(100));
        let text =
            "Binder Error: x\n\nLINE 1: ...aaaaaaaa, nope FROM runs\n                           ^";
        let (_, place) = read_text(&sql, text);
        // The caret stands at the 19th of the excerpt's characters; the excerpt is found at its first occurrence.
        let (line, column) = place.unwrap();
        assert_eq!(line, 1);
        assert!(column > 7 && column < 126);
        assert_eq!(read_text("x", "Parser Error: y").1, None);
        assert_eq!(read_text("x", "E\nLINE 9: zzz\n  ^").1, None);
    }
}
