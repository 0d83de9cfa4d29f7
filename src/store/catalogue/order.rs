//! Putting runs in order for the console's table.

use super::{Entry, Pages, candidate::finding};
use crate::writer::books::RunNo;
use std::cmp::{Ordering, Reverse};
use trimtab_core::{
    health,
    record::RunRecord,
    run::{RunKey, RunOrder},
    table::{PARENT_TAG, SOURCE_TAG, duration},
    time::Millis,
};

/// A run that matched.
#[derive(Clone, Copy)]
pub(super) struct Hit<'a> {
    pub no: RunNo,
    pub entry: &'a Entry,
}

impl Hit<'_> {
    /// Newest is greatest.
    fn age(&self) -> (i64, RunNo) {
        (self.entry.record.started.0, self.no)
    }
}

/// What a run is ordered by in one column.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Rank<'a> {
    Number(f64),
    Text(&'a str),
    Missing,
}

impl<'a> Rank<'a> {
    fn number(value: Option<f64>) -> Self {
        match value {
            Some(v) if !v.is_nan() => Self::Number(v),
            _ => Self::Missing,
        }
    }

    fn text(value: Option<&'a str>) -> Self {
        value.map_or(Self::Missing, Self::Text)
    }

    /// Text that may be a number.
    fn either(value: Option<&'a str>) -> Self {
        match value.map(|v| (v, v.trim().parse::<f64>())) {
            Some((_, Ok(number))) if !number.is_nan() => Self::Number(number),
            Some((text, _)) => Self::Text(text),
            None => Self::Missing,
        }
    }

    /// Numbers before words, nothing last whichever way.
    fn compare(self, other: Self, descending: bool) -> Ordering {
        let way = |o: Ordering| if descending { o.reverse() } else { o };
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => way(a.total_cmp(&b)),
            (Self::Text(a), Self::Text(b)) => way(a.cmp(b)),
            (Self::Number(_), Self::Text(_)) => way(Ordering::Less),
            (Self::Text(_), Self::Number(_)) => way(Ordering::Greater),
            (Self::Missing, Self::Missing) => Ordering::Equal,
            (Self::Missing, _) => Ordering::Greater,
            (_, Self::Missing) => Ordering::Less,
        }
    }
}

/// An order of runs; equals come newest first.
pub(super) struct Order<'a> {
    pub keys: &'a [RunOrder],
    pub pages: &'a Pages,
    pub now: Millis,
}

impl<'a> Order<'a> {
    /// The first `count` of the hits in order; the rest is left out. What the first column says is looked up once
    /// for each run, not once for each comparison.
    pub fn first(&self, hits: &[Hit<'a>], count: usize) -> Vec<Hit<'a>> {
        let mut ranked: Vec<(Rank<'a>, Hit<'a>)> =
            hits.iter().map(|hit| (self.rank(0, hit), *hit)).collect();
        let compare = |a: &(Rank<'a>, Hit<'a>), b: &(Rank<'a>, Hit<'a>)| self.compare_ranked(a, b);
        if count < ranked.len() {
            ranked.select_nth_unstable_by(count, compare);
            ranked.truncate(count);
        }
        ranked.sort_unstable_by(compare);
        ranked.into_iter().map(|(_, hit)| hit).collect()
    }

    /// The first of some hits.
    pub fn best(&self, hits: &[Hit<'a>]) -> Option<Hit<'a>> {
        hits.iter().copied().min_by(|a, b| self.compare(a, b))
    }

    /// How two runs stand to each other.
    pub fn compare(&self, a: &Hit<'a>, b: &Hit<'a>) -> Ordering {
        self.compare_ranked(&(self.rank(0, a), *a), &(self.rank(0, b), *b))
    }

    fn compare_ranked(&self, a: &(Rank<'a>, Hit<'a>), b: &(Rank<'a>, Hit<'a>)) -> Ordering {
        let Some(first) = self.keys.first() else {
            return Reverse(a.1.age()).cmp(&Reverse(b.1.age()));
        };
        let more = || {
            (1..self.keys.len())
                .map(|i| {
                    let (x, y) = (self.rank(i, &a.1), self.rank(i, &b.1));
                    x.compare(y, self.keys[i].descending)
                })
                .find(|o| o.is_ne())
                .unwrap_or(Ordering::Equal)
        };
        a.0.compare(b.0, first.descending)
            .then_with(more)
            .then_with(|| Reverse(a.1.age()).cmp(&Reverse(b.1.age())))
    }

    fn rank(&self, key: usize, hit: &Hit<'a>) -> Rank<'a> {
        match self.keys.get(key) {
            Some(order) => rank(&order.key, &hit.entry.record, self.pages, self.now),
            None => Rank::Missing,
        }
    }
}

/// What a run says in a column.
pub(super) fn rank<'a>(key: &RunKey, r: &'a RunRecord, pages: &'a Pages, now: Millis) -> Rank<'a> {
    // Milliseconds since 1970 are exact in a float for the next 200,000 years.
    let millis = |t: Option<i64>| Rank::number(t.map(|t| t as f64));
    let tag = |key: &str| r.tags.get(key).map(|v| &**v);
    match key {
        RunKey::Id => Rank::Text(r.id.as_str()),
        RunKey::Name => Rank::Text(&r.name),
        RunKey::Status => Rank::Text(r.status.word()),
        RunKey::Health => Rank::Text(finding(r, now).map_or(health::WORDS[0], |f| f.word())),
        RunKey::Started => millis(Some(r.started.0)),
        RunKey::Ended => millis(r.ended.map(|t| t.0)),
        RunKey::Age => millis(Some(now.since(r.started))),
        RunKey::Duration => millis(duration(r.status, r.started, r.ended, now)),
        RunKey::User => Rank::text(Some(&*r.user).filter(|u| !u.is_empty())),
        RunKey::Source => Rank::text(tag(SOURCE_TAG)),
        RunKey::Experiment => Rank::Text(pages.experiment_name(r.experiment)),
        RunKey::Parent => Rank::text(tag(PARENT_TAG)),
        RunKey::Metric(key) => Rank::number(r.metrics.get(key).map(|m| m.latest.value)),
        RunKey::Least(key) => Rank::number(r.metrics.get(key).map(|m| m.min)),
        RunKey::Greatest(key) => Rank::number(r.metrics.get(key).map(|m| m.max)),
        RunKey::Param(key) => Rank::either(r.params.get(key).map(|v| &**v)),
        RunKey::Tag(key) => Rank::either(tag(key)),
    }
}
