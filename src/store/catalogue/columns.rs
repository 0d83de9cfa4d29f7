//! The latest values of metrics by column: one number for each run, side by side in memory.
//!
//! A search over 100,000 runs that is ordered by a metric would else look into as many records, each a place of its
//! own in memory, and wait for it. Metrics that few runs have take no column: their records are asked.

use super::RunNo;
use std::collections::HashMap;
use trimtab_core::record::Shared;

/// A column is kept while at least one in so many of its runs has the metric …
const SPARSE: usize = 16;
/// … which is not asked of one that spans fewer runs than this.
const SHORT: usize = 1_024;

/// The columns, by the metrics' names.
#[derive(Default)]
pub(crate) struct Columns(HashMap<Shared, Column>);

/// One metric's latest values.
#[derive(Default)]
pub(super) struct Column {
    /// The run of the first value.
    first: usize,
    /// NaN for a run without the metric, and for one whose latest value is that.
    values: Vec<f64>,
    /// How many runs have the metric.
    known: usize,
    /// Given up: too few runs have it.
    sparse: bool,
}

impl Columns {
    /// Takes a run's latest value.
    pub fn put(&mut self, name: &Shared, run: RunNo, value: f64) {
        match self.0.get_mut(name) {
            Some(column) => column.put(run as usize, value),
            None => {
                let column = self.0.entry(Shared::clone(name)).or_default();
                column.put(run as usize, value);
            }
        }
    }

    /// A metric's column, if it has one.
    pub(super) fn get(&self, name: &str) -> Option<&Column> {
        self.0.get(name).filter(|column| !column.sparse)
    }
}

impl Column {
    /// The value of a run; NaN when it has none, or has that.
    pub fn at(&self, run: RunNo) -> f64 {
        let at = (run as usize).checked_sub(self.first);
        let value = at.and_then(|at| self.values.get(at));
        value.copied().unwrap_or(f64::NAN)
    }

    fn put(&mut self, run: usize, value: f64) {
        if self.sparse {
            return;
        }
        if self.values.is_empty() {
            self.first = run;
        }
        let span = match run < self.first {
            true => self.first - run + self.values.len(),
            false => self.values.len().max(run - self.first + 1),
        };
        if span > SHORT && (self.known + 1).saturating_mul(SPARSE) < span {
            *self = Self {
                sparse: true,
                ..Self::default()
            };
            return;
        }
        if run < self.first {
            // Runs mostly log in the order in which they were opened, so this is rare.
            let before = std::iter::repeat_n(f64::NAN, self.first - run);
            self.values.splice(0..0, before);
            self.first = run;
        }
        self.values.resize(span, f64::NAN);
        let place = &mut self.values[run - self.first];
        self.known += usize::from(place.is_nan());
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_metric_that_few_runs_have_takes_no_column() {
        let (mut columns, rare) = (Columns::default(), Shared::from("rare"));
        columns.put(&rare, 50_000, 1.0);
        assert_eq!(columns.get("rare").map(|c| c.at(50_000)), Some(1.0));
        columns.put(&rare, 90_000, 2.0);
        assert!(columns.get("rare").is_none());
        columns.put(&rare, 50_001, 3.0);
        assert!(columns.get("rare").is_none() && columns.get("other").is_none());
    }

    proptest! {
        #[test]
        fn a_column_holds_the_latest_value_of_each_run(
            puts in prop::collection::vec((0u32..900, -5.0..5.0), 0..300),
        ) {
            let (mut columns, auc) = (Columns::default(), Shared::from("auc"));
            let mut known = HashMap::new();
            for (run, value) in puts {
                columns.put(&auc, run, value);
                known.insert(run, value);
            }
            for run in 0..1_000u32 {
                let found = columns.get("auc").map_or(f64::NAN, |c| c.at(run));
                prop_assert_eq!(found.to_bits(), known.get(&run).copied().unwrap_or(f64::NAN).to_bits());
            }
        }
    }
}
