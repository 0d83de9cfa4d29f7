//! A result: typed columns, page by page.

use crate::time::Millis;
use serde::{Deserialize, Serialize};

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SqlKind {
    /// True or false.
    Flag,
    /// Whole numbers.
    Integer,
    /// Numbers; NaN and infinities are values.
    Number,
    /// Text, and every type without a kind of its own, as DuckDB writes it.
    Text,
    /// Instants and dates: microseconds since 1970 in UTC.
    Time,
}

impl SqlKind {
    /// The type of a documented column.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Flag => "BOOLEAN",
            Self::Integer => "BIGINT",
            Self::Number => "DOUBLE",
            Self::Text => "VARCHAR",
            Self::Time => "TIMESTAMP",
        }
    }

    /// Whether values can be drawn on a y axis.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Number)
    }
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlColumn {
    /// Its name, as the query gave it; not always unique.
    pub name: String,
    /// DuckDB's type: `BIGINT`, `VARCHAR[]`.
    pub type_name: String,
    /// What its values are.
    pub kind: SqlKind,
}

/// The values of one column, null where `None`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SqlCells {
    /// Of [`SqlKind::Flag`].
    Flag(Vec<Option<bool>>),
    /// Of [`SqlKind::Integer`]: sums of integers may be wider than 64 bits.
    Integer(Vec<Option<i128>>),
    /// Of [`SqlKind::Number`].
    Number(Vec<Option<f64>>),
    /// Of [`SqlKind::Text`].
    Text(Vec<Option<String>>),
    /// Of [`SqlKind::Time`].
    Time(Vec<Option<i64>>),
}

/// One value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SqlCell<'a> {
    /// No value.
    Null,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Integer(i128),
    /// A number.
    Number(f64),
    /// Text.
    Text(&'a str),
    /// Microseconds since 1970 in UTC.
    Time(i64),
}

impl SqlCells {
    /// No values of a kind.
    pub fn empty(kind: SqlKind) -> Self {
        match kind {
            SqlKind::Flag => Self::Flag(Vec::new()),
            SqlKind::Integer => Self::Integer(Vec::new()),
            SqlKind::Number => Self::Number(Vec::new()),
            SqlKind::Text => Self::Text(Vec::new()),
            SqlKind::Time => Self::Time(Vec::new()),
        }
    }

    /// How many, nulls too.
    pub fn len(&self) -> usize {
        match self {
            Self::Flag(v) => v.len(),
            Self::Integer(v) => v.len(),
            Self::Number(v) => v.len(),
            Self::Text(v) => v.len(),
            Self::Time(v) => v.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One of them; null past the end.
    pub fn cell(&self, row: usize) -> SqlCell<'_> {
        let cell = match self {
            Self::Flag(v) => v.get(row).copied().flatten().map(SqlCell::Flag),
            Self::Integer(v) => v.get(row).copied().flatten().map(SqlCell::Integer),
            Self::Number(v) => v.get(row).copied().flatten().map(SqlCell::Number),
            Self::Text(v) => v.get(row).and_then(Option::as_deref).map(SqlCell::Text),
            Self::Time(v) => v.get(row).copied().flatten().map(SqlCell::Time),
        };
        cell.unwrap_or(SqlCell::Null)
    }

    /// Appends values of the same kind; those of another kind are left out.
    pub fn append(&mut self, more: Self) {
        match (self, more) {
            (Self::Flag(v), Self::Flag(m)) => v.extend(m),
            (Self::Integer(v), Self::Integer(m)) => v.extend(m),
            (Self::Number(v), Self::Number(m)) => v.extend(m),
            (Self::Text(v), Self::Text(m)) => v.extend(m),
            (Self::Time(v), Self::Time(m)) => v.extend(m),
            _ => debug_assert!(false, "a column changed its kind"),
        }
    }

    /// Keeps the first values and gives the rest.
    pub fn split_off(&mut self, at: usize) -> Self {
        let at = at.min(self.len());
        match self {
            Self::Flag(v) => Self::Flag(v.split_off(at)),
            Self::Integer(v) => Self::Integer(v.split_off(at)),
            Self::Number(v) => Self::Number(v.split_off(at)),
            Self::Text(v) => Self::Text(v.split_off(at)),
            Self::Time(v) => Self::Time(v.split_off(at)),
        }
    }

    /// About how many bytes a value takes on the wire.
    pub fn bytes(&self, row: usize) -> usize {
        match self.cell(row) {
            SqlCell::Null | SqlCell::Flag(_) => 1,
            SqlCell::Integer(_) => 18,
            SqlCell::Number(_) | SqlCell::Time(_) => 9,
            SqlCell::Text(text) => text.len() + 5,
        }
    }
}

impl SqlCell<'_> {
    /// The value as a number for a chart; times as seconds since 1970.
    #[expect(clippy::cast_precision_loss, reason = "a chart has fewer digits")]
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Integer(i) => Some(i as f64),
            Self::Number(n) => Some(n),
            Self::Time(us) => Some(us as f64 / 1e6),
            Self::Flag(_) | Self::Text(_) | Self::Null => None,
        }
    }

    /// The value whole, as it is copied and written to CSV; `None` for null. `column` tells dates from instants.
    pub fn text(self, column: &SqlColumn) -> Option<String> {
        Some(match self {
            Self::Null => return None,
            Self::Flag(b) => b.to_string(),
            Self::Integer(i) => i.to_string(),
            Self::Number(n) => n.to_string(),
            Self::Text(t) => t.to_owned(),
            Self::Time(us) => instant(us, column.type_name == "DATE"),
        })
    }
}

