//! Putting runs in order for the console's table.

use crate::writer::books::RunNo;
use std::{
    cmp::{Ordering, Reverse},
    sync::Arc,
};
use trimtab_core::{
    record::RunRecord,
    run::{RunKey, RunOrder},
};

/// A run that matched.
pub(crate) struct Hit<'a> {
    pub no: RunNo,
    pub record: &'a Arc<RunRecord>,
}

impl Hit<'_> {
    /// Newest is greatest.
    fn age(&self) -> (i64, RunNo) {
        (self.record.started.0, self.no)
    }
}

/// An order of runs, with the values it goes by. A run that has none (or NaN) comes last whichever
/// way the order goes; equals come newest first.
pub(crate) struct Order<'a> {
    by: By<'a>,
    descending: bool,
}

enum By<'a> {
    Started,
    Name,
    Status,
    Metric(&'a str),
    /// A parameter whose every value among the hits is a number.
    Number(&'a str),
    Word(&'a str),
}

impl<'a> Order<'a> {
    /// What an order goes by; newest first when there is none.
    pub fn of(order: Option<&'a RunOrder>, hits: &[Hit<'_>]) -> Self {
        let Some(RunOrder { key, descending }) = order else {
            return Self {
                by: By::Started,
                descending: true,
            };
        };
        let by = match key {
            RunKey::Started => By::Started,
            RunKey::Name => By::Name,
            RunKey::Status => By::Status,
            RunKey::Metric(key) => By::Metric(key),
            RunKey::Param(key) if hits.iter().all(|h| is_number_or_none(h, key)) => By::Number(key),
            RunKey::Param(key) => By::Word(key),
        };
        Self {
            by,
            descending: *descending,
        }
    }

    /// One page of the hits, in order. Only as much is sorted as is shown.
    pub fn cut<'h>(
        &self,
        hits: &'h mut Vec<Hit<'_>>,
        from: usize,
        count: usize,
    ) -> impl Iterator<Item = &'h RunRecord> {
        // Numbers are looked up once for each run, not once for each comparison.
        let mut keyed: Vec<(Option<f64>, usize)> = (0..hits.len())
            .map(|at| (self.number(hits[at].record), at))
            .collect();
        let compare = |a: &(Option<f64>, usize), b: &(Option<f64>, usize)| {
            self.compare((a.0, &hits[a.1]), (b.0, &hits[b.1]))
        };
        let end = from.saturating_add(count);
        if end < keyed.len() {
            keyed.select_nth_unstable_by(end, compare);
            keyed.truncate(end);
        }
        keyed.sort_unstable_by(compare);
        let hits = &*hits;
        keyed
            .into_iter()
            .skip(from)
            .map(|(_, at)| &**hits[at].record)
    }

    fn number(&self, record: &RunRecord) -> Option<f64> {
        match self.by {
            By::Metric(key) => record.metrics.get(key).map(|m| m.latest.value),
            By::Number(key) => record.params.get(key).and_then(|v| v.trim().parse().ok()),
            _ => None,
        }
        .filter(|v: &f64| !v.is_nan())
    }

    fn compare(&self, a: (Option<f64>, &Hit<'_>), b: (Option<f64>, &Hit<'_>)) -> Ordering {
        let (x, y) = (a.1.record, b.1.record);
        let keyed = match self.by {
            By::Started if self.descending => Ordering::Equal,
            By::Started => return a.1.age().cmp(&b.1.age()),
            By::Name => self.missing_last(Some(&x.name), Some(&y.name), Ord::cmp),
            By::Status => self.missing_last(Some(x.status.word()), Some(y.status.word()), Ord::cmp),
            By::Metric(_) | By::Number(_) => self.missing_last(a.0, b.0, f64::total_cmp),
            By::Word(key) => self.missing_last(x.params.get(key), y.params.get(key), Ord::cmp),
        };
        keyed.then_with(|| Reverse(a.1.age()).cmp(&Reverse(b.1.age())))
    }

    fn missing_last<T>(
        &self,
        a: Option<T>,
        b: Option<T>,
        cmp: impl Fn(&T, &T) -> Ordering,
    ) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if self.descending => cmp(&b, &a),
            (Some(a), Some(b)) => cmp(&a, &b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }
}

fn is_number_or_none(hit: &Hit<'_>, key: &str) -> bool {
    let value = hit.record.params.get(key);
    value.is_none_or(|v| v.trim().parse::<f64>().is_ok())
}
