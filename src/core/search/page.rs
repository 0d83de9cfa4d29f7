//! One page of the records that a filter finds, sorting no more than the page needs.

use super::{Cursor, CursorMismatch, Direction, Filter, Order, Subject, cursor::Rank};
use std::cmp::Ordering;

/// Where a page begins.
#[derive(Clone, Copy, Debug, Default)]
pub enum Start<'a> {
    /// With the first record.
    #[default]
    First,
    /// Behind a cursor: stable while records come and go.
    After(&'a Cursor),
    /// After so many records, for tables that scroll.
    Offset(usize),
}

/// A slice of what a filter finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<S> {
    /// The records, in order.
    pub rows: Vec<S>,
    /// How many the filter finds in all.
    pub total: usize,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<Cursor>,
}

/// Finds, orders and cuts. `S` is cheap to clone: a reference, or a pair of them.
///
/// # Errors
/// A cursor that was made in another order.
pub fn page<S: Subject + Clone>(
    records: impl IntoIterator<Item = S>,
    filter: &Filter,
    order: &Order,
    start: Start<'_>,
    limit: usize,
) -> Result<Page<S>, CursorMismatch> {
    let (cursor, skip) = match start {
        Start::First => (None, 0),
        Start::After(cursor) => (Some(cursor), 0),
        Start::Offset(skip) => (None, skip),
    };
    if let Some(cursor) = cursor {
        order.accepts(cursor)?;
    }
    let mut total = 0;
    let found: Vec<S> = records
        .into_iter()
        .filter(|record| filter.matches(record))
        .inspect(|_| total += 1)
        .filter(|record| cursor.is_none_or(|c| order.after(c, record)))
        .collect();

    // The first key is looked up once for each record, not once for each comparison.
    let first = order.keys().first();
    let rank = |record| first.map_or(Rank::Missing, |key| key.rank(record));
    let direction = first.map_or(Direction::Ascending, |key| key.direction);
    let mut ranked: Vec<(Rank<'_>, &S)> = found.iter().map(|r| (rank(r), r)).collect();
    let compare = |a: &(Rank<'_>, &S), b: &(Rank<'_>, &S)| -> Ordering {
        a.0.compare(&b.0, direction)
            .then_with(|| order.compare_from(1, a.1, b.1))
    };

    let want = skip.saturating_add(limit);
    let more = ranked.len() > want;
    if more && want > 0 {
        ranked.select_nth_unstable_by(want - 1, compare);
    }
    ranked.truncate(want);
    ranked.sort_unstable_by(compare);
    let rows: Vec<S> = ranked
        .into_iter()
        .skip(skip)
        .map(|(_, record)| record.clone())
        .collect();
    let next = if more {
        rows.last().map(|last| order.cursor(last))
    } else {
        None
    };
    Ok(Page { rows, total, next })
}
