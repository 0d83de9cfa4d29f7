//! One column of one window: its values and what was missing, in the form that comparing needs.

use super::summary::finite_sorted;
use std::cmp::Ordering;

/// A numeric column: its finite values in order, and what was missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    sorted: Vec<f64>,
    nulls: u64,
    nan: u64,
    infinite: u64,
}

impl Numbers {
    /// Takes the values that were not NULL, in any order, and how many were NULL.
    pub fn new(values: Vec<f64>, nulls: u64) -> Self {
        let (sorted, nan, infinite) = finite_sorted(values);
        Self {
            sorted,
            nulls,
            nan,
            infinite,
        }
    }
    /// Counts values that were left out before: NaN and infinite ones.
    #[must_use]
    pub fn with_unusable(mut self, nan: u64, infinite: u64) -> Self {
        self.nan += nan;
        self.infinite += infinite;
        self
    }
    /// The finite values, ascending.
    pub fn sorted(&self) -> &[f64] {
        &self.sorted
    }
    /// How many were NULL.
    pub fn nulls(&self) -> u64 {
        self.nulls
    }
    /// How many were NaN.
    pub fn nan(&self) -> u64 {
        self.nan
    }
    /// How many were infinite.
    pub fn infinite(&self) -> u64 {
        self.infinite
    }
    /// Whether every row has a whole number: what Python's tools would hold as integers.
    pub(super) fn integral(&self) -> bool {
        self.missing() == 0 && self.sorted.iter().all(|v| v.fract() == 0.0)
    }
    /// Adds another part of the same window.
    pub fn merge(&mut self, other: Self) {
        let (mut kept, added) = (std::mem::take(&mut self.sorted), other.sorted);
        if kept.last() <= added.first() || added.is_empty() {
            kept.extend(added);
            self.sorted = kept;
        } else {
            self.sorted = merged(&kept, &added);
        }
        self.nulls += other.nulls;
        self.nan += other.nan;
        self.infinite += other.infinite;
    }
    pub(super) fn missing(&self) -> u64 {
        self.nulls + self.nan + self.infinite
    }
}

/// Two sorted samples as one.
fn merged(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        let next = if x <= y { left.next() } else { right.next() };
        all.extend(next);
    }
    all.extend(left);
    all.extend(right);
    all
}

/// A column of categories: how often each occurred, by name, and how many were NULL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Categories {
    counts: Vec<(String, u64)>,
    nulls: u64,
}

impl Categories {
    /// Takes the counts in any order; a name given twice is added up, a count of 0 dropped.
    pub fn new(mut counts: Vec<(String, u64)>, nulls: u64) -> Self {
        counts.retain(|(_, n)| *n > 0);
        counts.sort_unstable();
        counts.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1 += later.1;
            }
            same
        });
        Self { counts, nulls }
    }
    /// The categories in byte order, each with its count.
    pub fn counts(&self) -> &[(String, u64)] {
        &self.counts
    }
    /// How many were NULL.
    pub fn nulls(&self) -> u64 {
        self.nulls
    }
    /// Adds another part of the same window.
    pub fn merge(&mut self, other: Self) {
        let mut counts = std::mem::take(&mut self.counts);
        counts.extend(other.counts);
        *self = Self::new(counts, self.nulls + other.nulls);
    }
    pub(super) fn valid(&self) -> u64 {
        self.counts.iter().map(|(_, n)| n).sum()
    }
}

/// One column of one window.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowProfile {
    /// Numbers.
    Numeric(Numbers),
    /// Categories.
    Categorical(Categories),
}

impl WindowProfile {
    /// A numeric column: the values that were not NULL, and how many were.
    pub fn numeric(values: Vec<f64>, nulls: u64) -> Self {
        Self::Numeric(Numbers::new(values, nulls))
    }
    /// A column of categories: each with its count, and how many were NULL.
    pub fn categorical(counts: Vec<(String, u64)>, nulls: u64) -> Self {
        Self::Categorical(Categories::new(counts, nulls))
    }
    /// Adds another part of the same window: a month is the sum of its days. A part of the other kind is
    /// left out, and said so.
    #[must_use]
    pub fn merge(&mut self, other: Self) -> bool {
        match (self, other) {
            (Self::Numeric(all), Self::Numeric(part)) => all.merge(part),
            (Self::Categorical(all), Self::Categorical(part)) => all.merge(part),
            _ => return false,
        }
        true
    }
    /// Rows, missing ones too.
    pub fn rows(&self) -> u64 {
        self.valid() + self.missing()
    }
    /// Rows without a usable value: NULL, NaN, infinite.
    pub fn missing(&self) -> u64 {
        match self {
            Self::Numeric(n) => n.missing(),
            Self::Categorical(c) => c.nulls,
        }
    }
    /// Rows with a usable value.
    pub fn valid(&self) -> u64 {
        match self {
            Self::Numeric(n) => n.sorted.len() as u64,
            Self::Categorical(c) => c.valid(),
        }
    }
    /// Whether it is of categories.
    pub fn is_categorical(&self) -> bool {
        matches!(self, Self::Categorical(_))
    }
    pub(super) fn kind(&self) -> &'static str {
        if self.is_categorical() {
            "categories"
        } else {
            "numbers"
        }
    }
}

/// Every category of either side in order, with both counts.
pub(super) fn union<'a>(
    r: &'a Categories,
    c: &'a Categories,
) -> impl Iterator<Item = (&'a str, u64, u64)> {
    let (mut left, mut right) = (r.counts.iter().peekable(), c.counts.iter().peekable());
    std::iter::from_fn(move || {
        let order = match (left.peek(), right.peek()) {
            (Some((a, _)), Some((b, _))) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        match order {
            Ordering::Less => left.next().map(|(name, n)| (name.as_str(), *n, 0)),
            Ordering::Greater => right.next().map(|(name, m)| (name.as_str(), 0, *m)),
            Ordering::Equal => left
                .next()
                .zip(right.next())
                .map(|((name, n), (_, m))| (name.as_str(), *n, *m)),
        }
    })
}