/// `2013-01-31 23:59:59.5`, in UTC, without a fraction that is 0; the day alone for dates.
fn instant(us: i64, is_date: bool) -> String {
    let at = Millis(us.div_euclid(1_000));
    if is_date {
        return at.date();
    }
    let seconds = us.div_euclid(1_000_000);
    let text = Millis(seconds.saturating_mul(1_000)).stamp();
    match us.rem_euclid(1_000_000) {
        0 => text,
        fraction => format!("{text}.{}", format!("{fraction:06}").trim_end_matches('0')),
    }
}

/// Rows of a result, column by column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SqlTable {
    /// The columns.
    pub columns: Vec<SqlColumn>,
    /// The values of each, all of the same length.
    pub cells: Vec<SqlCells>,
}

impl SqlTable {
    /// Columns without rows.
    pub fn new(columns: Vec<SqlColumn>) -> Self {
        let cells = columns.iter().map(|c| SqlCells::empty(c.kind)).collect();
        Self { columns, cells }
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.cells.first().map_or(0, SqlCells::len)
    }

    /// One value; null where there is none.
    pub fn cell(&self, row: usize, column: usize) -> SqlCell<'_> {
        self.cells
            .get(column)
            .map_or(SqlCell::Null, |c| c.cell(row))
    }

    /// One value whole, as text; `None` for null.
    pub fn text(&self, row: usize, column: usize) -> Option<String> {
        self.cell(row, column).text(self.columns.get(column)?)
    }

    /// Appends rows of the same columns.
    pub fn append(&mut self, more: Vec<SqlCells>) {
        for (cells, more) in self.cells.iter_mut().zip(more) {
            cells.append(more);
        }
    }

    /// The column with a name, in any case; the first of several.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|c| c.name.eq_ignore_ascii_case(name))
    }
}

/// A part of a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SqlPage {
    /// Its columns, and these rows.
    pub table: SqlTable,
    /// Whether there are more rows.
    pub more: bool,
    /// Milliseconds since the query began.
    pub elapsed_ms: f64,
}

/// A query that people wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlQuestion {
    /// The query.
    pub sql: String,
    /// Rows of the first page at most.
    pub rows: u32,
    /// Seconds until it is stopped; 0 is the usual time.
    pub deadline_s: u32,
}

/// What comes of a query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SqlAnswer {
    /// Rows.
    Page(SqlPage),
    /// It cannot be run.
    Wrong(SqlWrong),
}

/// Why a query has no rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlWrong {
    /// What is wrong: a sentence.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Where in the query, when that is known.
    pub place: Option<SqlPlace>,
}

/// Where a query is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlPlace {
    /// The line, 1 first.
    pub line: u32,
    /// The character in it, 1 first.
    pub column: u32,
}

impl SqlPlace {
    /// Of a byte offset in a query; past the end is the end.
    pub fn of(sql: &str, offset: usize) -> Self {
        let mut at = offset.min(sql.len());
        while !sql.is_char_boundary(at) {
            at -= 1;
        }
        let before = &sql[..at];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        let column = before[start..].chars().count() + 1;
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            line: small(line),
            column: small(column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(type_name: &str, kind: SqlKind) -> SqlColumn {
        SqlColumn {
            name: "x".into(),
            type_name: type_name.into(),
            kind,
        }
    }

    #[test]
    fn values_are_written_whole() {
        let time = column("TIMESTAMP", SqlKind::Time);
        let write = |us| SqlCell::Time(us).text(&time).unwrap();
        assert_eq!(write(0), "1970-01-01 00:00:00");
        assert_eq!(write(1_500_000), "1970-01-01 00:00:01.5");
        assert_eq!(write(-1), "1969-12-31 23:59:59.999999");
        let date = column("DATE", SqlKind::Time);
        assert_eq!(
            SqlCell::Time(86_400_000_000).text(&date).unwrap(),
            "1970-01-02"
        );
        let wide = column("HUGEINT", SqlKind::Integer);
        assert_eq!(
            SqlCell::Integer(i128::MAX).text(&wide).unwrap(),
            "170141183460469231731687303715884105727"
        );
        assert_eq!(SqlCell::Null.text(&wide), None);
    }

    #[test]
    fn places_are_counted_in_characters() {
        let at = |offset| {
            let place = SqlPlace::of("a\nläb x", offset);
            (place.line, place.column)
        };
        assert_eq!((at(0), at(2), at(99)), ((1, 1), (2, 1), (2, 6)));
        // In the middle of a character is that character.
        assert_eq!(at(4), (2, 2));
    }
}
