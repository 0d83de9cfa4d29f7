//! Putting runs in order for the console's table.

use super::{Entry, Pages, candidate::finding, columns::Column};
use crate::writer::books::RunNo;
use std::cmp::{Ordering, Reverse};
use trimtab_core::{
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

impl<'a> Hit<'a> {
    /// The run's id.
    pub fn id(&self) -> &'a str {
        self.entry.record.id.as_str()
    }

    /// Newest is greatest.
    fn age(&self) -> (i64, RunNo) {
        (self.entry.started.0, self.no)
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
    keys: &'a [RunOrder],
    /// The columns of metrics among the keys.
    columns: Vec<Option<&'a Column>>,
    pages: &'a Pages,
    now: Millis,
}

impl<'a> Order<'a> {
    /// An order by these columns, the first before the second and so on, as of `now`.
    pub fn new(keys: &'a [RunOrder], pages: &'a Pages, now: Millis) -> Self {
        let column = |order: &RunOrder| match &order.key {
            RunKey::Metric(name) => pages.columns.get(name),
            _ => None,
        };
        Self {
            keys,
            columns: keys.iter().map(column).collect(),
            pages,
            now,
        }
    }

    /// The first `count` of the hits in order; the rest is left out. What the columns say is looked up once for each
    /// run, not once for each comparison.
    pub fn first(&self, hits: &[Hit<'a>], count: usize) -> Vec<Hit<'a>> {
        let width = self.keys.len();
        let ranks: Vec<Rank<'a>> = hits.iter().flat_map(|hit| self.ranks(hit)).collect();
        let mut places: Vec<usize> = (0..hits.len()).collect();
        let compare = |a: &usize, b: &usize| {
            let of = |i: usize| &ranks[i * width..(i + 1) * width];
            self.compare_ranked((of(*a), &hits[*a]), (of(*b), &hits[*b]))
        };
        if count < places.len() {
            places.select_nth_unstable_by(count, compare);
            places.truncate(count);
        }
        places.sort_unstable_by(compare);
        places.into_iter().map(|i| hits[i]).collect()
    }

    /// The first of some hits.
    pub fn best(&self, hits: &[Hit<'a>]) -> Option<Hit<'a>> {
        let ranked = hits.iter().map(|h| (self.ranks(h).collect::<Vec<_>>(), h));
        let best = ranked.min_by(|(x, a), (y, b)| self.compare_ranked((x, a), (y, b)));
        best.map(|(_, hit)| *hit)
    }

    /// How two runs stand to each other.
    pub fn compare(&self, a: &Hit<'a>, b: &Hit<'a>) -> Ordering {
        let (x, y): (Vec<_>, Vec<_>) = (self.ranks(a).collect(), self.ranks(b).collect());
        self.compare_ranked((&x, a), (&y, b))
    }

    fn compare_ranked(
        &self,
        (x, a): (&[Rank<'a>], &Hit<'a>),
        (y, b): (&[Rank<'a>], &Hit<'a>),
    ) -> Ordering {
        let columns = self.keys.iter().zip(x.iter().zip(y));
        columns
            .map(|(key, (x, y))| x.compare(*y, key.descending))
            .find(|o| o.is_ne())
            .unwrap_or_else(|| Reverse(a.age()).cmp(&Reverse(b.age())))
    }

    fn ranks(&self, hit: &Hit<'a>) -> impl Iterator<Item = Rank<'a>> + use<'a, '_> {
        let (no, entry) = (hit.no, hit.entry);
        let keys = self.keys.iter().zip(&self.columns);
        keys.map(move |(order, column)| match column {
            Some(column) => Rank::number(Some(column.at(no))),
            None => rank(&order.key, &entry.record, self.pages, self.now),
        })
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
        // The worst first, the well ones last.
        RunKey::Health => Rank::Number(finding(r, now).map_or(f64::INFINITY, |f| f.severity())),
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
