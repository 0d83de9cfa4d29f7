//! An order as data: keys, each with a direction; missing values last whatever the direction, NaN just before them.

use super::cursor::Rank;
use super::{DatasetScope, Field, Kind, Subject};
use std::cmp::Ordering;

/// Which way a key is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Least first.
    Ascending,
    /// Greatest first.
    Descending,
}

/// One key of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderKey {
    /// What is compared; datasets have no order and count as missing.
    pub field: Field,
    /// Which way.
    pub direction: Direction,
    /// For a logged model's metric: only as measured on this dataset.
    pub dataset: Option<DatasetScope>,
}

/// An order of records. Its last keys name a record uniquely, so that it is total.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    keys: Vec<OrderKey>,
}

impl OrderKey {
    /// A key without a dataset.
    pub fn new(field: Field, direction: Direction) -> Self {
        Self {
            field,
            direction,
            dataset: None,
        }
    }

    /// The record's value for this key.
    pub(super) fn rank<'a>(&self, subject: &'a impl Subject) -> Rank<'a> {
        match (&self.field, &self.dataset) {
            (Field::Attribute(attribute), _) => match attribute.kind() {
                Kind::Text => Rank::text(subject.text(*attribute)),
                Kind::Integer | Kind::IntegerId => Rank::int(subject.number(*attribute)),
            },
            (Field::Metric(key), None) => Rank::float(subject.metric(key)),
            (Field::Metric(key), Some(on)) => Rank::float(subject.metric_on(key, on)),
            (Field::Least(key), _) => Rank::float(subject.metric_range(key).map(|r| r.0)),
            (Field::Greatest(key), _) => Rank::float(subject.metric_range(key).map(|r| r.1)),
            (Field::Param(key), _) => Rank::text(subject.param(key)),
            (Field::Tag(key), _) => Rank::text(subject.tag(key)),
            (Field::Dataset(_), _) => Rank::Missing,
        }
    }
}

impl Order {
    /// An order by these keys; of keys that name the same, the first counts.
    pub(super) fn of(keys: impl IntoIterator<Item = OrderKey>) -> Self {
        let mut kept: Vec<OrderKey> = Vec::new();
        for key in keys {
            if !kept
                .iter()
                .any(|k| k.field == key.field && k.dataset == key.dataset)
            {
                kept.push(key);
            }
        }
        Self { keys: kept }
    }

    /// The keys, tie-breaks included.
    pub fn keys(&self) -> &[OrderKey] {
        &self.keys
    }

    /// How two records stand to each other.
    pub fn compare<S: Subject>(&self, a: &S, b: &S) -> Ordering {
        self.compare_from(0, a, b)
    }

    /// The same, when the first `from` keys are known to be equal.
    pub(super) fn compare_from<S: Subject>(&self, from: usize, a: &S, b: &S) -> Ordering {
        self.keys
            .iter()
            .skip(from)
            .map(|key| key.rank(a).compare(&key.rank(b), key.direction))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}
