//! Putting runs in order. The database filters and hands over narrow columns; the page is cut
//! here, because DuckDB's top-N is at its worst where it is needed most: "newest first" over rows
//! that were stored oldest first moves its whole heap for each of them.

use super::rows;
use crate::writer::books::RunNo;
use duckdb::{
    Connection,
    arrow::{
        array::AsArray as _,
        datatypes::{Float64Type, Int32Type, Int64Type},
    },
    params_from_iter,
    types::Value,
};
use std::{
    cmp::{Ordering, Reverse},
    collections::HashMap,
};
use trimtab_core::run::{RunKey, RunOrder};

/// A run that matched: when it started, and its number. Newest is greatest.
pub(super) type Hit = (i64, RunNo);

/// Every run that meets a condition.
pub(super) fn hits(db: &Connection, condition: &str, bound: &[Value]) -> duckdb::Result<Vec<Hit>> {
    let sql = format!("SELECT started, run_no FROM runs WHERE {condition}");
    let mut query = db.prepare_cached(&sql)?;
    let mut hits = Vec::new();
    for batch in query.query_arrow(params_from_iter(bound))? {
        let started = batch.column(0).as_primitive::<Int64Type>().values();
        let nos = batch.column(1).as_primitive::<Int32Type>().values();
        hits.extend(
            started
                .iter()
                .copied()
                .zip(nos.iter().map(|n| n.cast_unsigned())),
        );
    }
    Ok(hits)
}

/// An order of runs, with the values it goes by. A run that has none (or NaN) comes last whichever
/// way the order goes; equals come newest first.
pub(super) struct Order {
    keys: Keys,
    descending: bool,
}

enum Keys {
    /// When they started.
    Started,
    /// A number for each run, by its number; NaN where there is none.
    Numbers(Vec<f64>),
    /// A text for each run that has one.
    Words(HashMap<RunNo, String>),
}

impl Order {
    /// Reads what an order goes by; newest first when there is none.
    pub fn load(db: &Connection, order: Option<&RunOrder>, hits: &[Hit]) -> duckdb::Result<Self> {
        let Some(RunOrder { key, descending }) = order else {
            return Ok(Self {
                keys: Keys::Started,
                descending: true,
            });
        };
        let keys = match key {
            RunKey::Started => Keys::Started,
            RunKey::Name => words(db, "SELECT run_no, name FROM runs", &[])?,
            RunKey::Status => words(db, "SELECT run_no, status FROM runs", &[])?,
            RunKey::Metric(key) => metric(db, key)?,
            RunKey::Param(key) => {
                let sql = "SELECT run_no, value FROM params WHERE key = ?";
                numeric(words(db, sql, &[Value::Text(key.clone())])?, hits)
            }
        };
        Ok(Self {
            keys,
            descending: *descending,
        })
    }

    /// The numbers of one page of the hits, in order. Only as much is sorted as is shown.
    pub fn cut(&self, hits: &mut Vec<Hit>, from: usize, count: usize) -> Vec<RunNo> {
        let end = from.saturating_add(count);
        if end < hits.len() {
            hits.select_nth_unstable_by(end, |a, b| self.compare(a, b));
            hits.truncate(end);
        }
        hits.sort_unstable_by(|a, b| self.compare(a, b));
        hits.iter().skip(from).map(|(_, no)| *no).collect()
    }

    fn compare(&self, a: &Hit, b: &Hit) -> Ordering {
        let keyed = match &self.keys {
            Keys::Started if self.descending => Ordering::Equal,
            Keys::Started => return a.cmp(b),
            Keys::Numbers(numbers) => {
                let of = |hit: &Hit| numbers.get(hit.1 as usize).filter(|v| !v.is_nan());
                self.missing_last(of(a), of(b), f64::total_cmp)
            }
            Keys::Words(words) => self.missing_last(words.get(&a.1), words.get(&b.1), String::cmp),
        };
        keyed.then_with(|| Reverse(a).cmp(&Reverse(b)))
    }

    fn missing_last<T>(
        &self,
        a: Option<&T>,
        b: Option<&T>,
        cmp: impl Fn(&T, &T) -> Ordering,
    ) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if self.descending => cmp(b, a),
            (Some(a), Some(b)) => cmp(a, b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }
}

fn words(db: &Connection, sql: &str, bound: &[Value]) -> duckdb::Result<Keys> {
    let all = rows(db, sql, params_from_iter(bound), |r| {
        Ok((r.get(0)?, r.get(1)?))
    })?;
    Ok(Keys::Words(all.into_iter().collect()))
}

/// Texts as numbers, when each one of the hits' is a number.
fn numeric(keys: Keys, hits: &[Hit]) -> Keys {
    let Keys::Words(words) = keys else {
        return keys;
    };
    let mut numbers = Vec::new();
    for (_, no) in hits {
        let Some(word) = words.get(no) else { continue };
        let Ok(number) = word.trim().parse() else {
            return Keys::Words(words);
        };
        put(&mut numbers, *no, number);
    }
    Keys::Numbers(numbers)
}

/// A metric's latest values.
fn metric(db: &Connection, key: &str) -> duckdb::Result<Keys> {
    let mut query = db.prepare_cached(
        "SELECT run_no, value FROM metric_latest
         WHERE key_no = (SELECT key_no FROM metric_keys WHERE key = ?)",
    )?;
    let mut numbers = Vec::new();
    for batch in query.query_arrow([key])? {
        let nos = batch.column(0).as_primitive::<Int32Type>().values();
        let values = batch.column(1).as_primitive::<Float64Type>().values();
        for (no, value) in nos.iter().zip(values) {
            put(&mut numbers, no.cast_unsigned(), *value);
        }
    }
    Ok(Keys::Numbers(numbers))
}

fn put(numbers: &mut Vec<f64>, no: RunNo, value: f64) {
    let at = no as usize;
    if numbers.len() <= at {
        numbers.resize(at + 1, f64::NAN);
    }
    numbers[at] = value;
}
